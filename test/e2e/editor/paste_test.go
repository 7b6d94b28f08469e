package editor

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Each file of testdata/paste is what an application puts on the clipboard, as
// HTML or text, and the document that it must become.
func TestEditor_PastesCleanly(t *testing.T) {
	r := open(t, view{}, "")
	files, err := os.ReadDir("testdata/paste")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, f := range files {
		archive, err := txtar.ParseFile("testdata/paste/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		part := map[string]string{}
		for _, file := range archive.Files {
			part[file.Name] = string(file.Data)
		}
		r.make("")
		r.paste(part["html"], part["text"])
		if got, want := r.doc(), strings.TrimSpace(part["doc"]); steady(got) != want {
			t.Errorf("%s became\n%s\nwant\n%s", f.Name(), steady(got), want)
		}
	}
}

// steady replaces the chance part of the ids of Word's footnotes.
func steady(doc string) string {
	var out []string
	for _, part := range strings.Split(doc, `"id":"ftn1-`) {
		if len(out) > 0 {
			part = "…" + part[strings.IndexByte(part, '"'):]
		}
		out = append(out, part)
	}
	return strings.Join(out, `"id":"ftn1-`)
}

func TestEditor_PastesAddressesAsLinks(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("our report")
	r.press("Control+a")
	r.paste("", "https://example.org/report?utm_source=mail&id=3")
	r.want(`paragraph(link{"href":"https://example.org/report?id=3"} "our report")`)

	r.make("")
	r.paste("", "https://www.youtube.com/watch?v=abc")
	r.until(`document.querySelector('.ed-offer')`)
	r.axe("offer of a card")
	r.press("Tab")
	r.press("Enter")
	r.want("embed{\"provider\":\"youtube\",\"url\":\"https://www.youtube.com/watch?v=abc\"}\nparagraph")
	r.press("Control+z")
	r.want(`paragraph(link{"href":"https://www.youtube.com/watch?v=abc"} "https://www.youtube.com/watch?v=abc")`)

	r.make("")
	r.paste("", "https://example.org/")
	r.until(`document.querySelector('.ed-offer')`)
	r.typed(" and more")
	r.until(`!document.querySelector('.ed-offer')`)
	r.want(`paragraph(link{"href":"https://example.org/"} "https://example.org/", " and more")`)
}

func TestEditor_PastesIntoCodeAndFieldsAsText(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("``` ")
	r.paste("<b>bold</b>", "# not a heading\n* one")
	r.want(`code("# not a heading\n* one")`)
}

// dropFile makes the page's clipboard hold a file and pastes or drops it.
func (r *room) dropFile(event, name, kind string) {
	r.t.Helper()
	r.do(fmt.Sprintf(`const d = new DataTransfer(); d.items.add(new File([new Uint8Array([1, 2, 3])], %q, {type: %q}));
		const e = document.querySelector('.ed-text'), b = e.querySelector('p:last-of-type').getBoundingClientRect();
		e.dispatchEvent(%q === 'paste' ? new ClipboardEvent('paste', {clipboardData: d, bubbles: true, cancelable: true})
			: new DragEvent('drop', {dataTransfer: d, bubbles: true, cancelable: true, clientX: b.left + 5, clientY: b.top + 5}))`, name, kind, event))
}

func TestEditor_UploadsInPlace(t *testing.T) {
	r := open(t, view{}, "")
	r.typed("before\nafter")
	r.press("ArrowUp")
	r.press("End")
	r.dropFile("paste", "boat.jpg", "image/jpeg")
	r.until(`room.uploads.length === 1 && document.querySelector('.ed-upload progress')`)
	r.axe("upload under way")
	if !ask[bool](r, `room.editor.uploading()`) {
		t.Error("the editor says that nothing is on its way")
	}
	r.do(`room.uploads[0].progress(0.5)`)
	r.until(`document.querySelector('.ed-upload progress').value === 0.5`)
	r.typed("!") // writing goes on while it is sent
	r.do(`room.uploads[0].fail('The server has no room left.')`)
	r.until(`document.querySelector('.ed-upload .ed-wrong')?.textContent === 'boat.jpg could not be uploaded: The server has no room left.'`)
	r.axe("upload that failed")
	r.want("paragraph(\"before!\")\nparagraph(\"after\")")
	r.do(`[...document.querySelectorAll('.ed-upload button')].find(b => b.textContent === 'Try again').click()`)
	r.until(`room.uploads.length === 2`)
	r.press("Home")
	r.typed("well ")
	r.do(`room.uploads[1].done({id: '4611686018427387905', url: '/picture.png', width: 600, height: 400, alt: 'A boat', caption: '', credit: '', kind: 'picture', name: 'boat.jpg', bytes: 3})`)
	r.until(`!document.querySelector('.ed-upload') && document.querySelector('.ed-picture img')`)
	r.want("paragraph(\"well before!\")\nfigure{\"media\":4611686018427387905}\nparagraph(\"after\")")
	if ask[bool](r, `room.editor.uploading()`) {
		t.Error("the editor says that something is still on its way")
	}
	if ask[bool](r, `[...document.querySelectorAll('.ed-hint')].some(e => !e.hidden)`) {
		t.Error("a description is asked for although the picture has one")
	}

	r.make("")
	r.typed("words")
	r.dropFile("drop", "minutes.pdf", "application/pdf")
	r.until(`room.uploads.length === 3`)
	r.do(`room.uploads[2].done({id: '9', url: '/f', width: 0, height: 0, alt: '', caption: '', credit: '', kind: 'file', name: 'minutes.pdf', bytes: 3})`)
	r.until(`!document.querySelector('.ed-upload')`)
	r.want("paragraph(\"words\")\nfile{\"label\":\"minutes.pdf\",\"media\":9}\nparagraph")

	r.make("")
	r.typed("words")
	r.dropFile("paste", "a.png", "image/png")
	r.until(`room.uploads.length === 4`)
	r.do(`room.uploads[3].fail('No.')`)
	r.until(`document.querySelector('.ed-upload .ed-wrong')`)
	r.do(`[...document.querySelectorAll('.ed-upload button')].find(b => b.textContent === 'Take it away').click()`)
	r.until(`!document.querySelector('.ed-upload')`)
	r.want(`paragraph("words")`)
}

func TestEditor_FindsAndReplaces(t *testing.T) {
	r := open(t, view{}, "")
	r.typed(`The harbour. Harbour works; harbours. It's`)
	r.press("Enter")
	r.typed("x")
	r.press("Control+b")
	r.typed("harbour")
	r.press("Control+f")
	r.until(`!document.querySelector('.ed-find').hidden`)
	r.typed("harbour")
	count := func(want string) {
		t.Helper()
		r.until(fmt.Sprintf(`document.querySelector('.ed-find-count').textContent === %q`, want))
	}
	count("1 of 4")
	r.axe("find")
	r.press("Enter")
	count("2 of 4")
	r.press("Shift+Enter")
	r.press("Shift+Enter")
	count("4 of 4")
	r.do(`document.querySelectorAll('.ed-find input[type=checkbox]')[1].click()`)
	count("1 of 2")
	r.do(`document.querySelectorAll('.ed-find input[type=checkbox]')[1].click()`)
	r.do(`document.querySelectorAll('.ed-find input[type=checkbox]')[0].click()`)
	count("1 of 3")
	r.do(`document.querySelectorAll('.ed-find input[type=checkbox]')[0].click()`)
	r.do(`document.querySelectorAll('.ed-find input')[1].focus()`)
	r.typed("port")
	r.press("Enter") // replaces the first
	count("1 of 3")
	r.want("paragraph(\"The port. Harbour works; harbours. It’s\")\nparagraph(\"x\", strong \"harbour\")")
	r.press("Alt+Enter") // all
	count("3 replaced")
	r.want("paragraph(\"The port. port works; ports. It’s\")\nparagraph(\"x\", strong \"port\")")
	r.do(`document.querySelectorAll('.ed-find input')[0].focus(); document.querySelectorAll('.ed-find input')[0].select()`)
	r.typed("it's")
	count("1 of 1")
	r.press("Escape")
	r.until(`document.querySelector('.ed-find').hidden && getSelection().toString() === 'It’s'`)
	r.press("Control+z")
	r.want("paragraph(\"The port. Harbour works; harbours. It’s\")\nparagraph(\"x\", strong \"harbour\")")
}

func TestEditor_ReadsAddressesAndDatesAsTheServerDoes(t *testing.T) {
	r := open(t, view{}, "")
	for in, want := range map[string]string{
		"2026": "2026", "May 2026": "2026-05", "4 May 2026": "2026-05-04", "May 4, 2026": "2026-05-04", "4.5.2026": "2026-05-04", "2026-5-4": "2026-05-04",
		"2026-05-04T10:00Z": "2026-05-04T10:00Z", "30 February 2026": "", "soon": "", "13/25/2026": "",
	} {
		if got := ask[*string](r, fmt.Sprintf(`room.parseDate(%q, 'en')`, in)); (got == nil) != (want == "") || got != nil && *got != want {
			t.Errorf("%q in English: %v, want %q", in, got, want)
		}
	}
	for in, lang := range map[string]string{"4. Mai 2026": "de", "4 mai 2026": "fr", "4 de mayo de 2026": "es", "٤ مايو ٢٠٢٦": "ar"} {
		if got := ask[*string](r, fmt.Sprintf(`room.parseDate(%q, %q)`, in, lang)); got == nil || *got != "2026-05-04" {
			t.Errorf("%q: %v", in, got)
		}
	}
	accepted := 0
	for _, address := range addresses {
		text, _ := json.Marshal(address)
		got := ask[*string](r, `room.safeURL(`+string(text)+`)`)
		if got == nil {
			continue
		}
		accepted++
		r.make(`{"v":1,"content":[{"type":"related_link","attrs":{"url":` + string(mustJSON(*got)) + `}}]}`)
		r.valid() // fails when the server refuses it
	}
	if accepted < 12 || accepted > len(addresses)-10 {
		t.Errorf("%d of %d addresses were accepted", accepted, len(addresses))
	}
}

func mustJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

var addresses = []string{
	"https://example.org/a?b=c#d", "http://user:pass@example.org:8080/", "//cdn.example.org/x", "/about/", "page.html", "#part", "?q=1", "mailto:desk@example.org", "tel:+49 (30) 123",
	"example.org", "example.org/x y", "www.example.org", "https://bücher.example/ä", "https://example.org/%zz", "https://example.org/a b\"<>|", "https://[::1]/", "HTTPS://EXAMPLE.ORG/", "https://example.org/#a#b",
	"javascript:alert(1)", "java\nscript:alert(1)", " javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "http://", "https://exa mple.org/", "https://a@b@c/", "https://example.org:999999/", "foo bar:baz", ":x", "https://[::1/", "https://-/", "blob:https://example.org/x",
	"mailto:", "tel:abc<script>", "ftp://example.org/", "https://%41.example/", "https://example.org\\@evil.example/", "\\\\evil.example\\x", "https://.../", "http:example.org",
}
