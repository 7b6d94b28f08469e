package i18n

import (
	"slices"
	"strings"
	"sync"

	"github.com/go-playground/locales"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Printer writes the interface in one locale. Make one with For; it is
// immutable and safe for concurrent use.
type Printer struct {
	locale   string // the locale it really writes, "de-CH"
	language string // its language alone, "de"
	dir      string
	tag      language.Tag
	format   locales.Translator
	group    string // between thousands
	minGroup int    // digits before the first separator that must exist
	messages catalogue
}

// printers holds one printer a locale that ships, made at first use.
var printers = sync.OnceValue(func() map[string]*Printer {
	all := make(map[string]*Printer, len(translators))
	for locale := range translators {
		all[locale] = newPrinter(locale)
	}
	return all
})

// For returns the printer of a BCP 47 locale such as "de-AT" or WordPress's
// "de_AT". It falls back to the language and then to English; never nil.
func For(locale string) *Printer {
	if p, ok := printers()[locale]; ok {
		return p
	}
	return printers()[resolve(locale)]
}

// Knows tells whether locale is a language tag at all (BCP 47, or WordPress's
// form of it). For shows English words for a language without a catalogue.
func Knows(locale string) bool { return chain(locale) != nil }

// resolve finds the nearest locale that dates and numbers are known for.
func resolve(locale string) string {
	for _, name := range chain(locale) {
		if _, ok := translators[name]; ok {
			return name
		}
	}
	return "en"
}

// chain lists the names to try from the most exact to the language alone:
// "de-Latn-AT" → "de-Latn-AT", "de-AT", "de-Latn", "de".
func chain(locale string) []string {
	tag, err := language.Parse(strings.ReplaceAll(locale, "_", "-"))
	if err != nil {
		return nil
	}
	base, _ := tag.Base()
	names := []string{tag.String()}
	if region, confidence := tag.Region(); confidence == language.Exact {
		names = append(names, base.String()+"-"+region.String())
	}
	return append(names, base.String())
}

func newPrinter(locale string) *Printer {
	tag := language.Make(locale)
	base, _ := tag.Base()
	p := &Printer{
		locale: locale, language: base.String(), dir: Direction(locale), tag: tag,
		format: translators[locale](), minGroup: 1,
	}
	p.group, p.minGroup = grouping(p.format, locale)
	p.messages = merged(locale, p.language)
	return p
}

// merged lays the regional catalogue over the language's over English.
func merged(locale, lang string) catalogue {
	out := catalogue{}
	for _, name := range []string{"en", lang, locale} {
		for key, msg := range catalogues()[name] {
			out[key] = msg
		}
	}
	return out
}

// Locale returns the BCP 47 tag that the printer really writes, "de-AT".
func (p *Printer) Locale() string { return p.locale }

// Language returns the language alone, "de".
func (p *Printer) Language() string { return p.language }

// Dir returns the writing direction, "ltr" or "rtl".
func (p *Printer) Dir() string { return p.dir }

// Has reports whether the catalogues know the key.
func (p *Printer) Has(key string) bool {
	_, ok := p.messages[key]
	return ok
}

// Plural reports whether the key's message depends on a number, so that it
// needs N rather than T.
func (p *Printer) Plural(key string) bool {
	msg, ok := p.messages[key]
	return ok && !msg.plain
}

// T returns the message of a key, its {0}, {1} … replaced by the arguments.
// An unknown key is returned as it is, so that the gap shows on the page.
func (p *Printer) T(key string, args ...any) string {
	msg, ok := p.messages[key]
	if !ok {
		return key
	}
	return msg.forms[plural.Other].format("", args)
}

// N returns the message of a key in the plural form of n; {n} in it becomes
// the number, {0}, {1} … the arguments.
func (p *Printer) N(key string, n int64, args ...any) string {
	msg, ok := p.messages[key]
	if !ok {
		return key
	}
	form := msg.forms[p.form(n)]
	if form == nil {
		form = msg.forms[plural.Other]
	}
	return form.format(p.Number(n), args)
}

// pluralModulus is where x/text's rules stop telling numbers apart.
const pluralModulus = 10_000_000

func (p *Printer) form(n int64) plural.Form {
	if n < 0 {
		n = -n
	}
	i := n % pluralModulus
	if n >= pluralModulus {
		i += pluralModulus // keeps "0" and "1" apart from round numbers
	}
	return plural.Cardinal.MatchPlural(p.tag, int(i), 0, 0, 0, 0)
}

// List joins names as a sentence does: "Ann Lee, Bo Park and Cy Roe".
func (p *Printer) List(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	text := names[0]
	for _, name := range names[1 : len(names)-1] {
		text = p.T("list.comma", text, name)
	}
	return p.T("list.and", text, names[len(names)-1])
}

// Glue returns what stands between two names of a list, and between the last
// two: ", " and " and ".
func (p *Printer) Glue() (between, last string) {
	return p.T("list.comma", "", ""), p.T("list.and", "", "")
}

// Languages lists the languages that have a whole catalogue.
func Languages() []string {
	var out []string
	for name := range catalogues() {
		if !strings.Contains(name, "-") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Locales lists all locales that dates and numbers are written for.
func Locales() []string {
	out := make([]string, 0, len(translators))
	for name := range translators {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// rtlScripts are the scripts in use that run from right to left (Unicode
// Standard, bidirectional class R or AL).
var rtlScripts = map[string]bool{
	"Arab": true, "Hebr": true, "Syrc": true, "Thaa": true, "Nkoo": true,
	"Adlm": true, "Rohg": true, "Mand": true, "Samr": true,
}

// Direction returns "rtl" for a language written from right to left and "ltr"
// for all others, also for a tag that cannot be read.
func Direction(tag string) string {
	parsed, err := language.Parse(strings.ReplaceAll(tag, "_", "-"))
	if err != nil {
		return "ltr"
	}
	if script, _ := parsed.Script(); rtlScripts[script.String()] {
		return "rtl"
	}
	return "ltr"
}
