package view

import (
	"fmt"
	"html/template"
	"strconv"
	"time"

	"dateline/internal/i18n"
)

// funcs are the functions that templates of one locale may call, beside those
// of text/template.
func (t *theme) funcs(printer *i18n.Printer) template.FuncMap {
	missing := printer.T("picture.missing")
	return template.FuncMap{
		// T "key" args… is a message of the interface.
		"T": printer.T,
		// N "key" number args… is a message in the plural form of number.
		"N": func(key string, n any, args ...any) (string, error) {
			count, err := whole(n)
			return printer.N(key, count, args...), err
		},
		// TL and NL are T and N in another language, for what stands inside an
		// article; lang names the language that they find for it.
		"TL": func(language, key string, args ...any) string { return i18n.For(language).T(key, args...) },
		"NL": func(language, key string, n any, args ...any) (string, error) {
			count, err := whole(n)
			return i18n.For(language).N(key, count, args...), err
		},
		"lang": func(language string) string { return i18n.For(language).Locale() },
		// number writes a whole number with the locale's grouping.
		"number": func(n any) (string, error) {
			count, err := whole(n)
			return printer.Number(count), err
		},
		"date":     func(t time.Time) string { return printer.Date(t) },
		"fulldate": func(t time.Time) string { return printer.FullDate(t) },
		"datetime": func(t time.Time) string { return printer.DateTime(t) },
		// asset "name" is the hashed address of a file under assets/.
		"asset": func(name string) (string, error) {
			if url := t.assets.url(name); url != "" {
				return url, nil
			}
			return "", fmt.Errorf("there is no asset %q", name)
		},
		// picture .Picture "sizes" ["eager"] is the whole <picture> element.
		"picture": func(p *Picture, sizes string, options ...string) template.HTML {
			return pictureElement(p, sizes, missing, options)
		},
		// meta . is everything that search engines and social networks read
		// from a page's head, structured data included.
		"meta": head,
		// hue 217 is the class of the nearest of the 36 avatar colours.
		"hue": hueClass,
	}
}

func whole(n any) (int64, error) {
	switch v := n.(type) {
	case int:
		return int64(v), nil
	case int64:
		return v, nil
	}
	return 0, fmt.Errorf("%v is not a whole number", n)
}

// hueClass returns the class of an avatar colour; degrees wrap around.
func hueClass(degrees int) string {
	const steps = 36
	step := (degrees%360 + 360) % 360 * steps / 360
	return "hue-" + strconv.Itoa(step)
}
