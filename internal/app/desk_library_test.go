package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/desk/library"
	"dateline/internal/media/picture/picturetest"
	"dateline/internal/richtext"
)

// send uploads a body as the desk's scripts do.
func (b *browser) send(path string, query url.Values, body []byte) answer {
	b.p.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://news.example"+path+"?"+query.Encode(), bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/octet-stream")
	return b.scripted(r)
}

// scripted sends a request as a script of the desk.
func (b *browser) scripted(r *http.Request) answer {
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.asForm(r)
}

func (b *browser) asForm(r *http.Request) answer {
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	return b.p.ask(r)
}

// item reads what an upload answered.
func (p *paper) item(what string, got answer) library.Item {
	p.t.Helper()
	var it library.Item
	if err := json.Unmarshal([]byte(got.body), &it); err != nil || got.status != 200 || it.ID == "" {
		p.t.Fatalf("%s: %d %s", what, got.status, got.body)
	}
	return it
}

// form makes a form with files.
func form(fields map[string]string, files map[string][]byte) *http.Request {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		_ = w.WriteField(name, value)
	}
	for name, content := range files {
		part, _ := w.CreateFormFile("file", name)
		_, _ = part.Write(content)
	}
	_ = w.Close()
	r := httptest.NewRequest(http.MethodPost, "http://news.example/desk/media", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

func pictureOf(w, h int) []byte { return picturetest.JPEG(picturetest.Scene(w, h)) }

func TestLibrary_Upload(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		cora := p.joins(owner, "Cora", "contributor")
		harbour := picturetest.WithEXIF(pictureOf(900, 600), 1, picturetest.Tag{ID: picturetest.Artist, Text: "Ann Lee"})

		one := p.item("an upload", cora.send("/desk/media", url.Values{"name": {"harbour.jpg"}, "key": {"k1"}}, harbour))
		if one.Kind != "picture" || one.Width != 900 || one.Height != 600 || one.Credit != "Ann Lee" || one.Existing || one.State != "stored" || one.Name != "harbour.jpg" {
			t.Errorf("%+v", one)
		}
		for _, address := range []string{one.URL, one.Thumb} {
			got := cora.get(address)
			if got.status != 200 || got.header.Get("Content-Type") != "image/jpeg" || got.header.Get("Cache-Control") != "private, no-store" || got.header.Get("Content-Security-Policy") != "sandbox; default-src 'none'" {
				t.Errorf("%s: %d %v", address, got.status, got.header)
			}
			if got := p.browser().get(address); got.status != 303 {
				t.Errorf("%s without a session: %d", address, got.status)
			}
		}
		if again := p.item("the same again", cora.send("/desk/media", url.Values{"name": {"harbour.jpg"}, "key": {"k1"}}, harbour)); again.ID != one.ID || again.Existing {
			t.Errorf("sent again: %+v", again)
		}
		if again := p.item("the same from another", owner.send("/desk/media", url.Values{"name": {"other.jpg"}, "key": {"k2"}}, harbour)); again.ID != one.ID || !again.Existing {
			t.Errorf("the same bytes: %+v", again)
		}
		pdf := p.item("a document", cora.send("/desk/media", url.Values{"name": {"report.pdf"}}, []byte("%PDF-1.7\nhello")))
		if pdf.Kind != "file" || pdf.Thumb != "" || !strings.HasPrefix(cora.get(pdf.URL).header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%+v", pdf)
		}

		for name, body := range map[string][]byte{"page.jpg": []byte("<!doctype html><script>alert(1)</script>"), "logo.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)} {
			var trouble struct{ Error, Hint, Code string }
			got := cora.send("/desk/media", url.Values{"name": {name}}, body)
			if err := json.Unmarshal([]byte(got.body), &trouble); err != nil || got.status != 400 || trouble.Code != "invalid" || trouble.Hint == "" {
				t.Errorf("%s: %d %s", name, got.status, got.body)
			}
		}
		p.shows("an upload without a file", cora.asForm(form(map[string]string{"article": "7"}, nil)), 422, "No file came with the form")
		got := cora.asForm(form(nil, map[string][]byte{"good.jpg": pictureOf(300, 200), "bad.jpg": []byte("<html>")}))
		p.shows("a form with a good file and a bad one", got, 422, "bad.jpg")
		if !strings.Contains(got.body, "good.jpg") {
			t.Error("the good file is not in the library")
		}
		got = cora.asForm(form(nil, map[string][]byte{"alone.jpg": pictureOf(310, 200)}))
		if got.status != 303 || !strings.HasSuffix(got.location, "?done=uploaded") {
			t.Errorf("a form with one file: %d %s", got.status, got.location)
		}
		if got := p.browser().send("/desk/media", url.Values{"name": {"a.jpg"}}, harbour); got.status != 401 {
			t.Errorf("an upload without a session: %d", got.status)
		}
	})
}

// TestLibrary_KeepsPrivate follows a picture from its upload over a draft and
// its publication to the withdrawal of the article.
func TestLibrary_KeepsPrivate(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		it := p.item("an upload", owner.send("/desk/media", url.Values{"name": {"zqcanary-secret.jpg"}}, pictureOf(900, 600)))
		var id int64
		p.must(json.Unmarshal([]byte(it.ID), &id))
		p.drain()
		m, err := p.app.media.Get(p.ctx, p.app.db, id)
		p.must(err)
		if m.State != "ready" || len(m.Variants) < 3 {
			t.Fatalf("the job made %+v", m)
		}
		public := func(when string, want int) {
			t.Helper()
			for _, v := range m.Variants {
				if got := p.visit(m.URL(v)); got.status != want {
					t.Errorf("%s: %s answers %d, want %d", when, v.Name, got.status, want)
				}
			}
			for _, path := range []string{"/?attachment_id=" + it.ID, "/media/" + m.Token + "/", "/media/" + m.Token + "/original", "/media/" + m.Token + "/thumb"} {
				if got := p.visit(path); got.status == 200 && strings.Contains(got.body, "zqcanary") {
					t.Errorf("%s: %s tells of the file", when, path)
				}
			}
		}
		// secret crawls everything that readers get.
		secret := func(when string, words ...string) {
			t.Helper()
			p.crawl(p.app.handler(), fixedOutputs, func(path string, _ int, all string) {
				all = unasked(path, all)
				for _, word := range words {
					if strings.Contains(all, word) {
						t.Errorf("%s: %s tells %q", when, path, word)
					}
				}
			})
		}
		p.leads("its words", owner.post(it.Page, "revision", "0", "title", "zqcanary title", "alt", "zqcanary alt", "caption", "zqcanary caption", "credit", "zqcanary credit",
			"description", "zqcanary description", "holder", "zqnote holder", "licence", "zqnote licence", "note", "zqnote note"), it.Page+"?done=saved")
		public("uploaded", 404)
		secret("uploaded", "zqcanary", "zqnote")
		c := article.Content{Headline: "Harbour", Sections: []int64{worldSection}, Body: paragraph("Text."), Lead: &article.Picture{Media: id}}
		a := p.draft(c)
		public("in a draft", 404)
		secret("in a draft", "zqcanary", "zqnote")
		uses := func(when string, want ...bool) { // live, working
			t.Helper()
			u, err := p.app.media.Uses(p.ctx, p.app.db, id)
			p.must(err)
			var got []bool
			for _, use := range u.Articles {
				got = append(got, use.Live, use.Working)
			}
			if len(got) != len(want) || len(got) > 0 && (got[0] != want[0] || got[1] != want[1]) {
				t.Errorf("%s: used %v, want %v", when, got, want)
			}
		}
		uses("in a draft", false, true)
		a, err = p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: a.ID, Revision: a.Revision})
		p.must(err)
		public("published", 200)
		secret("published", "zqnote", "zqcanary description", "zqcanary title")
		if got := p.visit(a.Path); !strings.Contains(got.body, "zqcanary alt") {
			t.Error("the crawl would not have seen the words")
		}
		uses("published", true, false)
		without := c
		without.Lead, without.Body = nil, richtext.Doc(paragraph("Text without it."))
		a, err = p.app.articles.Autosave(p.ctx, p.actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: without})
		p.must(err)
		public("taken out of the working copy", 200)
		uses("taken out of the working copy", true, false)
		p.shows("its page", owner.get("/desk/media/"+it.ID), 200, "Harbour")
		a, err = p.app.articles.Withdraw(p.ctx, p.actor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "It was wrong."})
		p.must(err)
		public("withdrawn", 404)
		secret("withdrawn", "zqcanary", "zqnote")
	})
}

func TestLibrary_UploadedForAnArticleStaysPrivate(t *testing.T) {
	p := newPaper(t, "sqlite", nil)
	owner := p.setUp()
	a := p.story("Public story", worldSection, article.PublishInput{}, nil)
	it := p.item("an upload", owner.send("/desk/media", url.Values{"name": {"a.jpg"}, "article": {strconv.FormatInt(a.ID, 10)}}, pictureOf(640, 480)))
	a, err := p.app.articles.Save(p.ctx, p.actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: article.Content{Headline: "Public story", Sections: []int64{worldSection}, Body: paragraph("More.")}})
	p.must(err)
	_, err = p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: a.ID, Revision: a.Revision})
	p.must(err)
	var id int64
	p.must(json.Unmarshal([]byte(it.ID), &id))
	m, err := p.app.media.Get(context.Background(), p.app.db, id)
	p.must(err)
	for _, v := range m.Variants {
		if got := p.visit(m.URL(v)); got.status != 404 {
			t.Errorf("%s answers %d though no article shows it", v.Name, got.status)
		}
	}
}

func TestLibrary_DescribeReplaceDelete(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		cora, arno := p.joins(owner, "Cora", "contributor"), p.joins(owner, "Arno", "author")
		it := p.item("an upload", cora.send("/desk/media", url.Values{"name": {"a.jpg"}}, pictureOf(800, 600)))
		fields := []string{"revision", "0", "alt", "Boats", "caption", "Dawn", "focal_x", "25", "focal_y", "62,5", "crop_x", "10", "crop_y", "0", "crop_w", "90", "crop_h", "100", "expire", "2026-03-20", "holder", "The Gull"}
		p.shows("a colleague's page", arno.get(it.Page), 200, "You see this because it is in the library")
		p.shows("a colleague's change", arno.post(it.Page, fields...), 422, "needs the role editor")
		p.shows("a colleague's original", arno.get(it.Page+"/file/original"), 403, "needs the role editor")
		p.leads("her own change", cora.post(it.Page, fields...), it.Page+"?done=saved")
		got := cora.get(it.Page)
		for _, want := range []string{">Boats</textarea>", `value="62.5"`, `name="crop_x" type="number" min="0" max="95" step="0.1" value="10"`, "The rights end on 2026-03-20", "/file/whole"} {
			if !strings.Contains(got.body, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		p.shows("the rights view", cora.get("/desk/media?view=rights"), 200, "rights end 2026-03-20")
		p.shows("a stale change", owner.post(it.Page, "revision", "0", "alt", "Ships", "focal_x", "25"), 422, ">Ships</textarea>")
		p.shows("a stale change says what is there", owner.post(it.Page, "revision", "0", "alt", "Ships"), 422, "<dd>Boats</dd>")
		p.shows("an odd day", cora.post(it.Page, "revision", "1", "expire", "soon", "caption", "Kept"), 422, ">Kept</textarea>")
		p.shows("an odd share", cora.post(it.Page, "revision", "1", "focal_x", "101"), 422, "is no share of the picture")
		for variant, want := range map[string]int{"whole": 200, "original": 200, "preview": 200, "thumb": 200, "none": 404, "..%2F..%2Fsecret.key": 404} {
			if got := cora.get(it.Page + "/file/" + variant); got.status != want || want == 200 && got.header.Get("Cache-Control") != "private, no-store" {
				t.Errorf("%s: %d %v", variant, got.status, got.header)
			}
		}
		r := form(map[string]string{"revision": "1"}, map[string][]byte{"b.jpg": pictureOf(640, 480)})
		r.URL.Path = it.Page + "/file"
		p.leads("another file", cora.asForm(r), it.Page+"?done=replaced")
		p.shows("its page", cora.get(it.Page), 200, "b.jpg")
		a := p.draft(article.Content{Headline: "zqdraft headline", Sections: []int64{worldSection}, Body: paragraph("x"), Lead: &article.Picture{Media: number(t, it.ID)}})
		p.shows("deleting what a draft shows", owner.post(it.Page+"/delete", "revision", "2"), 422, "zqdraft headline")
		if got := cora.get(it.Page); strings.Contains(got.body, "zqdraft") || !strings.Contains(got.body, "1 article of a colleague") {
			t.Error("a contributor learns of a colleague's draft")
		}
		_, err := p.app.articles.Save(p.ctx, p.actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: article.Content{Headline: "No picture", Sections: []int64{worldSection}, Body: paragraph("x")}})
		p.must(err)
		p.shows("it is unused", owner.get("/desk/media?view=unused"), 200, "b.jpg")
		p.leads("deleting", cora.post(it.Page+"/delete", "revision", "2"), "/desk/media?done=deleted")
		p.shows("its page afterwards", cora.get(it.Page), 404, "")
		entries, err := audit.Of(p.ctx, p.app.db, "media", number(t, it.ID), 10)
		p.must(err)
		var deeds []string
		for _, e := range entries {
			deeds = append(deeds, e.Actor+" "+e.Verb)
		}
		if want := []string{"Cora delete", "Cora replace", "Cora change", "Cora upload"}; !slices.Equal(deeds, want) {
			t.Errorf("the log has %q, want %q", deeds, want)
		}
	})
}

func number(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLibrary_Pick(t *testing.T) {
	p := newPaper(t, "sqlite", nil)
	owner := p.setUp()
	p.item("a picture", owner.send("/desk/media", url.Values{"name": {"harbour.jpg"}}, pictureOf(320, 200)))
	p.item("a document", owner.send("/desk/media", url.Values{"name": {"harbour.pdf"}}, []byte("%PDF-1.7")))
	for query, want := range map[string]int{"": 2, "?kind=picture": 1, "?kind=file&q=harb": 1, "?kind=audio": 0, "?q=harbour": 2, "?q=none": 0} {
		var found struct {
			Media []library.Item
			Next  string
			Words map[string]string
		}
		got := owner.get("/desk/media/pick" + query)
		if err := json.Unmarshal([]byte(got.body), &found); err != nil || len(found.Media) != want || found.Next != "" || len(found.Words) != 0 {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
	}
	if got := owner.get("/desk/media/pick?words=1"); !strings.Contains(got.body, `"media.pick_title"`) {
		t.Error("the dialog gets no words")
	}
	if got := owner.get("/desk/media/pick?kind=program"); got.status != 400 {
		t.Errorf("an odd kind: %d", got.status)
	}
}

// TestLibrary_EscapesWhatFilesSay gives media the names and words of the attack
// lists and looks for any that stands on a page as it came.
func TestLibrary_EscapesWhatFilesSay(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(cmp.Or(os.Getenv("DATELINE_SHARED"), "../../../shared"), "data/attacks/xss-payload-list.txt"))
	if err != nil {
		t.Skip(err)
	}
	p := newPaper(t, "sqlite", nil)
	owner := p.setUp()
	it := p.item("a picture", owner.send("/desk/media", url.Values{"name": {`"><svg onload=alert(1)>.jpg`}}, pictureOf(320, 200)))
	tried := 0
	for i, line := range strings.Split(string(raw), "\n") {
		if line = strings.TrimSpace(line); !strings.ContainsAny(line, "<\"") || len(line) > 290 || len(line) < 8 || i%13 != 0 {
			continue
		}
		tried++
		p.now.Advance(time.Minute)
		m, err := p.app.media.Get(p.ctx, p.app.db, number(t, it.ID))
		p.must(err)
		if got := owner.post(it.Page, "revision", strconv.FormatInt(m.Revision, 10), "title", line, "alt", line, "caption", line, "credit", line, "holder", line, "licence", line); got.status != 303 && m.Title != line {
			t.Fatalf("%q: %d", line, got.status)
		}
		for _, page := range []string{it.Page, "/desk/media", "/desk/media?q=" + url.QueryEscape(line)} {
			if got := owner.get(page); got.status != 200 || strings.Contains(got.body, line) {
				t.Errorf("%s (%d) holds %q as it came", page, got.status, line)
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d attacks were tried", tried)
	}
}
