package comment_test

import (
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
)

// joined makes the invited colleague one who gets letters.
func (h *house) joined(context.Context) {
	h.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE person SET password = 'x', told_by_mail = 1`)
		return err
	})
}

func dismissed(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE person SET disabled = 1`)
	return err
}

// secrets must stand nowhere but sealed: in no table, and in no file.
var secrets = []string{"zqcanary", "203.0.113.77", "203.0.113."}

// search looks for words in every column of every table, and in the files of a
// SQLite database.
func (h *house) search(dir string, words ...string) (found []string) {
	h.t.Helper()
	ctx := h.t.Context()
	var tables []string
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if h.d.Engine() == db.Postgres {
		query = `SELECT tablename::text FROM pg_catalog.pg_tables WHERE schemaname = current_schema()`
	}
	rows, err := h.d.Query(ctx, query)
	if err != nil {
		h.t.Fatal(err)
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			h.t.Fatal(err)
		}
		tables = append(tables, name)
	}
	rows.Close()
	for _, table := range tables {
		if strings.Contains(table, "search") { // full text's own
			continue
		}
		for _, text := range h.dump(table) {
			for _, word := range words {
				if strings.Contains(strings.ToLower(text), word) {
					found = append(found, table+" holds "+word+": "+text)
				}
			}
		}
	}
	if dir == "" {
		return found
	}
	err = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		for _, word := range words {
			if strings.Contains(strings.ToLower(string(raw)), word) {
				found = append(found, path+" holds "+word)
			}
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return found
}

// dump is every row of a table as text.
func (h *house) dump(table string) (out []string) {
	h.t.Helper()
	rows, err := h.d.Query(h.t.Context(), `SELECT * FROM `+table)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		h.t.Fatal(err)
	}
	for rows.Next() {
		cells, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			at[i] = &cells[i]
		}
		if err := rows.Scan(at...); err != nil {
			h.t.Fatal(err)
		}
		raw := make([]string, len(cells))
		for i, cell := range cells {
			if b, ok := cell.([]byte); ok {
				cell = string(b)
			}
			text, _ := json.Marshal(cell)
			raw[i] = string(text)
		}
		out = append(out, strings.Join(raw, " "))
	}
	return out
}

func TestPrivacy_AddressesStandNowhere(t *testing.T) {
	for _, engine := range dbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			url := dbtest.URL(t, engine)
			d := dbtest.Handle(t, url)
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			dir := ""
			if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
				dir = filepath.Dir(path)
			}
			h := newHouse(t, d, nil)
			ctx := t.Context()
			reader := netip.MustParseAddr("203.0.113.77")
			use := func(p *comment.Post) {
				p.Client, p.Name, p.Email, p.Follow = reader, "Zora", "ZQcanary@reader.example", true
			}
			posted := h.says("I have nothing to hide but my address.", comment.StatusApproved, use)
			other := h.says("Something that another likes.", comment.StatusApproved)
			if err := h.s.SignIn(ctx, "zqcanary@reader.example", comment.Visitor{Client: reader}); err != nil {
				t.Fatal(err)
			}
			if found := h.search(dir, secrets...); len(found) > 0 { // jobs that have not run, too
				t.Errorf("before the jobs ran: %q", found)
			}
			letters := h.drain()
			a, err := h.s.Enter(ctx, token(t, letters[len(letters)-1], comment.EnterPath), comment.Visitor{Client: reader})
			if err != nil || a.Session == "" {
				t.Fatalf("%+v, %v", a, err)
			}
			me := comment.Visitor{Client: reader, Device: posted.Device, Session: a.Session}
			if _, _, err := h.s.Like(ctx, other.Comment.ID, me, true); err != nil {
				t.Fatal(err)
			}
			if _, err := h.s.Report(ctx, other.Comment.ID, me, "rude", "a bit"); err != nil {
				t.Fatal(err)
			}
			if _, err := h.s.Edit(ctx, posted.Comment.ID, me, "I have nothing to hide but where I live."); err != nil {
				t.Fatal(err)
			}
			h.decide(comment.Approve, posted.Comment.ID)
			if err := h.s.Ban(ctx, editor, comment.Ban{Kind: comment.BanPrefix, Comment: posted.Comment.ID}); err != nil {
				t.Fatal(err)
			}
			if found := h.search(dir, secrets...); len(found) > 0 {
				t.Errorf("after normal use: %q", found)
			}

			raw, err := h.s.Export(ctx, a.Session)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"ZQcanary@reader.example", "where I live", "hide but my address", "203.0.113.0/24", `"rude"`, `"likes": [`, `"follows": [`} {
				if !strings.Contains(string(raw), want) {
					t.Errorf("the export lacks %q:\n%s", want, raw)
				}
			}
			likes := h.stored(other.Comment.ID).Likes
			if err := h.s.Erase(ctx, a.Session, true); err != nil {
				t.Fatal(err)
			}
			if got := h.stored(other.Comment.ID); likes != 1 || got.Likes != 0 {
				t.Errorf("likes %d, then %d", likes, got.Likes)
			}
			left := h.stored(posted.Comment.ID)
			if left.Name != comment.NameErased || left.Writer != 0 || left.Network != "" || !left.Legible() {
				t.Errorf("what stays of the comment is %+v", left)
			}
			h.wants(2)
			index := h.v.Index("comment.writer", "zqcanary@reader.example")
			if found := h.search("", "zora", index, "hide but my address"); len(found) > 0 {
				t.Errorf("after erasing: %q", found)
			}
			if _, err := h.s.Export(ctx, a.Session); !fault.Is(err, fault.SignIn) {
				t.Errorf("the session of somebody erased: %v", err)
			}
		})
	}
}

func TestErase_RemovesTextsByChoice(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		ctx := t.Context()
		root := h.says("A first word by somebody who will leave.", comment.StatusApproved)
		me := func(p *comment.Post) { p.Parent = root.Comment.ID }
		own := h.says("A second one, below the first.", comment.StatusApproved, me)
		h.says("An answer of somebody else.", comment.StatusApproved, func(p *comment.Post) { p.Parent, p.Name, p.Email = own.Comment.ID, "Bo", "bo@reader.example" })
		h.wants(3)
		w, err := h.s.FindWriter(ctx, boss, "ann@reader.example")
		if err != nil {
			t.Fatal(err)
		}
		if err := h.s.EraseFor(ctx, boss, w.ID, false); err != nil {
			t.Fatal(err)
		}
		h.wants(1)
		for _, id := range []int64{root.Comment.ID, own.Comment.ID} {
			if got := h.stored(id); got.Legible() || !got.Shown || len(got.Body.Content) != 0 {
				t.Errorf("what is left is %+v", got)
			}
		}
		if found := h.search("", "ann lee", "will leave", "below the first"); len(found) > 0 {
			t.Errorf("left: %q", found)
		}
		if _, err := h.s.FindWriter(ctx, boss, "ann@reader.example"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the writer is still there: %v", err)
		}
	})
}

func TestTidy_ForgetsNetworksAfterThirtyDays(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		ctx := t.Context()
		id := h.says("Where did I write this from?", comment.StatusApproved).Comment.ID
		if _, _, err := h.s.Like(ctx, id, comment.Visitor{Client: netip.MustParseAddr("198.51.100.1")}, true); err != nil {
			t.Fatal(err)
		}
		if _, err := h.s.Report(ctx, id, comment.Visitor{Client: netip.MustParseAddr("198.51.100.1")}, "other", ""); err != nil {
			t.Fatal(err)
		}
		kept := func() (n int64) {
			t.Helper()
			if err := h.d.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM comment WHERE prefix_index <> '' OR prefix_sealed <> '') + (SELECT COUNT(*) FROM comment_like WHERE prefix_index <> '')
				+ (SELECT COUNT(*) FROM comment_report WHERE prefix_index <> '')`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		h.now.Advance(29 * 24 * time.Hour)
		h.tidy()
		if kept() != 3 {
			t.Errorf("%d networks after 29 days, want 3", kept())
		}
		h.now.Advance(36 * time.Hour)
		h.tidy()
		if kept() != 0 {
			t.Errorf("%d networks after 30 days", kept())
		}
		spam := h.says("An old advertisement.", comment.StatusApproved).Comment.ID
		h.decide(comment.Spam, spam)
		h.now.Advance(31 * 24 * time.Hour)
		h.tidy()
		if _, err := h.s.Context(ctx, editor, spam); !fault.Is(err, fault.NotFound) {
			t.Errorf("spam is kept for ever: %v", err)
		}
	})
}
