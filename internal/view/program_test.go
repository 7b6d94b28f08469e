package view

import (
	"bytes"
	"html/template"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"dateline/internal/i18n"
	shipped "dateline/ui/theme"
)

// hostile are values that escaping has to get right, in every place where a
// value can stand.
var hostile = []string{
	"", "plain", "a & b < c > d \"e\" 'f' + g", "</script><script>alert(1)</script>", "\x00nul", "javascript:alert(1)",
	"JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:x", "data:text/html,x", "vbscript:x", "mailto:a@b.c?subject=x y",
	"//evil.example/x", "https://ok.example/ä?q=%20%zz&b='()\"", "/path with space/%C3%A4", "%", "%a", "%ag", "#frag:ment", "a/b:c", ":",
	"\u2028\u2029", "\xff\xfe invalid", "日本語 العربية", "`backtick`", "{{.}}", "<!-- x -->", "&amp; &#34;", "x:y/z", "http:", "HTTPS://A", "ftp://x",
}

// TestProgram_WritesWhatHTMLTemplateWrites holds the compiled templates against
// html/template, byte by byte: every page, full, hollow and empty, with every
// hostile value in every string.
func TestProgram_WritesWhatHTMLTemplateWrites(t *testing.T) {
	set := shippedSet(t)
	for _, name := range pageNames {
		for _, how := range []sampling{full, hollow, empty} {
			compareRenders(t, set, samplePage(name, how))
		}
		for _, value := range hostile {
			page := samplePage(name, full)
			replaceStrings(reflect.ValueOf(page).Elem(), value)
			page.Template = name
			compareRenders(t, set, page)
		}
	}
}

func FuzzProgram(f *testing.F) {
	for _, value := range hostile {
		f.Add(value)
	}
	set := shippedSet(f)
	f.Fuzz(func(t *testing.T, value string) {
		for _, name := range []string{"article", "search"} {
			page := samplePage(name, full)
			replaceStrings(reflect.ValueOf(page).Elem(), value)
			page.Template = name
			compareRenders(t, set, page)
		}
	})
}

func shippedSet(t testing.TB) *templates {
	t.Helper()
	loaded, err := load(shipped.FS, "", "")
	if err != nil {
		t.Fatal(err)
	}
	set, err := loaded.compiled(i18n.For("en"))
	if err != nil {
		t.Fatal(err)
	}
	if set.fast == nil {
		t.Fatal("the theme that ships is not compiled: it uses what program.go does not know")
	}
	return set
}

func compareRenders(t *testing.T, set *templates, page *Page) {
	t.Helper()
	var want, got bytes.Buffer
	if err := set.pages[page.Template].Execute(&want, page); err != nil {
		t.Fatal(err)
	}
	if err := set.fast.execute(&got, page.Template, page); err != nil {
		t.Fatal(err)
	}
	if want.String() != got.String() {
		t.Errorf("%s: the compiled template writes %q, html/template %q", page.Template, difference(got.String(), want.String()), difference(want.String(), got.String()))
	}
}

// difference returns where a begins to differ from b.
func difference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return a[max(i-40, 0):min(i+80, len(a))]
}

func replaceStrings(v reflect.Value, value string) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() != reflect.TypeFor[template.HTML]() {
			v.SetString(value)
		}
	case reflect.Slice:
		for i := range v.Len() {
			replaceStrings(v.Index(i), value)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			replaceStrings(v.Elem(), value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				replaceStrings(v.Field(i), value)
			}
		}
	}
}

// TestProgram_LeavesTheUnknownToHTMLTemplate loads a theme with constructs that
// are not compiled; it must still render.
func TestProgram_LeavesTheUnknownToHTMLTemplate(t *testing.T) {
	for _, construct := range []string{
		`{{printf "%s!" .Site.Title}}`, `{{range $i, $m := .Site.MainMenu}}{{break}}{{end}}`, `{{index .Meta.Tags 0}}`,
		`<i title="{{.Meta.JSONLD}}"></i>`, `{{.Site.Title | len}}`, `{{$x := 1}}{{$x = 2}}{{$x}}`, `{{if $t := .Site.Title}}{{$t}}{{end}}`,
	} {
		page := samplePage("error", full)
		set := compileWith(t, construct)
		if set.fast != nil {
			t.Errorf("%s: compiled, but nothing here tests that", construct)
		}
		var out bytes.Buffer
		if construct == `{{index .Meta.Tags 0}}` {
			page.Meta.Tags = []string{"first"}
		}
		if err := set.execute(&out, page); err != nil || !strings.Contains(out.String(), "<p>") {
			t.Errorf("%s: %v", construct, err)
		}
	}
}

// TestProgram_Constructs compares constructs that the shipped theme does not
// use but that are compiled.
func TestProgram_Constructs(t *testing.T) {
	for _, construct := range []string{
		`{{range $m := .Site.MainMenu}}{{$m.Label}}{{else}}none{{end}}`, `{{range $i, $m := .Site.MainMenu}}{{$i}}{{$m.Label}}{{end}}`,
		`{{with $t := .Site.Title}}{{$t}}{{.}}{{else}}none{{end}}`, `{{$x := .Site.Title}}{{if $x}}{{$x}}{{end}}{{$.Site.Year}}`,
		`{{if and .Site.Title (not .Site.Tagline)}}a{{else}}b{{end}}`, `{{if or (eq .Template "error" "x") (ne .Site.Year 2)}}c{{end}}`,
		`{{T "list.page_of" .Site.Year "7"}} {{N "list.count" .Site.Year}} {{number .Site.Year}} {{date .Site.Today}}`,
		`{{(index .Site.MainMenu 0).Label}}`, `{{len .Site.MainMenu}} {{hue 370}}`, `{{TL "ar" "list.page_of" 1 2}}{{NL "de" "list.count" .Site.Year}}{{lang "de-LI"}}`, `<a href="/x/{{.Site.Title}}?q={{.Site.Tagline}}">x</a>`,
		`<textarea>{{.Site.Title}}</textarea>`, `{{"constant"}}{{7}}`, `{{.Site.Today.Format "2006"}}`, `{{if eq (len .Site.MainMenu) 2}}two{{end}}`,
	} {
		set := compileWith(t, construct)
		if set.fast == nil && !strings.Contains(construct, "index") && !strings.Contains(construct, "?q=") {
			t.Errorf("%s: not compiled", construct)
		}
		for _, how := range []sampling{full} {
			page := samplePage("error", how)
			var want, got bytes.Buffer
			if err := set.pages["error"].Execute(&want, page); err != nil {
				t.Fatal(err)
			}
			if err := set.execute(&got, page); err != nil {
				t.Fatal(err)
			}
			if got.String() != want.String() {
				t.Errorf("%s: %q, want %q", construct, got.String(), want.String())
			}
		}
	}
}

// compileWith compiles the shipped theme with its error page replaced.
func compileWith(t *testing.T, construct string) *templates {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(shipped.FS, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(shipped.FS, name)
		files[name] = &fstest.MapFile{Data: body}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	guarded := "{{if .Site.MainMenu}}{{if .Meta.Tags}}" + construct + "{{end}}{{end}}"
	files["templates/error.html"] = &fstest.MapFile{Data: []byte("<p>" + guarded + "</p>")}
	loaded, err := load(files, "", "")
	if err != nil {
		t.Fatal(err)
	}
	set, err := loaded.compiled(i18n.For("en"))
	if err != nil {
		t.Fatalf("%s: %v", construct, err)
	}
	return set
}

func TestProgram_EndsEndlessCalls(t *testing.T) {
	set := shippedSet(t)
	page := samplePage("article", full)
	deep := &page.Article.Comments.Threads
	for range 200_000 {
		*deep = []Comment{{ID: "comment-1"}}
		deep = &(*deep)[0].Replies
	}
	var out bytes.Buffer
	err := set.fast.execute(&out, "article", page)
	if err == nil || !strings.Contains(err.Error(), "too deeply") {
		t.Errorf("200,000 levels of replies: %v", err)
	}
	if err := set.fast.execute(&out, "article", samplePage("article", full)); err != nil {
		t.Errorf("the next page: %v", err)
	}
}
