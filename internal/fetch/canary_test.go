package fetch

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"dateline/internal/fault"
)

// canary counts connections to one port of the loopback addresses.
type canary struct {
	port        int
	connections atomic.Int64
}

func newCanary(t *testing.T) *canary {
	t.Helper()
	c := &canary{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.port = l.Addr().(*net.TCPAddr).Port
	c.serve(t, l)
	if six, err := net.Listen("tcp", fmt.Sprintf("[::1]:%d", c.port)); err == nil {
		c.serve(t, six)
	}
	return c
}

func (c *canary) serve(t *testing.T, l net.Listener) {
	s := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("secret")) }),
		ConnState: func(_ net.Conn, s http.ConnState) {
			if s == http.StateNew {
				c.connections.Add(1)
			}
		},
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
}

// dnsServer answers A and AAAA questions from a table, in turn for a name
// that has several answers there (rebinding).
func dnsServer(t *testing.T, answers map[string][][]string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	asked := map[string]int{}
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var q dnsmessage.Message
			if q.Unpack(buf[:n]) != nil || len(q.Questions) == 0 {
				continue
			}
			reply := answer(q, answers, asked)
			if packed, err := reply.Pack(); err == nil {
				_, _ = conn.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func answer(q dnsmessage.Message, answers map[string][][]string, asked map[string]int) dnsmessage.Message {
	question := q.Questions[0]
	name := strings.TrimSuffix(question.Name.String(), ".")
	rounds := answers[name]
	reply := dnsmessage.Message{Header: dnsmessage.Header{ID: q.ID, Response: true, RecursionAvailable: true}, Questions: q.Questions}
	if len(rounds) == 0 {
		reply.RCode = dnsmessage.RCodeNameError
		return reply
	}
	key := name + question.Type.String()
	round := rounds[min(asked[key], len(rounds)-1)]
	asked[key]++
	owner := question.Name
	for _, value := range round {
		header := dnsmessage.ResourceHeader{Name: owner, Class: question.Class}
		addr, err := netip.ParseAddr(value)
		switch {
		case err != nil: // an alias
			owner = dnsmessage.MustNewName(value + ".")
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.CNAMEResource{CNAME: owner}})
		case addr.Is4() && question.Type == dnsmessage.TypeA:
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: addr.As4()}})
		case addr.Is6() && question.Type == dnsmessage.TypeAAAA:
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
		}
	}
	return reply
}

func TestClient_NeverReachesTheCanary(t *testing.T) {
	c := newCanary(t)
	client := New(Options{Ports: []int{c.port}, Resolver: dnsServer(t, map[string][][]string{
		"plain.example":   {{"127.0.0.1"}},
		"six.example":     {{"::1"}},
		"mixed.example":   {{"127.0.0.1", "::1"}},
		"alias.example":   {{"inner.example", "127.0.0.1"}},
		"mapped.example":  {{"::ffff:127.0.0.1"}},
		"nat64.example":   {{"64:ff9b::7f00:1"}},
		"zero.example":    {{"0.0.0.0"}},
		"unspec.example":  {{"::"}},
		"rebind.example":  {{"192.0.2.1"}, {"127.0.0.1"}},
		"xn--lt-fka.test": {{"127.0.0.1"}},
	})})
	hosts := []string{
		"127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1",
		"0177.0.0.1", "017700000001", "127.0.0.01", "0x7F.0x0.0x0.0x1", "127.0.0.1.", "127.0.0.1..",
		"１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
		"%31%32%37.0.0.1", "127.0.0.1%00.example.com", "localhost", "LOCALHOST", "localhost.", "a.localhost", "localhost.localdomain",
		"ip6-localhost", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
		"[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25lo]", "[::1%25lo]", "[::1",
		"user@127.0.0.1", "example.com@127.0.0.1", "example.com:80@127.0.0.1", "127.0.0.1#@example.com", "127.0.0.1?@example.com",
		"example.com\\@127.0.0.1", "169.254.169.254", "[fd00:ec2::254]", "255.255.255.255", "224.0.0.1",
		"plain.example", "six.example", "mixed.example", "alias.example", "mapped.example", "nat64.example",
		"zero.example", "unspec.example", "rebind.example", "rebind.example", "lôt.test", "",
	}
	for _, host := range hosts {
		for _, scheme := range []string{"http", "https"} {
			address := fmt.Sprintf("%s://%s:%d/", scheme, host, c.port)
			if res, err := client.Get(t.Context(), address); err == nil {
				t.Errorf("%s was fetched: %d %q", address, res.Status, res.Body)
			}
		}
	}
	for _, address := range []string{
		"", "/etc/passwd", "file:///etc/passwd", "gopher://127.0.0.1:80/", "ftp://example.com/", "//127.0.0.1/", "http:127.0.0.1",
		"javascript:alert(1)", "data:text/plain,x", "unix:///run/x.sock", "http+unix://%2Frun%2Fx.sock/", "HTTP://127.0.0.1/",
		"http://example.com:22/", "http://example.com:0/", "http://example.com:99999/", "http://" + strings.Repeat("a", 300) + ".com/",
		"http://example.com/" + strings.Repeat("a", 5000),
	} {
		if _, err := client.Get(t.Context(), address); err == nil {
			t.Errorf("%.60q was fetched", address)
		} else if code := fault.CodeOf(err); code != fault.Invalid && code != fault.Denied {
			t.Errorf("%.60q: code %s, %v", address, code, err)
		}
	}
	if n := c.connections.Load(); n != 0 {
		t.Errorf("the canary was connected to %d times", n)
	}

	// The control: the same canary is reached once the operator allows it.
	allowed := New(Options{Allow: []string{fmt.Sprintf("127.0.0.1:%d", c.port)}})
	defer allowed.Close()
	res, err := allowed.Get(t.Context(), fmt.Sprintf("http://127.0.0.1:%d/", c.port))
	if err != nil || string(res.Body) != "secret" || c.connections.Load() != 1 {
		t.Errorf("allowed: %v %q, %d connections", err, res.Body, c.connections.Load())
	}
}

func TestClient_ChecksEachRedirect(t *testing.T) {
	c := newCanary(t)
	var location string
	status := http.StatusFound
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", location)
		w.Header().Set("Alt-Svc", fmt.Sprintf(`h2="127.0.0.1:%d"`, c.port))
		w.WriteHeader(status)
	}))
	defer front.Close()
	client := New(Options{Allow: []string{front.Listener.Addr().String()}, Ports: []int{c.port}})
	for _, status = range []int{301, 302, 303, 307, 308} {
		for _, location = range []string{
			fmt.Sprintf("http://127.0.0.1:%d/", c.port), fmt.Sprintf("//localhost:%d/", c.port),
			fmt.Sprintf("http://[::1]:%d/", c.port), fmt.Sprintf("https://2130706433:%d/", c.port),
			"file:///etc/passwd", "http://169.254.169.254/latest/meta-data/", "gopher://127.0.0.1/", "/again",
		} {
			if _, err := client.Get(t.Context(), front.URL); err == nil {
				t.Errorf("%d to %s was followed", status, location)
			}
		}
	}
	if n := c.connections.Load(); n != 0 {
		t.Errorf("the canary was connected to %d times", n)
	}
}

func TestClient_IgnoresProxyOfTheEnvironment(t *testing.T) {
	c := newCanary(t)
	proxy := fmt.Sprintf("http://127.0.0.1:%d", c.port)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		t.Setenv(name, proxy)
	}
	client := New(Options{Resolver: dnsServer(t, map[string][][]string{"paper.example": {{"192.0.2.1"}}})})
	if _, err := client.Get(t.Context(), "http://paper.example/"); !fault.Is(err, fault.Denied) {
		t.Errorf("want a refusal of the resolved address, got %v", err)
	}
	if n := c.connections.Load(); n != 0 {
		t.Errorf("the proxy was connected to %d times", n)
	}
}
