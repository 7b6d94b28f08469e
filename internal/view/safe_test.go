package view

import (
	"encoding/json"
	"strings"
	"testing"

	"dateline/internal/i18n"
)

func TestJSONLD_CannotLeaveItsElement(t *testing.T) {
	for _, text := range append(hostile, "</script>", "<!--", "]]>", "\u2028", "\u2029") {
		element := string(JSONLD(map[string]string{"headline": text}))
		inner, ok := strings.CutPrefix(element, `<script type="application/ld+json">`)
		inner, closed := strings.CutSuffix(inner, `</script>`)
		if !ok || !closed || strings.ContainsAny(inner, "<>&\u2028\u2029") {
			t.Fatalf("%q becomes %q", text, element)
		}
		var back map[string]string
		if err := json.Unmarshal([]byte(inner), &back); err != nil || back["headline"] != strings.ToValidUTF8(text, "\uFFFD") && !strings.Contains(text, "\xff") {
			t.Errorf("%q comes back as %q (%v)", text, back["headline"], err)
		}
	}
	if got := string(JSONLD(1, 2)); !strings.Contains(got, "[1,2]") {
		t.Errorf("several values: %s", got)
	}
}

func TestSafe_EscapesWhatPeopleWrote(t *testing.T) {
	tests := map[string]struct{ got, want string }{
		"text":       {string(Text(`<b>"x" & 'y'</b>`)), "&lt;b&gt;&#34;x&#34; &amp; &#39;y&#39;&lt;/b&gt;"},
		"paragraphs": {string(Paragraphs("one\r\ntwo\n\n\n <three> \n\n")), "<p>one<br>two</p><p>&lt;three&gt;</p>"},
		"nothing":    {string(Paragraphs(" \n\n ")), ""},
		"snippet":    {string(Snippet([]Span{{Text: "a <"}, {Text: "<i>", Match: true}})), "a &lt;<mark>&lt;i&gt;</mark>"},
		"nul":        {string(Text("a\x00b")), "ab"},
	}
	for name, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", name, tt.got, tt.want)
		}
	}
}

func TestPictureElement(t *testing.T) {
	p := &Picture{
		URL: "/m/a.jpg", Width: 900, Height: 600, Alt: `"x"`, FocalX: 120, FocalY: 1000,
		Sources: []Source{{"image/avif", "/m/a-480.avif 480w"}, {"image/jpeg", "/m/a-480.jpg 480w"}},
	}
	want := `<picture><source type="image/avif" srcset="/m/a-480.avif 480w" sizes="50vw"><source type="image/jpeg" srcset="/m/a-480.jpg 480w" sizes="50vw">` +
		`<img src="/m/a.jpg" alt="&#34;x&#34;" width="900" height="600" class="fx-1 fy-10" loading="lazy" decoding="async"></picture>`
	if got := string(pictureElement(p, "50vw", "gone", nil)); got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
	if got := string(pictureElement(p, "50vw", "gone", []string{"eager"})); !strings.Contains(got, `fetchpriority="high"`) || strings.Contains(got, "lazy") {
		t.Errorf("eager: %s", got)
	}
	if got := string(pictureElement(&Picture{Missing: true}, "", "gone", nil)); !strings.Contains(got, `role="img" aria-label="gone"`) || strings.Contains(got, "<img") {
		t.Errorf("missing: %s", got)
	}
	if pictureElement(nil, "", "", nil) != "" {
		t.Error("no picture is not nothing")
	}
	if got := string(pictureElement(&Picture{URL: "javascript:alert(1)"}, "", "", nil)); strings.Contains(got, "javascript") {
		t.Errorf("executable address: %s", got)
	}
}

func TestToneClass(t *testing.T) {
	tests := map[string]string{
		"#000000": "tone-0", "#ffffff": "tone-10", "#808080": "tone-6", "#ff0000": "tone-6 hue-2", "#0000ff": "tone-5 hue-26",
		"#2e4a3b": "tone-4 hue-16", "": "", "#fff": "", "red": "", "#gggggg": "", "L6PZfSi_.AyE_3t7": "",
	}
	for average, want := range tests {
		if got := toneClass(average); got != want {
			t.Errorf("%q: %q, want %q", average, got, want)
		}
	}
	if got := pictureClass(&Picture{URL: "/m/logo.png", Placeholder: "#ff0000"}); got != "" {
		t.Errorf("a picture that may be transparent has the colour %q", got)
	}
}

func TestFocalClass(t *testing.T) {
	tests := map[[2]int]string{{0, 0}: "", {500, 500}: "", {0, 500}: "fx-0", {1000, 0}: "fx-10 fy-0", {449, 551}: "fx-4 fy-6", {-5, 2000}: "fx-0 fy-10"}
	for point, want := range tests {
		if got := focalClass(point[0], point[1]); got != want {
			t.Errorf("%v: %q, want %q", point, got, want)
		}
	}
}

func TestHead_WritesNothingTwiceAndNothingEmpty(t *testing.T) {
	p := &Page{Meta: Meta{Title: `A "title" <b>`, NoIndex: true, OGType: "website"}, Site: Site{Title: "S", Language: "de-AT"}}
	got := string(head(p))
	for _, want := range []string{"<title>A &#34;title&#34; &lt;b&gt;</title>", `content="noindex"`, `property="og:locale" content="de_AT"`, `property="og:title"`} {
		if strings.Count(got, want) != 1 {
			t.Errorf("%d × %s in %s", strings.Count(got, want), want, got)
		}
	}
	if strings.Contains(got, `content=""`) || strings.Contains(got, `href=""`) || strings.Contains(got, "article:") {
		t.Errorf("something empty: %s", got)
	}
	p.Meta.Canonical = "javascript:alert(1)"
	if strings.Contains(string(head(p)), "<link rel=\"canonical\"") {
		t.Error("executable canonical address")
	}
}

func TestJoinBylines(t *testing.T) {
	line := func(locale string, entries ...BylineEntry) string {
		JoinBylines(i18n.For(locale), entries)
		text := ""
		for _, e := range entries {
			if e.Prefix != "" {
				text += e.Prefix + " "
			}
			text += e.Name + e.After
		}
		return text
	}
	tests := map[string]string{
		line("en", BylineEntry{Prefix: "By", Name: "A"}): "By A",
		line("en", BylineEntry{Prefix: "By", Name: "A"}, BylineEntry{Name: "B"}, BylineEntry{Name: "C"}, BylineEntry{Prefix: "Photographs by", Name: "D"}, BylineEntry{Name: "E"}): "By A, B and C Photographs by D and E",
		line("ar", BylineEntry{Prefix: "بقلم", Name: "أ"}, BylineEntry{Name: "ب"}):                                                                                                 "بقلم أ وب",
		line("en"): "",
	}
	for got, want := range tests {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestMinifyCSS(t *testing.T) {
	tests := map[string]string{
		"a  {\n  color : red ;\n  margin: 0 auto;\n}\n":           "a{color :red;margin:0 auto}",
		"/* x */ a::after { content: \"/* { } */ ; \"; } b{}":     "a::after{content:\"/* { } */ ; \"}b{}",
		"a { content: \"\\\"}  x\"; }":                            "a{content:\"\\\"}  x\"}",
		"a :hover, b > c ~ d { width: calc(100% - (2px + 1px)) }": "a :hover,b > c ~ d{width:calc(100% - (2px + 1px))}",
		"@media (min-width: 1px) and (a: b) { x { y: z } }":       "@media (min-width:1px) and (a:b){x{y:z}}",
		"a{}/* never closed":                                      "a{}",
		"":                                                        "",
	}
	for css, want := range tests {
		if got := minifyCSS(css); got != want {
			t.Errorf("%q\n got %q\nwant %q", css, got, want)
		}
	}
}
