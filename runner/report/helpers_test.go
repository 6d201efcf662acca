package report_test

import (
	"io"
	"reflect"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/report"
	"github.com/corsproof/corsproof/suite"
	"github.com/corsproof/corsproof/suite/fetch"
)

const (
	target = "https://api.example.com"
	app    = "https://app.example.com"
)

// reported is a report of these results, as suite.Run would sum them up.
func reported(results ...suite.Result) *suite.Report {
	r := &suite.Report{
		SchemaVersion: suite.SchemaVersion,
		Tool:          suite.Tool{Name: "corsproof", Version: "v1.2.3"},
		Browsers:      []fetch.About{{Name: "chromium", Version: "140.0", Flags: []string{"--headless"}}},
		Target: suite.Target{
			URL:       target,
			Policy:    policy.Policy{AllowOrigins: []string{app}, MaxAge: new(600)},
			Resources: []suite.Resource{{Path: "/v1/items"}},
		},
		Summary: map[suite.Verdict]int{},
		Results: results,
	}
	for _, v := range []suite.Verdict{suite.Pass, suite.Fail, suite.Blocked, suite.Unclaimed, suite.Unjudged, suite.Broken} {
		r.Summary[v] = 0
	}
	for _, result := range results {
		r.Summary[result.Verdict]++
	}
	return r
}

// result is one of a scenario that the suite has.
func result(id string, api fetch.API, v suite.Verdict, reason string) suite.Result {
	for _, s := range known {
		if s.ID == id {
			return resultOf(s, api, v, reason)
		}
	}
	panic("no scenario " + id)
}

var known = suite.Scenarios()

func resultOf(s suite.Scenario, api fetch.API, v suite.Verdict, reason string) suite.Result {
	return suite.Result{
		Key: s.ID + " api=" + string(api) + " browser=chromium", ID: s.ID, Title: s.Title, Browser: "chromium",
		API: api, Level: s.Level, Verdict: v, Reason: reason, Spec: s.SpecURL(),
		Attempts: []suite.Attempt{{}},
	}
}

// passed is a result that passed.
func passed(id string, api fetch.API, bindings ...string) suite.Result {
	return bound(result(id, api, suite.Pass, ""), bindings...)
}

// bound gives a result bindings: role, value, role, value.
func bound(r suite.Result, bindings ...string) suite.Result {
	r.Bindings = map[string]string{}
	for i := 0; i < len(bindings); i += 2 {
		r.Bindings[bindings[i]] = bindings[i+1]
		r.Key += " " + bindings[i] + "=" + bindings[i+1]
	}
	return r
}

// held is a result that was held back.
func held(id, method string) suite.Result {
	r := result(id, fetch.Fetch, suite.Unjudged, suite.Held)
	r.Resource = "/v1/items"
	r.Attempts = []suite.Attempt{{Steps: []fetch.Observation{{Exchanges: []fetch.Exchange{{
		Kind: fetch.Actual, Held: true, Request: fetch.WireRequest{Method: method, URL: target + "/v1/items"},
	}}}}}}
	return r
}

// lines are some of a configuration.
var lines = []string{"map $http_origin $cors_origin {", "\t\"~.\"  $http_origin;", "}"}

// serverError is a failure with everything that a failure can have.
func serverError(api fetch.API) suite.Result {
	r := bound(result("errors.server", api, suite.Fail, "MissingAllowOriginHeader"), "resource-with-server-error", "/v1/broken")
	r.Expected = "GET /v1/broken from https://app.example.com has its response shared with the script"
	r.Observed = `CORS check, step 2: Access-Control-Allow-Origin is missing, expected "https://app.example.com"`
	r.Step = "CORS check, step 2"
	r.Fixes = []string{"Send Access-Control-Allow-Origin on this response.", "Error answers need the headers too."}
	r.Failures = []suite.Failure{
		{Failure: fetch.Failure{Reason: fetch.MissingAllowOriginHeader}, Chromium: "MissingAllowOriginHeader", Firefox: "CORSMissingAllowOrigin"},
		{Failure: fetch.Failure{
			Algorithm: "CORS check", Step: "8", Reason: fetch.InvalidAllowCredentials,
			Header: "Access-Control-Allow-Credentials", Given: "missing", Expected: `"true"`, By: "corsproof",
		}, Chromium: "InvalidAllowCredentials", Firefox: "CORSMissingAllowCredentials"},
	}
	r.Repairs = []suite.Repair{{Server: "nginx", Why: []string{"Mind this."}, Lines: lines}}
	r.Replay = []string{"curl -i https://api.example.com/v1/broken -H 'Origin: https://app.example.com'"}
	r.Seconds = 0.25
	r.Exchanges = []fetch.Exchange{
		{
			Kind: fetch.Preflight,
			Request: fetch.WireRequest{Method: "OPTIONS", URL: target + "/v1/broken", Headers: fetch.HeaderList{
				{Name: "Access-Control-Request-Method", Value: "GET"},
				{Name: "Access-Control-Request-Headers", Value: "content-type"},
			}},
			Response: &fetch.WireResponse{Status: 204, StatusText: "No Content", Headers: fetch.HeaderList{
				{Name: "Access-Control-Allow-Origin", Value: app},
				{Name: "Date", Value: "today"},
			}},
		},
		{
			Kind:     fetch.Actual,
			Request:  fetch.WireRequest{Method: "GET", URL: target + "/v1/broken"},
			Response: &fetch.WireResponse{Status: 500},
		},
	}
	return r
}

// written is what one of the package's functions writes.
func written(write func(io.Writer) error) string {
	GinkgoHelper()
	var b strings.Builder
	Expect(write(&b)).To(Succeed())
	return b.String()
}

// console is the console report.
func console(r *suite.Report, o report.ConsoleOptions) string {
	GinkgoHelper()
	return written(func(w io.Writer) error { return report.Console(w, r, o) })
}

// fill writes s into every string of v, whatever its type, and into one element of
// every slice and map that has none.
func fill(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		fill(v.Elem(), s)
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		}
		for i := range v.Len() {
			fill(v.Index(i), s)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, s)
		fill(value, s)
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), s)
			}
		}
	case reflect.String:
		v.SetString(s)
	}
}
