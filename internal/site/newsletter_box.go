package site

import (
	"cmp"
	"slices"
	"strconv"

	"dateline/internal/edition"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/richtext"
	"dateline/internal/subscriber"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// keyNewsletters is purged when a newsletter is made, changed, opened or closed.
const keyNewsletters = "newsletters"

// joining is what every box needs to know. It is remembered, so that pages with
// a box ask the database for nothing.
type joining struct {
	offered []subscriber.Newsletter
	more    int64  // than so many readers
	counted string // key of what readers are told of the counting, "" for none
	privacy string // path of the page on privacy, "" when readers may not see one
}

// joining reads what boxes show, and notes that the page shows it.
func (c *scene) joining() (joining, error) {
	if c.readers == nil || !c.readers.Mails() {
		return joining{}, nil
	}
	c.shows(keyNewsletters, subscriber.KeyReaders)
	return c.memos.joining.get(0, func() (j joining, err error) {
		if j.offered, err = c.readers.Offered(c.ctx); err != nil {
			return j, err
		}
		more, _, err := c.readers.ReadersShown(c.ctx)
		if err != nil {
			return j, err
		}
		if more >= int64(c.conf.NewsletterMin) {
			j.more = more
		}
		conf, err := edition.ReadSettings(c.ctx, c.db)
		if err != nil {
			return j, err
		}
		j.counted = edition.CountedWord(conf)
		j.privacy, err = c.privacyPath()
		return j, err
	})
}

func (c *scene) privacyPath() (string, error) {
	key := urlpath.Key(c.conf.PrivacyPage)
	if key == "" || key == "/" {
		return "", nil
	}
	_, err := c.public.Address(c.ctx, key)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return c.conf.PrivacyPage, err
}

// signUp is the box at a path, in the words of a language; nil when nobody can
// sign up.
func (c *scene) signUp(path string, words *i18n.Printer) (*view.SignUp, error) {
	j, err := c.joining()
	if err != nil || len(j.offered) == 0 {
		return nil, err
	}
	box := &view.SignUp{Action: subscriber.Path, Text: words.T("newsletter.text"), Label: words.T("newsletter.email"), Button: words.T("newsletter.button"),
		Promise: words.T("newsletter.promise"), Trap: words.T("newsletter.trap"), Page: path, Language: words.Locale(), Direction: words.Dir()}
	if j.counted != "" {
		box.Promise += " " + words.T(j.counted)
	}
	if len(j.offered) == 1 {
		box.Text = cmp.Or(j.offered[0].Description, box.Text)
	}
	if j.more > 0 {
		box.Join = words.N("newsletter.join", j.more)
	}
	if j.privacy != "" {
		box.Privacy = &view.Link{Label: words.T("newsletter.privacy"), URL: j.privacy}
	}
	if len(j.offered) > 1 || len(j.offered[0].Rhythms) > 1 {
		box.More = &view.Link{Label: words.T("newsletter.more"), URL: subscriber.Path}
	}
	return box, nil
}

// boxBelow is the box below a list or an edition, unless the site wants none.
func (c *scene) boxBelow(path string) (*view.SignUp, error) {
	if !c.conf.NewsletterBox {
		return nil, nil
	}
	return c.signUp(path, c.words)
}

// sectionRhythms are the rhythms in which readers may get one section alone,
// those that suit most first.
var sectionRhythms = []string{subscriber.RhythmDaily, subscriber.RhythmWeekly, subscriber.RhythmEach}

// sectionText is what the box of a section offers.
func sectionText(words *i18n.Printer, rhythm, section string) string {
	word := "newsletter.section_" + rhythm
	return words.T(word, section)
}

// storylineText is what the box of a storyline offers.
func storylineText(words *i18n.Printer, rhythm, storyline string) string {
	word := "newsletter.storyline_" + rhythm
	return words.T(word, storyline)
}

// sectionBox is the box below the list of a section: it chooses the section, in
// the first newsletter that can be had by section. Where there is none it is the
// box of all pages.
func (c *scene) sectionBox(l listing) (*view.SignUp, error) {
	interest := subscriber.Interest{Kind: subscriber.InterestSection, ID: l.id}
	return c.choosingBox(l.path, interest, func(rhythm string) string { return sectionText(c.words, rhythm, l.name) })
}

// choosingBox is the box below a list that chooses an interest, with the text
// for a rhythm.
func (c *scene) choosingBox(path string, interest subscriber.Interest, text func(rhythm string) string) (*view.SignUp, error) {
	box, err := c.boxBelow(path)
	if err != nil || box == nil {
		return nil, err
	}
	j, err := c.joining()
	if err != nil {
		return nil, err
	}
	for _, rhythm := range sectionRhythms {
		for _, n := range j.offered {
			if slices.Contains(n.Rhythms, rhythm) {
				box.Newsletter, box.Rhythm = strconv.FormatInt(n.ID, 10), rhythm
				box.Interests = []string{interestValue(interest)}
				box.Text = text(rhythm)
				return box, nil
			}
		}
	}
	return box, nil
}

// boxAfter is the box at the end of an article, unless the site wants none or
// the text has its own.
func (c *scene) boxAfter(path string, doc richtext.Doc) (*view.SignUp, error) {
	if !c.conf.NewsletterBox || slices.ContainsFunc(doc.Content, holdsBox) {
		return nil, nil
	}
	return c.signUp(path, c.words)
}

func holdsBox(n richtext.Node) bool {
	return n.Type == "newsletter_box" || slices.ContainsFunc(n.Content, holdsBox)
}

// boxWithin makes the boxes of a text forms.
func (c *scene) boxWithin(doc richtext.Doc, words *i18n.Printer, o *richtext.Options) error {
	if !slices.ContainsFunc(doc.Content, holdsBox) {
		return nil
	}
	box, err := c.signUp(c.ask.Path, words)
	if err != nil || box == nil {
		return err
	}
	o.Newsletter = subscriber.Path
	o.SignUp = &richtext.SignUp{Join: box.Join, Label: box.Label, Promise: box.Promise, Trap: box.Trap, Page: box.Page, Language: box.Language}
	if box.Privacy != nil {
		o.SignUp.PrivacyLabel, o.SignUp.PrivacyURL = box.Privacy.Label, box.Privacy.URL
	}
	if box.More != nil {
		o.SignUp.MoreLabel = box.More.Label
	}
	return nil
}
