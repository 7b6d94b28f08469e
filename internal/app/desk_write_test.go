package app

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/db"
)

// sends asks as the script of a page does.
func (b *browser) sends(method, path string, body any) answer {
	b.p.t.Helper()
	raw, err := json.Marshal(body)
	b.p.must(err)
	r := httptest.NewRequest(method, "http://news.example"+path, bytes.NewReader(raw))
	if method == http.MethodGet {
		r = httptest.NewRequest(method, "http://news.example"+path, nil)
	} else {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	return b.p.ask(r)
}

// reply reads what the server answered a script.
func (p *paper) reply(what string, got answer, status int) map[string]any {
	p.t.Helper()
	var all map[string]any
	if got.status != status {
		p.t.Fatalf("%s: %d, want %d: %.500s", what, got.status, status, got.body)
	}
	p.must(json.Unmarshal([]byte(got.body), &all))
	return all
}

var articleAt = regexp.MustCompile(`^/desk/articles/\d+$`)

// begins makes an article and returns its address and the text to write on.
func (b *browser) begins() (at string, content map[string]any) {
	b.p.t.Helper()
	got := b.post("/desk/articles/new")
	if got.status != 303 || !articleAt.MatchString(got.location) {
		b.p.t.Fatalf("a new article: %d %s", got.status, got.location)
	}
	state := b.p.reply("its state", b.sends("GET", got.location+"/state", nil), 200)
	return got.location, state["content"].(map[string]any)
}

func body(texts ...string) map[string]any {
	blocks := []any{}
	for _, text := range texts {
		blocks = append(blocks, map[string]any{"type": "paragraph", "content": []any{map[string]any{"type": "text", "text": text}}})
	}
	return map[string]any{"v": 1, "content": blocks}
}

func with(content map[string]any, pairs ...any) map[string]any {
	out := map[string]any{}
	for k, v := range content {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1]
	}
	return out
}

func TestDeskWrite_SavesAndMerges(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		ann := p.joins(owner, "Ann", "author")
		p.leads("her whole name", ann.post("/desk/account/name", "name", "Ann Lee"), "/desk/account?done=saved")
		at, base := ann.begins()
		if by := base["bylines"].([]any); len(by) != 1 || by[0].(map[string]any)["profile"] != "6" {
			t.Errorf("her own byline: %v", by)
		}
		save := func(b *browser, revision any, c map[string]any) answer {
			return b.sends("POST", at+"/save", map[string]any{"revision": revision, "tab": "t", "content": c})
		}
		mine := with(base, "headline", "Ferry", "body", body("One.", "Two.", "Three."))
		first := p.reply("a save", save(ann, 1, mine), 200)
		if again := p.reply("the same save again", save(ann, 1, mine), 200); again["revision"] != first["revision"] {
			t.Errorf("a repeated save made revision %v of %v", again["revision"], first["revision"])
		}
		theirs := with(mine, "body", body("One.", "Two, says Olga.", "Three."))
		p.reply("an editor's save", save(owner, first["revision"], theirs), 200)
		later := with(mine, "body", body("One.", "Two.", "Three, says Ann."))
		if stale := p.reply("a stale save", save(ann, first["revision"], later), 409); stale["code"] != "conflict" {
			t.Errorf("%v", stale)
		}
		merged := p.reply("merging", ann.sends("POST", at+"/merge", map[string]any{"base": mine, "mine": later, "revision": 0, "choices": []string{}}), 200)
		text, _ := json.Marshal(merged["merged"])
		if len(merged["conflicts"].([]any)) != 0 || !strings.Contains(string(text), "Two, says Olga.") || !strings.Contains(string(text), "Three, says Ann.") || merged["by"] != "Olga" {
			t.Errorf("merged: %v by %v: %s", merged["conflicts"], merged["by"], text)
		}
		clash := with(mine, "body", body("One.", "Two, says Ann.", "Three."))
		ask := map[string]any{"base": mine, "mine": clash, "revision": 0, "choices": []string{}}
		found := p.reply("a clash", ann.sends("POST", at+"/merge", ask), 200)
		if list := found["conflicts"].([]any); len(list) != 1 || list[0].(map[string]any)["theirs"] != "Two, says Olga." || list[0].(map[string]any)["mine"] != "Two, says Ann." {
			t.Fatalf("%v", list)
		}
		ask["revision"], ask["choices"] = found["revision"], []string{"both"}
		chosen := p.reply("choosing", ann.sends("POST", at+"/merge", ask), 200)
		text, _ = json.Marshal(chosen["merged"])
		if !strings.Contains(string(text), "Two, says Olga.") || !strings.Contains(string(text), "Two, says Ann.") {
			t.Errorf("both: %s", text)
		}
		for name, wrong := range map[string]map[string]any{"a script in the text": with(mine, "body", map[string]any{"v": 1, "content": []any{map[string]any{"type": "script"}}}),
			"an odd kind": with(mine, "kind", "rumour"), "an odd id": with(mine, "sections", []string{"x"})} {
			p.reply(name, save(ann, chosen["revision"], wrong), 400)
		}
		// A session that has ended says so to a script, and nothing is stored.
		gone := p.browser()
		if out := p.reply("without a session", save(gone, 1, mine), 401); out["code"] != "sign_in" {
			t.Errorf("%v", out)
		}
	})
}

func TestDeskWrite_WithoutScript(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		at, _ := owner.begins()
		p.shows("the page", owner.get(at), 200, "Writing the text needs script")
		p.leads("the form", owner.post(at, "revision", "1", "headline", "By form", "standfirst", "Words.", "section", "1", "tags", "Port, Ferry", "bylines", "Ann Lee\nA guest"), at+"?done=saved")
		got := owner.get(at)
		for _, want := range []string{"By form", `value="Port, Ferry"`, "Ann Lee\nA guest", `<option value="1" selected>World`} {
			if !strings.Contains(got.body, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		p.shows("a stale form", owner.post(at, "revision", "1", "headline", "Typed"), 422, "Typed")
	})
}

func TestDeskWrite_PublishesOnTime(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		at, c := owner.begins()
		p.reply("a save", owner.sends("POST", at+"/save", map[string]any{"revision": 1, "tab": "t", "content": with(c, "headline", "Night train", "body", body("It leaves."))}), 200)
		p.shows("without a section", owner.post(at+"/publish", "revision", "2", "do", "now", "despite", everyWarning(p.t)), 422, "No section is chosen")
		p.reply("with one", owner.sends("POST", at+"/save", map[string]any{"revision": 2, "tab": "t", "content": with(c, "headline", "Night train", "sections", []string{"1"}, "body", body("It leaves."))}), 200)
		p.shows("with questions", owner.post(at+"/publish", "revision", "3", "do", "now"), 422, "questions about this article")

		// Berlin's clocks go forward over 02:30 on 29 March and back over it on 25 October.
		schedule := func(pairs ...string) answer {
			return owner.post(at+"/publish", append([]string{"revision", "3", "do", "schedule", "despite", everyWarning(p.t)}, pairs...)...)
		}
		p.shows("an hour that there is not", schedule("day", "2026-03-29", "time", "02:30"), 422, "the clocks go forward over it")
		p.shows("an hour that comes twice", schedule("day", "2026-10-25", "time", "02:30"), 422, "Choose the first or the second")
		p.shows("a time that has passed", schedule("day", "2026-03-04", "time", "09:59"), 422, "")
		when := p.reply("what a time means", owner.sends("GET", at+"/when?day=2026-10-25&time=02:30", nil), 200)
		if twice := when["twice"].([]any); len(twice) != 2 || !strings.Contains(twice[0].(string), "CEST (UTC+02:00)") || !strings.Contains(twice[1].(string), "CET (UTC+01:00)") {
			t.Errorf("%v", when)
		}
		p.leads("a schedule", schedule("day", "2026-10-25", "time", "02:30", "fold", "2"), at+"/published")
		p.shows("what happens next", owner.get(at+"/published"), 200, " CET (UTC")
		second := time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC)
		p.now.Set(second.Add(-time.Second))
		p.drain()
		if got := p.visit("/world/night-train/"); got.status != 404 {
			t.Errorf("public a second early: %d", got.status)
		}
		p.now.Set(second)
		p.drain()
		if got := p.visit("/world/night-train/"); got.status != 200 {
			t.Errorf("not public at its minute: %d", got.status)
		}
	})
}

func TestDeskWrite_NotesStayInside(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		ann := p.joins(owner, "Ann", "contributor")
		at, c := ann.begins()
		p.reply("a save", ann.sends("POST", at+"/save", map[string]any{"revision": 1, "tab": "t", "content": with(c, "headline", "Open", "sections", []string{"1"}, "body", body("Public words."))}), 200)
		note := map[string]any{"do": "add", "note": "", "thread": "", "body": "canarynote is unproven", "anchor": map[string]string{"quote": "Public words", "prefix": "", "suffix": "."}, "mentions": []string{}}
		if got := owner.sends("POST", at+"/notes", note); got.status != 200 || !strings.Contains(got.body, "canarynote") {
			t.Fatalf("a note: %d %s", got.status, got.body)
		}
		p.leads("submitting", ann.post(at+"/move", "revision", "2", "to", "review"), at+"?done=review")
		p.leads("asking for changes", owner.post(at+"/move", "revision", "3", "to", "changes", "note", "canaryasked for proof"), at+"?done=changes")
		p.shows("the writer is told", ann.get("/desk/notes"), 200, "canaryasked for proof")
		found := owner.sends("GET", "/desk/write/find?kind=person&q=an", nil)
		if !strings.Contains(found.body, "Ann") || strings.Contains(found.body, "@") {
			t.Errorf("colleagues: %s", found.body)
		}
		p.leads("publishing", owner.post(at+"/publish", "revision", "4", "do", "now", "despite", everyWarning(p.t)), at+"/published")
		p.drain()
		if got := p.visit("/world/open/"); got.status != 200 {
			t.Fatalf("the article: %d", got.status)
		}
		p.crawl(p.app.handler(), append(fixedOutputs, "/world/open/"), func(path string, status int, all string) {
			if strings.Contains(unasked(path, all), "canary") {
				t.Errorf("%s (%d) tells of a note", path, status)
			}
		})
		p.shows("the revisions", owner.get(at+"/versions"), 200, "readers see it")
		if strings.Contains(owner.get(at+"/versions").body, "canary") {
			t.Error("a revision holds a note")
		}
	})
}

// TestDeskWrite_FindsNamesWithoutUmlauts asks the pickers as somebody types who lacks
// the keys.
func TestDeskWrite_FindsNamesWithoutUmlauts(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		p.must(p.app.db.Write(p.ctx, func(ctx context.Context, tx *db.Tx) error {
			return author.Save(ctx, tx, author.Profile{ID: 77, Slug: "joerg", Name: "Jörg Müller-Lüdenscheidt"}, opening)
		}))
		content := p.harmless("Along the river")
		content.Storyline = "Überschwemmung am Fluss"
		p.publish(content, article.PublishInput{})
		p.drain()
		for _, c := range []struct{ kind, typed, want string }{{"profile", "muell", "Jörg"}, {"profile", "Joerg lueden", "Jörg"}, {"profile", "jorg", "Jörg"}, {"storyline", "fluss ueber", "Überschwemmung"}} {
			got := owner.sends("GET", "/desk/write/find?kind="+c.kind+"&q="+url.QueryEscape(c.typed), nil)
			p.shows(c.kind+" "+c.typed, got, 200, c.want)
		}
	})
}

func TestDeskWrite_TranslationsNameEachOther(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		made := map[string]string{}
		for lang, headline := range map[string]string{"en": "Harbour", "de": "Hafen"} {
			at, c := owner.begins()
			p.reply("a save", owner.sends("POST", at+"/save", map[string]any{"revision": 1, "tab": "t", "content": with(c, "headline", headline, "language", lang, "sections", []string{"1"}, "body", body("x"))}), 200)
			p.now.Advance(time.Minute)
			made[lang] = at
		}
		publish := func(lang string) {
			t.Helper()
			p.leads("publishing "+lang, owner.post(made[lang]+"/publish", "revision", "2", "do", "now", "despite", everyWarning(p.t)), made[lang]+"/published")
			p.now.Advance(time.Minute)
		}
		publish("en")
		link := map[string]any{"article": strings.TrimPrefix(made["de"], "/desk/articles/"), "remove": false}
		if got := owner.sends("POST", made["en"]+"/translations", link); got.status != 200 || !strings.Contains(got.body, "Hafen") {
			t.Fatalf("linking: %d %s", got.status, got.body)
		}
		if got := p.visit("/world/harbour/"); strings.Contains(got.body, "hafen") || strings.Contains(got.body, "hreflang") {
			t.Error("the page names a draft")
		}
		publish("de")
		for _, path := range []string{"/world/harbour/", "/world/hafen/"} {
			got := p.visit(path)
			for _, want := range []string{`hreflang="en" href="http://news.example/world/harbour/"`, `hreflang="de" href="http://news.example/world/hafen/"`} {
				if !strings.Contains(got.body, want) {
					t.Errorf("%s lacks %s", path, want)
				}
			}
		}
		link["remove"] = true
		owner.sends("POST", made["en"]+"/translations", link)
		if got := p.visit("/world/harbour/"); strings.Contains(got.body, "hreflang") {
			t.Error("the page still names what is no translation of it")
		}
	})
}
