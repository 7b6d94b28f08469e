package view

import (
	"bytes"
	"io/fs"
	"sync"
	"sync/atomic"

	"dateline/internal/fault"
	"dateline/internal/i18n"
)

// Engine renders pages through the current theme. Safe for concurrent use.
type Engine struct {
	base    fs.FS
	current atomic.Pointer[theme]
	buffers sync.Pool
}

// New loads the theme in base, with the folder dir laid over it file by file;
// dir is "" for none. locale is the site's: its templates are compiled and
// checked now, those of other locales when they are first asked for. A broken
// theme is a fault.Invalid that names file and line.
func New(base fs.FS, dir, locale string) (*Engine, error) { return NewStyled(base, dir, "", locale) }

// NewStyled is New with rules that stand at the end of the stylesheet.
func NewStyled(base fs.FS, dir, css, locale string) (*Engine, error) {
	e := &Engine{base: base}
	e.buffers.New = func() any { return new(bytes.Buffer) }
	return e, e.Restyle(dir, css, locale)
}

// Reload reads the theme again, with dir laid over it. When the new one is
// broken the engine keeps the one that it has and returns the error.
func (e *Engine) Reload(dir, locale string) error { return e.Restyle(dir, "", locale) }

// Restyle is Reload with rules that stand at the end of the stylesheet.
func (e *Engine) Restyle(dir, css, locale string) error {
	t, err := load(e.base, dir, css)
	if err != nil {
		return err
	}
	if err := t.check(i18n.For(locale)); err != nil {
		return err
	}
	e.current.Store(t)
	return nil
}

// Revision names the loaded theme: it changes when any template or asset does.
// A page cache that outlives a reload must keep it in its keys.
func (e *Engine) Revision() string { return e.current.Load().revision }

// Render returns the page as HTML, in the language of p.Site.
func (e *Engine) Render(p Page) ([]byte, error) {
	set, err := e.current.Load().compiled(i18n.For(p.Site.Language))
	if err != nil {
		return nil, err
	}
	if set.pages[p.Template] == nil {
		return nil, fault.New(fault.Internal, "the theme has no page template %q", p.Template)
	}
	buf := e.buffers.Get().(*bytes.Buffer)
	defer e.release(buf)
	if err := set.execute(buf, &p); err != nil {
		return nil, fault.New(fault.Internal, "render %s page: %w", p.Template, err)
	}
	return bytes.Clone(buf.Bytes()), nil
}

// maxPooled keeps one giant page from holding its memory for good.
const maxPooled = 1 << 20

func (e *Engine) release(buf *bytes.Buffer) {
	if buf.Cap() <= maxPooled {
		buf.Reset()
		e.buffers.Put(buf)
	}
}

// Asset returns what an address under AssetPrefix serves. An address of an
// earlier theme finds the asset of the same name with Current false: serve it,
// but let nobody keep it.
func (e *Engine) Asset(path string) (Asset, bool) { return e.current.Load().assets.find(path) }

// AssetURL returns the hashed address of an asset, "" when there is none.
func (e *Engine) AssetURL(name string) string { return e.current.Load().assets.url(name) }

// Stylesheet returns the hashed address of the one stylesheet, which the
// Content-Security-Policy names.
func (e *Engine) Stylesheet() string { return e.AssetURL(StylesheetName) }
