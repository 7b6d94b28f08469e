// Package mentionweb has the addresses at which other sites tell that they link
// to an article: /webmention, and /xmlrpc.php for pingbacks.
package mentionweb

import (
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"dateline/internal/fault"
	"dateline/internal/mention"
	"dateline/internal/web"
)

// maxBody is the largest notice in bytes.
const maxBody = 16 << 10

// Routes returns both. They answer as if they were not there while the newsroom
// does not take what comes to them.
func Routes(s *mention.Service) []web.Route {
	return []web.Route{
		{Name: "webmention", Methods: []string{"POST"}, Pattern: mention.Path, Role: web.Anyone, Rate: web.RateForm, Cache: web.CacheNone, Body: maxBody,
			CSRF: web.CSRFNoCookies, Handle: func(r *web.Request) (web.Response, error) { return webmention(s, r) }},
		{Name: "pingback", Methods: []string{"POST"}, Pattern: mention.PingbackPath, Role: web.Anyone, Rate: web.RateForm, Cache: web.CacheNone, Body: maxBody,
			CSRF: web.CSRFNoCookies, Handle: func(r *web.Request) (web.Response, error) { return pingback(s, r) }},
	}
}

// webmention takes a form of source and target.
func webmention(s *mention.Service, r *web.Request) (web.Response, error) {
	ctx := r.HTTP.Context()
	on, err := s.On(ctx, mention.Webmention)
	if err != nil {
		return web.Response{}, err
	}
	if !on {
		return web.Response{}, fault.New(fault.NotFound, "this site takes no webmentions")
	}
	if kind, _, _ := mime.ParseMediaType(r.HTTP.Header.Get("Content-Type")); kind != "application/x-www-form-urlencoded" {
		return said(http.StatusBadRequest, "a webmention is a form (application/x-www-form-urlencoded) of source and target"), nil
	}
	if err := r.HTTP.ParseForm(); err != nil {
		return web.Response{}, fault.New(fault.Invalid, "the form could not be read: %w", err)
	}
	err = s.Receive(ctx, mention.Notice{Source: r.HTTP.PostForm.Get("source"), Target: r.HTTP.PostForm.Get("target"), Via: mention.Webmention, Client: r.Client})
	if fault.Is(err, fault.Invalid) {
		return said(http.StatusBadRequest, words(err)), nil
	}
	if fault.Is(err, fault.TooMany) {
		resp := said(http.StatusTooManyRequests, words(err))
		resp.Header = http.Header{"Retry-After": {"600"}}
		return resp, nil
	}
	if err != nil {
		return web.Response{}, err
	}
	return said(http.StatusAccepted, "Thank you. The source will be looked at, and then the newsroom decides."), nil
}

func said(status int, text string) web.Response {
	return web.Response{Status: status, ContentType: "text/plain; charset=utf-8", Body: []byte(text + "\n"), NoIndex: true}
}

// words are an error's for whoever sent the notice, without the name of its
// cause.
func words(err error) string {
	var e *fault.Error
	if !errors.As(err, &e) {
		return "the notice was not taken"
	}
	text := e.Msg
	if at := strings.LastIndex(text, ": "); at > 0 && e.Err != nil {
		text = text[:at]
	}
	if e.Hint != "" {
		text += "\n" + e.Hint
	}
	return text
}

// The faults of pingback 1.0.
const (
	faultAny       = 0
	faultSource    = 0x0010
	faultTarget    = 0x0020
	faultNoUse     = 0x0021
	faultMethod    = -32601
	faultMalformed = -32700
)

// call is an XML-RPC call with texts for parameters.
type call struct {
	XMLName xml.Name `xml:"methodCall"`
	Method  string   `xml:"methodName"`
	Params  []struct {
		Value struct {
			String string `xml:"string"`
			Bare   string `xml:",chardata"`
		} `xml:"value"`
	} `xml:"params>param"`
}

func (c *call) param(n int) string {
	v := c.Params[n].Value
	if v.String != "" {
		return v.String
	}
	return strings.TrimSpace(v.Bare)
}

// pingback takes pingback.ping and nothing else; XML-RPC has no other methods
// here, and none that calls several.
func pingback(s *mention.Service, r *web.Request) (web.Response, error) {
	ctx := r.HTTP.Context()
	on, err := s.On(ctx, mention.Pingback)
	if err != nil {
		return web.Response{}, err
	}
	if !on {
		return web.Response{}, fault.New(fault.Gone, "this site takes no pingbacks")
	}
	body, err := io.ReadAll(r.HTTP.Body)
	if err != nil {
		return web.Response{}, err
	}
	var c call
	if err := xml.Unmarshal(body, &c); err != nil {
		return failed(faultMalformed, "this is no XML-RPC call"), nil
	}
	if c.Method != "pingback.ping" || len(c.Params) != 2 {
		return failed(faultMethod, "only pingback.ping with two texts is answered here"), nil
	}
	err = s.Receive(ctx, mention.Notice{Source: c.param(0), Target: c.param(1), Via: mention.Pingback, Client: r.Client})
	switch {
	case errors.Is(err, mention.ErrSource):
		return failed(faultSource, words(err)), nil
	case errors.Is(err, mention.ErrTarget):
		return failed(faultTarget, words(err)), nil
	case errors.Is(err, mention.ErrClosed):
		return failed(faultNoUse, words(err)), nil
	case fault.Is(err, fault.TooMany), fault.Is(err, fault.Invalid):
		return failed(faultAny, words(err)), nil
	case err != nil:
		return web.Response{}, err
	}
	return rpc("<params><param><value><string>Thank you. The source will be looked at.</string></value></param></params>"), nil
}

func failed(code int, text string) web.Response {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder takes everything
	return rpc("<fault><value><struct><member><name>faultCode</name><value><int>" + strconv.Itoa(code) +
		"</int></value></member><member><name>faultString</name><value><string>" + b.String() + "</string></value></member></struct></value></fault>")
}

func rpc(inner string) web.Response {
	return web.Response{ContentType: "text/xml; charset=utf-8", Body: []byte(xml.Header + "<methodResponse>" + inner + "</methodResponse>\n"), NoIndex: true}
}
