package wpcontent

import (
	"strings"
	"testing"

	"dateline/internal/richtext"
)

// TestConvert_LinearTime converts a quarter of a megabyte of what makes parsers look at
// the same text again and again. Quadratic work on any of them would be some 10¹⁰
// steps for each, and the test would take minutes instead of seconds.
func TestConvert_LinearTime(t *testing.T) {
	for name, piece := range map[string]string{
		"brackets":            "[",
		"open tags":           "<a ",
		"open quotes":         `<a x="`,
		"half tags":           `<a x="y" `,
		"tags in quotes":      `<a x='>'`,
		"unclosed shortcodes": "[my_box a=1]",
		"unclosed captions":   "[caption]",
		"unclosed code":       "[code]",
		"closers":             "[/caption]",
		"crossing shortcodes": "[a_a][b_b][/a_a]",
		"open comments":       "<!--",
		"open blocks":         "<!-- wp:group -->",
		"block closers":       "<!-- /wp:group -->",
		"half blocks":         `<!-- wp:x {"a":1} `,
		"open pre":            "<pre>",
		"open script":         "<script>",
		"open lists":          "<ul><li>",
		"open spans":          "<b><i>",
		"line ends":           "\n \n",
		"breaks":              "<br>",
		"addresses":           "https://youtu.be/x\n",
		"entities":            "&amp",
		"quotes":              `"'`,
		"digits":              "9x9x",
		"hyphens":             "-",
		"slots":               slotStart + "1" + slotEnd,
		"background":          `<div style="background:`,
		"footnotes":           `<sup data-fn="`,
		"galleries":           `[gallery ids="1,2"]`,
		"columns":             "<!-- wp:columns --><!-- wp:column -->x",
		"saved":               `<!-- wp:block {"ref":50} /-->`,
	} {
		t.Run(name, func(t *testing.T) {
			raw := strings.Repeat(piece, 1<<18/len(piece))
			doc, _ := Convert(raw, testContext())
			if _, err := richtext.Validate(doc); err != nil {
				t.Error(err)
			}
			wordsOf(raw + ">")
		})
	}
}

func TestConvert_KeepsWordsOfBrokenText(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"unclosed block", "<!-- wp:group --><div><!-- wp:paragraph --><p>One", "One"},
		{"malformed JSON", `<!-- wp:image {"id":7,} --><figure><img src="x.jpg"/><figcaption>Cap</figcaption></figure><!-- /wp:image -->`, "Cap"},
		{"closed crosswise", "<!-- wp:group --><!-- wp:quote --><blockquote><p>One</p><!-- /wp:group --></blockquote>two", "One\ntwo"},
		{"unclosed shortcode", "[caption width=1]<img src=x.jpg> words", "words"},
		{"marks of slots", slotStart + "0" + slotEnd + "words", "\uFFFD0\uFFFDwords"},
		{"nothing", "", ""},
		{"invalid UTF-8", "caf\xe9 x", "caf\uFFFD x"},
		{"deep columns", strings.Repeat("<!-- wp:columns --><!-- wp:column -->", 60) + "<p>Deep</p>" + strings.Repeat("<!-- /wp:column --><p>beside</p><!-- /wp:columns -->", 60), "Deep"},
		{"deep shortcodes", strings.Repeat("[my_box]\n", 200) + "Deep" + strings.Repeat("[/my_box]\n", 200), "Deep"},
		{"deep details", strings.Repeat("<details><summary>s</summary>", 60) + "Deep", "Deep"},
		{"deep media and text", strings.Repeat(`<!-- wp:media-text --><figure><img src="x.jpg"/></figure>`, 60) + "<!-- wp:paragraph --><p>Deep</p><!-- /wp:paragraph -->" + strings.Repeat("<!-- /wp:media-text -->", 60), "Deep"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, rep := Convert(tt.in, Context{})
			if got := richtext.Text(doc); !strings.Contains(got, tt.want) {
				t.Errorf("got %.300q, want %q in it", got, tt.want)
			}
			for _, n := range rep.Notes {
				if strings.Contains(n, "plain paragraphs") {
					t.Error(n)
				}
			}
		})
	}
}

// FuzzConvert looks for texts that give no valid document.
func FuzzConvert(f *testing.F) {
	for _, seed := range []string{
		`<!-- wp:columns --><!-- wp:column {"width":"50%"} --><p>a</p><!-- /wp:column --><!-- /wp:columns -->`,
		`<!-- wp:gallery {"ids":[7]} --><figure><img src="a.jpg" data-id="7"></figure><!-- /wp:gallery -->`,
		`<!-- wp:media-text {"mediaId":7} --><figure><img src="x"></figure><p>w</p><!-- /wp:media-text -->`,
		`[caption id="attachment_7"]<a href="x"><img src="y.jpg"></a> c[/caption] [gallery ids="7,8"] [[x y=1]]`,
		"a\n\nb -- \"c\"\nhttps://youtu.be/x\n<!--more-->\n<!--nextpage-->",
		`<table><tr><td>[my_x]<b>y[/my_x]</b></td></tr></table><sup data-fn="ab-1">1</sup><!-- wp:footnotes /-->`,
		`[vc_row][vc_raw_html]PGI+[/vc_raw_html][vc_toggle title="t"]<ul><li>[audio][/vc_toggle]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		doc, rep := Convert(raw, testContext())
		if _, err := richtext.Validate(doc); err != nil {
			t.Fatal(err)
		}
		for _, n := range rep.Notes {
			if strings.Contains(n, "plain paragraphs") {
				t.Fatal(n)
			}
		}
		if text := richtext.Text(doc); strings.Contains(text, slotStart) || strings.Contains(text, slotEnd) {
			t.Fatalf("a slot was not filled: %q", text)
		}
	})
}

// FuzzShortcode checks that parsing loses no text beside the tags.
func FuzzShortcode(f *testing.F) {
	f.Add(`[a b="c"]d[/a] [[e]] [gallery ids=1] <a title="[x]">[/y]`)
	f.Add(`[a_b][c_d][/a_b][/c_d][code][x][/code]`)
	f.Fuzz(func(t *testing.T, s string) {
		letters := 0
		var walk func(parts []scPart)
		walk = func(parts []scPart) {
			for _, p := range parts {
				if p.code == nil {
					letters += len(p.text)
					continue
				}
				letters += len(p.code.raw)
				if p.code.closed {
					walk(p.code.inner)
					letters += len("[/") + len(p.code.name) + len("]")
				}
			}
		}
		walk(parseShortcodes(s))
		if letters > len(s) {
			t.Fatalf("%d bytes of %d", letters, len(s))
		}
		if !strings.ContainsAny(s, "]") && letters != len(s) {
			t.Fatalf("%d bytes of %d", letters, len(s))
		}
	})
}
