package register

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// Index finds names in texts. It never changes; safe for concurrent use.
type Index struct {
	tries []*trie
	seq   int64 // the change up to which it knows the register
	base  int64 // the change up to which its first trie does
}

// Match is a name in a text: where it stands, in bytes, and whose it may be.
type Match struct {
	From, To int
	IDs      []int64
	Words    int // of the name
	first    int // its first word in the text
}

// NewIndex returns an index of entries.
func NewIndex(entries []Entry) *Index {
	return &Index{tries: []*trie{newTrie(entries, nil)}}
}

// trie holds the names of some entries as paths of words.
type trie struct {
	words   map[string]int32
	next    map[uint64]int32   // node<<32 | word: the node that it leads to
	ends    map[int32][]ending // names that end in a node
	persons map[int64]bool
	shadows map[int64]bool // entries of which earlier tries know something old
}

// ending is a name: whose, and how its words are written.
type ending struct {
	id     int64
	shapes []shape
}

const commaWord = int32(0) // the word number of a comma inside a name

func newTrie(entries []Entry, shadows map[int64]bool) *trie {
	t := &trie{words: map[string]int32{",": commaWord}, next: make(map[uint64]int32, 2*len(entries)), ends: make(map[int32][]ending, len(entries)),
		persons: map[int64]bool{}, shadows: shadows}
	nodes := int32(0)
	for i := range entries {
		e := &entries[i]
		if e.Kind == Person {
			t.persons[e.ID] = true
		}
		for _, name := range e.Names() {
			nodes = t.add(name, e.ID, nodes)
		}
	}
	return t
}

// add puts one name in, and returns how many nodes there are then.
func (t *trie) add(name string, id int64, nodes int32) int32 {
	at, shapes := int32(0), []shape{}
	step := func(word int32) {
		key := uint64(at)<<32 | uint64(word)
		to, ok := t.next[key]
		if !ok {
			nodes++
			to = nodes
			t.next[key] = to
		}
		at = to
	}
	for i, tok := range tokenize(name) {
		if i > 0 && tok.gap == comma {
			step(commaWord)
		}
		word, ok := t.words[tok.word]
		if !ok {
			word = int32(len(t.words))
			t.words[tok.word] = word
		}
		step(word)
		shapes = append(shapes, tok.shape)
	}
	if len(shapes) > 0 {
		t.ends[at] = append(t.ends[at], ending{id, shapes})
	}
	return nodes
}

// Find returns the names in a text, the longest at each place, in order; none
// overlaps another. language is that of the text, BCP 47.
func (x *Index) Find(text, language string) []Match { return x.find(text, tokenize(text), language) }

func (x *Index) find(text string, tokens []token, language string) []Match {
	var out []Match
	for i := 0; i < len(tokens); {
		m := x.at(text, tokens, i, language)
		if m.Words == 0 {
			i++
			continue
		}
		m.From, m.To, m.first = tokens[i].from, tokens[i+m.Words-1].to, i
		out = append(out, m)
		i += m.Words
	}
	return out
}

// at returns the longest name that begins with a word; one of no words when
// there is none.
func (x *Index) at(text string, tokens []token, i int, language string) (best Match) {
	for n, t := range x.tries {
		m := t.at(text, tokens, i, language)
		m.IDs = slices.DeleteFunc(m.IDs, func(id int64) bool { return x.newer(n, id) })
		switch {
		case len(m.IDs) == 0 || m.Words < best.Words:
		case m.Words > best.Words:
			best = m
		default:
			best.IDs = append(best.IDs, m.IDs...)
		}
	}
	return best
}

// newer tells whether a trie after the n-th knows an entry anew.
func (x *Index) newer(n int, id int64) bool {
	return slices.ContainsFunc(x.tries[n+1:], func(t *trie) bool { return t.shadows[id] })
}

func (t *trie) at(text string, tokens []token, i int, language string) (best Match) {
	node := int32(0)
	for j := i; j < len(tokens); j++ {
		tok := &tokens[j]
		if j > i {
			if tok.gap == apart {
				break
			}
			if tok.gap == comma {
				to, ok := t.next[uint64(node)<<32|uint64(commaWord)]
				if !ok {
					break
				}
				node = to
			}
		}
		// What is attached to a word counts only at the ends of a name: a
		// possessive at its last word, Arabic letters at its first.
		to, ok := t.step(node, tok.word)
		if ids := t.whose(to, ok, tokens[i:j+1]); ids != nil {
			best = Match{IDs: ids, Words: j - i + 1}
		} else if tok.shape != small || j == i {
			for _, word := range alternatives(text, tok, language) {
				other, found := t.step(node, word)
				if ids := t.whose(other, found, tokens[i:j+1]); ids != nil {
					best = Match{IDs: ids, Words: j - i + 1}
				}
				if found && !ok && j == i && strings.HasSuffix(tok.word, word) {
					to, ok = other, true
				}
			}
		}
		if !ok {
			break
		}
		node = to
	}
	return best
}

func (t *trie) step(node int32, word string) (int32, bool) {
	if word == "" {
		return 0, false
	}
	n, ok := t.words[word]
	if !ok {
		return 0, false
	}
	to, ok := t.next[uint64(node)<<32|uint64(n)]
	return to, ok
}

// whose returns the entries whose name ends in a node and is written as the
// text writes it, each once.
func (t *trie) whose(node int32, ok bool, tokens []token) (ids []int64) {
	if !ok {
		return nil
	}
	for _, e := range t.ends[node] {
		fits := len(e.shapes) == len(tokens)
		for k := 0; fits && k < len(tokens); k++ {
			fits = tokens[k].shape.fits(e.shapes[k])
		}
		if fits && !slices.Contains(ids, e.id) {
			ids = append(ids, e.id)
		}
	}
	return ids
}

// person tells whether an entry is one.
func (x *Index) person(id int64) bool {
	for n := len(x.tries) - 1; n >= 0; n-- {
		if x.tries[n].persons[id] && !x.newer(n, id) {
			return true
		}
	}
	return false
}

// mostChanges is how many changes the trie of recent ones takes before all are
// made one again.
const mostChanges = 2000

// Names returns the index of the register as it is now.
func (s *Service) Names(ctx context.Context, q db.Querier) (*Index, error) {
	var seq int64
	if err := q.QueryRow(ctx, `SELECT seq FROM subject_state WHERE id = 1`).Scan(&seq); err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.index != nil && s.index.seq == seq {
		return s.index, nil
	}
	if s.index != nil && s.index.seq > seq { // a transaction that sees an earlier state
		return readIndex(ctx, q, nil, seq)
	}
	next, err := readIndex(ctx, q, s.index, seq)
	if _, inside := q.(*db.Tx); err == nil && !inside { // what a transaction sees may never be
		s.index = next
	}
	return next, err
}

// readIndex brings an index up to a change, nil for none before. The great trie
// is kept; what changed since it was made is read into one beside it.
func readIndex(ctx context.Context, q db.Querier, old *Index, seq int64) (*Index, error) {
	if old != nil {
		changed, shadows, err := readNames(ctx, q, old.base, mostChanges)
		if err != nil {
			return nil, err
		}
		if len(shadows) < mostChanges {
			return &Index{tries: []*trie{old.tries[0], newTrie(changed, shadows)}, seq: seq, base: old.base}, nil
		}
	}
	all, _, err := readNames(ctx, q, 0, 1<<31-1)
	return &Index{tries: []*trie{newTrie(all, nil)}, seq: seq, base: seq}, err
}

// readNames reads the names of what changed after a place in the order of
// changes, and the ids of all of that, gone or not.
func readNames(ctx context.Context, q db.Querier, after int64, limit int) ([]Entry, map[int64]bool, error) {
	rows, err := q.Query(ctx, `SELECT id, kind, name, aliases, gone FROM subject WHERE seq > $1 ORDER BY seq LIMIT $2`, after, limit)
	ids := map[int64]bool{}
	all, err := db.All(rows, err, func(r *sql.Rows) (e Entry, err error) {
		var aliases string
		var gone bool
		if err := r.Scan(&e.ID, &e.Kind, &e.Name, &aliases, &gone); err != nil {
			return e, err
		}
		if ids[e.ID] = true; gone {
			return Entry{}, nil
		}
		if aliases != "[]" {
			err = json.Unmarshal([]byte(aliases), &e.Aliases)
		}
		return e, err
	})
	return slices.DeleteFunc(all, func(e Entry) bool { return e.ID == 0 || strings.TrimSpace(e.Name) == "" }), ids, err
}
