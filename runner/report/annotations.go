package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/suite"
)

// maxAnnotations is how many of one kind GitHub shows of a step. One is kept for what
// is left over.
const maxAnnotations = 10

// Annotations writes workflow commands, which GitHub Actions shows above a run and in
// its pull request: an error for each required scenario that failed, a warning for each
// other one, and an error or a warning that sums up a run without a judgement.
//
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
func Annotations(w io.Writer, r *suite.Report) error {
	out := bufio.NewWriter(w)
	a := annotator{out: out, left: map[string][]string{}, written: map[string]int{}}
	for _, c := range chapters(r) {
		for _, s := range c.scenarios {
			for _, g := range s.groups(false) {
				if g.verdict == suite.Fail {
					a.failure(g, r.Target.URL)
				}
			}
		}
	}
	a.rest()
	if r.ExitCode() == suite.ExitNoJudgement {
		a.write("error", "corsproof", Judgement(r))
	} else if r.Partial != "" {
		a.write("warning", "corsproof", partial(r))
	}
	return out.Flush()
}

type annotator struct {
	out     *bufio.Writer
	written map[string]int
	left    map[string][]string // ids of what was not written, by command
}

// failure annotates one failed group, or leaves it for rest.
func (a *annotator) failure(g group, target string) {
	r := g.first()
	command := "warning"
	if r.Level == suite.Required {
		command = "error"
	}
	if a.written[command] >= maxAnnotations-2 {
		a.left[command] = append(a.left[command], r.ID)
		return
	}
	a.write(command, visible(r.ID, valueLimit), visible(r.Title, sentenceLimit)+"\n\n"+plain(r, target))
}

// rest annotates what was left over.
func (a *annotator) rest() {
	for _, command := range []string{"error", "warning"} {
		if ids := a.left[command]; len(ids) > 0 {
			a.write(command, "corsproof", fmt.Sprintf("%s more: %s", counted(len(ids), "failure"), visible(strings.Join(ids, ", "), sentenceLimit)))
		}
	}
}

func (a *annotator) write(command, title, message string) {
	a.written[command]++
	fmt.Fprintf(a.out, "::%s title=%s::%s\n", command, propertyEscaper.Replace(title), dataEscaper.Replace(strings.TrimRight(message, "\n")))
}

// The escapes of workflow commands: dataEscaper's for a message, and propertyEscaper's
// for what stands before it.
var (
	dataEscaper     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscaper = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
