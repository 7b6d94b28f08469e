package check

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"dateline/internal/article"
	"dateline/internal/richtext"
)

// Lengths beyond which search engines cut, in characters.
const (
	maxSearchTitle       = 70
	maxSearchDescription = 170
	expiresSoon          = 30 * 24 * time.Hour
)

func headline(r *run) {
	switch h := r.Content.Headline; {
	case blank(h):
		r.add(Error, "headline_missing", "headline")
	case utf8.RuneCountInString(h) > r.MaxHeadline:
		r.add(Warn, "headline_long", "headline", strconv.Itoa(utf8.RuneCountInString(h)), strconv.Itoa(r.MaxHeadline))
	}
}

func section(r *run) {
	if r.isArticle() && len(r.Content.Sections) == 0 {
		r.add(Error, "section_missing", "sections")
	}
}

func (r *run) isArticle() bool { return r.Type != article.TypePage }

func byline(r *run) {
	if r.isArticle() && r.Content.Kind != article.KindStatement && len(r.Content.Bylines) == 0 {
		r.add(Warn, "byline_missing", "bylines")
	}
}

// told are the kinds that a standfirst belongs to.
var told = []article.Kind{article.KindReport, article.KindAnalysis, article.KindInterview, article.KindExplainer, article.KindFactCheck}

func standfirst(r *run) {
	s := r.Content.Standfirst
	switch n := utf8.RuneCountInString(s); {
	case blank(s) && r.isArticle() && slices.Contains(told, r.Content.Kind):
		r.add(Warn, "standfirst_missing", "standfirst")
	case n > r.MaxStandfirst:
		r.add(Warn, "standfirst_long", "standfirst", strconv.Itoa(n), strconv.Itoa(r.MaxStandfirst))
	}
}

func searchWords(r *run) {
	long := func(code, path, s string, most int) {
		if n := utf8.RuneCountInString(s); n > most {
			r.add(Warn, code, path, strconv.Itoa(n), strconv.Itoa(most))
		}
	}
	long("search_title_long", "search_title", r.Content.SearchTitle, maxSearchTitle)
	long("search_description_long", "search_description", r.Content.SearchDescription, maxSearchDescription)
}

func canonical(r *run) {
	if r.Content.Canonical != "" {
		return
	}
	for _, b := range r.Content.Bylines {
		if b.Role == "agency" {
			r.add(Warn, "canonical_missing", "canonical", b.Name)
			return
		}
	}
}

func leadPicture(r *run) {
	lead := r.Content.Lead
	if lead == nil || lead.Media == 0 {
		if r.isArticle() {
			r.add(Warn, "lead_missing", "lead")
		}
		return
	}
	r.picture("lead", "lead.alt", "lead.caption", "lead.credit", lead.Media, lead.Alt, lead.Caption, lead.Credit)
}

// picture checks a use of a picture. What the use does not say, the medium
// may.
func (r *run) picture(path, altPath, captionPath, creditPath string, id int64, alt, caption, credit string) {
	m, known := r.Media[id]
	if r.Media != nil {
		r.file(path, id, m, known)
	}
	for _, want := range []struct{ code, path, said, own string }{
		{"alt_missing", altPath, alt, m.Alt},
		{"caption_missing", captionPath, caption, m.Caption},
		{"credit_missing", creditPath, credit, m.Credit},
	} {
		if blank(want.said) && blank(want.own) {
			r.add(Warn, want.code, want.path)
		}
	}
}

// file checks that a medium's file is there and may be shown.
func (r *run) file(path string, id int64, m Medium, known bool) {
	switch {
	case !known:
		r.add(Warn, "media_gone", path, strconv.FormatInt(id, 10))
		return
	case m.Missing:
		r.add(Warn, "media_missing", path)
	}
	out := latest(r.Now, r.ScheduledAt, r.EmbargoUntil)
	switch day := m.Expires.In(r.Zone).Format(time.DateOnly); {
	case m.Expires.IsZero():
	case !m.Expires.After(out):
		r.add(Error, "rights_expired", path, day)
	case m.Expires.Before(out.Add(expiresSoon)):
		r.add(Warn, "rights_expire", path, day)
	}
}

func latest(times ...time.Time) time.Time {
	var out time.Time
	for _, t := range times {
		if t.After(out) {
			out = t
		}
	}
	return out
}

func bodyMissing(r *run) {
	if wordless(r.Content.Body.Content) {
		r.add(Warn, "text_missing", "content")
	}
}

func timing(r *run) {
	e, s := r.EmbargoUntil, r.ScheduledAt
	print := func(t time.Time) string { return t.In(r.Zone).Format("2006-01-02 15:04 MST") }
	switch {
	case e.IsZero():
	case !e.After(r.Now):
		r.add(Warn, "embargo_past", "embargo", print(e))
	case !s.IsZero() && e.After(s):
		r.add(Warn, "embargo_after_schedule", "embargo", print(e), print(s))
	}
	if !s.IsZero() && !s.After(r.Now) {
		r.add(Error, "schedule_past", "schedule", print(s))
	}
}

func access(r *run) {
	if r.Access == article.AccessPassword && !r.HasPassword {
		r.add(Error, "password_missing", "password")
	}
}

func slug(r *run) {
	if r.SlugTakenBy != "" {
		r.add(Warn, "slug_clash", "slug", r.Slug, r.SlugTakenBy)
	}
}

// language compares the article's language with what its words are marked as.
func language(r *run) {
	own := r.Content.Language
	if own == "" {
		own = r.Language
	}
	if own == "" {
		return
	}
	total, marked := 0, map[string]int{}
	richtext.Walk(r.Content.Body.Content, func(n *richtext.Node) bool {
		if n.Type != "text" {
			return true
		}
		count := richtext.CountWords(n.Text)
		total += count
		for _, m := range n.Marks {
			if lang, _ := m.Attrs["lang"].(string); m.Type == "lang" && lang != "" {
				marked[base(lang)] += count
			}
		}
		return true
	})
	for lang, n := range marked {
		if lang != base(own) && 2*n > total {
			r.add(Warn, "language_differs", "language", lang, base(own))
		}
	}
}

// base is the language of a tag, without script and region.
func base(tag string) string {
	for i := range len(tag) {
		if tag[i] == '-' {
			return lower(tag[:i])
		}
	}
	return lower(tag)
}
