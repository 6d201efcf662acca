package suite

import (
	"fmt"

	"github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/suite/fetch"
)

// A size is how many of each thing a target declares.
type size struct{ origins, methods, headers, exposed, resources int }

func (s size) String() string {
	return fmt.Sprintf("%d origins, %d methods, %d headers, %d exposed, %d resources", s.origins, s.methods, s.headers, s.exposed, s.resources)
}

// cost is how many requests a target of that size is sent at most, and how many plays
// there are.
func (s size) cost() int {
	names := func(n int, format string) []string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(format, i))
		}
		return all
	}
	target := Target{
		URL: "https://api.example",
		Policy: policy.Policy{
			AllowOrigins:     names(s.origins, "https://app%d.example"),
			AllowMethods:     append([]string{"GET", "HEAD", "POST"}, names(s.methods, "METHOD%d")...),
			AllowHeaders:     names(s.headers, "X-Listed-%d"),
			ExposeHeaders:    names(s.exposed, "X-Exposed-%d"),
			AllowCredentials: true,
			MaxAge:           new(600),
		},
		Effects: fetch.Deliver,
	}
	for _, path := range names(s.resources, "/r%d") {
		target.Resources = append(target.Resources, Resource{Path: path})
	}
	n := 0
	for _, p := range plan(target, Filter{}, 0) {
		if p.gap == nil {
			n += p.needs()
		}
	}
	return n
}

// least is more than the few that some scenarios compare with each other.
var least = size{4, 4, 4, 4, 4}

// grow returns the size with so many more of what is named.
func (s size) grow(what string, n int) size {
	switch what {
	case "origins":
		s.origins += n
	case "methods":
		s.methods += n
	case "headers":
		s.headers += n
	case "exposed headers":
		s.exposed += n
	case "resources":
		s.resources += n
	}
	return s
}

var kinds = []string{"origins", "methods", "headers", "exposed headers", "resources"}

var _ = ginkgo.Describe("The cost of a run", func() {
	for _, what := range kinds {
		ginkgo.It("grows by the same for each of its "+what, func() {
			step := least.grow(what, 1).cost() - least.cost()
			Expect(step).To(BeNumerically(">", 0), "each is tried")
			for _, n := range []int{2, 10, 96} {
				Expect(least.grow(what, n).cost()-least.cost()).To(Equal(n*step), least.grow(what, n).String())
			}
			Expect(step).To(BeNumerically("<=", mostEach), "and that is little")
		})
	}

	ginkgo.It("grows with the sum of them, and not with their product", func() {
		for i, a := range kinds {
			for _, b := range kinds[:i] {
				alone := least.grow(a, 10).cost() + least.grow(b, 10).cost() - least.cost()
				Expect(least.grow(a, 10).grow(b, 10).cost()).To(Equal(alone), a+" and "+b)
			}
		}
		all, sum := least, least.cost()
		for _, what := range kinds {
			all = all.grow(what, 10)
			sum += least.grow(what, 10).cost() - least.cost()
		}
		Expect(all.cost()).To(Equal(sum))
	})
})

// mostEach is how many requests one more origin, method, header or resource may cost: a
// few scenarios, each by fetch() and XMLHttpRequest, each with a CORS-preflight request.
const mostEach = 60
