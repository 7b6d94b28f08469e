package browser

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Visit is what happened while a page was opened.
type Visit struct {
	URL        string
	Status     int       // of the document
	Problems   []string  // console errors, exceptions, refused content, failed requests
	ThirdParty []string  // requests to other origins
	Requests   []Request // in the order they were sent
}

// Request is one request of a page.
type Request struct {
	URL    string
	Type   string // "Document", "Stylesheet", "Image" …
	Status int
	Bytes  int64 // as sent over the network, head and body
}

// watcher collects the events of a tab.
type watcher struct {
	mu       sync.Mutex
	loaders  map[cdp.LoaderID]bool // of the document, once it was asked for, and of frames in it
	frame    cdp.FrameID           // that the document is in
	origin   string
	document string
	order    []network.RequestID
	requests map[network.RequestID]*Request
	open     map[network.RequestID]bool
	problems []string
	changed  time.Time
}

// start forgets the page before.
func (w *watcher) start(address string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.origin, w.document = originOf(address), address
	w.loaders, w.frame, w.order, w.problems = map[cdp.LoaderID]bool{}, "", nil, nil
	w.requests, w.open = map[network.RequestID]*Request{}, map[network.RequestID]bool{}
	w.changed = time.Now()
}

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// take handles one event; it runs on the tab's reading loop.
func (w *watcher) take(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.requests == nil {
		return
	}
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.sent(e)
	case *network.EventResponseReceived:
		if r := w.requests[e.RequestID]; r != nil {
			r.Status = int(e.Response.Status)
			// The document's own status is the test's matter: a 404 page is a page.
			if r.Status >= 400 && e.Type != network.ResourceTypeDocument {
				w.problem("%s answered %d", r.URL, r.Status)
			}
		}
	case *network.EventLoadingFinished:
		if r := w.requests[e.RequestID]; r != nil {
			r.Bytes = int64(e.EncodedDataLength)
		}
		w.ended(e.RequestID)
	case *network.EventLoadingFailed:
		// What the browser itself gave up, for another size of a picture or another
		// page, has not failed. What a policy refuses is told with its reason.
		given := e.Canceled && e.BlockedReason == ""
		if r := w.requests[e.RequestID]; r != nil && !given {
			w.problem("%s failed: %s %s", r.URL, e.ErrorText, e.BlockedReason)
		}
		w.ended(e.RequestID)
	case *runtime.EventExceptionThrown:
		w.problem("exception: %s", exceptionText(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			w.problem("console.%s: %s", e.Type, consoleText(e.Args))
		}
	case *log.EventEntryAdded:
		w.entry(e.Entry)
	}
}

func (w *watcher) sent(e *network.EventRequestWillBeSent) {
	if strings.HasPrefix(e.Request.URL, "data:") || strings.HasPrefix(e.Request.URL, "blob:") {
		return
	}
	// The page before may still send for its pictures, and is not told how that
	// ended.
	if e.Type == network.ResourceTypeDocument {
		if len(w.loaders) == 0 {
			w.frame = e.FrameID
		} else if e.FrameID == w.frame && !w.loaders[e.LoaderID] { // a form or a link leads on
			clear(w.loaders)
			clear(w.open)
		}
		w.loaders[e.LoaderID] = true
	}
	if len(w.loaders) == 0 || e.LoaderID != "" && !w.loaders[e.LoaderID] {
		return
	}
	if w.requests[e.RequestID] == nil {
		w.order = append(w.order, e.RequestID)
	}
	w.requests[e.RequestID] = &Request{URL: e.Request.URL, Type: string(e.Type)}
	if e.Type != network.ResourceTypeEventSource { // which never ends
		w.open[e.RequestID] = true
	}
	w.changed = time.Now()
}

func (w *watcher) ended(id network.RequestID) {
	delete(w.open, id)
	w.changed = time.Now()
}

// entry takes what Chromium itself says in the console. That a page answered
// 404 is not a problem of the page.
func (w *watcher) entry(e *log.Entry) {
	if e.Level != log.EntryLevelError && e.Level != log.EntryLevelWarning {
		return
	}
	if e.Source == log.EntrySourceNetwork && (e.URL == w.document || w.requests[e.NetworkRequestID] != nil) {
		return // told by the request itself
	}
	w.problem("%s: %s %s", e.Source, e.Text, e.URL)
}

func (w *watcher) problem(format string, args ...any) {
	w.problems = append(w.problems, strings.TrimSpace(fmt.Sprintf(format, args...)))
}

// quiet waits until no request is open and none has begun for a moment.
func (w *watcher) quiet(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		w.mu.Lock()
		calm := len(w.open) == 0 && time.Since(w.changed) > 50*time.Millisecond
		waiting := len(w.open)
		w.mu.Unlock()
		if calm {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d requests did not end: %w", waiting, ctx.Err())
		case <-tick.C:
		}
	}
}

func (w *watcher) visit() *Visit {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := &Visit{Problems: slices.Clone(w.problems)}
	for _, id := range w.order {
		r := *w.requests[id]
		v.Requests = append(v.Requests, r)
		if originOf(r.URL) != w.origin {
			v.ThirdParty = append(v.ThirdParty, r.URL)
		}
	}
	return v
}

func exceptionText(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

func consoleText(args []*runtime.RemoteObject) string {
	var parts []string
	for _, a := range args {
		if a.Description != "" {
			parts = append(parts, a.Description)
		} else {
			parts = append(parts, string(a.Value))
		}
	}
	return strings.Join(parts, " ")
}

// call sends one command of the protocol whose result does not matter.
func call[P, R any](p *Page, command cdp.Command[P, R], params P) error {
	ctx, cancel := context.WithTimeout(p.ctx, timeLimit)
	defer cancel()
	// The first command opens the tab, which must outlive this call.
	if err := chromedp.Do(p.ctx); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, command, params)
	return err
}
