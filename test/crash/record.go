package crash

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// Record is what the program under test holds of one write.
type Record struct {
	Key     string   // the idempotency key it was sent with
	Op      string   // the kind of write
	Hash    string   // of the payload, as stored
	Copies  int      // how often it was carried out
	Missing []string // the parts that should be there and are not
}

// ViewSettled is the view of State that a program answers once the work that it
// does later (search, related stories) is done: nothing counts as about to come.
const ViewSettled = "settled"

// OpStray is the kind of a record of what belongs to no write: always a problem.
const OpStray = "stray"

// Hash is the fingerprint of a payload in ledgers and records.
func Hash(payload []byte) string {
	sum := sha256.Sum256(payload)
	return hex.EncodeToString(sum[:8])
}

// Report is what a scenario found.
type Report struct {
	Acked    int      // writes that were acknowledged
	Unacked  int      // writes sent without an acknowledgement
	Rounds   int      // kills, cuts or crash points
	Replays  int      // keys sent a second time
	Problems []string // broken promises
}

func (r *Report) problem(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// Compare holds the state against the ledger: every acknowledged write is
// there once and whole, every other one is there once and whole or not at all,
// and nothing is there that nobody sent.
func Compare(entries map[string]Entry, state []Record) (problems []string) {
	found := map[string]Record{}
	for _, r := range state {
		if _, twice := found[r.Key]; twice {
			problems = append(problems, fmt.Sprintf("%s %s: listed twice", r.Op, r.Key))
		}
		found[r.Key] = r
		e, sent := entries[r.Key]
		switch {
		case r.Op == OpStray:
			problems = append(problems, r.Key)
		case !sent:
			problems = append(problems, fmt.Sprintf("%s %s: nobody sent it", r.Op, r.Key))
		case r.Hash != e.Hash || r.Op != e.Op:
			problems = append(problems, fmt.Sprintf("%s %s: stored as %s %s, sent as %s", e.Op, r.Key, r.Op, r.Hash, e.Hash))
		case r.Copies != 1:
			problems = append(problems, fmt.Sprintf("%s %s: carried out %d times", r.Op, r.Key, r.Copies))
		case len(r.Missing) > 0:
			problems = append(problems, fmt.Sprintf("%s %s: half done, missing %v", r.Op, r.Key, r.Missing))
		case e.Refused():
			problems = append(problems, fmt.Sprintf("%s %s: refused with %d and yet done", r.Op, r.Key, e.Status))
		}
	}
	for key, e := range entries {
		if _, there := found[key]; e.Acked() && !there {
			problems = append(problems, fmt.Sprintf("%s %s: acknowledged and lost", e.Op, key))
		}
	}
	slices.Sort(problems)
	return problems
}

// compareViews holds what readers see against what the database holds.
func compareViews(public, database []Record) (problems []string) {
	byKey := func(a, b Record) int { return cmp.Compare(a.Key, b.Key) }
	slices.SortFunc(public, byKey)
	slices.SortFunc(database, byKey)
	seen := map[string]Record{}
	for _, r := range public {
		seen[r.Key] = r
	}
	for _, r := range database {
		p, ok := seen[r.Key]
		delete(seen, r.Key)
		switch {
		case !ok:
			problems = append(problems, fmt.Sprintf("%s %s: in the database, not public", r.Op, r.Key))
		case p.Hash != r.Hash:
			problems = append(problems, fmt.Sprintf("%s %s: public as %s, in the database as %s", r.Op, r.Key, p.Hash, r.Hash))
		}
	}
	for key, r := range seen {
		problems = append(problems, fmt.Sprintf("%s %s: public, not in the database", r.Op, key))
	}
	return problems
}
