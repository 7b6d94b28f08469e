package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/test/product"
)

// deskUser is a person at the desk of a running server, over HTTP.
type deskUser struct {
	origin string
	client *http.Client
}

var deskLink = regexp.MustCompile(`/desk/join/[A-Za-z0-9_-]+`)

// joinDesk invites an editor as an operator does, and lets them in.
func joinDesk(ctx context.Context, program, data, origin string) (*deskUser, error) {
	out, err := product.Command(ctx, program, "user", "add", "--data", data, "--name", "Bench", "--role", "editor", "bench@paper.example").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("invite an editor: %w\n%s", err, out)
	}
	link := deskLink.Find(out)
	if link == nil {
		return nil, fmt.Errorf("no link in %q", out)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	u := &deskUser{origin: origin, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	return u, u.post(string(link), url.Values{"password": {"harbour lantern quilt ferry"}})
}

// post sends a form of the desk; an answer that does not lead on is an error.
func (u *deskUser) post(path string, form url.Values) error {
	r, err := http.NewRequest(http.MethodPost, u.origin+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := u.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusSeeOther {
		err = fmt.Errorf("POST %s: %s: %s", path, answer.Status, notice(body))
	}
	return err
}

var despite = regexp.MustCompile(`name="despite" value="([^"]*)"`)

// agreed opens the page of publishing and returns what its box says yes to.
func (u *deskUser) agreed(article int64) (string, error) {
	answer, err := u.client.Get(fmt.Sprintf("%s/desk/articles/%d/publish", u.origin, article))
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if m := despite.FindSubmatch(body); m != nil {
		return string(m[1]), err
	}
	return "", err
}

// notice is what a page of the desk complains of.
func notice(page []byte) string {
	if _, rest, ok := bytes.Cut(page, []byte(`role="alert"`)); ok {
		page = rest
	}
	return string(page[:min(len(page), 600)])
}

// deskVisible is how long after the editor's click readers saw an article.
type deskVisible struct {
	answered time.Duration // the desk's answer
	all      time.Duration // the last of front, section, feed and both sitemaps
}

// publishFromDesk sends the form of publishing and then asks for the public
// pages one after the other until each shows the article.
func publishFromDesk(u *deskUser, a article.Article, section, lastMap string) (v deskVisible, err error) {
	agreed, err := u.agreed(a.ID)
	if err != nil {
		return v, err
	}
	start := time.Now()
	slug := fmt.Sprintf("measured-%d", a.ID)
	err = u.post(fmt.Sprintf("/desk/articles/%d/publish", a.ID), url.Values{"revision": {strconv.FormatInt(a.Revision, 10)}, "do": {"now"}, "despite": {agreed}, "change": {"update"}, "slug": {slug}})
	if err != nil {
		return v, err
	}
	v.answered = time.Since(start)
	for _, path := range []string{"/", section, "/feed/", "/sitemaps/news.xml", lastMap} {
		if err := awaitText(u.origin+path, slug, 10*time.Second); err != nil {
			return v, err
		}
	}
	v.all = time.Since(start)
	return v, nil
}

func awaitText(address, text string, limit time.Duration) error {
	for deadline := time.Now().Add(limit); ; {
		body, err := get(address, false)
		if err != nil {
			return err
		}
		if bytes.Contains(body, []byte(text)) {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%q was not at %s after %s", text, address, limit)
		}
	}
}

// newestMap is the sitemap that takes the next article.
func newestMap(origin string) (string, error) {
	index, err := get(origin+"/sitemap.xml", false)
	if err != nil {
		return "", err
	}
	all := articleMap.FindAllSubmatch(index, -1)
	if len(all) == 0 {
		return "", errors.New("the sitemap index names no sitemap of articles")
	}
	return string(all[len(all)-1][1]), nil
}
