package wpcontent

import (
	"strings"
	"testing"
)

func TestAutop(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"blank lines", "One\n\nTwo\n \n\nThree", "<p>One</p>\n<p>Two</p>\n<p>Three</p>\n"},
		{"line ends", "One\r\nTwo\rThree\n", "<p>One<br />\nTwo<br />\nThree</p>\n"},
		{"breaks", "One<br>\nTwo<br/>Three", "<p>One<br />\nTwo<br />\nThree</p>\n"},
		{"two breaks", "One<br /><br>Two", "<p>One</p>\n<p>Two</p>\n"},
		{"inline tags", "<em>One</em> <b>two</b>\n\n<i>three</i>", "<p><em>One</em> <b>two</b></p>\n<p><i>three</i></p>\n"},
		{"heading", "Text\n<h2>Head\n</h2>\nMore", "<p>Text</p>\n<h2>\nHead</h2>\n<p>More</p>\n"},
		{"list", "Text:\n<ul>\n\t<li>One</li>\n\t<li>Two\nlines</li>\n</ul>\nMore", "<p>Text:</p>\n<ul>\n<li>\nOne</li>\n<li>\nTwo<br />\nlines</li>\n</ul>\n<p>More</p>\n"},
		{"blockquote", "<blockquote>One\n\nTwo</blockquote>", "<blockquote>\n<p>One</p>\n<p>Two</p>\n</blockquote>\n"},
		{"own paragraphs", "<p class=\"x\">One\n\nTwo</p>\n<p>Three</p>", "<p class=\"x\">One</p>\n<p>Two</p>\n<p>Three</p>\n"},
		{"pre", "a\n<pre>x\n\n  y <b>\n</pre>\nb", "<p>a</p>\n<pre>x\n\n  y <b>\n</pre>\n<p>b</p>\n"},
		{"div", "<div>one\n\ntwo</div>three", "<div>\none<p>two</p>\n</div>\n<p>three</p>\n"},
		{"script", "<script>\nif (a < b)\n\nx();\n</script>\ntext", "<p><script>\nif (a < b)\n\nx();\n</script><br />\ntext</p>\n"},
		{"more", "One\n<!--more Read on-->\nTwo<!-- note -->\n<!--nextpage-->Three", "<p>One</p>\n<!--more Read on-->\n<p>Two</p>\n<!--nextpage-->\n<p>Three</p>\n"},
		{"less-than", "a < b and 1<2", "<p>a &lt; b and 1&lt;2</p>\n"},
		{"attribute with greater-than", `<a title="a > b" href="x">y</a>`, `<p><a title="a > b" href="x">y</a></p>` + "\n"},
		{"unclosed", "<em>one <a href=\"x", "<p><em>one &lt;a href=\"x</p>\n"},
		{"space around tags", "one <b>two</b> three\nfour", "<p>one <b>two</b> three<br />\nfour</p>\n"},
		{"nothing", " \n ", ""},
	} {
		if got := autop(tt.in); got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func TestParseBlocks(t *testing.T) {
	show := func(list []*block) string {
		var b strings.Builder
		var walk func(x *block)
		walk = func(x *block) {
			b.WriteString("(" + x.name + x.json)
			for _, p := range x.parts {
				if p.block != nil {
					walk(p.block)
				} else {
					b.WriteString("|" + strings.TrimSpace(p.html))
				}
			}
			b.WriteString(")")
		}
		for _, x := range list {
			walk(x)
		}
		return b.String()
	}
	for _, tt := range []struct{ name, in, want string }{
		{"two", "<!-- wp:paragraph --><p>a</p><!-- /wp:paragraph -->\n\n<!-- wp:core/spacer {\"height\":5} /-->", `(paragraph|<p>a</p>)(spacer{"height":5})`},
		{"nested", "<!-- wp:group --><div><!-- wp:a/b --><i>x</i><!-- /wp:a/b --></div><!-- /wp:group -->", `(group|<div>(a/b|<i>x</i>)|</div>)`},
		{"freeform", "one<!-- wp:x -->in<!-- /wp:x -->two", `(|one)(x|in)(|two)`},
		{"stray closer", "one<!-- /wp:x -->two", `(|one)(|two)`},
		{"unclosed", "<!-- wp:group --><!-- wp:x -->one", `(group(x|one))`},
		{"closed by its parent", "<!-- wp:group --><!-- wp:x -->one<!-- /wp:group -->two", `(group(x|one))(|two)`},
		{"JSON with braces and dashes", `<!-- wp:x {"a":"\u002d\u002d}","b":{"c":[1]}} -->y<!-- /wp:x -->`, `(x{"a":"\u002d\u002d}","b":{"c":[1]}}|y)`},
		{"JSON with slash", `<!-- wp:x {"u":"a/b/"} /-->`, `(x{"u":"a/b/"})`},
		{"line ends inside", "<!--  wp:x\n{\"a\":\n1}\n-->y<!--\n/wp:x -->", "(x{\"a\":\n1}|y)"},
		{"not a block", "<!-- wp: -->a<!-- wp:9 -->b<!-- more -->", `(|<!-- wp: -->a<!-- wp:9 -->b<!-- more -->)`},
		{"unfinished comment", "a<!-- wp:x {", `(|a<!-- wp:x {)`},
	} {
		if got := show(parseBlocks(tt.in)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
	b := parseBlocks(`<!-- wp:x {"id":7,"s":"8","t":"a\u002d\u002db","f":true} /--><!-- wp:y {"id":7, /-->`)
	if b[0].number("id") != 7 || b[0].number("s") != 8 || b[0].attr("t") != "a--b" || !b[0].flag("f") || b[1].number("id") != 0 {
		t.Errorf("attributes %v %v", b[0].attributes(), b[1].attributes())
	}
	deep := strings.Repeat("<!-- wp:group -->", 500) + "x" + strings.Repeat("<!-- /wp:group -->", 500) + "<!-- wp:y /-->"
	if list := parseBlocks(deep); len(list) != 2 || list[1].name != "y" || !strings.Contains(show(list), "|x)") {
		t.Errorf("deep nesting gave %d blocks", len(list))
	}
}
