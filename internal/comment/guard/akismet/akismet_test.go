package akismet_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/comment/guard"
	"dateline/internal/comment/guard/akismet"
	"dateline/internal/fault"
	"dateline/internal/fetch"
)

// service is a pretended one: it remembers what it was asked.
type service struct {
	call   string
	form   url.Values
	status int
	answer string
	tip    string
}

func start(t *testing.T) (*service, *akismet.Service) {
	t.Helper()
	s := &service{status: 200}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		s.call, s.form = r.Method+" "+r.URL.Path, r.PostForm
		if s.tip != "" {
			w.Header().Set("X-akismet-pro-tip", s.tip)
		}
		w.WriteHeader(s.status)
		w.Write([]byte(s.answer))
	}))
	t.Cleanup(server.Close)
	u, _ := url.Parse(server.URL)
	client := fetch.New(fetch.Options{Allow: []string{u.Host}, Timeout: 5 * time.Second})
	a, err := akismet.New(client, server.URL+"/1.1", "key-123", "https://paper.example/")
	if err != nil {
		t.Fatal(err)
	}
	return s, a
}

var submission = guard.Submission{Page: "https://paper.example/bridge", Client: netip.MustParseAddr("192.0.2.7"), Agent: "Firefox", Name: "Ann",
	Email: "ann@reader.example", Text: "Hello & good day", Language: "pt-BR", Written: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)}

func TestCheck_SaysWhatTheServiceSays(t *testing.T) {
	s, a := start(t)
	for _, c := range []struct {
		answer, tip string
		want        guard.Opinion
	}{
		{"true", "", guard.Opinion{Spam: true}}, {"true", "discard", guard.Opinion{Spam: true, Certain: true}}, {"false\n", "discard", guard.Opinion{}},
	} {
		s.answer, s.tip = c.answer, c.tip
		got, err := a.Check(context.Background(), submission)
		if err != nil || got != c.want {
			t.Errorf("%q %q: %+v %v", c.answer, c.tip, got, err)
		}
	}
	want := url.Values{"api_key": {"key-123"}, "blog": {"https://paper.example/"}, "blog_charset": {"UTF-8"}, "blog_lang": {"pt_br"},
		"comment_type": {"comment"}, "user_ip": {"192.0.2.7"}, "user_agent": {"Firefox"}, "permalink": {"https://paper.example/bridge"},
		"comment_author": {"Ann"}, "comment_author_email": {"ann@reader.example"}, "comment_content": {"Hello & good day"}, "comment_date_gmt": {"2026-03-04T09:00:00Z"}}
	if diff := cmp.Diff(want, s.form); diff != "" || s.call != "POST /1.1/comment-check" {
		t.Errorf("%s\n%s", s.call, diff)
	}
}

func TestCheck_NoAnswerIsAnError(t *testing.T) {
	s, a := start(t)
	for _, c := range []service{{status: 200, answer: "invalid"}, {status: 200}, {status: 500, answer: "true"}, {status: 200, answer: strings.Repeat("x", 100_000)}} {
		s.status, s.answer = c.status, c.answer
		opinion, err := a.Check(context.Background(), submission)
		if err == nil || opinion.Spam {
			t.Errorf("status %d, %.10q: %+v, %v", c.status, c.answer, opinion, err)
		}
		if err != nil && strings.Contains(err.Error(), "key-123") {
			t.Errorf("the key stands in the message: %v", err)
		}
	}
}

func TestTeachAndVerify(t *testing.T) {
	s, a := start(t)
	s.answer = "Thanks for making the web a better place."
	for spam, call := range map[bool]string{true: "POST /1.1/submit-spam", false: "POST /1.1/submit-ham"} {
		if err := a.Teach(context.Background(), submission, spam); err != nil || s.call != call {
			t.Errorf("%s: %v", s.call, err)
		}
	}
	s.answer = "valid"
	if err := a.Verify(context.Background()); err != nil || s.call != "POST /1.1/verify-key" {
		t.Errorf("%s: %v", s.call, err)
	}
	s.answer = "invalid"
	if err := a.Verify(context.Background()); fault.CodeOf(err) != fault.Denied {
		t.Errorf("an unknown key: %v", err)
	}
}

func TestNew_RefusesWhatIsUnsafe(t *testing.T) {
	client := fetch.New(fetch.Options{})
	for _, c := range [][2]string{{"http://spam.example/1.1/", "k"}, {"ftp://spam.example/", "k"}, {"nonsense", "k"}, {"", ""}} {
		if _, err := akismet.New(client, c[0], c[1], "https://paper.example/"); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%q %q: %v", c[0], c[1], err)
		}
	}
	a, err := akismet.New(client, "https://127.0.0.1:1/", "k", "https://paper.example/")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Check(context.Background(), submission); fault.CodeOf(err) != fault.Denied {
		t.Errorf("the safe client let a private address through: %v", err)
	}
}
