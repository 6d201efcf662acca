package report

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress shows on a terminal how far a run has come, on a line that it takes away in
// the end.
type Progress struct {
	bar *progressbar.ProgressBar
}

// NewProgress begins to show, while the browser starts.
func NewProgress(w io.Writer) *Progress {
	return &Progress{progressbar.NewOptions(1,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("opening pages"),
		progressbar.OptionSetWidth(30),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetRenderBlankState(true),
	)}
}

// Update says how many requests have been tried, of how many. There may be more in the
// end than in the beginning, since failures are tried again.
func (p *Progress) Update(done, total int) {
	p.bar.Describe("judging")
	if total != p.bar.GetMax() {
		p.bar.ChangeMax(total)
	}
	if done < total {
		p.bar.Set(done) // a bar that is full would end
	}
}

// Done takes the line away. It may be called twice.
func (p *Progress) Done() {
	p.bar.Finish()
}
