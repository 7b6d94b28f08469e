package richtext

import (
	"fmt"
	"time"
)

// Labels are the words that the renderer adds by itself, in the interface's
// language.
type Labels struct {
	PictureMissing string // in place of a picture without its file
	FileMissing    string
	Source         string // of the link to a quote's or account's source
	NotMentioned   string // before what an account does not mention, with its colon
	ReadAlso       string
	Scheduled      string // at a row of a timeline that is still to come
	Confirms       string // a side's stand on a point of shared accounts
	Denies         string
	Silent         string
	Unknown        string // where nobody knows yet
	Points         string // heading of the points
	Verdict        string // before the newsroom's verdict, with its colon
	UpdatedOn      string // before the day of the last change
	Correction     string
	Clarification  string
	Update         string
	Footnotes      string
	BackToText     string
	Table          string // before the number of a table without a caption
	Newsletter     string // the sentence of the newsletter box
	Subscribe      string
	Date           func(iso string) string // "2026", "2026-05", "2026-05-04" or RFC 3339 → words
	Size           func(bytes int64) string
}

// English returns the English labels.
func English() *Labels {
	return &Labels{
		PictureMissing: "Picture not available",
		FileMissing:    "File not available",
		Source:         "Source",
		NotMentioned:   "Not mentioned:",
		ReadAlso:       "Read also",
		Scheduled:      "Scheduled",
		Confirms:       "Confirms",
		Denies:         "Denies",
		Silent:         "Does not mention it",
		Unknown:        "Not known",
		Points:         "What is disputed",
		Verdict:        "Our verdict:",
		UpdatedOn:      "Updated on",
		Correction:     "Correction",
		Clarification:  "Clarification",
		Update:         "Update",
		Footnotes:      "Footnotes",
		BackToText:     "Back to text",
		Table:          "Table",
		Newsletter:     "Get our reporting by mail.",
		Subscribe:      "Subscribe",
		Date:           englishDate,
		Size:           decimalSize,
	}
}

// orEnglish returns labels that can be used: English for none, and English
// dates and sizes where the functions are missing.
func (l *Labels) orEnglish() *Labels {
	if l == nil {
		return English()
	}
	whole := *l
	if whole.Date == nil {
		whole.Date = englishDate
	}
	if whole.Size == nil {
		whole.Size = decimalSize
	}
	return &whole
}

func englishDate(iso string) string {
	for i, shown := range []string{"2006", "January 2006", "2 January 2006", "2 January 2006, 15:04", "2 January 2006, 15:04"} {
		if t, err := time.Parse(dateForms[i], iso); err == nil {
			return t.Format(shown)
		}
	}
	return iso
}

// decimalSize writes a number of bytes in steps of 1000, as file managers do.
func decimalSize(bytes int64) string {
	units := []string{"kB", "MB", "GB", "TB"}
	if bytes < 1000 {
		return fmt.Sprintf("%d B", bytes)
	}
	size := float64(bytes) / 1000
	for size >= 999.5 && len(units) > 1 {
		size /= 1000
		units = units[1:]
	}
	if size < 9.95 {
		return fmt.Sprintf("%.1f %s", size, units[0])
	}
	return fmt.Sprintf("%.0f %s", size, units[0])
}
