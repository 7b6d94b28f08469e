// Package i18n holds the words of the interface in every language that ships,
// and writes dates, numbers and plurals the way a locale does.
//
// A Printer is made once a locale and is safe for concurrent use. Locales fall
// back from region to language to English ("de-CH" → "de" → "en"), message by
// message, so that a regional catalogue holds only what differs.
//
// The catalogues are catalog/<locale>.json: one flat object from key to text,
// or to an object of texts by CLDR plural category. {0}, {1} … stand for the
// arguments, {n} for the counted number, written as the locale does.
package i18n
