package desk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"dateline/test/e2e/browser"
	"dateline/test/product"
)

// house is what the tests of this package share: one folder with the built
// program and the sample newsroom, filled once, and one Chromium, in which
// every page has a profile of its own.
var house struct {
	dir string
	b   *browser.Browser
}

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "dateline-desk-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		house.dir = dir
		defer os.RemoveAll(dir)
		defer func() {
			if house.b != nil {
				house.b.Close()
			}
		}()
		return m.Run()
	}())
}

var chromium = sync.OnceValues(func() (b *browser.Browser, err error) {
	house.b, err = browser.Launch()
	return house.b, err
})

// chrome is the package's Chromium. The test is skipped where there is none, or
// no axe-core.
func chrome(t *testing.T) *browser.Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	if _, err := browser.Find(); err != nil {
		t.Skip(err)
	}
	if err := browser.AxeReady(); err != nil {
		t.Skip(err)
	}
	b, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var program = sync.OnceValues(func() (string, error) { return product.Build(context.Background(), house.dir) })

// filled is the folder of the sample newsroom; nobody serves it itself.
var filled = sync.OnceValues(func() (string, error) {
	path, err := program()
	if err != nil {
		return "", err
	}
	return product.Sample(context.Background(), path, house.dir)
})

// sample is a copy of the sample newsroom.
func sample(t *testing.T) string {
	t.Helper()
	from, err := filled()
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	path, err := program()
	if err == nil {
		err = product.CopySample(t.Context(), path, from, data)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var setUp = regexp.MustCompile(`make the first account at (http\S+)`)

// serve serves a folder of data, a new one too, and returns its address and the
// set-up link.
func serve(t *testing.T, data string) (origin, link string) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	s, err := product.Start(product.Command(t.Context(), path, "serve", "--data", data, "--addr", "127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	await(t, "the set-up link", func() bool {
		if m := setUp.FindStringSubmatch(s.Log()); m != nil {
			link = m[1]
		}
		return link != ""
	})
	return s.Origin, link
}

// start serves a new site and returns its address and set-up link.
func start(t *testing.T) (origin, link string) { return serve(t, filepath.Join(t.TempDir(), "data")) }

// demo serves the sample newsroom and lets its owner in: the address, and a
// function that opens a signed-in page in a view.
func demo(t *testing.T, b *browser.Browser) (origin string, enter func(view browser.View) *browser.Page) {
	t.Helper()
	origin, link := serve(t, sample(t))
	first := b.Page(t, browser.Desktop)
	visit(t, first, link)
	founds(t, first, "olga@paper.example")
	return origin, entrance(t, b, origin)
}

// founds makes the first account of the sample newsroom, Olga's, on the page of
// the set-up link that is open.
func founds(t *testing.T, p *browser.Page, email string) {
	t.Helper()
	fill(t, p, map[string]string{"title": "The Aldermouth Courier", "zone": "Europe/London", "locale": "en", "name": "Olga Owner", "email": email, "password": secret}, "/desk/")
}

// entrance opens pages in which Olga is signed in.
func entrance(t *testing.T, b *browser.Browser, origin string) func(view browser.View) *browser.Page {
	return func(view browser.View) *browser.Page {
		t.Helper()
		p := b.Page(t, view)
		visit(t, p, origin+"/desk/sign-in")
		fill(t, p, map[string]string{"email": "olga@paper.example", "password": secret}, "/desk/")
		return p
	}
}

// local is an address under the name at which passkeys work on one's own machine.
func local(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }

// everywhere looks at each of the pages on both screens and in both colours, and
// at the page without script.
func everywhere(t *testing.T, origin string, enter func(view browser.View) *browser.Page, stations []station) {
	t.Helper()
	p, plain := enter(browser.Phone), enter(browser.Phone.WithoutScript())
	for _, s := range stations {
		visit(t, p, origin+s.path)
		both(t, p, s.name, s.says)
		visit(t, plain, origin+s.path)
		check(t, plain, s.name, s.says)
	}
}

// both looks at the page that is open on a phone in light colours and on a
// desktop in dark ones, and leaves it as it was. Contrast needs both colours and
// layout both screens; each of them is seen once.
func both(t *testing.T, p *browser.Page, name, says string) {
	t.Helper()
	before := p.View
	for _, view := range []browser.View{browser.Phone, browser.Desktop.InDark()} {
		turn(t, p, view)
		check(t, p, name, says)
	}
	turn(t, p, before)
}

// turn shows the page that is open in another view; what that asks for must not
// fail.
func turn(t *testing.T, p *browser.Page, view browser.View) {
	t.Helper()
	if p.View == view {
		return
	}
	known := len(p.Seen().Problems)
	if err := p.Turn(view); err != nil {
		t.Fatal(err)
	}
	for _, problem := range p.Seen().Problems[known:] {
		t.Errorf("%s: %s", view.Name, problem)
	}
}
