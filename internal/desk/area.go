package desk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"dateline/internal/account"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/web"
)

// Area is one part of the desk: its templates, its words, its places in the
// menu. Its handlers answer with Page and Again.
type Area struct {
	desk      *Desk
	name      string
	styles    []string // names of its stylesheets
	templates map[string]*template.Template
	printers  map[string]*i18n.Printer // by language of the interface
}

// MenuItem is a place in the desk's menu.
type MenuItem struct {
	Word  string // key of its text
	Path  string
	Role  account.Role // that sees it
	Order int

	Text string // of a page's menu: the word in the visitor's language
	area *Area  // whose word it is
}

// NewArea reads a part of the desk: templates/*.html, which define "body" and
// stand in the frame's templates/base.html; words.json with its texts, whose
// keys begin with name and a dot; stylesheets *.css, which its pages load.
func (d *Desk) NewArea(name string, files fs.FS, menu ...MenuItem) (*Area, error) {
	a := &Area{desk: d, name: name, templates: map[string]*template.Template{}, printers: map[string]*i18n.Printer{}}
	if err := a.read(files); err != nil {
		return nil, fault.New(fault.Internal, "the desk's part %s: %w", name, err)
	}
	for _, item := range menu {
		item.area = a
		d.menu = append(d.menu, item)
	}
	slices.SortStableFunc(d.menu, func(a, b MenuItem) int { return a.Order - b.Order })
	return a, nil
}

func (a *Area) read(in fs.FS) error {
	if err := a.desk.readAssets(in, "*.css"); err != nil {
		return err
	}
	styles, err := fs.Glob(in, "*.css")
	if err != nil {
		return err
	}
	a.styles = styles
	raw, err := fs.ReadFile(in, "words.json")
	if err != nil {
		return err
	}
	words, err := i18n.ParseWords(raw)
	if err != nil {
		return err
	}
	for _, lang := range i18n.Languages() {
		base := i18n.For(lang)
		if a.desk.own != nil {
			base = a.desk.own.printers[lang]
		}
		a.printers[lang] = base.With(words)
	}
	base, err := template.New("base.html").Funcs(template.FuncMap{"detail": detail, "sentence": sentence}).ParseFS(files, "templates/base.html")
	if err != nil {
		return err
	}
	names, err := fs.Glob(in, "templates/*.html")
	if err != nil {
		return err
	}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if name == "base" || strings.HasPrefix(name, "_") {
			continue
		}
		t, err := base.Clone()
		if err != nil {
			return err
		}
		parts, err := fs.Glob(in, "templates/_*.html") // shared by the pages of the area
		if err != nil {
			return err
		}
		if t, err = t.ParseFS(in, append(parts, file)...); err != nil {
			return err
		}
		a.templates[name] = t
	}
	return nil
}

// asset is a file of the desk at an address that names its content.
type asset struct {
	address, kind string
	body          []byte
}

func (d *Desk) readAssets(in fs.FS, patterns ...string) error {
	if in == nil {
		return nil
	}
	for _, pattern := range patterns {
		names, err := fs.Glob(in, pattern)
		if err != nil {
			return err
		}
		for _, name := range names {
			body, err := fs.ReadFile(in, name)
			if err != nil {
				return err
			}
			if err := d.putAsset(name, body); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Desk) putAsset(name string, body []byte) error {
	if _, taken := d.assets[name]; taken {
		return fault.New(fault.Internal, "two files of the desk are called %s: pages name them by that alone", name)
	}
	sum := sha256.Sum256(body)
	d.assets[name] = asset{"/desk/assets/" + hex.EncodeToString(sum[:8]) + "/" + name, mime.TypeByExtension(path.Ext(name)), body}
	return nil
}

// Borrow makes the pages of the area load a stylesheet that stands elsewhere.
func (a *Area) Borrow(name string, css []byte) error {
	a.styles = append(a.styles, name)
	return a.desk.putAsset(name, css)
}

func (d *Desk) asset(r *web.Request) (web.Response, error) {
	file, ok := d.assets[r.Vars["name"]]
	if !ok || file.address != r.Path {
		return web.Response{}, fault.New(fault.NotFound, "the desk has no such file")
	}
	return web.Response{ContentType: file.kind, Body: file.body, Immutable: true}, nil
}

// Page is what the templates of the desk are given. Templates write texts with
// {{.T "area.key"}} and {{.N "area.key" count}}, times with {{.When time}}.
type Page struct {
	Title   string
	Lead    string   // a line under the title
	Wide    bool     // tables and boards use the whole width
	Bare    bool     // no menu, no title: the page fills the window itself
	Scripts []string // names of built scripts besides desk.js
	Framed  bool     // pages of the desk show it in a frame
	Notice  string   // what has been done
	Error   string   // why it has not
	Hint    string
	Data    any
	Problem *web.Problem

	*i18n.Printer
	Site   string
	Icon   string
	Me     *account.Person
	Here   string
	Menu   []MenuItem
	zone   *time.Location
	desk   *Desk
	styles []string
}

// Admin tells whether the visitor manages the site.
func (p Page) Admin() bool { return p.Me != nil && p.Me.Role >= account.Administrator }

// Can tells whether the visitor has a role, by its name.
func (p Page) Can(role string) bool {
	need, ok := account.RoleNamed(role)
	return ok && p.Me != nil && p.Me.Role >= need
}

// Role names a role.
func (p Page) Role(role account.Role) string { return p.word("desk.role_", role.String()) }

// Did says what an entry of the audit log holds was done: in the visitor's
// language where the desk has a word for it, else as it is kept.
func (p Page) Did(verb string) string { return p.word("desk.did_", verb) }

// Thing names what it was done to.
func (p Page) Thing(object string) string { return p.word("desk.thing_", object) }

func (p Page) word(prefix, text string) string {
	if key := prefix + strings.ReplaceAll(text, " ", "_"); p.Has(key) {
		return p.T(key)
	}
	return text
}

// When writes a time in the site's zone with the zone's name; "" for none.
func (p Page) When(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return Moment(p.Printer, t.In(p.zone))
}

// Moment writes a time with the name of its zone.
func Moment(words *i18n.Printer, t time.Time) string {
	return words.ShortDate(t) + ", " + words.Time(t) + " " + t.Format("MST")
}

// Day writes the day of a time in the site's zone.
func (p Page) Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return p.Printer.Date(t.In(p.zone))
}

// Machine writes a time for a datetime attribute.
func (p Page) Machine(t time.Time) string { return t.In(p.zone).Format(time.RFC3339) }

// Zone is the site's zone.
func (p Page) Zone() *time.Location { return p.zone }

// Current tells whether a menu item leads to this page or above it.
func (p Page) Current(item MenuItem) bool {
	return p.Here == item.Path || item.Path != home && strings.HasPrefix(p.Here, item.Path+"/")
}

// Asset is the address of a built script or stylesheet; "" when it is not there.
func (p Page) Asset(name string) string { return p.desk.assets[name].address }

// Styles are the addresses of the stylesheets of the page.
func (p Page) Styles() []string { return p.addresses(append([]string{"desk.css"}, p.styles...)) }

// ScriptFiles are the addresses of the scripts of the page.
func (p Page) ScriptFiles() []string { return p.addresses(append([]string{"desk.js"}, p.Scripts...)) }

func (p Page) addresses(names []string) []string {
	var found []string
	for _, name := range names {
		if file, ok := p.desk.assets[name]; ok && !slices.Contains(found, file.address) {
			found = append(found, file.address)
		}
	}
	return found
}

// WordsJSON writes the texts whose keys begin with a prefix, for the data
// attribute from which a script reads them.
func (p Page) WordsJSON(prefix string) (string, error) {
	raw, err := json.Marshal(p.Printer.Texts(prefix))
	return string(raw), err
}

// policy is what a page of the desk may load and do.
func (p Page) policy() *web.Policy {
	return &web.Policy{Styles: p.Styles(), Scripts: p.ScriptFiles(), Images: []string{"blob:"}, Frames: []string{"'self'"},
		Trusted: []string{"dateline", "ProseMirrorClipboard"}, Framed: p.Framed}
}

// Page renders a template of the area.
func (a *Area) Page(r *web.Request, status int, name string, p Page) (web.Response, error) {
	d := a.desk
	site, err := d.Settings.Site(context.Background())
	if err != nil {
		return web.Response{}, err
	}
	p.Site, p.Icon, p.zone, p.desk = site.Title, d.Icon(), site.Location(), d
	p.styles = append(slices.Clone(a.styles), styleOf(p.Scripts)...)
	p.Printer = a.printer(r, site.Locale)
	p.Here = r.Path
	if done := r.Query.Get("done"); p.Notice == "" && p.Has(a.name+".done_"+done) {
		p.Notice = p.T(a.name + ".done_" + done)
	}
	if done := r.Query.Get("done"); done == releasedNotice { // on whichever page is the start
		p.Notice = p.T("desk.done_" + done)
	}
	if v := who(r); v != nil {
		p.Me = &v.person
		for _, item := range d.menu {
			if item.Role <= v.person.Role {
				item.Text = item.area.printers[p.Language()].T(item.Word) // this page's area has no words of others
				p.Menu = append(p.Menu, item)
			}
		}
	}
	t, ok := a.templates[name]
	if !ok {
		return web.Response{}, fault.New(fault.Internal, "the desk has no template %s/%s", a.name, name)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "base.html", p); err != nil {
		return web.Response{}, fault.New(fault.Internal, "desk page %s: %w", name, err)
	}
	return web.Response{Status: status, ContentType: "text/html; charset=utf-8", Body: b.Bytes(), Private: true, NoIndex: true, Policy: p.policy()}, nil
}

// styleOf names the stylesheets that may stand beside built scripts.
func styleOf(scripts []string) []string {
	var names []string
	for _, name := range scripts {
		names = append(names, strings.TrimSuffix(name, ".js")+".css")
	}
	return names
}

var languages = sortedTags(i18n.Languages())

func sortedTags(names []string) (tags []language.Tag) {
	// English first: it is what a browser that wants none of them gets.
	for _, name := range append([]string{"en"}, slices.DeleteFunc(names, func(n string) bool { return n == "en" })...) {
		tags = append(tags, language.Make(name))
	}
	return tags
}

// Printer returns the printer of the visitor's language with the area's words.
func (a *Area) Printer(r *web.Request) *i18n.Printer {
	locale := ""
	if site, err := a.desk.Settings.Site(context.Background()); err == nil {
		locale = site.Locale
	}
	return a.printer(r, locale)
}

// printer speaks the person's chosen language, else one that the browser asks
// for, else the site's.
func (a *Area) printer(r *web.Request, locale string) *i18n.Printer {
	if v := who(r); v != nil && a.printers[v.person.Language] != nil {
		return a.printers[v.person.Language]
	}
	wanted, _, err := language.ParseAcceptLanguage(r.HTTP.Header.Get("Accept-Language"))
	if err == nil && len(wanted) > 0 {
		if _, i, confidence := language.NewMatcher(languages).Match(wanted...); confidence >= language.High {
			base, _ := languages[i].Base()
			return a.printers[base.String()]
		}
	}
	if p := a.printers[i18n.For(locale).Language()]; p != nil {
		return p
	}
	return a.printers["en"]
}

// Again shows a form once more with what was wrong; all that was typed but
// passwords stays. Errors that are not the writer's to mend pass on.
func (a *Area) Again(r *web.Request, name string, p Page, err error) (web.Response, error) {
	switch fault.CodeOf(err) {
	case fault.Invalid, fault.Denied, fault.Conflict, fault.TooMany, fault.SignIn, fault.TooLarge:
	default:
		return web.Response{}, err
	}
	p.Error, p.Hint = Says(a.Printer(r), err)
	status := http.StatusUnprocessableEntity
	if fault.Is(err, fault.TooMany) {
		status = http.StatusTooManyRequests
	}
	return a.Page(r, status, name, p)
}

// sentence begins a message with a capital letter.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(text[size:], ".") + "."
}

// readDetail reads what an entry of the audit log holds; nil when it is no
// object.
func readDetail(raw []byte) map[string]any {
	var held map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // ids are larger than what a float holds
	if d.Decode(&held) != nil {
		return nil
	}
	return held
}

// detail writes what an entry holds as "name: Ann, role: editor".
func detail(raw []byte) string {
	held := readDetail(raw)
	if held == nil {
		return string(raw)
	}
	return pairs(held)
}

func pairs(held map[string]any) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(held)) {
		parts = append(parts, fmt.Sprintf("%s: %v", key, held[key]))
	}
	return strings.Join(parts, ", ")
}
