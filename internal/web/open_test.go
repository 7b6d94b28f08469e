package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"dateline/internal/web/webtest"
)

// TestApp_OpenRoutes: programs of other sites may read what is open, get an
// error in words for everything that cannot be answered as it was asked, and
// never something personal.
func TestApp_OpenRoutes(t *testing.T) {
	app, err := New(Options{PersonalCookies: []string{"unlocked-"}, ErrorPage: func(_ context.Context, p Problem) Response {
		return Response{Status: p.Status, ContentType: "application/problem+json", Body: []byte(p.Message + " | " + p.Hint), Open: true}
	}, Routes: []Route{
		{Name: "list", Methods: []string{"GET"}, Pattern: "/api/list", Role: Anyone, Rate: RateReading, Cache: CachePages, Body: NoBody, CSRF: CSRFReadOnly,
			Exact: true, Open: true, Query: Params("tag", "limit"), Page: func(_ context.Context, ask Ask) (Response, error) {
				if ask.Request != nil {
					t.Error("an open page was told of a personal request")
				}
				return Response{ContentType: "application/json", Body: []byte(`"` + strings.Repeat("x", 2000) + ask.Query.Encode() + `"`), Keys: []string{"site"}}, nil
			}},
		{Name: "bare", Methods: []string{"GET"}, Pattern: "/api/bare", Role: Anyone, Rate: RateReading, Cache: CachePages, Body: NoBody, CSRF: CSRFReadOnly,
			Exact: true, Open: true, Page: pageOf([]byte(`"bare"`))},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Close)
	cors := map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "", "Cross-Origin-Resource-Policy": "cross-origin"}
	refused := func(target string, parts ...string) webtest.Scenario {
		return webtest.Scenario{Target: target, Host: "localhost", Status: http.StatusBadRequest, Contains: parts, Fields: cors}
	}
	tag := webtest.Do(app, webtest.Scenario{Target: "/api/list", Host: "localhost"}).Header.Get("Etag")
	webtest.Run(t, app, []webtest.Scenario{
		{Target: "/api/list", Host: "localhost", Fields: cors, FieldHas: map[string]string{"Access-Control-Expose-Headers": "Link"}},
		{Name: "HEAD", Method: "HEAD", Target: "/api/list", Host: "localhost", Fields: cors, EmptyBody: true},
		{Name: "not modified", Target: "/api/list", Host: "localhost", Header: map[string]string{"If-None-Match": tag}, Status: 304, Fields: cors, EmptyBody: true},
		{Name: "personal", Target: "/api/list", Host: "localhost", Header: map[string]string{"Cookie": "unlocked-1=x"}, FieldHas: map[string]string{"Cache-Control": "no-cache"}},
		{Target: "/api/list?tag=a&limit=3", Host: "localhost", Contains: []string{"limit=3&tag=a"}},
		{Name: "preflight", Method: "OPTIONS", Target: "/api/list", Host: "localhost", Status: 204,
			Fields: map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS", "Access-Control-Allow-Headers": "*", "Allow": "GET, HEAD, OPTIONS"}},
		{Name: "POST", Method: "POST", Target: "/api/list", Host: "localhost", Status: 405, Contains: []string{"use one of GET, HEAD, OPTIONS"}, Fields: cors},
		{Name: "a body", Target: "/api/list", Host: "localhost", Body: "x", Status: 400, Contains: []string{"takes no body"}, Fields: cors},
		refused("/api/list?tags=a", `no parameter "tags"`, "use tag, limit"),
		refused("/api/list?tag=a&tag=b", `"tag" stands there 2 times`),
		refused("/api/list?tag=%zz", "the query cannot be read"),
		refused("/api/list?tag=%ff", "no text in UTF-8"),
		refused("/api/list?tag=a%00", "no text in UTF-8"),
		refused("/api/list?tag="+strings.Repeat("x", maxParam+1), "too long"),
		refused("/api/bare?x", "this address takes no parameters"),
	})
}

func TestRoute_OpenIsForAnyoneAndReadOnly(t *testing.T) {
	r := Route{Name: "x", Methods: []string{"POST"}, Pattern: "/x", Role: Anyone, Rate: RateForm, Cache: CacheNone, Body: 9, CSRF: CSRFSameOrigin, Open: true,
		Handle: func(*Request) (Response, error) { return Response{}, nil }}
	if err := r.check(true); err == nil || !strings.Contains(err.Error(), "open to other sites") {
		t.Errorf("error %v", err)
	}
}
