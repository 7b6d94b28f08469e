package xss

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"dateline/test/e2e/browser"
)

// frames is how many vectors share a page in the controls.
const frames = 60

// Control renders vectors raw, one a frame: without a policy it is the
// positive control, with the product's it shows what the policy alone is worth.
type Control struct {
	Policy string // Content-Security-Policy, "" for none

	vectors map[string]Vector
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
	if err := c.batches(b, server.URL, vectors, frames, keep); err != nil {
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
				found, err := load(b, address+"/batch?ids="+strings.Join(ids, ","), ids)
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
	return &Result{ID: a.ID, Runs: append(a.Runs, b.Runs...), Reports: append(a.Reports, b.Reports...), Answered: a.Answered || b.Answered}
}

func (c *Control) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /batch", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, "<!doctype html><title>batch</title>")
		for _, id := range strings.Split(r.URL.Query().Get("ids"), ",") {
			fmt.Fprintf(w, `<iframe name="v:%s" src="/vector/%[1]s" width="300" height="150"></iframe>`, html.EscapeString(id))
		}
	})
	mux.HandleFunc("GET /vector/{id}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if c.Policy != "" {
			w.Header().Set("Content-Security-Policy", c.Policy)
		}
		fmt.Fprintf(w, "<!doctype html><title>vector</title><body><div>%s</div>", c.vectors[r.PathValue("id")].Text)
	})
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
