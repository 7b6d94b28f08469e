package view_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"dateline/internal/fault"
	"dateline/internal/view"
	"dateline/ui/theme"
)

// overlay writes files into a theme folder of its own.
func overlay(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), []byte(text))
	}
	return dir
}

func render(t *testing.T, engine *view.Engine, page view.Page) string {
	t.Helper()
	body, err := engine.Render(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestNew_RefusesBrokenThemes(t *testing.T) {
	tests := map[string]struct {
		file, text string
		want       string // file and line, then what is wrong
	}{
		"syntax":           {"templates/front.html", "{{template \"top\" .}}\n{{if .Front}}\n", "front.html:3: unexpected EOF"},
		"unknown function": {"templates/front.html", "\n\n{{shout .Site.Title}}", "front.html:3: function \"shout\" not defined"},
		"unknown field":    {"templates/parts/card.html", "\n{{.Headlin}}", "card.html:2: Card has no field Headlin"},
		"unknown field in a branch that no sample takes": {
			"templates/list.html", "{{with .List}}\n{{if eq .Kind \"no such kind\"}}\n{{.Nonsense}}\n{{end}}{{end}}", "list.html:3: List has no field Nonsense",
		},
		"unknown field of a variable":         {"templates/list.html", "{{range $i, $c := .List.Cards}}\n{{$c.Published.Nope}}{{end}}", "list.html:2: Stamp has no field Nope"},
		"unknown field in an argument":        {"templates/list.html", "{{if eq 1 (len .List.Nope)}}x{{end}}", "list.html:1: List has no field Nope"},
		"field of a string":                   {"templates/error.html", "{{.Site.Title.Length}}", "error.html:1: string has no field Length"},
		"range over no list":                  {"templates/error.html", "{{range .Site}}{{end}}", "error.html:1: range over Site, which is not a list"},
		"missing template":                    {"templates/error.html", "{{template \"absent\" .}}", "error.html:1: there is no template \"absent\""},
		"unknown message":                     {"templates/error.html", "\n{{T \"no.such.key\"}}", "error.html:2: there is no message \"no.such.key\""},
		"unknown message deep inside":         {"templates/error.html", "{{if eq (T \"no.such.key\") \"x\"}}{{end}}", "error.html:1: there is no message"},
		"plural message without number":       {"templates/error.html", "{{T \"comments.count\"}}", "error.html:1: the message \"comments.count\" counts something"},
		"unknown message in another language": {"templates/error.html", "{{TL \"de\" \"no.such.key\"}}", "error.html:1: there is no message"},
		"unknown asset":                       {"templates/error.html", "<img src=\"{{asset \"no.png\"}}\" alt=\"\">", "error.html:1: there is no asset \"no.png\""},
		"what an empty page lacks":            {"templates/article.html", "\n{{.Article.Lead.URL}}", "article.html:2:"},
		"value in a script":                   {"templates/error.html", "<script>\nvar x = {{.Site.Title}}</script>", "error.html:2: a theme writes no values into a script"},
		"value in a handler":                  {"templates/error.html", "<p onclick=\"x('{{.Site.Title}}')\">", "error.html:1: a theme writes no values into a script"},
		"value in a style":                    {"templates/error.html", "<p style=\"color: {{.Site.Title}}\">", "error.html:1:"},
		"value in a srcset":                   {"templates/error.html", "<img alt=\"\" srcset=\"{{.Site.Title}}\">", "error.html:1: a theme writes no values into a srcset"},
		"unfinished markup":                   {"templates/error.html", "<p title=\"{{.Site.Title}}", "error.html: ends in a non-text context"},
		"template twice":                      {"templates/other/card.html", "x", "the template \"card\" is already in"},
		"asset of a foreign kind":             {"assets/app.js", "alert(1)", "assets/app.js: a theme cannot serve files of this kind"},
		"picture among the styles":            {"assets/css/x.png", "x", "assets/css/x.png: only .css files"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := view.New(theme.FS, overlay(t, map[string]string{tt.file: tt.text}), "en")
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("%v, want %s", err, tt.want)
			}
			if strings.HasPrefix(tt.want, filepath.Base(tt.file)) && !strings.Contains(err.Error(), filepath.FromSlash(tt.file)) {
				t.Errorf("%v does not name the file %s", err, tt.file)
			}
		})
	}
}

func TestNew_RefusesAFolderThatIsNone(t *testing.T) {
	_, err := view.New(theme.FS, filepath.Join(t.TempDir(), "absent"), "en")
	if !fault.Is(err, fault.Invalid) || fault.HintOf(err) == "" {
		t.Errorf("%v (hint %q)", err, fault.HintOf(err))
	}
}

func TestOverlay_ReplacesFileByFile(t *testing.T) {
	dir := overlay(t, map[string]string{
		"templates/parts/nameplate.html": `<a href="/" class="mine">{{.Title}} of ours</a>`,
		"templates/parts/.card.html.swp": "{{broken",
		"templates/notes.txt":            "{{broken",
		"assets/css/95-mine.css":         ".nameplate { background: url(../img/paper.png) }",
		"assets/img/paper.png":           "png",
	})
	engine, err := view.New(theme.FS, dir, "en")
	if err != nil {
		t.Fatal(err)
	}
	body := render(t, engine, newFixture("en").article())
	for _, want := range []string{`class="mine">The Brannock Post of ours</a>`, `class="prose"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	sheet, ok := engine.Asset(engine.Stylesheet())
	if !ok || !sheet.Current {
		t.Fatal("the stylesheet is not served")
	}
	css := string(sheet.Body)
	if want := `url("` + engine.AssetURL("img/paper.png") + `")`; !strings.HasSuffix(css, ".nameplate{background:"+want+"}") || !strings.Contains(css, "--measure") {
		t.Errorf("stylesheet ends in %s", css[max(0, len(css)-120):])
	}
}

func TestReload_KeepsTheThemeThatWorks(t *testing.T) {
	dir := overlay(t, map[string]string{"templates/parts/nameplate.html": "first"})
	engine, err := view.New(theme.FS, dir, "en")
	if err != nil {
		t.Fatal(err)
	}
	first, page := engine.Revision(), newFixture("en").front()
	file := filepath.Join(dir, "templates", "parts", "nameplate.html")
	write(t, file, []byte("{{.Nope}}"))
	var broken *fault.Error
	if err := engine.Reload(dir, "en"); !errors.As(err, &broken) || !strings.Contains(broken.Msg, "nameplate.html:1") {
		t.Fatalf("reload of a broken theme: %v", err)
	}
	if engine.Revision() != first || !strings.Contains(render(t, engine, page), ">first<") {
		t.Error("the broken theme took the working one down")
	}
	write(t, file, []byte("second"))
	if err := engine.Reload(dir, "en"); err != nil {
		t.Fatal(err)
	}
	if engine.Revision() == first || !strings.Contains(render(t, engine, page), ">second<") {
		t.Error("the new theme is not in use")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := engine.Reload("", "en"); err != nil || !strings.Contains(render(t, engine, page), `rel="home"`) {
		t.Errorf("back to the theme that ships: %v", err)
	}
}

func TestAsset_OldAddressesAreServedButNotKept(t *testing.T) {
	engine, err := view.New(theme.FS, "", "en")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ ok, current bool }{
		engine.Stylesheet():                 {true, true},
		"/assets/0123456789abcdef/site.css": {true, false},
		"/assets//site.css":                 {true, false},
		"/assets/0123456789abcdef/no.css":   {false, false},
		"/assets/site.css":                  {false, false},
		"/elsewhere/x/site.css":             {false, false},
		"/assets/x/../templates/top.html":   {false, false},
	}
	for address, want := range tests {
		asset, ok := engine.Asset(address)
		if ok != want.ok || asset.Current != want.current {
			t.Errorf("%s: found %v, current %v", address, ok, asset.Current)
		}
		if ok && asset.Type != "text/css; charset=utf-8" {
			t.Errorf("%s: type %q", address, asset.Type)
		}
	}
	if engine.AssetURL("absent.png") != "" {
		t.Error("an asset that is not there has an address")
	}
}

func TestRender_RefusesUnknownPages(t *testing.T) {
	engine, err := view.New(theme.FS, "", "en")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Render(view.Page{Template: "absent"}); !fault.Is(err, fault.Internal) {
		t.Errorf("%v", err)
	}
}

// TestRender_IsSafeForConcurrentUse lets readers of all locales and a reload
// meet; the race detector watches in CI.
func TestRender_IsSafeForConcurrentUse(t *testing.T) {
	engine, err := view.New(theme.FS, "", "en")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for _, locale := range []string{"en", "de", "fr", "es", "ar", "en"} {
		group.Go(func() {
			page := newFixture(locale).article()
			want, err := engine.Render(page)
			for range 5 {
				got, again := engine.Render(page)
				if err != nil || again != nil || string(got) != string(want) {
					t.Errorf("%s: renders differ or fail: %v %v", locale, err, again)
				}
			}
		})
	}
	group.Go(func() {
		if err := engine.Reload("", "en"); err != nil {
			t.Error(err)
		}
	})
	group.Wait()
}

func TestRender_InterfaceFollowsTheLocale(t *testing.T) {
	engine, err := view.New(theme.FS, "", "en")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string][]string{
		"en": {`lang="en" dir="ltr"`, "Monday, November 23, 2026", "Check also", "7 comments"},
		"de": {`lang="de" dir="ltr"`, "Montag, 23. November 2026", "Lesen Sie auch", "7 Kommentare"},
		"fr": {`lang="fr" dir="ltr"`, "lundi 23 novembre 2026", "À lire aussi"},
		"es": {`lang="es" dir="ltr"`, "lunes, 23 de noviembre de 2026", "Lea también"},
		"ar": {`lang="ar" dir="rtl"`, "الاثنين، 23 نوفمبر 2026", "اقرأ أيضًا", "7 تعليقات"},
	}
	for locale, wants := range tests {
		body := render(t, engine, newFixture(locale).article())
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page lacks %q", locale, want)
			}
		}
	}
}
