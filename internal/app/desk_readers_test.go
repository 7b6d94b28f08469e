package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"dateline/internal/subscriber/transfer"
)

const members = `id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers
64f0a1,ada@harbour.example,Ada Quay,early,true,false,,2026-03-04T09:15:00.000Z,,Daily,
64f0a2,bo@harbour.example,Bo,,true,false,,2026-02-02T02:02:02.000Z,,World,
64f0a3,gone@harbour.example,,,false,false,,2020-01-01T00:00:00.000Z,,,
64f0a4,nobody at home,,,true,false,,2020-01-01T00:00:00.000Z,,,
`

// brings uploads a list as the form of the page does.
func (b *browser) brings(name, content string) answer {
	b.p.t.Helper()
	r := form(nil, map[string][]byte{name: []byte(content)})
	r.URL.Path = "/desk/readers/import"
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	return b.p.ask(r)
}

// sendsAll posts a form in which names come more than once.
func (b *browser) sendsAll(path string, pairs ...string) answer {
	b.p.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

func TestDeskReaders_MoveIn(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		const at = "/desk/readers/import"
		p.shows("no file", owner.brings("", ""), 422, "Choose a file")
		p.shows("an empty one", owner.brings("empty.csv", ""), 422, "The file is empty")
		words := owner.post("/desk/readers/newsletters/new", "name", "World letter", "word", "world", "rhythm", "daily", "open", "on")
		m := regexp.MustCompile(`/desk/readers/newsletters/([0-9]+)\?done=saved`).FindStringSubmatch(words.location)
		if m == nil {
			t.Fatalf("a newsletter: %d %s\n%.800s", words.status, words.location, words.body)
		}
		world := m[1]
		got := owner.brings("members.csv", members)
		m = regexp.MustCompile(`^` + at + `/([0-9]+)$`).FindStringSubmatch(got.location)
		if m == nil {
			t.Fatalf("uploaded: %d %s\n%.1500s", got.status, got.location, got.body)
		}
		one := at + "/" + m[1]
		var sealed string
		p.must(p.app.db.QueryRow(p.ctx, `SELECT sealed FROM transfer_chunk`).Scan(&sealed))
		if strings.Contains(sealed, "ada") {
			t.Error("the upload is not sealed")
		}
		p.shows("what the columns mean", owner.get(one), 200, "from Ghost")
		p.shows("a sample", owner.get(one), 200, "a…@harbour.example")
		p.shows("starting untried", owner.post(one+"/start"), 422, "has not been tried")

		columns := []string{"", "email", "name", "", "subscribed", "", "", "created", "left", "labels", ""}
		fields := func(more ...string) (out []string) {
			for _, c := range columns {
				out = append(out, "column", c)
			}
			return append(out, more...)
		}
		p.leads("trying", owner.sendsAll(one+"/try", fields()...), one)
		if got := owner.get(one); got.header.Get("Refresh") == "" || !strings.Contains(got.body, "The rows are being tried") {
			t.Errorf("while it is tried: %v %.500s", got.header, got.body)
		}
		p.shows("trying twice", owner.sendsAll(one+"/try", fields()...), 422, "being read already")
		p.drain()
		tried := owner.get(one)
		p.shows("the dry run", tried, 200, "Take 2 new readers in")
		p.shows("who is kept out", tried, 200, "the file says they left")
		p.shows("what fails", tried, 200, "not a mail address")
		p.shows("the lists", tried, 200, `value="Daily"`)
		if strings.Contains(tried.body, "ada@harbour") {
			t.Error("a whole address stands in the report")
		}
		// Only those with a list; Ada's has no newsletter. Columns may be swapped.
		columns[2], columns[3] = "", "name"
		p.leads("trying by list", owner.sendsAll(one+"/try", fields("into", "0", "label", "Daily", "label-0", "0", "label", "World", "label-1", world)...), one)
		p.drain()
		p.shows("by list", owner.get(one), 200, "Take 1 new reader in")
		p.shows("why", owner.get(one), 200, "no newsletter for their lists")
		p.leads("starting", owner.post(one+"/start"), one)
		p.shows("discarding while it runs", owner.post(one+"/discard"), 422, "under way")
		p.drain()
		p.shows("the report", owner.get(one), 200, "4 rows in the file")
		var left int
		p.must(p.app.db.QueryRow(p.ctx, `SELECT COUNT(*) FROM transfer_chunk`).Scan(&left))
		if left != 0 {
			t.Errorf("%d pieces of the file are still there", left)
		}
		p.shows("starting again", owner.post(one+"/start"), 422, "has been taken in")
		p.shows("the numbers", owner.get("/desk/readers"), 200, "1 reader<")
		p.leads("discarding", owner.post(one+"/discard"), at+"?done=discarded")
		p.shows("a list without addresses", owner.get(owner.brings("x.csv", "a,b\n1,2\n").location), 200, "no column holds mail addresses")
		p.shows("an unreadable one", owner.get(owner.brings("x.csv", "email\n\"a@x.example\n").location), 200, "line 2 cannot be read")

		log := owner.get("/desk/log")
		if strings.Contains(log.body, "harbour.example") {
			t.Error("an address is in the log")
		}
		if said := p.logged(); strings.Contains(said, "harbour.example") {
			t.Errorf("an address was logged: %s", said)
		}
	})
}

func TestDeskReaders_OnePerson(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		list, err := transfer.Unpack("members.csv", strings.NewReader(members), int64(len(members)))
		p.must(err)
		_, err = p.app.ImportReaders(p.ctx, list, transfer.Options{})
		p.must(err)
		p.shows("nobody", owner.post("/desk/readers/find", "address", "nobody@harbour.example"), 422, "Nobody reads at this address")
		p.shows("what was typed", owner.post("/desk/readers/find", "address", "nobody@harbour.example"), 422, `value="nobody@harbour.example"`)
		found := owner.post("/desk/readers/find", "address", " ADA@harbour.example")
		if found.status != http.StatusSeeOther || strings.Contains(found.location, "harbour") {
			t.Fatalf("found: %d %s", found.status, found.location)
		}
		at := found.location
		p.shows("who it is", owner.get(at), 200, "Ada Quay")
		p.shows("the consents", owner.get(at), 200, "imported from ghost")
		data := owner.post(at + "/data")
		if data.status != 200 || !strings.Contains(data.body, `"ada@harbour.example"`) || !strings.Contains(data.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("data: %d %s", data.status, data.body)
		}
		p.leads("ending", owner.post(at+"/end"), at+"?done=ended")
		p.shows("ended", owner.get(at), 200, "Reads</h2><p>Nothing at present")
		p.shows("asking before erasing", owner.get(at+"/erase"), 200, "There is no way back")
		p.leads("erasing", owner.post(at+"/erase", "never", "on"), "/desk/readers?done=erased")
		p.shows("erased", owner.get(at), 404, "")
		for _, f := range transfer.Formats() {
			got := owner.post("/desk/readers/export", "format", f.Name)
			if got.status != 200 || got.header.Get("Cache-Control") != "private, no-store" || f.Name != "mailchimp" && !strings.Contains(got.body, "bo@harbour.example") ||
				strings.Contains(got.body, "ada@harbour.example") {
				t.Errorf("export %s: %d %v %.300s", f.Name, got.status, got.header, got.body)
			}
		}
		p.shows("the log", owner.get("/desk/log"), 200, "export readers")
		edna := p.joins(owner, "Edna", "editor")
		p.shows("an editor", edna.get("/desk/readers"), 403, "")
		p.shows("an editor exports", edna.post("/desk/readers/export", "format", "json"), 403, "")
	})
}

func TestDeskReaders_Newsletters(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		const at = "/desk/readers/newsletters"
		p.shows("without a rhythm", owner.post(at+"/new", "name", "Typed name", "word", "typed"), 422, `value="Typed name"`)
		got := owner.sendsAll(at+"/new", "name", "Evening", "word", "evening", "rhythm", "weekly", "rhythm", "edition", "open", "on", "reply_to", "desk@paper.example")
		one := strings.TrimSuffix(got.location, "?done=saved")
		p.shows("the form", owner.get(one), 200, `value="desk@paper.example"`)
		p.leads("moving up", owner.post(at+"/order", "up", strings.TrimPrefix(one, at+"/")), at+"?done=saved")
		all, err := p.app.Newsletters(p.ctx)
		p.must(err)
		if len(all) != 2 || all[0].Slug != "evening" {
			t.Errorf("%+v", all)
		}
		p.leads("closing", owner.post(one, "name", "Evening", "word", "evening", "rhythm", "weekly"), one+"?done=saved")
		p.shows("closed", owner.get(at), 200, "closed")
		p.shows("a bad number", owner.get(at+"/77"), 404, "")
	})
}
