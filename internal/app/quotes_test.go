package app

import (
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/richtext"
)

// What readers, feeds and machines get of quotes and shared accounts.
func TestQuotes_Pages(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) { quotePages(t, newWorld(t, engine)) })
	}
}

func quotePages(t *testing.T, w *world) {
	rec, err := w.app.claims.Create(w.ctx, w.actor, richtext.Accounts{Title: "The bridge", Sides: []richtext.AccountSide{{Party: "Army", Words: "We did not fire.", Source: "https://army.example/1"}, {Party: "Village", Words: "They did."}},
		Points: []richtext.AccountPoint{{Text: "A shot was fired", Stands: []richtext.AccountStand{{Says: richtext.Denies}, {Says: richtext.Confirms}}, Verdict: "True", Why: "We heard it."}}})
	w.must(err)
	c := w.harmless("The dam holds")
	c.Body.Content = append(c.Body.Content, richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: "“"},
		{Type: "text", Text: "The dam holds.", Marks: []richtext.Mark{{Type: "said", Attrs: map[string]any{"speaker": "Ann Lee", "role": "minister", "date": "2026-01-02", "source": "https://n.example/a"}}}}, {Type: "text", Text: "” she said."}}},
		richtext.Node{Type: "shared_accounts", Attrs: map[string]any{"record": rec.ID}})
	a := w.publish(c, article.PublishInput{At: time.Date(2026, 1, 3, 9, 0, 0, 0, time.UTC)})
	b := w.publish(func() article.Content {
		c := w.harmless("Second")
		c.Body.Content = append(c.Body.Content, richtext.Node{Type: "shared_accounts", Attrs: map[string]any{"record": rec.ID}})
		return c
	}(), article.PublishInput{})
	w.must(w.app.jobs.Drain(w.ctx))
	h := w.app.handler()
	has := func(path string, status int, wants ...string) string {
		t.Helper()
		got, all := w.get(h, path)
		if got != status {
			t.Errorf("%s answers %d, not %d", path, got, status)
		}
		for _, want := range wants {
			if !strings.Contains(all, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
		return all
	}
	anchor := richtext.Quotes(c.Body)[0].Anchor
	has("/quotes/", 200, "<q>The dam holds.</q>", `href="/quotes/ann-lee/"`, `href="`+a.Path+"#"+anchor+`"`, "We did not fire.", `"@type":"Quotation"`)
	has("/quotes/ann-lee/", 200, "What Ann Lee said", "minister", `"spokenByCharacter":{"@type":"Person"`)
	has("/quotes/Ann-Lee/", 301)
	has("/quotes/nobody/", 404)
	has("/quotes/?words=dam&speaker=lee", 200, "The dam holds.", "noindex")
	has("/quotes/?words=nothing", 200, "No quote has these words")
	has("/quotes/feed/", 200, "Ann Lee: The dam holds.", "#"+anchor)
	has("/quotes/ann-lee/feed/json/", 200, "The dam holds.")
	has("/", 200, `<a href="/quotes/">Quotes</a>`)
	page := has(a.Path, 200, `id="`+anchor+`"`, "accounts-table", `"ClaimReview"`, `"alternateName":"True"`, `"hasPart"`, `"citation"`, "We did not fire.")
	if strings.Contains(page, "Not published yet") {
		t.Error("the page tells too much")
	}
	has(b.Path, 200, "We did not fire.")
	rec.Accounts.Sides[0].Words = "One soldier fired."
	_, err = w.app.claims.Update(w.ctx, w.actor, rec.ID, rec.Revision, rec.Accounts)
	w.must(err)
	w.must(w.app.jobs.Drain(w.ctx))
	for _, path := range []string{a.Path, b.Path, "/feed/", "/quotes/army/"} {
		if all := has(path, 200, "One soldier fired."); strings.Contains(all, "We did not fire.") {
			t.Errorf("%s shows the former words too", path)
		}
	}
	_, err = w.app.articles.Withdraw(w.ctx, w.actor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "Wrong."})
	w.must(err)
	w.must(w.app.jobs.Drain(w.ctx))
	has("/quotes/ann-lee/", 404)
	has("/quotes/army/", 200, "One soldier fired.", b.Path)
}
