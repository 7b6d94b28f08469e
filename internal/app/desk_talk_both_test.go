package app

import (
	"regexp"
	"strings"
	"testing"

	"dateline/internal/article"
)

// seenAs finds what a page's forms say of how a comment was shown.
func seenAs(t *testing.T, body string, id int64) string {
	t.Helper()
	m := regexp.MustCompile(`name="seen" value="(` + decimal(id) + `\.-?\d+)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("the page does not say how comment %d was shown", id)
	}
	return m[1]
}

// Two editors have the same page open, and both decide. The second one is told
// who decided what, with and without script, and overwrites nothing.
func TestDeskTalk_TwoDecide(t *testing.T) {
	each(t, held, func(t *testing.T, p *paper) {
		owner := p.setUp()
		story := p.story("The harbour", worldSection, article.PublishInput{}, nil)
		one := p.says(story.ID, "Mara Quay", "mara@reader.example", "The ferry was late again, and nobody said why.")
		two := p.says(story.ID, "Jon Bold", "jon@reader.example", "The cable was never changed in all these years.")
		edna := p.joins(owner, "Edna", "editor")
		page := owner.get(talkPath).body
		first, second := seenAs(t, page, one), seenAs(t, page, two)

		done := edna.post(talkPath+"/decide", "comment", decimal(one), "seen", first, "do", "approve")
		p.is("the first decision", one, "approved")
		late := owner.post(talkPath+"/decide", "comment", decimal(one), "seen", first, "do", "spam")
		other := owner.post(talkPath+"/decide", "comment", decimal(two), "seen", second, "do", "spam")
		p.is("what Edna decided", one, "approved")
		p.is("what nobody had", two, "spam")
		told := owner.get(late.location)
		for _, text := range []string{"The comment by Mara Quay was left as it is: Edna decided on it meanwhile", "(approved)", "To spam: 0"} {
			p.shows("the second", told, 200, text)
		}
		// Each takes back what was theirs.
		owner.undoes("the spam", other.location)
		p.is("undone", two, "pending")
		edna.undoes("the approval", done.location)
		p.is("undone", one, "pending")

		// The same by script, and an answer is not lost.
		edna.post(talkPath+"/decide", "comment", decimal(one), "do", "bin")
		status, said := owner.scripts(talkPath+"/decide", "comment", decimal(one), "seen", first, "do", "approve")
		left, _ := said["left"].([]any)
		if status != 200 || said["changed"] != float64(0) || said["undo"] != nil || len(left) != 1 || !strings.Contains(left[0].(string), "Edna decided on it meanwhile") {
			t.Errorf("the script is told %d %v", status, said)
		}
		again := owner.post(talkPath+"/"+decimal(one)+"/reply", "text", "Thank you, we asked the harbour office.", "seen", first)
		for _, text := range []string{"Edna decided on it meanwhile", "Thank you, we asked the harbour office."} {
			p.shows("an answer to what a colleague binned", again, 422, text)
		}
		p.is("it stays in the bin", one, "binned")

		// Who has seen it may overrule; then the first one's undo says that it came too late.
		gone := edna.post(talkPath+"/decide", "comment", decimal(two), "do", "spam")
		owner.post(talkPath+"/decide", "comment", decimal(two), "seen", seenAs(t, owner.get(talkPath+"/"+decimal(two)).body, two), "do", "approve")
		p.is("overruled", two, "approved")
		p.shows("the undo", edna.get(edna.undoes("too late", gone.location).location), 200, "The comment by Jon Bold was left as it is")
		p.is("still", two, "approved")
	})
}
