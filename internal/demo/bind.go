package demo

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"dateline/internal/richtext"
)

// Refs is what Bind puts in place of keys.
type Refs struct {
	End     time.Time                            // the moment of filling
	Zone    *time.Location                       // the site's
	Picture func(key string) int64               // id of a picture
	Article func(slug string) int64              // id of an article
	Record  func(key string) int64               // id of shared accounts
	Href    func(kind, key string) (href string) // address of an "article", "page", "section", "tag" or "author"
}

// Bind returns a copy of doc that a site can keep: keys of pictures and
// articles replaced by ids, references in links by addresses, relative dates
// by dates.
func Bind(doc richtext.Doc, refs Refs) richtext.Doc {
	return richtext.Doc{Version: doc.Version, Content: bindNodes(doc.Content, refs)}
}

func bindNodes(nodes []richtext.Node, refs Refs) []richtext.Node {
	if nodes == nil {
		return nil
	}
	out := make([]richtext.Node, len(nodes))
	for i, n := range nodes {
		out[i] = richtext.Node{
			Type:    n.Type,
			Attrs:   bindAttrs(n.Type, n.Attrs, refs),
			Content: bindNodes(n.Content, refs),
			Text:    BindText(n.Text, refs),
		}
		for _, m := range n.Marks {
			out[i].Marks = append(out[i].Marks, richtext.Mark{Type: m.Type, Attrs: bindAttrs(m.Type, m.Attrs, refs)})
		}
	}
	return out
}

func bindAttrs(node string, attrs map[string]any, refs Refs) map[string]any {
	if attrs == nil {
		return nil
	}
	out := make(map[string]any, len(attrs))
	for name, value := range attrs {
		key, isText := value.(string)
		switch {
		case !isText:
			out[name] = value
		case name == "media":
			out[name] = refs.Picture(key)
		case name == "record":
			out[name] = refs.Record(key)
		case name == "article":
			out[name] = refs.Article(key)
		case name == "date" && strings.HasSuffix(key, "d"):
			out[name] = refs.day(key[:len(key)-1]).Format(time.DateOnly)
		case name == "href" || name == "url":
			out[name] = BindHref(key, refs)
		case node == "math" || node == "code":
			out[name] = key
		default:
			out[name] = BindText(key, refs)
		}
	}
	return out
}

// BindHref turns a reference such as "section:city" into an address. Other
// addresses stay as they are.
func BindHref(href string, refs Refs) string {
	if kind, key, ok := reference(href); ok {
		return refs.Href(kind, key)
	}
	return href
}

// reference takes "section:city" apart; ok is false for plain addresses.
func reference(href string) (kind, key string, ok bool) {
	kind, key, ok = strings.Cut(href, ":")
	switch kind {
	case "article", "page", "section", "tag", "author":
		return kind, key, ok
	}
	return "", "", false
}

var dateToken = regexp.MustCompile(`\{(date|day|weekday|month|year) (-?\d+)\}`)

// BindText replaces relative dates in a text by dates in English.
func BindText(text string, refs Refs) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return dateToken.ReplaceAllStringFunc(text, func(token string) string {
		m := dateToken.FindStringSubmatch(token)
		day := refs.day(m[2])
		switch m[1] {
		case "date":
			return fmt.Sprintf("%d %s %d", day.Day(), day.Month(), day.Year())
		case "day":
			return fmt.Sprintf("%d %s", day.Day(), day.Month())
		case "weekday":
			return day.Weekday().String()
		case "month":
			return day.Month().String()
		}
		return strconv.Itoa(day.Year())
	})
}

// day returns the day so many days before the filling.
func (r Refs) day(ago string) time.Time {
	days, _ := strconv.Atoi(ago) // the parser let only numbers through
	return When{Days: days, Hour: 12}.Time(r.End, r.Zone)
}
