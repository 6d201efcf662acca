// Package webdriver is a small client of WebDriver over plain HTTP. It knows the form of
// commands and answers, and none of the commands.
//
// https://www.w3.org/TR/webdriver2/#endpoints
package webdriver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// A Client sends commands to a remote end.
type Client struct {
	// URL is where its endpoints begin, without a slash at the end. If it names a user,
	// requests are authorized by that.
	URL string

	HTTP *http.Client
}

// An Error is what a remote end says of a command that failed.
type Error struct {
	Code    string `json:"error"`
	Message string `json:"message"`
}

func (e *Error) Error() string {
	if e.Message == "" {
		return e.Code
	}
	return e.Code + ": " + e.Message
}

// Call sends a command and returns its value. A command that fails is an *Error.
func (c Client) Call(ctx context.Context, method, path string, parameters any) (json.RawMessage, error) {
	var body io.Reader
	if method == http.MethodPost {
		if parameters == nil {
			parameters = struct{}{}
		}
		data, err := json.Marshal(parameters)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.URL+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.HTTP.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var answer struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%s %s: status %d, and %w", method, path, response.StatusCode, err)
	}
	if response.StatusCode != http.StatusOK {
		failed := new(Error)
		if err := json.Unmarshal(answer.Value, failed); err != nil || failed.Code == "" {
			return nil, fmt.Errorf("%s %s: status %d", method, path, response.StatusCode)
		}
		return nil, failed
	}
	return answer.Value, nil
}
