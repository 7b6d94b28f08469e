// Package webtest runs tables of request scenarios against a handler: what is
// asked, and what the answer must and must not hold.
package webtest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Scenario is one request and what its answer must be.
type Scenario struct {
	Name   string // of the subtest; the method and target when ""
	Method string // GET when ""
	Target string // path and query, as sent
	Host   string // example.com when ""
	Peer   string // address and port of the client; 192.0.2.1:1234 when ""
	Header map[string]string
	Body   string

	Status      int // 200 when 0
	Contains    []string
	NotContains []string          // neither in the body nor in a field
	Fields      map[string]string // exact values; "" for a field that must be absent
	FieldHas    map[string]string // parts of values
	EmptyBody   bool

	// Check looks at the answer further.
	Check func(t *testing.T, r Result)
}

// Result is an answer, read whole.
type Result struct {
	Status int
	Header http.Header
	Body   []byte
}

// Run runs each scenario as a subtest, in order.
func Run(t *testing.T, h http.Handler, scenarios []Scenario) {
	t.Helper()
	for _, s := range scenarios {
		name := s.Name
		if name == "" {
			name = s.method() + " " + s.Target
		}
		t.Run(name, func(t *testing.T) { s.judge(t, Do(h, s)) })
	}
}

func (s *Scenario) method() string {
	if s.Method == "" {
		return http.MethodGet
	}
	return s.Method
}

// Do sends a scenario's request and returns the answer unjudged.
func Do(h http.Handler, s Scenario) Result {
	var body io.Reader
	if s.Body != "" {
		body = strings.NewReader(s.Body)
	}
	r := httptest.NewRequest(s.method(), s.Target, body)
	if s.Host != "" {
		r.Host = s.Host
	}
	if s.Peer != "" {
		r.RemoteAddr = s.Peer
	}
	for name, value := range s.Header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return Result{Status: w.Code, Header: w.Result().Header, Body: w.Body.Bytes()}
}

func (s *Scenario) judge(t *testing.T, r Result) {
	t.Helper()
	want := s.Status
	if want == 0 {
		want = http.StatusOK
	}
	if r.Status != want {
		t.Errorf("status %d, want %d; body:\n%s", r.Status, want, r.Body)
	}
	for _, text := range s.Contains {
		if !bytes.Contains(r.Body, []byte(text)) {
			t.Errorf("the body does not hold %q:\n%s", text, r.Body)
		}
	}
	for _, text := range s.NotContains {
		if bytes.Contains(r.Body, []byte(text)) {
			t.Errorf("the body holds %q:\n%s", text, r.Body)
		}
		for name, values := range r.Header {
			if strings.Contains(strings.Join(values, "\n"), text) {
				t.Errorf("the field %s holds %q: %q", name, text, values)
			}
		}
	}
	for name, value := range s.Fields {
		if got := strings.Join(r.Header.Values(name), ", "); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	for name, part := range s.FieldHas {
		if got := strings.Join(r.Header.Values(name), ", "); !strings.Contains(got, part) {
			t.Errorf("%s: %q does not hold %q", name, got, part)
		}
	}
	if s.EmptyBody && len(r.Body) > 0 {
		t.Errorf("body of %d bytes", len(r.Body))
	}
	if s.Check != nil {
		s.Check(t, r)
	}
}
