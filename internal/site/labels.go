package site

import (
	"sync"

	"dateline/internal/i18n"
	"dateline/internal/richtext"
)

var labelsOf sync.Map // *i18n.Printer → *richtext.Labels, one a language

// labels are the words that articles add to what people wrote, in a language.
func labels(words *i18n.Printer) *richtext.Labels {
	if l, ok := labelsOf.Load(words); ok {
		return l.(*richtext.Labels)
	}
	l := &richtext.Labels{PictureMissing: words.T("body.missing_picture"), FileMissing: words.T("body.missing_file"),
		Source: words.T("body.source_label"), NotMentioned: words.T("body.not_mentioned"), ReadAlso: words.T("body.related"), Scheduled: words.T("timeline.coming"),
		Confirms: words.T("accounts.confirms"), Denies: words.T("accounts.denies"), Silent: words.T("accounts.silent"), Unknown: words.T("accounts.unknown"), Points: words.T("accounts.points"),
		Verdict: words.T("accounts.verdict"), UpdatedOn: words.T("accounts.updated_on"),
		Correction: words.T("correction.correction"), Clarification: words.T("correction.clarification"), Update: words.T("correction.update"),
		Footnotes: words.T("body.footnotes"), BackToText: words.T("body.footnote_back"), Table: words.T("body.table"),
		Newsletter: words.T("newsletter.text"), Subscribe: words.T("newsletter.button"),
		Date: words.ISODate}
	labelsOf.Store(words, l)
	return l
}
