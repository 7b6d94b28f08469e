package xss

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"dateline/test/e2e/browser"
	"dateline/test/shared"
)

// strict is a policy as the product's, for the controls of this package.
const strict = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// known are vectors whose behaviour in Chromium is certain.
var known = []struct {
	text string
	runs bool
}{
	{"<script>alert(1)</script>", true},
	{"<img src=x onerror=alert(1)>", true},
	{"<svg onload=alert(1)>", true},
	{"<a href=javascript:alert(1)>x</a>", true},
	{"<details ontoggle=alert(1)><summary>x</summary>y</details>", true},
	{"<form action=javascript:alert(1)><button>x</button></form>", true},
	{"<iframe srcdoc='<script>alert(1)</script>'></iframe>", true},
	{"<iframe src=javascript:alert(1)></iframe>", true},
	{"<div onpointerenter=confirm(1)>x</div>", true},
	{"<script src=https://example.com/attack.js></script>", true},
	{"<b>alert(1)</b>", false},
	{"&lt;script&gt;alert(1)&lt;/script&gt;", false},
	{"<img src=x alt='onerror=alert(1)'>", false},
}

func knownVectors() (vectors []Vector) {
	for _, k := range known {
		vectors = append(vectors, Vector{ID: identify(k.text), Text: k.text})
	}
	return vectors
}

func TestControl_TellsLiveVectorsFromDeadOnes(t *testing.T) {
	results, err := (&Control{}).Run(browser.Start(t), knownVectors())
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if !r.Answered {
			t.Errorf("%s: no answer", known[i].text)
		}
		if r.Ran() != known[i].runs {
			t.Errorf("%s: ran = %v (%v), want %v", known[i].text, r.Ran(), r.Runs, known[i].runs)
		}
	}
}

func TestControl_PolicyAloneStopsThemAll(t *testing.T) {
	results, err := (&Control{Policy: Framed(strict)}).Run(browser.Start(t), knownVectors())
	if err != nil {
		t.Fatal(err)
	}
	reports := 0
	for i, r := range results {
		if r.Ran() || !r.Answered {
			t.Errorf("%s: ran %v, answered %v", known[i].text, r.Runs, r.Answered)
		}
		reports += len(r.Reports)
	}
	if reports < 8 {
		t.Errorf("the policy reported only %d violations", reports)
	}
}

func TestControl_NeverPassesAPageThatHangs(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a page that hangs")
	}
	hang := Vector{ID: "hang", Text: "<script>for(;;);</script>"}
	fine := Vector{ID: "fine", Text: "<script>alert(1)</script>"}
	results, err := (&Control{}).Run(browser.Start(t), []Vector{hang, fine})
	if err != nil {
		t.Fatal(err)
	}
	if results[0].Answered || !results[1].Answered || !results[1].Ran() {
		t.Errorf("results = %+v", results)
	}
}

func TestPages_SeesWhatRunsInAPage(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		switch r.PathValue("name") {
		case "hole":
			fmt.Fprint(w, "<!doctype html><title>x</title><a href='/sound'>link</a><p onclick=alert(1)>x</p>")
		case "refused":
			w.Header().Set("Content-Security-Policy", strict)
			fmt.Fprint(w, "<!doctype html><title>x</title><img src=x onerror=alert(1)>")
		default:
			fmt.Fprint(w, "<!doctype html><title>x</title><a href='/hole'>link</a><p>&lt;script&gt;alert(1)&lt;/script&gt;</p>")
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	var cases []Case
	for _, name := range []string{"sound", "hole", "refused"} {
		cases = append(cases, Case{ID: name, URL: server.URL + "/" + name})
	}
	results, err := Pages(browser.Start(t), cases)
	if err != nil {
		t.Fatal(err)
	}
	if r := results[0]; r.Ran() || len(r.Reports) > 0 || !r.Answered {
		t.Errorf("a sound page: %+v", r)
	}
	if r := results[1]; !r.Ran() {
		t.Errorf("a page with a hole: %+v", r)
	}
	if r := results[2]; r.Ran() || len(r.Reports) == 0 {
		t.Errorf("a page with a hole that the policy closes: %+v", r)
	}
}

// What is sent by a form is seen like what is loaded, and so is what comes into
// a page later.
func TestPages_SeesWhatFormsAndTimeBringIn(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		text := r.PostFormValue("text")
		if who, err := r.Cookie("who"); err == nil {
			text = who.Value + text
		}
		if r.PathValue("name") == "sound" {
			text = html.EscapeString(text)
		}
		fmt.Fprintf(w, "<!doctype html><title>x</title><p>%s %s</p>", r.Method, text)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	b := browser.Start(t)
	form := url.Values{"text": {"<img src=x onerror=alert(1)>"}}
	results, err := Pages(b, []Case{{ID: "hole", URL: server.URL + "/hole", Form: form}, {ID: "sound", URL: server.URL + "/sound", Form: form}, {ID: "none", URL: server.URL + "/hole"},
		{ID: "cookie", URL: server.URL + "/hole", Cookies: []*http.Cookie{{Name: "who", Value: "<svg/onload=alert(1)>"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for i, runs := range []bool{true, false, false, true} {
		if r := results[i]; r.Ran() != runs || !r.Answered {
			t.Errorf("%s: %+v", r.ID, r)
		}
	}
	for text, runs := range map[string]bool{"<p onclick=alert(1)>x</p>": true, "&lt;p onclick=alert(1)&gt;x": false} {
		r, err := Watch(b, Case{ID: text, URL: server.URL + "/sound"}, func(p *browser.Page) error {
			_, err := browser.Evaluate[bool](p, fmt.Sprintf("(document.body.innerHTML = %q) !== ''", text))
			return err
		})
		if err != nil || r.Ran() != runs || !r.Answered {
			t.Errorf("%q came later: %+v, %v", text, r, err)
		}
	}
}

func TestLoad_ReadsEveryList(t *testing.T) {
	vectors, err := Load(shared.Path(t, "data/attacks"))
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, v := range vectors {
		counts[v.List]++
	}
	for list, least := range map[string]int{"dompurify-expect.mjs": 200, "html5sec-vectors.txt": 130, "naughty-strings.json": 480, "xss-payload-list.txt": 6000} {
		if counts[list] < least {
			t.Errorf("%s: %d vectors, want at least %d", list, counts[list], least)
		}
	}
}

// writeLive keeps the IDs of enough live vectors for CI, spread over the lists.
func writeLive(t *testing.T, path string, ran []Vector) {
	t.Helper()
	var text strings.Builder
	for _, v := range evenly(ran, 1200) {
		text.WriteString(v.ID + "\n")
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestControl_OfTheLists is the positive control of the attack lists: a stated
// number of them runs when nothing stops them, and none under a strict policy.
func TestControl_OfTheLists(t *testing.T) {
	if testing.Short() {
		t.Skip("loads hundreds of vectors")
	}
	vectors, err := Load(shared.Path(t, "data/attacks"))
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("DATELINE_LONG") == "" {
		vectors = MostLive(vectors, 600)
	}
	b := browser.Start(t)
	raw, err := (&Control{}).Run(b, vectors)
	if err != nil {
		t.Fatal(err)
	}
	var ran []Vector
	unanswered := 0
	for i, r := range raw {
		if r.Ran() {
			ran = append(ran, vectors[i])
		} else if !r.Answered {
			unanswered++
		}
	}
	t.Logf("raw, no policy: %d of %d ran, %d did not answer", len(ran), len(vectors), unanswered)
	if len(ran) < len(vectors)/10 {
		t.Errorf("only %d of %d vectors ran: the control sees too little", len(ran), len(vectors))
	}
	if out := os.Getenv("DATELINE_LIVE_OUT"); out != "" {
		writeLive(t, out, ran)
	}
	refused, err := (&Control{Policy: Framed(strict)}).Run(b, vectors)
	if err != nil {
		t.Fatal(err)
	}
	hung := 0
	for i, r := range refused {
		if r.Ran() {
			t.Errorf("ran under the policy: %q: %v", vectors[i].Text, r.Runs)
		}
		if r.Answered {
			continue
		}
		// Some vectors hang the browser without any script, by a regular
		// expression in a pattern attribute: no policy is there to stop that.
		// What answered without the policy and not with it gets one more try, alone,
		// and is judged by that.
		if !raw[i].Answered {
			hung++
			continue
		}
		last, err := (&Control{Policy: Framed(strict)}).Alone(b, vectors[i])
		if err != nil {
			t.Fatal(err)
		}
		if last.Ran() {
			t.Errorf("ran under the policy: %q: %v", vectors[i].Text, last.Runs)
		}
		if !last.Answered {
			hung++
			t.Errorf("did not answer under the policy, twice, but did without: %q", vectors[i].Text)
		}
	}
	t.Logf("under the policy: %d of %d did not answer", hung, len(vectors))
	if hung > len(vectors)/100 {
		t.Errorf("%d of %d vectors did not answer under the policy: the control sees too little", hung, len(vectors))
	}
}
