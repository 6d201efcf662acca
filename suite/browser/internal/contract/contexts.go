package contract

import (
	"context"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser"
	"github.com/corsproof/corsproof/suite/browser/internal/trial"
	"github.com/corsproof/corsproof/suite/fetch"
)

// contexts says what they share.
func contexts(a Agent) {
	Describe("A context", func() {
		It("shares its CORS-preflight cache among requests with one tag alone", func(ctx SpecContext) {
			target := trial.NewRecorder(trial.Permit)
			c := trial.In(ctx, a.Delivering())
			for _, tag := range []string{"one", "one", "two"} {
				before := len(target.Methods())
				_, err := c.Do(ctx, page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "PUT", Tag: tag})
				if a.AsksAgain && err != nil {
					Expect(err).To(BeAssignableToTypeOf(&fetch.ObservationError{}))
					Expect(target.Methods()[before:]).To(Equal([]string{"OPTIONS", "PUT"}))
					return
				}
				Expect(err).NotTo(HaveOccurred())
			}
			Expect(target.Methods()).To(Equal([]string{"OPTIONS", "PUT", "PUT", "OPTIONS", "PUT"}))
		})

		It("shares it with no other context", func(ctx SpecContext) {
			target := trial.NewRecorder(trial.Permit)
			for range 2 {
				trial.Do(ctx, trial.In(ctx, a.Delivering()), page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "PUT", Tag: "one"})
			}
			Expect(target.Methods()).To(Equal([]string{"OPTIONS", "PUT", "OPTIONS", "PUT"}))
		})

		if !a.Remote {
			It("sends planted cookies from a same-site page, and keeps them to itself", func(ctx SpecContext) {
				var cookies []string
				target := trial.NewRecorder(func(w http.ResponseWriter, r *http.Request) {
					trial.Permit(w, r)
					cookies = append(cookies, r.Header.Get("Cookie"))
				})
				ua, err := a.Start(ctx, browser.Options{ConnectTo: map[string]string{"api.example.test:80": target.Listener.Addr().String()}})
				Expect(err).NotTo(HaveOccurred())
				DeferCleanup(end, ua)
				get := fetch.Request{API: fetch.Fetch, URL: "http://api.example.test/", Method: "GET", Credentials: fetch.Include}
				c := trial.In(ctx, ua)
				Expect(c.SetCookies(ctx, get.URL, []fetch.Cookie{{Name: "sid", Value: "7"}})).To(Succeed())
				trial.Do(ctx, c, "http://app.example.test", get)
				trial.Do(ctx, trial.In(ctx, ua), "http://app.example.test", get)
				get.Credentials = fetch.SameOrigin
				trial.Do(ctx, c, "http://app.example.test", get)
				Expect(cookies).To(Equal([]string{"sid=7", "", ""}))
			})
		}

		It("ends with its caller", func(ctx SpecContext) {
			quit := make(chan struct{})
			target := trial.NewRecorder(func(http.ResponseWriter, *http.Request) { <-quit })
			DeferCleanup(func() { close(quit) })
			c := trial.In(ctx, a.Delivering())
			Expect(c.Open(ctx, page)).To(Succeed())
			short, cancel := context.WithCancel(ctx)
			go func() {
				Eventually(target.Methods).Should(HaveLen(1))
				cancel()
			}()
			_, err := c.Do(short, page, fetch.Request{API: fetch.Fetch, URL: target.URL + "/", Method: "GET"})
			Expect(err).To(MatchError(context.Canceled))
		})
	})
}
