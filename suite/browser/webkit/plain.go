package webkit

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/suite/fetch"
)

// A plain connection is one of HTTP without TLS, between the browser and a target. What
// goes over it is read on its way, byte by byte as it is; net/http would refuse some of
// it, and change the rest.
type plain struct {
	relay  *relay
	origin string // of the target, as URLs begin
	out    net.Conn
	pipe   *io.PipeReader // from the browser
	in     *bufio.Reader  // the same
	server net.Conn
	back   *bufio.Reader // from the server
}

func newPlain(r *relay, address string, browser net.Conn, in *bufio.Reader, server net.Conn) *plain {
	// A read is always under way, so that the end of the browser's connection is
	// noticed while the server takes its time.
	pr, pw := io.Pipe()
	r.serving.Go(func() {
		_, err := io.Copy(pw, in)
		pw.CloseWithError(err)
		server.Close()
	})
	return &plain{
		relay:  r,
		origin: "http://" + strings.TrimSuffix(address, ":80"),
		out:    browser,
		pipe:   pr,
		in:     bufio.NewReader(pr),
		server: server,
		back:   bufio.NewReader(server),
	}
}

// run passes one exchange after the other on, until one of both ends the connection.
func (p *plain) run() {
	// The read that is always under way ends, or what it has read and nobody wants.
	defer p.out.Close()
	defer p.pipe.Close()
	for {
		head, err := readHead(p.in)
		if err != nil {
			return
		}
		method, target, headers, ok := parseRequest(head)
		if !ok {
			return
		}
		x, err := p.relay.watch.request(p.relay.life, fetch.WireRequest{Method: method, URL: p.origin + target, Headers: headers})
		if err != nil {
			return
		}
		// A server may answer before it has read all, and what it says then counts.
		if _, err := p.server.Write(head); err == nil {
			copyBody(p.server, p.in, requestFraming(headers))
		}
		if !p.answer(x, method) {
			return
		}
	}
}

// answer passes the response on, and reports whether another request may follow.
func (p *plain) answer(x *exchange, method string) bool {
	for {
		head, err := readHead(p.back)
		if err != nil && len(head) == 0 {
			x.fail(fetch.ByConnection, "the connection was closed without a response")
			return false
		}
		response, version, ok := parseResponse(head)
		if !ok || err != nil {
			x.fail(fetch.ByConnection, "the response is no valid HTTP")
			p.out.Write(head)
			io.Copy(p.out, p.back)
			return false
		}
		if response.Status/100 == 1 && response.Status != http.StatusSwitchingProtocols {
			if _, err := p.out.Write(head); err != nil {
				return false
			}
			continue
		}
		if x.answer(p.relay.life, response) != nil {
			return false
		}
		if _, err := p.out.Write(head); err != nil {
			return false
		}
		framing := responseFraming(method, response)
		if err := copyBody(p.out, p.back, framing); err != nil {
			return false
		}
		return framing != untilClose && keepsAlive(version, response.Headers)
	}
}

// maxHead is how long the head of a message may be.
const maxHead = 1 << 20

// readHead reads a message's first line and its headers, and the empty line after them.
// With an error it returns what had come.
func readHead(r *bufio.Reader) ([]byte, error) {
	var head []byte
	for {
		line, err := r.ReadSlice('\n')
		head = append(head, line...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return head, err
		case len(head) > maxHead:
			return head, errors.New("the head is too long")
		case len(head) > 2 && (bytes.HasSuffix(head, []byte("\n\r\n")) || bytes.HasSuffix(head, []byte("\n\n"))):
			return head, nil
		}
	}
}

func parseRequest(head []byte) (method, target string, headers fetch.HeaderList, ok bool) {
	first, rest, _ := strings.Cut(string(head), "\n")
	method, after, _ := strings.Cut(strings.TrimRight(first, "\r"), " ")
	target, version, _ := strings.Cut(after, " ")
	return method, target, parseHeaders(rest), strings.HasPrefix(version, "HTTP/")
}

func parseResponse(head []byte) (response fetch.WireResponse, version string, ok bool) {
	first, rest, _ := strings.Cut(string(head), "\n")
	version, after, _ := strings.Cut(strings.TrimRight(first, "\r"), " ")
	code, text, _ := strings.Cut(after, " ")
	status, err := strconv.Atoi(code)
	response = fetch.WireResponse{Status: status, StatusText: text, Headers: parseHeaders(rest)}
	return response, version, err == nil && strings.HasPrefix(version, "HTTP/1.")
}

// parseHeaders takes the lines apart. One that begins with a space continues the one
// before.
func parseHeaders(text string) fetch.HeaderList {
	var headers fetch.HeaderList
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if last := len(headers) - 1; last >= 0 && (strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")) {
			headers[last].Value = strings.TrimSpace(headers[last].Value + " " + strings.Trim(line, " \t"))
			continue
		}
		if name, value, found := strings.Cut(line, ":"); found {
			headers = append(headers, fetch.Header{Name: name, Value: strings.Trim(value, " \t")})
		}
	}
	return headers
}

// A framing says where a body ends: after so many bytes, or as one of these say.
//
// https://www.rfc-editor.org/rfc/rfc9112#section-6.3
type framing int64

const (
	chunked    framing = -1
	untilClose framing = -2
)

func requestFraming(headers fetch.HeaderList) framing {
	if f := declaredFraming(headers); f != untilClose {
		return f
	}
	return 0
}

func responseFraming(method string, response fetch.WireResponse) framing {
	if method == http.MethodHead || response.Status == http.StatusNoContent || response.Status == http.StatusNotModified {
		return 0
	}
	return declaredFraming(response.Headers)
}

func declaredFraming(headers fetch.HeaderList) framing {
	if coding, _ := headers.Get("Transfer-Encoding"); strings.Contains(strings.ToLower(coding), "chunked") {
		return chunked
	}
	lengths := headers.Values("Content-Length")
	if len(lengths) == 0 {
		return untilClose
	}
	n, err := strconv.ParseInt(lengths[0], 10, 64)
	if err != nil || n < 0 {
		return untilClose
	}
	return framing(n)
}

func copyBody(to io.Writer, from *bufio.Reader, f framing) error {
	switch f {
	case untilClose:
		_, err := io.Copy(to, from)
		return err
	case chunked:
		return copyChunks(to, from)
	}
	_, err := io.CopyN(to, from, int64(f))
	return err
}

// copyChunks copies a chunked body, its trailers included.
func copyChunks(to io.Writer, from *bufio.Reader) error {
	for {
		line, err := from.ReadSlice('\n')
		if err != nil {
			return err
		}
		digits, _, _ := strings.Cut(strings.TrimRight(string(line), "\r\n"), ";")
		size, err := strconv.ParseInt(strings.TrimSpace(digits), 16, 64)
		if _, writeErr := to.Write(line); err != nil || writeErr != nil {
			return errors.Join(err, writeErr)
		}
		if size == 0 {
			return copyTrailers(to, from)
		}
		if _, err := io.CopyN(to, from, size); err != nil {
			return err
		}
		if line, err = from.ReadSlice('\n'); err != nil { // the end of the chunk
			return err
		}
		if _, err := to.Write(line); err != nil {
			return err
		}
	}
}

func copyTrailers(to io.Writer, from *bufio.Reader) error {
	for {
		line, err := from.ReadSlice('\n')
		if err != nil {
			return err
		}
		if _, err := to.Write(line); err != nil {
			return err
		}
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return nil
		}
	}
}

func keepsAlive(version string, headers fetch.HeaderList) bool {
	connection, _ := headers.Get("Connection")
	connection = strings.ToLower(connection)
	if version == "HTTP/1.0" {
		return strings.Contains(connection, "keep-alive")
	}
	return !strings.Contains(connection, "close")
}
