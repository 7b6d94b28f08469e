package xss

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"dateline/test/e2e/browser"
)

// frames is how many vectors share a page in the controls.
const frames = 60

// Control renders vectors raw, one a frame: without a policy it is the
// positive control, with the product's it shows what the policy alone is worth.
type Control struct {
	Policy string // Content-Security-Policy, "" for none

	vectors map[string]Vector
	answers map[string]Answer // documents of ours instead of raw vectors
	origin  string            // of these
	ours    http.Handler      // what these ask for
}

// Answer is a document that a server of ours gave.
type Answer struct {
	ID, Policy, Body string
}

// answerFrames is how many documents of ours share a page, answerPatience how long
// all of them may take.
const (
	answerFrames   = 14
	answerPatience = time.Minute
)

// Answers shows documents of ours, many on a page, each in a frame as wide as a
// phone and under the policy that it came with, and pokes at what looks attacked.
// Styles and scripts come from the origin, pictures from nowhere.
func Answers(b *browser.Browser, origin string, answers []Answer) ([]Result, error) {
	target, err := url.Parse(origin)
	if err != nil {
		return nil, err
	}
	c := &Control{answers: map[string]Answer{}, origin: origin, ours: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}}
	var frames []Vector
	for i, a := range answers {
		id := fmt.Sprintf("answer-%d", i)
		c.answers[id] = a
		frames = append(frames, Vector{ID: id})
	}
	results, err := c.Run(b, frames)
	for i := range results {
		results[i].ID = answers[i].ID
	}
	return results, err
}

// Run loads every vector and returns a result for each, in order. Vectors of a
// page that did not answer are loaded again, one a page.
func (c *Control) Run(b *browser.Browser, vectors []Vector) ([]Result, error) {
	c.vectors = map[string]Vector{}
	for _, v := range vectors {
		c.vectors[v.ID] = v
	}
	server := httptest.NewServer(c.handler())
	defer server.Close()
	results := map[string]*Result{}
	var mu sync.Mutex
	keep := func(found map[string]*Result) {
		mu.Lock()
		defer mu.Unlock()
		for id, r := range found {
			if _, ours := c.vectors[id]; ours {
				results[id] = merge(results[id], r)
			}
		}
	}
	size := frames
	if c.answers != nil {
		size = answerFrames
	}
	if err := c.batches(b, server.URL, vectors, size, keep); err != nil {
		return nil, err
	}
	again := slices.DeleteFunc(slices.Clone(vectors), func(v Vector) bool { return results[v.ID] != nil && results[v.ID].Answered })
	if err := c.batches(b, server.URL, again, 1, keep); err != nil {
		return nil, err
	}
	var ordered []Result
	for _, v := range vectors {
		r := results[v.ID]
		if r == nil {
			r = &Result{ID: v.ID}
		}
		ordered = append(ordered, *r)
	}
	return ordered, nil
}

// Alone loads one vector, in a page of its own and with nothing beside it in the
// browser: for one that did not answer among others, which may have been the
// machine's fault. A page that hangs hangs here too.
func (c *Control) Alone(b *browser.Browser, v Vector) (Result, error) {
	c.vectors = map[string]Vector{v.ID: v}
	server := httptest.NewServer(c.handler())
	defer server.Close()
	found, err := load(b, server.URL+batchPath+"?ids="+v.ID, []string{v.ID}, patienceOurs, true)
	if err != nil || found[v.ID] == nil {
		return Result{ID: v.ID}, err
	}
	return *found[v.ID], nil
}

// batches loads the vectors, so many a page, two pages at a time.
func (c *Control) batches(b *browser.Browser, address string, vectors []Vector, size int, keep func(map[string]*Result)) error {
	work := make(chan []Vector)
	errs := make(chan error, 2)
	for range 2 {
		go func() {
			var first error
			for batch := range work {
				var ids []string
				for _, v := range batch {
					ids = append(ids, v.ID)
				}
				found, err := load(b, address+batchPath+"?ids="+strings.Join(ids, ","), ids, c.patience(), c.answers == nil)
				if err != nil && first == nil {
					first = err
				}
				keep(found)
			}
			errs <- first
		}()
	}
	for batch := range slices.Chunk(vectors, size) {
		work <- batch
	}
	close(work)
	return firstOf(<-errs, <-errs)
}

// Join puts the main parts of documents of one kind into one document, so many
// each, under the policy of the first. From the first "<main" to the last "</main>"
// every byte is kept, whatever a text did to the markup.
func Join(answers []Answer, many int) (joined []Answer, err error) {
	for some := range slices.Chunk(answers, many) {
		var body strings.Builder
		end := ""
		for i, a := range some {
			from, to := strings.Index(a.Body, "<main"), strings.LastIndex(a.Body, "</main>")
			if from < 0 || to < from || a.Policy != some[0].Policy {
				return nil, fmt.Errorf("%.200s is of another kind than %.200s", a.ID, some[0].ID)
			}
			if i == 0 {
				body.WriteString(a.Body[:from])
				end = a.Body[to+len("</main>"):]
			}
			body.WriteString(a.Body[from : to+len("</main>")])
		}
		joined = append(joined, Answer{ID: some[0].ID + " and those after it", Policy: some[0].Policy, Body: body.String() + end})
	}
	return joined, nil
}

func (c *Control) patience() time.Duration {
	if c.answers != nil {
		return answerPatience
	}
	return patience
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// merge joins what a vector did in its batch and alone.
func merge(a, b *Result) *Result {
	if a == nil {
		return b
	}
	return &Result{ID: a.ID, Runs: append(a.Runs, b.Runs...), Reports: append(a.Reports, b.Reports...), Wide: a.Wide || b.Wide, Answered: a.Answered || b.Answered}
}

// The addresses of a control, which no page of ours has.
const (
	batchPath  = "/control-batch"
	vectorPath = "/control-vector/"
)

func (c *Control) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+batchPath, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, "<!doctype html><title>batch</title>")
		frame := `<iframe name="v:%s" src="%s" width="300" height="150"></iframe>`
		if c.answers != nil {
			frame = `<iframe name="o:%s" src="%s" width="390" height="844"></iframe>`
		}
		for _, id := range strings.Split(r.URL.Query().Get("ids"), ",") {
			fmt.Fprintf(w, frame, html.EscapeString(id), vectorPath+url.PathEscape(id))
		}
	})
	mux.HandleFunc("GET "+vectorPath+"{id}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		policy, text := c.Policy, "<!doctype html><title>vector</title><body><div>"+c.vectors[r.PathValue("id")].Text+"</div>"
		if a, ours := c.answers[r.PathValue("id")]; ours {
			policy, text = strings.ReplaceAll(Framed(a.Policy), c.origin, "http://"+r.Host), a.Body // it names whole addresses
		}
		if policy != "" {
			w.Header().Set("Content-Security-Policy", policy)
		}
		io.WriteString(w, text)
	})
	if c.ours != nil {
		mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Sec-Fetch-Dest") == "image" { // takes time and says nothing
				w.WriteHeader(http.StatusNoContent)
				return
			}
			c.ours.ServeHTTP(w, r)
		})
	}
	return mux
}

// Framed is the policy without frame-ancestors, so that the control can show
// pages under it in its frames.
func Framed(policy string) string {
	var kept []string
	for _, directive := range strings.Split(policy, ";") {
		if !strings.HasPrefix(strings.TrimSpace(directive), "frame-ancestors") {
			kept = append(kept, directive)
		}
	}
	return strings.Join(kept, ";")
}
