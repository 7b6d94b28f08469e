package desk

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"dateline/test/e2e/browser"
	"dateline/test/product"
)

// A copied folder says on every page of the desk that no mail leaves, until an
// administrator presses the button.
func TestRestored_InTheBrowser(t *testing.T) {
	b := chrome(t)
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	data := sample(t)
	s, err := product.Start(product.Command(t.Context(), path, "serve", "--data", data, "--addr", "127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	link := ""
	await(t, "the set-up link", func() bool {
		if m := setUp.FindStringSubmatch(s.Log()); m != nil {
			link = m[1]
		}
		return link != ""
	})
	first := b.Page(t, browser.Desktop)
	visit(t, first, link)
	founds(t, first, "olga@paper.example")
	s.Stop()
	twin := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(twin, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(twin, "secret.key"), 0o600); err != nil {
		t.Fatal(err)
	}
	held, err := product.Start(product.Command(context.Background(), path, "serve", "--data", twin, "--addr", "127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(held.Stop)
	enter := entrance(t, b, held.Origin)
	p := enter(browser.Phone)
	const says = "This data folder is a copy."
	for name, page := range map[string]string{"desk-restored": "/desk/", "desk-restored-editions": "/desk/newsletter"} {
		visit(t, p, held.Origin+page)
		both(t, p, name, says)
	}
	if _, err := browser.Evaluate[bool](p, `(() => { window.left = true; document.querySelector('form[action="/desk/restored"] button').click(); return true })()`); err != nil {
		t.Fatal(err)
	}
	nextPage(t, p)
	both(t, p, "desk-released", "Mail leaves again.")
	if held, err := browser.Evaluate[bool](p, `document.body.innerText.includes("is a copy")`); err != nil || held {
		t.Errorf("it still says that mail is held back (%v)", err)
	}
}
