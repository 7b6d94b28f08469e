package desk

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// manual is the folder of the manual; its pictures are in img.
var manual = filepath.Join("..", "..", "..", "docs", "manual")

// picture is one picture of the manual, drawn light and dark as NAME-light.webp
// and NAME-dark.webp, and the route of the page it shows.
type picture struct{ name, route string }

// pictures are those of the desk. Every page of it is among them: a new
// one needs a row here, a line in TestManual_Draws, and its place in the manual.
var pictures = []picture{
	{"set-up", "/desk/set-up/{token}"},
	{"sign-in", "/desk/sign-in"}, {"sign-in-phone", "/desk/sign-in"},
	{"forgot", "/desk/forgot"},
	{"join", "/desk/join/{token}"},
	{"start", "/desk/"}, {"start-phone", "/desk/"},
	{"articles", "/desk/articles"}, {"articles-phone", "/desk/articles"},
	{"palette", "/desk/articles"},
	{"calendar", "/desk/calendar"},
	{"writing", "/desk/articles/{id}"}, {"writing-phone", "/desk/articles/{id}"},
	{"writing-blocks", "/desk/articles/{id}"},
	{"writing-notes", "/desk/articles/{id}"},
	{"publish", "/desk/articles/{id}/publish"}, {"publish-phone", "/desk/articles/{id}/publish"},
	{"correction", "/desk/articles/{id}/publish"},
	{"published", "/desk/articles/{id}/published"},
	{"withdraw", "/desk/articles/{id}/withdraw"},
	{"revisions", "/desk/articles/{id}/versions"},
	{"revisions-compared", "/desk/articles/{id}/versions"},
	{"preview", "/desk/articles/{id}/look"},
	{"preview-search", "/desk/articles/{id}/look"},
	{"preview-social", "/desk/articles/{id}/look"},
	{"preview-links", "/desk/articles/{id}/look"},
	{"notes", "/desk/notes"},
	{"front", "/desk/front"}, {"front-phone", "/desk/front"},
	{"front-look", "/desk/front/look"},
	{"media", "/desk/media"},
	{"medium", "/desk/media/{id}"},
	{"medium-crop", "/desk/media/{id}"},
	{"sections", "/desk/structure/sections"}, {"section", "/desk/structure/sections/{id}"},
	{"tags", "/desk/structure/tags"}, {"tags-alike", "/desk/structure/tags/alike"}, {"tag", "/desk/structure/tags/{id}"},
	{"authors", "/desk/structure/authors"}, {"author", "/desk/structure/authors/{id}"},
	{"pages", "/desk/structure/pages"},
	{"menus", "/desk/structure/menus"}, {"menu", "/desk/structure/menus/{id}"},
	{"redirects", "/desk/structure/redirects"}, {"redirects-import", "/desk/structure/redirects/import"},
	{"storylines", "/desk/storylines"}, {"storyline", "/desk/storylines/{id}"},
	{"register", "/desk/register"}, {"register-entry", "/desk/register/{id}"}, {"register-move", "/desk/register/move"},
	{"writing-names", "/desk/articles/{id}"},
	{"writing-also", "/desk/articles/{id}"},
	{"settings", "/desk/structure/site"},
	{"appearance", "/desk/structure/appearance"},
	{"editions", "/desk/newsletter"}, {"edition", "/desk/newsletter/{id}"},
	{"edition-look", "/desk/newsletter/{id}/look"},
	{"edition-send", "/desk/newsletter/{id}/send"}, {"edition-report", "/desk/newsletter/{id}/report"},
	{"newsletter-rules", "/desk/newsletter/rules"},
	{"readers", "/desk/readers"}, {"reader", "/desk/readers/person/{id}"}, {"reader-erase", "/desk/readers/person/{id}/erase"},
	{"newsletters", "/desk/readers/newsletters"}, {"newsletter", "/desk/readers/newsletters/{id}"}, {"newsletter-new", "/desk/readers/newsletters/new"},
	{"readers-import", "/desk/readers/import"}, {"readers-columns", "/desk/readers/import/{id}"}, {"readers-export", "/desk/readers/export"},
	{"comments", "/desk/comments"}, {"comments-phone", "/desk/comments"}, {"comments-ban", "/desk/comments"}, {"comment", "/desk/comments/{id}"},
	{"comment-rules", "/desk/comments/rules"}, {"comment-bans", "/desk/comments/bans"}, {"comment-figures", "/desk/comments/figures"},
	{"quotes", "/desk/articles/{id}"},
	{"accounts", "/desk/accounts/{id}"}, {"accounts-new", "/desk/accounts/new"}, {"accounts-list", "/desk/accounts"},
	{"people", "/desk/people"}, {"invitation", "/desk/people"},
	{"log", "/desk/log"},
	{"account", "/desk/account"},
	{"second-factor", "/desk/account/second-factor"},
}

// noPages are the routes that are read but show no page of their own, with what
// they give instead.
var noPages = map[string]string{
	"/desk":                                "leads to /desk/",
	"/desk/structure":                      "leads to the sections",
	"/desk/site":                           "leads to the settings",
	"/desk/assets/{hash}/{name}":           "files",
	"/desk/accounts/find":                  "JSON",
	"/desk/articles/find":                  "JSON",
	"/desk/articles/{id}/notes":            "JSON",
	"/desk/articles/{id}/preview":          "the page in the frames of its looks",
	"/desk/articles/{id}/related":          "JSON",
	"/desk/articles/{id}/share.png":        "an image",
	"/desk/articles/{id}/state":            "JSON",
	"/desk/articles/{id}/storyline":        "JSON",
	"/desk/articles/{id}/subjects":         "JSON",
	"/desk/articles/{id}/when":             "JSON",
	"/desk/front/preview":                  "the page in the frames of the look at the front",
	"/desk/media/pick":                     "JSON",
	"/desk/media/{id}/file/{variant}":      "files",
	"/desk/newsletter/{id}/preview":        "the letter in the frames of its looks",
	"/desk/newsletter/{id}/progress":       "JSON",
	"/desk/preview-styles/{name}":          "a style sheet",
	"/desk/register/export":                "a file",
	"/desk/session":                        "JSON",
	"/desk/structure/appearance/article":   "a page in the frames of the appearance",
	"/desk/structure/appearance/front":     "a page in the frames of the appearance",
	"/desk/structure/appearance/style.css": "a style sheet",
	"/desk/structure/redirects/export":     "a file",
	"/desk/write/find":                     "JSON",
	"/desk/write/media":                    "JSON",
}

// largest is what a picture of the manual may weigh, in bytes.
const largest = 80 << 10

// TestManual_ShowsEveryPage asks that every page of the desk has its pictures,
// and every picture its place in the manual.
func TestManual_ShowsEveryPage(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	printed, err := exec.Command(path, "routes").Output()
	if err != nil {
		t.Fatal(err)
	}
	routes, every := map[string]bool{}, map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\S*GET\S* +(/desk\S*) `).FindAllSubmatch(printed, -1) {
		routes[string(m[1])] = true
	}
	for _, m := range regexp.MustCompile(`(?m)^\S*GET\S* +(/\S*) `).FindAllSubmatch(printed, -1) {
		every[string(m[1])] = true
	}
	if len(routes) < 40 {
		t.Fatalf("only %d routes: %s", len(routes), printed)
	}
	for route := range routes {
		_, none := noPages[route]
		shown := slices.ContainsFunc(pictures, func(p picture) bool { return p.route == route })
		if none == shown {
			t.Errorf("%s: among the pictures is %v, among those without a page is %v: it must be in one of them", route, shown, none)
		}
	}
	for route := range noPages {
		if !routes[route] {
			t.Errorf("%s is no route any more", route)
		}
	}
	text := ""
	pages, err := filepath.Glob(filepath.Join(manual, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		text += string(raw)
	}
	files := map[string]bool{}
	for _, p := range slices.Concat(pictures, readersPictures, readingPictures) {
		if !every[p.route] {
			t.Errorf("the picture %s: %s is no route any more", p.name, p.route)
		}
		for _, colours := range []string{"light", "dark"} {
			name := p.name + "-" + colours + ".webp"
			files[name] = true
			raw, err := os.ReadFile(filepath.Join(manual, "img", name))
			if err != nil {
				t.Errorf("%v (DATELINE_MANUAL=1 draws the pictures, see docs/testing.md)", err)
			} else if len(raw) < 12 || string(raw[:4]) != "RIFF" || string(raw[8:12]) != "WEBP" || len(raw) > largest {
				t.Errorf("%s is no WebP or too large: %d bytes", name, len(raw))
			}
			if !strings.Contains(text, `"img/`+name+`"`) {
				t.Errorf("no page of the manual shows %s", name)
			}
		}
	}
	entries, err := os.ReadDir(filepath.Join(manual, "img"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !files[e.Name()] {
			t.Errorf("%s is in docs/manual/img and among no pictures", e.Name())
		}
	}
}
