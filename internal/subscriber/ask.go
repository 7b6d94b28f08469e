package subscriber

import (
	"context"
	"encoding/json"
	"net/netip"
	"time"

	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/id"
	"dateline/internal/job"
	"dateline/internal/throttle"
)

// The kinds of jobs.
const (
	JobAsked  = "subscriber.asked"
	JobLetter = "subscriber.letter"
	JobTidy   = "subscriber.tidy"
)

// Consent is what somebody saw and did: the proof of a sign-up.
type Consent struct {
	Page   string     // path of the page
	Text   string     // that stood beside the button, word for word
	Client netip.Addr // of which the network alone is kept
}

// Wish is a sign-up as it came in.
type Wish struct {
	Address  string
	Picks    []Pick // none: the first newsletter in its first rhythm
	Language string // of the letters; "" for the site's
	Consent  Consent
}

// asking is the sealed payload of JobAsked.
type asking struct {
	Address  string `json:"address"`
	Picks    []Pick `json:"picks"`
	Language string `json:"language,omitempty"`
	Page     string `json:"page,omitempty"`
	Text     string `json:"text,omitempty"`
	Origin   string `json:"origin,omitempty"`
}

type sealed struct {
	Sealed string `json:"sealed"`
}

// Hurried tells whether a network has sent so many sign-ups in a short while
// that the form should be asked for again, with its age. It spends one.
func (s *Service) Hurried(client netip.Addr) bool {
	_, calm := s.guards.Take("calm "+throttle.Network(client, 24, 64), calmEvery, calmBurst)
	return !calm
}

// Unworked tells whether one more sign-up may come without the work that the
// site asks of browsers. It spends one of all that come so.
func (s *Service) Unworked() bool {
	_, ok := s.guards.Take("unworked", unworkedEvery, unworkedBurst)
	return ok
}

// Subscribe takes a wish. It answers and works the same whoever the address
// belongs to. What is wrong with the wish itself is one of the Err… reasons.
func (s *Service) Subscribe(ctx context.Context, w Wish) error {
	if !s.Mails() {
		return fault.New(fault.Unavailable, "this site sends no mail yet: %w", ErrNoMail).WithHint("set smtp_host and mail_from; docs/manual/configuration.md describes them")
	}
	a, err := parseAddress(w.Address)
	if err != nil {
		return err
	}
	if disposable(a.Domain) {
		return fault.New(fault.Invalid, "addresses at %s last for minutes: %w", a.Domain, ErrDisposable).WithHint("use one that you read")
	}
	picks, err := s.pickable(ctx, w.Picks)
	if err != nil {
		return err
	}
	if !i18n.Knows(w.Language) {
		w.Language = ""
	}
	if _, ok := s.guards.Take("ask "+throttle.Network(w.Consent.Client, 24, 64), networkEvery, networkBurst); !ok {
		return fault.New(fault.TooMany, "many people have signed up from your network just now: %w", ErrTooMany).WithHint("try again in a quarter of an hour")
	}
	raw, err := json.Marshal(asking{a.Written, picks, w.Language, clip(oneLine(w.Consent.Page), mostPage), clip(w.Consent.Text, mostText), originOf(w.Consent.Client)})
	if err != nil {
		return fault.New(fault.Internal, "sign-up: %w", err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.ask(ctx, tx, a, raw, time.Time{})
	})
}

const (
	mostPage = 300
	mostText = 2000
)

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// ask puts a wish into the queue; a newer one of the same address replaces one
// that waits.
func (s *Service) ask(ctx context.Context, tx *db.Tx, a address, raw []byte, at time.Time) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobAsked, Key: s.index(a), Payload: sealed{s.vault.Seal(purposeJob, string(raw))}, RunAt: at})
}

// pickable checks what was chosen against what is on offer.
func (s *Service) pickable(ctx context.Context, picks []Pick) ([]Pick, error) {
	offered, err := s.Offered(ctx)
	if err != nil {
		return nil, err
	}
	if len(offered) == 0 {
		return nil, fault.New(fault.Invalid, "no newsletter takes readers at present: %w", ErrClosed)
	}
	if len(picks) == 0 {
		return []Pick{{Newsletter: offered[0].ID, Rhythm: offered[0].Rhythms[0]}}, nil
	}
	return checkPicks(offered, nil, picks)
}

// checkPicks takes picks of what is on offer, or that the reader has already.
func checkPicks(offered []Newsletter, had []subscription, picks []Pick) ([]Pick, error) {
	var out []Pick
	seen := map[int64]bool{}
	for _, p := range picks {
		if seen[p.Newsletter] {
			continue
		}
		seen[p.Newsletter] = true
		ok := false
		for i := range offered {
			n := &offered[i]
			if n.ID != p.Newsletter {
				continue
			}
			if p.Rhythm == "" {
				p.Rhythm = n.Rhythms[0]
			}
			ok = n.Open && n.Offers(p.Rhythm)
		}
		for _, h := range had {
			ok = ok || h.active && h.newsletter == p.Newsletter && (h.rhythm == p.Rhythm || p.Rhythm == "")
			if h.newsletter == p.Newsletter && p.Rhythm == "" {
				p.Rhythm = h.rhythm
			}
		}
		if !ok {
			return nil, fault.New(fault.Invalid, "this newsletter is not on offer in that rhythm: %w", ErrClosed).WithHint("choose one of the list")
		}
		var err error
		if p.Interests, err = normal(p.Interests); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// HandleAsked finds out what follows from a wish.
func (s *Service) HandleAsked(ctx context.Context, payload []byte) error {
	var in sealed
	var wish asking
	err := json.Unmarshal(payload, &in)
	text := ""
	if err == nil {
		text, err = s.vault.Open(purposeJob, in.Sealed)
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &wish)
	}
	var a address
	if err == nil {
		a, err = parseAddress(wish.Address)
	}
	if err != nil {
		return job.GiveUp(fault.New(fault.Internal, "the sign-up's job cannot be read"))
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.asked(ctx, tx, a, wish, []byte(text)) })
}

func (s *Service) asked(ctx context.Context, tx *db.Tx, a address, wish asking, raw []byte) error {
	if why, err := s.suppressed(ctx, tx, s.index(a)); err != nil || why == WhyNever || why == WhyComplained {
		return err
	}
	r, err := s.byIndex(ctx, tx, s.index(a))
	known := err == nil
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	kind := letterConfirm
	if known && r.State == Active {
		kind = letterWay
	}
	wait, ok, err := s.mayWrite(ctx, tx, a, kind)
	if err != nil || !ok {
		return err
	}
	if wait > 0 {
		return s.ask(ctx, tx, a, raw, s.clock.Now().Add(wait))
	}
	if kind == letterWay {
		return s.post1(ctx, tx, letter{Kind: letterWay, Subscriber: r.ID, Language: wish.Language})
	}
	if r, err = s.pend(ctx, tx, r, a, wish); err != nil {
		return err
	}
	return s.post1(ctx, tx, letter{Kind: letterConfirm, Subscriber: r.ID, Stamp: r.ask})
}

// pend writes a sign-up down, to be confirmed. r is who had the address before.
func (s *Service) pend(ctx context.Context, tx *db.Tx, r Reader, a address, wish asking) (Reader, error) {
	now := s.now()
	if err := EnsurePreset(ctx, tx, s.clock.Now()); err != nil {
		return r, err
	}
	if r.ID == 0 {
		r.ID = id.New()
	}
	r.ask = now
	_, err := tx.Exec(ctx, `INSERT INTO subscriber (id, address, address_index, state, language, source, ask, created_at, updated_at)
		VALUES ($1, $2, $3, 'pending', $4, $5, $6, $6, $6)
		ON CONFLICT (id) DO UPDATE SET address = excluded.address, state = 'pending', language = excluded.language, ask = excluded.ask, updated_at = excluded.updated_at`,
		r.ID, s.vault.Seal(purposeAddress, a.Written), s.index(a), wish.Language, SourceSite, now)
	if err != nil {
		return r, err
	}
	if err := s.wish(ctx, tx, r.ID, wish.Picks); err != nil {
		return r, err
	}
	if err := s.consent(ctx, tx, r.ID, "asked", wish.Page, wish.Text, wish.Origin, wish.Picks); err != nil {
		return r, err
	}
	return r, audit.Record(ctx, tx, s.clock.Now(), actorReader, "sign up", "subscriber", r.ID, nil)
}

// actorReader is the actor of what readers do themselves.
const actorReader = "reader"

// consent writes what a reader agreed to; detail is kept as JSON.
func (s *Service) consent(ctx context.Context, tx *db.Tx, subscriber int64, what, page, text, origin string, detail any) error {
	raw := ""
	if detail != nil {
		b, err := json.Marshal(detail)
		if err != nil {
			return fault.New(fault.Internal, "consent: %w", err)
		}
		raw = string(b)
	}
	_, err := tx.Exec(ctx, `INSERT INTO consent (id, subscriber_id, at, what, page, text, detail, origin) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id.New(), subscriber, s.now(), what, page, text, raw, origin)
	return err
}

// agreed is consent of somebody at a page.
func (s *Service) agreed(ctx context.Context, tx *db.Tx, subscriber int64, what string, c Consent, detail any) error {
	return s.consent(ctx, tx, subscriber, what, clip(oneLine(c.Page), mostPage), clip(c.Text, mostText), originOf(c.Client), detail)
}
