package importer_test

import (
	"testing"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/register"
)

// TestRun_NamesWhoIsInTheRegister imports a story about somebody whom the
// register knows already: it stands in the list of that entry, a draft does not.
func TestRun_NamesWhoIsInTheRegister(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := open(t, d)
		ann, err := n.register.Add(t.Context(), account.System("test"), register.Input{Entry: register.Entry{Kind: register.Person, Name: "Ann Lee", Open: true, ByName: true}})
		n.must(err)
		n.load(export{Items: []item{
			{ID: 5, Title: "Harbour", Slug: "harbour", Content: "<p>Ann Lee opened the harbour.</p>"},
			{ID: 6, Title: "Secret", Slug: "secret", Status: "draft", Content: "<p>Ann Lee sells it.</p>"},
			{ID: 7, Title: "Market", Slug: "market", Content: "<p>Nobody came.</p>"},
		}}.write(t))
		n.drain()
		got := n.text(`SELECT MAX(a.slug) || ' ' || COUNT(*) FROM listing l JOIN article a ON a.id = l.article_id WHERE l.scope = 'subject' AND l.ref = $1`, ann.ID)
		if got != "harbour 1" {
			t.Errorf("the list of Ann Lee has %q, want the public story alone", got)
		}
	})
}
