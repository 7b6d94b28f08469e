package comment_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"dateline/internal/comment"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/settings"
)

func TestOwn_EditsWithinTheWindow(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		ctx := t.Context()
		posted := h.says("The harbor is open.", comment.StatusApproved)
		me, id := comment.Visitor{Client: home, Device: posted.Device}, posted.Comment.ID
		_, rights, err := h.s.Own(ctx, id, me)
		if err != nil || !rights.Edit || !rights.Remove || rights.Source != "The harbor is open." {
			t.Fatalf("%+v, %v", rights, err)
		}
		for name, by := range map[string]comment.Visitor{"a stranger": {Client: home}, "a forged cookie": {Client: home, Device: posted.Device + "x"}} {
			if _, _, err := h.s.Own(ctx, id, by); !fault.Is(err, fault.Denied) {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := h.s.Edit(ctx, id, by, "Mine now."); !fault.Is(err, fault.Denied) {
				t.Errorf("%s edits: %v", name, err)
			}
			if err := h.s.Remove(ctx, id, by); !fault.Is(err, fault.Denied) {
				t.Errorf("%s removes: %v", name, err)
			}
		}
		out, err := h.s.Edit(ctx, id, me, "The harbour is open.")
		if err != nil || out.Status != comment.StatusApproved || richtext.Text(out.Comment.Body) != "The harbour is open." || out.Comment.Edited.IsZero() {
			t.Fatalf("%+v, %v", out, err)
		}
		c, err := h.s.Context(ctx, editor, id)
		if err != nil || len(c.Edits) != 1 || richtext.Text(c.Edits[0].Body) != "The harbor is open." {
			t.Errorf("moderators see %+v, %v", c.Edits, err)
		}
		if _, err := h.s.Edit(ctx, id, me, " "); comment.FieldOf(err) != comment.FieldText {
			t.Errorf("an empty text: %v", err)
		}
		// What was fine and becomes an advertisement waits.
		out, err = h.s.Edit(ctx, id, me, "Buy at https://a.example https://b.example https://c.example https://d.example")
		if err != nil || out.Status != comment.StatusPending {
			t.Errorf("after an edit with links: %+v, %v", out.Status, err)
		}
		h.wants(0)
		h.now.Advance(16 * time.Minute)
		if _, err := h.s.Edit(ctx, id, me, "Too late."); !fault.Is(err, fault.Denied) {
			t.Errorf("after the window: %v", err)
		}
	})
}

func TestRemove_LeavesAPlaceWhereItWasAnswered(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		ctx := t.Context()
		root := h.says("A question to all of you.", comment.StatusApproved)
		answer := h.says("An answer from the harbour.", comment.StatusApproved, func(p *comment.Post) { p.Parent, p.Email = root.Comment.ID, "bo@reader.example" })
		deep := h.says("And one more to that answer.", comment.StatusApproved, func(p *comment.Post) { p.Parent, p.Email = answer.Comment.ID, "cy@reader.example" })
		h.wants(3)
		if err := h.s.Remove(ctx, root.Comment.ID, comment.Visitor{Device: root.Device}); err != nil {
			t.Fatal(err)
		}
		h.wants(2)
		place := h.stored(root.Comment.ID)
		if !place.Shown || place.Legible() || place.Name != "" || len(place.Body.Content) != 0 || place.Writer != 0 {
			t.Errorf("the place is %+v", place)
		}
		if err := h.s.Remove(ctx, root.Comment.ID, comment.Visitor{Device: root.Device}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a second time: %v", err)
		}
		// A moderator takes the answer: its place stays for the one below.
		undo := h.decide(comment.Spam, answer.Comment.ID)
		h.wants(1)
		if got := h.stored(answer.Comment.ID); !got.Shown || got.Legible() {
			t.Errorf("the answer's place is %+v", got)
		}
		if err := h.s.Remove(ctx, deep.Comment.ID, comment.Visitor{Device: deep.Device}); err != nil {
			t.Fatal(err)
		}
		h.wants(0)
		for _, id := range []int64{root.Comment.ID, answer.Comment.ID, deep.Comment.ID} {
			if got := h.stored(id); got.Shown {
				t.Errorf("the place of %d stands though nothing answers it", id)
			}
		}
		if err := undone(h.s.Undo(ctx, editor, undo.ID)); err != nil {
			t.Fatal(err)
		}
		h.wants(1)
		if got := h.stored(root.Comment.ID); !got.Shown || got.Replies != 1 {
			t.Errorf("after the answer came back the question's place is %+v", got)
		}
		// The same form again does not bring the removed comment back.
		p := h.form("Here today, gone tomorrow.")
		gone := h.post(p)
		if err := h.s.Remove(ctx, gone.Comment.ID, comment.Visitor{Device: gone.Device}); err != nil {
			t.Fatal(err)
		}
		if again := h.post(p); !again.Again {
			t.Error("the form of a removed comment made another")
		}
		h.wants(1)
		h.now.Advance(31 * 24 * time.Hour)
		h.tidy()
		if _, err := h.s.Context(ctx, editor, gone.Comment.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a removed comment is there after a month: %v", err)
		}
		if _, err := h.s.Context(ctx, editor, root.Comment.ID); err != nil {
			t.Errorf("the place of an answered comment went: %v", err)
		}
	})
}

func TestMailedLink_MakesACommentOnesOwn(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		ctx := t.Context()
		posted := h.says("I will want to change this later.", comment.StatusApproved)
		elsewhere := comment.Visitor{Client: netip.MustParseAddr("198.51.100.9"), Language: "de"}
		for _, email := range []string{"nobody@reader.example", "other@reader.example"} {
			if err := h.s.MailLink(ctx, posted.Comment.ID, email, elsewhere); err != nil {
				t.Fatal(err)
			}
		}
		if got := h.drain(); len(got) != 0 {
			t.Fatalf("%d letters to strangers", len(got))
		}
		if err := h.s.MailLink(ctx, posted.Comment.ID, "Ann+tag@reader.example", elsewhere); err != nil {
			t.Fatal(err)
		}
		letters := h.drain()
		if len(letters) != 1 || letters[0].To != "ann@reader.example" {
			t.Fatalf("letters %+v", letters)
		}
		link := token(t, letters[0], comment.EnterPath)
		if a, err := h.s.Peek(ctx, link); err != nil || a.Kind != comment.AccessOwn || a.Session != "" {
			t.Fatalf("%+v, %v", a, err)
		}
		a, err := h.s.Enter(ctx, link, elsewhere)
		if err != nil || a.Session == "" {
			t.Fatalf("%+v, %v", a, err)
		}
		elsewhere.Session = a.Session
		if _, rights, err := h.s.Own(ctx, posted.Comment.ID, elsewhere); err != nil || !rights.Edit {
			t.Errorf("%+v, %v", rights, err)
		}
		if w, err := h.s.SignedIn(ctx, a.Session); err != nil || w.Address != "ann@reader.example" {
			t.Errorf("signed in as %+v, %v", w, err)
		}
		if err := h.s.SignOut(ctx, a.Session); err != nil {
			t.Fatal(err)
		}
		if _, err := h.s.SignedIn(ctx, a.Session); !fault.Is(err, fault.SignIn) {
			t.Errorf("after signing out: %v", err)
		}
		h.now.Advance(25 * time.Hour)
		if _, err := h.s.Enter(ctx, link, elsewhere); !fault.Is(err, fault.Gone) {
			t.Errorf("a day later: %v", err)
		}
		// A link for one purpose is none for another.
		if err := h.s.Stop(ctx, link); err == nil {
			t.Error("a link that signs in ends subscriptions")
		}
	})
}

func TestSignIn_AnswersTheSameForEverybody(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		h.says("So that the address is known.", comment.StatusApproved)
		for i, email := range []string{"ann@reader.example", "stranger@reader.example"} {
			by := comment.Visitor{Client: netip.MustParseAddr(fmt.Sprintf("10.%d.0.1", i))}
			if err := h.s.SignIn(t.Context(), email, by); err != nil {
				t.Fatal(err)
			}
			var jobs int64
			if err := h.d.QueryRow(t.Context(), `SELECT COUNT(*) FROM job WHERE kind = 'comment.asked' AND payload LIKE '%ann@%'`).Scan(&jobs); err != nil || jobs != 0 {
				t.Errorf("the job shows the address: %d, %v", jobs, err)
			}
		}
		if got := h.drain(); len(got) != 1 || got[0].To != "ann@reader.example" {
			t.Errorf("letters %+v", got)
		}
		for range 5 { // the mailbox is not filled
			h.now.Advance(time.Minute)
			_ = h.s.SignIn(t.Context(), "ann@reader.example", comment.Visitor{Client: netip.MustParseAddr("10.9.0.1")})
		}
		if got := h.drain(); len(got) > 1 {
			t.Errorf("%d letters in a few minutes", len(got))
		}
	})
}

func TestLike_CountsReadersNotRequests(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		ctx := t.Context()
		posted := h.says("The gulls have come back to the old pier.", comment.StatusApproved)
		id := posted.Comment.ID
		like := func(by comment.Visitor, on bool, want int64) string {
			t.Helper()
			h.now.Advance(time.Minute)
			n, device, err := h.s.Like(ctx, id, by, on)
			if err != nil || n != want {
				t.Errorf("%d likes (%v), want %d", n, err, want)
			}
			return device
		}
		one := comment.Visitor{Client: netip.MustParseAddr("203.0.113.5")}
		one.Device = like(one, true, 1)
		like(one, true, 1)
		like(one, false, 0)
		like(one, false, 0)
		like(one, true, 1)
		if _, _, err := h.s.Like(ctx, id, comment.Visitor{Client: home, Device: posted.Device}, true); !fault.Is(err, fault.Denied) {
			t.Errorf("one's own comment: %v", err)
		}
		for range 10 { // a program that throws its cookie away
			h.now.Advance(time.Minute)
			if _, _, err := h.s.Like(ctx, id, comment.Visitor{Client: netip.MustParseAddr("203.0.113.5")}, true); err != nil {
				t.Fatal(err)
			}
		}
		if got := h.stored(id); got.Likes != 4 || got.Rank <= posted.Comment.Rank {
			t.Errorf("%d likes from one network, want 4", got.Likes)
		}
		h.set(func(s *settings.Site) { s.CommentLikes = false })
		if _, _, err := h.s.Like(ctx, id, one, true); !fault.Is(err, fault.Denied) {
			t.Errorf("switched off: %v", err)
		}
	})
}

func TestReport_HoldsUntilAModeratorLooks(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentReports = 2 }, func(t *testing.T, h *house) {
		ctx := t.Context()
		id := h.says("Something that some find rude.", comment.StatusApproved).Comment.ID
		report := func(address string) {
			t.Helper()
			if _, err := h.s.Report(ctx, id, comment.Visitor{Client: netip.MustParseAddr(address)}, "rude", "Look\u202e here"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := h.s.Report(ctx, id, comment.Visitor{Client: home}, "because", ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("an odd reason: %v", err)
		}
		report("203.0.113.1")
		report("203.0.113.9") // the same network
		h.wants(1)
		report("198.51.100.1")
		h.wants(0)
		c, err := h.s.Context(ctx, editor, id)
		if err != nil || c.Status != comment.StatusPending || len(c.Reported) != 3 || c.Reported[0].Text != "Look here" || c.Held.Reports != 2 {
			t.Fatalf("%+v, %v", c, err)
		}
		page, err := h.s.Queue(ctx, editor, comment.QueueFilter{Reason: comment.WhyReports})
		if err != nil || len(page.Comments) != 1 || page.Reported != 1 || page.Reasons[comment.WhyReports] != 1 {
			t.Errorf("the queue has %+v, %v", page, err)
		}
		h.decide(comment.Approve, id)
		h.wants(1)
		for i := range 3 {
			h.now.Advance(time.Minute)
			report(fmt.Sprintf("10.%d.0.1", i))
		}
		h.wants(1) // a moderator has looked
	})
}

func TestFollow_TellsOthersAnswersAndStopsAtOnce(t *testing.T) {
	eachHouse(t, func(s *settings.Site) { s.CommentPolicy = settings.CommentsConfirmed }, func(t *testing.T, h *house) {
		ctx := t.Context()
		mine := h.says("I want to hear what you think of it.", comment.StatusPending, func(p *comment.Post) { p.Follow = true })
		letters := h.drain()
		a, err := h.s.Enter(ctx, token(t, letters[0], comment.EnterPath), comment.Visitor{})
		if err != nil {
			t.Fatal(err)
		}
		if got := h.drain(); len(got) != 0 {
			t.Fatalf("told of one's own comment: %+v", got)
		}
		bo := func(p *comment.Post) {
			p.Parent, p.Name, p.Email = mine.Comment.ID, "Bo\r\nBcc: x@y.example", "bo@reader.example"
		}
		reply := h.says("I think that it is about time.", comment.StatusPending, bo)
		h.says("My own further thought, not news to me.", comment.StatusApproved, func(p *comment.Post) { p.Parent, p.Session = mine.Comment.ID, a.Session })
		h.says("Elsewhere, not in the thread.", comment.StatusPending, func(p *comment.Post) { p.Email = "cy@reader.example" })
		for _, m := range h.drain() { // letters to Bo and Cy that ask
			if m.To == "ann@reader.example" {
				t.Fatalf("told before the answer was confirmed: %s", m.Text)
			}
		}
		h.decide(comment.Approve, reply.Comment.ID)
		letters = h.drain()
		if len(letters) != 1 || letters[0].To != "ann@reader.example" || !strings.Contains(letters[0].Text, "Bo Bcc: x@y.example writes: “I think that it is about time.”") {
			t.Fatalf("letters %+v", letters)
		}
		if got := h.drain(); len(got) != 0 {
			t.Errorf("told twice: %+v", got)
		}
		stop := token(t, letters[0], comment.EnterPath)
		if letters[0].Unsubscribe != "https://paper.example"+comment.StopPath+stop {
			t.Errorf("one-click address %q", letters[0].Unsubscribe)
		}
		if a, err := h.s.Peek(ctx, stop); err != nil || a.Kind != comment.AccessStop || a.Done {
			t.Errorf("%+v, %v", a, err)
		}
		for range 2 {
			if err := h.s.Stop(ctx, stop); err != nil {
				t.Fatal(err)
			}
		}
		if a, err := h.s.Peek(ctx, stop); err != nil || !a.Done {
			t.Errorf("after stopping: %+v, %v", a, err)
		}
		again := h.says("One more answer after the stop.", comment.StatusPending, bo)
		h.decide(comment.Approve, again.Comment.ID)
		for _, m := range h.drain() {
			if m.To == "ann@reader.example" {
				t.Errorf("told after the stop: %s", m.Text)
			}
		}
	})
}

// Where comments need no confirmation, letters about answers do.
func TestFollow_WithAnOpenCommentIsConfirmedToo(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		mine := h.says("I want to hear what you think of it.", comment.StatusApproved, func(p *comment.Post) { p.Follow = true })
		letters := h.drain()
		if len(letters) != 1 || !strings.Contains(letters[0].Subject, "replies") {
			t.Fatalf("letters %+v", letters)
		}
		answer := func(text string) {
			h.says(text, comment.StatusApproved, func(p *comment.Post) { p.Parent, p.Name, p.Email = mine.Comment.ID, "Bo", "bo@reader.example" })
		}
		answer("It is about time, I would say.")
		if got := h.drain(); len(got) != 0 {
			t.Fatalf("told before confirming: %+v", got)
		}
		if _, err := h.s.Enter(t.Context(), token(t, letters[0], comment.EnterPath), comment.Visitor{}); err != nil {
			t.Fatal(err)
		}
		answer("And it took them long enough.")
		if got := h.drain(); len(got) != 1 || got[0].To != "ann@reader.example" {
			t.Errorf("letters %+v", got)
		}
	})
}

func TestFollow_ByAddressNeedsAConfirmation(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		ctx := t.Context()
		by := comment.Visitor{Client: home, Language: "fr"}
		if err := h.s.Follow(ctx, 1, 0, "zoe@reader.example", by); err != nil {
			t.Fatal(err)
		}
		letters := h.drain()
		if len(letters) != 1 || !strings.Contains(letters[0].Subject, "Merci de confirmer") {
			t.Fatalf("letters %+v", letters)
		}
		h.says("Before the confirmation.", comment.StatusApproved)
		if got := h.drain(); len(got) != 0 {
			t.Fatalf("told before confirming: %+v", got)
		}
		if _, err := h.s.Enter(ctx, token(t, letters[0], comment.EnterPath), by); err != nil {
			t.Fatal(err)
		}
		h.says("After the confirmation.", comment.StatusApproved)
		letters = h.drain()
		if len(letters) != 1 || strings.Contains(letters[0].Text, "Before") || !strings.Contains(letters[0].Text, "After") {
			t.Fatalf("letters %+v", letters)
		}
		if err := h.s.Follow(ctx, 99, 0, "zoe@reader.example", by); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown article: %v", err)
		}
	})
}
