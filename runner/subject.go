package runner

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"

	"github.com/corsproof/corsproof/reference/policy"
	"github.com/corsproof/corsproof/runner/config"
	"github.com/corsproof/corsproof/suite"
)

// A subject is a target and how to reach it.
type subject struct {
	target    suite.Target
	route     route
	authority []byte // further certificate authorities in PEM, or nil
	roots     *x509.CertPool
	secrets   []string
	close     func()
}

// subject returns what the options say to judge. The caller closes it.
func (o Options) subject() (*subject, error) {
	s := &subject{close: func() {}}
	caFile := o.CAFile
	switch {
	case o.Config != nil:
		s.target = o.Config.Target
		s.route = slices.Concat(o.ConnectTo, o.Config.ConnectTo)
		if caFile == "" {
			caFile = o.Config.CAFile
		}
	case o.Target != "":
		return nil, usage(errors.New("--target says where the server is, but not what it promises: " +
			"name a configuration by -f, such as the cors.yaml that \"corsproof init\" writes"))
	default:
		s.route = o.ConnectTo
	}
	if o.Target != "" {
		if err := checkTarget(o.Target); err != nil {
			return nil, usage(err)
		}
		s.target.URL = o.Target
	}
	if err := s.trust(caFile); err != nil {
		return nil, usage(err)
	}
	if o.Config == nil {
		server, err := serveReference()
		if err != nil {
			return nil, noJudgement(err)
		}
		s.target, s.close = server.target, server.close
	}
	if o.Effects != "" {
		s.target.Effects = o.Effects
	}
	for _, c := range s.route {
		s.target.ConnectTo = append(s.target.ConnectTo, c.String())
	}
	s.target.CAFile = caFile
	if o.Config != nil {
		s.secrets = confidential(o.Config.Secrets, s.target)
	}
	return s, nil
}

// trust reads further certificate authorities.
func (s *subject) trust(caFile string) (err error) {
	if caFile == "" {
		return nil
	}
	if s.authority, err = os.ReadFile(caFile); err != nil {
		return fmt.Errorf("no certificate authority: %w", err)
	}
	if s.roots, err = x509.SystemCertPool(); err != nil {
		s.roots = x509.NewCertPool()
	}
	if !s.roots.AppendCertsFromPEM(s.authority) {
		return fmt.Errorf("%s: no certificate in PEM", caFile)
	}
	return nil
}

// targetForm is what a target looks like.
const targetForm = "scheme://host[:port], such as https://api.example.com"

func checkTarget(target string) error {
	origin, err := policy.ParseOrigin(target)
	switch {
	case err != nil:
		return fmt.Errorf("target %w", err)
	case origin.Any, origin.Opaque, origin.Subdomains, origin.AnyPort:
		return fmt.Errorf("target %q is no server; expected %s", target, targetForm)
	case origin.Scheme != "http" && origin.Scheme != "https":
		return fmt.Errorf("target %q is neither http nor https; expected %s", target, targetForm)
	}
	return nil
}

// isTLS reports whether the target has certificates.
func (s *subject) isTLS() bool {
	u, err := url.Parse(s.target.URL)
	return err == nil && u.Scheme == "https"
}

// addresses returns the target's host and port, and those to which its resources
// declare redirects, the port always given.
func (s *subject) addresses() []address {
	all := []address{addressOf(s.target.URL)}
	for _, origin := range s.target.Elsewhere() {
		all = append(all, addressOf(origin))
	}
	return all
}

type address struct {
	host string
	port int
}

func (a address) String() string { return joined(a.host, a.port) }

func addressOf(origin string) address {
	u, err := url.Parse(origin)
	if err != nil {
		return address{origin, 0}
	}
	port, err := strconv.Atoi(u.Port())
	switch {
	case err == nil:
	case u.Scheme == "https":
		port = 443
	default:
		port = 80
	}
	return address{u.Hostname(), port}
}

// A route says where to connect to instead of where names lead. The first that
// applies wins.
type route []config.ConnectTo

// of returns where to connect to for a host and port.
func (r route) of(host string, port int) (string, int) {
	for _, c := range r {
		if c.Host != "" && c.Host != host || c.Port != 0 && c.Port != port {
			continue
		}
		if c.ToHost != "" {
			host = c.ToHost
		}
		if c.ToPort != 0 {
			port = c.ToPort
		}
		break
	}
	return host, port
}

func joined(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }
