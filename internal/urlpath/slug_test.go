package urlpath

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSlug(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"Storm hits the coast", "storm-hits-the-coast"},
		{"  What’s “new” — and why?  ", "whats-new-and-why"},
		{"AT&T buys R&amp;D lab", "att-buys-rd-lab"},
		{"<em>Breaking</em>: fire", "breaking-fire"},
		{"Straße, Öl & Œuvre", "strasse-ol-oeuvre"},
		{"Ærø Łódź Þing İstanbul ıssız", "aero-lodz-thing-istanbul-issiz"},
		{"Việt Nam", "viet-nam"},
		{"cafe\u0301", "cafe"},
		{"ﬁne", "fine"},
		{"Ⅷ. Kapitel", "viii-kapitel"},
		{"Новости Дня", "новости-дня"},
		{"Й", "й"},
		{"И\u0306", "й"},
		{"العربية الفصحى", "العربية-الفصحى"},
		{"%d8%a7%d9%84%d8%b9%d8%b1%d8%a8", "العرب"},
		{"%D8%A7%D9%84", "ال"},
		{"%d8%a7%d9", "ا"},
		{"हिन्दी समाचार", "हिन्दी-समाचार"},
		{"东京：2026年", "东京2026年"},
		{"100% of votes", "100-of-votes"},
		{"3.5 million, 10 × 15", "3-5-million-10-x-15"},
		{"a_b", "a_b"},
		{"a/b\\c", "a-b-c"},
		{"--a---b--", "a-b"},
		{"!!!", ""},
		{"../../etc/passwd", "etc-passwd"},
		{"\x00\xff", ""},
		{"❤\ufe0f love", "love"},
	} {
		if got := Slug(tt.in); got != tt.want {
			t.Errorf("Slug(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestSlug_IsCutAtAWord(t *testing.T) {
	got := Slug(strings.Repeat("headline ", 60))
	if len(got) > 200 || !strings.HasSuffix(got, "-headline") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
	if got := Slug(strings.Repeat("東", 100)); len(got) > 200 || !utf8.ValidString(got) {
		t.Errorf("%d bytes: %q", len(got), got)
	}
}

func FuzzSlug(f *testing.F) {
	for _, seed := range []string{"Storm — hits", "%d8%a7", "<b>x</b>", "ß\u0301", "&amp;", "И\u0306", "a\u0345"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		slug := Slug(s)
		switch {
		case Slug(slug) != slug:
			t.Errorf("Slug(%q) = %q, whose slug is %q", s, slug, Slug(slug))
		case len(slug) > 200 || strings.ContainsAny(slug, "/\\.%?#<>\"'& \x00"):
			t.Errorf("Slug(%q) = %q", s, slug)
		case slug != "" && Key("/"+slug) == "":
			t.Errorf("Slug(%q) = %q has no key", s, slug)
		}
	})
}
