package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/runner"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// completeRun registers what a shell can complete of the flags of run.
func completeRun(c *cobra.Command) {
	words := func(flag string, values ...string) {
		c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	words("browser", append(runner.Browsers(), runner.All)...)
	words("cdp", "http://127.0.0.1:9222")
	words("webdriver", "http://127.0.0.1:4444", "http://127.0.0.1:9515", "ws://127.0.0.1:9222")
	words("capabilities")
	words("effects", string(fetch.Hold), string(fetch.Deliver))
	words("level", string(suite.Required), string(suite.Recommended), string(suite.Informative))
	words("target")
	words("connect-to")
	words("timeout", "5s", "10s", "30s")
	words("max-requests", "100", "300", "1000")
	words("rate", "1/s", "5/s", "30/m")
	words("max-wait", "0s", "5s", "1m", "2m")
	c.RegisterFlagCompletionFunc("scenario", completeScenarios)
	c.MarkFlagFilename("file", "yaml", "yml")
	c.MarkFlagFilename("cacert", "pem", "crt")
}

// completeScenarios completes the last of several patterns, by ids and by whole chapters.
func completeScenarios(_ *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	before := toComplete[:strings.LastIndex(toComplete, ",")+1]
	var all []cobra.Completion
	for _, chapter := range suite.Chapters() {
		all = append(all, cobra.CompletionWithDesc(before+chapter.Name+".*", chapter.Title))
		for _, s := range chapter.Scenarios {
			all = append(all, cobra.CompletionWithDesc(before+s.ID, s.Title))
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

// completeNames completes what can be explained.
func completeNames(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return names(), cobra.ShellCompDirectiveNoFileComp
}
