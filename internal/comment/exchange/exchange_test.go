package exchange_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/comment/exchange"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/vault"
)

var (
	today = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	olga  = account.Actor{Name: "Olga", Role: account.Owner}
)

const (
	dam   = 7 // the article at /2024/05/the-dam-holds/
	ferry = 8 // the one to which /old-name/ leads
)

// room is a site of two articles.
type room struct {
	t       *testing.T
	db      *db.DB
	vault   *vault.Vault
	store   *comment.Store
	service *exchange.Service
	asked   []string
}

func newRoom(t *testing.T, d *db.DB) *room {
	t.Helper()
	v, err := vault.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, db: d, vault: v, store: comment.NewStore(v)}
	r.service = exchange.NewService(exchange.Parts{DB: d, Clock: clock.NewManual(today), Vault: v, Settings: settings.NewStore(d), Comments: r.store,
		Origin: func() string { return "https://courier.example" }, Ask: r.ask})
	r.write(func(ctx context.Context, tx *db.Tx) error {
		for id, path := range map[int64]string{dam: "/2024/05/the-dam-holds/", ferry: "/2024/06/the-ferry/"} {
			if _, err := tx.Exec(ctx, `INSERT INTO article (id, type, status, slug, path, headline, kind, modified_at, created_at, first_published, public, live_version)
				VALUES ($1, 'article', 'published', 'a', $2, $3, 'report', 1, 1, 1714816800000000, 1, 1)`, id, path, fmt.Sprint("Headline ", id)); err != nil {
				return err
			}
			if err := article.SetAddress(ctx, tx, article.Address{Key: strings.TrimSuffix(path, "/"), Kind: article.AddressArticle, Target: id}); err != nil {
				return err
			}
		}
		return article.SetAddress(ctx, tx, article.Address{Key: "/old-name", Kind: article.AddressRedirect, Target: ferry, Of: article.AddressArticle})
	})
	return r
}

// ask is a router that knows a numbered address and a second page.
func (r *room) ask(_ context.Context, address string) (int, string, error) {
	r.asked = append(r.asked, address)
	switch address {
	case "/?p=12":
		return 301, "/2024/05/the-dam-holds/", nil
	case "/2024/05/the-dam-holds/2/":
		return 200, "", nil
	case "/news/2024/06/the-ferry/":
		return 301, "/2024/06/the-ferry/", nil
	case "/circle/":
		return 301, "/circle/", nil
	}
	return 404, "", nil
}

func (r *room) write(fn func(context.Context, *db.Tx) error) {
	r.t.Helper()
	if err := r.db.Write(r.t.Context(), fn); err != nil {
		r.t.Fatal(err)
	}
}

// take imports a file that must be whole.
func (r *room) take(system exchange.System, file string) *exchange.Report {
	r.t.Helper()
	rep, err := r.service.Import(r.t.Context(), olga, exchange.Options{System: system, File: file})
	if err != nil {
		r.t.Fatal(err)
	}
	r.balanced(rep)
	return rep
}

func (r *room) balanced(rep *exchange.Report) {
	r.t.Helper()
	if !rep.Balanced() {
		r.t.Errorf("the account does not balance: %+v", rep)
	}
}

// kept are the stored comments, as lines, oldest first.
func (r *room) kept() []string {
	r.t.Helper()
	rows, err := r.db.Query(r.t.Context(), `SELECT c.id, c.article_id, COALESCE(p.author_name, CASE c.parent_id WHEN 0 THEN '-' ELSE 'MISSING' END), c.old_id, c.status, c.author_name, c.author_url,
			c.email_sealed, c.body, c.created_at, c.likes, c.picked, c.edited_at FROM comment c LEFT JOIN comment p ON p.id = c.parent_id ORDER BY c.created_at, c.id`)
	list, err := db.All(rows, err, func(rows *sql.Rows) (string, error) {
		var id, art, old, created, likes, picked, edited int64
		var parent, status, name, url, sealed string
		var body []byte
		if err := rows.Scan(&id, &art, &parent, &old, &status, &name, &url, &sealed, &body, &created, &likes, &picked, &edited); err != nil {
			return "", err
		}
		email := ""
		if sealed != "" {
			plain, err := r.vault.Open("comment.email", sealed)
			if err != nil {
				return "", err
			}
			email = plain
		}
		var doc richtext.Doc
		if err := doc.UnmarshalJSON(body); err != nil {
			return "", err
		}
		if likes != 0 || picked != 0 || edited != 0 {
			name += fmt.Sprint(" (", likes, " likes, picked ", picked, ", edited ", db.Time(edited).Format("15:04:05"), ")")
		}
		return strings.Join([]string{db.Time(created).Format("01-02 15:04:05.999999"), fmt.Sprint(art), "below " + parent, fmt.Sprint(old), status, name, url, email,
			strings.ReplaceAll(richtext.CommentHTML(doc), "\n", "")}, " | "), nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

// ids are the ids of all comments.
func (r *room) ids() []int64 {
	r.t.Helper()
	rows, err := r.db.Query(r.t.Context(), `SELECT id FROM comment ORDER BY id`)
	list, err := db.All(rows, err, func(rows *sql.Rows) (id int64, err error) { err = rows.Scan(&id); return id, err })
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

func (r *room) want(lines ...string) {
	r.t.Helper()
	if diff := cmp.Diff(lines, r.kept()); diff != "" {
		r.t.Errorf("stored comments (-want +got):\n%s", diff)
	}
}

func counts(rep *exchange.Report) string {
	return fmt.Sprintf("%d = %d new %d updated %d unchanged %d dropped %d failed", rep.InFile, rep.New, rep.Updated, rep.Unchanged, rep.Dropped, rep.Failed)
}

func wantCounts(t *testing.T, rep *exchange.Report, want string) {
	t.Helper()
	if got := counts(rep); got != want {
		t.Errorf("%s, want %s\n%+v", got, want, rep)
	}
}

func fixture(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "export")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestImport_Disqus(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		rep := r.take(exchange.Disqus, "testdata/disqus.xml")
		wantCounts(t, rep, "10 = 4 new 0 updated 0 unchanged 5 dropped 1 failed")
		const a = `<a href="https://dams.example/a?b=1&amp;c=2" rel="nofollow ugc noopener">the dams</a>`
		link := r.kept()[0]
		if !strings.Contains(link, "the dams</a>") || !strings.Contains(link, "ugc") {
			t.Errorf("the link of a reader: %s (such as %s)", link, a)
		}
		got := r.kept()
		for i, want := range []string{
			"05-04 12:00:00 | 7 | below - | 2001 | approved | Ann Reader |  | ann.reader@mail.example | <p>Well <strong>held</strong>.</p><p>See <a",
			"05-04 13:00:00 | 7 | below Ann Reader | 2002 | removed | Anonymous |  |  | ",
			"05-04 14:00:00 | 7 | below Anonymous | 2003 | approved | cy |  |  | <p>It did, I was there.",
			"05-04 15:00:00 | 8 | below - | 2004 | spam | Pills |  |  | <p>cheap pills</p>",
		} {
			if !strings.HasPrefix(got[i], want) {
				t.Errorf("comment %d is\n%s\nwant\n%s", i, got[i], want)
			}
		}
		for _, line := range got {
			if strings.Contains(line, "script") || strings.Contains(line, "onerror") || strings.Contains(line, "alert(2)") {
				t.Errorf("markup came through: %s", line)
			}
		}
		for reason, n := range map[string]int64{"it was deleted in Disqus": 1, "no article: no article answers there": 1, "no article: on another site": 1,
			"its number stands twice in the file; the first one was taken": 1, "it has no text": 1} {
			if rep.Reasons[reason] != n {
				t.Errorf("dropped because %q: %d, want %d; %v", reason, rep.Reasons[reason], n, rep.Reasons)
			}
		}
		if diff := cmp.Diff([]exchange.Unplaced{{Address: "http://localhost:4000/the-dam-holds/", Why: "on another site: localhost", Comments: 1},
			{Address: "https://courier.example/never-was/", Why: "no article answers there", Comments: 1}}, rep.Unplaced); diff != "" {
			t.Errorf("without article (-want +got):\n%s", diff)
		}
		if hosts := rep.OtherHosts(); !slices.Equal(hosts, []string{"localhost"}) {
			t.Errorf("other hosts %v", hosts)
		}
		if !slices.ContainsFunc(rep.Outcomes, func(o exchange.Outcome) bool {
			return o.Key == "2008" && o.Outcome == "failed" && strings.HasPrefix(o.Place, "line 1") && strings.Contains(o.Why, "2024-x05-04")
		}) {
			t.Errorf("the bad date is not named: %+v", rep.Outcomes)
		}
	})
}

func TestImport_RepeatedChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		for system, name := range map[exchange.System]string{exchange.Disqus: "disqus.xml", exchange.Remark42: "remark42.jsonl", exchange.Commento: "comentario.json"} {
			r.take(system, filepath.Join("testdata", name))
		}
		lines, ids := r.kept(), r.ids()
		for system, name := range map[exchange.System]string{exchange.Disqus: "disqus.xml", exchange.Remark42: "remark42.jsonl", exchange.Commento: "comentario.json"} {
			rep := r.take(system, filepath.Join("testdata", name))
			if rep.New != 0 || rep.Updated != 0 || rep.Unchanged == 0 {
				t.Errorf("%s again: %s", system, counts(rep))
			}
		}
		if diff := cmp.Diff(lines, r.kept()); diff != "" || !slices.Equal(ids, r.ids()) {
			t.Errorf("a repeat changed something (-before +after):\n%s", diff)
		}
		var audits int64
		if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM audit WHERE verb = 'import' AND object = 'comments'`).Scan(&audits); err != nil || audits != 3 {
			t.Errorf("%d rows in the audit log, %v; want one for each import that changed something", audits, err)
		}
	})
}

func TestImport_DryRunChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		rep, err := r.service.Import(t.Context(), olga, exchange.Options{System: exchange.Disqus, File: "testdata/disqus.xml", Dry: true})
		if err != nil {
			t.Fatal(err)
		}
		wantCounts(t, rep, "10 = 4 new 0 updated 0 unchanged 5 dropped 1 failed")
		if len(r.ids()) != 0 {
			t.Errorf("a dry run stored %v", r.kept())
		}
		var n int64
		if err := d.QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM import_key) + (SELECT COUNT(*) FROM audit)`).Scan(&n); err != nil || n != 0 {
			t.Errorf("a dry run wrote %d rows, %v", n, err)
		}
	})
}

// TestImport_DecisionsHereStay imports a file again that has changed.
func TestImport_DecisionsHereStay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.take(exchange.Remark42, "testdata/remark42.jsonl")
		r.write(func(ctx context.Context, tx *db.Tx) error { // a moderator, and somebody who erased theirs
			if _, err := tx.Exec(ctx, `UPDATE comment SET status = 'spam' WHERE author_name = 'Ann & Al'`); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `DELETE FROM comment WHERE author_name = 'Cy'`)
			return err
		})
		changed := strings.NewReplacer("I answer what is gone", "I write anew", "Well <strong>held</strong>", "Very well <strong>held</strong>").Replace(fixture(t, "remark42.jsonl"))
		rep := r.take(exchange.Remark42, file(t, changed))
		wantCounts(t, rep, "5 = 0 new 1 updated 2 unchanged 1 dropped 1 failed")
		lines := r.kept()
		if len(lines) != 2 || !strings.Contains(lines[0], "| spam | Ann & Al (2 likes") || !strings.Contains(lines[0], "Very well") {
			t.Errorf("after the second import: %v", lines)
		}
		if rep.Notes["it was removed here since, and stays so"] != 1 {
			t.Errorf("notes %v", rep.Notes)
		}
	})
}

func TestImport_Remark42(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		rep := r.take(exchange.Remark42, "testdata/remark42.jsonl")
		wantCounts(t, rep, "5 = 3 new 0 updated 0 unchanged 1 dropped 1 failed")
		got := r.kept()
		for i, want := range []string{
			"05-04 12:18:22.123456 | 7 | below - | 0 | approved | Ann & Al (2 likes, picked 1, edited 14:20:00) |  |  | <p>Well <strong>held</strong>, see <a href=\"https://dams.example/\"",
			"05-04 15:00:00 | 7 | below Ann & Al | 0 | removed | Anonymous |  |  | ",
			"05-04 16:00:00 | 7 | below Anonymous | 0 | approved | Cy |  |  | <p>I answer what is gone</p>",
		} {
			if !strings.HasPrefix(got[i], want) {
				t.Errorf("comment %d is\n%s\nwant\n%s", i, got[i], want)
			}
		}
		if rep.Notes["votes against it do not come along"] != 2 {
			t.Errorf("notes %v", rep.Notes)
		}
		if diff := cmp.Diff([]string{"line 5", "line 6"}, []string{rep.Outcomes[0].Place, rep.Outcomes[1].Place}); diff != "" {
			t.Errorf("places (-want +got):\n%s", diff)
		}
	})
}

func TestImport_Commento(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		rep := r.take(exchange.Commento, "testdata/commento.json")
		wantCounts(t, rep, "6 = 4 new 0 updated 0 unchanged 1 dropped 1 failed")
		got := r.kept()
		for i, want := range []string{
			"05-10 12:09:47.722181 | 7 | below - | 0 | approved | Anonymous (3 likes, picked 0, edited 00:00:00) |  |  | <p>Second, and answered above.</p>",
			"05-11 15:43:01.852651 | 7 | below Anonymous | 0 | approved | Saturnin Uf | https://uf.example/me | sat@mail.example | <p>Great <em>reply</em>!</p><blockquote><p>it held</p></blockquote><p><a href=\"https://dams.example/\"",
			"05-12 11:21:56 | 7 | below - | 0 | spam | Anonymous |  |  | <p>spam</p>",
			"05-12 11:23:56 | 7 | below - | 0 | pending | Anonymous |  |  | <p>waits</p>",
		} {
			if !strings.HasPrefix(got[i], want) {
				t.Errorf("comment %d is\n%s\nwant\n%s", i, got[i], want)
			}
		}
	})
}

func TestImport_Comentario(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		var packed bytes.Buffer // as it is downloaded
		z := gzip.NewWriter(&packed)
		_, _ = z.Write([]byte(fixture(t, "comentario.json")))
		_ = z.Close()
		wantCounts(t, r.take(exchange.Commento, file(t, packed.String())), "3 = 3 new 0 updated 0 unchanged 0 dropped 0 failed")
		r.want("05-05 08:00:00.123 | 7 | below - | 0 | approved | Ada (4 likes, picked 1, edited 09:00:00) | https://ada.example | ada@mail.example | <p><strong>Held</strong></p>",
			"05-05 10:00:00 | 7 | below Ada | 0 | pending | Passer-by |  |  | <p>I agree</p>",
			"05-05 11:00:00 | 7 | below - | 0 | binned | Ada | https://ada.example | ada@mail.example | <p>rude</p>")
	})
}

// TestImport_AnyOrder imports the same threads in shuffled files: every reply
// finds what it answers.
func TestImport_AnyOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rnd := rand.New(rand.NewPCG(5, 7))
		const n = 400
		var lines []string
		for i := range n {
			parent := ""
			if i > 10 {
				parent = fmt.Sprint("c", rnd.IntN(i))
			}
			lines = append(lines, fmt.Sprintf(`{"id":"c%d","pid":"%s","text":"<p>Text %d</p>","user":{"name":"R%d"},"locator":{"url":"/2024/05/the-dam-holds/"},"time":"2024-05-04T10:%02d:%02dZ"}`,
				i, parent, i, i, i/60, i%60))
		}
		var want []string
		r := newRoom(t, d)
		for round := range 3 {
			if round == 0 {
				rep := r.take(exchange.Remark42, file(t, "{\"version\":1}\n"+strings.Join(lines, "\n")))
				wantCounts(t, rep, fmt.Sprintf("%d = %d new 0 updated 0 unchanged 0 dropped 0 failed", n, n))
				want = r.kept()
			} else {
				r.write(func(ctx context.Context, tx *db.Tx) error {
					for _, s := range []string{`DELETE FROM comment`, `DELETE FROM import_key`, `UPDATE article SET comment_count = 0`} {
						if _, err := execConstant(ctx, tx, s); err != nil {
							return err
						}
					}
					return nil
				})
				rnd.Shuffle(n, func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
				r.take(exchange.Remark42, file(t, "{\"version\":1}\n"+strings.Join(lines, "\n")))
			}
			if diff := cmp.Diff(want, r.kept()); diff != "" {
				t.Fatalf("round %d (-in order +shuffled):\n%s", round, diff)
			}
		}
	})
}

func execConstant(ctx context.Context, tx *db.Tx, s string) (int64, error) {
	switch s {
	case `DELETE FROM comment`:
		return tx.Exec(ctx, `DELETE FROM comment`)
	case `DELETE FROM import_key`:
		return tx.Exec(ctx, `DELETE FROM import_key`)
	}
	return tx.Exec(ctx, `UPDATE article SET comment_count = 0`)
}

func TestImport_CirclesAndLostParents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		line := func(id, parent, page string) string {
			return fmt.Sprintf(`{"id":"%s","pid":"%s","text":"<p>%s</p>","user":{"name":"%s"},"locator":{"url":"%s"},"time":"2024-05-04T10:00:0%dZ"}`+"\n", id, parent, id, id, page, id[0]-'a')
		}
		const here, there, nowhere = "/2024/05/the-dam-holds/", "/2024/06/the-ferry/", "/nothing"
		rep := r.take(exchange.Remark42, file(t, line("a", "b", here)+line("b", "c", here)+line("c", "a", here)+line("d", "d", here)+line("e", "lost", here)+
			line("f", "a", there)+line("g", "", nowhere)+line("h", "g", here)))
		wantCounts(t, rep, "8 = 7 new 0 updated 0 unchanged 1 dropped 0 failed")
		var got []string
		for _, l := range r.kept() {
			f := strings.Split(l, " | ")
			got = append(got, f[5]+" on "+f[1]+" "+f[2])
		}
		if diff := cmp.Diff([]string{"a on 7 below -", "b on 7 below c", "c on 7 below a", "d on 7 below -", "e on 7 below -", "f on 8 below -", "h on 7 below -"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestImport_FindsArticles(t *testing.T) {
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	for address, want := range map[string]string{
		"https://courier.example/2024/05/the-dam-holds/": "7", "http://courier.example/2024/05/the-dam-holds": "7", "HTTPS://WWW.Courier.Example/2024/05/The-Dam-Holds/": "7",
		"//courier.example/2024/05/the-dam-holds/?utm_source=x#disqus_thread": "7", "/2024/05/the-dam-holds": "7", "courier.example/2024/05/the-dam-holds/": "7",
		"https://courier.example:8443/old-name/": "8", "https://courier.example/?p=12": "7", "https://courier.example/2024/05/the-dam-holds/2/": "7",
		"https://courier.example/news/2024/06/the-ferry/": "8", "https://old.example/old-name": "8",
		"https://courier.example/": "the front page takes no comments", "https://courier.example": "the front page takes no comments", "": "no address is given",
		"https://courier.example/circle/": "no article answers there", "https://courier.example/?p=13": "no article answers there",
		"https://evil.example/2024/05/the-dam-holds/": "on another site", "javascript:alert(1)": "not an address of a page", "mailto:x@courier.example": "not an address of a page",
		"https://courier.example/a/../2024/05/the-dam-holds/": "no article answers there", "http://[::1": "not an address of a page",
	} {
		text := fmt.Sprintf("{\"version\":1}\n{\"id\":%q,\"text\":\"<p>x</p>\",\"locator\":{\"url\":%q},\"time\":\"2024-05-04T10:00:00Z\"}\n", "id "+address, address)
		rep, err := r.service.Import(t.Context(), olga, exchange.Options{System: exchange.Remark42, File: file(t, text), Hosts: []string{"old.example"}})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for why := range rep.Reasons {
			got = strings.TrimPrefix(why, "no article: ")
		}
		if rep.New == 1 {
			if err := r.db.QueryRow(t.Context(), `SELECT CAST(MAX(article_id) AS TEXT) FROM comment`).Scan(&got); err != nil {
				t.Fatal(err)
			}
			r.write(func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, `DELETE FROM comment`); return err })
		}
		if got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

func TestImport_NeedsAnAdministrator(t *testing.T) {
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	_, err := r.service.Import(t.Context(), account.Actor{Name: "Ed", Role: account.Editor}, exchange.Options{System: exchange.Disqus, File: "testdata/disqus.xml"})
	if !fault.Is(err, fault.Denied) {
		t.Errorf("an editor imported: %v", err)
	}
}
