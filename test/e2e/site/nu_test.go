package site

import (
	"net/http"
	"strings"
	"testing"

	"dateline/test/e2e/vnu"
	"dateline/test/shared"
)

// accepted are messages of the Nu checker that we know of and live with, each
// with its reason. The key is a part of the message.
var accepted = map[string]string{
	"This document appears to be written in": "the checker guesses the language, and words without end lead it astray",
}

// TestMarkup has the Nu HTML checker read every page type, and every page of
// the theme unit test of WordPress, which has the strangest content.
func TestMarkup_IsSound(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program")
	}
	if err := vnu.Ready(); err != nil {
		t.Skip(err)
	}
	pages := map[string][]byte{}
	for _, row := range pageRows {
		pages[row.name] = ask(t, http.MethodGet, row.address(t), nil).Body
	}
	t.Run("pages", func(t *testing.T) { checkMarkup(t, pages) })
	t.Run("theme unit test", func(t *testing.T) {
		shared.Path(t, themeUnitFile)
		pages := map[string][]byte{}
		for _, address := range listedPages(t, start(t, themeUnit)) {
			pages[address] = get(t, address).Body
		}
		if len(pages) < 50 {
			t.Errorf("only %d pages", len(pages))
		}
		checkMarkup(t, pages)
	})
}

func checkMarkup(t *testing.T, pages map[string][]byte) {
	t.Helper()
	found, err := vnu.Check(t.Context(), pages)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range found {
		if reason := acceptedFor(m.Text); reason != "" {
			t.Logf("accepted (%s): %v", reason, m)
		} else {
			t.Errorf("%v", m)
		}
	}
}

func acceptedFor(message string) string {
	for part, reason := range accepted {
		if strings.Contains(message, part) {
			return reason
		}
	}
	return ""
}

// listedPages are all addresses in a site's sitemaps, and its front.
func listedPages(t *testing.T, origin string) []string {
	t.Helper()
	found := []string{origin + "/"}
	index, err := parseXML(get(t, origin+"/sitemap.xml").Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range index.Nodes {
		pages, err := parseXML(get(t, m.text(nsMap, "loc")).Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range pages.Nodes {
			found = append(found, u.text(nsMap, "loc"))
		}
	}
	return found
}
