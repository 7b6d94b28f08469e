package comment

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// Figures are what became of the readers' comments of a span.
type Figures struct {
	Came    int64
	Held    int64 // for a moderator to look at first, or taken for spam
	Spam    int64 // by now
	Waiting int64 // now, of any age

	// What the guard held against what moderators decided.
	HeldRefused  int64 // held, and spam or binned
	HeldApproved int64 // held, and approved
	Missed       int64 // not held by it, and spam
	Unseen       int64 // taken for spam, and nobody has looked

	Wait    time.Duration // the median of those held until the decision
	Reasons []ReasonFigures
}

// ReasonFigures are those of one reason: a comment counts for its first.
type ReasonFigures struct {
	Word                    string
	Held, Approved, Refused int64
}

type figureRow struct {
	status  Status
	heldFor string
	decided bool
	n       int64
}

// Figures counts the comments of readers since a time.
func (s *Service) Figures(ctx context.Context, actor account.Actor, since time.Time) (Figures, error) {
	if err := moderator(actor); err != nil {
		return Figures{}, err
	}
	var f Figures
	rows, err := s.db.Query(ctx, `SELECT status, held_for, CASE WHEN decided_at > 0 THEN 1 ELSE 0 END AS decided, COUNT(*) FROM comment
		WHERE created_at >= $1 AND staff_id = 0 AND kind = 'comment' AND old_id = 0
		GROUP BY status, held_for, CASE WHEN decided_at > 0 THEN 1 ELSE 0 END`, db.Micros(since))
	all, err := db.All(rows, err, func(r *sql.Rows) (one figureRow, err error) {
		var decided int64
		err = r.Scan(&one.status, &one.heldFor, &decided, &one.n)
		one.decided = decided > 0
		return one, err
	})
	if err != nil {
		return f, err
	}
	reasons := map[string]*ReasonFigures{}
	for _, one := range all {
		f.add(one)
		if one.heldFor == "" {
			continue
		}
		if reasons[one.heldFor] == nil {
			reasons[one.heldFor] = &ReasonFigures{Word: one.heldFor}
		}
		reasons[one.heldFor].add(one)
	}
	for _, one := range reasons {
		f.Reasons = append(f.Reasons, *one)
	}
	slices.SortFunc(f.Reasons, func(a, b ReasonFigures) int {
		if a.Held != b.Held {
			return int(b.Held - a.Held)
		}
		return strings.Compare(a.Word, b.Word)
	})
	if f.Waiting, err = s.Waiting(ctx); err != nil {
		return f, err
	}
	f.Wait, err = s.medianWait(ctx, since)
	return f, err
}

// byGuard tells whether a comment was held for what the guard, or the service
// outside, made of it, not for a policy or a rule that holds good ones as well.
func byGuard(heldFor string) bool {
	return strings.HasPrefix(heldFor, "guard.") || heldFor == WhyGuard || heldFor == WhyOutside
}

func (f *Figures) add(one figureRow) {
	f.Came += one.n
	if one.heldFor != "" {
		f.Held += one.n
	}
	spam, binned := one.status == StatusSpam, one.status == StatusBinned
	if spam {
		f.Spam += one.n
	}
	switch {
	case byGuard(one.heldFor) && one.decided && (spam || binned):
		f.HeldRefused += one.n
	case byGuard(one.heldFor) && one.decided && one.status == StatusApproved:
		f.HeldApproved += one.n
	case byGuard(one.heldFor) && !one.decided && spam:
		f.Unseen += one.n
	case !byGuard(one.heldFor) && one.decided && spam:
		f.Missed += one.n
	}
}

func (r *ReasonFigures) add(one figureRow) {
	r.Held += one.n
	switch {
	case !one.decided:
	case one.status == StatusApproved:
		r.Approved += one.n
	case one.status == StatusSpam || one.status == StatusBinned:
		r.Refused += one.n
	}
}

// medianWait is how long the half of the held comments waited at most until
// somebody decided; 0 when none was.
func (s *Service) medianWait(ctx context.Context, since time.Time) (time.Duration, error) {
	var n, wait int64
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM comment WHERE created_at >= $1 AND held_for <> '' AND decided_at > 0 AND old_id = 0`, db.Micros(since)).Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	err := s.db.QueryRow(ctx, `SELECT decided_at - created_at FROM comment WHERE created_at >= $1 AND held_for <> '' AND decided_at > 0 AND old_id = 0
		ORDER BY decided_at - created_at LIMIT 1 OFFSET $2`, db.Micros(since), (n-1)/2).Scan(&wait)
	return time.Duration(wait) * time.Microsecond, err
}

func ignoreMissing(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
