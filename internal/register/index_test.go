package register

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"dateline/internal/article"
	"dateline/internal/richtext"
)

func entry(id int64, kind Kind, name string, aliases ...string) Entry {
	return Entry{ID: id, Kind: kind, Name: name, Aliases: aliases}
}

var someEntries = []Entry{
	entry(1, Person, "Vladimir Putin", "Wladimir Putin", "Владимир Путин", "فلاديمير بوتين"),
	entry(2, Place, "Astana", "Nur-Sultan"),
	entry(3, Organisation, "United Nations", "UN", "U.N."),
	entry(4, Organisation, "United Nations Security Council"),
	entry(5, Person, "Theresa May", "May"),
	entry(6, Person, "J. K. Rowling"),
	entry(7, Place, "Georgia"),
	entry(8, Place, "Georgia", "State of Georgia"),
	entry(9, Place, "Washington, D.C."),
	entry(10, Place, "São Paulo"),
	entry(11, Place, "東京"),
	entry(12, Place, "Lindach"),
	entry(13, Organisation, "iPhone Club"),
	entry(14, Organisation, "AT&T"),
	entry(15, Person, "Zoë O’Neil"),
}

func TestIndex_Find(t *testing.T) {
	x := NewIndex(someEntries)
	for _, tt := range []struct{ language, text, want string }{
		{"en", "Vladimir Putin flew to Astana.", "Vladimir Putin=1 Astana=2"},
		{"en", "VLADIMIR PUTIN IN ASTANA", "VLADIMIR PUTIN=1 ASTANA=2"},
		{"en", "vladimir putin", ""},
		{"en", "Vladimir Putin’s visit, Astana's mayor", "Vladimir Putin’s=1 Astana's=2"},
		{"en", "The United Nations Security Council and the United Nations", "United Nations Security Council=4 United Nations=3"},
		{"en", "The UN said; the U.N. said; the Un said; un, un peu", "UN=3 U.N=3"},
		{"en", "It may rain in May.", "May=5"},
		{"en", "J.K. Rowling, J. K. Rowling and JK Rowling", "J.K. Rowling=6 J. K. Rowling=6"},
		{"en", "He was in Georgia. Washington, he said, and D.C.", "Georgia=7/8"},
		{"en", "in Washington, D.C., and in Washington D.C.", "Washington, D.C=9"},
		{"en", "SAO PAULO, Sao Paulo, São-Paulo", "SAO PAULO=10 Sao Paulo=10 São-Paulo=10"},
		{"en", "Astanaland, Putinism, McAstana", ""},
		{"ja", "彼は東京へ行った。", "東京=11"},
		{"de", "Lindachs Bürgermeister und Wladimir Putins Reise", "Lindachs=12 Wladimir Putins=1"},
		{"en", "Lindachs", ""},
		{"ru", "Владимир Путин прибыл", "Владимир Путин=1"},
		{"ar", "قال فلاديمير بوتين وفلاديمير بوتين", "فلاديمير بوتين=1 وفلاديمير بوتين=1"},
		{"en", "the iPhone Club and the IPHONE CLUB", "iPhone Club=13 IPHONE CLUB=13"},
		{"en", "AT&T and at&t", "AT&T=14"},
		{"en", "Zoë O'Neil and Zoe O’Neil’s", "Zoë O'Neil=15 Zoe O’Neil’s=15"},
		{"en", "Vladimir\nPutin. Vladimir. Putin. “Vladimir” Putin", ""},
		{"en", "", ""},
		{"en", "\xff\xfe Astana \x00", "Astana=2"},
	} {
		var got []string
		for _, m := range x.Find(tt.text, tt.language) {
			ids := make([]string, len(m.IDs))
			for i, id := range m.IDs {
				ids[i] = fmt.Sprint(id)
			}
			got = append(got, tt.text[m.From:m.To]+"="+strings.Join(ids, "/"))
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%q: found %q, want %q", tt.text, s, tt.want)
		}
	}
}

func doc(blocks ...string) richtext.Doc {
	d := richtext.Doc{Version: 1}
	for _, text := range blocks {
		d.Content = append(d.Content, richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: text}}})
	}
	return d
}

func TestIndex_Read(t *testing.T) {
	x := NewIndex(append(someEntries, entry(20, Person, "Olga Putin")))
	c := article.Content{Headline: "Astana talks", Body: doc("President Vladimir Putin met Theresa May.", "“No,” Putin said. Mr Putin’s plane left. Igor Putin stayed.", "In Georgia it rained on May.")}
	got := map[int64]Naming{}
	for _, n := range x.Read(&c, "en") {
		got[n.ID] = n
	}
	if n := got[1]; n.Times != 3 || !n.Full || fmt.Sprint(n.Blocks) != "[0 1]" || n.Headline {
		t.Errorf("Putin: %+v", n)
	}
	if n := got[2]; n.Times != 1 || !n.Headline || fmt.Sprint(n.Blocks) != "[-1]" {
		t.Errorf("Astana: %+v", n)
	}
	if !got[7].Ambiguous || !got[8].Ambiguous {
		t.Errorf("Georgia: %+v %+v", got[7], got[8])
	}
	c.Subjects = []article.Subject{{ID: 8}}
	got = map[int64]Naming{}
	for _, n := range x.Read(&c, "en") {
		got[n.ID] = n
	}
	if got[7].Times != 0 || got[8].Times != 1 || got[8].Ambiguous {
		t.Errorf("with one Georgia confirmed: %+v %+v", got[7], got[8])
	}
	// Two of one last name: neither is meant by it alone.
	c.Body = doc("Vladimir Putin met Olga Putin. Putin was pleased.")
	for _, n := range x.Read(&c, "en") {
		if n.Times != 1 && n.ID != 8 {
			t.Errorf("two Putins: %+v", n)
		}
	}
}

// What the trie finds is what looking for each name at each word finds.
func TestIndex_AgreesWithLooking(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	words := strings.Fields("Ann Bo Lee of the City north Bank Port A Ü")
	phrase := func(n int) string {
		var out []string
		for range n {
			out = append(out, words[r.IntN(len(words))])
		}
		return strings.Join(out, " ")
	}
	for range 400 {
		var entries []Entry
		for id := range int64(8) {
			entries = append(entries, entry(id+1, Place, phrase(1+r.IntN(3))))
		}
		x := NewIndex(entries)
		text := phrase(30)
		tokens := tokenize(text)
		for _, m := range x.Find(text, "en") {
			longest := 0
			for _, e := range entries {
				name := tokenize(e.Name)
				if m.first+len(name) > len(tokens) {
					continue
				}
				same := true
				for k := range name {
					same = same && name[k].word == tokens[m.first+k].word && tokens[m.first+k].shape.fits(name[k].shape)
				}
				if same {
					longest = max(longest, len(name))
				}
			}
			if longest != m.Words {
				t.Fatalf("%q in %q: %d words, want %d", text[m.From:m.To], text, m.Words, longest)
			}
		}
	}
}

func FuzzIndex(f *testing.F) {
	for _, s := range []string{"Vladimir Putin’s", "Washington, D.C.", "東京\u200b", "a\u0301\u0301'", "Ǆ Ⅷ", "وفلاديمير بوتين", "O’’’s"} {
		f.Add(s, s, "de")
	}
	base := NewIndex(someEntries)
	f.Fuzz(func(t *testing.T, text, name, language string) {
		for _, x := range []*Index{base, NewIndex([]Entry{entry(1, Person, name)})} {
			end := 0
			for _, m := range x.Find(text, language) {
				if m.From < end || m.To <= m.From || m.To > len(text) || len(m.IDs) == 0 || m.Words < 1 {
					t.Fatalf("%q in %q: %+v after %d", name, text, m, end)
				}
				end = m.To
			}
		}
		c := article.Content{Headline: name, Body: doc(text), Language: language}
		x := NewIndex([]Entry{entry(1, Person, name)})
		r := newReader(x, &c, "en")
		r.read()
		for _, n := range r.namingsInOrder() {
			if n.Times < 1 || len(n.Blocks) == 0 {
				t.Fatalf("%+v", n)
			}
		}
		for _, g := range r.detect() {
			if strings.TrimSpace(g.Name) == "" || g.Times < 1 || g.Score < 0 || g.Score > 1 || nameKey(g.Name) == "" {
				t.Fatalf("%+v", g)
			}
		}
		// A name is found in itself, unless it has no words or is cut by its own signs.
		if tokens := tokenize(name); len(tokens) > 0 && len(tokens) < 10 {
			whole := true
			for _, tok := range tokens[1:] {
				whole = whole && tok.gap != apart
			}
			if found := x.Find(name, language); whole && (len(found) != 1 || found[0].Words != len(tokens)) {
				t.Fatalf("%q is not found in itself: %+v", name, found)
			}
		}
	})
}

// manyEntries makes a register of the size of a large archive's.
func manyEntries(n int) []Entry {
	r := rand.New(rand.NewPCG(5, 6))
	syllables := strings.Fields("ba be bi do da ka ke ko la li lo ma me mi na ne no ra re ri sa se so ta te to va ve vo za")
	word := func() string {
		s := ""
		for range 2 + r.IntN(3) {
			s += syllables[r.IntN(len(syllables))]
		}
		return strings.ToUpper(s[:1]) + s[1:]
	}
	entries := make([]Entry, n)
	for i := range entries {
		entries[i] = entry(int64(i+1), Kinds()[i%4], word()+" "+word(), word()+" "+word()+" "+word())
	}
	return entries
}

func BenchmarkIndex_Read(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		entries := manyEntries(n)
		x := NewIndex(entries)
		r := rand.New(rand.NewPCG(7, 8))
		var blocks []string
		for range 100 { // some 5,000 words, 200 names
			text := ""
			for range 48 {
				text += "word "
			}
			blocks = append(blocks, text+"said "+entries[r.IntN(n)].Name+" and "+entries[r.IntN(n)].Aliases[0]+".")
		}
		c := article.Content{Headline: "Headline", Body: doc(blocks...)}
		b.Run(fmt.Sprintf("%d entries", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if len(x.Read(&c, "en")) < 150 {
					b.Fatal("names were not found")
				}
			}
		})
	}
}

func BenchmarkNewIndex(b *testing.B) {
	entries := manyEntries(100_000)
	b.ReportAllocs()
	for b.Loop() {
		NewIndex(entries)
	}
}
