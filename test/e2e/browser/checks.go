package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"golang.org/x/sync/errgroup"

	"dateline/test/node"
)

// ShotsVar names the environment variable with a folder for screenshots that
// people look at.
const ShotsVar = "DATELINE_SHOTS"

// TooWide names the elements that stick out of the screen sideways; none when
// the page does not scroll sideways.
func (p *Page) TooWide() ([]string, error) {
	return Evaluate[[]string](p, `(() => {
		const width = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) return [];
		const wide = [...document.body.querySelectorAll('*')].filter(e => {
			const r = e.getBoundingClientRect();
			return r.width > 0 && (r.right > width + 1 || r.left < -1);
		}).map(e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + [...e.classList].map(c => '.' + c).join(''));
		return wide.length ? wide.slice(0, 10) : ['document (' + document.documentElement.scrollWidth + ' of ' + width + ' px)'];
	})()`)
}

// Violation is one rule of axe-core that the page breaks.
type Violation struct {
	Rule, Impact, Help string
	Nodes              []string // selectors
}

func (v Violation) String() string {
	return fmt.Sprintf("%s (%s): %s at %s", v.Rule, v.Impact, v.Help, strings.Join(v.Nodes, ", "))
}

// Axe runs axe-core's rules of WCAG 2.2 A and AA and its best practices on the
// page. It works in views without script too.
func (p *Page) Axe() ([]Violation, error) {
	script, err := axeScript()
	if err != nil {
		return nil, err
	}
	if p.View.ScriptOff { // the page was built without script; axe-core itself needs timers
		if err := p.allowScript(true); err != nil {
			return nil, err
		}
		defer p.allowScript(false)
	}
	loaded, err := Evaluate[bool](p, `typeof axe === 'object'`)
	if err == nil && !loaded {
		_, err = Evaluate[bool](p, script+";true")
	}
	if err != nil {
		return nil, fmt.Errorf("load axe-core: %w", err)
	}
	text, err := Evaluate[string](p, `axe.run(document, {
		runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
		resultTypes: ['violations'],
		preload: { assets: ['media'] }, // the rule that needs all style sheets is experimental and not run
		iframes: false, // they have no axe-core, and it would wait for their answer
	}).then(r => JSON.stringify(r.violations.map(v => ({
		Rule: v.id, Impact: v.impact || '', Help: v.help, Nodes: v.nodes.slice(0, 5).map(n => n.target.flat().join(' ')),
	}))))`)
	if err != nil {
		return nil, fmt.Errorf("run axe-core: %w", err)
	}
	var found []Violation
	return found, json.Unmarshal([]byte(text), &found)
}

// AxeReady says why Axe cannot run here, or nil.
func AxeReady() error { _, err := axeScript(); return err }

var axeScript = sync.OnceValues(func() (string, error) {
	modules, err := node.Modules()
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(modules, "axe-core", "axe.min.js"))
	return string(text), err
})

// Keyboard walks through the page with the Tab key and names what it cannot
// reach, and what it reaches without showing where it is.
func (p *Page) Keyboard() ([]string, error) {
	if p.View.ScriptOff {
		return nil, errors.New("the keyboard is checked in views with script")
	}
	found, err := Evaluate[struct{ Stops, Frames int }](p, keyboardStart)
	if err != nil {
		return nil, err
	}
	// The page notes itself where the focus comes, so that the keys need not wait for
	// each other's picture on the screen; only in frames it hears nothing.
	pace := 8
	if found.Frames > 0 {
		pace = 1
	}
	ctx, cancel := context.WithTimeout(p.ctx, 2*timeLimit)
	defer cancel()
	for tabs := 0; tabs < found.Stops+5; tabs += pace {
		var keys errgroup.Group
		for range pace {
			keys.Go(func() error { _, err := chromedp.Call(ctx, input.DispatchKeyEvent, tab); return err })
		}
		if err := keys.Wait(); err != nil {
			return nil, err
		}
		more, err := Evaluate[bool](p, `window.__keyboard.step()`)
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	// Whatever comes next looks at a page on which nothing has the focus: a skip
	// link that has it covers what is below.
	return Evaluate[[]string](p, `(() => { const found = window.__keyboard.problems(); document.activeElement?.blur(); return found; })()`)
}

// tab is the Tab key going down, which is when the focus moves.
var tab = input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9}

// keyboardStart lists everything that a mouse can use and returns its number.
// Focus is visible when outline, shadow, border, background or underline of
// the element, or of a parent that marks the focus inside it, differ from how
// they look without focus.
const keyboardStart = `(() => {
	const usable = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [contenteditable], audio[controls], video[controls], iframe, [tabindex]';
	const shown = e => {
		if (e.disabled || e.tabIndex < 0 || e.closest('[inert]')) return false;
		for (let closed = e.closest('details:not([open])'); closed; closed = closed.parentElement.closest('details:not([open])')) {
			if (!(e.tagName === 'SUMMARY' && e.parentElement === closed)) return false;
		}
		const s = getComputedStyle(e);
		return e.getClientRects().length > 0 && s.visibility !== 'hidden';
	};
	const name = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + ' ' + JSON.stringify((e.textContent || e.getAttribute('aria-label') || e.name || '').trim().slice(0, 40));
	const look = e => {
		const parts = [];
		for (let n = e, depth = 0; n && n !== document.body && depth < 4; n = n.parentElement, depth++) {
			const s = getComputedStyle(n);
			const outline = s.outlineStyle === 'none' || parseFloat(s.outlineWidth) === 0 ? 'none' : s.outlineStyle + s.outlineWidth + s.outlineColor;
			parts.push([outline, s.boxShadow, s.borderColor, s.borderWidth, s.backgroundColor, s.textDecorationLine + s.textDecorationThickness, s.color].join('|'));
		}
		return parts.join('\n');
	};
	// How many further stops are inside an element: the players' controls, the
	// parts of a date, what a frame shows.
	const stops = e => {
		if (e.tagName === 'IFRAME') return 1 + (e.contentDocument ? e.contentDocument.querySelectorAll(usable).length : 20);
		return ['AUDIO', 'VIDEO'].includes(e.tagName) || ['date', 'datetime-local', 'month', 'time', 'week'].includes(e.type) ? 8 : 0;
	};
	const all = [...document.querySelectorAll(usable)].filter(shown), frames = all.filter(e => e.tagName === 'IFRAME');
	// Of a group of radio buttons only one is a stop.
	const radio = new Set();
	const expected = all.filter(e => {
		if (e.type !== 'radio') return true;
		if (radio.has(e.name)) return false;
		radio.add(e.name);
		return true;
	});
	// Tab goes on from where the focus was last: that is made the page's beginning.
	const start = document.createElement('span');
	start.tabIndex = -1;
	document.body.prepend(start);
	start.focus({ preventScroll: true });
	start.remove();
	document.activeElement && document.activeElement.blur();
	const before = new Map(expected.map(e => [e, look(e)]));
	const reached = new Set(), invisible = new Set();
	const note = e => {
		if (reached.has(e)) return false;
		reached.add(e);
		if (before.has(e) && !['IFRAME', 'AUDIO', 'VIDEO'].includes(e.tagName) && look(e) === before.get(e)) invisible.add(e);
		return true;
	};
	let fresh = false; // whether the focus came somewhere new since the last step
	const listen = event => { fresh = note(event.target) || fresh; };
	document.addEventListener('focusin', listen, true);
	window.__keyboard = {
		step() {
			const e = document.activeElement, came = fresh;
			fresh = false;
			if (!e || e === document.body || e === document.documentElement) return reached.size === 0;
			return note(e) || came || stops(e) > 0;
		},
		problems() {
			document.removeEventListener('focusin', listen, true);
			return expected.filter(e => !reached.has(e) && !(e.type === 'radio' && [...reached].some(r => r.name === e.name)))
				.map(e => 'not reached by Tab: ' + name(e))
				.concat([...invisible].map(e => 'focus is not visible: ' + name(e)));
		},
	};
	return { Stops: expected.reduce((sum, e) => sum + 1 + stops(e), 0), Frames: frames.length };
})()`

// everyPicture loads the pictures that wait until they are scrolled to.
const everyPicture = `Promise.all([...document.images].map(i => { i.loading = 'eager'; return i.decode().catch(() => null); })).then(() => true)`

// Shot saves a screenshot of the whole page as NAME-VIEW.png in the folder
// that DATELINE_SHOTS names; without it nothing is done.
func (p *Page) Shot(t testing.TB, name string) {
	t.Helper()
	dir := os.Getenv(ShotsVar)
	if dir == "" {
		return
	}
	_, err := Evaluate[bool](p, everyPicture)
	var png []byte
	if err == nil {
		png, err = p.Screenshot(true)
	}
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+"-"+p.View.Name+".png"), png, 0o644)
	}
	if err != nil {
		t.Errorf("screenshot: %v", err)
	}
}
