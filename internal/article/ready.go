package article

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// FindingLevel says what a finding does to publishing.
type FindingLevel string

// The levels.
const (
	FindingStops FindingLevel = "error" // nothing goes out with it
	FindingAsks  FindingLevel = "warn"  // somebody must say that it may
)

// Finding is one thing that an article's editor should look at.
type Finding struct {
	Level FindingLevel `json:"level"`
	Code  string       `json:"code"` // stable; "check."+Code is the key of its words
	// Path is where: a field ("headline", "lead.alt", "schedule"), or a place
	// in the body ("content[3]", "content[3].attrs.alt").
	Path    string   `json:"path"`
	Passage string   `json:"passage,omitempty"` // the words that are meant, within that place
	Args    []string `json:"args,omitempty"`    // for the words; counts and dates as they are printed
}

// Checker looks at an article before it goes out. It reads other things than
// the article itself, and so does its work outside of transactions.
type Checker interface {
	Check(ctx context.Context, in Exam) ([]Finding, error)
	// Says puts a finding into the words of a language.
	Says(locale string, f Finding) (string, error)
}

// Exam is what a Checker looks at: an article as it would go out.
type Exam struct {
	Article      Article
	Content      Content
	Slug         string
	At           time.Time // when it goes out; zero is at once
	EmbargoUntil time.Time
}

// UseChecks makes the service look at what goes out. It is called before
// anything else. Without it nothing is looked at, but for headline and section.
func (s *Service) UseChecks(c Checker) { s.checker = c }

// Examination names what is to go out, and how.
type Examination struct {
	ID           int64
	Revision     int64
	Slug         string    // "" keeps it
	At           time.Time // of a schedule; zero is at once
	EmbargoUntil time.Time
	Confirmed    []string // codes of warnings that somebody has looked at and lets pass
	SectionsOnly bool     // nothing but the sections differs from what readers have, and so only they are looked at
}

// Pass shows that a text was looked at and may go out. It is good for that text
// alone.
type Pass struct {
	article int64
	text    string
}

// Unready is the cause of an error that keeps an article from going out.
type Unready struct{ Findings []Finding }

// Error names the findings by their codes.
func (u *Unready) Error() string {
	var codes []string
	for _, f := range u.Findings {
		codes = append(codes, f.Code)
	}
	return strings.Join(codes, ", ")
}

// Stops tells whether one of the findings stops publishing.
func Stops(found []Finding) bool {
	return slices.ContainsFunc(found, func(f Finding) bool { return f.Level == FindingStops })
}

// Findings returns what stands against publishing an article as it is being
// written, for those who may read it at the desk.
func (s *Service) Findings(ctx context.Context, actor account.Actor, in Examination) ([]Finding, error) {
	w, err := s.Working(ctx, actor, in.ID)
	if err != nil || s.checker == nil {
		return nil, err
	}
	return s.look(ctx, &w, in)
}

func (s *Service) look(ctx context.Context, w *Work, in Examination) ([]Finding, error) {
	slug := slugify(in.Slug)
	if slug == "" {
		slug = w.Article.Slug
	}
	return s.checker.Check(ctx, Exam{Article: w.Article, Content: w.Copy.Content, Slug: slug, At: in.At, EmbargoUntil: in.EmbargoUntil})
}

// Examine looks at what is being written before it goes out, and returns the
// pass that PublishTx and ScheduleTx ask for. What stops it, and warnings that
// nobody has confirmed, are an Invalid error with an Unready as its cause.
func (s *Service) Examine(ctx context.Context, actor account.Actor, in Examination) (Pass, error) {
	if s.checker == nil {
		return Pass{}, nil
	}
	w, err := s.Working(ctx, actor, in.ID)
	if err == nil {
		err = mayPublish(actor, &w.Article)
	}
	if err != nil {
		return Pass{}, err
	}
	if w.Article.Revision != in.Revision {
		return Pass{}, stale(w.Article.Headline)
	}
	found, err := s.look(ctx, &w, in)
	if err != nil {
		return Pass{}, err
	}
	if in.SectionsOnly {
		if found, err = s.aboutSections(ctx, &w, found); err != nil {
			return Pass{}, err
		}
	}
	if err := ready(found, in.Confirmed); err != nil {
		return Pass{}, err
	}
	text, err := fingerprint(&w.Copy.Content)
	return Pass{article: in.ID, text: text}, err
}

// aboutSections leaves the findings about sections when nothing else differs
// from what readers have.
func (s *Service) aboutSections(ctx context.Context, w *Work, found []Finding) ([]Finding, error) {
	if !w.Article.live() {
		return found, nil
	}
	live, err := versionByID(ctx, s.db, w.Article.LiveVersion)
	if err != nil {
		return found, err
	}
	live.Content.Sections = w.Copy.Content.Sections
	was, err := fingerprint(&live.Content)
	if err != nil {
		return found, err
	}
	if is, err := fingerprint(&w.Copy.Content); err != nil || is != was {
		return found, err
	}
	return slices.DeleteFunc(found, func(f Finding) bool { return f.Path != "sections" }), nil
}

// ready refuses what stops, and warnings that nobody has confirmed.
func ready(found []Finding, confirmed []string) error {
	if Stops(found) {
		return unready(fault.New(fault.Invalid, "something must be mended before this can go out").WithHint("the list of checks says what, and leads there"), found)
	}
	open := slices.DeleteFunc(slices.Clone(found), func(f Finding) bool { return slices.Contains(confirmed, f.Code) })
	if len(open) > 0 {
		return unready(fault.New(fault.Invalid, "there are questions about this article").WithHint("look through the list of checks, and confirm it to publish all the same"), open)
	}
	return nil
}

func unready(e *fault.Error, found []Finding) error {
	e.Err = &Unready{found}
	return e
}

// fingerprint tells texts apart.
func fingerprint(c *Content) (string, error) {
	raw, err := json.Marshal(c)
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), err
}

// holds refuses a text that the pass is not for.
func (s *Service) holds(p Pass, unchecked bool, articleID int64, c *Content) error {
	if s.checker == nil || unchecked {
		return nil
	}
	text, err := fingerprint(c)
	if err == nil && (p.article != articleID || p.text != text) {
		return fault.New(fault.Conflict, "the text has changed since it was checked").WithHint("look at it again, and publish once more")
	}
	return err
}

// due looks at a scheduled article whose time has come. found is what keeps it
// from going out: warnings were confirmed when it was scheduled.
func (s *Service) due(ctx context.Context, articleID int64) (p Pass, found []Finding, err error) {
	a, err := byID(ctx, s.db, articleID)
	if fault.Is(err, fault.NotFound) {
		return p, nil, nil
	}
	if err != nil || s.checker == nil || a.Status != StatusScheduled || a.ScheduledAt.After(s.clock.Now()) {
		return p, nil, err
	}
	v, err := versionByID(ctx, s.db, a.WorkingVersion)
	if err != nil {
		return p, nil, err
	}
	w := Work{Article: a, Copy: Copy{Content: v.Content}}
	if found, err = s.look(ctx, &w, Examination{}); err != nil {
		return p, nil, err
	}
	if !Stops(found) {
		found = nil
	}
	text, err := fingerprint(&v.Content)
	return Pass{article: a.ID, text: text}, slices.DeleteFunc(found, func(f Finding) bool { return f.Level != FindingStops }), err
}

// holdBack takes a scheduled article that must not go out back to its writers,
// and tells them why.
func (s *Service) holdBack(ctx context.Context, tx *db.Tx, a *Article, found []Finding) error {
	site, err := s.settings.Site(ctx)
	if err != nil {
		return err
	}
	p, err := letterPrinter(site.Locale)
	if err != nil {
		return err
	}
	says := []string{p.T("tell.held_note")}
	for _, f := range found {
		text, err := s.checker.Says(site.Locale, f)
		if err != nil {
			return err
		}
		says = append(says, "– "+text)
	}
	if err := s.restate(ctx, tx, scheduler, a, "hold back", func(a *Article) {
		a.Status, a.ScheduledAt = StatusChanges, time.Time{}
	}); err != nil {
		return err
	}
	people := []int64{a.Owner, a.Assignee}
	if a.Owner == 0 && a.Assignee == 0 { // nobody's: editors see to it
		rows, err := account.Editors(ctx, tx)
		if err != nil {
			return err
		}
		people = rows
	}
	_, err = s.addNote(ctx, tx, scheduler, a, NoteInput{Article: a.ID, Body: strings.Join(says, "\n"), Mentions: people}, "held")
	return err
}
