package i18n

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/feature/plural"
)

func TestCatalogues_HaveTheSameKeysAndPlaceholders(t *testing.T) {
	english := catalogues()["en"]
	for _, lang := range Languages() {
		for key, want := range english {
			got, ok := catalogues()[lang][key]
			if !ok {
				t.Errorf("%s: %s is missing", lang, key)
				continue
			}
			if got.plain != want.plain {
				t.Errorf("%s: %s: plural in one language only", lang, key)
			}
			if diff := cmp.Diff(slots(want.forms[plural.Other]), slots(got.forms[plural.Other])); diff != "" {
				t.Errorf("%s: %s: other placeholders than English: %s", lang, key, diff)
			}
		}
	}
	for name, cat := range catalogues() {
		for key := range cat {
			if _, ok := english[key]; !ok {
				t.Errorf("%s: %s is in no English catalogue", name, key)
			}
		}
	}
}

func slots(p *pattern) []int8 {
	sorted := slices.Clone(p.slot)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// TestCatalogues_HaveEveryPluralCategory probes the rules for the categories
// that a language can ask for, so that a new language cannot forget one.
func TestCatalogues_HaveEveryPluralCategory(t *testing.T) {
	for _, lang := range Languages() {
		printer := For(lang)
		used := map[plural.Form]bool{plural.Other: true}
		for n := int64(0); n <= 200; n++ {
			used[printer.form(n)] = true
		}
		used[printer.form(1_000_000)] = true
		for key, msg := range catalogues()[lang] {
			if msg.plain {
				continue
			}
			for form, pattern := range msg.forms {
				if used[plural.Form(form)] != (pattern != nil) {
					t.Errorf("%s: %s: plural category %d: used %v, written %v",
						lang, key, form, used[plural.Form(form)], pattern != nil)
				}
			}
		}
	}
}

func TestCatalogues_ArabicHasSixForms(t *testing.T) {
	forms := 0
	for _, p := range catalogues()["ar"]["comments.count"].forms {
		if p != nil {
			forms++
		}
	}
	if forms != 6 {
		t.Errorf("Arabic has %d plural forms, want 6", forms)
	}
}

func TestPrinter_Plurals(t *testing.T) {
	tests := []struct {
		locale string
		n      int64
		want   string
	}{
		{"en", 0, "0 comments"}, {"en", 1, "1 comment"}, {"en", 1204, "1,204 comments"},
		{"de", 1, "1 Kommentar"}, {"de", 3000, "3.000 Kommentare"},
		{"fr", 0, "0 commentaire"}, {"fr", 2, "2 commentaires"},
		{"es", 1, "1 comentario"}, {"es", 3000, "3000 comentarios"}, {"es", 30000, "30.000 comentarios"},
		{"ar", 0, "لا تعليقات"}, {"ar", 1, "تعليق واحد"}, {"ar", 2, "تعليقان"},
		{"ar", 3, "3 تعليقات"}, {"ar", 11, "11 تعليقًا"}, {"ar", 100, "100 تعليق"},
	}
	for _, tt := range tests {
		if got := For(tt.locale).N("comments.count", tt.n); got != tt.want {
			t.Errorf("%s %d: %q, want %q", tt.locale, tt.n, got, tt.want)
		}
	}
}

func TestPrinter_Dates(t *testing.T) {
	when := time.Date(2026, time.November, 23, 19, 4, 5, 0, time.UTC)
	type dates struct{ Full, Date, Short, Time, DateTime, MonthYear string }
	want := map[string]dates{
		"en":    {"Monday, November 23, 2026", "November 23, 2026", "Nov 23, 2026", "7:04 pm", "November 23, 2026, 7:04 pm", "November 2026"},
		"en-GB": {"Monday, 23 November 2026", "23 November 2026", "23 Nov 2026", "19:04", "23 November 2026, 19:04", "November 2026"},
		"de":    {"Montag, 23. November 2026", "23. November 2026", "23.11.2026", "19:04", "23. November 2026, 19:04 Uhr", "November 2026"},
		"de-AT": {"Montag, 23. November 2026", "23. November 2026", "23.11.2026", "19:04", "23. November 2026, 19:04 Uhr", "November 2026"},
		"fr":    {"lundi 23 novembre 2026", "23 novembre 2026", "23 nov. 2026", "19:04", "23 novembre 2026 à 19:04", "novembre 2026"},
		"es":    {"lunes, 23 de noviembre de 2026", "23 de noviembre de 2026", "23 nov. 2026", "19:04", "23 de noviembre de 2026, 19:04", "noviembre de 2026"},
		"ar":    {"الاثنين، 23 نوفمبر 2026", "23 نوفمبر 2026", "23 نوفمبر 2026", "7:04 م", "23 نوفمبر 2026، 7:04 م", "نوفمبر 2026"},
	}
	for locale, want := range want {
		p := For(locale)
		got := dates{
			p.FullDate(when), p.Date(when), p.ShortDate(when), p.Time(when),
			p.DateTime(when), p.MonthYear(2026, time.November),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", locale, diff)
		}
	}
}

func TestPrinter_Numbers(t *testing.T) {
	tests := map[string][]string{ // of -1234567, 999, 1000, 12345
		"en":    {"-1,234,567", "999", "1,000", "12,345"},
		"de":    {"-1.234.567", "999", "1.000", "12.345"},
		"de-CH": {"-1’234’567", "999", "1’000", "12’345"},
		"fr":    {"-1\u202f234\u202f567", "999", "1\u202f000", "12\u202f345"},
		"es":    {"-1.234.567", "999", "1000", "12.345"},
		"ar":    {"-1,234,567", "999", "1,000", "12,345"},
	}
	for locale, want := range tests {
		p := For(locale)
		got := []string{p.Number(-1234567), p.Number(999), p.Number(1000), p.Number(12345)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", locale, diff)
		}
	}
}

func TestFor_FallsBackToLanguageThenEnglish(t *testing.T) {
	tests := map[string]string{
		"de_AT": "de-AT", "de-LI": "de", "ar-SA": "ar", "en-NZ": "en", "es-AR": "es",
		"pt-BR": "en", "": "en", "not a locale": "en", "zh-Hant-TW": "en",
	}
	for asked, want := range tests {
		if got := For(asked).Locale(); got != want {
			t.Errorf("For(%q) writes %s, want %s", asked, got, want)
		}
	}
	if got := For("de-CH").T("attachment.full_size"); !strings.Contains(got, "Grösse") {
		t.Errorf("de-CH: %q does not use its own catalogue", got)
	}
	if got, want := For("de-CH").T("site.home"), For("de").T("site.home"); got != want {
		t.Errorf("de-CH: %q does not fall back to %q", got, want)
	}
}

func TestPrinter_UnknownKeyShowsItself(t *testing.T) {
	p := For("en")
	if got := p.T("no.such"); got != "no.such" {
		t.Errorf("T: %q", got)
	}
	if got := p.N("no.such", 2); got != "no.such" {
		t.Errorf("N: %q", got)
	}
	if p.Has("no.such") || !p.Has("site.home") || p.Plural("site.home") || !p.Plural("comments.count") {
		t.Error("Has or Plural is wrong")
	}
}

func TestPrinter_Arguments(t *testing.T) {
	p := For("en")
	if got := p.T("list.page_of", p.Number(2), "1,204"); got != "Page 2 of 1,204" {
		t.Errorf("%q", got)
	}
	if got := p.N("search.results", 1, "rain"); got != "1 result for “rain”" {
		t.Errorf("%q", got)
	}
	if got := p.T("list.page_of"); got != "Page  of " {
		t.Errorf("missing arguments: %q", got)
	}
}

func TestPrinter_List(t *testing.T) {
	names := []string{"Ann Lee", "Bo Park", "Cy Roe"}
	tests := map[string]string{"en": "Ann Lee, Bo Park and Cy Roe", "de": "Ann Lee, Bo Park und Cy Roe", "ar": "Ann Lee، Bo Park وCy Roe"}
	for locale, want := range tests {
		if got := For(locale).List(names); got != want {
			t.Errorf("%s: %q, want %q", locale, got, want)
		}
	}
	if between, last := For("en").Glue(); between != ", " || last != " and " {
		t.Errorf("glue: %q %q", between, last)
	}
	if For("en").List(nil) != "" || For("en").List(names[:1]) != "Ann Lee" {
		t.Error("short lists")
	}
}

func TestDirection(t *testing.T) {
	tests := map[string]string{
		"ar": "rtl", "ar-EG": "rtl", "he": "rtl", "fa": "rtl", "ur": "rtl", "yi": "rtl", "dv": "rtl",
		"en": "ltr", "de_AT": "ltr", "ku-Arab": "rtl", "az": "ltr", "": "ltr", "??": "ltr",
	}
	for tag, want := range tests {
		if got := Direction(tag); got != want {
			t.Errorf("%q: %s, want %s", tag, got, want)
		}
	}
}

func TestParsePattern_RefusesBrokenPlaceholders(t *testing.T) {
	for _, text := range []string{"{", "{name}", "{0", "{}", "{10}"} {
		if _, err := parsePattern(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestName_IsKnownForEveryLocale(t *testing.T) {
	for _, locale := range Locales() {
		if Name(locale) == locale {
			t.Errorf("%s has no name", locale)
		}
	}
	if len(names) != len(translators) || Name("nl") != "nl" {
		t.Errorf("%d names for %d locales; nl is %q", len(names), len(translators), Name("nl"))
	}
}
