// Package report writes a suite.Report for its readers: people at a console, programs
// (JSON), test dashboards (JUnit) and pull requests (GitHub annotations). Nothing in it
// judges; all of it is a function of the report alone.
//
// What comes from a target passes through visible before any person, terminal or XML
// parser meets it.
package report
