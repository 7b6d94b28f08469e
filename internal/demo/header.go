package demo

import (
	"cmp"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"dateline/internal/article"
)

// articleHeader is the TOML header of an article file.
type articleHeader struct {
	Headline          string            `toml:"headline"`
	Short             string            `toml:"short"`
	Kicker            string            `toml:"kicker"`
	Standfirst        string            `toml:"standfirst"`
	SearchTitle       string            `toml:"search_title"`
	SearchDescription string            `toml:"search_description"`
	SocialTitle       string            `toml:"social_title"`
	Excerpt           string            `toml:"excerpt"`
	Dateline          string            `toml:"dateline"`
	Kind              string            `toml:"kind"`
	Language          string            `toml:"language"`
	Picture           string            `toml:"picture"`
	PictureCaption    string            `toml:"picture_caption"`
	Sections          []string          `toml:"sections"`
	Tags              []string          `toml:"tags"`
	Bylines           []string          `toml:"bylines"` // "by wren-castle", "photo Name Without Profile"
	Canonical         string            `toml:"canonical"`
	NoIndex           bool              `toml:"noindex"`
	Storyline         string            `toml:"storyline"`
	Fields            map[string]string `toml:"fields"`

	DaysAgo  int     `toml:"days_ago"`
	At       string  `toml:"at"` // "07:45"
	HoursAgo float64 `toml:"hours_ago"`

	Status          string `toml:"status"`
	Access          string `toml:"access"`
	Password        string `toml:"password"`
	Pinned          bool   `toml:"pinned"`
	CommentsClosed  bool   `toml:"comments_closed"`
	WithdrawnReason string `toml:"withdrawn_reason"`
	WithdrawnDays   int    `toml:"withdrawn_days_ago"`
	ScheduledIn     int    `toml:"scheduled_in_days"`
	EmbargoIn       int    `toml:"embargo_in_days"`

	Change string `toml:"change"` // of a later version
	Note   string `toml:"note"`
}

// article makes an article of the header, with one version without a body.
func (h articleHeader) article(authors []Author) (Article, error) {
	at, err := h.when()
	if err != nil {
		return Article{}, err
	}
	a := Article{
		Status:          cmp.Or(article.Status(h.Status), article.StatusPublished),
		Access:          cmp.Or(article.Access(h.Access), article.AccessOpen),
		Password:        h.Password,
		Pinned:          h.Pinned,
		CommentsOpen:    !h.CommentsClosed,
		WithdrawnReason: h.WithdrawnReason,
	}
	if h.WithdrawnDays != 0 {
		a.WithdrawnAt = When{Days: h.WithdrawnDays, Hour: 10, Minute: 20}
	}
	if h.ScheduledIn != 0 {
		a.ScheduledAt = When{Days: -h.ScheduledIn, Hour: 6, Minute: 30}
	}
	if h.EmbargoIn != 0 {
		a.EmbargoUntil = When{Days: -h.EmbargoIn, Hour: 11}
	}
	c := Content{
		Headline: h.Headline, ShortHeadline: h.Short, Kicker: h.Kicker, Standfirst: h.Standfirst,
		SearchTitle: h.SearchTitle, SearchDescription: h.SearchDescription, SocialTitle: h.SocialTitle,
		Excerpt: h.Excerpt, Dateline: h.Dateline, Kind: cmp.Or(article.Kind(h.Kind), article.KindReport),
		Language: h.Language, Lead: h.Picture, LeadCaption: h.PictureCaption,
		Sections: h.Sections, Tags: h.Tags, Canonical: h.Canonical, NoIndex: h.NoIndex,
		Storyline: h.Storyline, Fields: h.Fields,
	}
	if c.Bylines, err = bylines(h.Bylines, authors); err != nil {
		return a, err
	}
	change := cmp.Or(article.ChangeKind(h.Change), article.ChangeOriginal)
	a.Versions = []Version{{At: at, Change: change, Note: h.Note, Content: c}}
	return a, nil
}

// when reads the moment of publication; a draft has that of its last change.
func (h articleHeader) when() (When, error) {
	if h.HoursAgo != 0 {
		return When{Hours: h.HoursAgo}, nil
	}
	clock, err := time.Parse("15:04", h.At)
	if err != nil {
		return When{}, fmt.Errorf(`at = %q is no time: write "07:45"`, h.At)
	}
	return When{Days: h.DaysAgo, Hour: clock.Hour(), Minute: clock.Minute()}, nil
}

// bylines reads "role author-slug" or "role Name".
func bylines(list []string, authors []Author) ([]Byline, error) {
	var out []Byline
	for _, s := range list {
		role, name, ok := strings.Cut(s, " ")
		switch role {
		case "by", "with", "photo", "edited_by", "agency":
		default:
			ok = false
		}
		if !ok {
			return nil, fmt.Errorf("byline %q: write a role (by, with, photo, edited_by, agency) and a name", s)
		}
		b := Byline{Role: role, Name: name}
		for _, a := range authors {
			if a.Slug == name {
				b.Author, b.Name = a.Slug, a.Name
			}
		}
		out = append(out, b)
	}
	return out, nil
}

// commentEntry is one comment of a comments file.
type commentEntry struct {
	Name    string         `toml:"name"`
	Author  string         `toml:"author"`
	After   string         `toml:"after"` // "3h20m", since publication
	Body    string         `toml:"body"`
	Status  string         `toml:"status"`
	Replies []commentEntry `toml:"replies"`
}

func loadComments(root fs.FS, file string) ([]Comment, error) {
	var list struct {
		Comments []commentEntry `toml:"comment"`
	}
	if err := decodeFile(root, file, &list); err != nil {
		return nil, err
	}
	out, err := comments(list.Comments)
	if err != nil {
		return nil, fmt.Errorf("content/%s: %w", file, err)
	}
	return out, nil
}

func comments(entries []commentEntry) ([]Comment, error) {
	var out []Comment
	for _, e := range entries {
		after, err := time.ParseDuration(e.After)
		if err != nil {
			return nil, fmt.Errorf("comment %q: %w", clip(e.Body), err)
		}
		c := Comment{
			Name: e.Name, Author: e.Author, After: after,
			Body: strings.TrimSpace(e.Body), Status: cmp.Or(e.Status, "approved"),
		}
		if c.Author == "" {
			c.Email = mailbox(e.Name) + "@example.org"
		}
		if c.Replies, err = comments(e.Replies); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// mailbox makes the local part of an address of a name: "Retired Second Mate"
// becomes "retired.second.mate".
func mailbox(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, ".")
}
