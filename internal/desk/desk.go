package desk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/settings"
	"dateline/internal/web"
)

// The addresses of the desk.
const (
	home        = "/desk/"
	shortHome   = "/desk"
	signInPath  = "/desk/sign-in"
	signOutPath = "/desk/sign-out"
	setUpPath   = "/desk/set-up/"
	joinPath    = "/desk/join/"
	accountPath = "/desk/account"
	peoplePath  = "/desk/people"
	sitePath    = "/desk/site"
	logPath     = "/desk/log"
)

// SetUpLink is the address of the set-up page for a token, below the origin.
func SetUpLink(token string) string { return setUpPath + token }

// JoinLink is the address at which a person chooses a password with a token.
func JoinLink(token string) string { return joinPath + token }

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed desk.css
var stylesheet []byte

// Desk answers for the newsroom's side of the site.
type Desk struct {
	Parts
	templates map[string]*template.Template
	style     string // address of the stylesheet
}

// Parts are what the desk asks.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Accounts *account.Service
	Settings *settings.Store
	Origin   func() string // public origin, for links to hand on
	Icon     func() string // address of the site's icon

	// ChangeSite saves settings in tx with all that follows from them.
	ChangeSite func(ctx context.Context, tx *db.Tx, actor account.Actor, changes []settings.Change) error
}

// New reads the templates.
func New(p Parts) (*Desk, error) {
	d := &Desk{Parts: p, templates: map[string]*template.Template{}}
	sum := sha256.Sum256(stylesheet)
	d.style = "/desk/assets/" + hex.EncodeToString(sum[:8]) + "/desk.css"
	base, err := template.New("base.html").Funcs(template.FuncMap{"when": d.when, "detail": detail}).ParseFS(templateFiles, "templates/base.html")
	if err != nil {
		return nil, fault.New(fault.Internal, "the desk's templates: %w", err)
	}
	entries, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name, _ := strings.CutSuffix(e.Name(), ".html")
		if name == "base" {
			continue
		}
		t, err := base.Clone()
		if err == nil {
			t, err = t.ParseFS(templateFiles, "templates/"+e.Name())
		}
		if err != nil {
			return nil, fault.New(fault.Internal, "the desk's template %s: %w", name, err)
		}
		d.templates[name] = t
	}
	return d, nil
}

// Stylesheet is the address of the desk's styles, for the policy.
func (d *Desk) Stylesheet() string { return d.style }

// when writes a time in the site's zone.
func (d *Desk) when(t time.Time) string {
	zone := time.UTC
	if site, err := d.Settings.Site(context.Background()); err == nil {
		zone = site.Location()
	}
	return t.In(zone).Format("2 Jan 2006, 15:04 MST")
}

// detail writes what an entry of the audit log holds as "name: Ann, role: editor".
func detail(raw []byte) string {
	var held map[string]any
	if json.Unmarshal(raw, &held) != nil {
		return string(raw)
	}
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(held)) {
		parts = append(parts, fmt.Sprintf("%s: %v", key, held[key]))
	}
	return strings.Join(parts, ", ")
}

// page is what the templates of the desk are given.
type page struct {
	Title  string
	Site   string
	Style  string
	Icon   string
	Me     *account.Person
	Admin  bool
	Here   string // path, to mark it in the menu
	Notice string // what has been done
	Error  string // why it has not
	Hint   string
	Data   any

	Problem *web.Problem
}

// page renders a template. r is nil for problems, which may be anybody's.
func (d *Desk) page(r *web.Request, status int, name string, p page) (web.Response, error) {
	site, err := d.Settings.Site(context.Background())
	if err != nil {
		return web.Response{}, err
	}
	p.Site, p.Style, p.Icon = site.Title, d.style, d.Icon()
	if r != nil {
		p.Here = r.Path
		if p.Notice == "" {
			p.Notice = notices[r.Query.Get("done")]
		}
		if v := who(r); v != nil {
			p.Me, p.Admin = &v.person, v.person.Role >= account.Administrator
		}
	}
	var b bytes.Buffer
	if err := d.templates[name].ExecuteTemplate(&b, "base.html", p); err != nil {
		return web.Response{}, fault.New(fault.Internal, "desk page %s: %w", name, err)
	}
	return web.Response{Status: status, ContentType: "text/html; charset=utf-8", Body: b.Bytes(), Private: true, NoIndex: true}, nil
}

// again shows a form once more with what was wrong; all that was typed but
// passwords stays. Errors that are not the writer's to mend pass on.
func (d *Desk) again(r *web.Request, name string, p page, err error) (web.Response, error) {
	switch fault.CodeOf(err) {
	case fault.Invalid, fault.Denied, fault.Conflict, fault.TooMany, fault.SignIn:
	default:
		return web.Response{}, err
	}
	p.Error, p.Hint = sentence(err.Error()), sentence(fault.HintOf(err))
	status := http.StatusUnprocessableEntity
	if fault.Is(err, fault.TooMany) {
		status = http.StatusTooManyRequests
	}
	return d.page(r, status, name, p)
}

// sentence begins a message with a capital letter.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// notices are what a page may say of what was just done: only these.
var notices = map[string]string{
	"saved":     "Saved.",
	"password":  "Your password is changed. All other sessions have ended.",
	"factor":    "The second factor is on.",
	"nofactor":  "The second factor is off.",
	"ended":     "The session has ended.",
	"others":    "All other sessions have ended.",
	"role":      "The role is changed. Their sessions have ended.",
	"disabled":  "The account is switched off. Their sessions have ended.",
	"enabled":   "The account is switched on.",
	"signedout": "You have signed out.",
}

// handler answers one request of the desk.
type handler = func(r *web.Request) (web.Response, error)

const formLimit = 64 << 10

// Routes returns the routes of the desk.
func (d *Desk) Routes() []web.Route {
	const contributor, administrator web.Role = "contributor", "administrator"
	get := func(name, pattern string, role web.Role, h handler, query ...string) web.Route {
		return web.Route{Name: name, Methods: []string{"GET"}, Pattern: pattern, Role: role, Rate: web.RateReading, Cache: web.CacheNone, Body: web.NoBody,
			CSRF: web.CSRFReadOnly, Query: web.Params(append(query, "done")...), Handle: h}
	}
	post := func(name, pattern string, role web.Role, rate web.Rate, h handler) web.Route {
		return web.Route{Name: name, Methods: []string{"POST"}, Pattern: pattern, Role: role, Rate: rate, Cache: web.CacheNone, Body: formLimit,
			CSRF: web.CSRFSameOrigin, Handle: form(h)}
	}
	return []web.Route{
		{Name: "desk styles", Methods: []string{"GET"}, Pattern: "/desk/assets/{hash}/desk.css", Role: web.Anyone, Rate: web.RateReading, Cache: web.CacheFiles,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Handle: d.asset},
		get("desk", home, contributor, d.home),
		get("desk short", shortHome, contributor, func(*web.Request) (web.Response, error) { return seeOther(home), nil }),
		get("sign in", signInPath, web.Anyone, d.signInPage, "next"),
		post("sign in now", signInPath, web.Anyone, web.RatePassword, d.signIn),
		post("sign out", signOutPath, web.Anyone, web.RateReading, d.signOut),
		get("set up", setUpPath+"{token}", web.Anyone, d.setUpPage),
		post("set up now", setUpPath+"{token}", web.Anyone, web.RatePassword, d.setUp),
		get("join", joinPath+"{token}", web.Anyone, d.joinPage),
		post("join now", joinPath+"{token}", web.Anyone, web.RatePassword, d.join),
		get("own account", accountPath, contributor, d.accountPage),
		post("rename", accountPath+"/name", contributor, web.RateForm, d.rename),
		post("change password", accountPath+"/password", contributor, web.RatePassword, d.changePassword),
		get("second factor", accountPath+"/second-factor", contributor, d.factorPage),
		post("second factor on", accountPath+"/second-factor", contributor, web.RatePassword, d.factorOn),
		post("second factor off", accountPath+"/second-factor/off", contributor, web.RatePassword, d.factorOff),
		post("end session", accountPath+"/sessions/end", contributor, web.RateForm, d.endSession),
		post("end other sessions", accountPath+"/sessions/end-others", contributor, web.RateForm, d.endOthers),
		get("people", peoplePath, administrator, d.peoplePage),
		post("invite", peoplePath, administrator, web.RateForm, d.invite),
		post("change person", peoplePath+"/{id}", administrator, web.RateForm, d.changePerson),
		get("site settings", sitePath, administrator, d.sitePage),
		post("change site", sitePath, administrator, web.RateForm, d.saveSite),
		get("audit log", logPath, administrator, d.logPage, "before"),
	}
}

// form reads the form of a request before its handler does.
func form(h handler) handler {
	return func(r *web.Request) (web.Response, error) {
		if err := r.HTTP.ParseForm(); err != nil {
			return web.Response{}, fault.New(fault.Invalid, "the form could not be read: %w", err)
		}
		return h(r)
	}
}

func (d *Desk) asset(r *web.Request) (web.Response, error) {
	if r.Path != d.style {
		return web.Response{}, fault.New(fault.NotFound, "the desk has no such file")
	}
	return web.Response{ContentType: "text/css; charset=utf-8", Body: stylesheet, Immutable: true}, nil
}

func (d *Desk) home(r *web.Request) (web.Response, error) {
	return d.page(r, http.StatusOK, "home", page{Title: "Desk"})
}

const logShown = 100

// logPage lists what was done, the newest first.
func (d *Desk) logPage(r *web.Request) (web.Response, error) {
	before, err := number(r.Query.Get("before"))
	if err != nil {
		return web.Response{}, err
	}
	entries, err := audit.Before(r.HTTP.Context(), d.DB, before, logShown+1)
	if err != nil {
		return web.Response{}, err
	}
	data := struct {
		Entries []audit.Entry
		Next    int64
	}{Entries: entries}
	if len(entries) > logShown {
		data.Entries = entries[:logShown]
		data.Next = data.Entries[logShown-1].ID
	}
	return d.page(r, http.StatusOK, "log", page{Title: "Audit log", Data: data})
}
