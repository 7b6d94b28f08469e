package richtext

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"
)

func posted(dir string) MailOptions {
	return MailOptions{Resolver: room{}, Base: "https://news.example", Page: "https://news.example/world/vote/", Dir: dir}
}

func fixtures(t *testing.T) (names []string, docs map[string]Doc) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "documents.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &docs); err != nil {
		t.Fatal(err)
	}
	for name := range docs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, docs
}

// Every fixture document as a letter: its HTML and its text.
func TestMail_Golden(t *testing.T) {
	names, docs := fixtures(t)
	got := txtar.Archive{}
	for _, name := range names {
		o := posted("ltr")
		o.Notes = &MailNotes{}
		text := MailText(docs[name], o)
		if list := o.Notes.List(); list != "" {
			text += "\n\n" + list
		}
		got.Files = append(got.Files, txtar.File{Name: name + ".html", Data: []byte(MailHTML(docs[name], o) + "\n")},
			txtar.File{Name: name + ".txt", Data: []byte(text + "\n")})
	}
	file := filepath.Join("testdata", "mail.txtar")
	if *update {
		if err := os.WriteFile(file, txtar.Format(&got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(txtar.Format(want)), string(txtar.Format(&got))); diff != "" {
		t.Errorf("%s differs (-want +got); run the test with -update and read the diff:\n%s", file, diff)
	}
}

// forMail are the attributes that letters have beside those of pages. Their
// values are the program's own.
var forMail = regexp.MustCompile(` (?:style="[^"<>&]*"|role="presentation"|(?:cellpadding|cellspacing|border)="0"|bgcolor="#16181b"|align="center"|valign="top"|width="(?:50|100)%")|<td (?:height="[0-9]+")`)

// mailFindings returns what in a letter's HTML is not allowed.
func mailFindings(fragment string) []string {
	plain := forMail.ReplaceAllStringFunc(fragment, func(s string) string {
		if strings.HasPrefix(s, "<td") {
			return "<td"
		}
		return ""
	})
	found := findings(plain)
	z := html.NewTokenizer(strings.NewReader(fragment))
	for z.Next() != html.ErrorToken {
		t := z.Token()
		if t.Type != html.StartTagToken {
			continue
		}
		if slices.Contains([]string{"audio", "video", "source", "picture", "details", "aside", "figure", "form", "iframe"}, t.Data) {
			found = append(found, "mail has no "+t.Data)
		}
		for _, a := range t.Attr {
			switch {
			case a.Key == "id" || a.Key == "srcset":
				found = append(found, "attribute "+a.Key)
			case a.Key == "src" && !strings.HasPrefix(a.Val, "https://news.example/"):
				found = append(found, "a picture from elsewhere: "+a.Val)
			case a.Key == "href" && !strings.Contains(a.Val, ":"):
				found = append(found, "a relative address: "+a.Val)
			case a.Key == "style" && strings.ContainsAny(a.Val, "§\\@"), a.Key == "style" && strings.Contains(a.Val, "url("):
				found = append(found, "style "+a.Val)
			}
		}
	}
	return found
}

func TestMail_FixturesAreSafe(t *testing.T) {
	names, docs := fixtures(t)
	for _, name := range names {
		for _, dir := range []string{"ltr", "rtl"} {
			if found := mailFindings(MailHTML(docs[name], posted(dir))); found != nil {
				t.Errorf("%s: %v", name, found)
			}
		}
	}
	if mailFindings(`<td style="x" onclick="y">a</td>`) == nil || mailFindings(`<img src="https://other.example/a.gif" alt="">`) == nil ||
		mailFindings(`<script>x</script>`) == nil || mailFindings(`<a href="/x">a</a>`) == nil {
		t.Error("the check finds nothing")
	}
}

// Every text attribute and every text of a node reaches the reader of a letter,
// in both parts, or is known not to.
func TestMail_ShowsEveryWordOfEveryNode(t *testing.T) {
	hidden := map[string]bool{
		"figure.alt": true, "inline_image.alt": true, // attributes of img
		"more.text": true, "fallback.name": true, "fallback.raw": true, "embed.id": true,
	}
	for name, spec := range nodeSpecs {
		for _, a := range spec.attrs {
			if a.kind != kindText && a.kind != kindRaw || spec.group&(groupBlock|groupTop) == 0 && name != "account" && name != "timeline_event" {
				continue
			}
			n := sampleNode(name, "other", marked)
			n.Attrs[a.name] = "needle"
			switch name {
			case "account":
				n = Node{Type: "accounts", Content: []Node{n}}
			case "timeline_event":
				n = Node{Type: "timeline", Content: []Node{n}}
			}
			d, err := Validate(Doc{Content: []Node{n}})
			if err != nil {
				t.Fatal(err)
			}
			for part, shown := range map[string]string{"HTML": shownText(MailHTML(d, posted("ltr"))), "text": MailText(d, posted("ltr"))} {
				if strings.Contains(shown, "needle") == hidden[name+"."+a.name] {
					t.Errorf("%s of %s.%s: shown is %q", part, name, a.name, shown)
				}
			}
		}
	}
}

func TestMail_EveryNodeIsRendered(t *testing.T) {
	silent := map[string]bool{"more": true, "page_break": true, "newsletter_box": true}
	for _, n := range everyNode() {
		d, err := Validate(Doc{Version: 1, Content: []Node{n}})
		if err != nil {
			continue // TestSchema_EveryNodeIsValidAndRendered says so
		}
		text := MailText(d, posted("ltr"))
		if (MailHTML(d, posted("ltr")) == "") != silent[n.Type] || (text == "") != silent[n.Type] {
			t.Errorf("%s: HTML %q, text %q", n.Type, MailHTML(d, posted("ltr")), text)
		}
		if strings.Contains(text, "</") || strings.Contains(text, "&quot;") {
			t.Errorf("%s: the text has markup: %q", n.Type, text)
		}
	}
}

func TestMail_RightToLeft(t *testing.T) {
	d := Doc{Content: []Node{{Type: "quote", Content: []Node{paragraphOf(textNode("x", nil))}}}}
	if out := MailHTML(d, posted("rtl")); !strings.Contains(out, "border-right:3px") || strings.Contains(out, "border-left") {
		t.Errorf("a quote of a text from right to left: %s", out)
	}
	if out := MailHTML(d, posted("ltr")); !strings.Contains(out, "border-left:3px") {
		t.Errorf("a quote of a text from left to right: %s", out)
	}
}

// Links lead through the counting address where there is one, pictures never.
func TestMail_CountsLinks(t *testing.T) {
	o := posted("ltr")
	o.Link = func(address string) string { return "https://news.example/count?to=" + address }
	o.Notes = &MailNotes{}
	d := Doc{Content: []Node{
		paragraphOf(textNode("a", []Mark{{Type: "link", Attrs: map[string]any{"href": "/b/"}}}), textNode("m", []Mark{{Type: "link", Attrs: map[string]any{"href": "mailto:a@b.example"}}}),
			textNode("c", []Mark{{Type: "link", Attrs: map[string]any{"href": "#part"}}})),
		{Type: "button", Attrs: map[string]any{"url": "/d/", "label": "Go"}},
		{Type: "figure", Attrs: map[string]any{"media": int64(1)}},
		{Type: "embed", Attrs: map[string]any{"url": "https://youtube.com/x", "title": "Film"}}}}
	for _, out := range []string{MailHTML(d, o), MailText(d, o) + o.Notes.List()} {
		for _, want := range []string{"count?to=https://news.example/b/", "mailto:a@b.example", "count?to=https://news.example/world/vote/#part", "count?to=https://news.example/d/", "count?to=https://youtube.com/x"} {
			if !strings.Contains(out, want) {
				t.Errorf("no %s in %s", want, out)
			}
		}
		if strings.Contains(out, "to=mailto") || strings.Contains(out, `src="https://news.example/count`) {
			t.Errorf("too much is counted: %s", out)
		}
	}
}

func TestWrapText(t *testing.T) {
	long := "https://news.example/" + strings.Repeat("a", 90)
	got := WrapText("The council voted on Tuesday and "+long+" says so\nnext line", 20)
	want := "The council voted on\nTuesday and\n" + long + "\nsays so\nnext line"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An attack in every text, address and attribute stays words in a letter.
func TestMail_Attacks(t *testing.T) {
	for i, s := range attacks(t) {
		if strings.TrimSpace(CleanText(s)) == "" || i%5 != 0 {
			continue
		}
		for _, d := range []Doc{attackedTexts(s), attackedURLs(s)} {
			if found := mailFindings(MailHTML(d, posted("ltr"))); found != nil {
				t.Fatalf("%q: %v in %s", s, found, MailHTML(d, posted("ltr")))
			}
		}
	}
}
