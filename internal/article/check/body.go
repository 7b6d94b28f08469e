package check

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/richtext"
)

func lower(s string) string { return strings.ToLower(s) }

// blocks checks each block by its type.
func blocks(r *run) {
	for _, s := range r.places {
		n := s.node
		switch n.Type {
		case "figure":
			r.figure(s)
		case "audio", "video", "file":
			r.recording(s)
		case "attributed_quote":
			if blank(n.AttrText("speaker")) && blank(n.AttrText("outlet")) && blank(n.AttrText("source")) {
				r.add(Warn, "quote_source_missing", s.path+".attrs.speaker")
			}
		case "accounts":
			if len(n.Content) < 2 {
				r.add(Warn, "account_single", s.path)
			}
		case "account":
			if blank(n.AttrText("source")) {
				r.add(Warn, "account_source_missing", s.path+".attrs.source", n.AttrText("party"))
			}
		case "timeline_event":
			if blank(n.AttrText("date")) {
				r.add(Warn, "event_date_missing", s.path+".attrs.date", clip(n.AttrText("title")))
			}
		case "embed":
			if blank(n.AttrText("title")) && wordless(n.Content) {
				r.add(Warn, "embed_title_missing", s.path+".attrs.title")
			}
		case "correction":
			r.correction(s)
		case "related_link":
			if n.AttrInt("article") == 0 && blank(n.AttrText("url")) {
				r.add(Warn, "block_empty", s.path)
			}
		case "heading", "quote", "pull_quote", "fact_box", "details", "code", "preformatted", "verse":
			if wordless(n.Content) {
				r.add(Warn, "block_empty", s.path)
			}
		}
	}
}

func (r *run) figure(s spot) {
	n := s.node
	id := n.AttrInt("media")
	if id == 0 {
		if blank(n.AttrText("src")) {
			r.add(Warn, "block_empty", s.path)
		} else {
			r.add(Warn, "media_foreign", s.path, n.AttrText("src"))
		}
		return
	}
	r.picture(s.path, s.path+".attrs.alt", s.path, s.path+".attrs.credit", id, n.AttrText("alt"), textOf(n), n.AttrText("credit"))
}

func (r *run) recording(s spot) {
	id := s.node.AttrInt("media")
	if id == 0 {
		if blank(s.node.AttrText("src")) {
			r.add(Warn, "block_empty", s.path)
		}
		return
	}
	if r.Media == nil {
		return
	}
	m, known := r.Media[id]
	r.file(s.path, id, m, known)
}

func (r *run) correction(s spot) {
	if wordless(s.node.Content) {
		r.add(Error, "correction_empty", s.path)
	}
	date := s.node.AttrText("date")
	if t, ok := dayOf(date, r.Zone); ok && t.After(latest(r.Now, r.ScheduledAt, r.EmbargoUntil)) {
		r.add(Warn, "correction_future", s.path+".attrs.date", date)
	}
}

// dayOf is the first moment of a date of the document.
func dayOf(date string, zone *time.Location) (time.Time, bool) {
	for _, form := range []string{"2006", "2006-01", time.DateOnly, "2006-01-02T15:04Z07:00", time.RFC3339} {
		if t, err := time.ParseInLocation(form, date, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// Addresses returns the addresses of this site that a body leads to, each
// once, as they are written.
func Addresses(d richtext.Doc, hosts []string) []string {
	var out []string
	for _, l := range linksOf(walk(d)) {
		if isOwn(l.href, hosts) && !slices.Contains(out, l.href) {
			out = append(out, l.href)
		}
	}
	return out
}

// link is an address that the body leads to.
type link struct{ href, path, words string }

func linksOf(places []spot) []link {
	var out []link
	for _, s := range places {
		for _, name := range []string{"url", "link", "source"} {
			if href := s.node.AttrText(name); href != "" && s.node.Type != "embed" {
				out = append(out, link{href, s.path + ".attrs." + name, ""})
			}
		}
		for i := range s.node.Content {
			for _, m := range s.node.Content[i].Marks {
				if href, _ := m.Attrs["href"].(string); m.Type == "link" && href != "" {
					out = append(out, link{href, s.path, s.node.Content[i].Text})
				}
			}
		}
	}
	return out
}

// isOwn reports whether an address is one of this site's pages.
func isOwn(href string, hosts []string) bool {
	u, err := url.Parse(href)
	if err != nil || u.Opaque != "" || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	return u.Host == "" && u.Path != "" || u.Host != "" && slices.Contains(hosts, lower(u.Hostname()))
}

func links(r *run) {
	for _, l := range linksOf(r.places) {
		if !isOwn(l.href, r.Hosts) {
			continue
		}
		if answers, asked := r.Links[l.href]; asked && !answers {
			r.addAt(Warn, "link_broken", l.path, l.words, l.href)
		}
		if strings.HasPrefix(lower(l.href), "http://") {
			r.addAt(Warn, "link_insecure", l.path, l.words, l.href)
		}
	}
}

var (
	mark       = regexp.MustCompile(`\bTK(?:TK)*\b|\bTKTK\w*`)
	doubleMark = regexp.MustCompile(`TKTK`)
	otherMark  = regexp.MustCompile(`\bXXX+\b|\?\?\?+|\[(?i:name|date|quote|check|todo|tbc)\]|\bTODO\b|(?i)lorem ipsum`)
)

// unfinished finds the marks that writers leave where something is to come.
func unfinished(r *run) {
	look := func(path, s string) {
		for _, m := range mark.FindAllString(s, -1) {
			level := Warn
			if doubleMark.MatchString(m) {
				level = Error
			}
			r.addAt(level, "mark_left", path, m, m)
		}
		for _, m := range otherMark.FindAllString(s, -1) {
			r.addAt(Warn, "mark_left", path, m, m)
		}
	}
	look("headline", r.Content.Headline)
	look("standfirst", r.Content.Standfirst)
	for _, s := range r.places {
		if s.node.Type == "code" {
			continue
		}
		if richtext.HoldsText(s.node.Type) {
			look(s.path, textOf(s.node))
		}
		first, last := richtext.ReadableAttrs(s.node.Type)
		for _, name := range slices.Concat(first, last) {
			look(s.path+".attrs."+name, s.node.AttrText(name))
		}
	}
}

// Bounds of paragraphs, in words.
const (
	longParagraph  = 150
	shortParagraph = 8 // one that short may well stand twice
)

func paragraphs(r *run) {
	seen := map[string]bool{}
	for _, s := range r.places {
		if s.node.Type != "paragraph" {
			continue
		}
		text := textOf(s.node)
		n := richtext.CountWords(text)
		if n > longParagraph {
			r.addAt(Warn, "paragraph_long", s.path, clip(text), strconv.Itoa(n), strconv.Itoa(longParagraph))
		}
		key := lower(strings.Join(strings.Fields(text), " "))
		if n >= shortParagraph && seen[key] {
			r.addAt(Warn, "paragraph_twice", s.path, clip(text), clip(text))
		}
		seen[key] = true
	}
}

// headings checks the outline of the document itself.
func headings(r *run) {
	count, last := 0, int64(1)
	var only spot
	for _, s := range r.places {
		if s.node.Type != "heading" || !s.top || wordless(s.node.Content) {
			continue
		}
		level := s.node.AttrInt("level")
		if level == 0 {
			level = 2
		}
		if level > last+1 {
			r.addAt(Warn, "heading_skips", s.path, clip(textOf(s.node)), strconv.FormatInt(level, 10), strconv.FormatInt(last+1, 10))
		}
		count, last, only = count+1, level, s
	}
	if count == 1 {
		r.addAt(Warn, "heading_single", only.path, clip(textOf(only.node)), clip(textOf(only.node)))
	}
}
