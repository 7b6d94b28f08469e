package desk

import (
	"os"
	"testing"

	"dateline/internal/account"
	"dateline/internal/i18n"
	"dateline/internal/settings"
)

// TestWords_NameEveryRoleAndSetting holds that what the desk names by data has
// words: every role, and every setting of the site with what it is for.
func TestWords_NameEveryRoleAndSetting(t *testing.T) {
	raw, err := os.ReadFile("words.json")
	if err != nil {
		t.Fatal(err)
	}
	words, err := i18n.ParseWords(raw) // which refuses a missing language
	if err != nil {
		t.Fatal(err)
	}
	p := i18n.For("en").With(words)
	var keys []string
	for _, role := range account.Roles() {
		keys = append(keys, "desk.role_"+role.String())
	}
	for _, f := range settings.Fields {
		keys = append(keys, "desk.site_"+f.Name, "desk.site_"+f.Name+"_help")
	}
	for _, key := range keys {
		if !p.Has(key) {
			t.Errorf("%s is missing", key)
		}
	}
}

func TestGuess(t *testing.T) {
	for accepts, want := range map[string][2]string{
		"":                       {"en", "UTC"},
		"*":                      {"en", "UTC"},
		"de-AT,de;q=0.9,en":      {"de-AT", "Europe/Vienna"},
		"de":                     {"de", "Europe/Berlin"},
		"en-US,en;q=0.5":         {"en-US", "America/New_York"},
		"fr-BE, fr;q=0.9":        {"fr", "Europe/Brussels"},
		"pt-BR":                  {"en", "America/Sao_Paulo"},
		"ar":                     {"ar", "Africa/Cairo"},
		"not a language, really": {"en", "UTC"},
	} {
		if locale, zone := guess(accepts); locale != want[0] || zone != want[1] {
			t.Errorf("%q: %s %s, want %s %s", accepts, locale, zone, want[0], want[1])
		}
	}
}
