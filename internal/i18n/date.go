package i18n

import (
	"strconv"
	"time"
)

// The caller gives every time in the zone that readers shall see.

// FullDate writes the day with its weekday: "Monday, November 23, 2026".
func (p *Printer) FullDate(t time.Time) string { return p.format.FmtDateFull(t) }

// Date writes the day with its month in letters: "November 23, 2026".
func (p *Printer) Date(t time.Time) string { return p.format.FmtDateLong(t) }

// ShortDate writes the day as shortly as stays unambiguous: "Nov 23, 2026".
func (p *Printer) ShortDate(t time.Time) string {
	if p.language == "ar" { // CLDR has figures only, which read in two ways
		return p.format.FmtDateLong(t)
	}
	return p.format.FmtDateMedium(t)
}

// Time writes the time of day to the minute: "7:04 pm", "19:04".
func (p *Printer) Time(t time.Time) string { return p.format.FmtTimeShort(t) }

// DateTime writes day and time: "November 23, 2026, 7:04 pm".
func (p *Printer) DateTime(t time.Time) string {
	return p.T("date.datetime", p.Date(t), p.Time(t))
}

// Month names a month as it stands alone: "November".
func (p *Printer) Month(m time.Month) string { return p.format.MonthWide(m) }

// MonthYear names a month of a year: "November 2026".
func (p *Printer) MonthYear(year int, m time.Month) string {
	return p.T("date.month_year", p.format.MonthWide(m), strconv.Itoa(year))
}

// Weekday names a day of the week: "Monday".
func (p *Printer) Weekday(d time.Weekday) string { return p.format.WeekdayWide(d) }

// Number writes a whole number with the locale's grouping: "1,204".
func (p *Printer) Number(n int64) string {
	if n > -1000 && n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	var digits [20]byte
	plain := strconv.AppendInt(digits[:0], n, 10)
	sign := 0
	if n < 0 {
		sign = 1
	}
	if len(plain)-sign < 3+p.minGroup {
		return string(plain)
	}
	var grouped [48]byte
	out := append(grouped[:0], plain[:sign]...)
	for i, digit := range plain[sign:] {
		if left := len(plain) - sign - i; i > 0 && left%3 == 0 {
			out = append(out, p.group...)
		}
		out = append(out, digit)
	}
	return string(out)
}

// ISODate writes a date as exactly as it is given: "2026", "2026-05",
// "2026-05-04" or RFC 3339. Anything else stays as it is.
func (p *Printer) ISODate(iso string) string {
	if t, err := time.Parse(time.DateOnly, iso); err == nil {
		return p.Date(t)
	}
	if t, err := time.Parse("2006-01", iso); err == nil {
		return p.MonthYear(t.Year(), t.Month())
	}
	for _, exact := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(exact, iso); err == nil {
			return p.DateTime(t)
		}
	}
	return iso
}
