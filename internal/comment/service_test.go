package comment_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/mail"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/vault"

	"log/slog"
)

var (
	editor = account.Actor{ID: 501, Name: "Edda", Role: account.Editor}
	boss   = account.Actor{ID: 502, Name: "Olga", Role: account.Owner}
	author = account.Actor{ID: 503, Name: "Arno", Role: account.Author}
	home   = netip.MustParseAddr("192.0.2.77")
)

// house is a room with a service that takes comments.
type house struct {
	*room
	s    *comment.Service
	now  *clock.Manual
	jobs *job.Runner
	v    *vault.Vault

	mu      sync.Mutex
	letters []mail.Message
}

// newHouse opens both articles for comments under settings that change may alter.
func newHouse(t *testing.T, d *db.DB, change func(*settings.Site)) *house {
	t.Helper()
	h := &house{room: newRoom(t, d), now: clock.NewManual(begin)}
	var err error
	if h.v, err = vault.New([]byte(strings.Repeat("k", 32))); err != nil {
		t.Fatal(err)
	}
	h.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE article SET live_version = id, comments_open = 1, path = '/world/a/', headline = 'Harbour reopens', first_published = $1`, db.Micros(begin.Add(-time.Hour)))
		return err
	})
	h.set(change)
	accounts := account.NewService(d, h.now, h.v)
	h.s = comment.NewService(comment.Parts{DB: d, Clock: h.now, Vault: h.v, Settings: settings.NewStore(d), Accounts: accounts,
		Outpost: comment.Outpost{Send: h.send, Origin: func() string { return "https://paper.example" }, Desk: "/desk/talk"}})
	accounts.UsePost(account.Post{Send: h.send, Link: func(string) string { return "" }, Site: func(context.Context) (string, string, error) { return "The Gull", "en", nil }})
	h.jobs = job.NewRunner(d, h.now, slog.New(slog.DiscardHandler))
	for kind, handle := range h.s.Jobs() {
		h.jobs.Handle(kind, handle)
	}
	return h
}

func (h *house) send(_ context.Context, m mail.Message) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.letters = append(h.letters, m)
	return nil
}

// set changes the site's settings, which begin with no wish of their own but the
// policy "open".
func (h *house) set(change func(*settings.Site)) {
	h.t.Helper()
	site := settings.Default()
	site.Title, site.CommentPolicy, site.CommentRate = "The Gull", settings.CommentsOpen, 1000
	if change != nil {
		change(&site)
	}
	h.write(func(ctx context.Context, tx *db.Tx) error { return settings.Save(ctx, tx, site, begin) })
}

// form is a comment as a patient reader sends it.
func (h *house) form(text string) comment.Post {
	token := h.s.FormToken(1)
	h.now.Advance(20 * time.Second)
	return comment.Post{Visitor: comment.Visitor{Client: home}, Article: 1, Name: "Ann Lee", Email: "ann@reader.example", Text: text, Token: token}
}

func (h *house) post(p comment.Post) comment.Posted {
	h.t.Helper()
	out, err := h.s.Post(h.t.Context(), p)
	if err != nil {
		h.t.Fatalf("%q: %v", p.Text, err)
	}
	return out
}

// says posts a text and wants a status.
func (h *house) says(text string, want comment.Status, change ...func(*comment.Post)) comment.Posted {
	h.t.Helper()
	p := h.form(text)
	for _, fn := range change {
		fn(&p)
	}
	out := h.post(p)
	if out.Status != want {
		h.t.Fatalf("%q is %s (%s), want %s: %v", text, out.Status, out.Reason, want, h.stored(out.Comment.ID))
	}
	return out
}

// stored is a comment's row as moderators see it.
func (h *house) stored(id int64) comment.Held {
	h.t.Helper()
	c, err := h.s.Context(h.t.Context(), boss, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return c.Held
}

// drain runs the jobs that are due a minute and a half from now.
func (h *house) drain() []mail.Message {
	h.t.Helper()
	h.now.Advance(90 * time.Second)
	if err := h.jobs.Drain(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	out := h.letters
	h.letters = nil
	return out
}

// wants counts the public comments of article 1, as kept and as there are.
func (h *house) wants(n int64) {
	h.t.Helper()
	if got := h.count(1); got != n {
		h.t.Errorf("%d comments are counted, want %d", got, n)
	}
}

// token is what a mailed link ends with.
func token(t *testing.T, m mail.Message, path string) string {
	t.Helper()
	_, rest, ok := strings.Cut(m.Text, "https://paper.example"+path)
	if !ok {
		t.Fatalf("no link to %s in\n%s", path, m.Text)
	}
	return strings.Fields(rest)[0]
}

func (h *house) refused(what string, err error, code fault.Code, field string) {
	h.t.Helper()
	if !fault.Is(err, code) || comment.FieldOf(err) != field {
		h.t.Errorf("%s: %v (field %q), want %s of %q", what, err, comment.FieldOf(err), code, field)
	}
}

func eachHouse(t *testing.T, change func(*settings.Site), test func(t *testing.T, h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d, change)) })
}

func TestPost_IsPublicAndCountedOnce(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		p := h.form("It was about time. The **ferry** reached the pier on Tuesday.\n\n> said the mayor")
		first := h.post(p)
		if first.Status != comment.StatusApproved || first.Again || first.Device == "" {
			t.Fatalf("posted %+v", first)
		}
		again := h.post(p)
		if !again.Again || again.Comment.ID != first.Comment.ID {
			t.Errorf("the same form made %+v", again)
		}
		h.wants(1)
		got, err := comment.Threads(t.Context(), h.d, 1, settings.OrderOldest, comment.Cursor{}, 10)
		if err != nil || len(got.Comments) != 1 {
			t.Fatal(got, err)
		}
		c := got.Comments[0]
		if c.Name != "Ann Lee" || !strings.Contains(richtext.CommentHTML(c.Body), "<strong>ferry</strong>") || c.Email != "" || c.Avatar == 0 || !c.Shown {
			t.Errorf("readers see %+v", c)
		}
		reply := h.says("Which mayor do you mean?", comment.StatusApproved, func(p *comment.Post) { p.Parent, p.Name, p.Email = c.ID, "Bo", "bo@reader.example" })
		h.wants(2)
		if got := h.stored(c.ID); got.Replies != 1 || got.Rank <= c.Rank {
			t.Errorf("after an answer: %d replies, rank %d after %d", got.Replies, got.Rank, c.Rank)
		}
		if got := h.stored(reply.Comment.ID); got.Root != c.ID || got.Network != "192.0.2.0/24" {
			t.Errorf("the answer is %+v", got)
		}
	})
}

// A page from the cache gives everybody the same token.
func TestPost_PageTokensServeManyReaders(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		p := h.form("What a day for the harbour and its people.")
		p.Token = h.s.PageToken(1)
		first := h.post(p)
		q := p
		q.Name, q.Email = "Bo Park", "bo@reader.example"
		q.Text = "Nobody asked the fishermen, as usual."
		if other := h.post(q); other.Again || other.Comment.ID == first.Comment.ID {
			t.Error("another reader with the same page got the first one's comment")
		}
		if again := h.post(p); !again.Again || again.Comment.ID != first.Comment.ID {
			t.Error("a repetition made a second comment")
		}
		h.wants(2)
	})
}

func TestPost_RefusesWithTheField(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentRate = 5 }, func(t *testing.T, h *house) {
		try := func(change func(*comment.Post)) error {
			p := h.form("A good text about the harbour.")
			change(&p)
			h.now.Advance(time.Minute)
			_, err := h.s.Post(t.Context(), p)
			return err
		}
		for field, change := range map[string]func(*comment.Post){
			"name":    func(p *comment.Post) { p.Name = " \u200b\u202e " },
			"email":   func(p *comment.Post) { p.Email = "ann@" },
			"email ":  func(p *comment.Post) { p.Email = "" },
			"url":     func(p *comment.Post) { p.URL = "javascript:alert(1)" },
			"url ":    func(p *comment.Post) { p.URL = "https://user:pass@e.example" },
			"text":    func(p *comment.Post) { p.Text = "\u200b \n\u2800" },
			"text ":   func(p *comment.Post) { p.Text = strings.Repeat("x", 10_001) },
			"text  ":  func(p *comment.Post) { p.Text = "a" + strings.Repeat("\u0301", 50_000) },
			"name ":   func(p *comment.Post) { p.Name = "Аnn Lee" }, // a Cyrillic А
			"name  ":  func(p *comment.Post) { p.Name = strings.Repeat("n", 81) },
			"token":   func(p *comment.Post) { p.Token = "x" },
			"token ":  func(p *comment.Post) { p.Token = h.s.FormToken(2) },
			"token  ": func(p *comment.Post) { h.now.Advance(25 * time.Hour) },
		} {
			h.refused(field, try(change), fault.Invalid, strings.TrimSpace(field))
		}
		h.refused("an unknown article", try(func(p *comment.Post) { p.Article, p.Token = 99, h.s.FormToken(99) }), fault.NotFound, "")
		h.refused("an unknown parent", try(func(p *comment.Post) { p.Parent = 7 }), fault.NotFound, "")
		for i := range 6 {
			_, err := h.s.Post(t.Context(), comment.Post{Visitor: comment.Visitor{Client: netip.MustParseAddr(fmt.Sprintf("203.0.113.%d", i))}, Article: 1, Name: "A", Email: "a@b.example", Text: fmt.Sprint("words ", i), Token: h.s.FormToken(1)})
			if i == 5 {
				h.refused("the sixth comment from a network", err, fault.TooMany, "")
			} else if err != nil {
				t.Error(err)
			}
		}
		h.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE article SET comments_open = 0 WHERE id = 1`)
			tx.Purge(db.Key("article", 1))
			return err
		})
		h.refused("a closed article", try(func(*comment.Post) {}), fault.Denied, "")
	})
}

func TestPost_ClosesAfterDays(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentCloseDays = 2 }, func(t *testing.T, h *house) {
		h.says("Just in time, it seems.", comment.StatusApproved)
		h.now.Advance(48 * time.Hour)
		_, err := h.s.Post(t.Context(), h.form("Too late for this one."))
		h.refused("two days later", err, fault.Denied, "")
	})
}

func TestPost_PolicyFirstTrustsPeopleNotAddresses(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentPolicy = settings.CommentsFirst }, func(t *testing.T, h *house) {
		first := h.says("The ferry runs again, I saw it.", comment.StatusPending)
		if first.Reason != "approve" {
			t.Errorf("told %q", first.Reason)
		}
		h.wants(0)
		h.decide(comment.Approve, first.Comment.ID)
		h.wants(1)
		same := func(p *comment.Post) { p.Device = first.Device }
		h.says("And it is on time, too, today.", comment.StatusApproved, same)
		h.says("Somebody else typed this address.", comment.StatusPending)
		h.says("A stranger with another one.", comment.StatusPending, func(p *comment.Post) { p.Email = "zoe@reader.example" })
		h.wants(2)
	})
}

func (h *house) decide(d comment.Decision, ids ...int64) comment.Undo {
	h.t.Helper()
	undo, err := h.s.Decide(h.t.Context(), editor, ids, d, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return undo
}

func TestPost_PolicyConfirmedAsksByMail(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentPolicy = settings.CommentsConfirmed }, func(t *testing.T, h *house) {
		first := h.says("The harbour was closed for a year.", comment.StatusPending)
		if first.Reason != "confirm" {
			t.Errorf("told %q", first.Reason)
		}
		letters := h.drain()
		other := h.says("Somebody else types the same address.", comment.StatusPending)
		also := h.says("The same writer once more.", comment.StatusPending, func(p *comment.Post) { p.Device = first.Device })
		if more := h.drain(); len(more) != 0 {
			t.Errorf("%d more letters to one mailbox within a day", len(more))
		}
		if len(letters) != 1 || letters[0].To != "ann@reader.example" || !strings.Contains(letters[0].Text, "closed for a year") {
			t.Fatalf("%d letters: %+v", len(letters), letters)
		}
		link := token(t, letters[0], comment.EnterPath)
		for range 2 {
			a, err := h.s.Peek(t.Context(), link)
			if err != nil || a.Kind != comment.AccessConfirm || a.Done || a.Comment.ID != first.Comment.ID {
				t.Fatalf("the link says %+v, %v", a, err)
			}
		}
		h.wants(0) // looking changes nothing
		a, err := h.s.Enter(t.Context(), link, comment.Visitor{})
		if err != nil || !a.Done || a.Session == "" || a.Comment.Status != comment.StatusApproved {
			t.Fatalf("confirmed: %+v, %v", a, err)
		}
		h.wants(2)
		if got := h.stored(also.Comment.ID); got.Status != comment.StatusApproved {
			t.Error("what the same browser wrote still waits")
		}
		if got := h.stored(other.Comment.ID); got.Status != comment.StatusPending {
			t.Error("the letter about one comment published another that its reader never saw")
		}
		h.says("Signed in I need no letter.", comment.StatusApproved, func(p *comment.Post) { p.Session = a.Session })
		h.says("Nor with the browser that wrote before.", comment.StatusApproved, func(p *comment.Post) { p.Device = first.Device })
		h.says("But with another one I do.", comment.StatusPending)
		h.now.Advance(9 * 24 * time.Hour)
		h.tidy()
		if _, err := h.s.Context(t.Context(), editor, other.Comment.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a comment that nobody confirmed is there after nine days: %v", err)
		}
	})
}

func (h *house) tidy() {
	h.t.Helper()
	if err := h.s.HandleTidy(h.t.Context(), nil); err != nil {
		h.t.Fatal(err)
	}
}

func TestPost_NamesOfTheNewsroomAreHeld(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		h.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO profile (id, slug, slug_key, name, updated_at) VALUES (9, 'cora-hale', 'cora-hale', 'Cora Hale', 1)`)
			return err
		})
		for _, name := range []string{"Cora Hale", "cora  hale", "CORA HA1E", "Moderator", "The Gull", "M0derat0r", "Редакция The Gull"} {
			h.says("I am from the newsroom, trust me.", comment.StatusPending, func(p *comment.Post) { p.Name = name })
		}
		h.says("I only share half of the name.", comment.StatusApproved, func(p *comment.Post) { p.Name = "Cora Hill" })
		as, err := h.s.Post(t.Context(), comment.Post{Visitor: comment.Visitor{Staff: &editor}, Article: 1, Text: "From the newsroom.", Token: h.s.FormToken(1)})
		if err != nil || as.Status != comment.StatusApproved || as.Comment.Name != "Edda" || as.Comment.Staff != editor.ID {
			t.Errorf("a colleague's comment: %+v, %v", as.Comment, err)
		}
	})
}

func TestPost_TrapRulesAndSpamTellNothing(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		err := h.s.SaveRules(t.Context(), editor, []comment.Rule{{Kind: comment.RuleWord, Pattern: "Cheap Watches", Action: comment.ActSpam}, {Kind: comment.RuleDomain, Pattern: "https://www.casino.example/x", Action: comment.ActHold},
			{Kind: comment.RuleRange, Pattern: "198.51.100.0/24", Action: comment.ActRefuse}, {Kind: comment.RuleMail, Pattern: "junk.example", Action: comment.ActHold}, {Kind: comment.RuleName, Pattern: "seo", Action: comment.ActHold}})
		if err != nil {
			t.Fatal(err)
		}
		for text, change := range map[string]func(*comment.Post){
			"A bot filled this in for the site.":      func(p *comment.Post) { p.Trap = "x" },
			"I sell chéap  WATCHES to everyone.":      func(*comment.Post) {},
			"See https://a.casino.example/ for more.": func(*comment.Post) {},
			"My mailbox is one of those, I fear.":     func(p *comment.Post) { p.Email = "x@mail.junk.example" },
			"My name is a trade, and that is why.":    func(p *comment.Post) { p.Name = "Best SEO" },
		} {
			out := h.says(text, comment.StatusPending, change)
			if out.Reason != "check" {
				t.Errorf("%q: told %q", text, out.Reason)
			}
		}
		_, err = h.s.Post(t.Context(), func() comment.Post {
			p := h.form("From a range that is shut out.")
			p.Client = netip.MustParseAddr("198.51.100.3")
			return p
		}())
		h.refused("a refused range", err, fault.Denied, "")
		h.says("casinos and watches are fine words, cheaply used", comment.StatusApproved)
		for _, bad := range []comment.Rule{{Kind: comment.RuleRange, Pattern: "300.1.1.1", Action: comment.ActHold}, {Kind: comment.RuleDomain, Pattern: "nodots", Action: comment.ActHold}, {Kind: comment.RuleWord, Pattern: "!!", Action: comment.ActHold}, {Kind: comment.RuleWord, Pattern: "x", Action: "burn"}} {
			if err := h.s.SaveRules(t.Context(), editor, []comment.Rule{bad}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v, want Invalid", bad, err)
			}
		}
	})
}

// Many writers at once on one article: each is there once, and the count is exact.
func TestPost_ManyAtOnce(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentRate = 100_000 }, func(t *testing.T, h *house) {
		const writers, each = 40, 5
		root := h.says("The thread that everybody answers.", comment.StatusApproved)
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for i := range each {
					p := comment.Post{Visitor: comment.Visitor{Client: home}, Article: 1, Name: fmt.Sprint("Reader ", w), Email: fmt.Sprintf("r%d@reader.example", w),
						Text: fmt.Sprintf("Thought number %d of %d is about the %d boats that I saw.", i, w, w*each+i), Token: h.s.FormToken(1)}
					if i%2 == 1 {
						p.Parent = root.Comment.ID
					}
					for range 2 { // each form is sent twice
						if _, err := h.s.Post(context.Background(), p); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		all.Wait()
		var rows, public, replies int64
		if err := h.d.QueryRow(t.Context(), `SELECT COUNT(*), SUM(CASE status WHEN 'approved' THEN 1 ELSE 0 END), SUM(CASE WHEN parent_id > 0 AND status = 'approved' THEN 1 ELSE 0 END) FROM comment`).Scan(&rows, &public, &replies); err != nil {
			t.Fatal(err)
		}
		if rows != writers*each+1 {
			t.Errorf("%d comments, want %d", rows, writers*each+1)
		}
		h.wants(public)
		if got := h.stored(root.Comment.ID); got.Replies != replies {
			t.Errorf("%d answers are counted, there are %d", got.Replies, replies)
		}
	})
}
