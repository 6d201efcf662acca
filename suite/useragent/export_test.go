package useragent

// RunScenarios is Run with other scenarios than those of the tables.
var RunScenarios = run
