package comment_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/richtext"
	"dateline/internal/settings"
)

func TestModerating_NeedsAnEditor(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		ctx := t.Context()
		id := h.says("A comment like any other.", comment.StatusApproved).Comment.ID
		deeds := map[string]func(account.Actor) error{
			"queue":   func(a account.Actor) error { _, err := h.s.Queue(ctx, a, comment.QueueFilter{}); return err },
			"context": func(a account.Actor) error { _, err := h.s.Context(ctx, a, id); return err },
			"decide":  func(a account.Actor) error { _, err := h.s.Decide(ctx, a, []int64{id}, comment.Pick, nil); return err },
			"undo":    func(a account.Actor) error { return undone(h.s.Undo(ctx, a, 1)) },
			"ban": func(a account.Actor) error {
				return h.s.Ban(ctx, a, comment.Ban{Kind: comment.BanDomain, Value: "x.example"})
			},
			"unban":      func(a account.Actor) error { return h.s.Unban(ctx, a, 1) },
			"bans":       func(a account.Actor) error { _, err := h.s.Bans(ctx, a); return err },
			"rules":      func(a account.Actor) error { _, err := h.s.Rules(ctx, a); return err },
			"save rules": func(a account.Actor) error { return h.s.SaveRules(ctx, a, nil) },
			"note":       func(a account.Actor) error { return h.s.AddNote(ctx, a, id, "x") },
			"reply":      func(a account.Actor) error { _, err := h.s.Reply(ctx, a, id, "x"); return err },
		}
		for name, do := range deeds {
			for _, a := range []account.Actor{{}, {Role: account.Contributor}, author} {
				if err := do(a); !fault.Is(err, fault.Denied) {
					t.Errorf("%s as %s: %v, want Denied", name, a.Role, err)
				}
			}
			if err := do(editor); fault.Is(err, fault.Denied) {
				t.Errorf("%s as an editor: %v", name, err)
			}
		}
		for name, do := range map[string]func(account.Actor) error{
			"find":   func(a account.Actor) error { _, err := h.s.FindWriter(ctx, a, "ann@reader.example"); return err },
			"export": func(a account.Actor) error { _, err := h.s.ExportFor(ctx, a, 1); return err },
			"erase":  func(a account.Actor) error { return h.s.EraseFor(ctx, a, 1, false) },
		} {
			if err := do(editor); !fault.Is(err, fault.Denied) {
				t.Errorf("%s as an editor: %v, want Denied", name, err)
			}
		}
	})
}

// undone is the error of an undo.
func undone(_ []comment.Other, err error) error { return err }

// tokens is how often the guard's rows say that something was decided.
func (h *house) tokens() (ham, spam, rows int64) {
	h.t.Helper()
	err := h.d.QueryRow(h.t.Context(), `SELECT COALESCE(SUM(CASE token WHEN '' THEN ham ELSE 0 END), 0), COALESCE(SUM(CASE token WHEN '' THEN spam ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN ham <> 0 OR spam <> 0 THEN 1 ELSE 0 END), 0) FROM comment_token`).Scan(&ham, &spam, &rows)
	if err != nil {
		h.t.Fatal(err)
	}
	return ham, spam, rows
}

func TestDecide_TeachesAndIsTakenBackWhole(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentPolicy = settings.CommentsHeld }, func(t *testing.T, h *house) {
		ctx := t.Context()
		var ids []int64
		for i := range 3 {
			ids = append(ids, h.says(fmt.Sprintf("Thought %d about quays, cranes and the weather of number %d.", i, i*7), comment.StatusPending,
				func(p *comment.Post) { p.Email = fmt.Sprintf("r%d@reader.example", i) }).Comment.ID)
		}
		before := h.stored(ids[0])
		approve := h.decide(comment.Approve, ids...)
		if approve.Changed != 3 {
			t.Errorf("%d changed", approve.Changed)
		}
		h.wants(3)
		if ham, spam, rows := h.tokens(); ham != 3 || spam != 0 || rows < 10 {
			t.Errorf("learnt %d ham, %d spam, %d tokens", ham, spam, rows)
		}
		if undo := h.decide(comment.Approve, ids...); undo.Changed != 0 {
			t.Errorf("the same again changed %d", undo.Changed)
		}
		spam := h.decide(comment.Spam, ids[0])
		h.wants(2)
		if ham, spam, _ := h.tokens(); ham != 2 || spam != 1 {
			t.Errorf("after a change of mind: %d ham, %d spam", ham, spam)
		}
		// What somebody did meanwhile stands.
		h.decide(comment.Bin, ids[1])
		if err := undone(h.s.Undo(ctx, editor, spam.ID)); err != nil {
			t.Fatal(err)
		}
		h.wants(2)
		if err := undone(h.s.Undo(ctx, editor, spam.ID)); !fault.Is(err, fault.Gone) {
			t.Errorf("undone twice: %v", err)
		}
		if err := undone(h.s.Undo(ctx, editor, approve.ID)); err != nil {
			t.Fatal(err)
		}
		h.wants(0)
		after := h.stored(ids[0])
		if after.Status != comment.StatusPending || !after.Decided.Equal(before.Decided) || after.Trusted {
			t.Errorf("taken back: %+v", after)
		}
		if got := h.stored(ids[1]); got.Status != comment.StatusBinned {
			t.Errorf("the other's decision went: %s", got.Status)
		}
		if ham, spam, rows := h.tokens(); ham != 0 || spam != 0 || rows != 0 {
			t.Errorf("the guard still knows %d ham, %d spam, %d tokens", ham, spam, rows)
		}
		if _, err := h.s.Decide(ctx, editor, nil, comment.Approve, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("nothing: %v", err)
		}
		if _, err := h.s.Decide(ctx, editor, ids, "burn", nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("an odd decision: %v", err)
		}
		var audits int64
		if err := h.d.QueryRow(ctx, `SELECT COUNT(*) FROM audit WHERE object = 'comment' AND actor = 'Edda'`).Scan(&audits); err != nil || audits < 7 {
			t.Errorf("%d audit rows, %v", audits, err)
		}
	})
}

func TestDecide_GuardLearnsTheSitesOwnSpam(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		sell := func(i int) string {
			return fmt.Sprintf("Zorbik pillows for every sleeper, order the zorbik model %d at zorbik-store.example today", i*31)
		}
		other := func(p *comment.Post, i int) {
			p.Email, p.Client = fmt.Sprintf("z%d@mail.example", i), netip.MustParseAddr(fmt.Sprintf("10.%d.0.1", i))
		}
		for i := range 6 {
			p := h.form(sell(i))
			other(&p, i)
			h.decide(comment.Spam, h.post(p).Comment.ID)
			good := h.form(fmt.Sprintf("The council voted %d to 3 about the harbour budget, which I find fair.", i))
			good.Email = fmt.Sprintf("g%d@mail.example", i)
			h.decide(comment.Approve, h.post(good).Comment.ID)
		}
		p := h.form("My zorbik pillows arrived, order yours at zorbik-store.example")
		other(&p, 99)
		if out := h.post(p); out.Status != comment.StatusPending {
			t.Errorf("after six decisions the seventh is %s", out.Status)
		}
	})
}

// Another process decides; this one hears of it within ten minutes.
func TestDecide_TeachesOtherProcesses(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		here := h.s
		h.says("Before anybody decided anything here.", comment.StatusApproved)
		h.s = comment.NewService(comment.Parts{DB: h.d, Clock: h.now, Vault: h.v, Settings: settings.NewStore(h.d)})
		for i := range 8 {
			p := h.form(fmt.Sprintf("Order the qwibble lamp number %d now, the qwibble lamp that everybody wants", i*17))
			p.Email, p.Client = fmt.Sprintf("q%d@mail.example", i), netip.MustParseAddr(fmt.Sprintf("10.%d.0.1", i))
			h.decide(comment.Spam, h.post(p).Comment.ID)
		}
		h.s = here
		h.now.Advance(11 * time.Minute)
		p := h.form("You should order the qwibble lamp now, everybody wants the qwibble lamp")
		p.Email, p.Client = "q99@mail.example", netip.MustParseAddr("10.99.0.1")
		if out := h.post(p); out.Status != comment.StatusPending {
			t.Errorf("after eight decisions elsewhere the ninth is %s", out.Status)
		}
	})
}

// wave are so many comments that are nearly the same, of writers at addresses.
func (h *house) wave(n int, address func(i int) string) (ids []int64) {
	for i := range n {
		ids = append(ids, h.says(fmt.Sprintf("Sign our petition for the old lighthouse keeper's house, neighbours and friends of the island, before it is torn down, number %d", i), comment.StatusPending, func(p *comment.Post) {
			p.Email, p.Client = fmt.Sprintf("w%d@reader.example", i), netip.MustParseAddr(address(i))
		}).Comment.ID)
	}
	return ids
}

func TestQueue_FiltersWavesAndPages(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentPolicy = settings.CommentsHeld }, func(t *testing.T, h *house) {
		ctx := t.Context()
		wave := h.wave(5, func(i int) string { return fmt.Sprintf("10.%d.0.1", i) })
		single := h.says("Änderungen am Fahrplan bitte früher melden.", comment.StatusPending, func(p *comment.Post) { p.Name, p.Email = "Jörg", "joerg@reader.example" }).Comment.ID
		get := func(f comment.QueueFilter) comment.QueuePage {
			t.Helper()
			page, err := h.s.Queue(ctx, editor, f)
			if err != nil {
				t.Fatal(err)
			}
			return page
		}
		page := get(comment.QueueFilter{})
		if len(page.Comments) != 6 || page.Counts[comment.StatusPending] != 6 || page.Comments[0].ID != single || page.Comments[1].WaveSize != 5 || page.Comments[0].Headline != "Harbour reopens" {
			t.Fatalf("the queue: %d, %+v", len(page.Comments), page)
		}
		if got := get(comment.QueueFilter{Wave: page.Comments[1].Wave}); len(got.Comments) != 5 {
			t.Errorf("the wave has %d", len(got.Comments))
		}
		if got := get(comment.QueueFilter{Words: "anderungen JORG"}); len(got.Comments) != 1 || got.Comments[0].ID != single {
			t.Errorf("by words: %+v", got.Comments)
		}
		for name, f := range map[string]comment.QueueFilter{"another article": {Article: 2}, "spam": {Status: comment.StatusSpam}, "an odd reason": {Reason: "x"}, "reports": {Reported: true}} {
			if got := get(f); len(got.Comments) != 0 {
				t.Errorf("%s: %d", name, len(got.Comments))
			}
		}
		seen := map[int64]bool{}
		for after, pages := (comment.Cursor{}), 0; ; pages++ {
			got := get(comment.QueueFilter{Status: comment.AnyStatus, Oldest: true, Limit: 2, After: after})
			for _, c := range got.Comments {
				seen[c.ID] = true
			}
			if after = got.Next; after == (comment.Cursor{}) || pages > 9 {
				break
			}
		}
		if len(seen) != 6 {
			t.Errorf("paging shows %d", len(seen))
		}
		h.decide(comment.Spam, wave...)
		c, err := h.s.Context(ctx, editor, wave[0])
		if err != nil || len(c.Alike) != 4 || c.Person == nil || c.Person.Address != "w…@reader.example" || c.Person.Refused != 1 {
			t.Errorf("context: %+v, %v", c, err)
		}
		if c, err := h.s.Context(ctx, boss, wave[0]); err != nil || c.Person.Address != "w0@reader.example" {
			t.Errorf("an administrator sees %+v, %v", c.Person, err)
		}
	})
}

func TestBan_ShutsOutOrLetsBelieve(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		ctx := t.Context()
		ban := func(b comment.Ban) {
			t.Helper()
			if err := h.s.Ban(ctx, editor, b); err != nil {
				t.Fatal(err)
			}
		}
		rude := h.says("You are all of you beneath contempt.", comment.StatusApproved)
		me := func(p *comment.Post) { p.Device = rude.Device }
		ban(comment.Ban{Kind: comment.BanWriter, Comment: rude.Comment.ID, Until: h.now.Now().Add(48 * time.Hour), Note: "rude"})
		p := h.form("And another thing I have to say.")
		me(&p)
		_, err := h.s.Post(ctx, p)
		h.refused("a banned writer", err, fault.Denied, "")
		// Who only types the address learns nothing.
		if out := h.says("I merely typed a banned address.", comment.StatusPending); out.Reason != "check" {
			t.Errorf("told %q", out.Reason)
		}
		h.now.Advance(49 * time.Hour)
		h.says("Two days later I am polite again.", comment.StatusApproved, me)

		ban(comment.Ban{Kind: comment.BanWriter, Comment: rude.Comment.ID, Shadow: true})
		h.wants(2)
		out := h.says("Nobody will ever read this line.", comment.StatusApproved, me)
		h.wants(2)
		if got := h.stored(out.Comment.ID); got.Status != comment.StatusSpam || !got.Shadow || got.Shown {
			t.Errorf("a shadow-banned comment is %+v", got)
		}
		if c, _, err := h.s.Own(ctx, out.Comment.ID, comment.Visitor{Device: rude.Device}); err != nil || c.Status != comment.StatusApproved {
			t.Errorf("its writer sees %s, %v", c.Status, err)
		}
		bans, err := h.s.Bans(ctx, editor)
		if err != nil || len(bans) != 1 || bans[0].Value != "" || bans[0].By != "Edda" {
			t.Fatalf("bans %+v, %v", bans, err)
		}
		if err := h.s.Unban(ctx, editor, bans[0].ID); err != nil {
			t.Fatal(err)
		}
		h.says("The ban is over, and I am back.", comment.StatusApproved, me)

		ban(comment.Ban{Kind: comment.BanPrefix, Comment: rude.Comment.ID})
		bans, err = h.s.Bans(ctx, editor)
		if err != nil || len(bans) != 1 || bans[0].Until.After(h.now.Now().Add(31*24*time.Hour)) {
			t.Errorf("a network is banned beyond what is kept of it: %+v, %v", bans, err)
		}
		p = h.form("From the same network, somebody else.")
		p.Email, p.Client = "x@reader.example", netip.MustParseAddr("192.0.2.200")
		_, err = h.s.Post(ctx, p)
		h.refused("a banned network", err, fault.Denied, "")
		ban(comment.Ban{Kind: comment.BanDomain, Value: "https://www.Shop.example/x"})
		h.says("Look at https://deep.shop.example/ please.", comment.StatusPending, func(p *comment.Post) { p.Client, p.Email = netip.MustParseAddr("198.51.100.7"), "y@reader.example" })
		if err := h.s.Ban(ctx, editor, comment.Ban{Kind: comment.BanWriter, Comment: rude.Comment.ID, Until: h.now.Now().Add(-time.Hour)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a ban in the past: %v", err)
		}
	})
}

func TestReply_PublishesBoth(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentPolicy = settings.CommentsHeld }, func(t *testing.T, h *house) {
		ctx := t.Context()
		id := h.says("When does the ferry leave on Sundays?", comment.StatusPending).Comment.ID
		out, err := h.s.Reply(ctx, editor, id, "At **nine**, see the timetable.")
		if err != nil || out.Comment.Staff != editor.ID || out.Comment.Parent != id {
			t.Fatalf("%+v, %v", out, err)
		}
		h.wants(2)
		if err := h.s.AddNote(ctx, editor, id, "Asks every week."); err != nil {
			t.Fatal(err)
		}
		c, err := h.s.Context(ctx, editor, id)
		if err != nil || len(c.Notes) != 1 || c.Notes[0].By != "Edda" || len(c.Thread) != 1 || c.Held.Notes != 1 {
			t.Errorf("%+v, %v", c, err)
		}
		spam := h.says("Answer me, I am spam.", comment.StatusPending).Comment.ID
		h.decide(comment.Spam, spam)
		if _, err := h.s.Reply(ctx, editor, spam, "No."); !fault.Is(err, fault.Conflict) {
			t.Errorf("an answer to spam: %v", err)
		}
		if undo := h.decide(comment.Pick, id); undo.Changed != 1 || !h.stored(id).Picked {
			t.Error("not picked")
		}
		h.decide(comment.Bin, id)
		if h.stored(id).Picked {
			t.Error("a binned comment is the editors' choice")
		}
	})
}

func TestNotice_DecidesByMail(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentPolicy, s.CommentNotice = settings.CommentsHeld, true }, func(t *testing.T, h *house) {
		ctx := t.Context()
		accounts := account.NewService(h.d, h.now, h.v)
		_, ticket, err := accounts.Invite(ctx, account.System("test"), "Edda", "edda@paper.example", account.Editor)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.d.Exec(ctx, `SELECT 1`); err != nil || ticket == "" {
			t.Fatal(err, ticket)
		}
		h.joined(ctx)
		first := h.says("Please look at this one, editors.", comment.StatusPending).Comment.ID
		second := h.says("And at this one, if you can.", comment.StatusPending).Comment.ID
		h.now.Advance(15 * time.Minute)
		letters := h.drain()
		if len(letters) != 1 || letters[0].To != "edda@paper.example" || !strings.Contains(letters[0].Subject, "2 comments wait") {
			t.Fatalf("letters %+v", letters)
		}
		var links []string
		for _, word := range strings.Fields(letters[0].Text) {
			if rest, ok := strings.CutPrefix(word, "https://paper.example"+comment.EnterPath); ok {
				links = append(links, rest)
			}
		}
		if len(links) != 6 {
			t.Fatalf("%d links", len(links))
		}
		if a, err := h.s.Peek(ctx, links[0]); err != nil || a.Kind != comment.AccessModerate || a.Decision != comment.Approve || a.Comment.ID != first {
			t.Fatalf("%+v, %v", a, err)
		}
		h.wants(0)
		if _, err := h.s.Enter(ctx, links[0], comment.Visitor{}); err != nil {
			t.Fatal(err)
		}
		h.wants(1)
		if _, err := h.s.Enter(ctx, links[1], comment.Visitor{}); !fault.Is(err, fault.Gone) {
			t.Errorf("a decided comment is decided again by mail: %v", err)
		}
		h.write(dismissed)
		if _, err := h.s.Enter(ctx, links[3], comment.Visitor{}); !fault.Is(err, fault.Denied) {
			t.Errorf("somebody who left decides: %v", err)
		}
		if got := h.stored(second); got.Status != comment.StatusPending {
			t.Errorf("it is %s", got.Status)
		}
	})
}

func TestDigest_TellsTheDay(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentPolicy = settings.CommentsHeld }, func(t *testing.T, h *house) {
		ctx := t.Context()
		if _, _, err := account.NewService(h.d, h.now, h.v).Invite(ctx, account.System("test"), "Edda", "edda@paper.example", account.Editor); err != nil {
			t.Fatal(err)
		}
		h.joined(ctx)
		if err := h.s.CatchUp(ctx); err != nil {
			t.Fatal(err)
		}
		h.says("One for the morning's letter.", comment.StatusPending)
		if got := h.drain(); len(got) != 0 {
			t.Fatalf("letters at once: %+v", got)
		}
		h.now.Set(begin.Add(23 * time.Hour)) // eight in the morning
		letters := h.drain()
		if len(letters) != 1 || !strings.Contains(letters[0].Text, "One comment came in.") || !strings.Contains(letters[0].Text, "One waits") {
			t.Fatalf("letters %+v", letters)
		}
		if got := h.drain(); len(got) != 0 {
			t.Errorf("twice a day: %+v", got)
		}
	})
}

// What was imported stands in the queue where it was written, on every page of
// it and in every list, and the pages hold what they are asked for.
func TestQueue_GoesByTheTimeOfWriting(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentPolicy = settings.CommentsHeld }, func(t *testing.T, h *house) {
		ctx := t.Context()
		var want []int64
		for i := range 3 {
			want = append(want, h.says(fmt.Sprintf("Word %d about something else each time, number %d.", i, i*37), comment.StatusPending).Comment.ID)
		}
		h.decide(comment.Approve, want...)
		store := comment.NewStore(h.v)
		const imported = 240
		for i := range imported { // two of each moment
			c := comment.Comment{ID: id.New(), Article: 1, Kind: comment.KindComment, Status: comment.StatusApproved, Name: "Imported", Created: begin.AddDate(-1, 0, i/2), Body: richtext.FromMarkdown("Long ago.")}
			h.write(func(ctx context.Context, tx *db.Tx) error { return store.PutTx(ctx, tx, c) })
		}
		for name, f := range map[string]comment.QueueFilter{"approved": {Status: comment.StatusApproved}, "any": {Status: comment.AnyStatus}, "article": {Status: comment.AnyStatus, Article: 1}} {
			for _, oldest := range []bool{false, true} {
				f.Oldest, f.Limit, f.After = oldest, 7, comment.Cursor{}
				var all []comment.Held
				for {
					page, err := h.s.Queue(ctx, editor, f)
					if err != nil {
						t.Fatal(err)
					}
					all = append(all, page.Comments...)
					if f.After = page.Next; f.After == (comment.Cursor{}) {
						break
					}
				}
				seen := map[int64]bool{}
				for i := range all {
					seen[all[i].ID] = true
					if i > 0 && (oldest && all[i].Created.Before(all[i-1].Created) || !oldest && all[i].Created.After(all[i-1].Created)) {
						t.Fatalf("%s, oldest %v: %s comes after %s", name, oldest, all[i].Created, all[i-1].Created)
					}
				}
				if len(all) != imported+3 || len(seen) != len(all) {
					t.Errorf("%s, oldest %v: %d rows of %d comments, want %d", name, oldest, len(all), len(seen), imported+3)
				}
			}
			f.Oldest, f.After = false, comment.Cursor{}
			for limit, n := range map[int]int{0: 50, 200: 200, 1000: 200} {
				f.Limit = limit
				page, err := h.s.Queue(ctx, editor, f)
				if err != nil || len(page.Comments) != n {
					t.Errorf("%s: %d comments for a limit of %d, want %d: %v", name, len(page.Comments), limit, n, err)
				}
				if page.Comments[0].ID != want[2] {
					t.Errorf("%s begins with %q", name, page.Comments[0].Name)
				}
			}
		}
	})
}

// A wave's size is what of it still waits; a network's comments are found as
// long as it is kept.
func TestQueue_CountsWhatWaitsAndFindsNetworks(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentPolicy = settings.CommentsHeld }, func(t *testing.T, h *house) {
		ctx := t.Context()
		wave := h.wave(4, func(i int) string { return fmt.Sprintf("10.%d.0.%d", i/2, i) })
		h.decide(comment.Spam, wave[0])
		h.decide(comment.Bin, wave[1])
		if got := h.stored(wave[2]); got.WaveSize != 2 {
			t.Errorf("of four two wait, and the wave has %d", got.WaveSize)
		}
		if got := h.stored(wave[0]); got.WaveSize != 2 {
			t.Errorf("beside one that is decided %d wait", got.WaveSize)
		}
		of := func(id int64) (out []int64) {
			page, err := h.s.Queue(ctx, editor, comment.QueueFilter{Status: comment.AnyStatus, Network: id, Oldest: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range page.Comments {
				out = append(out, c.ID)
			}
			return out
		}
		if got := of(wave[1]); !slices.Equal(got, wave[:2]) {
			t.Errorf("from its network: %v, want %v", got, wave[:2])
		}
		h.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE comment SET prefix_index = '', prefix_sealed = ''`)
			return err
		})
		if got := of(wave[1]); len(got) != 0 {
			t.Errorf("from a network that is forgotten: %v", got)
		}
		if got := of(12345); len(got) != 0 {
			t.Errorf("from the network of no comment: %v", got)
		}
	})
}

// Two moderators look at the same comment: who comes second is told what the
// first one did, and overwrites nothing without seeing it.
func TestDecide_OverwritesNobodyUnseen(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentPolicy = settings.CommentsHeld }, func(t *testing.T, h *house) {
		ctx := t.Context()
		first, second := account.Actor{ID: 601, Name: "Anna", Role: account.Editor}, account.Actor{ID: 602, Name: "Anna", Role: account.Editor} // of the same name
		var ids []int64
		for i := range 3 {
			ids = append(ids, h.says(fmt.Sprintf("A matter of taste, number %d of %d.", i, i*31), comment.StatusPending).Comment.ID)
		}
		looks := func() comment.Seen {
			seen := comment.Seen{}
			for _, id := range ids {
				seen[id] = h.stored(id).Decided
			}
			return seen
		}
		decide := func(who account.Actor, d comment.Decision, seen comment.Seen, ids ...int64) comment.Undo {
			t.Helper()
			h.now.Advance(time.Minute)
			undo, err := h.s.Decide(ctx, who, ids, d, seen)
			if err != nil {
				t.Fatal(err)
			}
			return undo
		}
		is := func(id int64, want comment.Status) {
			t.Helper()
			if got := h.stored(id).Status; got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
		}
		both := looks()
		approved := decide(first, comment.Approve, both, ids[0])
		at := h.now.Now()
		late := decide(second, comment.Spam, both, ids[0], ids[1])
		if late.Changed != 1 || len(late.Others) != 1 || late.Others[0].Comment != ids[0] || late.Others[0].By != "Anna" || late.Others[0].Status != comment.StatusApproved || !late.Others[0].At.Equal(at) {
			t.Fatalf("the second is told %+v", late)
		}
		is(ids[0], comment.StatusApproved)
		is(ids[1], comment.StatusSpam)
		if ham, spam, _ := h.tokens(); ham != 1 || spam != 1 {
			t.Errorf("the guard learnt %d ham, %d spam", ham, spam)
		}
		// The same decision is no quarrel; a pick of what a colleague refused is one.
		if same := decide(second, comment.Approve, both, ids[0]); same.Changed != 0 || len(same.Others) != 0 {
			t.Errorf("the same decision: %+v", same)
		}
		if pick := decide(first, comment.Pick, both, ids[1]); pick.Changed != 0 || len(pick.Others) != 1 {
			t.Errorf("a pick of spam: %+v", pick)
		}
		// Who has seen it may overrule, and then the first one's undo would be blind.
		over := decide(second, comment.Bin, looks(), ids[0])
		if over.Changed != 1 || len(over.Others) != 0 {
			t.Errorf("with open eyes: %+v", over)
		}
		others, err := h.s.Undo(ctx, first, approved.ID)
		if err != nil || len(others) != 1 || others[0].Status != comment.StatusBinned || others[0].By != "Anna" {
			t.Errorf("an undo over a colleague's decision: %+v, %v", others, err)
		}
		is(ids[0], comment.StatusBinned)
		if others, err := h.s.Undo(ctx, second, over.ID); err != nil || len(others) != 0 {
			t.Errorf("an undo of one's own: %+v, %v", others, err)
		}
		is(ids[0], comment.StatusApproved)
		// Approved, held, and approved again by a colleague: the first approval is not what stands.
		mine := decide(first, comment.Approve, nil, ids[2])
		decide(second, comment.Hold, nil, ids[2])
		decide(second, comment.Approve, nil, ids[2])
		if others, err := h.s.Undo(ctx, first, mine.ID); err != nil || len(others) != 1 {
			t.Errorf("an undo of what a colleague did again: %+v, %v", others, err)
		}
		is(ids[2], comment.StatusApproved)
		// One changes one's own mind, from a page that is old.
		if again := decide(second, comment.Spam, both, ids[2]); again.Changed != 1 || len(again.Others) != 0 {
			t.Errorf("another mind of the same person: %+v", again)
		}
	})
}

// Of two at the same moment one comes first, and the other is told.
func TestDecide_AtTheSameMoment(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentPolicy = settings.CommentsHeld }, func(t *testing.T, h *house) {
		for i := range 8 {
			id := h.says(fmt.Sprintf("Both want to decide on this, number %d of %d.", i, i*31), comment.StatusPending).Comment.ID
			seen := comment.Seen{id: h.stored(id).Decided}
			out := make([]comment.Undo, 2)
			var all sync.WaitGroup
			for n, d := range []comment.Decision{comment.Approve, comment.Spam} {
				all.Go(func() {
					var err error
					if out[n], err = h.s.Decide(context.Background(), account.Actor{ID: int64(701 + n), Name: fmt.Sprint("M", n), Role: account.Editor}, []int64{id}, d, seen); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if out[0].Changed+out[1].Changed != 1 || len(out[0].Others)+len(out[1].Others) != 1 {
				t.Fatalf("both decided: %+v", out)
			}
		}
	})
}
