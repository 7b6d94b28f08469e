package app

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/media/picture/picturetest"
)

// TestDesk_LogNamesThings: the log shows headlines and names that lead to what
// they name, and a number where nothing is left.
func TestDesk_LogNamesThings(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		story := p.story("Harbour <tunnel> approved", worldSection, article.PublishInput{}, nil)
		item := p.item("a picture", owner.send("/desk/media", map[string][]string{"name": {"ferry.jpg"}}, picturetest.JPEG(picturetest.Scene(400, 300))))
		p.joins(owner, "Ann", "author")
		people, err := p.app.accounts.People(p.ctx, operator)
		p.must(err)
		var annie int64
		for _, one := range people {
			if one.Name == "Ann" {
				annie = one.ID
			}
		}
		p.write(func(ctx context.Context, tx *db.Tx) error {
			for _, e := range []struct {
				object string
				ref    int64
				detail map[string]any
			}{
				{"article", story.ID, map[string]any{"person": annie, "edition": int64(1<<53 + 1)}}, {"article", 4711, nil}, {"section", worldSection, nil},
				{"front", sportSection, nil}, {"front", 0, nil}, {"tag", portTag, nil}, {"author", ann, nil}, {"author", 4712, nil}, {"tag", 4713, nil},
			} {
				if err := audit.Record(ctx, tx, p.now.Now(), "Edna", "test", e.object, e.ref, e.detail); err != nil {
					return err
				}
			}
			return nil
		})
		before := p.statements.Load()
		got := owner.get("/desk/log")
		if n := p.statements.Load() - before; n > 40 {
			t.Errorf("the log asks the database %d times", n)
		}
		for _, want := range []string{
			fmt.Sprintf(`article <a href="/desk/articles/%d">Harbour &lt;tunnel&gt; approved</a>`, story.ID),
			"edition: " + strconv.Itoa(1<<53+1) + ", person: Ann", "article 4711", "author 4712", "tag 4713",
			fmt.Sprintf(`section <a href="/desk/structure/sections/%d">World</a>`, worldSection), fmt.Sprintf(`front <a href="/desk/front?section=%d">Sport</a>`, sportSection),
			fmt.Sprintf(`tag <a href="/desk/structure/tags/%d">Port</a>`, portTag), fmt.Sprintf(`author <a href="/desk/structure/authors/%d">Ann Lee</a>`, ann),
			fmt.Sprintf(`file <a href="/desk/media/%s">ferry.jpg</a>`, item.ID), `person <a href="/desk/people">Ann</a>`,
		} {
			p.shows("the log", got, 200, want)
		}
		for rest := got.body; ; { // every link leads somewhere
			_, after, ok := strings.Cut(rest, `<td>`)
			if !ok {
				break
			}
			rest = after
			cell, _, _ := strings.Cut(after, "</td>")
			if _, link, ok := strings.Cut(cell, `href="`); ok {
				path, _, _ := strings.Cut(link, `"`)
				if to := owner.get(path); to.status != 200 {
					t.Errorf("%s leads to %d", path, to.status)
				}
			}
		}
	})
}
