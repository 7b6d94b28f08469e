package delivery

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"dateline/internal/delivery/letter"
)

// bodies keeps built variants, those used last, within a budget of memory.
type bodies struct {
	most int

	mu   sync.Mutex
	kept map[bodyKey]*keptBody
	size int
	tick int64
}

type bodyKey struct {
	mailing int64
	planned time.Time
	variant string
}

type keptBody struct {
	once sync.Once
	body *letter.Body
	err  error
	used int64
	size int
}

func newBodies(most int) *bodies { return &bodies{most: most, kept: map[bodyKey]*keptBody{}} }

// get returns what is kept under a key, made by build when it is new.
func (b *bodies) get(key bodyKey, build func() (*letter.Body, error)) (*letter.Body, error) {
	b.mu.Lock()
	b.tick++
	one := b.kept[key]
	if one == nil {
		one = &keptBody{}
		b.kept[key] = one
	}
	one.used = b.tick
	b.mu.Unlock()
	one.once.Do(func() {
		one.body, one.err = build()
		b.mu.Lock()
		defer b.mu.Unlock()
		if one.err != nil {
			delete(b.kept, key)
			return
		}
		one.size = one.body.Size()
		b.size += one.size
		b.shrink(one)
	})
	return one.body, one.err
}

// shrink drops what was used longest ago.
func (b *bodies) shrink(but *keptBody) {
	for b.size > b.most {
		var oldest bodyKey
		var found *keptBody
		for key, one := range b.kept {
			if one != but && one.size > 0 && (found == nil || one.used < found.used) {
				oldest, found = key, one
			}
		}
		if found == nil {
			return
		}
		b.size -= found.size
		delete(b.kept, oldest)
	}
}

// body returns a variant of a mailing, built and ready to sign. The date in it
// is the planned one, so that a letter sent again is the same.
func (r *Runner) body(ctx context.Context, m active, planned time.Time, key string, v *Variant) (*letter.Body, error) {
	return r.bodies.get(bodyKey{m.id, planned, key}, func() (*letter.Body, error) {
		domain := strings.ToLower(v.From.Address[strings.LastIndexByte(v.From.Address, '@')+1:])
		keys, err := r.keys.of(ctx, domain)
		if err != nil {
			return nil, err
		}
		return letter.Build(*v, letter.Options{Date: planned, Keys: keys, Feedback: feedback(m, domain), Metadata: r.s.Metadata})
	})
}

// feedback is the Feedback-ID, by which providers count complaints: mailing,
// newsletter, kind, and a name of the sender of at most 15 characters.
func feedback(m active, domain string) string {
	sender := strings.ReplaceAll(domain, ".", "-")
	return strconv.FormatInt(m.id, 36) + ":" + strconv.FormatInt(m.newsletter, 36) + ":newsletter:" + sender[max(0, len(sender)-15):]
}
