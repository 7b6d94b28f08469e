package view_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"dateline/internal/view"
	"dateline/ui/theme"
)

var previewDir = flag.String("preview", "", "write every page of the fixture, and the assets, into this folder")

// TestPreview writes the fixture's pages for a person to look at:
// go test ./internal/view -run Preview -preview /some/folder
func TestPreview(t *testing.T) {
	if *previewDir == "" {
		t.Skip("no -preview folder given")
	}
	engine, err := view.New(theme.FS, "", "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, locale := range []string{"en", "ar", "de"} {
		for name, page := range newFixture(locale).all() {
			body, err := engine.Render(page)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(*previewDir, locale, name+".html"), body)
		}
	}
	for _, address := range []string{engine.Stylesheet(), engine.AssetURL("icon.svg")} {
		asset, ok := engine.Asset(address)
		if !ok {
			t.Fatalf("%s is not served", address)
		}
		write(t, filepath.Join(*previewDir, filepath.FromSlash(address)), asset.Body)
	}
}

func write(t *testing.T, file string, body []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, body, 0o644); err != nil {
		t.Fatal(err)
	}
}
