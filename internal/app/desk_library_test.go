package app

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"dateline/internal/article"
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
		public("uploaded", 404)
		c := article.Content{Headline: "Harbour", Sections: []int64{worldSection}, Body: paragraph("Text."), Lead: &article.Picture{Media: id}}
		a := p.draft(c)
		public("in a draft", 404)
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
		a, err = p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{ID: a.ID, Revision: a.Revision})
		p.must(err)
		public("published", 200)
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
	})
}

func TestLibrary_UploadedForAnArticleStaysPrivate(t *testing.T) {
	p := newPaper(t, "sqlite", nil)
	owner := p.setUp()
	a := p.story("Public story", worldSection, article.PublishInput{}, nil)
	it := p.item("an upload", owner.send("/desk/media", url.Values{"name": {"a.jpg"}, "article": {strconv.FormatInt(a.ID, 10)}}, pictureOf(640, 480)))
	a, err := p.app.articles.Save(p.ctx, p.actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: article.Content{Headline: "Public story", Sections: []int64{worldSection}, Body: paragraph("More.")}})
	p.must(err)
	_, err = p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{ID: a.ID, Revision: a.Revision})
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
