package article

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// ScopeSubject is the scope of the lists of stories that name an entry of the
// register of people, organisations, places and events. Which article stands in
// which of them is the register's to say, by EnlistTx, once the article is out:
// it reads the text. This package keeps the rows in step with Visible, so that
// a withdrawn article leaves these lists in the transaction that withdraws it.
const ScopeSubject = "subject"

// AddressSubject is the kind of address that shows an entry of the register.
const AddressSubject = "subject"

// mostSubjects bounds what one article may name.
const mostSubjects = 200

// onlyOnce takes repeated subjects out, and those without an id.
func onlyOnce(all []Subject) ([]Subject, error) {
	var out []Subject
	for _, s := range all {
		at := slices.IndexFunc(out, func(other Subject) bool { return other.ID == s.ID })
		switch {
		case s.ID <= 0:
		case at >= 0:
			out[at].Main = out[at].Main || s.Main
		default:
			out = append(out, s)
		}
	}
	if len(out) > mostSubjects {
		return nil, fault.New(fault.Invalid, "%d people, organisations, places and events are too many for one article", len(out)).
			WithHint("keep the %d that matter most", mostSubjects)
	}
	return out, nil
}

// presentSubjects maps subjects to what they are now, in their order, each once.
func presentSubjects(found map[aliasKey]int64, all []Subject) []Subject {
	mapped := make([]Subject, len(all))
	for i, s := range all {
		if to, ok := found[aliasKey{ScopeSubject, s.ID}]; ok {
			s.ID = to
		}
		mapped[i] = s
	}
	out, err := onlyOnce(mapped)
	if err != nil { // there are not more than there were
		return mapped
	}
	return out
}

// keepSubjects tells what of the register's lists an article stays in when its
// other lists are to be want: all of them while it is listed, at the time at
// which it stands there; none when it is not.
func keepSubjects(have map[place]bool, want []place) []place {
	if len(want) == 0 {
		return want
	}
	kept := slices.Clip(want)
	for p := range have {
		if p.scope == ScopeSubject {
			kept = append(kept, place{ScopeSubject, p.ref, want[0].at})
		}
	}
	return kept
}

// EnlistTx makes an article stand in exactly the lists of these entries of the
// register, or in none when readers do not see it in lists. It returns the
// entries whose lists changed. Cached pages that showed them are dropped.
func EnlistTx(ctx context.Context, tx *db.Tx, a *Article, refs []int64, now time.Time) (changed []int64, err error) {
	rows, err := tx.Query(ctx, `SELECT scope, ref, at FROM listing WHERE article_id = $1 AND scope = 'subject'`, a.ID)
	have, err := placesOf(rows, err)
	if err != nil {
		return nil, err
	}
	var want []place
	if Visible(a, now) == Listed && a.Type == TypeArticle {
		for _, ref := range refs {
			want = append(want, place{ScopeSubject, ref, db.Micros(a.FirstPublished)})
		}
	}
	places, err := align(ctx, tx, a.ID, have, want, nil)
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		changed = append(changed, p.ref)
	}
	slices.Sort(changed)
	changed = slices.Compact(changed)
	for _, ref := range changed {
		tx.Purge(db.ListKey(ScopeSubject, ref))
	}
	if len(changed) > 0 {
		tx.Purge(BesideKey(a.ID))
	}
	return changed, nil
}

// SubjectsOf returns the entries of the register in whose lists an article
// stands, in no order.
func SubjectsOf(ctx context.Context, q db.Querier, id int64) ([]int64, error) {
	rows, err := q.Query(ctx, `SELECT ref FROM listing WHERE article_id = $1 AND scope = 'subject'`, id)
	return db.All(rows, err, func(r *sql.Rows) (ref int64, err error) { return ref, r.Scan(&ref) })
}

// BecomeTx makes an entry of the register stand for what it was merged into, 0
// for nothing: whoever reads old in a version gets to.
func BecomeTx(ctx context.Context, tx *db.Tx, old, to int64) error {
	return setAlias(ctx, tx, ScopeSubject, old, to)
}
