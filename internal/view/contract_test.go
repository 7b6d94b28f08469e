package view_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"dateline/internal/view"
	"dateline/ui/theme"
)

// TestContract_WorkedExampleWorks loads the overlay that the contract shows.
func TestContract_WorkedExampleWorks(t *testing.T) {
	text, err := os.ReadFile("../../docs/contracts/theme.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, found := strings.Cut(string(text), "## 8. A worked example")
	blocks := regexp.MustCompile("(?s)```(css|html)\n(.*?)```").FindAllStringSubmatch(example, -1)
	if !found || len(blocks) != 2 {
		t.Fatalf("%d code blocks in the worked example", len(blocks))
	}
	files := map[string]string{
		"assets/fonts/cormorant.woff2": "font",
		"assets/css/95-ours.css":       blocks[0][2],
		"templates/parts/row.html":     blocks[1][2],
	}
	engine, err := view.New(theme.FS, overlay(t, files), "en")
	if err != nil {
		t.Fatal(err)
	}
	sheet, _ := engine.Asset(engine.Stylesheet())
	if !strings.Contains(string(sheet.Body), engine.AssetURL("fonts/cormorant.woff2")) {
		t.Error("the font's address is not in the stylesheet")
	}
	if body := render(t, engine, newFixture("en").list()); !strings.Contains(body, `<article class="row">`) {
		t.Error("the example's row is not on the page")
	}
	files["templates/parts/row.html"] = strings.Replace(blocks[1][2], ".Published.Date", ".Publishd.Date", 1)
	_, err = view.New(theme.FS, overlay(t, files), "en")
	if err == nil || !strings.HasSuffix(err.Error(), "templates/parts/row.html:3: Card has no field Publishd") {
		t.Errorf("the planted fault: %v", err)
	}
}
