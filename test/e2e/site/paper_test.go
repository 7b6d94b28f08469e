package site

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// paper is an imported site with attachments, and with content that strains
// the layout: words without a break, a deep thread, a wide table, a lost
// picture. Its articles know what is related.
var paper = sync.OnceValues(func() (string, error) {
	url, err := imported()
	if err == nil {
		err = await(url+"/long-words/", `class="check-also"`)
	}
	return url, err
})

var imported = importer("paper", func(dir string) ([]string, []string, error) {
	uploads := filepath.Join(dir, "uploads", "2026", "01")
	if err := os.MkdirAll(uploads, 0o755); err != nil {
		return nil, nil, err
	}
	files := map[string][]byte{"2026/01/pier.jpg": photograph(), "2026/01/minutes.pdf": []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, "uploads", name), content, 0o644); err != nil {
			return nil, nil, err
		}
	}
	file := filepath.Join(dir, "export.xml")
	if err := os.WriteFile(file, strained().bytes(), 0o644); err != nil {
		return nil, nil, err
	}
	return []string{file}, []string{"--media-dir", filepath.Join(dir, "uploads")}, nil
})

func photograph() []byte {
	picture := image.NewRGBA(image.Rect(0, 0, 1400, 900))
	for y := range 900 {
		for x := range 1400 {
			picture.Set(x, y, color.RGBA{uint8(x / 6), uint8(y / 4), uint8(120 + (x+y)%40), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, nil); err != nil {
		panic(err) // a buffer takes every write
	}
	return b.Bytes()
}

func strained() export {
	word := "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
	long := strings.Repeat("W", 180)
	var row, tags, thread = "", []term(nil), []remark(nil)
	for i := range 14 {
		row += "<td>" + word[:20+i] + "</td>"
		tags = append(tags, term{slug: "tag-" + word[:3+i], name: word[:3+i*5] + " " + long[:i*4]})
		thread = append(thread, remark{name: long[:10+i*8], url: "https://reader.example/" + long, text: long + "\n\n" + word, parent: i})
	}
	blocks := `<!-- wp:paragraph --><p>` + word + " " + long + ` <a href="https://other.example/` + long + `">https://other.example/` + long + `</a></p><!-- /wp:paragraph -->
<!-- wp:heading --><h2>` + long + `</h2><!-- /wp:heading -->
<!-- wp:table --><figure class="wp-block-table"><table><tbody><tr>` + row + `</tr></tbody></table></figure><!-- /wp:table -->
<!-- wp:code --><pre class="wp-block-code"><code>` + long + `</code></pre><!-- /wp:code -->
<!-- wp:quote --><blockquote class="wp-block-quote"><p>` + long + `</p><cite>` + long + `</cite></blockquote><!-- /wp:quote -->
<!-- wp:image {"id":1} --><figure class="wp-block-image"><img src="` + exportSite + `/wp-content/uploads/2026/01/pier.jpg" alt="A pier" class="wp-image-1"/><figcaption>` + long + `</figcaption></figure><!-- /wp:image -->
<!-- wp:image {"id":3} --><figure class="wp-block-image"><img src="` + exportSite + `/wp-content/uploads/2026/01/lost.jpg" alt="Lost" class="wp-image-3"/></figure><!-- /wp:image -->
<!-- wp:list --><ul><li>` + long + `<ul><li>` + long + `</li></ul></li></ul><!-- /wp:list -->
<!-- wp:buttons --><div class="wp-block-buttons"><!-- wp:button --><div class="wp-block-button"><a class="wp-block-button__link" href="https://other.example/">` + long + `</a></div><!-- /wp:button --></div><!-- /wp:buttons -->`
	return export{
		title:   "The Paper of " + word,
		authors: []person{{login: "anna", name: "Anna " + long[:60]}},
		posts: []post{
			{kind: "attachment", status: "inherit", title: "The pier at dusk", slug: "pier", author: "anna", file: "2026/01/pier.jpg", alt: "A pier in evening light", excerpt: "The pier.", content: "Seen from the north."},
			{kind: "attachment", status: "inherit", title: "Minutes of the council " + long, slug: "minutes", author: "anna", file: "2026/01/minutes.pdf"},
			{kind: "attachment", status: "inherit", title: "Lost", slug: "lost", author: "anna", file: "2026/01/lost.jpg", alt: "Lost"},
			{title: word + ": " + long, slug: "long-words", author: "anna", content: blocks, excerpt: long, picture: 1,
				sections: []term{{slug: "long", name: word + " " + long[:50]}}, tags: tags, comments: thread},
			{title: "A short one", slug: "short", author: "anna", content: "<p>Short.</p>", sections: []term{{slug: "long", name: word + " " + long[:50]}}, tags: tags[:2]},
			{kind: "page", title: "Parent", slug: "parent", author: "anna", content: "<p>" + long + "</p>"},
		},
	}
}
