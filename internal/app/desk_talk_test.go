package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/comment"
	"dateline/internal/settings"
)

// held makes every comment wait.
func held(s *settings.Site) {
	s.CommentPolicy, s.CommentRate, s.CommentEmailRequired = settings.CommentsHeld, 500, false
}

// says posts a comment as a reader does who took half a minute to write it. Every
// name has a network of its own.
func (p *paper) says(articleID int64, name, email, text string) int64 {
	p.t.Helper()
	token := p.app.talk.FormToken(articleID)
	p.now.Advance(30 * time.Second)
	sum := 0
	for _, r := range name {
		sum += int(r)
	}
	got, err := p.app.talk.Post(p.ctx, comment.Post{Visitor: comment.Visitor{Client: netip.MustParseAddr(fmt.Sprintf("198.51.%d.7", sum%250))},
		Article: articleID, Name: name, Email: email, Text: text, Token: token})
	p.must(err)
	return got.Comment.ID
}

// scripts posts a form as the page's script does.
func (b *browser) scripts(path string, pairs ...string) (status int, said map[string]any) {
	b.p.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "http://news.example"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept", "application/json")
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	got := b.p.ask(r)
	if err := json.Unmarshal([]byte(got.body), &said); err != nil {
		b.p.t.Fatalf("%s: %d %s", path, got.status, got.body)
	}
	return got.status, said
}

// reads waits until a page of the site says something or, with no, does not: pages
// are renewed a few times a second.
func (p *paper) reads(what, path string, yes bool, text string) {
	p.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); strings.Contains(p.visit(path).body, text) != yes; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Errorf("%s: %q on the page is %v", what, text, !yes)
			return
		}
	}
}

// state is a comment's status as it is stored.
func (p *paper) state(id int64) (status string) {
	p.t.Helper()
	p.must(p.app.db.QueryRow(p.ctx, `SELECT status FROM comment WHERE id = $1`, id).Scan(&status))
	return status
}

func (p *paper) is(what string, id int64, want string) {
	p.t.Helper()
	if got := p.state(id); got != want {
		p.t.Errorf("%s: the comment is %s, want %s", what, got, want)
	}
}

func decimal(id int64) string { return strconv.FormatInt(id, 10) }

var undoStep = regexp.MustCompile(`name="undo" value="([dbr0-9.]+)"`)

// undoes presses the Undo button of the page that a deed led to.
func (b *browser) undoes(what, location string) answer {
	b.p.t.Helper()
	page := b.get(location)
	m := undoStep.FindStringSubmatch(page.body)
	if m == nil {
		b.p.t.Fatalf("%s: no way back at %s\n%.1500s", what, location, page.body)
	}
	return b.post("/desk/comments/undo", "undo", m[1], "back", "")
}

const talkPath = "/desk/comments"

func TestDeskTalk_Queue(t *testing.T) {
	each(t, held, func(t *testing.T, p *paper) {
		owner := p.setUp()
		p.shows("an empty queue", owner.get(talkPath), 200, "Nothing waits")
		story := p.story("The harbour", worldSection, article.PublishInput{}, nil)
		match := p.story("The match", sportSection, article.PublishInput{}, nil)
		one := p.says(story.ID, "Mara Quay", "mara@reader.example", "The ferry was late again, and nobody said why.")
		two := p.says(match.ID, "Jon <b>Bold</b>", "", "<script>alert(1)</script> and **strong** words about goals.")
		p.shows("the start page", owner.get("/desk/"), 200, "2 comments wait for a decision")
		edna := p.joins(owner, "Edna", "editor")
		page := edna.get(talkPath)
		p.shows("the text", page, 200, "The ferry was late again")
		p.shows("why it is held", page, 200, "every comment is held")
		p.shows("the article", page, 200, "The harbour")
		if strings.Contains(page.body, "<script>alert") || strings.Contains(page.body, "<b>Bold</b>") || !strings.Contains(page.body, "<strong>strong</strong>") {
			t.Errorf("hostile text is not tamed:\n%s", page.body)
		}
		if strings.Contains(page.body, "mara@reader.example") {
			t.Error("the queue names an address")
		}
		for query, want := range map[string][2]bool{"?q=ferry": {true, false}, "?q=goals+strong": {false, true}, "?q=mara": {true, false}, "?article=" + decimal(match.ID): {false, true},
			"?reason=comment.why_policy": {true, true}, "?reason=guard.trap": {false, false}, "?status=spam": {false, false}, "?status=any": {true, true}, "?status=reported": {false, false}} {
			body := edna.get(talkPath + query).body
			if got := [2]bool{strings.Contains(body, `id="c`+decimal(one)+`"`), strings.Contains(body, `id="c`+decimal(two)+`"`)}; got != want {
				t.Errorf("%s shows %v, want %v", query, got, want)
			}
		}
		p.shows("a chip", edna.get(talkPath+"?article="+decimal(match.ID)), 200, "<bdi>The match</bdi>")
		p.shows("a chip without comments", edna.get(talkPath+"?status=spam&article="+decimal(match.ID)), 200, "<bdi>The match</bdi>")
		p.shows("no such status", edna.get(talkPath+"?status=nice"), 400, "not sorted by")

		p.shows("nothing chosen", edna.post(talkPath+"/decide", "do", "approve"), 422, "Choose the comments first")
		p.shows("no such decision", edna.post(talkPath+"/decide", "do", "praise", "comment", decimal(one)), 422, "cannot be done")
		got := edna.post(talkPath+"/decide", "do", "approve", "comment", decimal(one), "back", "q=ferry")
		p.is("approved", one, "approved")
		if !strings.HasPrefix(got.location, talkPath+"?did=approve&n=1&q=ferry&undo=d") {
			t.Errorf("approving leads to %s", got.location)
		}
		p.shows("the notice", edna.get(got.location), 200, "Approved: 1")
		p.reads("approved", story.Path, true, "The ferry was late again")
		p.shows("among the approved", edna.get(talkPath+"?status=approved"), 200, "The ferry was late again")
		p.shows("the count at the article", edna.get("/desk/articles/"+decimal(story.ID)), 200, "Comments (1)")
		p.leads("undo", edna.undoes("undo", got.location), talkPath+"?did=undo&n=1")
		p.is("undone", one, "pending")
		p.reads("undone", story.Path, false, "The ferry was late again")
		p.shows("undoing nothing", edna.post(talkPath+"/undo", "undo", "x"), 422, "nothing to undo")

		got = edna.sendsAll(talkPath+"/decide", "do", "spam", "comment", decimal(one), "comment", decimal(two))
		p.shows("both at once", edna.get(got.location), 200, "To spam: 2")
		p.is("spam", two, "spam")
		p.shows("in the spam", edna.get(talkPath+"?status=spam"), 200, "The ferry was late again")
		got = edna.post(talkPath+"/decide", "do", "pick", "comment", decimal(one), "back", "status=spam")
		p.is("picked is approved", one, "approved")
		p.shows("picked", edna.get(talkPath+"?status=approved"), 200, "Pick no more")
		edna.undoes("undoing a pick", got.location)
		p.is("no longer picked", one, "spam")
		log := owner.get("/desk/log").body
		for _, did := range []string{">approved<", ">took for spam<", ">took an approval back<", ">comment "} {
			if !strings.Contains(log, did) {
				t.Errorf("the audit log does not say %q", did)
			}
		}
	})
}

func TestDeskTalk_OfAScript(t *testing.T) {
	each(t, held, func(t *testing.T, p *paper) {
		owner := p.setUp()
		story := p.story("The harbour", worldSection, article.PublishInput{}, nil)
		one := p.says(story.ID, "Mara", "mara@reader.example", "The ferry was late again.")
		status, said := owner.scripts(talkPath+"/decide", "do", "bin", "comment", decimal(one))
		undo, _ := said["undo"].(string)
		if status != 200 || said["changed"] != 1.0 || undo == "" {
			t.Fatalf("%d %v", status, said)
		}
		status, said = owner.scripts(talkPath+"/decide", "do", "bin", "comment", decimal(one))
		if status != 200 || said["changed"] != 0.0 || said["undo"] != nil {
			t.Errorf("the same once more: %d %v", status, said)
		}
		p.is("binned", one, "binned")
		if status, said = owner.scripts(talkPath+"/undo", "undo", undo); status != 200 {
			t.Errorf("undo: %d %v", status, said)
		}
		p.is("undone", one, "pending")
		if status, said = owner.scripts(talkPath+"/decide", "do", "praise", "comment", decimal(one)); status != 422 && status != 400 || said["code"] != "invalid" {
			t.Errorf("no decision: %d %v", status, said)
		}
		if status, said = owner.scripts(talkPath+"/"+decimal(one)+"/reply", "text", "  "); said["code"] != "invalid" {
			t.Errorf("an empty answer: %d %v", status, said)
		}
		if status, said = p.browser().scripts(talkPath+"/decide", "do", "bin", "comment", decimal(one)); status != 401 || said["code"] != "sign_in" {
			t.Errorf("signed out: %d %v", status, said)
		}
	})
}

func TestDeskTalk_Waves(t *testing.T) {
	each(t, held, func(t *testing.T, p *paper) {
		owner := p.setUp()
		story := p.story("The harbour", worldSection, article.PublishInput{}, nil)
		good := p.says(story.ID, "Mara", "", "The ferry was late again, and nobody at the pier said why.")
		var wave []int64
		for i := range 5 {
			wave = append(wave, p.says(story.ID, fmt.Sprint("Winner ", i), "", "I earned four thousand dollars last week working from home with this simple trick, ask me how number "+decimal(int64(i))))
		}
		page := owner.get(talkPath)
		p.shows("the wave", page, 200, "Nearly the same text, besides this one: 4")
		if n := strings.Count(page.body, "talk-card"); n != 2 {
			t.Errorf("%d cards for a comment and a wave", n)
		}
		m := regexp.MustCompile(`name="wave" value="([0-9]+)"`).FindStringSubmatch(page.body)
		if m == nil {
			t.Fatal("no button for the wave")
		}
		if n := strings.Count(owner.get(talkPath+"?wave="+m[1]).body, "talk-card"); n != 5 {
			t.Errorf("the wave shows %d comments", n)
		}
		got := owner.post(talkPath+"/decide", "do", "spam", "wave", m[1])
		p.shows("cleared", owner.get(got.location), 200, "To spam: 5")
		for _, id := range wave {
			p.is("the wave", id, "spam")
		}
		p.is("the other", good, "pending")
		owner.undoes("the wave", got.location)
		for _, id := range wave {
			p.is("the wave again", id, "pending")
		}
	})
}

func TestDeskTalk_ReplyAndNotes(t *testing.T) {
	each(t, held, func(t *testing.T, p *paper) {
		owner := p.setUp()
		story := p.story("The harbour", worldSection, article.PublishInput{}, nil)
		one := p.says(story.ID, "Mara", "mara@reader.example", "When does the ferry run?")
		at := talkPath + "/" + decimal(one)
		page := owner.get(at)
		p.shows("the person", page, 200, "@reader.example")
		p.shows("an empty answer", owner.post(at+"/reply", "text", " "), 422, "The answer is empty")
		p.shows("what was typed for a note", owner.post(at+"/note", "text", "\u200b"), 422, "nothing in the note")
		p.leads("a note", owner.post(at+"/note", "text", "Asked the harbour master."), at+"?did=note&n=1")
		p.shows("the note", owner.get(at), 200, "Asked the harbour master.")
		p.shows("the note in the queue", owner.get(talkPath), 200, "Asked the harbour master.")
		got := owner.post(at+"/reply", "text", "From **Monday** on.", "from", "queue")
		p.is("what is answered", one, "approved")
		p.reads("the answer", story.Path, true, "From <strong>Monday</strong> on.")
		if strings.Contains(p.visit(story.Path).body, "harbour master") {
			t.Error("readers see the note")
		}
		p.shows("the thread", owner.get(at), 200, "From Monday on.")
		owner.undoes("the answer", got.location)
		p.is("what was answered", one, "pending")
		p.reads("undone", story.Path, false, "Monday")
		p.shows("no such comment", owner.get(talkPath+"/77"), 404, "")
	})
}

func TestDeskTalk_Bans(t *testing.T) {
	each(t, held, func(t *testing.T, p *paper) {
		owner := p.setUp()
		story := p.story("The harbour", worldSection, article.PublishInput{}, nil)
		one := p.says(story.ID, "Rude", "rude@reader.example", "You are all fools, every one of you.")
		two := p.says(story.ID, "Rude", "rude@reader.example", "And the ferry is for fools as well, I say.")
		other := p.says(story.ID, "Mara", "mara@reader.example", "Look at https://shop.example/ferry for tickets.")
		at := talkPath + "/" + decimal(one)
		p.shows("nobody chosen", owner.post(at+"/ban", "for", "week", "note", "Kept words"), 422, `value="Kept words"`)
		p.shows("no length", owner.post(at+"/ban", "kind", "writer", "for", "aeon"), 422, "how long")
		got := owner.post(at+"/ban", "kind", "writer", "for", "week", "clear", "1", "note", "insults", "from", "queue")
		p.is("the comment", one, "spam")
		p.is("the other of the person", two, "spam")
		p.is("somebody else", other, "pending")
		p.shows("the bans", owner.get(talkPath+"/bans"), 200, "insults")
		p.shows("banned", owner.get(at), 200, "End the ban")
		owner.undoes("the ban", got.location)
		p.is("the comment again", one, "pending")
		p.shows("no bans", owner.get(talkPath+"/bans"), 200, "Nobody is banned")
		p.shows("a domain that is none", owner.post(talkPath+"/"+decimal(other)+"/ban", "kind", "domain", "domain", "no domain", "for", "ever"), 422, `value="no domain"`)
		owner.post(talkPath+"/"+decimal(other)+"/ban", "kind", "domain", "domain", "shop.example", "for", "ever")
		page := owner.get(talkPath + "/bans")
		p.shows("the domain", page, 200, "shop.example")
		m := regexp.MustCompile(`action="(/desk/comments/bans/[0-9]+/end)"`).FindStringSubmatch(page.body)
		if m == nil {
			t.Fatal("no way to end the ban")
		}
		p.leads("ending it", owner.post(m[1]), talkPath+"/bans?done=unban")
		p.shows("ended", owner.get(talkPath+"/bans?done=unban"), 200, "The ban has ended")
	})
}

func TestDeskTalk_RulesAndFigures(t *testing.T) {
	each(t, func(s *settings.Site) { held(s); s.CommentPolicy = settings.CommentsOpen }, func(t *testing.T, p *paper) {
		owner := p.setUp()
		story := p.story("The harbour", worldSection, article.PublishInput{}, nil)
		one := p.says(story.ID, "Mara", "mara@reader.example", "The ferry was late again, and nobody at the pier said why it was.")
		two := p.says(story.ID, "Jon", "jon@casino.example", "A walk along the quay in the evening is what I would recommend.")
		rules := []string{"kind", "word", "pattern", "Ferry was", "action", "hold", "kind", "mail", "pattern", "casino.example", "action", "spam", "kind", "range", "pattern", "198.51.0.0/16", "action", "hold",
			"kind", "range", "pattern", "198.51.1.9/32", "action", "hold", "kind", "word", "pattern", "", "action", "hold"}
		page := owner.sendsAll(talkPath+"/rules", append(rules, "do", "try")...)
		p.shows("tried", page, 200, "Would have caught: 1")
		p.shows("a range", page, 200, "Would have caught: 2")
		p.shows("one too narrow", page, 200, "Cannot be told")
		p.shows("what was typed", page, 200, `value="casino.example"`)
		if strings.Contains(owner.get(talkPath+"/rules").body, "casino.example") {
			t.Error("trying rules kept them")
		}
		p.shows("a bad rule", owner.sendsAll(talkPath+"/rules", "kind", "domain", "pattern", "no domain", "action", "hold"), 422, `value="no domain"`)
		p.leads("saving", owner.sendsAll(talkPath+"/rules", rules...), talkPath+"/rules?done=rules")
		p.shows("saved", owner.get(talkPath+"/rules"), 200, `value="Ferry was"`)
		three := p.says(story.ID, "Ida", "ida@reader.example", "Today the ferry was on time, which surprised us all a lot.")
		p.is("a rule", three, "pending")
		p.shows("why", owner.get(talkPath), 200, "a rule of yours: Ferry was")
		owner.post(talkPath+"/decide", "do", "approve", "comment", decimal(three))
		owner.post(talkPath+"/decide", "do", "spam", "comment", decimal(two))
		p.is("not held", one, "approved")
		page = owner.get(talkPath + "/figures")
		p.shows("the figures", page, 200, "<b>3</b><span>came in</span>")
		p.shows("missed", page, 200, "Missed, and found by a moderator: 1")
		p.shows("by reason", page, 200, "a rule of yours")
	})
}

func TestDeskTalk_SpeaksFiveLanguages(t *testing.T) {
	each(t, held, func(t *testing.T, p *paper) {
		owner := p.setUp()
		story := p.story("The harbour", worldSection, article.PublishInput{}, nil)
		one := p.says(story.ID, "Mara", "mara@reader.example", "The ferry was late again.")
		p.must(p.app.talk.Ban(p.ctx, p.actor, comment.Ban{Kind: comment.BanWriter, Comment: one}))
		for _, language := range []string{"en", "de", "fr", "es", "ar"} {
			owner.language = language
			for _, path := range []string{talkPath, talkPath + "?status=approved", talkPath + "/" + decimal(one), talkPath + "/rules", talkPath + "/bans", talkPath + "/figures", talkPath + "?did=ban&n=1&undo=d1"} {
				got := owner.get(path)
				if !strings.Contains(got.body, `<html lang="`+language+`"`) {
					t.Errorf("%s is not in %s", path, language)
				}
				if key := regexp.MustCompile(`[> ](talk|comment|guard)\.[a-z_0-9]+`).FindString(got.body); key != "" {
					t.Errorf("%s in %s shows the key %s", path, language, key)
				}
			}
		}
	})
}
