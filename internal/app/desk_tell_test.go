package app

import (
	"io"
	"mime"
	"mime/quotedprintable"
	"strconv"
	"strings"
	"testing"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/mail/mailtest"
)

// subjects are the subjects of all letters so far, decoded, with their readers.
func subjects(t *testing.T, server *mailtest.Server) (all []string) {
	t.Helper()
	for _, l := range server.Letters() {
		_, rest, _ := strings.Cut(l.Raw, "Subject: ")
		lines := strings.Split(rest, "\r\n")
		subject := lines[0]
		for _, more := range lines[1:] {
			if !strings.HasPrefix(more, " ") {
				break
			}
			subject += more
		}
		plain, err := new(mime.WordDecoder).DecodeHeader(subject)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l.To+" "+plain)
	}
	return all
}

// words is the text of a letter, decoded.
func words(t *testing.T, l mailtest.Letter) string {
	t.Helper()
	raw, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(l.Raw)))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestDesk_TellsColleaguesByMail(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		ann, ben, cyd := p.joins(owner, "Ann", "author"), p.joins(owner, "Ben", "author"), p.joins(owner, "Cyd", "contributor")
		at, c := ann.begins()
		p.reply("a save", ann.sends("POST", at+"/save", map[string]any{"revision": 1, "tab": "t", "content": with(c, "headline", "Ferry late", "sections", []string{"1"}, "body", body("The ferry was late."))}), 200)
		id := at[strings.LastIndex(at, "/")+1:]
		people := map[string]string{}
		for _, name := range []string{"olga", "ann", "ben", "cyd"} {
			people[name] = strconv.FormatInt(p.person(name+"@paper.example").ID, 10)
		}
		note := func(from *browser, body string, named ...string) {
			t.Helper()
			ids := []string{}
			for _, n := range named {
				ids = append(ids, people[n])
			}
			got := from.sends("POST", at+"/notes", map[string]any{"do": "add", "note": "", "thread": "", "body": body,
				"anchor": map[string]string{"quote": "ferry was late", "prefix": "The ", "suffix": "."}, "mentions": ids})
			if got.status != 200 {
				t.Fatalf("a note: %d %s", got.status, got.body)
			}
		}
		p.leads("a language", ben.post("/desk/account/language", "language", "de"), "/desk/account?done=saved")
		note(ann, "Before there is a mail server", "ben")
		server := p.mails()
		sent := func(what string, want ...string) {
			t.Helper()
			p.drain()
			if got := subjects(t, server); strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Fatalf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		sent("without a mail server")
		note(ann, "Who says so?\nThe harbour master?", "ben", "ben", "ann")
		rows, err := p.app.db.Query(p.ctx, `SELECT payload || job_key FROM job WHERE kind = $1`, account.JobTell)
		p.must(err)
		for rows.Next() {
			var payload string
			p.must(rows.Scan(&payload))
			if strings.Contains(payload, "harbour") || strings.Contains(payload, "Ann") || strings.Contains(payload, "Ferry") {
				t.Errorf("the table of jobs shows %s", payload)
			}
		}
		p.must(rows.Close())
		first := "ben@paper.example Ann erwähnt Sie in einer Notiz: Ferry late"
		sent("a note", first)
		p.drain()
		letter := words(t, server.Letters()[0])
		for _, text := range []string{"Who says so?", "The harbour master?", "Zur Textstelle: „ferry was late“", "http://news.example/desk/articles/" + id + "#note-", "lang=\"de\""} {
			if !strings.Contains(letter, text) {
				t.Errorf("the letter lacks %q:\n%s", text, letter)
			}
		}
		// Seen before it was sent, taken back, not theirs to see, not wished, switched off: no letter.
		note(ann, "Seen at once", "ben")
		if got := ben.sends("POST", at+"/notes", map[string]any{"do": "seen"}); got.status != 200 {
			t.Fatalf("seeing a note: %d %s", got.status, got.body)
		}
		sent("a note that was seen at the desk", first)
		note(ann, "Taken back", "ben")
		ours, err := p.app.articles.Notes(p.ctx, p.person("ann@paper.example"), idOf(t, id))
		p.must(err)
		p.must(p.app.articles.RemoveNote(p.ctx, p.person("ann@paper.example"), idOf(t, id), ours[len(ours)-1].ID))
		sent("a note that was taken back", first)
		p.leads("no mail", ben.post("/desk/account/mail"), "/desk/account?done=saved")
		p.shows("the wish", ben.get("/desk/account"), 200, `name="told" value="1" aria-describedby`)
		note(ann, "Unwished", "ben")
		sent("a note to somebody who wants no mail", first)
		p.shows("the inbox", ben.get("/desk/notes"), 200, "Unwished")
		p.leads("mail again", ben.post("/desk/account/mail", "told", "1"), "/desk/account?done=saved")
		note(ann, "Off", "ben")
		p.leads("switching off", owner.post("/desk/people/"+people["ben"], "do", "disable"), "/desk/people?done=disabled")
		sent("a note to somebody who was switched off", first)
		// Articles that are given, sent back and approved.
		_, err = p.app.articles.Assign(p.ctx, p.person("olga@paper.example"), article.AssignInput{ID: idOf(t, id), Assignee: idOf(t, people["cyd"]), Due: p.now.Now()})
		p.must(err)
		given := "cyd@paper.example Olga has given you an article: Ferry late"
		sent("an article that was given", first, given)
		p.shows("her article", cyd.get(at), 200, "Ferry late")
		if letter := words(t, server.Letters()[1]); !strings.Contains(letter, "It is due on") || !strings.Contains(letter, "Europe/Berlin") {
			t.Errorf("the letter lacks the time:\n%s", letter)
		}
		w, err := p.app.articles.Working(p.ctx, p.person("ann@paper.example"), idOf(t, id))
		p.must(err)
		a, err := p.app.articles.Move(p.ctx, p.person("ann@paper.example"), article.MoveInput{ID: w.Article.ID, Revision: w.Article.Revision, To: article.StatusReview})
		p.must(err)
		a, err = p.app.articles.Move(p.ctx, p.person("olga@paper.example"), article.MoveInput{ID: a.ID, Revision: a.Revision, To: article.StatusChanges, Note: "Name the source."})
		p.must(err)
		asked := []string{"ann@paper.example Olga asks for changes: Ferry late", "cyd@paper.example Olga asks for changes: Ferry late"}
		p.drain()
		got := subjects(t, server)
		if len(got) != 4 || !(strings.Contains(strings.Join(got, "\n"), asked[0]) && strings.Contains(strings.Join(got, "\n"), asked[1])) {
			t.Errorf("changes asked for: %q", got)
		}
		if !strings.Contains(words(t, server.Letters()[2]), "Name the source.") {
			t.Error("the letter does not say which changes")
		}
		p.shows("the writer's inbox", ann.get("/desk/notes"), 200, "Name the source.")
		_, err = p.app.articles.Move(p.ctx, p.person("olga@paper.example"), article.MoveInput{ID: a.ID, Revision: a.Revision, To: article.StatusApproved})
		p.must(err)
		p.drain()
		if got := subjects(t, server); len(got) != 6 || !strings.Contains(got[4]+got[5], "ann@paper.example Olga has approved: Ferry late") {
			t.Errorf("approved: %q", got)
		}
	})
}

func idOf(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestPeople_MailTheirLinks: the command line mails a link and does not show
// it, or says why not and shows it.
func TestPeople_MailTheirLinks(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		p.setUp()
		in, err := p.app.AddPerson(p.ctx, "Ann", "ann@paper.example", "author")
		p.must(err)
		if in.Mailed || in.Why != nil || in.Link == "" {
			t.Errorf("without a mail server: %+v", in)
		}
		server := p.mails()
		in, err = p.app.AddPerson(p.ctx, "Ben", "ben@paper.example", "author")
		p.must(err)
		if !in.Mailed || in.Why != nil || len(server.Letters()) != 1 || server.Letters()[0].To != "ben@paper.example" {
			t.Fatalf("with one: %+v, %d letters", in, len(server.Letters()))
		}
		ben := p.browser()
		p.leads("the mailed link", ben.post(p.mailedLink(server, 1), "password", deskSecret), "/desk/")
		in, err = p.app.ResetPerson(p.ctx, "ben@paper.example", false, false)
		p.must(err)
		if !in.Mailed || len(server.Letters()) != 2 {
			t.Errorf("a reset: %+v", in)
		}
		server.Reply = func(command, _ string) string { return map[string]string{"RCPT": "550 5.1.1 no such mailbox"}[command] }
		in, err = p.app.AddPerson(p.ctx, "Cyd", "cyd@paper.example", "author")
		p.must(err)
		if in.Mailed || in.Why == nil || !strings.Contains(in.Why.Error(), "no such mailbox") {
			t.Errorf("a letter that is refused: %+v", in)
		}
		p.leads("the printed link", p.browser().post(strings.TrimPrefix(in.Link, "http://news.example"), "password", deskSecret), "/desk/")
	})
}
