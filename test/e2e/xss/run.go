package xss

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"dateline/test/e2e/browser"
)

//go:embed hook.js
var hook string

// canary is what every script from elsewhere is answered with: it shows that
// the page would have run it.
const canary = "alert('a script from elsewhere')"

// Case is an address to load and its name in the results.
type Case struct {
	ID, URL string
	Form    url.Values                  // sent to it, when there is any, as a form of its own site would
	Cookies []*http.Cookie              // of who asks, for the address's origin
	Then    func(p *browser.Page) error // what else is asked of the page, may be nil
}

// Result is what happened in one case.
type Result struct {
	ID       string
	Runs     []string // the doors that a script of an attack went through
	Reports  []string // what the Content-Security-Policy refused
	Problems []string // requests to elsewhere and errors of scripts; looked at in Pages
	Wide     bool     // it scrolls sideways; looked at in Answers
	Answered bool     // false when the page hung: never a pass
}

// Ran tells whether anything was executed.
func (r Result) Ran() bool { return len(r.Runs) > 0 }

// patience is how long a page may go without an answer of any of its cases; the
// pages of the controls wait for pictures that never come, and more. Pages of
// ours have no reason to hang and are waited for on a machine that is busy.
const (
	patience     = 20 * time.Second
	patienceOurs = time.Minute
)

// Pages loads each case as a page of its own, in two tabs at a time, and pokes
// at what looks attacked. The results are in the order of the cases.
func Pages(b *browser.Browser, cases []Case) ([]Result, error) {
	results := make([]Result, len(cases))
	work := make(chan int)
	errs := make(chan error, 2)
	for range 2 {
		go func() {
			var first error
			t := &tab{browser: b, patience: patienceOurs}
			defer t.close()
			for i := range work {
				var err error
				if results[i], err = t.single(cases[i]); err != nil && first == nil {
					first = fmt.Errorf("%s: %w", cases[i].URL, err)
				}
			}
			errs <- first
		}()
	}
	for i := range cases {
		work <- i
	}
	close(work)
	return results, firstOf(<-errs, <-errs)
}

// Watch loads a case, lets something happen to the page, pokes at it once more,
// and tells what ran from first to last.
func Watch(b *browser.Browser, c Case, act func(p *browser.Page) error) (Result, error) {
	t := &tab{browser: b, patience: patienceOurs}
	defer t.close()
	first, err := t.single(c)
	if err != nil || t.page == nil {
		return first, err
	}
	if err := act(t.page); err != nil {
		return first, err
	}
	meanwhile := t.found.all(t.found.take())
	t.found.begin(c.URL, []string{"top"}, nil)
	if _, err := browser.Evaluate[bool](t.page, `window.datelineAgain() === undefined`); err != nil {
		return first, err
	}
	last := t.found.all(t.wait())
	return Result{ID: c.ID, Runs: slices.Concat(first.Runs, meanwhile.Runs, last.Runs), Reports: slices.Concat(first.Reports, meanwhile.Reports, last.Reports), Answered: first.Answered && last.Answered}, nil
}

// load opens the address in a tab of its own and collects what its cases
// report; hostile tells whether these are attacks as they are.
func load(b *browser.Browser, address string, ids []string, patience time.Duration, hostile bool) (map[string]*Result, error) {
	t := &tab{browser: b, patience: patience, hostile: hostile}
	defer t.close()
	return t.load(Case{URL: address}, ids)
}

// tab loads one page after the other. A page that does not answer takes its
// tab with it.
type tab struct {
	browser  *browser.Browser
	patience time.Duration
	hostile  bool          // the documents themselves are
	page     *browser.Page // nil before the first page, and after one that hung
	found    *collector
}

// held are the requests that wait for collector.answer. In a page of ours these
// are the ones that could run: scripts and documents. What else it asks for from
// elsewhere comes to nothing, since no name is looked up, and is told.
func (t *tab) held() []*fetch.RequestPattern {
	if t.hostile {
		return []*fetch.RequestPattern{{URLPattern: "*"}}
	}
	return []*fetch.RequestPattern{{URLPattern: "*", ResourceType: network.ResourceTypeDocument}, {URLPattern: "*", ResourceType: network.ResourceTypeScript}}
}

func (t *tab) close() {
	if t.page != nil {
		t.page.Close()
		t.page = nil
	}
}

// single loads one case.
func (t *tab) single(c Case) (Result, error) {
	found, err := t.load(c, []string{"top"})
	if err != nil {
		return Result{}, err
	}
	r := t.found.all(found)
	r.ID = c.ID
	if c.Then != nil && t.page != nil {
		err = c.Then(t.page)
	}
	return r, err
}

// load opens the address and waits for its cases.
func (t *tab) load(c Case, ids []string) (map[string]*Result, error) {
	address := c.URL
	if t.page == nil {
		p, err := t.browser.NewPage(browser.Desktop)
		if err != nil {
			return nil, err
		}
		t.page, t.found = p, &collector{changed: make(chan struct{}, 1)}
		if err := t.found.attach(p.Context(), originOf(address)); err != nil {
			t.close()
			return nil, err
		}
		if t.hostile { // nobody reads what hundreds of attacks ask for and complain of
			if err := do(p.Context(), network.Disable, struct{}{}); err != nil {
				t.close()
				return nil, err
			}
			if err := do(p.Context(), log.Disable, struct{}{}); err != nil {
				t.close()
				return nil, err
			}
		}
		if err := do(p.Context(), fetch.Enable, fetch.EnableParams{Patterns: t.held()}); err != nil {
			t.close()
			return nil, err
		}
	}
	if len(c.Cookies) > 0 {
		var cookies []*network.CookieParam
		for _, one := range c.Cookies {
			cookies = append(cookies, &network.CookieParam{Name: one.Name, Value: one.Value, URL: originOf(address) + "/"})
		}
		if err := do(t.page.Context(), network.SetCookies, network.SetCookiesParams{Cookies: cookies}); err != nil {
			return nil, err
		}
	}
	t.found.begin(address, ids, c.Form)
	go chromedp.Call(t.page.Context(), page.Navigate, page.NavigateParams{URL: address})
	return t.wait(), nil
}

// wait collects what the open page reports until its cases are done, the page
// dies, or none of them has answered for as long as patience lasts.
func (t *tab) wait() map[string]*Result {
	limit := time.NewTimer(t.patience)
	defer limit.Stop()
	for before := -1; ; {
		alive, left := t.found.left()
		if !alive || left == 0 {
			if !alive {
				t.close()
			}
			return t.found.take()
		}
		if left != before {
			before = left
			limit.Reset(t.patience)
		}
		select {
		case <-t.found.changed:
		case <-limit.C:
			t.close()
			return t.found.take()
		}
	}
}

// collector gathers the reports of one page after the other.
type collector struct {
	mu      sync.Mutex
	results map[string]*Result
	waiting map[string]bool
	form    url.Values
	address string // that form is for
	last    string // address of the page before, which may still speak
	here    string // address of the page that said that it is done
	dead    bool
	changed chan struct{}
}

// begin forgets the page before but for its address, unless it is the same one.
func (c *collector) begin(address string, ids []string, form url.Values) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.form, c.address = form, address
	c.results, c.waiting, c.last, c.here = map[string]*Result{}, map[string]bool{}, c.here, ""
	if c.last == address {
		c.last = ""
	}
	for _, id := range ids {
		c.results[id] = &Result{ID: id}
		c.waiting[id] = true
	}
}

// attach installs the hooks in the tab.
func (c *collector) attach(ctx context.Context, origin string) error {
	if err := chromedp.Listen(ctx, func(event any) { c.event(ctx, origin, event) }); err != nil {
		return err
	}
	if err := do(ctx, runtime.AddBinding, runtime.AddBindingParams{Name: "datelineHit"}); err != nil {
		return err
	}
	return do(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: hook})
}

// event handles one event on the tab's reading loop; whatever sends a command
// does so from a goroutine of its own.
func (c *collector) event(ctx context.Context, origin string, event any) {
	switch e := event.(type) {
	case *runtime.EventBindingCalled:
		c.report(e.Payload)
	case *page.EventJavascriptDialogOpening:
		c.add("top", "run", "dialog "+string(e.Type))
		go do(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
	case *fetch.EventRequestPaused:
		go c.answer(ctx, origin, e)
	case *network.EventRequestWillBeSent:
		if strings.HasPrefix(e.Request.URL, "http") && originOf(e.Request.URL) != origin {
			c.add("top", "problem", "asks for "+e.Request.URL)
		}
	case *runtime.EventExceptionThrown:
		c.add("top", "problem", e.ExceptionDetails.Text)
	case *inspector.EventTargetCrashed:
		c.mu.Lock()
		c.dead = true
		c.mu.Unlock()
		c.wake()
	}
}

func (c *collector) report(payload string) {
	var r struct{ Case, Kind, Detail string }
	if json.Unmarshal([]byte(payload), &r) != nil {
		r.Case, r.Kind, r.Detail = "top", "run", "the hook itself was called with "+payload
	}
	c.add(r.Case, r.Kind, r.Detail)
}

func (c *collector) add(id, kind, detail string) {
	c.mu.Lock()
	if kind == "done" && id == "top" && detail == c.last {
		c.mu.Unlock()
		return
	}
	r := c.results[id]
	if r == nil {
		r = &Result{ID: id}
		c.results[id] = r
	}
	switch kind {
	case "done":
		r.Answered = true
		if id == "top" {
			c.here = detail
		}
		delete(c.waiting, id)
	case "csp":
		r.Reports = append(r.Reports, detail)
	case "problem":
		r.Problems = append(r.Problems, detail)
	case "wide":
		r.Wide = true
	default:
		r.Runs = append(r.Runs, detail)
	}
	c.mu.Unlock()
	c.wake()
}

func (c *collector) wake() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

// left tells how many cases have not answered, and whether the page lives.
func (c *collector) left() (alive bool, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.dead, len(c.waiting)
}

// all is what the cases of a page did together: frames inside it count for it.
func (c *collector) all(found map[string]*Result) (sum Result) {
	for id, r := range found {
		sum.Runs, sum.Reports = append(sum.Runs, r.Runs...), append(sum.Reports, r.Reports...)
		sum.Problems = append(sum.Problems, r.Problems...)
		sum.Answered = sum.Answered || id == "top" && r.Answered
	}
	return sum
}

// sends returns the form that a request for a page of the case has to send.
func (c *collector) sends(e *fetch.EventRequestPaused) url.Values {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.ResourceType != network.ResourceTypeDocument || e.Request.URL != c.address {
		return nil
	}
	form := c.form
	c.form = nil
	return form
}

func (c *collector) take() map[string]*Result {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := map[string]*Result{}
	for id, r := range c.results {
		taken[id] = &Result{ID: id, Runs: slices.Clone(r.Runs), Reports: slices.Clone(r.Reports), Problems: slices.Clone(r.Problems), Wide: r.Wide, Answered: r.Answered}
	}
	return taken
}

// answer lets requests to our own origin go, with the case's form if it has one,
// and answers all others here, so that nothing leaves the machine.
func (c *collector) answer(ctx context.Context, origin string, e *fetch.EventRequestPaused) {
	if originOf(e.Request.URL) == origin {
		on := fetch.ContinueRequestParams{RequestID: e.RequestID}
		if form := c.sends(e); form != nil {
			on.Method, on.PostData = "POST", []byte(form.Encode())
			on.Headers = []*fetch.HeaderEntry{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}, {Name: "Origin", Value: origin}}
			for name, value := range e.Request.Headers {
				on.Headers = append(on.Headers, &fetch.HeaderEntry{Name: name, Value: fmt.Sprint(value)})
			}
		}
		do(ctx, fetch.ContinueRequest, on)
		return
	}
	reply := fetch.FulfillRequestParams{RequestID: e.RequestID, ResponseCode: 200}
	kind := "text/html"
	if e.ResourceType == network.ResourceTypeScript {
		kind = "text/javascript"
		reply.Body = []byte(canary)
	}
	reply.ResponseHeaders = []*fetch.HeaderEntry{{Name: "Content-Type", Value: kind}, {Name: "Access-Control-Allow-Origin", Value: "*"}}
	do(ctx, fetch.FulfillRequest, reply)
}

func do[P, R any](ctx context.Context, command cdp.Command[P, R], params P) error {
	_, err := chromedp.Call(ctx, command, params)
	return err
}

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
