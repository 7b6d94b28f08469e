package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/demo/draw"
	"dateline/internal/event"
	"dateline/internal/fault"
	"dateline/internal/front"
	"dateline/internal/media"
	"dateline/internal/register"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/storyline"
	"dateline/internal/taxonomy"
	"dateline/internal/vault"
)

// Services are what Fill writes through.
type Services struct {
	DB         *db.DB
	Clock      clock.Clock
	Bus        *event.Bus
	Settings   *settings.Store
	Media      *media.Service
	Comments   *comment.Store
	Vault      *vault.Vault
	Register   *register.Service
	Storylines *storyline.Service
}

// marker is the setting that says that a site holds the sample newsroom: begun
// before anything else is written, whole at the end.
const (
	marker = "demo"
	begun  = "begun"
	whole  = "whole"
)

// Filled reports whether the site holds the sample newsroom, and an error when
// it holds another one.
func Filled(ctx context.Context, d *db.DB) (bool, error) {
	var value string
	err := d.QueryRow(ctx, `SELECT value FROM setting WHERE key = $1`, marker).Scan(&value)
	if err == nil {
		return value == whole, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return false, err
	}
	other, err := settings.Exists(ctx, d)
	if err == nil && other {
		err = fault.New(fault.Invalid, "the data folder holds another site, which the demo would mix with").
			WithHint("name an empty folder: dateline demo --data DIR")
	}
	return false, err
}

// Fill writes the sample newsroom; nothing when the site holds it already, and
// an error when it is another one. Settings and pictures come first; everything
// else is one transaction, so that a run that was killed is simply run again.
func Fill(ctx context.Context, s Services, progress func(stage string, done, total int64)) error {
	if filled, err := Filled(ctx, s.DB); err != nil || filled {
		return err
	}
	n, err := Load()
	if err != nil {
		return err
	}
	f := &filler{Services: s, n: n, end: s.Clock.Now(), clock: clock.NewManual(s.Clock.Now())}
	f.zone = settings.Site{Zone: n.Site.Zone}.Location()
	f.articles = article.NewService(s.DB, f.clock, s.Bus, s.Settings)
	if err := s.DB.Write(ctx, f.site); err != nil {
		return err
	}
	if err := f.pictures(ctx, progress); err != nil {
		return err
	}
	return s.DB.Write(ctx, f.everything)
}

type filler struct {
	Services
	n        Newsroom
	end      time.Time
	zone     *time.Location
	clock    *clock.Manual // moves through the paper's two years
	articles *article.Service
	names    *register.Index // of the register
}

var actor = account.System("demo")

// idOf computes the id of a thing from its kind and key, so that filling again
// after a kill finds what is there.
func idOf(kind, key string) int64 {
	sum := sha256.Sum256([]byte("demo/" + kind + "/" + key))
	return int64(binary.BigEndian.Uint64(sum[:]) >> 2)
}

// pictures draws and stores the pictures, two at a time.
func (f *filler) pictures(ctx context.Context, progress func(string, int64, int64)) error {
	done := make(chan struct{})
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(3)
	g.Go(func() error {
		for i := range f.n.Pictures {
			select {
			case <-done:
				progress("drawing pictures", int64(i+1), int64(len(f.n.Pictures)))
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for _, p := range f.n.Pictures {
		g.Go(func() error {
			if err := f.picture(ctx, p); err != nil {
				return err
			}
			select {
			case done <- struct{}{}:
			case <-ctx.Done():
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

func (f *filler) picture(ctx context.Context, p Picture) error {
	m := media.Medium{ID: idOf("picture", p.Key), Kind: media.KindImage, Slug: p.Key, FileName: p.FileName(), Alt: p.Alt,
		Caption: p.Caption, Credit: p.Credit, FocalX: p.FocalX, FocalY: p.FocalY}
	err := f.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return f.Media.Save(ctx, tx, &m) })
	if err != nil || m.State == media.StateReady || m.State == media.StateStored {
		return err
	}
	jpeg, err := draw.Render(p.Key)
	if err != nil {
		return err
	}
	_, err = f.Media.Ingest(ctx, m.ID, bytes.NewReader(jpeg), p.FileName())
	return err
}

func (f *filler) everything(ctx context.Context, tx *db.Tx) error {
	for _, step := range []func(context.Context, *db.Tx) error{f.taxonomies, f.authors, f.register, f.storylines, f.accounts, f.pages, f.stories, f.menus, f.front, f.letters, f.finish} {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) site(ctx context.Context, tx *db.Tx) error {
	conf := settings.Default()
	conf.Title, conf.Tagline, conf.Zone, conf.Locale = f.n.Site.Title, f.n.Site.Tagline, f.n.Site.Zone, f.n.Site.Locale
	conf.Publisher, conf.Contact = f.n.Site.Publisher, f.n.Site.Contact
	if err := settings.Save(ctx, tx, conf, f.end); err != nil {
		return err
	}
	return f.mark(ctx, tx, begun)
}

func (f *filler) mark(ctx context.Context, tx *db.Tx, how string) error {
	_, err := tx.Exec(ctx, `INSERT INTO setting (key, value, updated_at) VALUES ($1, $2, $3)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`, marker, how, db.Micros(f.end))
	return err
}

func (f *filler) finish(ctx context.Context, tx *db.Tx) error { return f.mark(ctx, tx, whole) }

func (f *filler) taxonomies(ctx context.Context, tx *db.Tx) error {
	for i, s := range f.n.Sections {
		sec := taxonomy.Section{ID: idOf("section", s.Path), Slug: s.Slug, Name: s.Name, Description: s.Description, Position: int64(i), Open: true}
		if s.Parent != "" {
			sec.ParentID = idOf("section", s.Parent)
		}
		if _, err := taxonomy.SaveSection(ctx, tx, sec, f.end); err != nil {
			return err
		}
	}
	for _, t := range f.n.Tags {
		if err := taxonomy.SaveTag(ctx, tx, taxonomy.Tag{ID: idOf("tag", t.Slug), Slug: t.Slug, Name: t.Name, Description: t.Description}, f.end); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) authors(ctx context.Context, tx *db.Tx) error {
	for _, a := range f.n.Authors {
		p := author.Profile{ID: idOf("author", a.Slug), Slug: a.Slug, Name: a.Name, FirstName: a.First, LastName: a.Last, Role: a.Role, Bio: a.Bio, Open: true}
		for _, l := range a.Links {
			p.Links = append(p.Links, author.Link(l))
		}
		if a.Portrait != "" {
			p.Picture = idOf("picture", a.Portrait)
			if err := f.Media.Public(ctx, tx, []int64{p.Picture}); err != nil {
				return err
			}
		}
		if err := author.Save(ctx, tx, p, f.end); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) register(ctx context.Context, tx *db.Tx) error {
	var entries []register.Entry
	for _, s := range f.n.Register {
		e := register.Entry{ID: idOf("subject", s.Slug), Kind: register.Kind(s.Kind), Name: s.Name, Aliases: s.Aliases, Description: s.Description, Begins: s.Begins, Ends: s.Ends}
		if s.Picture != "" {
			e.Picture = idOf("picture", s.Picture)
		}
		var err error
		if e.Position, err = register.ReadPosition(s.Position); err != nil {
			return err
		}
		e, err = f.Register.AddTx(ctx, tx, actor, register.Input{Entry: e, Word: s.Slug})
		if err != nil {
			return err
		}
		entries = append(entries, e)
	}
	f.names = register.NewIndex(entries)
	return nil
}

func (f *filler) storylines(ctx context.Context, tx *db.Tx) error {
	for _, s := range f.n.Storylines {
		line := storyline.Storyline{Headline: s.Headline, Summary: BindText(s.Summary, f.refs()), Questions: s.Questions, Closed: s.Closed}
		for _, slug := range s.Subjects {
			line.Subjects = append(line.Subjects, idOf("subject", slug))
		}
		for _, c := range s.Coming {
			when := f.end.In(f.zone).AddDate(0, 0, c.Days).Format("2006-01-02")
			switch {
			case c.Month:
				when = when[:len("2006-01")]
			case c.Time != "":
				when += "T" + c.Time
			}
			line.Coming = append(line.Coming, storyline.Coming{When: when, What: c.What, Where: c.Where})
		}
		if _, err := f.Storylines.AddTx(ctx, tx, actor, storyline.Input{Storyline: line, Word: s.Slug}); err != nil {
			return err
		}
	}
	return nil
}

// subjects are what an editor confirms for an article: whom and what it names.
func (f *filler) subjects(slug string, c *article.Content) []article.Subject {
	var out []article.Subject
	for _, n := range f.names.Read(c, f.n.Site.Locale) {
		main := slices.ContainsFunc(f.n.Register, func(s Subject) bool { return idOf("subject", s.Slug) == n.ID && slices.Contains(s.Main, slug) })
		out = append(out, article.Subject{ID: n.ID, Main: main})
	}
	return out
}

func (f *filler) refs() Refs {
	return Refs{End: f.end, Zone: f.zone,
		Picture: func(key string) int64 { return idOf("picture", key) },
		Article: func(slug string) int64 { return idOf("article", slug) },
		Record:  func(key string) int64 { return idOf("accounts", key) },
		Href:    f.href}
}

// href is the address of a thing under the settings that site saves.
func (f *filler) href(kind, key string) string {
	switch kind {
	case "page":
		return f.n.Path(key)
	case "article":
		for _, a := range f.n.Articles {
			if a.Slug == key {
				return "/" + a.First().Content.Sections[0] + "/" + key + "/"
			}
		}
	}
	return "/" + kind + "/" + key + "/"
}

// content turns keys into ids.
func (f *filler) content(slug string, c Content) article.Content {
	refs := f.refs()
	text := func(s string) string { return BindText(s, refs) }
	out := article.Content{Headline: text(c.Headline), ShortHeadline: text(c.ShortHeadline), Kicker: text(c.Kicker), Standfirst: text(c.Standfirst),
		SearchTitle: text(c.SearchTitle), SearchDescription: text(c.SearchDescription), SocialTitle: text(c.SocialTitle), Excerpt: text(c.Excerpt),
		Dateline: c.Dateline, Kind: c.Kind, Language: c.Language, Canonical: c.Canonical, NoIndex: c.NoIndex, Storyline: c.Storyline,
		Fields: c.Fields, Body: Bind(c.Body, refs)}
	if c.Lead != "" {
		out.Lead = &article.Picture{Media: idOf("picture", c.Lead), Caption: text(c.LeadCaption)}
	}
	for _, s := range c.Sections {
		out.Sections = append(out.Sections, idOf("section", s))
	}
	for _, t := range c.Tags {
		out.Tags = append(out.Tags, idOf("tag", t))
	}
	for _, b := range c.Bylines {
		by := article.Byline{Role: b.Role, Name: b.Name}
		if b.Author != "" {
			by.Profile = idOf("author", b.Author)
		}
		out.Bylines = append(out.Bylines, by)
	}
	out.Subjects = f.subjects(slug, &out)
	return out
}

func (f *filler) pages(ctx context.Context, tx *db.Tx) error {
	f.clock.Set(When{Days: 720, Hour: 9}.Time(f.end, f.zone))
	for _, p := range f.n.Pages {
		d := article.Draft{ID: idOf("page", p.Slug), Type: article.TypePage, Slug: p.Slug, MenuOrder: int64(p.Order),
			Content: article.Content{Headline: p.Title, Standfirst: p.Standfirst, Body: Bind(p.Body, f.refs())}}
		if p.Parent != "" {
			d.ParentID = idOf("page", p.Parent)
		}
		a, err := f.articles.CreateTx(ctx, tx, actor, d)
		if err == nil {
			_, err = f.articles.PublishTx(ctx, tx, actor, article.PublishInput{ID: a.ID, Revision: a.Revision, Unchecked: true})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) stories(ctx context.Context, tx *db.Tx) error {
	for _, a := range f.n.Articles {
		if err := f.story(ctx, tx, a); err != nil {
			return fault.New(fault.Internal, "sample article %s: %w", a.Slug, err)
		}
	}
	return nil
}

// story takes one article through its life, the clock going along.
func (f *filler) story(ctx context.Context, tx *db.Tx, a Article) error {
	first := a.First().At.Time(f.end, f.zone)
	f.clock.Set(first)
	if first.After(f.end) {
		f.clock.Set(f.end)
	}
	now, err := f.articles.CreateTx(ctx, tx, actor, article.Draft{ID: idOf("article", a.Slug), Type: article.TypeArticle, Slug: a.Slug,
		CommentsOpen: a.CommentsOpen, Pinned: a.Pinned, Content: f.content(a.Slug, a.First().Content)})
	if err != nil {
		return err
	}
	switch a.Status {
	case article.StatusDraft, article.StatusReview:
		return nil
	case article.StatusScheduled:
		f.clock.Set(f.end)
		_, err = f.articles.ScheduleTx(ctx, tx, actor, article.ScheduleInput{ID: now.ID, Revision: now.Revision, At: a.ScheduledAt.Time(f.end, f.zone), Unchecked: true})
		return err
	}
	publish := article.PublishInput{ID: now.ID, Revision: now.Revision, Access: a.Access, Unchecked: true}
	if a.EmbargoUntil != (When{}) {
		publish.EmbargoUntil = a.EmbargoUntil.Time(f.end, f.zone)
	}
	if a.Access == article.AccessPassword {
		publish.PasswordHash = f.Vault.HashPassword(a.Password)
	}
	if now, err = f.articles.PublishTx(ctx, tx, actor, publish); err != nil {
		return err
	}
	for _, v := range a.Versions[1:] {
		f.clock.Set(v.At.Time(f.end, f.zone))
		if now, err = f.articles.SaveTx(ctx, tx, actor, article.SaveInput{ID: now.ID, Revision: now.Revision, Content: f.content(a.Slug, v.Content)}); err != nil {
			return err
		}
		if now, err = f.articles.PublishTx(ctx, tx, actor, article.PublishInput{ID: now.ID, Revision: now.Revision, Change: v.Change, Note: v.Note, Unchecked: true}); err != nil {
			return err
		}
	}
	for i, c := range a.Comments {
		if err := f.comment(ctx, tx, a.Slug, c, 0, first, []int{i}); err != nil {
			return err
		}
	}
	if a.Status == article.StatusWithdrawn {
		f.clock.Set(a.WithdrawnAt.Time(f.end, f.zone))
		_, err = f.articles.WithdrawTx(ctx, tx, actor, article.WithdrawInput{ID: now.ID, Revision: now.Revision, Reason: a.WithdrawnReason})
	}
	return err
}

func (f *filler) comment(ctx context.Context, tx *db.Tx, slug string, c Comment, parent int64, published time.Time, place []int) error {
	at := published.Add(c.After)
	if at.After(f.end) {
		at = f.end
	}
	key := slug
	for _, n := range place {
		key += "/" + string(rune('a'+n))
	}
	stored := comment.Comment{ID: idOf("comment", key), Article: idOf("article", slug), Parent: parent, Kind: comment.KindComment,
		Status: comment.Status(c.Status), Name: c.Name, Email: c.Email, Body: plainDoc(c.Body), Created: at}
	if stored.Status == "" {
		stored.Status = comment.StatusApproved
	}
	for _, a := range f.n.Authors {
		if c.Author == a.Slug {
			stored.Name, stored.Profile = a.Name, idOf("author", a.Slug)
		}
	}
	if err := f.Comments.PutTx(ctx, tx, stored); err != nil {
		return err
	}
	for i, reply := range c.Replies {
		if err := f.comment(ctx, tx, slug, reply, stored.ID, published, append(place[:len(place):len(place)], i)); err != nil {
			return err
		}
	}
	return nil
}

// plainDoc makes paragraphs of plain text.
func plainDoc(text string) richtext.Doc {
	doc := richtext.Doc{Version: richtext.SchemaVersion}
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			doc.Content = append(doc.Content, richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: p}}})
		}
	}
	return doc
}

func (f *filler) menus(ctx context.Context, tx *db.Tx) error {
	for _, m := range f.n.Menus {
		if err := settings.SaveMenu(ctx, tx, settings.Menu{ID: idOf("menu", m.Slug), Slug: m.Slug, Name: m.Name, Location: m.Location,
			Items: f.menuItems(m.Items)}); err != nil {
			return err
		}
	}
	return nil
}

// front arranges the front page as the paper's editors have it.
func (f *filler) front(ctx context.Context, tx *db.Tx) error {
	plan := front.Plan{}
	for _, b := range f.n.Front {
		block := front.Block{ID: plan.NextID(), Kind: front.Kind(b.Kind), Title: b.Title, Storyline: b.Storyline, Count: b.Count, Layout: front.Layout(b.Layout)}
		if b.Section != "" {
			block.Section = idOf("section", b.Section)
		}
		for _, s := range b.Slots {
			block.Slots = append(block.Slots, front.Slot{Article: idOf("article", s.Article), Headline: s.Headline, Size: front.Size(s.Size)})
		}
		plan.Blocks = append(plan.Blocks, block)
	}
	_, err := front.NewService(f.DB, f.Clock, f.Media).PublishPlanTx(ctx, tx, actor, front.PublishInput{Name: "Weekday"}, plan)
	return err
}

func (f *filler) menuItems(items []MenuItem) []settings.MenuItem {
	var out []settings.MenuItem
	for _, it := range items {
		item := settings.MenuItem{Label: it.Label, Kind: "link", URL: it.To, Items: f.menuItems(it.Items)}
		if kind, key, ok := reference(it.To); ok {
			item.Kind, item.Ref, item.URL = kind, idOf(kind, key), ""
			if kind == "page" {
				item.Kind, item.Ref = article.AddressArticle, idOf("page", key)
			}
		}
		out = append(out, item)
	}
	return out
}
