package fetch

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"dateline/internal/clock"
	"dateline/internal/fault"
)

// Defaults of a Client.
const (
	DefaultTimeout   = 10 * time.Second // of one Do, body included
	DefaultMaxBody   = 1 << 20          // bytes of one Do's body, decompressed
	DefaultUserAgent = "Dateline (+https://dateline.example/bot)"
	maxRedirects     = 3
)

// Options configure a Client. The zero value gives the defaults.
type Options struct {
	UserAgent string
	Allow     []string      // "host:port" that skips the address and port rules
	Ports     []int         // allowed besides 80 and 443
	Timeout   time.Duration // of one Do
	MaxBody   int64         // bytes of one Do's body
	Clock     clock.Clock
	Resolver  *net.Resolver // nil is the system's

	// Wait pauses between attempts of a download; nil waits in real time.
	Wait func(ctx context.Context, d time.Duration) error
}

// Client fetches from the public internet. Safe for concurrent use; share one.
type Client struct {
	http       *http.Client
	userAgent  string
	allow      map[string]bool
	ports      []int
	timeout    time.Duration
	maxBody    int64
	clock      clock.Clock
	resolver   *net.Resolver
	wait       func(ctx context.Context, d time.Duration) error
	ownAddress func(netip.Addr) bool
	hosts      gates
}

// New returns a client.
func New(o Options) *Client {
	c := &Client{
		userAgent:  cmp.Or(o.UserAgent, DefaultUserAgent),
		allow:      map[string]bool{},
		ports:      o.Ports,
		timeout:    cmp.Or(o.Timeout, DefaultTimeout),
		maxBody:    cmp.Or(o.MaxBody, DefaultMaxBody),
		clock:      o.Clock,
		resolver:   o.Resolver,
		wait:       o.Wait,
		ownAddress: interfaceAddress,
		hosts:      gates{hosts: map[string]*gate{}},
	}
	for _, authority := range o.Allow {
		c.allow[strings.ToLower(authority)] = true
	}
	if c.clock == nil {
		c.clock = clock.System{}
	}
	if c.wait == nil {
		c.wait = sleep
	}
	c.http = &http.Client{Transport: c.transport(), CheckRedirect: c.checkRedirect}
	return c
}

func (c *Client) transport() *http.Transport {
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            c.dial,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  20 * time.Second,
		IdleConnTimeout:        30 * time.Second,
		MaxIdleConns:           32,
		MaxIdleConnsPerHost:    perHost,
		MaxConnsPerHost:        perHost,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// dial connects to addr, a host:port. Only an authority on the operator's
// allow-list goes without the check of the resolved address.
func (c *Client) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: 10 * time.Second, Resolver: c.resolver}
	if !c.allow[strings.ToLower(addr)] {
		d.Control = c.control
	}
	return d.DialContext(ctx, network, addr)
}

func (c *Client) checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fault.New(fault.Unavailable, "more than %d redirects", maxRedirects)
	}
	return c.checkURL(req.URL)
}

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Request is one small exchange. The zero Method is GET.
type Request struct {
	Method  string
	URL     string
	Header  http.Header
	Body    []byte
	MaxBody int64 // 0 is the client's
}

// Response is an answer read to its end. URL is where redirects led.
type Response struct {
	URL    string
	Status int
	Header http.Header
	Body   []byte
}

// Get fetches address. See Do.
func (c *Client) Get(ctx context.Context, address string) (Response, error) {
	return c.Do(ctx, Request{URL: address})
}

// Do carries out r within the client's time and size limits. An answer with
// any status is an answer. Errors: fault.Invalid for an address that is none,
// fault.Denied for one that is refused, fault.TooLarge, fault.Unavailable for
// what the network did.
func (c *Client) Do(ctx context.Context, r Request) (Response, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := c.request(ctx, r)
	if err != nil {
		return Response{}, err
	}
	leave, err := c.hosts.enter(ctx, req.URL.Host)
	if err != nil {
		return Response{}, failed(req.URL, err)
	}
	defer leave()
	res, err := c.http.Do(req)
	if err != nil {
		return Response{}, failed(req.URL, err)
	}
	defer res.Body.Close()
	body, err := readLimited(res.Body, cmp.Or(r.MaxBody, c.maxBody))
	if err != nil {
		return Response{}, failed(req.URL, err)
	}
	return Response{URL: res.Request.URL.String(), Status: res.StatusCode, Header: res.Header, Body: body}, nil
}

func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	u, err := c.target(r.URL)
	if err != nil {
		return nil, err
	}
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, cmp.Or(r.Method, http.MethodGet), u.String(), body)
	if err != nil {
		return nil, fault.New(fault.Invalid, "cannot ask for %q: %w", short(r.URL), err)
	}
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	req.Header.Set("User-Agent", c.userAgent)
	return req, nil
}

// readLimited reads r to its end, at most limit bytes.
func readLimited(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, tooLarge(limit)
	}
	return b, nil
}

func tooLarge(limit int64) error {
	return fault.New(fault.TooLarge, "the answer is larger than %d bytes", limit)
}

// failed gives err a message with the address and a code, unless it has one.
func failed(u *url.URL, err error) error {
	code := fault.Unavailable
	var known *fault.Error
	if errors.As(err, &known) {
		code = known.Code
	}
	var noise *url.Error
	if errors.As(err, &noise) {
		err = noise.Err
	}
	e := fault.New(code, "%s: %w", short(u.Redacted()), err)
	e.Hint = fault.HintOf(err)
	return e
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting to try again: %w", ctx.Err())
	}
}
