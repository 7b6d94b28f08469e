package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// sums are the SHA-256 sums of the sources.
var sums = map[string]string{
	"countries-110m.json":          "2516c915867c7baf18ddec727aec46c315541a07cfb3d79a6559b05d5e94eee8",
	"countries-50m.json":           "04342cdc1e3016bcd7db1630de95684d67b79fe3c8c460321e87aef469502394",
	"ne_50m_lakes.json":            "eefade02355ffc5d48a6a001804fb28e01a56c12fe844af937307a00d0d1f62d",
	"ne_10m_populated_places.json": "536ed7d8b1618e999d0569f69300e642b8b6a62234fb516fedfee0bb2901609f",
}

func sum(raw []byte) string {
	s := sha256.Sum256(raw)
	return hex.EncodeToString(s[:])
}

// languages are those of country names, in the order of the file.
var languages = []language.Tag{language.English, language.German, language.French, language.Spanish, language.Arabic}

// renamed are names that changed after the tables of golang.org/x/text (CLDR 32)
// were made, or that are too long for a map.
var renamed = map[string][5]string{
	"MK": {"North Macedonia", "Nordmazedonien", "Macédoine du Nord", "Macedonia del Norte", "مقدونيا الشمالية"},
	"SZ": {"Eswatini", "Eswatini", "Eswatini", "Esuatini", "إسواتيني"},
	"CD": {"DR Congo", "DR Kongo", "RD Congo", "RD Congo", "الكونغو الديمقراطية"},
	"CG": {"Congo", "Kongo", "Congo", "Congo", "الكونغو"},
	"MM": {"Myanmar", "Myanmar", "Myanmar", "Myanmar", "ميانمار"},
	"HK": {"Hong Kong", "Hongkong", "Hong Kong", "Hong Kong", "هونغ كونغ"},
	"MO": {"Macao", "Macau", "Macao", "Macao", "ماكاو"},
	"PS": {"Palestinian Territories", "Palästinensische Gebiete", "Territoires palestiniens", "Territorios palestinos", "الأراضي الفلسطينية"},
}

// countryNames writes the names of the countries that were written, by code, of Unicode's CLDR.
func (w *writer) countryNames() {
	codes := slices.Collect(maps.Keys(w.codes))
	slices.Sort(codes)
	w.count(len(codes))
	for _, code := range codes {
		w.text(code)
		region := language.MustParseRegion(code)
		for i, tag := range languages {
			w.text(cmp.Or(renamed[code][i], display.Regions(tag).Name(region)))
		}
	}
}
