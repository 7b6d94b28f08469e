package write

import (
	"encoding/json"
	"strconv"

	"dateline/internal/article"
	"dateline/internal/fault"
	"dateline/internal/richtext"
)

// content is article.Content for the browser: ids are decimal strings, since
// its numbers hold 53 bits.
type content struct {
	Headline          string            `json:"headline"`
	ShortHeadline     string            `json:"short_headline"`
	Kicker            string            `json:"kicker"`
	Standfirst        string            `json:"standfirst"`
	SearchTitle       string            `json:"search_title"`
	SearchDescription string            `json:"search_description"`
	SocialTitle       string            `json:"social_title"`
	SocialDescription string            `json:"social_description"`
	SocialImage       string            `json:"social_image"`
	Excerpt           string            `json:"excerpt"`
	Dateline          string            `json:"dateline"`
	Kind              string            `json:"kind"`
	Language          string            `json:"language"`
	Lead              *picture          `json:"lead"`
	Sections          []string          `json:"sections"`
	Tags              []string          `json:"tags"`
	Terms             []string          `json:"terms"`
	Bylines           []byline          `json:"bylines"`
	Canonical         string            `json:"canonical"`
	NoIndex           bool              `json:"noindex"`
	Storyline         string            `json:"storyline"`
	Subjects          []subject         `json:"subjects"`
	Fields            map[string]string `json:"fields"`
	Body              json.RawMessage   `json:"body"`
}

type picture struct {
	Media   string `json:"media"`
	Caption string `json:"caption"`
	Credit  string `json:"credit"`
	Alt     string `json:"alt"`
}

type subject struct {
	ID   string `json:"id"`
	Main bool   `json:"main"`
}

type byline struct {
	Profile string `json:"profile"`
	Role    string `json:"role"`
	Name    string `json:"name"`
}

func idText(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func idTexts(ids []int64) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = idText(id)
	}
	return out
}

// wireOf spells a content for the browser.
func wireOf(c *article.Content) (content, error) {
	w := content{Headline: c.Headline, ShortHeadline: c.ShortHeadline, Kicker: c.Kicker, Standfirst: c.Standfirst, SearchTitle: c.SearchTitle,
		SearchDescription: c.SearchDescription, SocialTitle: c.SocialTitle, SocialDescription: c.SocialDescription, SocialImage: idText(c.SocialImage),
		Excerpt: c.Excerpt, Dateline: c.Dateline, Kind: string(c.Kind), Language: c.Language, Sections: idTexts(c.Sections), Tags: idTexts(c.Tags),
		Terms: idTexts(c.Terms), Bylines: []byline{}, Canonical: c.Canonical, NoIndex: c.NoIndex, Storyline: c.Storyline, Subjects: []subject{}, Fields: c.Fields}
	if w.Fields == nil {
		w.Fields = map[string]string{}
	}
	if c.Lead != nil {
		w.Lead = &picture{idText(c.Lead.Media), c.Lead.Caption, c.Lead.Credit, c.Lead.Alt}
	}
	for _, b := range c.Bylines {
		w.Bylines = append(w.Bylines, byline{idText(b.Profile), b.Role, b.Name})
	}
	for _, s := range c.Subjects {
		w.Subjects = append(w.Subjects, subject{idText(s.ID), s.Main})
	}
	body := c.Body
	if body.Version == 0 {
		body.Version = richtext.SchemaVersion
	}
	if body.Content == nil {
		body.Content = []richtext.Node{}
	}
	var err error
	w.Body, err = richtext.EditorJSON(body)
	return w, err
}

// idReader reads ids and remembers the first that is none.
type idReader struct{ err error }

func (r *idReader) one(text string) int64 {
	if text == "" {
		return 0
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if (err != nil || id < 0) && r.err == nil {
		r.err = fault.New(fault.Invalid, "%q is the id of nothing", text)
	}
	return id
}

func (r *idReader) all(texts []string) []int64 {
	var out []int64
	for _, text := range texts {
		if id := r.one(text); id != 0 {
			out = append(out, id)
		}
	}
	return out
}

// article reads what the browser sent.
func (w *content) article() (article.Content, error) {
	var ids idReader
	c := article.Content{Headline: w.Headline, ShortHeadline: w.ShortHeadline, Kicker: w.Kicker, Standfirst: w.Standfirst, SearchTitle: w.SearchTitle,
		SearchDescription: w.SearchDescription, SocialTitle: w.SocialTitle, SocialDescription: w.SocialDescription, SocialImage: ids.one(w.SocialImage),
		Excerpt: w.Excerpt, Dateline: w.Dateline, Kind: article.Kind(w.Kind), Language: w.Language, Sections: ids.all(w.Sections), Tags: ids.all(w.Tags),
		Terms: ids.all(w.Terms), Canonical: w.Canonical, NoIndex: w.NoIndex, Storyline: w.Storyline}
	if len(w.Fields) > 0 {
		c.Fields = w.Fields
	}
	if w.Lead != nil && w.Lead.Media != "" {
		c.Lead = &article.Picture{Media: ids.one(w.Lead.Media), Caption: w.Lead.Caption, Credit: w.Lead.Credit, Alt: w.Lead.Alt}
	}
	for _, b := range w.Bylines {
		c.Bylines = append(c.Bylines, article.Byline{Profile: ids.one(b.Profile), Role: b.Role, Name: b.Name})
	}
	for _, s := range w.Subjects {
		if id := ids.one(s.ID); id != 0 {
			c.Subjects = append(c.Subjects, article.Subject{ID: id, Main: s.Main})
		}
	}
	if ids.err != nil {
		return c, ids.err
	}
	if len(w.Body) > 0 {
		if err := json.Unmarshal(w.Body, &c.Body); err != nil {
			return c, fault.New(fault.Invalid, "the text could not be read: %w", err)
		}
	}
	var err error
	if c.Body, err = richtext.Validate(c.Body); err != nil {
		return c, err
	}
	return c, known(&c)
}

// known refuses choices that are none.
func known(c *article.Content) error {
	switch c.Kind {
	case "", article.KindReport, article.KindAnalysis, article.KindOpinion, article.KindInterview, article.KindExplainer, article.KindFactCheck,
		article.KindObituary, article.KindLive, article.KindStatement, article.KindPage:
	default:
		return fault.New(fault.Invalid, "%q is no kind of article", c.Kind)
	}
	for _, b := range c.Bylines {
		switch b.Role {
		case "", "by", "with", "photo", "edited_by", "agency":
		default:
			return fault.New(fault.Invalid, "%q is no role in a byline", b.Role)
		}
	}
	return nil
}
