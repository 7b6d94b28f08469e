package subscriber

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
)

// A batch goes to PostgreSQL as JSON, one statement a table: a thousand rows
// cost a handful of round trips. SQLite has none to save and reads JSON slowly;
// it gets the rows of most tables as values, some dozens in a statement (see
// bulkrows.go).

// table writes rows as an object, whose keys nobody reads: json_each of
// PostgreSQL takes objects alone.
func table[T any](rows []T) (string, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, row := range rows {
		raw, err := json.Marshal(row)
		if err != nil {
			return "", fault.New(fault.Internal, "batch of readers: %w", err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Quote(strconv.Itoa(i)) + ":")
		b.Write(raw)
	}
	b.WriteByte('}')
	return b.String(), nil
}

// keysOf writes keys as an object for "SELECT key FROM json_each($1)".
func keysOf(keys []string) (string, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, key := range keys {
		raw, err := json.Marshal(key)
		if err != nil {
			return "", fault.New(fault.Internal, "batch of readers: %w", err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(raw)
		b.WriteString(":0")
	}
	b.WriteByte('}')
	return b.String(), nil
}

// load reads what is known of everybody in the batch.
func (b *Bulk) load(ctx context.Context, q db.Querier, plans map[string]*bulkPlan) error {
	asked, err := keysOf(slices.Collect(maps.Keys(plans)))
	if err != nil {
		return err
	}
	type found struct {
		index string
		bulkPerson
	}
	rows, err := q.Query(ctx, `SELECT id, address_index, state, CASE name WHEN '' THEN 0 ELSE 1 END, CASE language WHEN '' THEN 0 ELSE 1 END, CASE zone WHEN '' THEN 0 ELSE 1 END
		FROM subscriber WHERE address_index IN (SELECT key FROM json_each($1))`, asked)
	known, err := db.All(rows, err, func(r *sql.Rows) (one found, err error) {
		err = r.Scan(&one.id, &one.index, &one.state, &one.name, &one.language, &one.zone)
		return one, err
	})
	if err != nil {
		return err
	}
	byID := map[int64]*bulkPlan{}
	for _, one := range known {
		plans[one.index].was = one.bulkPerson
		byID[one.id] = plans[one.index]
	}
	if err := b.loadSubscriptions(ctx, q, byID); err != nil {
		return err
	}
	type barred struct {
		index string
		why   Why
	}
	rows, err = q.Query(ctx, `SELECT address_index, why FROM suppression WHERE address_index IN (SELECT key FROM json_each($1))`, asked)
	bars, err := db.All(rows, err, func(r *sql.Rows) (one barred, err error) {
		err = r.Scan(&one.index, &one.why)
		return one, err
	})
	for _, one := range bars {
		plans[one.index].was.why = one.why
	}
	return err
}

func (b *Bulk) loadSubscriptions(ctx context.Context, q db.Querier, plans map[int64]*bulkPlan) error {
	if len(plans) == 0 {
		return nil
	}
	keys := make([]string, 0, len(plans))
	for one := range plans {
		keys = append(keys, strconv.FormatInt(one, 10))
	}
	asked, err := keysOf(keys)
	if err != nil {
		return err
	}
	type found struct{ subscriber, newsletter, until int64 }
	rows, err := q.Query(ctx, `SELECT subscriber_id, newsletter_id, until FROM subscription
		WHERE subscriber_id IN (SELECT CAST(key AS BIGINT) FROM json_each($1))`, asked)
	all, err := db.All(rows, err, func(r *sql.Rows) (one found, err error) {
		err = r.Scan(&one.subscriber, &one.newsletter, &one.until)
		return one, err
	})
	for _, one := range all {
		bit := b.bits([]int64{one.newsletter})
		if one.until == 0 {
			plans[one.subscriber].was.reads |= bit
		} else {
			plans[one.subscriber].was.gone |= bit
		}
	}
	return err
}

type personRow struct {
	ID        int64  `json:"i"`
	Address   string `json:"a,omitempty"`
	Index     string `json:"x,omitempty"`
	Name      string `json:"n"`
	State     State  `json:"s"`
	Language  string `json:"l"`
	Zone      string `json:"z"`
	Created   int64  `json:"c"`
	Confirmed int64  `json:"f"`
	Ended     int64  `json:"e"`
}

type readsRow struct {
	ID         int64  `json:"i"`
	Newsletter int64  `json:"n"`
	Rhythm     string `json:"r"`
	Interest   string `json:"k"`
	Active     int64  `json:"a"`
	Since      int64  `json:"s"`
	Until      int64  `json:"u"`
}

type consentRow struct {
	ID         int64  `json:"i"`
	Subscriber int64  `json:"r"`
	What       string `json:"w"`
	Detail     string `json:"d"`
	Origin     string `json:"o"`
}

type barRow struct {
	Index string `json:"x"`
	Why   Why    `json:"w"`
}

// bulkRows are the rows of a batch.
type bulkRows struct {
	added, changed []personRow
	reads          []readsRow
	consents       []consentRow
	bars           []barRow
	counts         map[int64]int64 // newsletter → more readers
	active         int64           // more of them
}

// write makes the plans so; changed tells whether there was anything to do.
func (b *Bulk) write(ctx context.Context, tx *db.Tx, plans []*bulkPlan) (changed bool, err error) {
	rows := bulkRows{counts: map[int64]int64{}}
	for _, p := range plans {
		if p.was == p.now {
			continue
		}
		changed = true
		if p.ask {
			if err := b.askFor(ctx, tx, p); err != nil {
				return false, err
			}
			continue
		}
		if err := b.rows(ctx, tx, &rows, p); err != nil {
			return false, err
		}
	}
	if !changed {
		return false, nil
	}
	if err := EnsurePreset(ctx, tx, b.s.clock.Now()); err != nil {
		return false, err
	}
	return true, b.store(ctx, tx, &rows)
}

// rows adds the rows of one plan.
func (b *Bulk) rows(ctx context.Context, tx *db.Tx, to *bulkRows, p *bulkPlan) error {
	now := b.s.now()
	if p.now.why != p.was.why {
		to.bars = append(to.bars, barRow{p.index, p.now.why})
	}
	if p.now.state == "" {
		return nil
	}
	row := personRow{ID: p.now.id, Name: b.s.sealName(p.name), State: p.now.state, Language: p.language, Zone: p.zone,
		Created: past(db.Micros(p.row.Created), now), Confirmed: past(db.Micros(p.row.Confirmed), now)}
	if row.Created == 0 {
		row.Created = now
	}
	if p.now.state != Active {
		row.Confirmed = 0
	} else if row.Confirmed == 0 && p.was.state != Active {
		row.Confirmed = row.Created
	}
	if p.now.state != Active && p.now.state != Pending {
		row.Ended = now
	}
	if p.was.state == "" {
		row.Address, row.Index = b.s.vault.Seal(purposeAddress, p.address.Written), p.index
		to.added = append(to.added, row)
	} else {
		to.changed = append(to.changed, row)
	}
	for _, c := range p.consents {
		to.consents = append(to.consents, consentRow{id.New(), p.now.id, c.what, c.detail, c.origin})
	}
	return b.subscriptions(ctx, tx, to, p, row.Created, now)
}

// past is a time that is not after now, else 0.
func past(at, now int64) int64 {
	if at < 0 || at > now {
		return 0
	}
	return at
}

func (b *Bulk) subscriptions(ctx context.Context, tx *db.Tx, to *bulkRows, p *bulkPlan, since, now int64) error {
	had, has := p.was.reads, p.now.reads
	if p.was.state != Active {
		had = 0
	}
	if p.now.state != Active {
		has = 0
	} else if p.was.state != Active {
		to.active++
	}
	if p.was.state == Active && p.now.state != Active {
		to.active--
	}
	if p.was.state != "" {
		since = now
	}
	for rest := (p.was.reads ^ p.now.reads) | (had ^ has); rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		bit := uint64(1) << i
		n := &b.newsletters[i]
		row := readsRow{ID: p.now.id, Newsletter: n.ID, Rhythm: n.Rhythms[0], Since: since}
		if pick, said := p.picks[n.ID]; said {
			var err error
			if row.Rhythm, row.Interest, err = b.choice(ctx, tx, pick); err != nil {
				return err
			}
		}
		if has&bit != 0 {
			row.Active = 1
		}
		if p.now.reads&bit == 0 {
			row.Until = now
		}
		to.reads = append(to.reads, row)
		if had&bit != 0 {
			to.counts[n.ID]--
		}
		if has&bit != 0 {
			to.counts[n.ID]++
		}
	}
	return nil
}

// choice stores a choice of sections, authors and storylines, those of them
// that are here; everything when none is.
func (b *Bulk) choice(ctx context.Context, tx *db.Tx, p Pick) (rhythm, key string, err error) {
	if len(p.Interests) == 0 {
		return p.Rhythm, "", nil
	}
	raw, err := json.Marshal(p.Interests)
	if err != nil {
		return "", "", fault.New(fault.Internal, "interests: %w", err)
	}
	if key, known := b.interests[string(raw)]; known {
		return p.Rhythm, key, nil
	}
	var here []Interest
	for _, one := range p.Interests {
		there, err := b.there(ctx, tx, one)
		if err != nil {
			return "", "", err
		}
		if there {
			here = append(here, one)
		}
	}
	if key, err = keepInterest(ctx, tx, here); err == nil {
		tx.AfterCommit(func() { b.interests[string(raw)] = key })
	}
	return p.Rhythm, key, err
}

// there tells whether a site has what somebody chose elsewhere. A storyline has
// no row: its name is what counts.
func (b *Bulk) there(ctx context.Context, q db.Querier, one Interest) (bool, error) {
	var n int64
	var err error
	switch one.Kind {
	case InterestSection:
		err = q.QueryRow(ctx, `SELECT COUNT(*) FROM section WHERE id = $1`, one.ID).Scan(&n)
	case InterestAuthor:
		err = q.QueryRow(ctx, `SELECT COUNT(*) FROM profile WHERE id = $1`, one.ID).Scan(&n)
	case InterestStoryline:
		return one.ID != 0, nil
	}
	return n > 0, err
}

// askFor puts a sign-up into the queue as if its owner had typed it here.
func (b *Bulk) askFor(ctx context.Context, tx *db.Tx, p *bulkPlan) error {
	var picks []Pick
	for rest := p.now.reads; rest != 0; rest &= rest - 1 {
		n := &b.newsletters[bits.TrailingZeros64(rest)]
		picks = append(picks, Pick{Newsletter: n.ID, Rhythm: n.Rhythms[0]})
	}
	raw, err := json.Marshal(asking{Address: p.address.Written, Picks: picks, Language: p.language, Text: "imported from " + b.opt.Source, Origin: originOf(p.row.Network)})
	if err != nil {
		return fault.New(fault.Internal, "sign-up: %w", err)
	}
	return b.s.ask(ctx, tx, p.address, raw, b.s.clock.Now())
}

const (
	addReaders = `INSERT INTO subscriber (id, address, address_index, name, state, language, zone, source, created_at, confirmed_at, ended_at, updated_at)
		SELECT CAST(value ->> 'i' AS BIGINT), value ->> 'a', value ->> 'x', value ->> 'n', value ->> 's', value ->> 'l', value ->> 'z', $2,
			CAST(value ->> 'c' AS BIGINT), CAST(value ->> 'f' AS BIGINT), CAST(value ->> 'e' AS BIGINT), $3 FROM json_each($1)`
	changeReaders = `UPDATE subscriber SET
			name = CASE WHEN j.value ->> 'n' = '' THEN subscriber.name ELSE j.value ->> 'n' END,
			language = CASE WHEN j.value ->> 'l' = '' THEN subscriber.language ELSE j.value ->> 'l' END,
			zone = CASE WHEN j.value ->> 'z' = '' THEN subscriber.zone ELSE j.value ->> 'z' END,
			state = j.value ->> 's',
			ask = CASE WHEN j.value ->> 's' = subscriber.state THEN subscriber.ask ELSE 0 END,
			confirmed_at = CASE WHEN subscriber.confirmed_at = 0 THEN CAST(j.value ->> 'f' AS BIGINT) ELSE subscriber.confirmed_at END,
			ended_at = CAST(j.value ->> 'e' AS BIGINT), updated_at = $2
		FROM json_each($1) AS j WHERE subscriber.id = CAST(j.value ->> 'i' AS BIGINT)`
	putReads = `INSERT INTO subscription (newsletter_id, subscriber_id, rhythm, interest, active, since, until)
		SELECT CAST(value ->> 'n' AS BIGINT), CAST(value ->> 'i' AS BIGINT), value ->> 'r', value ->> 'k', CAST(value ->> 'a' AS BIGINT), CAST(value ->> 's' AS BIGINT), CAST(value ->> 'u' AS BIGINT)
		FROM json_each($1) WHERE true
		ON CONFLICT (newsletter_id, subscriber_id) DO UPDATE SET active = excluded.active, until = excluded.until`
	addConsents = `INSERT INTO consent (id, subscriber_id, at, what, text, detail, origin)
		SELECT CAST(value ->> 'i' AS BIGINT), CAST(value ->> 'r' AS BIGINT), $2, value ->> 'w', $3, value ->> 'd', value ->> 'o' FROM json_each($1)`
	putBars = `INSERT INTO suppression (address_index, why, at) SELECT value ->> 'x', value ->> 'w', $2 FROM json_each($1) WHERE true
		ON CONFLICT (address_index) DO UPDATE SET why = excluded.why, at = excluded.at`
)

func (b *Bulk) store(ctx context.Context, tx *db.Tx, rows *bulkRows) error {
	put := b.storeJSON
	if tx.Engine() == db.SQLite {
		put = b.storeValues
	}
	if err := put(ctx, tx, rows); err != nil {
		return err
	}
	now := b.s.now()
	if err := putTable(ctx, tx, changeReaders, rows.changed, now); err != nil {
		return err
	}
	if err := putTable(ctx, tx, putBars, rows.bars, now); err != nil {
		return err
	}
	for newsletter, by := range rows.counts {
		if by == 0 {
			continue
		}
		if err := count(ctx, tx, newsletter, by); err != nil {
			return err
		}
	}
	if rows.active != 0 {
		return countAll(ctx, tx, rows.active)
	}
	return nil
}

// storeJSON writes the rows of the large tables as JSON.
func (b *Bulk) storeJSON(ctx context.Context, tx *db.Tx, rows *bulkRows) error {
	now := b.s.now()
	if err := putTable(ctx, tx, addReaders, rows.added, b.opt.Source, now); err != nil {
		return err
	}
	if err := putTable(ctx, tx, putReads, rows.reads); err != nil {
		return err
	}
	return putTable(ctx, tx, addConsents, rows.consents, now, b.said())
}

// said is the text of the consents.
func (b *Bulk) said() string { return "imported from " + b.opt.Source }

// putTable runs a statement whose first parameter are rows, unless there are none.
func putTable[T any](ctx context.Context, tx *db.Tx, query string, rows []T, more ...any) error {
	if len(rows) == 0 {
		return nil
	}
	raw, err := table(rows)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, query, append([]any{raw}, more...)...)
	return err
}
