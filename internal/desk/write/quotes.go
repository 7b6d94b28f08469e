package write

import (
	"cmp"
	"net/http"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"dateline/internal/desk"
	"dateline/internal/quote/find"
	"dateline/internal/web"
)

// passage is a part of a paragraph, counted as browsers count letters.
type passage struct {
	From  int    `json:"from"`
	To    int    `json:"to"`
	Words string `json:"words"`
}

// suggestion is a quote that the text seems to hold.
type suggestion struct {
	Paragraph int       `json:"paragraph"`
	Spans     []passage `json:"spans"`
	Speaker   string    `json:"speaker"`
	Role      string    `json:"role"`
	Outlet    string    `json:"outlet"`
	Date      string    `json:"date"`
	Source    string    `json:"source"`
	Direct    bool      `json:"direct"`
}

// maxSuggestions bounds what one text is told.
const maxSuggestions = 200

// findQuotes suggests quotes in the paragraphs of an article as they stand on
// the writer's screen. It changes nothing. The rules are for English.
func (p *Part) findQuotes(r *web.Request) (web.Response, error) {
	w, err := p.work(r)
	if err != nil {
		return web.Response{}, err
	}
	var in struct {
		Paragraphs []string `json:"paragraphs"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	site, err := p.site(r.HTTP.Context())
	if err != nil {
		return web.Response{}, err
	}
	out := []suggestion{}
	language, _, _ := strings.Cut(cmp.Or(w.Copy.Content.Language, site.Locale), "-")
	if language != "en" {
		return desk.JSON(http.StatusOK, out)
	}
	day := p.Clock.Now()
	if w.Article.LiveVersion != 0 {
		day = w.Article.FirstPublished
	}
	for _, f := range find.Quotes(in.Paragraphs, midnight(day.In(site.Location()))) {
		if len(out) == maxSuggestions {
			break
		}
		s := suggestion{Paragraph: f.Paragraph, Speaker: short(f.Speaker), Role: short(f.Role), Outlet: short(f.Outlet), Date: f.Date, Direct: f.Direct}
		for _, span := range f.Spans {
			text := in.Paragraphs[f.Paragraph]
			from := units(text[:span.From])
			s.Spans = append(s.Spans, passage{from, from + units(text[span.From:span.To]), text[span.From:span.To]})
		}
		out = append(out, s)
	}
	return desk.JSON(http.StatusOK, out)
}

// midnight is the day of a time, in UTC.
func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// units counts a text as browsers do.
func units(s string) int { return len(utf16.Encode([]rune(s))) }

// short is a name that the mark takes.
func short(s string) string {
	const most = 120
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}
