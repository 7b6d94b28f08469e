package edition

import (
	lru "container/list"
	"context"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"strconv"
	"strings"
	"sync"

	"dateline/internal/db"
	"dateline/internal/delivery"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
)

// The parts of an edition's readers.
const (
	partAll  = "all"
	partA    = "a"
	partB    = "b"
	partRest = "rest"
)

// mostVariants is how many letters are kept ready.
const mostVariants = 64

// variants keeps letters ready, those used last, and forgets those that show an
// article that has changed.
type variants struct {
	mu     sync.Mutex
	byKey  map[string]*lru.Element
	recent *lru.List // of *kept
	plans  map[int64]*plan
	clears int64 // how often something was forgotten
}

type kept struct {
	key     string
	variant *delivery.Variant // nil: nothing for these readers
	shows   map[string]bool
}

// plan is what a mailing sends. It does not change once the mailing has begun.
type plan struct {
	edition Edition
	part    string
	heard   []mailing // of a correction: whose readers get it; of a repeated edition: whose do not
	before  []int64
}

func newVariants() *variants {
	return &variants{byKey: map[string]*lru.Element{}, recent: lru.New(), plans: map[int64]*plan{}}
}

func (v *variants) get(key string) (*kept, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	at, ok := v.byKey[key]
	if !ok {
		return nil, false
	}
	v.recent.MoveToFront(at)
	return at.Value.(*kept), true
}

// put keeps a letter that was begun after the given number of clears, unless
// something was forgotten since.
func (v *variants) put(k *kept, since int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.clears != since {
		return
	}
	if at, ok := v.byKey[k.key]; ok {
		v.recent.Remove(at)
	}
	v.byKey[k.key] = v.recent.PushFront(k)
	for v.recent.Len() > mostVariants {
		last := v.recent.Back()
		v.recent.Remove(last)
		delete(v.byKey, last.Value.(*kept).key)
	}
}

func (v *variants) count() int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.clears
}

// purged forgets the letters that show what has changed.
func (v *variants) purged(keys []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for at := v.recent.Front(); at != nil; {
		next := at.Next()
		k := at.Value.(*kept)
		for _, key := range keys {
			if k.shows[key] || key == "*" || key == "site" {
				v.recent.Remove(at)
				delete(v.byKey, k.key)
				break
			}
		}
		at = next
	}
	v.clears++
	for _, key := range keys {
		if key == "*" || strings.HasPrefix(key, "edition:") {
			v.plans = map[int64]*plan{}
			break
		}
	}
}

// Variant returns the letter of a mailing for a reader, and the key under which
// all who get the same letter have it. A nil letter means that the reader gets
// none. It implements what the delivery asks of whoever makes its letters.
func (s *Service) Variant(ctx context.Context, mailing int64, m subscriber.Member) (string, *delivery.Variant, error) {
	p, err := s.plan(ctx, mailing)
	if err != nil {
		return "", nil, err
	}
	if bucket := bucketOf(p.edition.ID, m.ID); p.edition.Test.On() && partOf(bucket, p.edition.Test.Share) != p.part {
		return "", nil, nil
	}
	if p.edition.Kind == Correction {
		if heard, err := s.heard(ctx, p, m); err != nil || !heard {
			return "", nil, err
		}
	}
	if p.edition.Again != 0 {
		if has, err := s.has(ctx, p, m); err != nil || has {
			return "", nil, err
		}
	}
	interest := m.Interest
	if !p.edition.Kind.filtered() {
		interest = ""
	}
	key := variantKey(p.edition.ID, p.part, interest)
	if k, ok := s.variants.get(key); ok {
		return key, k.variant, nil
	}
	since := s.variants.count()
	k, err := s.make(ctx, p, key, interest)
	if err != nil {
		return "", nil, err
	}
	s.variants.put(k, since)
	return key, k.variant, nil
}

// plan reads what a mailing sends.
func (s *Service) plan(ctx context.Context, mailing int64) (*plan, error) {
	s.variants.mu.Lock()
	p := s.variants.plans[mailing]
	since := s.variants.clears
	s.variants.mu.Unlock()
	if p != nil {
		return p, nil
	}
	p = &plan{}
	var edition int64
	if err := s.DB.QueryRow(ctx, `SELECT edition_id, part FROM edition_mailing WHERE mailing_id = $1`, mailing).Scan(&edition, &p.part); err != nil {
		return nil, err
	}
	var err error
	if p.edition, err = byID(ctx, s.DB, edition); err != nil {
		return nil, err
	}
	if p.edition.Kind == Correction {
		if err := s.mistaken(ctx, p); err != nil {
			return nil, err
		}
	}
	if p.edition.Again != 0 {
		if err := s.repeated(ctx, p); err != nil {
			return nil, err
		}
	}
	s.variants.mu.Lock()
	defer s.variants.mu.Unlock()
	if s.variants.clears == since {
		s.variants.plans[mailing] = p
	}
	return p, nil
}

// make renders the letter of one choice, and keeps what its readers get.
func (s *Service) make(ctx context.Context, p *plan, key, interest string) (*kept, error) {
	c, err := s.scene(ctx, s.DB, &p.edition)
	if err != nil {
		return nil, err
	}
	conf, err := readSettings(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	c.part, c.count, c.links = p.part, conf.Counting, map[string]string{}
	if conf.Engaged {
		c.mark = s.Slots.Reader
	}
	if interest != "" {
		if c.choice, err = s.Readers.Choice(ctx, s.DB, interest); err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	out, err := c.render(s.Slots)
	if err != nil {
		return nil, err
	}
	k := &kept{key: key, shows: map[string]bool{key: true}}
	for _, it := range p.edition.Items {
		k.shows[db.Key("article", it.Article)] = true
	}
	if out.HTML == "" {
		return k, nil
	}
	k.variant = &delivery.Variant{Subject: out.Subject, From: s.from(c.n), ReplyTo: c.n.ReplyTo, Language: c.words.Locale(), Text: out.Text, HTML: out.HTML,
		ListName: c.n.Name, ListID: c.n.Slug + "." + hostOf(s.Origin())}
	return k, s.note(ctx, p, interest, out, c.links)
}

// note keeps which versions the readers of a choice get, and where the counted
// links of the letter lead.
func (s *Service) note(ctx context.Context, p *plan, interest string, out Rendered, links map[string]string) error {
	raw, err := json.Marshal(out.Items)
	if err != nil {
		return fault.New(fault.Internal, "what an edition holds: %w", err)
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// What was in the first letters that left stays on record.
		if _, err := tx.Exec(ctx, `INSERT INTO edition_variant (edition_id, interest, articles) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			p.edition.ID, interest, string(raw)); err != nil {
			return err
		}
		for name, address := range links {
			if _, err := tx.Exec(ctx, `INSERT INTO edition_link (edition_id, link, url) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, p.edition.ID, name, address); err != nil {
				return err
			}
		}
		return nil
	})
}

// bucketOf puts a reader into one of a hundred groups of an edition.
func bucketOf(edition, reader int64) int {
	h := fnv.New64a()
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(edition))
	binary.BigEndian.PutUint64(b[8:], uint64(reader))
	_, _ = h.Write(b[:])
	x := h.Sum64() // its high bits hardly depend on the last bytes: mix them
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return int(x % 100)
}

// partOf is which part of a test a group belongs to.
func partOf(bucket, share int) string {
	switch {
	case bucket < share/2:
		return partA
	case bucket < share/2*2:
		return partB
	}
	return partRest
}

func hostOf(origin string) string {
	_, host, _ := strings.Cut(origin, "://")
	host, _, _ = strings.Cut(host, ":")
	return host
}

// variantKey names the letter of one choice; interestOf reads the choice from it.
func variantKey(edition int64, part, interest string) string {
	return strconv.FormatInt(edition, 36) + "." + part + "." + interest
}

func interestOf(key string) string {
	parts := strings.SplitN(key, ".", 3)
	return parts[len(parts)-1]
}
