// Package browser opens pages in Debian's Chromium as a reader's browser does
// and reports what a reader would notice: errors in the console, requests that
// fail or go to a third party, content wider than the screen, what assistive
// technology stumbles over, links that the keyboard cannot reach.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// PathVar names the environment variable with Chromium's path.
const PathVar = "DATELINE_CHROMIUM"

// Find returns Chromium's path: the environment's, else the first one on the
// path.
func Find() (string, error) {
	if path := os.Getenv(PathVar); path != "" {
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium on this machine (Debian package chromium)")
}

// Browser is a running Chromium. Its pages may be used in parallel.
type Browser struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// Launch starts Chromium with an empty profile.
func Launch(switches ...string) (*Browser, error) {
	path, err := Find()
	if err != nil {
		return nil, err
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("disable-extensions", true),
		chromedp.Flag("disable-default-apps", true),
		// A sandboxed frame in a process of its own never says that it has loaded. The
		// lists below the address bar, which nobody sees here, are pages of the browser's
		// own: every profile would begin with two of them, at a second of processor time.
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter,IsolateSandboxedIframes,WebUIOmniboxPopup,WebUIOmniboxAimPopup"),
		// Neither does a frame that a link led to another site: in a process of its
		// own it is out of sight, and what is asked of the page never comes to an end.
		chromedp.Flag("disable-site-isolation-trials", true),
		// Several pages are looked at at a time: none of them is in the background.
		chromedp.Flag("disable-renderer-backgrounding", true), chromedp.Flag("disable-background-timer-throttling", true),
		chromedp.Flag("disable-backgrounding-occluded-windows", true),
		chromedp.Flag("block-new-web-contents", true), // links in new tabs stay closed
		// No name is looked up: nothing that a page asks for leaves the machine.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("password-store", "basic"),
	}
	for _, name := range switches {
		options = append(options, chromedp.Flag(name, true))
	}
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancelBrowser := chromedp.NewContext(allocator)
	b := &Browser{ctx: ctx, cancel: func() { cancelBrowser(); cancelAllocator() }}
	if err := chromedp.Do(ctx); err != nil {
		b.cancel()
		return nil, err
	}
	return b, nil
}

// Close ends Chromium and removes its profile.
func (b *Browser) Close() error {
	err := chromedp.Cancel(b.ctx)
	b.cancel()
	return err
}

// Start launches Chromium for a test and closes it after. The test is skipped
// where there is none.
func Start(t testing.TB) *Browser {
	t.Helper()
	if _, err := Find(); err != nil {
		t.Skip(err)
	}
	b, err := Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// View is how a reader looks at a page.
type View struct {
	Name          string
	Width, Height int64
	Mobile        bool
	Dark          bool
	Print         bool
	ScriptOff     bool
}

// Phone and Desktop are the two screens that every page is tested on.
var (
	Phone   = View{Name: "phone", Width: 390, Height: 844, Mobile: true}
	Desktop = View{Name: "desktop", Width: 1280, Height: 900}
)

// InDark is the view with dark colours asked for.
func (v View) InDark() View { v.Name += "-dark"; v.Dark = true; return v }

// OnPaper is the view with the print style.
func (v View) OnPaper() View { v.Name += "-print"; v.Print = true; return v }

// WithoutScript is the view with scripts switched off.
func (v View) WithoutScript() View { v.Name += "-noscript"; v.ScriptOff = true; return v }

// timeLimit is what one step in a page may take.
const timeLimit = 60 * time.Second

// Page is one tab with a profile of its own.
type Page struct {
	View  View
	ctx   context.Context
	close context.CancelFunc
	watch watcher
}

// NewPage opens an empty tab for the view. The caller closes it.
func (b *Browser) NewPage(view View) (*Page, error) {
	p := &Page{View: view}
	p.ctx, p.close = chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	if err := chromedp.Listen(p.ctx, p.watch.take); err != nil {
		p.close()
		return nil, err
	}
	if err := p.prepare(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// Tab opens another tab of the page's browser: it shares cookies and storage
// with it.
func (p *Page) Tab(t testing.TB) *Page {
	t.Helper()
	tab := &Page{View: p.View}
	profile := chromedp.FromContext(p.ctx).BrowserContextID
	tab.ctx, tab.close = chromedp.NewContext(p.ctx, chromedp.WithExistingBrowserContext(profile))
	t.Cleanup(tab.Close)
	if err := chromedp.Listen(tab.ctx, tab.watch.take); err != nil {
		t.Fatal(err)
	}
	if err := tab.prepare(); err != nil {
		t.Fatal(err)
	}
	return tab
}

// Page opens a tab for a test and closes it after.
func (b *Browser) Page(t testing.TB, view View) *Page {
	t.Helper()
	p, err := b.NewPage(view)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// Context is the tab's chromedp context, for commands this package lacks.
func (p *Page) Context() context.Context { return p.ctx }

// Close closes the tab.
func (p *Page) Close() { p.close() }

func (p *Page) prepare() error {
	if err := call(p, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	if err := call(p, log.Enable, struct{}{}); err != nil {
		return err
	}
	if err := p.emulate(); err != nil {
		return err
	}
	return p.allowScript(!p.View.ScriptOff)
}

// mobileScale is how many dots of a phone's screen make a pixel of the page.
const mobileScale = 3

func (p *Page) emulate() error {
	scale := 1.0
	if p.View.Mobile {
		scale = mobileScale
	}
	if err := call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: p.View.Width, Height: p.View.Height, DeviceScaleFactor: scale, Mobile: p.View.Mobile,
	}); err != nil {
		return err
	}
	return call(p, emulation.SetEmulatedMedia, p.View.media())
}

// Turn shows the page that is open in another view, as when a screen is turned
// or the colours are switched, and waits until it stands. Whether scripts run
// is settled when a page is opened and cannot be turned.
func (p *Page) Turn(view View) error {
	if view.ScriptOff != p.View.ScriptOff {
		return errors.New("a page is opened with or without script")
	}
	p.View = view
	if err := p.emulate(); err != nil {
		return err
	}
	stands := fmt.Sprintf(`matchMedia('(prefers-color-scheme: dark)').matches === %t && matchMedia('print').matches === %t &&
		(%[3]t ? document.documentElement.clientWidth : innerWidth) === %[4]d && document.getAnimations().every(a => a.playState !== 'running' || a.effect.getComputedTiming().endTime === Infinity)`,
		view.Dark, view.Print, view.Mobile, view.Width)
	for deadline := time.Now().Add(timeLimit); ; time.Sleep(5 * time.Millisecond) {
		ok, err := Evaluate[bool](p, stands)
		if err != nil {
			return err
		}
		if ok {
			return p.Quiet()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the page does not take the view %s", view.Name)
		}
	}
}

// Seen is what has happened since the page was opened.
func (p *Page) Seen() *Visit { return p.watch.visit() }

func (p *Page) allowScript(allowed bool) error {
	return call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !allowed})
}

func (v View) media() emulation.SetEmulatedMediaParams {
	scheme, media := "light", "screen"
	if v.Dark {
		scheme = "dark"
	}
	if v.Print {
		media = "print"
	}
	return emulation.SetEmulatedMediaParams{Media: media, Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}}
}

// Open goes to the address and waits until its requests have ended.
func (p *Page) Open(url string) (*Visit, error) {
	p.watch.start(url)
	ctx, cancel := context.WithTimeout(p.ctx, timeLimit)
	defer cancel()
	response, err := chromedp.Run(ctx, chromedp.NavigateResponse(url))
	if err != nil {
		return nil, err
	}
	if err := p.watch.quiet(ctx); err != nil {
		return nil, err
	}
	visit := p.watch.visit()
	visit.URL = url
	if response != nil {
		visit.Status = int(response.Status)
	}
	return visit, nil
}

// Quiet waits until the requests of the page have ended, after something in
// it has sent new ones.
func (p *Page) Quiet() error {
	ctx, cancel := context.WithTimeout(p.ctx, timeLimit)
	defer cancel()
	return p.watch.quiet(ctx)
}

// Screenshot is the whole page, or only the visible part, as a PNG.
func (p *Page) Screenshot(whole bool) ([]byte, error) {
	params := page.CaptureScreenshotParams{}
	if whole {
		all := true
		size, err := Evaluate[[]float64](p, `[document.documentElement.scrollWidth, document.documentElement.scrollHeight]`)
		if err != nil {
			return nil, err
		}
		params.CaptureBeyondViewport = &all
		params.Clip = &page.Viewport{Width: size[0], Height: size[1], Scale: 1}
	}
	ctx, cancel := context.WithTimeout(p.ctx, timeLimit)
	defer cancel()
	shot, err := chromedp.Call(ctx, page.CaptureScreenshot, params)
	return shot.Data, err
}

// WebP is what the screen shows, in a picture as wide as width; quality is of
// 100.
func (p *Page) WebP(width float64, quality int64) ([]byte, error) {
	scale := width / float64(p.View.Width)
	if p.View.Mobile {
		scale /= mobileScale
	}
	at, err := Evaluate[[]float64](p, `[scrollX, scrollY]`)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(p.ctx, timeLimit)
	defer cancel()
	shot, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: &quality,
		Clip: &page.Viewport{X: at[0], Y: at[1], Width: float64(p.View.Width), Height: float64(p.View.Height), Scale: scale}})
	return shot.Data, err
}

// Evaluate runs an expression in the page and returns its value. A promise is
// waited for. It also works in views without script.
func Evaluate[T any](p *Page, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, timeLimit)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}
