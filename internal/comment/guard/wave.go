package guard

import (
	"math/bits"
	"slices"
	"sync"
)

// Wave is a text's print (simhash): texts that differ in a few words have
// prints that differ in a few bits (Near). Texts without words have print 0,
// which is near to nothing.
func Wave(text string) uint64 {
	return wavePrint(read(text))
}

func wavePrint(r reading) uint64 {
	if len(r.words) == 0 && len(r.links) == 0 {
		return 0
	}
	var sums [64]int
	vote := func(h uint64, weight int) {
		for i := range sums {
			sums[i] += weight * (int(h>>i&1)*2 - 1) // no branch: bits are as good as random
		}
	}
	for i, w := range r.words {
		vote(hash(w), min(len(w), 8))
		if i > 0 {
			vote(hash(r.words[i-1], " ", w), 3)
		}
	}
	for _, l := range r.links {
		vote(hash("/", registrable(l.host)), 8)
	}
	var print uint64
	for i, sum := range sums {
		if sum > 0 {
			print |= 1 << i
		}
	}
	return max(print, 1)
}

// nearBits is how many of 64 bits may differ between prints of one wave.
const nearBits = 7

// Near reports whether two prints are of texts of one wave.
func Near(a, b uint64) bool { return a != 0 && b != 0 && bits.OnesCount64(a^b) <= nearBits }

// hash is FNV-1a of the parts put together.
func hash(parts ...string) uint64 {
	x := uint64(14695981039346656037)
	for _, s := range parts {
		for i := range len(s) {
			x = (x ^ uint64(s[i])) * 1099511628211
		}
	}
	// FNV's upper bits are weak on short words; this is the finisher of SplitMix.
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Bounds of Waves.
const (
	mostRecent  = 4096 // comments
	mostSamples = 64   // pieces kept of each
	leastShared = 4    // pieces that texts of one wave share at least …
	sharedOf    = 0.3  // … and this part of the shorter one's
)

// Waves groups comments of nearly the same text among the latest 4,096. The
// number of a wave is the print of its first comment. Use NewWaves.
type Waves struct {
	mu     sync.Mutex
	recent []recent // ring
	next   int
	pieces map[uint32][]int32 // sample → places in recent
	prints [mostRecent]uint64 // of recent: together, for each new text is held against all
	size   map[uint64]int     // comments of a wave that are in recent
	shared [mostRecent]uint16 // find's: pieces that each of recent shares with a text; zeros between its runs
	met    []int32            // find's: where shared is not zero
}

type recent struct {
	wave    uint64
	samples []uint32
}

// NewWaves returns an empty one.
func NewWaves() *Waves {
	return &Waves{pieces: map[uint32][]int32{}, size: map[uint64]int{}}
}

// Seen is the wave that a text would join and how many comments of it are
// known; a text like no other makes a wave of its own, with none. A text
// without words or links has wave 0.
func (w *Waves) Seen(text string) (wave uint64, seen int) {
	r := read(text)
	w.mu.Lock()
	defer w.mu.Unlock()
	wave = w.find(wavePrint(r), samples(r))
	return wave, w.size[wave]
}

// Join adds a text, and returns what Seen would have before.
func (w *Waves) Join(text string) (wave uint64, seen int) {
	r := read(text)
	print, pieces := wavePrint(r), samples(r)
	w.mu.Lock()
	defer w.mu.Unlock()
	wave = w.find(print, pieces)
	seen = w.size[wave]
	w.add(recent{wave, pieces}, print)
	return wave, seen
}

// Add takes up a comment whose wave is known, after a restart: oldest first.
func (w *Waves) Add(text string, wave uint64) {
	r := read(text)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.add(recent{wave, samples(r)}, wavePrint(r))
}

func (w *Waves) add(c recent, print uint64) {
	if c.wave == 0 {
		return
	}
	at := w.next
	if len(w.recent) < mostRecent {
		w.recent = append(w.recent, c)
	} else {
		w.drop(at)
		w.recent[at] = c
	}
	w.prints[at] = print
	w.next = (at + 1) % mostRecent
	w.size[c.wave]++
	for _, s := range c.samples {
		if places := w.pieces[s]; len(places) < mostPlaces {
			w.pieces[s] = append(places, int32(at))
		}
	}
}

// mostPlaces bounds how often one piece is noted: what stands in more comments
// is a figure of speech, or its wave is known long since.
const mostPlaces = 32

func (w *Waves) drop(at int) {
	old := w.recent[at]
	if w.size[old.wave]--; w.size[old.wave] <= 0 {
		delete(w.size, old.wave)
	}
	for _, s := range old.samples {
		places := w.pieces[s]
		for i, p := range places {
			if p == int32(at) {
				places[i] = places[len(places)-1]
				places = places[:len(places)-1]
				break
			}
		}
		if len(places) == 0 {
			delete(w.pieces, s)
		} else {
			w.pieces[s] = places
		}
	}
}

// find returns the wave of the nearest comment, or the print itself.
func (w *Waves) find(print uint64, pieces []uint32) uint64 {
	if print == 0 {
		return 0
	}
	w.met = w.met[:0]
	for _, s := range pieces {
		for _, at := range w.pieces[s] {
			if w.shared[at]++; w.shared[at] == 1 {
				w.met = append(w.met, at)
			}
		}
	}
	best, most := int32(-1), 0
	for _, at := range w.met {
		n := int(w.shared[at])
		w.shared[at] = 0
		need := max(leastShared, int(sharedOf*float64(min(len(pieces), len(w.recent[at].samples)))+0.5))
		if n >= need && (n > most || n == most && at < best) {
			best, most = at, n
		}
	}
	if best >= 0 {
		return w.recent[best].wave
	}
	for i := len(w.recent) - 1; i >= 0; i-- {
		if Near(print, w.prints[i]) {
			return w.recent[i].wave
		}
	}
	return print
}

// samples are pieces of a text: hashes of pairs of neighbouring words, chosen
// by the hash alone, so that the same piece is chosen in every text.
func samples(r reading) []uint32 {
	hashes := make([]uint32, 0, len(r.words))
	for i := 1; i < len(r.words); i++ {
		hashes = append(hashes, uint32(hash(r.words[i-1], " ", r.words[i])))
	}
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	for mask := uint32(1); len(hashes) > mostSamples; mask = mask<<1 | 1 {
		hashes = slices.DeleteFunc(hashes, func(h uint32) bool { return h&mask != 0 })
	}
	return hashes
}
