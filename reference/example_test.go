package reference_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/corsproof/corsproof/reference"
	"github.com/corsproof/corsproof/reference/policy"
)

// The application below the handler knows nothing of CORS. Here, it has no item:
// that is for scripts to know too, so the error has the headers as well.
func ExampleCORS_Handler() {
	cors, err := reference.New(reference.Policy{
		AllowOrigins:     []string{"https://app.example.com", "https://*.example.org"},
		AllowMethods:     []string{"GET", "PUT"},
		AllowHeaders:     []string{"Content-Type"},
		ExposeHeaders:    []string{"ETag"},
		AllowCredentials: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	application := http.NewServeMux()
	application.Handle("PUT /v1/items/{id}", http.NotFoundHandler())
	server := cors.Handler(application)

	preflight := httptest.NewRequest("OPTIONS", "/v1/items/1", nil)
	preflight.Header.Set("Origin", "https://www.example.org")
	preflight.Header.Set("Access-Control-Request-Method", "PUT")
	preflight.Header.Set("Access-Control-Request-Headers", "content-type")

	actual := httptest.NewRequest("PUT", "/v1/items/1", nil)
	actual.Header.Set("Origin", "https://www.example.org")
	actual.Header.Set("Content-Type", "application/json")

	for _, request := range []*http.Request{preflight, actual} {
		response := httptest.NewRecorder()
		server.ServeHTTP(response, request)
		fmt.Println(request.Method, response.Code)
		for _, name := range []string{
			"Access-Control-Allow-Origin",
			"Access-Control-Allow-Credentials",
			"Access-Control-Allow-Methods",
			"Access-Control-Allow-Headers",
			"Access-Control-Expose-Headers",
			"Vary",
		} {
			if value := response.Header().Get(name); value != "" {
				fmt.Printf("  %s: %s\n", name, value)
			}
		}
	}
	// Output:
	// OPTIONS 204
	//   Access-Control-Allow-Origin: https://www.example.org
	//   Access-Control-Allow-Credentials: true
	//   Access-Control-Allow-Methods: GET, PUT
	//   Access-Control-Allow-Headers: Content-Type
	// PUT 404
	//   Access-Control-Allow-Origin: https://www.example.org
	//   Access-Control-Allow-Credentials: true
	//   Access-Control-Expose-Headers: ETag
	//   Vary: Origin
}

// A policy's mistakes come all at once, each with what to write instead.
func ExampleNew_error() {
	_, err := reference.New(reference.Policy{
		AllowOrigins: []string{"https://App.example.com/", "https://example.*"},
		AllowMethods: []string{"GET", "TRACE"},
	})
	for mistake := range policy.Errors(err) {
		fmt.Println(mistake)
	}
	// Output:
	// allowOrigins[0]: "https://App.example.com/" has a path, or a slash at its end; expected "https://app.example.com"
	// allowOrigins[1]: "https://example.*" has a "*" in a place where it means nothing; expected "*" alone, or "*." in front of a domain, such as "https://*.example.org"
	// allowMethods[1]: "TRACE" is kept from scripts by browsers; expected a method, such as "PUT", or "*"
}
