package site

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/i18n"
	"dateline/internal/storyline"
	"dateline/internal/subscriber"
	"dateline/internal/taxonomy"
	"dateline/internal/view"
)

// Tried is a sign-up that needs another look: what was typed is kept. The zero
// value is the page as everybody gets it.
type Tried struct {
	Status  int // 0 for the page of everybody
	Address string
	Page    string
	Error   string
	Note    string
	Token   string
	Hint    string // the address that may have been meant
	Typed   bool   // the address is meant as it was typed
	Proof   int    // bits of work that the form takes, 0 for none
	Picks   []subscriber.Pick
	Chose   bool // boxes were there to be ticked
}

// signUpPage is the page with all choices.
func (c *scene) signUpPage(t Tried) (Answer, error) {
	if t.Status == 0 {
		if answer, wrong := c.canonical(subscriber.Path); wrong {
			return answer, nil
		}
	}
	out := &view.Newsletter{Kind: "signup", Title: c.words.T("newsletter.title"), Error: t.Error, Done: t.Note}
	box, err := c.signUp(subscriber.Path, c.words)
	if err != nil {
		return Answer{}, err
	}
	if box == nil {
		out.Text = []string{c.words.T("newsletter.closed")}
	} else {
		j, err := c.joining()
		if err != nil {
			return Answer{}, err
		}
		out.Text = []string{box.Text}
		box.Typed = t.Typed
		box.More, box.Address, box.Invalid, box.Token = nil, t.Address, t.Error != "" && t.Address != "", t.Token
		if t.Page != "" {
			box.Page = t.Page
		}
		if t.Hint != "" {
			box.Hint = &view.Hint{Question: c.words.T("newsletter.hint", t.Hint), Yes: c.words.T("newsletter.hint_yes", t.Hint), No: c.words.T("newsletter.hint_no", t.Address)}
		}
		if len(j.offered) > 1 || len(j.offered[0].Rhythms) > 1 {
			picks := t.Picks
			if !t.Chose && len(picks) == 0 {
				picks = []subscriber.Pick{{Newsletter: j.offered[0].ID}}
			}
			box.Newsletters = newsletterChoices(j.offered, picks, c.words)
		}
		for _, p := range t.Picks[:min(len(t.Picks), 1)] {
			for _, i := range p.Interests {
				box.Interests = append(box.Interests, interestValue(i))
			}
		}
		if t.Proof > 0 {
			box.Proof = &view.Proof{Bits: t.Proof, Busy: c.words.T("newsletter.proof_busy"), Done: c.words.T("newsletter.proof_done"), Plain: c.words.T("newsletter.proof_plain")}
		}
		out.SignUp = box
	}
	return c.newsletterPage(t.Status, subscriber.Path, out)
}

// newsletterPage renders a page of the newsletter's; status 0 is that of a page
// for everybody, all others are nobody's but the asker's.
func (c *scene) newsletterPage(status int, path string, out *view.Newsletter) (Answer, error) {
	p := view.Page{Template: "newsletter", Newsletter: out, Meta: c.meta(out.Title, path), Crumbs: []view.Link{c.homeLink(), {Label: c.words.T("newsletter.title"), URL: subscriber.Path}}}
	if out.Kind != "signup" {
		p.Crumbs = append(p.Crumbs, view.Link{Label: out.Title})
	}
	if status == 0 {
		return c.page(200, p)
	}
	p.Meta.NoIndex, p.Meta.Canonical = true, ""
	if out.SignUp != nil && out.SignUp.Proof != nil {
		p.Meta.Script = c.proofJS
	}
	answer, err := c.page(status, p)
	answer.Private, answer.NoIndex, answer.Keys, answer.MaxAge = true, true, nil, 0
	return answer, err
}

// newsletterChoices are newsletters to tick, with what is chosen.
func newsletterChoices(list []subscriber.Newsletter, picks []subscriber.Pick, words *i18n.Printer) []view.Choice {
	var out []view.Choice
	for _, n := range list {
		value := strconv.FormatInt(n.ID, 10)
		one := view.Choice{Value: value, Name: n.Name, Description: n.Description, RhythmField: "rhythm-" + value, RhythmLabel: words.T("newsletter.rhythm")}
		rhythm := ""
		for _, p := range picks {
			if p.Newsletter == n.ID {
				one.Chosen, rhythm = true, p.Rhythm
			}
		}
		rhythms := slices.Clone(n.Rhythms)
		if rhythm != "" && !slices.Contains(rhythms, rhythm) {
			rhythms = append(rhythms, rhythm) // no longer on offer, but theirs
		}
		if len(rhythms) > 1 {
			for _, r := range rhythms {
				label := "newsletter.rhythm_" + r
				one.Rhythms = append(one.Rhythms, view.Option{Value: r, Label: words.T(label), Chosen: r == rhythm})
			}
		}
		out = append(out, one)
	}
	return out
}

// SignUp renders the sign-up page for one reader.
func (s *Site) SignUp(ctx context.Context, t Tried) (Answer, error) {
	c, err := s.scene(ctx, Ask{Path: subscriber.Path})
	if err != nil {
		return Answer{}, err
	}
	if t.Status == 0 {
		t.Status = 200
	}
	return c.signUpPage(t)
}

// Newsletter renders a page of the newsletter's for one reader: it is in no
// cache and no index.
func (s *Site) Newsletter(ctx context.Context, status int, out *view.Newsletter) (Answer, error) {
	c, err := s.scene(ctx, Ask{Path: subscriber.Path})
	if err != nil {
		return Answer{}, err
	}
	return c.newsletterPage(status, subscriber.Path, out)
}

// ConsentText is what stood beside the button of a form in a language, word for
// word. A box below a section's list or a storyline says which one it is for.
func (s *Site) ConsentText(ctx context.Context, language string, picks []subscriber.Pick) (string, error) {
	c, err := s.scene(ctx, Ask{Path: subscriber.Path})
	if err != nil {
		return "", err
	}
	words := c.words
	if i18n.Knows(language) {
		words = i18n.For(language)
	}
	box, err := c.signUp(subscriber.Path, words)
	if err != nil || box == nil {
		return "", err
	}
	text := box.Text
	if len(picks) == 1 && len(picks[0].Interests) == 1 && slices.Contains(sectionRhythms, picks[0].Rhythm) {
		special, err := c.interestText(words, picks[0].Rhythm, picks[0].Interests[0])
		if err != nil {
			return "", err
		}
		text = cmp.Or(special, text)
	}
	return strings.Join([]string{text, box.Promise, "[" + box.Button + "]"}, " "), nil
}

// interestText is what a box below a list offers, "" where there is no such box.
func (c *scene) interestText(words *i18n.Printer, rhythm string, i subscriber.Interest) (string, error) {
	text := ""
	var err error
	switch i.Kind {
	case subscriber.InterestSection:
		section, e := c.section(i.ID)
		text, err = sectionText(words, rhythm, section.Name), e
	case subscriber.InterestStoryline:
		line, e := storyline.ByID(c.ctx, c.db, i.ID)
		text, err = storylineText(words, rhythm, line.Headline), e
	}
	if notFound(err) {
		return "", nil
	}
	return text, err
}

// Choices are a reader's preferences as a form.
func (s *Site) Choices(ctx context.Context, p subscriber.Preferences, storylines []article.NamedStoryline) (*view.Choices, error) {
	c, err := s.scene(ctx, Ask{Path: subscriber.Path})
	if err != nil {
		return nil, err
	}
	out := &view.Choices{For: c.words.T("newsletter.prefs_for", p.Address), Newsletters: newsletterChoices(p.Newsletters, p.Picks, c.words), Name: p.Reader.Name}
	out.Languages = []view.Option{{Label: c.words.T("newsletter.language_site")}}
	for _, language := range i18n.Languages() {
		out.Languages = append(out.Languages, view.Option{Value: language, Label: i18n.Name(language), Chosen: language == p.Reader.Language})
	}
	if slices.ContainsFunc(p.Newsletters, func(n subscriber.Newsletter) bool {
		return slices.ContainsFunc(n.Rhythms, func(r string) bool { return r != subscriber.RhythmEdition })
	}) {
		out.Interests, err = c.interests(p.Picks, storylines)
	}
	return out, err
}

// mostAuthors bounds the list of authors to choose from.
const mostAuthors = 200

// interests are what a reader may choose: sections and authors with public
// articles, and storylines.
func (c *scene) interests(picks []subscriber.Pick, storylines []article.NamedStoryline) ([]view.OptionGroup, error) {
	chosen := map[string]bool{}
	follows := map[int64]string{} // storylines by their present numbers
	for _, p := range picks {
		for _, i := range p.Interests {
			chosen[interestValue(i)] = true
			if i.Kind != subscriber.InterestStoryline {
				continue
			}
			ref, err := article.Present(c.ctx, c.db, article.ScopeStoryline, i.ID)
			if err != nil {
				return nil, err
			}
			follows[ref] = i.Name
		}
	}
	groups := []view.OptionGroup{{Label: c.words.T("newsletter.sections")}, {Label: c.words.T("newsletter.authors")}, {Label: c.words.T("newsletter.storylines")}}
	add := func(group int, label string, i subscriber.Interest) {
		value := interestValue(i)
		groups[group].Options = append(groups[group].Options, view.Option{Value: value, Label: label, Chosen: chosen[value]})
		groups[group].Open = groups[group].Open || chosen[value]
	}
	sections, err := taxonomy.Sections(c.ctx, c.db)
	if err != nil {
		return nil, err
	}
	for _, s := range sections {
		n, err := c.public.Count(c.ctx, article.ScopeSection, s.ID)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			add(0, s.Name, subscriber.Interest{Kind: subscriber.InterestSection, ID: s.ID})
		}
	}
	authors, err := author.From(c.ctx, c.db, 0, mostAuthors)
	if err != nil {
		return nil, err
	}
	for _, a := range authors {
		n, err := c.public.Count(c.ctx, article.ScopeAuthor, a.ID)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			add(1, a.Name, subscriber.Interest{Kind: subscriber.InterestAuthor, ID: a.ID})
		}
	}
	if err := storyline.Titled(c.ctx, c.db, storylines); err != nil {
		return nil, err
	}
	for _, s := range storylines {
		i := subscriber.Interest{Kind: subscriber.InterestStoryline, ID: s.Ref, Name: s.Name}
		if _, yes := follows[s.Ref]; yes { // maybe under a former name
			chosen[interestValue(i)] = true
			delete(follows, s.Ref)
		}
		add(2, s.Name, i)
	}
	for _, ref := range slices.Sorted(maps.Keys(follows)) { // nothing of late, but chosen
		i := subscriber.Interest{Kind: subscriber.InterestStoryline, ID: ref, Name: follows[ref]}
		chosen[interestValue(i)] = true
		add(2, i.Name, i)
	}
	return slices.DeleteFunc(groups, func(g view.OptionGroup) bool { return len(g.Options) == 0 }), nil
}

func interestValue(i subscriber.Interest) string {
	if i.Kind == subscriber.InterestStoryline {
		return i.Kind + ":" + i.Name
	}
	return i.Kind + ":" + strconv.FormatInt(i.ID, 10)
}

// Interests reads the values of Choices back; what is none is left out.
func Interests(values []string) []subscriber.Interest {
	var out []subscriber.Interest
	for _, v := range values {
		kind, rest, _ := strings.Cut(v, ":")
		if kind == subscriber.InterestStoryline && rest != "" {
			out = append(out, subscriber.Interest{Kind: kind, ID: article.StorylineRef(rest), Name: rest})
			continue
		}
		if n, err := strconv.ParseInt(rest, 10, 64); err == nil && n != 0 {
			out = append(out, subscriber.Interest{Kind: kind, ID: n})
		}
	}
	return out
}
