package front

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/internal/fault"
	"dateline/internal/taxonomy"
)

// Kind is what a block shows.
type Kind string

// The kinds of blocks.
const (
	Lead      Kind = "lead"      // the first story, large, and some beside it; by rule the pinned and the newest
	Latest    Kind = "latest"    // headlines; by rule the newest
	Section   Kind = "section"   // by rule the newest of a section
	Discussed Kind = "discussed" // by rule those with the most comments
	Picked    Kind = "picked"    // under a title of its own; by rule nothing, or the newest of Section or Storyline
	Storyline Kind = "storyline" // by rule the newest of a storyline
)

// Kinds returns every kind in the order in which the desk offers them.
func Kinds() []Kind { return []Kind{Lead, Latest, Section, Discussed, Picked, Storyline} }

// Layout is how the stories of a block stand.
type Layout string

// The layouts. The zero value is Cards.
const (
	Cards   Layout = "cards"   // side by side, each with its picture
	List    Layout = "list"    // headlines under each other
	Picture Layout = "picture" // the first with a large picture, the others as headlines beside it
)

// Layouts returns every layout.
func Layouts() []Layout { return []Layout{Cards, List, Picture} }

// Size is how much room a story takes. The zero value leaves it to its place.
type Size string

// The sizes.
const (
	Large  Size = "large"
	Medium Size = "medium"
	Small  Size = "small" // no picture, no standfirst
)

// Sizes returns every size, the smallest first.
func Sizes() []Size { return []Size{Small, Medium, Large} }

// Slot is one place of a block. Article 0 leaves it to the rule.
type Slot struct {
	Article    int64     `json:"article,omitempty"`
	Headline   string    `json:"headline,omitempty"`   // here only; "" is the article's own
	Standfirst string    `json:"standfirst,omitempty"` // here only; "" is the article's own
	Picture    int64     `json:"picture,omitempty"`    // here only; 0 is the article's own
	Size       Size      `json:"size,omitempty"`
	Until      time.Time `json:"until,omitzero"` // leaves the front then
}

// Over tells whether the story has left the front at a time.
func (s Slot) Over(now time.Time) bool { return !s.Until.IsZero() && !s.Until.After(now) }

// Block is a part of a front.
type Block struct {
	ID        string `json:"id"` // names the block within its plan
	Kind      Kind   `json:"kind"`
	Title     string `json:"title,omitempty"`   // "" is the kind's or section's own
	Section   int64  `json:"section,omitempty"` // of Section and Picked
	Storyline string `json:"storyline,omitempty"`
	Count     int    `json:"count"` // stories, the lead included
	Layout    Layout `json:"layout,omitempty"`
	Slots     []Slot `json:"slots,omitempty"` // those beyond are filled by rule
}

// Plan is the arrangement of a front.
type Plan struct {
	Auto   bool    `json:"auto,omitempty"` // the front makes itself; no blocks
	Blocks []Block `json:"blocks,omitempty"`

	// sections is how many section blocks show at most; 0 for all.
	sections int
}

// The bounds of plans.
const (
	MaxBlocks   = 24
	MaxCount    = 24
	maxTitle    = 120
	maxHeadline = 300
	maxWords    = 1000
)

// The front that makes itself.
const (
	autoLead      = 5
	autoLatest    = 12
	autoDiscussed = 5
	autoSections  = 8
	autoCount     = 4
)

// Automatic is the plan of a front that nobody arranged: the lead, the latest,
// a block for each of the first top sections that have stories, the most
// discussed. A section's own is empty: its list is its front.
func Automatic(place int64, tops []taxonomy.Section) Plan {
	if place != 0 {
		return Plan{Auto: true}
	}
	p := Plan{Auto: true, sections: autoSections}
	add := func(b Block) {
		b.ID = p.NextID()
		p.Blocks = append(p.Blocks, b)
	}
	add(Block{Kind: Lead, Count: autoLead})
	add(Block{Kind: Latest, Count: autoLatest})
	for _, s := range tops[:min(len(tops), MaxBlocks-3)] {
		add(Block{Kind: Section, Section: s.ID, Count: autoCount})
	}
	add(Block{Kind: Discussed, Count: autoDiscussed})
	return p
}

// NextID is a name for a further block.
func (p *Plan) NextID() string {
	for n := len(p.Blocks) + 1; ; n++ {
		id := "b" + strconv.Itoa(n)
		if p.Block(id) == nil {
			return id
		}
	}
}

// Block returns the block of an id, nil for none.
func (p *Plan) Block(id string) *Block {
	for i := range p.Blocks {
		if p.Blocks[i].ID == id {
			return &p.Blocks[i]
		}
	}
	return nil
}

// ByHand returns the articles that slots name, in the plan's order.
func (p *Plan) ByHand() []int64 {
	var ids []int64
	for _, b := range p.Blocks {
		for _, s := range b.Slots {
			if s.Article != 0 {
				ids = append(ids, s.Article)
			}
		}
	}
	return ids
}

// Pictures returns the pictures that slots bring along.
func (p *Plan) Pictures() []int64 {
	var ids []int64
	for _, b := range p.Blocks {
		for _, s := range b.Slots {
			if s.Article != 0 && s.Picture != 0 {
				ids = append(ids, s.Picture)
			}
		}
	}
	return ids
}

// Tidy puts a plan into its normal form and refuses what no front can be.
func (p *Plan) Tidy(place int64) error {
	if p.Auto {
		*p = Plan{Auto: true}
		return nil
	}
	if len(p.Blocks) == 0 {
		return fault.New(fault.Invalid, "the front has no blocks").WithHint("add a block, or let the front make itself of the newest")
	}
	if len(p.Blocks) > MaxBlocks {
		return fault.New(fault.Invalid, "a front has at most %d blocks", MaxBlocks)
	}
	once := map[Kind]bool{}
	ids := map[string]bool{}
	stories := map[int64]bool{}
	for i := range p.Blocks {
		b := &p.Blocks[i]
		if b.ID == "" || ids[b.ID] || len(b.ID) > 8 || strings.ContainsFunc(b.ID, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
			return fault.New(fault.Invalid, "block %d of the front has no name of its own", i+1)
		}
		ids[b.ID] = true
		if b.Kind == Lead && i != 0 {
			return fault.New(fault.Invalid, "the lead stands first on a front").WithHint("move it to the top, or remove it")
		}
		if (b.Kind == Lead || b.Kind == Latest || b.Kind == Discussed) && once[b.Kind] {
			return fault.New(fault.Invalid, "a front has the block %q once", b.Kind)
		}
		once[b.Kind] = true
		if err := b.tidy(place, stories); err != nil {
			return err
		}
	}
	return nil
}

func (b *Block) tidy(place int64, stories map[int64]bool) error {
	b.Title, b.Storyline = strings.Join(strings.Fields(b.Title), " "), strings.Join(strings.Fields(b.Storyline), " ")
	if utf8.RuneCountInString(b.Title) > maxTitle {
		return fault.New(fault.Invalid, "the title of a block has at most %d characters", maxTitle)
	}
	switch b.Kind {
	case Lead, Discussed:
		b.Section, b.Storyline = 0, ""
	case Latest:
		if place != 0 {
			return fault.New(fault.Invalid, "the latest of a section stand in its list, below the front")
		}
		b.Section, b.Storyline = 0, ""
	case Section:
		if b.Section == 0 {
			return fault.New(fault.Invalid, "choose the section that the block shows")
		}
		b.Storyline = ""
	case Picked:
		if b.Title == "" {
			return fault.New(fault.Invalid, "a block of picked stories needs a title")
		}
	case Storyline:
		if b.Storyline == "" {
			return fault.New(fault.Invalid, "name the storyline that the block shows")
		}
		b.Section = 0
	default:
		return fault.New(fault.Invalid, "there is no block of the kind %q", b.Kind)
	}
	switch b.Layout {
	case "":
		b.Layout = Cards
	case Cards, List, Picture:
	default:
		return fault.New(fault.Invalid, "there is no layout %q", b.Layout)
	}
	if b.Kind == Lead || b.Kind == Latest || b.Kind == Discussed {
		b.Layout = ""
	}
	for len(b.Slots) > 0 && b.Slots[len(b.Slots)-1].Article == 0 {
		b.Slots = b.Slots[:len(b.Slots)-1]
	}
	b.Count = max(b.Count, len(b.Slots))
	if b.Count < 1 || b.Count > MaxCount {
		return fault.New(fault.Invalid, "a block has 1 to %d stories", MaxCount)
	}
	for i := range b.Slots {
		if err := b.Slots[i].tidy(stories); err != nil {
			return err
		}
	}
	return nil
}

func (s *Slot) tidy(stories map[int64]bool) error {
	if s.Article == 0 {
		*s = Slot{}
		return nil
	}
	if stories[s.Article] {
		return fault.New(fault.Invalid, "a story stands twice on the front").WithHint("remove it from one of its places")
	}
	stories[s.Article] = true
	s.Headline, s.Standfirst = strings.Join(strings.Fields(s.Headline), " "), strings.Join(strings.Fields(s.Standfirst), " ")
	if utf8.RuneCountInString(s.Headline) > maxHeadline || utf8.RuneCountInString(s.Standfirst) > maxWords {
		return fault.New(fault.Invalid, "a headline for a place has at most %d characters, a standfirst %d", maxHeadline, maxWords)
	}
	switch s.Size {
	case "", Large, Medium, Small:
		return nil
	}
	return fault.New(fault.Invalid, "there is no size %q", s.Size)
}
