package importer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/account"
	"dateline/internal/comment"
	"dateline/internal/comment/exchange"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/importer"
	"dateline/internal/richtext"
)

var olga = account.Actor{Name: "Olga", Role: account.Owner}

func (n *newsroom) exchange() *exchange.Service {
	return exchange.NewService(exchange.Parts{DB: n.db, Clock: n.clock, Vault: n.vault, Settings: n.settings, Comments: comment.NewStore(n.vault),
		Origin: func() string { return "https://courier.example" }, Ask: n.ask})
}

// exported is an export as text.
func (n *newsroom) exported(opt exchange.ExportOptions) string {
	n.t.Helper()
	var out bytes.Buffer
	if _, err := n.exchange().Export(n.t.Context(), olga, &out, opt); err != nil {
		n.t.Fatal(err)
	}
	return out.String()
}

// conversation imports a site whose articles have comments of all kinds, and
// adds what only Dateline makes.
func conversation(t *testing.T, d *db.DB) *newsroom {
	n := open(t, d)
	n.load(export{Head: user(1, "ann", "Ann Lee"), Items: []item{
		{ID: 1, Title: "The dam & the “river” ]]> holds", Slug: "dam", Link: "https://courier.example/dam/", Date: "2024-05-06 00:00:00", Comments: []reply{
			{ID: 11, Author: "Ann &amp; Al", Email: "reader@mail.example", URL: "https://al.example/?a=1&amp;b=2", Text: "first <b>bold</b>\nline\n\n<blockquote>quoted <a href=\"https://x.example/?a=1&amp;b=2\">link</a></blockquote><ul><li>one</li><li>two <em>three</em></li></ul>", Date: "2024-05-07 01:00:00", User: 1},
			{ID: 12, Parent: 11, Author: "Bo", Text: "second &lt;script&gt; ]]&gt; &amp;amp; https://bare.example/a_b", Date: "2024-05-07 02:00:00"},
			{ID: 13, Parent: 12, Author: "Cy", Text: "<code>a  b</code>\n<pre>line one\n  line two\n\nline four</pre>", Date: "2024-05-07 03:00:00", Approved: "0"},
			{ID: 14, Author: "Spam", Text: "buy", Approved: "spam", Date: "2024-05-07 03:00:01"}, {ID: 15, Author: "Bin", Text: "binned", Approved: "trash", Date: "2024-05-07 03:00:02"},
			{ID: 16, Author: "Other blog", Text: "[…] says […]", Type: "pingback", URL: "https://other.example/x", Date: "2024-05-07 04:00:00"},
			{ID: 17, Parent: 15, Author: "Dee", Text: "answers the bin", Date: "2024-05-07 05:00:00"}}},
		{ID: 2, Title: "The ferry", Slug: "ferry", Link: "https://courier.example/ferry/", Date: "2024-06-06 00:00:00", Comments: []reply{{ID: 21, Author: "Eve", Text: "😀 late, مرحبا", Date: "2024-06-07 01:00:00"}}},
		{ID: 3, Title: "Quiet", Slug: "quiet", Link: "https://courier.example/quiet/", Date: "2024-07-06 00:00:00"}}}.write(t))
	article := n.target("post", "1")
	at := time.Date(2026, 11, 20, 8, 30, 15, 123456000, time.UTC)
	own := int64(at.UnixMilli()-1577836800000) << 22
	n.must(n.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		store := comment.NewStore(n.vault)
		body, _ := richtext.FromCommentHTML("<p>native <s>struck</s></p><p>second<br>line</p>")
		for i, c := range []comment.Comment{
			{ID: own, Kind: comment.KindComment, Name: "Fay\u200b <x>", Email: "fay@mail.example"},
			{ID: own + 1, Parent: own, Kind: comment.KindWebmention, Status: comment.StatusPending, Name: "Gus", URL: "https://gus.example/post"},
		} {
			c.Article, c.Created, c.Body = article, at.Add(time.Duration(i)*time.Microsecond), body
			if c.Status == "" {
				c.Status = comment.StatusApproved
				c.Likes, c.Picked, c.Edited = 5, true, at.Add(time.Minute+time.Microsecond)
			}
			if err := store.PutTx(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	}))
	return n
}

// talk is everything that is kept of all comments, by what does not depend on
// where they are kept.
func talk(n *newsroom) []string {
	n.t.Helper()
	var out []string
	for _, row := range query(n.t, n.db, `SELECT a.slug, c.kind, c.status, c.author_name, c.author_url, c.email_sealed, c.body, c.created_at,
			COALESCE(CASE WHEN p.old_id > 0 THEN p.old_id ELSE p.id END, 0) AS parent, CASE WHEN c.old_id > 0 THEN c.old_id ELSE c.id END AS anchor, COALESCE(f.slug, '') AS profile,
			c.likes, c.picked, c.edited_at
		FROM comment c JOIN article a ON a.id = c.article_id LEFT JOIN comment p ON p.id = c.parent_id LEFT JOIN profile f ON f.id = c.profile_id ORDER BY c.created_at, c.id`) {
		email := ""
		if row["email_sealed"] != "" {
			var err error
			email, err = n.vault.Open("comment.email", row["email_sealed"])
			n.must(err)
		}
		out = append(out, fmt.Sprint(row["slug"], " | ", row["kind"], " | ", row["status"], " | ", row["author_name"], " | ", row["author_url"], " | ", email, " | ",
			row["body"], " | ", row["created_at"], " | ", row["parent"], " | ", row["anchor"], " | ", row["profile"], " | ", row["likes"], " ", row["picked"], " ", row["edited_at"]))
	}
	return out
}

// TestExport_RoundTrip exports comments and imports them into an empty site.
func TestExport_RoundTrip(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := conversation(t, d)
		file := filepath.Join(t.TempDir(), "comments.xml")
		n.must(os.WriteFile(file, []byte(n.exported(exchange.ExportOptions{Format: exchange.WXR, Addresses: true})), 0o600))
		other := open(t, dbtest.Open(t, d.Engine()))
		rep := other.load(file)
		if c := *rep.Kinds["comment"]; c != (importer.Count{InFile: 10, New: 10}) || rep.Kinds["post"].New != 2 || len(rep.Repairs) > 0 {
			t.Errorf("comments %+v, posts %+v, repairs %v", c, *rep.Kinds["post"], rep.Repairs)
		}
		if diff := cmp.Diff(talk(n), talk(other)); diff != "" {
			t.Errorf("something was lost (-before +after):\n%s", diff)
		}
		if again := other.load(file); again.Kinds["comment"].Unchanged != 10 {
			t.Errorf("the same export again: %+v", *again.Kinds["comment"])
		}
	})
}

// TestExport_RealSite does it with WordPress's own test data.
func TestExport_RealSite(t *testing.T) {
	n := open(t, dbtest.Open(t, db.SQLite))
	n.load(shared(t, "data", "wordpress", "themeunittestdata.wordpress.xml"))
	file := filepath.Join(t.TempDir(), "comments.xml")
	n.must(os.WriteFile(file, []byte(n.exported(exchange.ExportOptions{Format: exchange.WXR, Addresses: true})), 0o600))
	other := open(t, dbtest.Open(t, db.SQLite))
	other.load(file)
	if diff := cmp.Diff(talk(n), talk(other)); diff != "" || len(talk(other)) != 33 {
		t.Errorf("%d comments; something was lost (-before +after):\n%s", len(talk(other)), diff)
	}
}

func TestExport_AddressesOnlyWhenAskedFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := conversation(t, d)
		for _, format := range []exchange.Format{exchange.WXR, exchange.JSON} {
			if out := n.exported(exchange.ExportOptions{Format: format}); strings.Contains(out, "mail.example") || !strings.Contains(out, "native") {
				t.Errorf("%s without addresses: %s", format, out)
			}
			if out := n.exported(exchange.ExportOptions{Format: format, Addresses: true}); strings.Count(out, "@mail.example") != 2 {
				t.Errorf("%s with addresses has %d", format, strings.Count(out, "@mail.example"))
			}
		}
		if n := n.number(`SELECT COUNT(*) FROM audit WHERE verb = 'export' AND actor = 'Olga'`); n != 4 {
			t.Errorf("%d exports are on record", n)
		}
		_, err := n.exchange().Export(t.Context(), account.Actor{Name: "Ed", Role: account.Editor}, &bytes.Buffer{}, exchange.ExportOptions{Format: exchange.JSON})
		if err == nil || !strings.Contains(err.Error(), "export comments") {
			t.Errorf("an editor may export: %v", err)
		}
	})
}

// TestExport_JSON reads the export as the contract says.
func TestExport_JSON(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := conversation(t, d)
		var got struct {
			Format, Site string
			Version      int
			Addresses    bool
			Articles     []struct {
				ID, URL, Headline string
				Public            bool
				Comments          []struct {
					ID, Parent, Kind, Status, Name, URL, Email, Author, HTML string
					OldID                                                    int64 `json:"old_id"`
					Created                                                  time.Time
					Document                                                 richtext.Doc
				}
			}
		}
		n.must(json.Unmarshal([]byte(n.exported(exchange.ExportOptions{Format: exchange.JSON})), &got))
		if got.Format != "dateline-comments" || got.Version != 1 || got.Site != "https://courier.example" || got.Addresses || len(got.Articles) != 2 {
			t.Fatalf("the head is %+v", got)
		}
		a := got.Articles[0]
		if a.URL != "https://courier.example/dam/" || !a.Public || len(a.Comments) != 9 {
			t.Fatalf("the first article is %+v", a)
		}
		ids := map[string]bool{}
		var lines []string
		for _, c := range a.Comments {
			ids[c.ID] = true
			lines = append(lines, fmt.Sprint(c.OldID, " ", c.Kind, " ", c.Status, " ", c.Name, " ", c.Author))
			if c.HTML != richtext.CommentHTML(c.Document) {
				t.Errorf("%s: the HTML is not that of the document", c.ID)
			}
		}
		for _, c := range a.Comments {
			if c.Parent != "" && !ids[c.Parent] {
				t.Errorf("%s answers %s, which is not there", c.ID, c.Parent)
			}
		}
		if diff := cmp.Diff([]string{"11 comment approved Ann & Al ann", "12 comment approved Bo ", "17 comment approved Dee ", "16 pingback approved Other blog ",
			"0 comment approved Fay\u200b <x> ", "13 comment pending Cy ", "0 webmention pending Gus ", "14 comment spam Spam ", "15 comment binned Bin "}, lines); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		service := n.exchange()
		for text, headline := range map[string]string{"/ferry/": "The ferry", "https://www.courier.example/ferry": "The ferry", fmt.Sprint(n.target("post", "2")): "The ferry"} {
			id, err := service.ArticleAt(t.Context(), text)
			n.must(err)
			out := n.exported(exchange.ExportOptions{Format: exchange.JSON, Article: id})
			if !strings.Contains(out, headline) || strings.Contains(out, "native") {
				t.Errorf("only %s: %s", text, out)
			}
		}
		for _, text := range []string{"/nothing/", "12345", "https://evil.example/ferry/"} {
			if id, err := service.ArticleAt(t.Context(), text); err == nil {
				t.Errorf("%s is article %d", text, id)
			}
		}
	})
}
