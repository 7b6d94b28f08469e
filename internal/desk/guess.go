package desk

import (
	"slices"

	"golang.org/x/text/language"

	"dateline/internal/i18n"
	"dateline/internal/settings"
)

// guess picks language and zone of a new site by what a browser asks for:
// "de-AT,de;q=0.9" is de-AT and Europe/Vienna.
func guess(accepts string) (locale, zone string) {
	locale, zone = settings.Default().Locale, settings.Default().Zone
	wanted, _, err := language.ParseAcceptLanguage(accepts)
	if err != nil || len(wanted) == 0 {
		return locale, zone
	}
	// A language without a country is asked for by nobody in particular; the
	// one that most of its readers live in is the best guess for the zone.
	region, _ := wanted[0].Region()
	if in := settings.ZoneIn(region.String()); in != "" {
		zone = in
	}
	known := i18n.Locales()
	base, _ := wanted[0].Base()
	for _, name := range []string{wanted[0].String(), base.String() + "-" + region.String(), base.String()} {
		if slices.Contains(known, name) {
			return name, zone
		}
	}
	return locale, zone
}

// localeChoices are the languages of a site, each by its own name.
func localeChoices() []choice {
	var all []choice
	for _, locale := range i18n.Locales() {
		all = append(all, choice{locale, i18n.Name(locale)})
	}
	return all
}

func zoneChoices() []choice {
	var all []choice
	for _, zone := range settings.Zones() {
		all = append(all, choice{Value: zone})
	}
	return all
}
