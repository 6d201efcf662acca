package report

import "github.com/fatih/color"

// A palette paints text. It is plain unless colour was asked for: the environment is
// the caller's to read.
type palette struct {
	strong, good, bad, doubt, faint func(...any) string
}

func newPalette(colour bool) palette {
	paint := func(attributes ...color.Attribute) func(...any) string {
		c := color.New(attributes...)
		if colour {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c.SprintFunc()
	}
	return palette{
		strong: paint(color.Bold),
		good:   paint(color.FgGreen),
		bad:    paint(color.FgRed),
		doubt:  paint(color.FgYellow),
		faint:  paint(color.Faint),
	}
}
