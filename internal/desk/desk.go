package desk

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"strconv"

	"dateline/internal/account"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/settings"
	"dateline/internal/web"
)

// The addresses of the desk.
const (
	home         = "/desk/"
	shortHome    = "/desk"
	signInPath   = "/desk/sign-in"
	signOutPath  = "/desk/sign-out"
	setUpPath    = "/desk/set-up/"
	joinPath     = "/desk/join/"
	accountPath  = "/desk/account"
	peoplePath   = "/desk/people"
	forgotPath   = "/desk/forgot"
	sessionPath  = "/desk/session"
	sitePath     = "/desk/site"
	settingsPath = "/desk/structure/site"
	logPath      = "/desk/log"
)

// SetUpLink is the address of the set-up page for a token, below the origin.
func SetUpLink(token string) string { return setUpPath + token }

// JoinLink is the address at which a person chooses a password with a token.
func JoinLink(token string) string { return joinPath + token }

//go:embed all:templates words.json desk.css
var files embed.FS

// Desk is the frame that all parts of the desk share, and answers for getting
// in, one's own account, the people, the site and the audit log itself.
type Desk struct {
	Parts
	own    *Area
	assets map[string]asset // by name
	menu   []MenuItem
}

// Parts are what the desk asks.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Accounts *account.Service
	Settings *settings.Store
	Origin   func() string // public origin, for links to hand on
	Icon     func() string // address of the site's icon
	Scripts  fs.FS         // built scripts and their styles
	Home     Handler       // the start page; a bare one when nil
	Log      *slog.Logger  // gets links that nothing mails

	// Names says how people know things of the audit log and where they are;
	// what it leaves out is shown by its number.
	Names func(ctx context.Context, things []Thing) (map[Thing]Name, error)

	// Held names why no mail leaves from a restored copy of the site, "" when it
	// does; Release takes a person's word that this is the site now.
	Held    func() string
	Release func(ctx context.Context, actor account.Actor) error

	// ChangeSite saves settings in tx with all that follows from them.
	ChangeSite func(ctx context.Context, tx *db.Tx, actor account.Actor, changes []settings.Change) error
}

// New reads the templates of the frame and of its own pages.
func New(p Parts) (*Desk, error) {
	d := &Desk{Parts: p, assets: map[string]asset{}}
	if err := d.readAssets(p.Scripts, "*.js", "*.css"); err != nil {
		return nil, err
	}
	var err error
	if d.own, err = d.NewArea("desk", files,
		MenuItem{Word: "desk.menu_home", Path: home, Role: account.Contributor, Order: 0},
		MenuItem{Word: "desk.menu_people", Path: peoplePath, Role: account.Administrator, Order: 80},
		MenuItem{Word: "desk.menu_site", Path: settingsPath, Role: account.Administrator, Order: 90},
		MenuItem{Word: "desk.menu_log", Path: logPath, Role: account.Administrator, Order: 100},
		MenuItem{Word: "desk.menu_account", Path: accountPath, Role: account.Contributor, Order: 110},
	); err != nil {
		return nil, err
	}
	return d, nil
}

const formLimit = 64 << 10

// Routes returns the routes of the frame and its own pages.
func (d *Desk) Routes() []web.Route {
	return []web.Route{
		{Name: "desk file", Methods: []string{"GET"}, Pattern: "/desk/assets/{hash}/{name}", Role: web.Anyone, Rate: web.RateReading, Cache: web.CacheFiles,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Handle: d.asset},
		Get("desk", home, Contributor, d.home),
		Get("desk short", shortHome, Contributor, func(*web.Request) (web.Response, error) { return SeeOther(home), nil }),
		Get("sign in", signInPath, web.Anyone, d.signInPage, "next", "popup"),
		Get("session", sessionPath, Contributor, d.session),
		Post("sign in now", signInPath, web.Anyone, web.RatePassword, d.signIn),
		Get("forgot password", forgotPath, web.Anyone, d.forgotPage),
		Post("forgot password now", forgotPath, web.Anyone, web.RatePassword, d.forgot),
		Post("sign out", signOutPath, web.Anyone, web.RateReading, d.signOut),
		PostRaw("offer passkey to sign in", signInPath+"/passkey", web.Anyone, web.RateSearch, formLimit, d.offerSignIn),
		PostRaw("offer passkey to set up", setUpPath+"{token}/passkey", web.Anyone, web.RatePassword, formLimit, d.offerFor),
		PostRaw("offer passkey to join", joinPath+"{token}/passkey", web.Anyone, web.RatePassword, formLimit, d.offerFor),
		PostRaw("offer passkey", accountPath+"/passkeys/offer", Contributor, web.RatePassword, formLimit, d.offerPasskey),
		Post("add passkey", accountPath+"/passkeys", Contributor, web.RateForm, d.addPasskey),
		Post("remove passkey", accountPath+"/passkeys/remove", Contributor, web.RatePassword, d.removePasskey),
		Get("set up", setUpPath+"{token}", web.Anyone, d.setUpPage),
		Post("set up now", setUpPath+"{token}", web.Anyone, web.RatePassword, d.setUp),
		Get("join", joinPath+"{token}", web.Anyone, d.joinPage),
		Post("join now", joinPath+"{token}", web.Anyone, web.RatePassword, d.join),
		Get("own account", accountPath, Contributor, d.accountPage),
		Post("choose language", accountPath+"/language", Contributor, web.RateForm, d.chooseLanguage),
		Post("choose mail", accountPath+"/mail", Contributor, web.RateForm, d.chooseMail),
		Post("rename", accountPath+"/name", Contributor, web.RateForm, d.rename),
		Post("change password", accountPath+"/password", Contributor, web.RatePassword, d.changePassword),
		Get("second factor", accountPath+"/second-factor", Contributor, d.factorPage),
		Post("second factor on", accountPath+"/second-factor", Contributor, web.RatePassword, d.factorOn),
		Post("second factor off", accountPath+"/second-factor/off", Contributor, web.RatePassword, d.factorOff),
		Post("end session", accountPath+"/sessions/end", Contributor, web.RateForm, d.endSession),
		Post("end other sessions", accountPath+"/sessions/end-others", Contributor, web.RateForm, d.endOthers),
		Post("let mail leave", releasePath, Administrator, web.RateForm, d.release),
		Get("people", peoplePath, Administrator, d.peoplePage),
		Post("invite", peoplePath, Administrator, web.RateForm, d.invite),
		Post("change person", peoplePath+"/{id}", Administrator, web.RateForm, d.changePerson),
		Get("site settings", sitePath, Administrator, d.sitePage),
		Get("audit log", logPath, Administrator, d.logPage, "before"),
	}
}

// T is a text of the frame in the visitor's language.
func (d *Desk) T(r *web.Request, key string, args ...any) string {
	return d.own.Printer(r).T(key, args...)
}

func (d *Desk) home(r *web.Request) (web.Response, error) {
	if d.Home != nil {
		return d.Home(r)
	}
	return d.own.Page(r, http.StatusOK, "home", Page{Title: d.T(r, "desk.menu_home")})
}

// problemTitle names a status in words.
func problemTitle(p *i18n.Printer, status int) string {
	if key := "desk.problem_" + strconv.Itoa(status); p.Has(key) {
		return p.T(key)
	}
	return http.StatusText(status)
}

// Problem is the desk's page for an error at one of its addresses: the sign-in
// for who has no session, a page that says what is wrong for all else, JSON for
// a script. ok is false for addresses that are not of the desk.
func (d *Desk) Problem(ctx context.Context, p web.Problem) (resp web.Response, ok bool) {
	if !isDesk(p.Path) {
		return resp, false
	}
	asked := &http.Request{Header: http.Header{"Accept-Language": {p.Accepts}}}
	r := &web.Request{HTTP: asked.WithContext(ctx), Path: p.Path}
	if p.Cause != nil {
		p.Message, p.Hint = saysFault(d.own.Printer(r), p.Cause, p.Message, p.Hint)
	}
	if p.Status >= http.StatusInternalServerError {
		d.sayBroken(r, &p)
	}
	if p.JSON {
		resp, err := JSON(p.Status, problemJSON(p))
		return resp, err == nil
	}
	if p.Code == fault.SignIn && len(p.Form) > 0 {
		resp, err := d.again(r, p.Form)
		return resp, err == nil
	}
	if p.Code == fault.SignIn {
		return SeeOther(signInFor(p)), true
	}
	page := Page{Title: problemTitle(d.own.Printer(r), p.Status), Problem: &p}
	if p.Method == http.MethodPost && len(p.Form) > 0 {
		page.Data = formAgain(p.Path, p.Form)
	}
	resp, err := d.own.Page(r, p.Status, "problem", page)
	return resp, err == nil
}

// sayBroken says of an error that is ours what a person can know and do: its
// number in the log, and that what was typed is still there. Its own text is
// for the log.
func (d *Desk) sayBroken(r *web.Request, p *web.Problem) {
	kind := "broken"
	switch p.Status {
	case http.StatusServiceUnavailable:
		kind = "busy"
	case http.StatusInsufficientStorage:
		kind = "full"
	}
	p.Message, p.Hint = d.T(r, "desk.problem_"+kind, p.ID), d.T(r, "desk.problem_"+kind+"_do")
	if p.JSON {
		p.Hint += " " + d.T(r, "desk.problem_kept")
	}
}
