package wpcontent

import (
	"fmt"
	"sort"
	"strings"
	"testing"
)

// showParts writes parts in a short form: {name k=v pos|inner}.
func showParts(parts []scPart) string {
	var b strings.Builder
	for _, p := range parts {
		if p.code == nil {
			b.WriteString(p.text)
			continue
		}
		b.WriteString("{" + p.code.name)
		var names []string
		for k := range p.code.attrs.named {
			names = append(names, k)
		}
		sort.Strings(names)
		for _, k := range names {
			fmt.Fprintf(&b, " %s=%q", k, p.code.attrs.named[k])
		}
		for _, v := range p.code.attrs.positional {
			fmt.Fprintf(&b, " %q", v)
		}
		if p.code.closed {
			b.WriteString("|" + showParts(p.code.inner))
		}
		b.WriteString("}")
	}
	return b.String()
}

func TestParseShortcodes(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"prose", "He [sic] said [he said] 1 [1] [Laughter] [see <a href=\"x\">y</a>] [a=b", "He [sic] said [he said] 1 [1] [Laughter] [see <a href=\"x\">y</a>] [a=b"},
		{"prose with known names", "Watch [related] and [code] or [button]", "Watch [related] and [code] or [button]"},
		{"core name alone", "[gallery] x", "{gallery} x"},
		{"quotes", `[gallery columns=2 ids="7,8" x='y z' "a b" w]`, `{gallery columns="2" ids="7,8" x="y z" "a b" "w"}`},
		{"curly quotes", "[gallery ids=&#8221;7,8&#8221; a=“b c”]", `{gallery a="b c" ids="7,8"}`},
		{"entities", `[my_x a="b &amp; c"]`, `{my_x a="b & c"}`},
		{"enclosing", `[caption width="1"]<img> text[/caption]!`, `{caption width="1"|<img> text}!`},
		{"nested", "[vc_row][vc_column w=\"1/2\"]a[/vc_column][/vc_row]", `{vc_row|{vc_column w="1/2"|a}}`},
		{"same name nested", "[col][col]a[/col]b[/col]c", "{col|{col|a}b}c"},
		{"unclosed inside", "[aa][bb x=1]t[/aa]", `{aa|{bb x="1"}t}`},
		{"unclosed before", "[gallery ids=1] t [gallery ids=2]", `{gallery ids="1"} t {gallery ids="2"}`},
		{"stray closer of a known name", "a[/caption]b", "ab"},
		{"stray closer of an unknown name", "a[/foo]b", "a[/foo]b"},
		{"crossing", "[aa][bb]x[/aa]y[/bb]", "{aa|[bb]x}y[/bb]"},
		{"self-closing", "[foo /]a[foo/]", "{foo}a{foo}"},
		{"address", "[youtube https://youtu.be/x/]", `{youtube "https://youtu.be/x/"}`},
		{"equals", "[youtube=https://youtu.be/x]", `{youtube "https://youtu.be/x"}`},
		{"unknown with attribute", "[foo a=1]", `{foo a="1"}`},
		{"unknown with underscore", "[foo_bar]", "{foo_bar}"},
		{"unknown enclosing", "[foo]a[/foo]", "{foo|a}"},
		{"upper case", "[GALLERY IDS=1]", `{gallery ids="1"}`},
		{"escaped", "[[gallery]] and [[foo a=1]] [[x]]", "[gallery] and [foo a=1] [[x]]"},
		{"escaped enclosing", "[[caption]x[/caption]]", "[caption]x[/caption]"},
		{"in a tag", `<a href="[gallery]">x</a><!-- [gallery] -->`, `<a href="[gallery]">x</a><!-- [gallery] -->`},
		{"in code", "<pre>[gallery]</pre><code>[a]b[/a]</code>[gallery]", "<pre>[gallery]</pre><code>[a]b[/a]</code>{gallery}"},
		{"code", "[code lang=\"php\"]$a[gallery]; <b>[/code]", `{code lang="php"|$a[gallery]; <b>}`},
		{"colon", "[Source: https://x.test/?a=1]", "[Source: https://x.test/?a=1]"},
		{"number with unit", "[12 x=3]", "[12 x=3]"},
		{"math", "[a == b] [x = y]", "[a == b] [x = y]"},
	} {
		if got := showParts(parseShortcodes(tt.in)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestTexturizer(t *testing.T) {
	for _, tt := range []struct{ lang, in, want string }{
		{"en", `"Yes," she said, "it's 'so'."`, `“Yes,” she said, “it’s ‘so’.”`},
		{"en", `He said "no"--twice -- then left - slowly...`, `He said “no”–twice — then left – slowly…`},
		{"en", "a---b, well-known, 1-2, ----", "a—b, well-known, 1-2, ----"},
		{"en", `'tis the '90s; rock 'n' roll; dogs' 5'10"`, `’tis the ’90s; rock ‘n’ roll; dogs’ 5′10″`},
		{"en", "9x12 and 0x1F, 3.5x4, axb, x9", "9×12 and 0x1F, 3.5×4, axb, x9"},
		{"en", "- a point -- made", "– a point — made"},
		{"en", `"" and '' alone`, `“” and ’’ alone`},
		{"en", "``old'' style (tm)", "“old” style ™"},
		{"en", `("quoted")`, `(“quoted”)`},
		{"de-DE", `"Ja", sagt sie, 'so'.`, `„Ja“, sagt sie, ‚so‘.`},
		{"fr", `"Oui", dit l'homme`, "«\u00a0Oui\u00a0», dit l’homme"},
		{"", "plain words, nothing to do. ok", "plain words, nothing to do. ok"},
	} {
		tz := texturizer{marks: marksOf(tt.lang)}
		if got := tz.apply(tt.in); got != tt.want {
			t.Errorf("%s %s\n got %s\nwant %s", tt.lang, tt.in, got, tt.want)
		}
	}
	// A mark behind an element closes, one before it opens.
	tz := texturizer{marks: englishMarks}
	if got := tz.apply(`"`) + tz.apply("so") + tz.apply(`" it`); got != `“so” it` {
		t.Errorf("across elements: %s", got)
	}
}
