package fronts

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/fault"
	"dateline/internal/front"
)

// form is the board as a browser sends it. Order is the order of its fields:
// "block" names the blocks, "b2.slot" the articles of block b2, 0 for a place
// that the rule fills; "s17.headline" belongs to article 17.
type form struct {
	values url.Values
	place  int64
	zone   *time.Location
}

// read makes a plan of the fields.
func (f form) read() (front.Plan, error) {
	var p front.Plan
	for _, name := range f.values["block"] {
		get := func(field string) string { return f.values.Get(name + "." + field) }
		b := front.Block{ID: name, Kind: front.Kind(get("kind")), Title: get("title"), Storyline: get("storyline"), Layout: front.Layout(get("layout"))}
		var err error
		if b.Section, err = number(get("section")); err != nil {
			return p, err
		}
		if b.Count, err = strconv.Atoi(get("count")); err != nil {
			return p, fault.New(fault.Invalid, "how many stories a block has is a number, not %q", get("count"))
		}
		for _, one := range f.values[name+".slot"] {
			s, err := f.slot(one)
			if err != nil {
				return p, err
			}
			b.Slots = append(b.Slots, s)
		}
		// A block that was made shorter keeps its first places.
		b.Slots = b.Slots[:min(len(b.Slots), max(b.Count, 0))]
		p.Blocks = append(p.Blocks, b)
	}
	return p, nil
}

func (f form) slot(text string) (s front.Slot, err error) {
	if s.Article, err = number(text); err != nil || s.Article == 0 {
		return s, err
	}
	get := func(field string) string { return f.values.Get("s" + text + "." + field) }
	s.Headline, s.Standfirst, s.Size = get("headline"), get("standfirst"), front.Size(get("size"))
	if s.Picture, err = number(get("picture")); err != nil {
		return s, err
	}
	s.Until, err = localTime(get("until"), f.zone)
	return s, err
}

func number(text string) (int64, error) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.New(fault.Invalid, "%q is not the number of anything here", text)
	}
	return n, nil
}

// do changes the plan as the button says. It returns what follows: "publish",
// "look", "automatic", the id of the element to return to, or "".
func (f form) do(p *front.Plan) (then string, err error) {
	verb, rest, _ := strings.Cut(f.values.Get("do"), ":")
	args := strings.Split(rest, ":")
	arg := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	switch verb {
	case "", "save":
		return "", nil
	case "publish", "look", "automatic":
		return verb, nil
	case "search":
		return "find", nil
	case "new":
		return f.newBlock(p)
	case "up", "down", "remove":
		return moveBlock(p, verb, arg(0))
	case "move": // move:b2:4 puts block b2 at the fifth place
		return moveTo(p, arg(0), arg(1))
	}
	story, err := number(arg(0))
	if err != nil || story == 0 {
		return "", fault.New(fault.Invalid, "that button is not known")
	}
	switch verb {
	case "add": // at the top of the block that is chosen beside the search
		return put(p, take(p, story), f.values.Get("target"), 0)
	case "put": // put:17:b2:1 puts article 17 at the second place of b2
		i, err := strconv.Atoi(arg(2))
		if err != nil {
			return "", fault.New(fault.Invalid, "that button is not known")
		}
		return put(p, take(p, story), arg(1), i)
	case "earlier", "later":
		return step(p, story, verb == "earlier")
	case "drop":
		return drop(p, story)
	case "size":
		return size(p, story, front.Size(arg(1)))
	}
	return "", fault.New(fault.Invalid, "that button is not known")
}

// newBlock adds a block of the kind that is chosen, before the most discussed
// if that stands last.
func (f form) newBlock(p *front.Plan) (string, error) {
	b := front.Block{ID: p.NextID(), Kind: front.Kind(f.values.Get("kind")), Count: 4, Title: f.values.Get("new_title"), Storyline: f.values.Get("new_storyline")}
	var err error
	if b.Section, err = number(f.values.Get("new_section")); err != nil {
		return "", err
	}
	switch b.Kind {
	case front.Lead:
		b.Count = 5
		p.Blocks = slices.Insert(p.Blocks, 0, b)
		return b.ID, nil
	case front.Latest:
		b.Count = 12
		i := 0
		if len(p.Blocks) > 0 && p.Blocks[0].Kind == front.Lead {
			i = 1
		}
		p.Blocks = slices.Insert(p.Blocks, i, b)
		return b.ID, nil
	case front.Discussed:
		b.Count = 5
	}
	end := len(p.Blocks)
	if end > 0 && p.Blocks[end-1].Kind == front.Discussed && b.Kind != front.Discussed {
		end--
	}
	p.Blocks = slices.Insert(p.Blocks, end, b)
	return b.ID, nil
}

func blockAt(p *front.Plan, id string) (int, error) {
	i := slices.IndexFunc(p.Blocks, func(b front.Block) bool { return b.ID == id })
	if i < 0 {
		return 0, fault.New(fault.Invalid, "that block is not on the front any more")
	}
	return i, nil
}

func moveBlock(p *front.Plan, verb, id string) (string, error) {
	i, err := blockAt(p, id)
	if err != nil {
		return "", err
	}
	if verb == "remove" {
		p.Blocks = slices.Delete(p.Blocks, i, i+1)
		if len(p.Blocks) == 0 {
			return "", nil
		}
		return p.Blocks[max(i-1, 0)].ID, nil
	}
	return relocate(p, i, i+map[string]int{"up": -1, "down": 1}[verb]), nil
}

func moveTo(p *front.Plan, id, to string) (string, error) {
	i, err := blockAt(p, id)
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(to)
	if err != nil {
		return "", fault.New(fault.Invalid, "that button is not known")
	}
	return relocate(p, i, n), nil
}

// relocate moves a block; nothing goes above the lead.
func relocate(p *front.Plan, from, to int) string {
	b := p.Blocks[from]
	lowest := 0
	if p.Blocks[0].Kind == front.Lead {
		lowest = 1
	}
	if b.Kind == front.Lead {
		return b.ID
	}
	to = min(max(to, lowest), len(p.Blocks)-1)
	p.Blocks = slices.Insert(slices.Delete(p.Blocks, from, from+1), to, b)
	return b.ID
}

// find returns where a story stands by hand.
func find(p *front.Plan, story int64) (block, place int, ok bool) {
	for i, b := range p.Blocks {
		for j, s := range b.Slots {
			if s.Article == story {
				return i, j, true
			}
		}
	}
	return 0, 0, false
}

// take removes a story from the plan and returns its slot, a plain one when it
// stood nowhere by hand. Those behind it move up.
func take(p *front.Plan, story int64) front.Slot {
	i, j, ok := find(p, story)
	if !ok {
		return front.Slot{Article: story}
	}
	b := &p.Blocks[i]
	s := b.Slots[j]
	b.Slots = slices.Delete(b.Slots, j, j+1)
	return s
}

// put sets a story at a place of a block. A place that the rule fills is taken;
// stories chosen by hand move down, into the next place that the rule fills.
func put(p *front.Plan, s front.Slot, id string, place int) (string, error) {
	i, err := blockAt(p, id)
	if err != nil {
		return "", err
	}
	b := &p.Blocks[i]
	place = min(max(place, 0), front.MaxCount-1)
	for len(b.Slots) <= place {
		b.Slots = append(b.Slots, front.Slot{})
	}
	if free := slices.IndexFunc(b.Slots[place:], func(s front.Slot) bool { return s.Article == 0 }); free >= 0 {
		b.Slots = slices.Delete(b.Slots, place+free, place+free+1)
	}
	b.Slots = slices.Insert(b.Slots, place, s)
	b.Count = max(b.Count, len(b.Slots))
	return anchor(s.Article), nil
}

func anchor(story int64) string { return "story-" + strconv.FormatInt(story, 10) }

// step moves a story one place earlier or later, into the neighbouring block at
// the end of its own.
func step(p *front.Plan, story int64, earlier bool) (string, error) {
	i, j, ok := find(p, story)
	if !ok {
		return "", fault.New(fault.Invalid, "that story is not on the front any more")
	}
	b := &p.Blocks[i]
	switch {
	case earlier && j > 0:
		b.Slots[j-1], b.Slots[j] = b.Slots[j], b.Slots[j-1]
	case !earlier && j+1 < b.Count:
		if j+1 == len(b.Slots) {
			b.Slots = append(b.Slots, front.Slot{})
		}
		b.Slots[j], b.Slots[j+1] = b.Slots[j+1], b.Slots[j]
	case earlier && i > 0:
		return put(p, take(p, story), p.Blocks[i-1].ID, p.Blocks[i-1].Count-1)
	case !earlier && i+1 < len(p.Blocks):
		return put(p, take(p, story), p.Blocks[i+1].ID, 0)
	}
	return anchor(story), nil
}

func drop(p *front.Plan, story int64) (string, error) {
	i, j, ok := find(p, story)
	if !ok {
		return "", nil
	}
	p.Blocks[i].Slots = slices.Delete(p.Blocks[i].Slots, j, j+1)
	return p.Blocks[i].ID, nil
}

func size(p *front.Plan, story int64, s front.Size) (string, error) {
	if i, j, ok := find(p, story); ok {
		p.Blocks[i].Slots[j].Size = s
	}
	return anchor(story), nil
}
