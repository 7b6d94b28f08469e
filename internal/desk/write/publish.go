package write

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/article/check"
	"dateline/internal/db"
	"dateline/internal/desk"
	"dateline/internal/edition"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/media"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/internal/web"
)

// findingRow is a finding in words, with where it leads.
type findingRow struct {
	Stops     bool
	Says, Why string
	Passage   string
	Jump      string
}

// publishForm is what a person chose.
type publishForm struct {
	Do          string // now, schedule
	Day, Time   string
	Fold        string
	Embargo     bool
	EDay, ETime string
	EFold       string
	Change      string
	Note        string
	Corrections []article.Correction
	Slug        string
	Pinned      bool
	Confirmed   []string // codes of the warnings that were looked at
	Mail        []int64  // newsletters that mail it
}

// publishData is what the page of publishing shows.
type publishData struct {
	At        string
	A         article.Article
	C         article.Content
	Revision  int64
	May       bool
	Live      bool
	Unchanged bool // readers see this text already
	Scheduled string
	Embargoed string
	Findings  []findingRow
	Stops     bool
	Warned    bool
	Codes     string // of the warnings, for the box that confirms them
	Confirmed bool
	Form      publishForm
	Changes   []option
	Zone      string
	Clock     string // what it is now in the zone
	URL       string
	Section   string
	Search    preview
	Social    preview
	Embargo   bool // may be set: readers do not have it yet
	Page      bool
	Mail      []edition.MailOffer // newsletters that may mail it
	Numbers   [maxCorrections]int // 1, 2, …
}

// preview is how the article looks in search results or on a social network.
type preview struct{ Title, Text, Image, Host string }

// changeKinds are the kinds of change of a live article, the calmest first.
var changeKinds = []article.ChangeKind{article.ChangeUpdate, article.ChangeCorrection, article.ChangeClarification, article.ChangeLegal, article.ChangeSilent}

const maxCorrections = 6

func (p *Part) publishPage(r *web.Request) (web.Response, error) {
	w, err := p.work(r)
	if err != nil {
		return web.Response{}, err
	}
	page, err := p.publishData(r, w, nil)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "publish", page)
}

// publishData makes the page; with what was chosen, where there is something.
func (p *Part) publishData(r *web.Request, w article.Work, chosen *publishForm) (desk.Page, error) {
	ctx, words, a, c := r.HTTP.Context(), p.Printer(r), w.Article, w.Copy.Content
	site, err := p.site(ctx)
	if err != nil {
		return desk.Page{}, err
	}
	zone := site.Location()
	d := publishData{At: path(a.ID), A: a, C: c, Revision: a.Revision, May: article.MayPublish(desk.Actor(r), &a), Live: a.Status == article.StatusPublished,
		Zone: site.Zone, Clock: told(words, p.Clock.Now(), zone), Page: a.Type == article.TypePage}
	d.Unchanged = d.Live && !w.Changed
	d.Embargo = !d.Live || a.EmbargoUntil.After(p.Clock.Now())
	if chosen == nil {
		chosen = p.offered(ctx, w, zone)
	}
	d.Form = *chosen
	for i := range d.Numbers {
		d.Numbers[i] = i + 1
	}
	for len(d.Form.Corrections) < 2 {
		d.Form.Corrections = append(d.Form.Corrections, article.Correction{})
	}
	if !a.ScheduledAt.IsZero() {
		d.Scheduled = told(words, a.ScheduledAt, zone) + ", " + away(words, a.ScheduledAt.Sub(p.Clock.Now()))
	}
	if !a.EmbargoUntil.IsZero() {
		d.Embargoed = told(words, a.EmbargoUntil, zone)
	}
	for _, kind := range changeKinds {
		d.Changes = append(d.Changes, option{string(kind), words.T("write.change_" + string(kind)), string(kind) == d.Form.Change})
	}
	found, err := p.Articles.Findings(ctx, desk.Actor(r), p.examination(site, &a, a.Revision, &d.Form))
	if err != nil {
		return desk.Page{}, err
	}
	d.Findings, d.Stops, d.Warned, d.Codes = p.inWords(words, d.At, found), article.Stops(found), len(found) > 0, codes(found)
	d.Confirmed = len(found) > 0 && !slices.ContainsFunc(found, func(f article.Finding) bool { return !slices.Contains(d.Form.Confirmed, f.Code) })
	planned, err := p.Articles.PlannedPath(ctx, a, &c, d.Form.Slug)
	if err != nil {
		return desk.Page{}, err
	}
	d.URL = p.Desk.Origin() + planned
	if p.Editions != nil && !d.Page {
		if d.Mail, err = p.Editions.MailOffers(ctx, a.ID, c.Sections); err != nil {
			return desk.Page{}, err
		}
		for i, offer := range d.Mail {
			d.Mail[i].Wanted = slices.Contains(d.Form.Mail, offer.Newsletter.ID)
		}
	}
	if err := p.previews(ctx, &d); err != nil {
		return desk.Page{}, err
	}
	title := words.T("write.publish_title", headlineOr(words, c.Headline))
	if d.Live {
		title = words.T("write.update_title", headlineOr(words, c.Headline))
	}
	return desk.Page{Title: title, Scripts: []string{"publish.js"}, Framed: true, Data: d}, nil
}

// codes are the codes of findings, each once.
func codes(found []article.Finding) string {
	var all []string
	for _, f := range found {
		if !slices.Contains(all, f.Code) {
			all = append(all, f.Code)
		}
	}
	return strings.Join(all, " ")
}

func headlineOr(words *i18n.Printer, headline string) string {
	return cmp.Or(strings.TrimSpace(headline), words.T("write.untitled"))
}

// offered is what the form begins with.
func (p *Part) offered(ctx context.Context, w article.Work, zone *time.Location) *publishForm {
	a := w.Article
	f := publishForm{Do: "now", Slug: a.Slug, Pinned: a.Pinned, Change: string(article.ChangeUpdate)}
	if at := a.ScheduledAt; !at.IsZero() {
		at = at.In(zone)
		f.Do, f.Day, f.Time, f.Fold = "schedule", at.Format(time.DateOnly), at.Format("15:04"), foldOf(at, zone)
	}
	if at := a.EmbargoUntil; !at.IsZero() {
		at = at.In(zone)
		f.Embargo, f.EDay, f.ETime, f.EFold = true, at.Format(time.DateOnly), at.Format("15:04"), foldOf(at, zone)
	}
	if p.Editions != nil {
		if offers, err := p.Editions.MailOffers(ctx, a.ID, nil); err == nil {
			for _, o := range offers {
				if o.Wanted {
					f.Mail = append(f.Mail, o.Newsletter.ID)
				}
			}
		}
	}
	if a.LiveVersion != 0 && w.Changed {
		if live, err := p.Articles.LiveVersion(ctx, a.ID); err == nil {
			f.Corrections = corrected(article.Diff(live.Content, w.Copy.Content), maxCorrections)
		}
	}
	return &f
}

// foldOf is which of two equal clock times a moment is, "" where there is one.
func foldOf(at time.Time, zone *time.Location) string {
	all, err := moments(at.Format(time.DateOnly), at.Format("15:04"), zone)
	if err != nil || len(all) != 2 {
		return ""
	}
	if all[0].Equal(at.Truncate(time.Minute)) {
		return "1"
	}
	return "2"
}

// examination is what would be published with the choices of a form.
func (p *Part) examination(site settings.Site, a *article.Article, revision int64, f *publishForm) article.Examination {
	in, zone := article.Examination{ID: a.ID, Revision: revision, Slug: f.Slug, Confirmed: f.Confirmed}, site.Location()
	if f.Do == "schedule" {
		in.At, _ = moment(f.Day, f.Time, f.Fold, zone) // a time that is none is told beside its field
	}
	if f.Embargo {
		in.EmbargoUntil, _ = moment(f.EDay, f.ETime, f.EFold, zone)
	}
	return in
}

func (p *Part) inWords(words *i18n.Printer, at string, found []article.Finding) []findingRow {
	more := words.With(p.checkWords)
	rows := make([]findingRow, len(found))
	for i, f := range found {
		rows[i] = findingRow{Stops: f.Level == article.FindingStops, Says: check.Text(more, f), Why: check.Why(more, f), Passage: f.Passage, Jump: at + "#" + f.Path}
	}
	return rows
}

// previews fills in how search engines and social networks will show it.
func (p *Part) previews(ctx context.Context, d *publishData) error {
	c := &d.C
	words := cmp.Or(c.Standfirst, c.Excerpt, richtext.Excerpt(c.Body, 200))
	host := strings.TrimPrefix(strings.TrimPrefix(d.URL, "https://"), "http://")
	d.Search = preview{Title: cmp.Or(c.SearchTitle, c.Headline), Text: cmp.Or(c.SearchDescription, words), Host: host}
	host, _, _ = strings.Cut(host, "/")
	d.Social = preview{Title: cmp.Or(c.SocialTitle, c.Headline), Text: cmp.Or(c.SocialDescription, words), Host: host}
	id := c.SocialImage
	if id == 0 && c.Lead != nil {
		id = c.Lead.Media
	}
	if id != 0 {
		m, err := p.Media.Get(ctx, p.DB, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil && m.Kind == media.KindImage {
			d.Social.Image = previewURL(m)
		}
	}
	if len(c.Sections) > 0 {
		s, err := taxonomy.SectionByID(ctx, p.DB, c.Sections[0])
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		d.Section = s.Name
	}
	return nil
}

func readPublish(in url.Values) publishForm {
	f := publishForm{Do: in.Get("do"), Day: in.Get("day"), Time: in.Get("time"), Fold: in.Get("fold"), Embargo: in.Get("embargo") != "",
		EDay: in.Get("embargo_day"), ETime: in.Get("embargo_time"), EFold: in.Get("embargo_fold"), Change: in.Get("change"), Note: in.Get("note"),
		Slug: in.Get("slug"), Pinned: in.Get("pinned") != "", Confirmed: strings.Fields(in.Get("despite"))}
	for _, text := range in["mail"] {
		if id, err := desk.Number(text); err == nil && id != 0 {
			f.Mail = append(f.Mail, id)
		}
	}
	slices.Sort(f.Mail)
	for i := range maxCorrections {
		n := strconv.Itoa(i)
		c := article.Correction{Passage: in.Get("passage_" + n), Wrong: strings.TrimSpace(in.Get("wrong_" + n)), Right: strings.TrimSpace(in.Get("right_" + n))}
		if c.Wrong != "" || c.Right != "" {
			f.Corrections = append(f.Corrections, c)
		}
	}
	return f
}

// publish puts the text before readers, now or later.
func (p *Part) publish(r *web.Request) (web.Response, error) {
	w, err := p.work(r)
	if err != nil {
		return web.Response{}, err
	}
	f := readPublish(r.HTTP.PostForm)
	revision, err := revisionOf(r)
	if err == nil {
		err = p.carryOut(r.HTTP.Context(), desk.Actor(r), w, revision, &f)
	}
	if err != nil {
		page, e := p.publishData(r, w, &f)
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "publish", page, err)
	}
	return desk.SeeOther(path(w.Article.ID) + "/published"), nil
}

func (p *Part) carryOut(ctx context.Context, actor account.Actor, w article.Work, revision int64, f *publishForm) error {
	if !article.MayPublish(actor, &w.Article) { // the service says why
		_, err := p.Articles.Publish(ctx, actor, article.PublishInput{ID: w.Article.ID, Revision: revision})
		return err
	}
	site, err := p.site(ctx)
	if err != nil {
		return err
	}
	zone, a := site.Location(), &w.Article
	var at, embargo time.Time
	if f.Do == "schedule" {
		if at, err = moment(f.Day, f.Time, f.Fold, zone); err != nil {
			return err
		}
	}
	if f.Embargo && f.EDay != "" {
		if embargo, err = moment(f.EDay, f.ETime, f.EFold, zone); err != nil {
			return err
		}
		if f.Do == "schedule" {
			return fault.New(fault.Invalid, "a schedule and an embargo both put off what readers see").WithHint("schedule it for the end of the embargo")
		}
		if !embargo.After(p.Clock.Now()) {
			return fault.New(fault.Invalid, "the end of the embargo has passed").WithHint("publish without it, or choose a later time")
		}
	}
	pass, err := p.Articles.Examine(ctx, actor, p.examination(site, a, revision, f))
	if err != nil {
		return err
	}
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		revision, err := p.place(ctx, tx, actor, a, revision, f)
		if err != nil {
			return err
		}
		if p.Editions != nil && a.Type == article.TypeArticle && actor.Role >= account.Editor {
			if err := p.Editions.WantMail(ctx, tx, actor, a.ID, f.Mail); err != nil {
				return err
			}
		}
		if f.Do == "schedule" {
			_, err = p.Articles.ScheduleTx(ctx, tx, actor, article.ScheduleInput{ID: a.ID, Revision: revision, At: at, Pass: pass})
			return err
		}
		in := article.PublishInput{ID: a.ID, Revision: revision, EmbargoUntil: embargo, Pass: pass}
		if a.Status == article.StatusPublished {
			in.Change, in.Note = article.ChangeKind(f.Change), strings.TrimSpace(f.Note)
			switch in.Change {
			case article.ChangeCorrection, article.ChangeClarification, article.ChangeLegal:
				in.Corrections = f.Corrections
			case article.ChangeUpdate, article.ChangeSilent:
			default:
				return fault.New(fault.Invalid, "say what kind of change this is")
			}
		}
		_, err = p.Articles.PublishTx(ctx, tx, actor, in)
		return err
	})
}

// place changes address word and pin first, where they were changed.
func (p *Part) place(ctx context.Context, tx *db.Tx, actor account.Actor, a *article.Article, revision int64, f *publishForm) (int64, error) {
	sameSlug := f.Slug == "" || f.Slug == a.Slug
	if sameSlug && (f.Pinned == a.Pinned || actor.Role < account.Editor) {
		return revision, nil
	}
	changed, err := p.Articles.ArrangeTx(ctx, tx, actor, article.ArrangeInput{ID: a.ID, Revision: revision, Slug: f.Slug, CommentsOpen: a.CommentsOpen,
		Pinned: f.Pinned, ParentID: a.ParentID, MenuOrder: a.MenuOrder})
	return changed.Revision, err
}

// publishedData is what the page after publishing shows.
type publishedData struct {
	At, URL   string
	A         article.Article
	Scheduled string
	Embargoed string
	Protected bool
	Private   bool
}

// published says what has happened and what happens next.
func (p *Part) published(r *web.Request) (web.Response, error) {
	w, err := p.work(r)
	if err != nil {
		return web.Response{}, err
	}
	site, err := p.site(r.HTTP.Context())
	if err != nil {
		return web.Response{}, err
	}
	words, a, zone, now := p.Printer(r), w.Article, site.Location(), p.Clock.Now()
	d := publishedData{At: path(a.ID), A: a, URL: p.Desk.Origin() + a.Path, Protected: a.Access == article.AccessPassword, Private: a.Access == article.AccessPrivate}
	title := words.T("write.is_out")
	switch {
	case a.Status == article.StatusScheduled:
		planned, err := p.Articles.PlannedPath(r.HTTP.Context(), a, &w.Copy.Content, "")
		if err != nil {
			return web.Response{}, err
		}
		d.URL = p.Desk.Origin() + planned
		d.Scheduled, title = told(words, a.ScheduledAt, zone)+", "+away(words, a.ScheduledAt.Sub(now)), words.T("write.is_scheduled")
	case a.Status != article.StatusPublished:
		return desk.SeeOther(path(a.ID)), nil
	case a.EmbargoUntil.After(now):
		d.Embargoed, title = told(words, a.EmbargoUntil, zone)+", "+away(words, a.EmbargoUntil.Sub(now)), words.T("write.is_embargoed")
	}
	return p.Page(r, http.StatusOK, "published", desk.Page{Title: title, Lead: a.Headline, Data: d})
}
