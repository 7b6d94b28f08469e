package fronts

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/fold"
	"dateline/internal/front"
	"dateline/internal/i18n"
	"dateline/internal/media"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/internal/web"
)

// boardData is what the board shows.
type boardData struct {
	Place    placeOption
	Places   []placeOption // the site, then the sections, the chosen one marked
	Sections []placeOption
	May      bool // the visitor arranges
	Revision int64
	Fresh    bool // the draft is what readers see
	By       string
	Saved    time.Time
	Blocks   []blockView
	Offers   []front.Kind // kinds that may be added
	Sizes    []front.Size
	Live     *front.Edition
	Waiting  []front.Edition
	Past     []front.Edition
	Query    string
	Found    []storyView
	Conflict *conflictView

	Name, When, At, Until string // of a form to be mended
	Zone                  string
}

// placeOption is a place in a choice.
type placeOption struct {
	ID     int64
	Name   string
	Depth  int
	Chosen bool
}

// Indent is the name set in by its depth, for a list without markup.
func (o placeOption) Indent() string { return strings.Repeat("– ", o.Depth) + o.Name }

func chosen(all []placeOption) placeOption {
	if i := slices.IndexFunc(all, func(o placeOption) bool { return o.Chosen }); i >= 0 {
		return all[i]
	}
	return placeOption{}
}

// blockView is a block of the board.
type blockView struct {
	front.Block
	Of          string // the section's name
	First, Last bool   // cannot move further
	Cards       []cardView
	Layouts     []front.Layout
	SectionIDs  []placeOption
}

// cardView is a place of a block.
type cardView struct {
	Block     string
	Place     int
	Hand      bool
	Story     *storyView // nil for a place that nothing fills
	Meanwhile *storyView // what readers see there while the chosen story does not show
	Slot      front.Slot
	UntilForm string
	Over      bool
	Lead      bool
}

// Size is the size in which the board shows the card.
func (c cardView) Size() string { return cmp.Or(string(c.Slot.Size), "auto") }

// storyView is an article on the board or in the search.
type storyView struct {
	ID       int64
	Headline string
	Section  string
	Byline   string
	Picture  int64
	Thumb    string
	State    string // "", "waits", "hidden"
	At       time.Time
	OnFront  bool
}

// conflictView is what two editors have made of one front.
type conflictView struct {
	By           string
	At           time.Time
	Theirs, Mine []outline
}

// outline is a block in a few words.
type outline struct {
	Label   string // of the kind
	Title   string
	Stories []string
	Differs bool
}

// page makes the board of a plan.
func (p *Part) page(r *web.Request, b front.Board, plan front.Plan, query string) (desk.Page, error) {
	ctx := r.HTTP.Context()
	place := b.Draft.Place
	conf, err := p.desk.Settings.Site(ctx)
	if err != nil {
		return desk.Page{}, err
	}
	words := p.Printer(r)
	data := &boardData{Revision: b.Draft.Revision, Fresh: b.Draft.Fresh, By: b.Draft.Actor, Saved: b.Draft.Updated, Live: b.Live, Waiting: b.Waiting,
		May: desk.Visitor(r).Role >= account.Editor, Sizes: front.Sizes(), Query: query, Zone: conf.Zone}
	if data.Places, err = p.places(r, place); err != nil {
		return desk.Page{}, err
	}
	data.Place, data.Sections = chosen(data.Places), data.Places[1:]
	if data.Past, err = p.Fronts.History(ctx, desk.Actor(r), place, 0, 12); err != nil {
		return desk.Page{}, err
	}
	if err := p.fill(ctx, data, plan, conf); err != nil {
		return desk.Page{}, err
	}
	if data.May {
		if data.Found, err = p.find(ctx, data, plan); err != nil {
			return desk.Page{}, err
		}
	}
	err = p.thumbs(ctx, data)
	return desk.Page{Title: words.T("fronts.title"), Wide: true, Scripts: []string{"front.js"}, Data: data}, err
}

// places lists the site and the sections in the order of their tree.
func (p *Part) places(r *web.Request, now int64) ([]placeOption, error) {
	all, err := taxonomy.Sections(r.HTTP.Context(), p.desk.DB)
	if err != nil {
		return nil, err
	}
	out := []placeOption{{Name: p.Printer(r).T("fronts.the_site"), Chosen: now == 0}}
	var walk func(parent int64, depth int)
	walk = func(parent int64, depth int) {
		for _, s := range all {
			if s.ParentID == parent && depth < 16 {
				out = append(out, placeOption{s.ID, s.Name, depth, s.ID == now})
				walk(s.ID, depth+1)
			}
		}
	}
	walk(0, 0)
	return out, nil
}

// fill lays the stories of a plan on the board.
func (p *Part) fill(ctx context.Context, data *boardData, plan front.Plan, conf settings.Site) error {
	now := p.desk.Clock.Now()
	filling, err := front.Fill(ctx, p.public, now, data.Place.ID, plan)
	if err != nil {
		return err
	}
	records, err := article.Records(ctx, p.desk.DB, plan.ByHand())
	if err != nil {
		return err
	}
	once := map[front.Kind]bool{}
	for i, b := range filling.Blocks {
		once[b.Kind] = true
		v := blockView{Block: b.Block, Of: p.nameOf(data, b.Section), First: i == 0 || i == 1 && plan.Blocks[0].Kind == front.Lead || b.Kind == front.Lead,
			Last: i == len(filling.Blocks)-1 || b.Kind == front.Lead, SectionIDs: data.Sections}
		if b.Layout != "" {
			v.Layouts = front.Layouts()
		}
		v.Cards = p.cards(data, b, records, now, conf.Location())
		data.Blocks = append(data.Blocks, v)
	}
	for _, k := range front.Kinds() {
		single := k == front.Lead || k == front.Latest || k == front.Discussed
		if single && once[k] || k == front.Latest && data.Place.ID != 0 {
			continue
		}
		data.Offers = append(data.Offers, k)
	}
	return nil
}

func (p *Part) nameOf(data *boardData, section int64) string {
	for _, o := range data.Sections {
		if o.ID == section && section != 0 {
			return o.Name
		}
	}
	return ""
}

// cards are the places of a block. Places without a story stay, so that one can
// be put there.
func (p *Part) cards(data *boardData, b front.Filled, records map[int64]article.Article, now time.Time, zone *time.Location) []cardView {
	items := b.Items
	// ruled takes the next story that the rule chose, nil when it chose none here.
	ruled := func() *storyView {
		if len(items) == 0 || items[0].Slot.Article != 0 {
			return nil
		}
		v := p.story(data, items[0].Article, now)
		items = items[1:]
		return v
	}
	var out []cardView
	for place := range b.Count {
		c := cardView{Block: b.ID, Place: place, Lead: b.Kind == front.Lead && place == 0}
		if place < len(b.Slots) {
			c.Slot = b.Slots[place]
		}
		if c.Hand = c.Slot.Article != 0; !c.Hand {
			c.Story = ruled()
			out = append(out, c)
			continue
		}
		if !c.Slot.Until.IsZero() {
			c.UntilForm, c.Over = c.Slot.Until.In(zone).Format(localForm), c.Slot.Over(now)
		}
		if a, ok := records[c.Slot.Article]; ok {
			c.Story = p.story(data, a, now)
		}
		if len(items) > 0 && items[0].Slot.Article == c.Slot.Article {
			items = items[1:]
		} else {
			c.Meanwhile = ruled()
		}
		out = append(out, c)
	}
	return out
}

func (p *Part) story(data *boardData, a article.Article, now time.Time) *storyView {
	v := &storyView{ID: a.ID, Headline: a.Headline, Section: p.nameOf(data, a.SectionID), Byline: a.BylineText, Picture: a.LeadMedia, At: a.FirstPublished}
	if article.Visible(&a, now) != article.Listed {
		v.State = "hidden"
		if due := a.ComesOut(); !due.IsZero() && a.Access == article.AccessOpen {
			v.State, v.At = "waits", due
		}
	}
	return v
}

const foundShown = 20

// find lists stories to put on the front: the newest, or those with the words
// of the query, and those that will come out.
func (p *Part) find(ctx context.Context, data *boardData, plan front.Plan) ([]storyView, error) {
	now := p.desk.Clock.Now()
	waiting, err := article.Waiting(ctx, p.desk.DB, 200)
	if err != nil {
		return nil, err
	}
	var out []storyView
	fits := fold.Beginnings(data.Query)
	for _, a := range waiting {
		if fits(a.Headline) && len(out) < foundShown/2 {
			out = append(out, *p.story(data, a, now))
		}
	}
	var published []article.Article
	if strings.TrimSpace(data.Query) == "" {
		scope, ref := article.ScopeSite, int64(0)
		if data.Place.ID != 0 {
			scope, ref = article.ScopeSection, data.Place.ID
		}
		published, err = p.public.List(ctx, scope, ref, article.Cursor{}, foundShown)
	} else {
		published, err = p.Search.Find(ctx, data.Query, foundShown)
	}
	for _, a := range published {
		out = append(out, *p.story(data, a, now))
	}
	hands := plan.ByHand()
	for i := range out {
		out[i].OnFront = slices.Contains(hands, out[i].ID)
	}
	return out, err
}

// conflict shows both drafts in a few words.
func (p *Part) conflict(r *web.Request, b front.Board, mine front.Plan) (*conflictView, error) {
	theirs := b.Draft.Plan
	records, err := article.Records(r.HTTP.Context(), p.desk.DB, append(theirs.ByHand(), mine.ByHand()...))
	if err != nil {
		return nil, err
	}
	v := &conflictView{By: b.Draft.Actor, At: b.Draft.Updated, Theirs: outlines(theirs, records, p.Printer(r)), Mine: outlines(mine, records, p.Printer(r))}
	same := func(x, y outline) bool {
		return x.Label == y.Label && x.Title == y.Title && slices.Equal(x.Stories, y.Stories)
	}
	for i := range v.Mine {
		v.Mine[i].Differs = i >= len(v.Theirs) || !same(v.Mine[i], v.Theirs[i])
	}
	for i := range v.Theirs {
		v.Theirs[i].Differs = i >= len(v.Mine) || v.Mine[i].Differs
	}
	return v, nil
}

func outlines(plan front.Plan, records map[int64]article.Article, words *i18n.Printer) []outline {
	var out []outline
	for _, b := range plan.Blocks {
		o := outline{Label: words.T(fmt.Sprintf("fronts.kind_%s", b.Kind)), Title: cmp.Or(b.Title, b.Storyline)}
		for _, s := range b.Slots {
			if s.Article != 0 {
				o.Stories = append(o.Stories, cmp.Or(s.Headline, records[s.Article].Headline))
			}
		}
		out = append(out, o)
	}
	return out
}

// thumbs finds the small pictures of what the board shows.
func (p *Part) thumbs(ctx context.Context, data *boardData) error {
	type want struct {
		picture int64
		to      *string
	}
	var wants []want
	for i := range data.Blocks {
		for j := range data.Blocks[i].Cards {
			if c := &data.Blocks[i].Cards[j]; c.Story != nil {
				wants = append(wants, want{cmp.Or(c.Slot.Picture, c.Story.Picture), &c.Story.Thumb})
			}
		}
	}
	for i := range data.Found {
		wants = append(wants, want{data.Found[i].Picture, &data.Found[i].Thumb})
	}
	ids := make([]int64, len(wants))
	for i, w := range wants {
		ids[i] = w.picture
	}
	found, err := p.Media.GetMany(ctx, p.desk.DB, ids)
	for _, w := range wants {
		if m, ok := found[w.picture]; ok {
			*w.to = thumb(m)
		}
	}
	return err
}

// thumb is the address of a small picture of a medium, "" when it has none.
func thumb(m media.Medium) string {
	best := media.Variant{}
	for _, v := range m.Variants {
		if (v.MIME == "image/jpeg" || v.MIME == "image/png") && v.Width >= 300 && (best.Name == "" || v.Width < best.Width) {
			best = v
		}
	}
	if best.Name == "" {
		return media.FallbackURL(m)
	}
	return m.URL(best)
}
