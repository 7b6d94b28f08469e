package richtext

import (
	"strings"
	"testing"
)

// article is a report of some 5 KB with what reports usually have.
func article() Doc {
	const p = `<p>The council voted on <b>Monday</b> to close the harbour, <a href="/world/earlier/">as it had said</a> it would: “no &amp; never”, one member called it. ` +
		`The decision takes effect in May, and the fishing fleet must move to the northern pier by then, officials said.</p>`
	in := "<h2>What happened</h2>" + strings.Repeat(p, 6) + `<figure class="alignwide"><img class="wp-image-1" src="/a.jpg"><figcaption>The harbour</figcaption></figure>` +
		"<blockquote><p>We stay.</p><cite>Ann Lee</cite></blockquote>" + strings.Repeat(p, 6) + "<ul><li>One</li><li>Two</li></ul><h3>And then</h3>" + strings.Repeat(p, 3)
	d, _ := FromHTML(in, importer)
	return d
}

func BenchmarkHTML(b *testing.B) {
	d := article()
	b.SetBytes(int64(len(HTML(d, newsroom))))
	b.ReportAllocs()
	for b.Loop() {
		HTML(d, newsroom)
	}
}

func BenchmarkValidate(b *testing.B) {
	d := article()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Validate(d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFromHTML(b *testing.B) {
	in := HTML(article(), newsroom)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		FromHTML(in, importer)
	}
}

func BenchmarkWords(b *testing.B) {
	d := article()
	b.ReportAllocs()
	for b.Loop() {
		Words(d)
	}
}
