package i18n

import (
	"strings"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/ar"
	"github.com/go-playground/locales/ar_EG"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/de_AT"
	"github.com/go-playground/locales/de_CH"
	"github.com/go-playground/locales/de_DE"
	"github.com/go-playground/locales/en"
	"github.com/go-playground/locales/en_AU"
	"github.com/go-playground/locales/en_CA"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/en_IE"
	"github.com/go-playground/locales/en_US"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/es_ES"
	"github.com/go-playground/locales/es_MX"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/fr_CA"
	"github.com/go-playground/locales/fr_CH"
	"github.com/go-playground/locales/fr_FR"
)

// translators make the CLDR formats of the locales that ship.
var translators = map[string]func() locales.Translator{
	"ar": ar.New, "ar-EG": ar_EG.New,
	"de": de.New, "de-AT": de_AT.New, "de-CH": de_CH.New, "de-DE": de_DE.New,
	"en": en.New, "en-AU": en_AU.New, "en-CA": en_CA.New, "en-GB": en_GB.New,
	"en-IE": en_IE.New, "en-US": en_US.New,
	"es": es.New, "es-ES": es_ES.New, "es-MX": es_MX.New,
	"fr": fr.New, "fr-CA": fr_CA.New, "fr-CH": fr_CH.New, "fr-FR": fr_FR.New,
}

// names are the locales' names in their own language (CLDR).
var names = map[string]string{
	"ar": "العربية", "ar-EG": "العربية (مصر)",
	"de": "Deutsch", "de-AT": "Deutsch (Österreich)", "de-CH": "Deutsch (Schweiz)", "de-DE": "Deutsch (Deutschland)",
	"en": "English", "en-AU": "English (Australia)", "en-CA": "English (Canada)", "en-GB": "English (United Kingdom)",
	"en-IE": "English (Ireland)", "en-US": "English (United States)",
	"es": "Español", "es-ES": "Español (España)", "es-MX": "Español (México)",
	"fr": "Français", "fr-CA": "Français (Canada)", "fr-CH": "Français (Suisse)", "fr-FR": "Français (France)",
}

// Name is the name of a locale in its own language; the tag itself for one
// that dates and numbers are not written for.
func Name(locale string) string {
	if name, ok := names[locale]; ok {
		return name
	}
	return locale
}

// grouping returns the separator between thousands and how many digits must
// stand before the first one. CLDR: minimumGroupingDigits is 2 in Spanish as
// written in Spain (3000, but 30.000). Arabic keeps Western digits here, as
// most news sites do, and so takes the separator of that numbering system.
func grouping(format locales.Translator, locale string) (separator string, minGroup int) {
	const probe = 1234567
	text := format.FmtNumber(probe, 0)
	separator = strings.TrimSuffix(strings.TrimPrefix(text, "1"), text[strings.Index(text, "234"):])
	minGroup = 1
	switch locale {
	case "es", "es-ES":
		minGroup = 2
	case "ar", "ar-EG":
		separator = ","
	}
	return separator, minGroup
}
