package richtext

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// sampleAccounts is the record that the tests show.
func sampleAccounts() Accounts {
	return Accounts{ID: 1, Title: "The shot at the bridge", Updated: "2026-05-04",
		Sides: []AccountSide{
			{Party: "Army", Words: "“We did not fire.”\n\nThe convoy <was> late.", Source: "https://army.example/1", SourceLabel: "Army press office", Date: "2026-05-02"},
			{Party: "Villagers", Words: "Two shots came from the north."}},
		Points: []AccountPoint{
			{Text: "A shot was fired", Stands: []AccountStand{{Says: Denies, Source: "https://army.example/2"}, {Says: Confirms, Words: "Two of them."}}, Verdict: "True", Why: "Both cameras show it."},
			{Text: "The convoy was warned", Stands: []AccountStand{{Says: Silent}, {Says: Silent}}}}}
}

func said(speaker string) Mark {
	return Mark{Type: "said", Attrs: map[string]any{"speaker": speaker, "role": "mayor", "date": "2026-05-03"}}
}

func TestQuotes(t *testing.T) {
	ann := []Mark{said("Ann Lee")}
	doc := Doc{Version: 1, Content: []Node{
		paragraphOf(textNode("“", nil), textNode("If they come back,", ann), textNode("” she said, “", nil), textNode("we will ", ann),
			textNode("be", []Mark{{Type: "em"}, said("Ann Lee")}), textNode(" here.", ann), textNode("” “", nil), textNode("And stay.", ann), textNode("”", nil)),
		{Type: "attributed_quote", Attrs: map[string]any{"speaker": "Bo Park", "outlet": "Daily News"}, Content: []Node{paragraphOf(textNode("“No.”", nil))}},
		{Type: "attributed_quote", Attrs: map[string]any{"role": "nobody named"}, Content: []Node{paragraphOf(textNode("No.", nil))}},
		{Type: "page_break"},
		{Type: "accounts", Content: []Node{{Type: "account", Attrs: map[string]any{"party": "Army", "source_label": "Press office"}, Content: []Node{paragraphOf(textNode("Nothing happened.", nil))}}}},
		{Type: "heading", Content: []Node{textNode("Words", ann)}},
		{Type: "bullet_list", Content: []Node{{Type: "list_item", Content: []Node{paragraphOf(textNode("he would go", ann))}}}},
	}}
	doc, err := Validate(doc)
	if err != nil {
		t.Fatal(err)
	}
	got := Quotes(doc)
	want := []Quote{
		{Kind: QuoteProse, Speaker: "Ann Lee", Role: "mayor", Date: "2026-05-03", Words: "If they come back, we will be here.", Direct: true, Part: 1},
		{Kind: QuoteProse, Speaker: "Ann Lee", Role: "mayor", Date: "2026-05-03", Words: "And stay.", Direct: true, Part: 1},
		{Kind: QuoteBlock, Speaker: "Bo Park", Outlet: "Daily News", Words: "No.", Direct: true, Part: 1},
		{Kind: QuoteAccount, Speaker: "Army", Outlet: "Press office", Words: "Nothing happened.", Part: 2},
		{Kind: QuoteProse, Speaker: "Ann Lee", Role: "mayor", Date: "2026-05-03", Words: "Words", Part: 2},
		{Kind: QuoteProse, Speaker: "Ann Lee", Role: "mayor", Date: "2026-05-03", Words: "he would go", Part: 2},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Quote{}, "Anchor")); diff != "" {
		t.Error(diff)
	}
	pages := map[int]string{}
	for i, part := range Parts(doc) {
		pages[i+1] = HTML(part, Options{})
	}
	for _, q := range got {
		if q.Anchor == "" {
			if q.Words != "Words" {
				t.Errorf("%q has no anchor", q.Words)
			}
			continue
		}
		if n := strings.Count(pages[q.Part], `id="`+q.Anchor+`"`); n != 1 {
			t.Errorf("%q: its anchor stands %d times on page %d:\n%s", q.Words, n, q.Part, pages[q.Part])
		}
	}
	if moved := Quotes(Doc{Content: []Node{doc.Content[5], doc.Content[0]}}); moved[len(moved)-1].Anchor != got[0].Anchor {
		t.Error("the anchor changed when the paragraph moved")
	}
	if feed := FeedHTML(doc, Options{}); strings.Contains(feed, "said-") || strings.Contains(MailHTML(doc, MailOptions{}), "said-") {
		t.Error("feeds and letters carry anchors")
	}
}

func TestValidate_Said(t *testing.T) {
	for name, attrs := range map[string]map[string]any{
		"speaker: is required":          {"role": "mayor"},
		"speaker: is longer than 400":   {"speaker": strings.Repeat("x", 401)},
		"date: must be a date":          {"speaker": "Ann", "date": "last week"},
		"source: is not an address":     {"speaker": "Ann", "source": "javascript:alert(1)"},
		"mood: there is no such attrib": {"speaker": "Ann", "mood": "glad"},
	} {
		_, err := Validate(Doc{Content: []Node{paragraphOf(textNode("x", []Mark{{Type: "said", Attrs: attrs}}))}})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want an error with %q, not %v", name, err)
		}
	}
}

// A mark of said is not to be seen: without it the page differs by an id only.
func TestHTML_SaidIsInvisible(t *testing.T) {
	plain := HTML(Doc{Content: []Node{paragraphOf(textNode("“We will not,” she said.", nil))}}, Options{})
	marked := HTML(Doc{Content: []Node{paragraphOf(textNode("“", nil), textNode("We will not,", []Mark{said("Ann")}), textNode("” she said.", nil))}}, Options{})
	if stripped := strings.Replace(marked, ` id="`+saidAnchor("We will not,")+`"`, "", 1); stripped != plain {
		t.Errorf("%q is not %q", stripped, plain)
	}
}

func TestSharedAccounts(t *testing.T) {
	doc := Doc{Content: []Node{{Type: "shared_accounts", Attrs: map[string]any{"record": int64(1)}}, {Type: "shared_accounts", Attrs: map[string]any{"record": int64(2)}}}}
	page := HTML(doc, Options{Resolver: room{}})
	for _, want := range []string{`<th scope="col">Villagers</th>`, `<th scope="row">A shot was fired</th>`, `class="stand-denies"`, `<span class="stand">Does not mention it</span>`,
		`The convoy &lt;was&gt; late.`, `Our verdict: True`, `<time datetime="2026-05-04">4 May 2026</time>`, `href="https://army.example/2"`, `Army press office, 2 May 2026`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s:\n%s", want, page)
		}
	}
	if got := RecordIDs(doc); !cmp.Equal(got, []int64{1, 2}) {
		t.Errorf("records are %v", got)
	}
	if strings.Count(page, "shared-accounts") != 1 {
		t.Error("an unknown record shows something")
	}
	feed, letter := FeedHTML(doc, Options{Resolver: room{}}), MailHTML(doc, posted("ltr"))
	text := MailText(doc, posted("ltr"))
	for name, out := range map[string]string{"feed": feed, "letter": letter, "text": text} {
		for _, want := range []string{"A shot was fired", "Two of them.", "Does not mention it", "Updated on 4 May 2026", "Our verdict: True"} {
			if !strings.Contains(out, want) {
				t.Errorf("the %s lacks %q:\n%s", name, want, out)
			}
		}
		if strings.Contains(out, "accounts-table") {
			t.Errorf("the %s has a table", name)
		}
	}
}
