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
	cors, err := reference.New(reference.Config{Policy: reference.Policy{
		AllowOrigins:     []string{"https://app.example.com", "https://*.example.org"},
		AllowMethods:     []string{"GET", "PUT"},
		AllowHeaders:     []string{"Content-Type"},
		ExposeHeaders:    []string{"ETag"},
		AllowCredentials: true,
	}})
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

// A configuration's mistakes come all at once, each with what to write instead.
func ExampleNew_error() {
	_, err := reference.New(reference.Config{Policy: reference.Policy{
		AllowOrigins:     []string{"https://App.example.com/", "http://app.example.org"},
		AllowMethods:     []string{"GET", "TRACE", "put"},
		AllowCredentials: true,
	}})
	for mistake := range policy.Errors(err) {
		fmt.Println(mistake)
	}
	// Output:
	// allowOrigins[0]: "https://App.example.com/" has a path, or a slash at its end; expected "https://app.example.com"
	// allowMethods[1]: "TRACE" is kept from scripts by browsers; expected a method, such as "PUT", or "*"
	// allowOrigins[1]: "http://app.example.org" is trusted with credentials or the private network, though anyone on the way can change its pages; expected "https://app.example.org", or DangerouslyAllowInsecureOrigins
	// allowMethods[2]: "put" is sent by browsers in upper case alone; expected "PUT"
}

// The commonest wrong use: the handler stands behind another that answers first. Here
// one asks for a session, which a CORS-preflight request never has. So the user agent
// gets 401 without the headers, and no script can do anything. The handler belongs
// outside of all that answers by itself.
func ExampleCORS_Handler_wrong() {
	cors, err := reference.New(reference.Config{Policy: reference.Policy{
		AllowOrigins: []string{"https://app.example.com"},
		AllowMethods: []string{"PUT"},
	}})
	if err != nil {
		log.Fatal(err)
	}
	withSession := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := r.Cookie("session"); err != nil {
				http.Error(w, "no session", http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	application := http.NotFoundHandler()
	wrong := withSession(cors.Handler(application))
	right := cors.Handler(withSession(application))

	preflight := httptest.NewRequest("OPTIONS", "/v1/items/1", nil)
	preflight.Header.Set("Origin", "https://app.example.com")
	preflight.Header.Set("Access-Control-Request-Method", "PUT")
	for _, server := range []http.Handler{wrong, right} {
		response := httptest.NewRecorder()
		server.ServeHTTP(response, preflight)
		fmt.Printf("%d %q\n", response.Code, response.Header().Get("Access-Control-Allow-Origin"))
	}
	// Output:
	// 401 ""
	// 204 "https://app.example.com"
}
