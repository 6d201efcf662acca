package suite

import (
	"slices"

	"github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/fetch"
)

// deciding is the step that decides in a walk, and whether one does.
func deciding(walk []fetch.Step) (fetch.Step, bool) {
	i := slices.IndexFunc(walk, func(s fetch.Step) bool { return s.Decides })
	if i < 0 {
		return fetch.Step{}, false
	}
	return walk[i], true
}

var _ = ginkgo.Describe("Walks", func() {
	ginkgo.It("end where the Standard has a result fail", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, stackedTarget(fetch.Deliver), &fetch.Model{Effects: fetch.Deliver}, Filter{})
		walks, compared := Walks(report), 0
		for _, r := range report.Results {
			if len(r.Attempts) > 0 {
				Expect(walks[r.Key]).To(HaveLen(len(r.Decided().Steps)), r.Key)
			}
			if r.Verdict != Fail || len(walks[r.Key]) != 1 || fetch.Reason(r.Reason).Chromium() == "" {
				continue
			}
			step, ok := deciding(walks[r.Key][0].Steps)
			Expect(ok).To(BeTrue(), r.Key)
			Expect([]string{step.Algorithm, step.Step, string(step.Outcome)}).To(Equal([]string{r.Failures[0].Algorithm, r.Failures[0].Step, "refuses"}), r.Key)
			compared++
		}
		Expect(compared).To(BeNumerically(">", 3))
	})

	ginkgo.It("allow what a script could read", func(ctx ginkgo.SpecContext) {
		report := judged(ctx, serve(keep), &fetch.Model{Effects: fetch.Deliver}, Filter{})
		walks, compared := Walks(report), 0
		for _, r := range report.Results {
			for i, o := range r.Decided().Steps {
				if r.Origin == "" || o.Response.Type != fetch.CORS {
					continue
				}
				Expect(walks[r.Key][i].Policy).To(Equal(onePolicy), r.Key)
				Expect(walks[r.Key][i].Origin).To(Or(Equal(r.Origin), BeEmpty()), r.Key)
				step, _ := deciding(walks[r.Key][i].Steps)
				Expect(step.Outcome).To(Equal(fetch.Allows), r.Key)
				compared++
			}
		}
		Expect(compared).To(BeNumerically(">", 10))
	})

	ginkgo.It("are none of what was not tried, or is not known", func() {
		Expect(Walks(&Report{Results: []Result{{Key: "a"}, {Key: "b", Attempts: []Attempt{{}}}}})).To(BeEmpty())
	})
})
