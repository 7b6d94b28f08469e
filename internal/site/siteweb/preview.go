package siteweb

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/site"
	"dateline/internal/web"
)

// guestCookie is the prefix of the cookies with which the pictures of a preview
// are asked for. They go to /media/ only.
const guestCookie = "dateline-preview-"

// preview answers the secret link of an article for an outsider. It is in no
// cache and no index, and sends its own address to nobody.
func (p Parts) preview(r *web.Request) (web.Response, error) {
	ctx, token := r.HTTP.Context(), r.Vars["token"]
	shown, err := p.Previews.Open(ctx, token)
	if err != nil {
		return web.Response{}, err
	}
	a, err := p.Articles.AsPublished(ctx, shown.Article, shown.Content)
	if err != nil {
		return web.Response{}, err
	}
	part, err := strconv.ParseInt(r.Query.Get("part"), 10, 64)
	if err != nil && r.Query.Get("part") != "" {
		return web.Response{}, fault.New(fault.NotFound, "no such part")
	}
	conf, err := p.Site.Conf(ctx)
	if err != nil {
		return web.Response{}, err
	}
	words := i18n.For(conf.Locale)
	until := shown.Link.Expires.In(conf.Location())
	answer, err := p.Site.PreviewArticle(ctx, site.Preview{Article: a, Content: shown.Content, Part: part,
		Bar: words.T("preview.bar", words.DateTime(until)+" "+until.Format("MST"))})
	if err != nil {
		return web.Response{}, err
	}
	cookie := &http.Cookie{Name: guestCookie + strconv.FormatInt(shown.Link.ID, 36), Value: token, Path: "/media/", HttpOnly: true, Secure: r.Secure,
		SameSite: http.SameSiteLaxMode, MaxAge: int(shown.Link.Expires.Sub(p.Clock.Now()) / time.Second)}
	return web.Response{Status: answer.Status, ContentType: answer.ContentType, Body: answer.Body, Private: true, NoIndex: true,
		Header: http.Header{"Set-Cookie": {cookie.String()}, "Referrer-Policy": {"no-referrer"}}}, nil
}

// guest tells whether a request carries the token of a preview that shows a
// medium.
func (p Parts) guest(r *http.Request, medium int64) bool {
	for _, cookie := range r.Cookies() {
		if strings.HasPrefix(cookie.Name, guestCookie) && p.Previews.Shows(r.Context(), cookie.Value, medium) {
			return true
		}
	}
	return false
}
