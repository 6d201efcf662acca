package fetch

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
)

// A Consumer is what makes a request in place of a script's own call: an element
// that loads a resource, or an interface that shows less of the response than
// fetch() does.
type Consumer string

const (
	// ByAPI is the zero value: the interface that Request.API names.
	ByAPI Consumer = ""

	// Image is an img element, which a script draws on a canvas.
	//
	// https://html.spec.whatwg.org/multipage/images.html#update-the-image-data
	Image Consumer = "image"

	// Script is a script element with a classic script.
	//
	// https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-classic-script
	Script Consumer = "script"

	// Module is a script element with a module script. It is always in mode
	// "cors".
	//
	// https://html.spec.whatwg.org/multipage/webappapis.html#fetch-a-single-module-script
	Module Consumer = "module"

	// Style is a link element with a style sheet, whose rules a script reads.
	//
	// https://html.spec.whatwg.org/multipage/links.html#link-type-stylesheet
	Style Consumer = "style"

	// Font is a FontFace. It is always in mode "cors", without credentials for
	// another origin.
	//
	// https://drafts.csswg.org/css-fonts/#font-fetching-requirements
	Font Consumer = "font"

	// Track is a track element with captions, whose text a script reads. The attribute
	// crossorigin is that of its video; without it, captions of another origin are not
	// even asked for.
	//
	// https://html.spec.whatwg.org/multipage/media.html#start-the-track-processing-model
	Track Consumer = "track"

	// Events is an EventSource. It is always in mode "cors"; its withCredentials
	// is set for the credentials mode Include.
	//
	// https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
	Events Consumer = "events"

	// Beacon is navigator.sendBeacon(), with a Blob of the type that the header
	// Content-Type says, or else a string. It is always credentialed, and in mode
	// "cors" if its type is not CORS-safelisted.
	//
	// https://w3c.github.io/beacon/#sendbeacon-method
	Beacon Consumer = "beacon"

	// WorkerScript is the constructor of a dedicated worker, which takes no URL of
	// another origin, whatever the server says.
	//
	// https://html.spec.whatwg.org/multipage/workers.html#dedicated-workers-and-the-worker-interface
	WorkerScript Consumer = "worker"
)

// A CrossOrigin is the crossorigin attribute of an element.
//
// https://html.spec.whatwg.org/multipage/urls-and-fetching.html#cors-settings-attributes
type CrossOrigin string

const (
	NoCrossOrigin  CrossOrigin = "" // no such attribute
	Anonymous      CrossOrigin = "anonymous"
	UseCredentials CrossOrigin = "use-credentials"
)

// Executes reports whether the request has a page run what the server sends.
func (r Request) Executes() bool { return r.Consumer == Script || r.Consumer == Module }

// asConsumer returns the request with the method, the mode, the credentials and
// the headers that its consumer gives it.
func (r Request) asConsumer() Request {
	if r.Mode == "" {
		r.Mode = CORSMode
	}
	if r.Consumer == ByAPI {
		return r
	}
	contentType, hasType := r.Headers.Get("Content-Type")
	body, credentials := r.Body, r.Credentials
	r.Method, r.Body, r.Headers, r.Redirect = "GET", "", nil, Follow
	r.Mode, r.Credentials = CORSMode, SameOrigin
	switch r.Consumer {
	case Image, Script, Style:
		if r.CrossOrigin == NoCrossOrigin {
			r.Mode = NoCORS
		}
		if r.CrossOrigin != Anonymous {
			r.Credentials = Include
		}
	case Module:
		if r.CrossOrigin == UseCredentials {
			r.Credentials = Include
		}
	case Track:
		if r.CrossOrigin == NoCrossOrigin {
			r.Mode = SameOriginMode
		}
		if r.CrossOrigin != Anonymous {
			r.Credentials = Include
		}
	case Events:
		if credentials == Include {
			r.Credentials = Include
		}
		r.Headers = HeaderList{{"Accept", "text/event-stream"}}
		r.Cache = NoStore
	case Beacon:
		r.Method, r.Body, r.Credentials, r.Keepalive = "POST", body, Include, true
		r.Mode = NoCORS
		if hasType {
			r.Headers = HeaderList{{"Content-Type", lower(contentType)}} // a Blob's type is in lower case
			if !IsSafelistedRequestHeader("Content-Type", lower(contentType)) {
				r.Mode = CORSMode
			}
		}
	case WorkerScript:
		r.Mode = SameOriginMode
	}
	return r
}

// EffectiveMode returns the mode that the request has, by itself or by its consumer.
func (r Request) EffectiveMode() Mode { return r.asConsumer().Mode }

// IsUnsafe reports whether the request has an unsafe method, as its consumer makes
// it.
func (r Request) IsUnsafe() bool { return Hold.Holds(NormalizeMethod(r.asConsumer().Method)) }

// unusable returns why the consumer cannot use a response that it was given, or
// "". What it does with opaque ones is no different.
func unusable(consumer Consumer, response WireResponse, body []byte) string {
	essence := mimeType(response.Headers)
	ok := response.Status >= 200 && response.Status <= 299
	switch consumer {
	case Image: // whatever the status
		if !isImage(essence, body) {
			return "it is no image"
		}
	case Script, Module, Style:
		switch {
		case !ok:
			return "its status is an error"
		case consumer == Style && essence != "text/css":
			return "it is no style sheet by its Content-Type"
		case consumer == Module && !isJavaScript(essence):
			return "it is no JavaScript by its Content-Type"
		case consumer == Script && !isJavaScript(essence) && blocksAsScript(response.Headers, essence):
			return "its Content-Type forbids that it is a script"
		}
	case Font:
		if !ok {
			return "its status is an error"
		}
		if !isFont(body) {
			return "it is no font"
		}
	case Track:
		if !ok {
			return "its status is an error"
		}
		if !isCaptions(body) {
			return "it is no WebVTT"
		}
	case Events:
		if response.Status != http.StatusOK {
			return "its status is not 200"
		}
		if essence != "text/event-stream" {
			return "it is no event stream by its Content-Type"
		}
	}
	return ""
}

// mimeType returns the essence of the last Content-Type.
//
// https://fetch.spec.whatwg.org/#concept-header-extract-mime-type
func mimeType(headers HeaderList) string {
	values := headers.Values("Content-Type")
	if len(values) == 0 {
		return ""
	}
	return essence(values[len(values)-1])
}

// https://mimesniff.spec.whatwg.org/#javascript-mime-type
func isJavaScript(essence string) bool {
	switch essence {
	case "application/ecmascript", "application/javascript", "application/x-ecmascript",
		"application/x-javascript", "text/ecmascript", "text/javascript", "text/javascript1.0",
		"text/javascript1.1", "text/javascript1.2", "text/javascript1.3", "text/javascript1.4",
		"text/javascript1.5", "text/jscript", "text/livescript", "text/x-ecmascript", "text/x-javascript":
		return true
	}
	return false
}

// blocksAsScript reports whether a type that is not JavaScript's keeps a response
// from being a classic script.
//
// https://fetch.spec.whatwg.org/#should-response-to-request-be-blocked-due-to-mime-type?
// https://fetch.spec.whatwg.org/#should-response-to-request-be-blocked-due-to-nosniff?
func blocksAsScript(headers HeaderList, essence string) bool {
	options, _ := get(headers, "X-Content-Type-Options")
	first, _, _ := strings.Cut(options, ",")
	return equalFold(strings.Trim(first, whitespace), "nosniff") || essence == "text/csv" ||
		strings.HasPrefix(essence, "image/") || strings.HasPrefix(essence, "audio/") || strings.HasPrefix(essence, "video/")
}

// isImage reports whether a user agent would decode the body: it goes by the first
// bytes, and by the type where these say nothing.
//
// https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
func isImage(essence string, body []byte) bool {
	if essence == "image/svg+xml" {
		return bytes.Contains(body, []byte("<svg"))
	}
	return strings.HasPrefix(http.DetectContentType(body), "image/") ||
		len(body) > 12 && string(body[4:8]) == "ftyp" && slices.Contains([]string{"avif", "avis"}, string(body[8:12]))
}

// isFont reports whether the body begins as the formats of fonts do.
//
// https://mimesniff.spec.whatwg.org/#matching-a-font-type-pattern
func isFont(body []byte) bool {
	for _, signature := range []string{"\x00\x01\x00\x00", "OTTO", "true", "wOFF", "wOF2"} {
		if bytes.HasPrefix(body, []byte(signature)) {
			return true
		}
	}
	return false
}

// isCaptions reports whether the body begins as WebVTT does.
//
// https://www.w3.org/TR/webvtt1/#file-parsing
func isCaptions(body []byte) bool {
	rest, found := bytes.CutPrefix(bytes.TrimPrefix(body, []byte("\uFEFF")), []byte("WEBVTT"))
	return found && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\n\r"), rest[0]) >= 0)
}
