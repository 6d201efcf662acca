package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/selftest"
)

// MatrixJSON writes a self-test as indented JSON, or several as an array; see
// selftest.Matrix.
func MatrixJSON(w io.Writer, all []*selftest.Matrix) error { return writeJSON(w, oneOrAll(all)) }

// Matrix writes a self-test for people: a line for each server, and more only where
// something is wrong.
func Matrix(w io.Writer, m *selftest.Matrix, o ConsoleOptions) error {
	c := &matrix{console{out: bufio.NewWriter(w), options: o, palette: newPalette(o.Color)}, m}
	c.line("%s", c.palette.strong("corsproof")+", tried by "+userAgent(m.Browser))
	c.faults()
	c.sound()
	c.idle()
	c.broken()
	c.counts()
	return c.out.Flush()
}

// A matrix is one self-test that is being written.
type matrix struct {
	console
	of *selftest.Matrix
}

func (c *matrix) faults() {
	c.heading("Servers with one mistake, and the scenarios that notice it")
	column := 0
	for _, f := range c.of.Faults {
		column = max(column, len(f.ID))
	}
	for _, f := range c.of.Faults {
		v, text := suite.Pass, strings.Join(f.By, " ")
		switch {
		case len(f.Broken) > 0:
			v, text = suite.Broken, "the trial itself broke"
		case f.Skipped != "":
			v, text = suite.Unjudged, "not judged: "+f.Skipped
		case f.Invisible != "":
			v, text = suite.Unjudged, "invisible: "+f.Invisible
		case !f.Noticed && len(f.By) > 0:
			v, text = suite.Fail, "not noticed, but by what is informative: "+text
		case !f.Noticed:
			v, text = suite.Fail, "not noticed"
		}
		if f.Harmless != "" {
			text += " (harmless: " + f.Harmless + ")"
		}
		c.entry(v, f.ID, column, text)
		if c.options.Verbose || v == suite.Fail {
			c.hanging(strings.Repeat(" ", fieldIndent), fieldIndent, f.Sentence)
		}
	}
}

func (c *matrix) sound() {
	if len(c.of.Sound) == 0 {
		return
	}
	c.heading("Servers that keep their policy")
	for _, s := range c.of.Sound {
		v := suite.Pass
		if len(s.Broken) > 0 {
			v = suite.Broken
		}
		if len(s.Findings) > 0 {
			v = suite.Fail
		}
		c.entry(v, s.Name, 0, "")
		for _, finding := range s.Findings {
			c.sentence(finding)
		}
	}
}

func (c *matrix) idle() {
	idle, untried := c.of.Idle(), c.of.Untried()
	if len(idle)+len(untried) == 0 {
		return
	}
	c.heading("Scenarios that notice nothing")
	for _, s := range idle {
		c.entry(suite.Fail, s.ID, 0, "")
	}
	for _, s := range untried {
		c.entry(suite.Unjudged, s.ID, 0, s.Untried)
	}
}

func (c *matrix) broken() {
	broken := c.of.Broken()
	if len(broken) == 0 {
		return
	}
	c.heading("What broke")
	for _, b := range broken {
		c.sentence(b)
	}
}

// counts ends the report with its numbers and one sentence.
func (c *matrix) counts() {
	c.line("")
	m := c.of
	judged := len(m.Faults) - len(m.Skipped()) - len(m.Invisible())
	text := fmt.Sprintf("%s judged, %d not noticed", counted(judged, "mistake"), len(m.Unnoticed()))
	if n := len(m.Skipped()); n > 0 {
		text += fmt.Sprintf(", %d not judged by %s", n, m.Browser.Name)
	}
	if n := len(m.Invisible()); n > 0 {
		text += fmt.Sprintf(", %d invisible to it", n)
	}
	if len(m.Scenarios) > 0 {
		text += fmt.Sprintf("; %s, %d notice nothing", counted(len(m.Scenarios), "scenario"), len(m.Idle()))
		excused := 0
		for _, s := range m.Scenarios {
			if s.BrowserOnly != "" && len(s.Notices) == 0 {
				excused++
			}
		}
		if excused > 0 {
			text += fmt.Sprintf(", %d in a browser alone", excused)
		}
		if n := len(m.Untried()); n > 0 {
			text += fmt.Sprintf(", %d could not", n)
		}
	}
	if len(m.Sound) > 0 {
		text += fmt.Sprintf("; %s right, %d accused", counted(len(m.Sound), "server"), len(m.Accused()))
	}
	c.hanging("", 0, text)
	paint, sentence := c.palette.good, "corsproof notices what it should, and no more."
	switch m.ExitCode() {
	case suite.ExitFails:
		paint, sentence = c.palette.bad, "corsproof does not notice what it should, or accuses who is right."
	case suite.ExitNoJudgement:
		paint, sentence = c.palette.doubt, "No judgement: the trial itself broke."
	}
	c.line("%s", paint(sentence))
}

func (c *matrix) heading(title string) {
	c.line("")
	c.line("%s", c.palette.strong(title))
}

// entry writes a line that begins with a mark, a name and room up to a column.
func (c *matrix) entry(v suite.Verdict, name string, column int, text string) {
	label := fmt.Sprintf("%-*s", column, name)
	if text == "" {
		c.line("  %s %s", c.mark(v), strings.TrimRight(label, " "))
		return
	}
	c.hanging("  "+c.mark(v)+" "+label+"  ", 6+len(label), text)
}

// sentence writes what a scenario says, which may be of several lines.
func (c *matrix) sentence(s string) {
	for line := range strings.Lines(s) {
		c.hanging(strings.Repeat(" ", fieldIndent), fieldIndent, visible(strings.TrimRight(line, "\n"), sentenceLimit))
	}
}
