package richtext

import (
	"strings"
	"testing"
	"time"
)

func TestFromMarkdown(t *testing.T) {
	for in, want := range map[string]string{
		"":                                            "",
		"One\ntwo\n\nthree":                           "<p>One<br>two</p><p>three</p>",
		"# 1 in line\n---\n***":                       "<p># 1 in line<br>---<br>***</p>",
		"**a** *b* _c_ ~~d~~ `e*`":                    "<p><strong>a</strong> <em>b</em> <em>c</em> <s>d</s> <code>e*</code></p>",
		"> said\n> so\n\nNo.":                         "<blockquote><p>said<br>so</p></blockquote><p>No.</p>",
		"- a\n- b\n\n3. c":                            "<ul><li>a</li><li>b</li></ul><ol start=\"3\"><li>c</li></ol>",
		"```\nx < y\n\n  z\n```":                      "<pre><code>x &lt; y\n\n  z</code></pre>",
		"    not code":                                "<p>not code</p>",
		"<b>bold</b> <script>x":                       "<p>&lt;b&gt;bold&lt;/b&gt; &lt;script&gt;x</p>",
		"a &amp; b":                                   "<p>a &amp;amp; b</p>",
		`\*not\* \<x>`:                                "<p>*not* &lt;x&gt;</p>",
		"[word](https://e.example/a_b)":               `<p><a href="https://e.example/a_b" rel="ugc nofollow noopener">word</a></p>`,
		"![pic](https://e.example/a.png)":             `<p><a href="https://e.example/a.png" rel="ugc nofollow noopener">pic</a></p>`,
		"see https://e.example/x?a=1&b=2.":            `<p>see <a href="https://e.example/x?a=1&amp;b=2" rel="ugc nofollow noopener">https://e.example/x?a=1&amp;b=2</a>.</p>`,
		"<https://e.example/>":                        `<p><a href="https://e.example/" rel="ugc nofollow noopener">https://e.example/</a></p>`,
		"[x](javascript:alert(1))":                    "<p>x</p>",
		"[x](/relative) <a@e.example>":                "<p>x a@e.example</p>",
		"[[x](https://a.example)](https://b.example)": `<p>[<a href="https://a.example" rel="ugc nofollow noopener">x</a>](<a href="https://b.example" rel="ugc nofollow noopener">https://b.example</a>)</p>`,
		"[x]: https://e.example\n\n[x]":               `<p>[x]: <a href="https://e.example" rel="ugc nofollow noopener">https://e.example</a></p><p>[x]</p>`,
	} {
		d := FromMarkdown(in)
		got := strings.ReplaceAll(CommentHTML(d), "\n<", "<")
		if strings.TrimSpace(got) != want {
			t.Errorf("%q\n gives %s\n want  %s", in, got, want)
		}
		if _, err := ValidateComment(d); err != nil {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// Texts that make parsers slow or deep end, and stay within the schema.
func TestFromMarkdown_BearsHostileTexts(t *testing.T) {
	for _, part := range []string{">", "> ", "[", "![", "[](", "*a **b ", "_", "`", "``a`", "- ", "1. ", "<", "~~", "\\", "[a](b", "> - ", "\n", "*_", "]("} {
		in := strings.Repeat(part, 10_000/len(part))
		done := make(chan Doc, 1)
		go func() { done <- FromMarkdown(in) }()
		select {
		case d := <-done:
			if _, err := ValidateComment(d); err != nil {
				t.Errorf("%q: %v", part, err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%q does not end", part)
		}
	}
	if got := len(FromMarkdown("x\n" + strings.Repeat("> ", 500) + "deep").Content); got == 0 {
		t.Error("a deep quote is lost")
	}
}

func FuzzFromMarkdown(f *testing.F) {
	f.Add("> a\n\n- *b* [c](https://d.example)\n```\ne\n```")
	f.Fuzz(func(t *testing.T, in string) {
		if len(in) > 2000 {
			return
		}
		if _, err := ValidateComment(FromMarkdown(in)); err != nil {
			t.Fatal(err)
		}
	})
}
