package siteweb

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/bits"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/site"
	"dateline/internal/subscriber"
	"dateline/internal/view"
	"dateline/internal/web"
)

const (
	sentPath = subscriber.Path + "sent/"

	// formPurpose signs the moment at which a form was given out a second time.
	formPurpose  = "newsletter.form"
	formLasts    = time.Hour
	formAtLeast  = 2 * time.Second  // a person needs longer to press the button
	formUnworked = 30 * time.Second // where work is asked for, of who cannot do it
	proofBits    = 17               // 131,072 sums on average: a second of a phone
	mostFormSize = 32 << 10
)

// newsletterRoutes are those of readers of the newsletter. What a link of theirs
// leads to is shown by GET and done by POST alone, since scanners of mail follow
// every link.
func newsletterRoutes(p Parts, query []web.Param) []web.Route {
	shown := func(name, pattern string, handle func(*web.Request) (web.Response, error), query ...string) web.Route {
		return web.Route{Name: name, Methods: []string{"GET"}, Pattern: pattern, Role: web.Anyone, Rate: web.RateSearch, Cache: web.CacheNone,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Query: web.Params(query...), Handle: handle}
	}
	done := func(name, pattern string, handle func(*web.Request) (web.Response, error)) web.Route {
		return web.Route{Name: name, Methods: []string{"POST"}, Pattern: pattern, Role: web.Anyone, Rate: web.RateForm, Cache: web.CacheNone,
			Body: mostFormSize, CSRF: web.CSRFSameOrigin, Handle: handle}
	}
	const token = "{token}"
	return []web.Route{
		{Name: "newsletter", Methods: []string{"GET"}, Pattern: subscriber.Path, Role: web.Anyone, Rate: web.RateReading, Cache: web.CachePages,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Query: query, Page: p.page},
		done("newsletter sign-up", subscriber.Path, p.signUp),
		shown("newsletter sent", sentPath, p.sent),
		shown("newsletter confirmation", subscriber.ConfirmPath+token, p.confirmation),
		done("newsletter confirm", subscriber.ConfirmPath+token, p.confirm),
		shown("newsletter preferences", subscriber.PreferencesPath+token, p.preferences, "done"),
		done("newsletter choose", subscriber.PreferencesPath+token, p.choose),
		shown("newsletter unsubscribe page", subscriber.LeavePath+token, p.leavePage),
		done("newsletter unsubscribe", subscriber.LeavePath+token, p.leave),
		shown("newsletter one-click page", subscriber.OneClickPath+token, p.leavePage),
		// RFC 8058: mail providers send this for their users, without cookies
		// and from elsewhere. The signed token is all that it acts on.
		{Name: "newsletter one-click", Methods: []string{"POST"}, Pattern: subscriber.OneClickPath + token, Role: web.Anyone, Rate: web.RateReading,
			Cache: web.CacheNone, Body: 8 << 10, CSRF: web.CSRFNoCookies, Handle: p.oneClick},
		shown("newsletter address page", subscriber.MovePath+token, p.movePage),
		done("newsletter address", subscriber.MovePath+token, p.move),
	}
}

// private is a page for one reader. The addresses of these pages are secret, so
// they are told to no other site.
func (p Parts) private(a site.Answer, err error) (web.Response, error) {
	out := p.response(a)
	out.Private, out.NoIndex = true, true
	out.Header = http.Header{"Referrer-Policy": {"same-origin"}}
	return out, err
}

func (p Parts) words(ctx context.Context) (*i18n.Printer, error) {
	conf, err := p.Site.Conf(ctx)
	return i18n.For(conf.Locale), err
}

// told is a page that says something.
func (p Parts) told(ctx context.Context, status int, title string, text ...string) (web.Response, error) {
	words, err := p.words(ctx)
	if err != nil {
		return web.Response{}, err
	}
	out := &view.Newsletter{Kind: "told", Title: title, Text: text, Links: []view.Link{{Label: words.T("site.home"), URL: "/"}}}
	return p.private(p.Site.Newsletter(ctx, status, out))
}

// trouble is the page for a link that does nothing any more.
func (p Parts) trouble(ctx context.Context, err error) (web.Response, error) {
	words, werr := p.words(ctx)
	if werr != nil {
		return web.Response{}, werr
	}
	out := &view.Newsletter{Kind: "told", Links: []view.Link{{Label: words.T("newsletter.sign_up"), URL: subscriber.Path}, {Label: words.T("site.home"), URL: "/"}}}
	status := http.StatusGone
	say := func(title, text string) { out.Title, out.Text = title, []string{text} }
	switch {
	case errors.Is(err, subscriber.ErrUnknown):
		say(words.T("newsletter.unknown_title"), words.T("newsletter.unknown_text"))
	case errors.Is(err, subscriber.ErrUsed):
		say(words.T("newsletter.used_title"), words.T("newsletter.used_text"))
	case fault.Is(err, fault.Gone):
		say(words.T("newsletter.expired_title"), words.T("newsletter.expired_text"))
	case fault.Is(err, fault.Denied):
		status = http.StatusForbidden
		say(words.T("newsletter.invalid_title"), words.T("newsletter.invalid_text"))
	default:
		return web.Response{}, err
	}
	return p.private(p.Site.Newsletter(ctx, status, out))
}

// ended is trouble for a link that works once: it has been used, or its time is
// over.
func (p Parts) ended(ctx context.Context, err error) (web.Response, error) {
	if fault.Is(err, fault.Gone) && !errors.Is(err, subscriber.ErrUnknown) {
		err = fault.New(fault.Gone, "the link has ended: %w", subscriber.ErrUsed)
	}
	return p.trouble(ctx, err)
}

// form reads a form that was posted.
func form(r *web.Request) (url.Values, error) {
	if err := r.HTTP.ParseForm(); err != nil {
		return nil, fault.New(fault.Invalid, "the form could not be read: %w", err)
	}
	return r.HTTP.PostForm, nil
}

// consent is what somebody saw and did at a page.
func (p Parts) consent(r *web.Request, page, text string) subscriber.Consent {
	return subscriber.Consent{Page: page, Text: text, Client: r.Client}
}

// picks reads which newsletters are ticked, their rhythms, and the interests,
// which hold for all of them but those that editors compose.
func picks(f url.Values) []subscriber.Pick {
	var out []subscriber.Pick
	interests := site.Interests(f["interest"])
	for _, value := range f["newsletter"] {
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && len(out) < 100 {
			out = append(out, subscriber.Pick{Newsletter: n, Rhythm: f.Get("rhythm-" + value), Interests: interests})
		}
	}
	return out
}

// signUp takes the form of a box or of the sign-up page.
func (p Parts) signUp(r *web.Request) (web.Response, error) {
	ctx := r.HTTP.Context()
	f, err := form(r)
	if err != nil {
		return web.Response{}, err
	}
	sent := web.Response{Status: http.StatusSeeOther, Location: sentPath}
	if f.Get("website") != "" { // people do not see this field
		return sent, nil
	}
	words, err := p.words(ctx)
	if err != nil {
		return web.Response{}, err
	}
	t := site.Tried{Status: http.StatusUnprocessableEntity, Address: strings.TrimSpace(f.Get("address")), Page: f.Get("page"), Picks: picks(f), Chose: f.Has("choose"), Token: f.Get("token"), Typed: f.Get("use") == "typed"}
	if t.Chose && len(t.Picks) == 0 {
		t.Error = words.T("newsletter.error_nothing")
		return p.private(p.Site.SignUp(ctx, t))
	}
	if hint := subscriber.Suggest(t.Address); hint != "" && !t.Typed {
		if f.Get("use") != "hint" {
			t.Hint = hint
			return p.private(p.Site.SignUp(ctx, t))
		}
		t.Address = hint
	}
	conf, err := p.Site.Conf(ctx)
	if err != nil {
		return web.Response{}, err
	}
	if conf.NewsletterProof {
		t.Proof = proofBits
	}
	if word := p.asksAgain(r, t, f.Get("proof")); word != "" {
		t.Status, t.Note, t.Token = http.StatusOK, words.T(word), p.stamp()
		return p.private(p.Site.SignUp(ctx, t))
	}
	text, err := p.Site.ConsentText(ctx, f.Get("language"), t.Picks)
	if err != nil {
		return web.Response{}, err
	}
	err = p.Readers.Subscribe(ctx, subscriber.Wish{Address: t.Address, Picks: t.Picks, Language: f.Get("language"), Consent: p.consent(r, localPath(t.Page), text)})
	if err == nil {
		return sent, nil
	}
	if t.Error, t.Status = reason(words, err), statusOf(err); t.Error == "" {
		return web.Response{}, err
	}
	return p.private(p.Site.SignUp(ctx, t))
}

// reason says in words why a sign-up was not taken, "" for faults of ours.
func reason(words *i18n.Printer, err error) string {
	switch {
	case errors.Is(err, subscriber.ErrAddress):
		return words.T("newsletter.error_address")
	case errors.Is(err, subscriber.ErrDisposable):
		return words.T("newsletter.error_disposable")
	case errors.Is(err, subscriber.ErrClosed):
		return words.T("newsletter.error_choice")
	case errors.Is(err, subscriber.ErrTooMany):
		return words.T("newsletter.error_many")
	case errors.Is(err, subscriber.ErrNoMail):
		return words.T("newsletter.error_mail")
	}
	return ""
}

func statusOf(err error) int {
	switch fault.CodeOf(err) {
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusUnprocessableEntity
}

// localPath keeps a path of ours, and nothing else that a form may claim.
func localPath(page string) string {
	if !strings.HasPrefix(page, "/") || strings.HasPrefix(page, "//") || strings.ContainsAny(page, "?#@") {
		return ""
	}
	return page
}

// asksAgain is the word for why a form that is well filled is shown once more,
// "" when it is taken: it came too soon for a person, or without the work that
// the site asks for.
func (p Parts) asksAgain(r *web.Request, t site.Tried, proof string) string {
	switch {
	case t.Proof == 0 && !p.aged(t.Token, formAtLeast) && p.Readers.Hurried(r.Client):
		return "newsletter.once_more"
	case t.Proof == 0 || p.aged(t.Token, 0) && worked(t.Token, t.Address, proof, t.Proof):
		return ""
	case !p.aged(t.Token, formUnworked):
		return "newsletter.proof_note"
	case !p.Readers.Unworked():
		return "newsletter.proof_crowd"
	}
	return ""
}

// worked tells whether a browser has found a number that makes the SHA-256 sum
// of token, address and number begin with so many bits of 0 (as in Hashcash,
// Back 2002). The work holds for one address alone.
func worked(token, address, proof string, zeros int) bool {
	sum := sha256.Sum256([]byte(token + "\n" + address + "\n" + proof))
	return len(proof) <= 16 && bits.LeadingZeros64(binary.BigEndian.Uint64(sum[:8])) >= zeros
}

// stamp is the token of a form that is given out now.
func (p Parts) stamp() string {
	now := p.Clock.Now()
	return p.Vault.Sign(formPurpose, strconv.FormatInt(now.UnixMilli(), 36), now.Add(formLasts))
}

// aged tells whether a form was given out by us, so long ago at least.
func (p Parts) aged(token string, least time.Duration) bool {
	value, err := p.Vault.Verify(formPurpose, token, p.Clock.Now())
	if err != nil {
		return false
	}
	at, err := strconv.ParseInt(value, 36, 64)
	return err == nil && p.Clock.Now().UnixMilli()-at >= least.Milliseconds()
}

// sent follows every sign-up that was taken, whoever the address belongs to.
func (p Parts) sent(r *web.Request) (web.Response, error) {
	words, err := p.words(r.HTTP.Context())
	if err != nil {
		return web.Response{}, err
	}
	return p.told(r.HTTP.Context(), http.StatusOK, words.T("newsletter.sent_title"), words.T("newsletter.sent_text"), words.T("newsletter.sent_nothing"))
}

func names(words *i18n.Printer, list []subscriber.Newsletter) string {
	var out []string
	for _, n := range list {
		out = append(out, n.Name)
	}
	return words.List(out)
}

func (p Parts) confirmation(r *web.Request) (web.Response, error) {
	ctx := r.HTTP.Context()
	words, err := p.words(ctx)
	if err != nil {
		return web.Response{}, err
	}
	c, err := p.Readers.Confirmation(ctx, r.Vars["token"])
	if err != nil {
		return p.ended(ctx, err)
	}
	if c.Done {
		return p.confirmed(ctx, c)
	}
	out := &view.Newsletter{Kind: "confirm", Title: words.T("newsletter.confirm_title"), Text: []string{words.T("newsletter.confirm_text", names(words, c.Newsletters)), words.T("newsletter.promise")},
		Buttons: []view.Button{{Action: r.Path, Label: words.T("newsletter.confirm_button")}}}
	return p.private(p.Site.Newsletter(ctx, http.StatusOK, out))
}

func (p Parts) confirm(r *web.Request) (web.Response, error) {
	ctx := r.HTTP.Context()
	words, err := p.words(ctx)
	if err != nil {
		return web.Response{}, err
	}
	c, err := p.Readers.Confirm(ctx, r.Vars["token"], p.consent(r, subscriber.ConfirmPath, words.T("newsletter.promise")+" ["+words.T("newsletter.confirm_button")+"]"))
	if err != nil {
		return p.ended(ctx, err)
	}
	return p.confirmed(ctx, c)
}

func (p Parts) confirmed(ctx context.Context, c subscriber.Confirmation) (web.Response, error) {
	words, err := p.words(ctx)
	if err != nil {
		return web.Response{}, err
	}
	out := &view.Newsletter{Kind: "told", Title: words.T("newsletter.done_title"), Text: []string{words.T("newsletter.done_text", names(words, c.Newsletters))}}
	if c.Done {
		out.Title, out.Text = words.T("newsletter.already_title"), []string{words.T("newsletter.already_text", names(words, c.Newsletters))}
	}
	mine := strings.TrimPrefix(p.Readers.Links(0, c.Reader, 0).Preferences, p.Origin())
	out.Links = []view.Link{{Label: words.T("newsletter.prefs_title"), URL: mine}, {Label: words.T("site.home"), URL: "/"}}
	return p.private(p.Site.Newsletter(ctx, http.StatusOK, out))
}
