// Package report writes a suite.Report for its readers: people at a console or a page
// (HTML), programs (JSON), test dashboards (JUnit) and pull requests (Markdown, GitHub
// annotations). Nothing in it judges; all of it is a function of the report alone.
//
// What comes from a target passes through visible before any person, terminal, browser
// or XML parser meets it.
package report
