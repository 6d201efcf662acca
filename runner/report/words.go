package report

import (
	"fmt"

	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A Meaning says what a word in a report stands for.
type Meaning struct {
	What string // in a clause
	How  string // what to do about it; may be empty
}

// Words are the verdicts, the severities, the reasons of unjudged and the causes of broken: the words
// of a report that suite.Explain does not know.
func Words() []string {
	var words []string
	for _, m := range meanings {
		words = append(words, m.word)
	}
	return words
}

// MeaningOf returns what one of Words stands for.
func MeaningOf(word string) (Meaning, bool) {
	for _, m := range meanings {
		if m.word == word {
			return m.Meaning, true
		}
	}
	return Meaning{}, false
}

var meanings = []struct {
	word string
	Meaning
}{
	{string(suite.Pass), Meaning{"the target does what its policy says", ""}},
	{string(suite.Fail), Meaning{"the target does not do what its policy says", "see what the report says to change"}},
	{string(suite.Blocked), Meaning{"a scenario that it depends on failed", "repair that one, and run again"}},
	{string(suite.Unclaimed), Meaning{"the policy makes no such promise", ""}},
	{string(suite.Unjudged), Meaning{"the policy makes the promise, but this run cannot see whether it is kept", "see the reason next to it"}},
	{string(suite.Broken), Meaning{"the browser, corsproof or the network is to blame, not the target's CORS", "see the cause next to it"}},

	{string(suite.Critical), Meaning{"any site can do it with the data of a logged-in user", "repair it before anything else"}},
	{string(suite.High), Meaning{"any site can that goes to some length, such as to register a name", "repair it soon"}},
	{string(suite.Medium), Meaning{"a neighbour on the domain, the network or the machine can, or any site with what no stranger reaches", "repair it"}},
	{string(suite.Low), Meaning{"what can be read, anybody can ask for without a browser, or no browser takes the page's certificate", "repair the comparison when you are there"}},
	{string(suite.Info), Meaning{"nobody can have such a page, as names are given today", "repair the comparison when you are there"}},

	{suite.Held, Meaning{
		"only the actual response could show it",
		"effects: deliver in cors.yaml, or --effects deliver, lets requests through that may change something, for a server whose data may change",
	}},
	{suite.WouldWait, Meaning{"it takes longer than --max-wait", "allow it more time than the policy's maxAge, such as --max-wait 11m"}},
	{suite.NoResource, Meaning{
		"the target declares nothing of that kind",
		"declare it in cors.yaml under resources, or under request for credentials",
	}},
	{suite.NotObservable, Meaning{"the responses, or the browser, showed no evidence", "declare a resource whose responses do, such as by a header that the policy exposes; or take another browser"}},
	{suite.MixedContent, Meaning{"an https page may not call an http target", "that is so whatever its CORS says: test it behind TLS; connectTo and caFile help before it has a public name"}},
	{suite.OriginImpossible, Meaning{"the browser can put no page on that origin", ""}},
	{suite.Budget, Meaning{"the budget of requests is used up", "allow more by --max-requests, or by limits in cors.yaml; what is required comes first"}},

	{string(fetch.ByDNS), Meaning{"the target's name is unknown", "it is no matter of CORS: check target, or say where to connect to by connectTo"}},
	{string(fetch.ByTLS), Meaning{"the target's certificate or handshake is not valid", "it is no matter of CORS: name a private authority by caFile or --cacert"}},
	{string(fetch.ByConnection), Meaning{"the connection was refused or reset, or there was no valid HTTP", "check that the target runs and can be reached from here"}},
	{string(fetch.ByTimeout), Meaning{"no response came in time", "allow it more time by --timeout"}},
	{string(fetch.ByLocal), Meaning{"local network access, which is not CORS, forbids it", "browsers let a page call a more private address, such as loopback, only with the user's permission and from https: " +
		"judge the target by its public address, or from a page on the same network; no header of CORS changes it"}},
	{string(fetch.ByOther), Meaning{"the request came to nothing, for a cause that has no name here", "see what the browser said"}},
	{"interrupted", Meaning{"the run ended before", "run again"}},
	{"browser", Meaning{"the browser, or corsproof's page in it, failed", "run again; if it stays, it is a mistake of corsproof's"}},
	{"unconfirmed", Meaning{"it failed once without a cause on the wire, and not again", "run again"}},
	{"disagreement", Meaning{"the browser and the Fetch Standard disagree", "it is no fault of the target; please report it to corsproof"}},
}

// adviceOn says what to do about a verdict's reason, if there is anything.
func adviceOn(reason string) string {
	m, _ := MeaningOf(reason)
	return m.How
}

// inWords puts a verdict's reason into words.
func inWords(reason string) string {
	if m, ok := MeaningOf(reason); ok {
		return m.What
	}
	return visible(reason, sentenceLimit)
}

// counted puts a number before a noun.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// listed joins what fits, and counts the rest.
func listed(values []string, limit int) string {
	text := ""
	for i, v := range values {
		if i > 0 && len(text)+len(v) > limit {
			return fmt.Sprintf("%s and %d more", text, len(values)-i)
		}
		if i > 0 {
			text += ", "
		}
		text += v
	}
	return text
}
