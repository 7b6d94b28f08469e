package postings

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestLists_ComeBackAsTheyWere(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 2, 50, 3000, 9000, bucketSlots} {
		slots := r.Perm(bucketSlots)[:n]
		slices.Sort(slots)
		var l list
		var each [][]byte
		for i, s := range slots {
			l.slots, l.impacts = append(l.slots, uint16(s)), append(l.impacts, byte(r.IntN(1+min(n, 255))))
			each = append(each, nil)
			if i%3 > 0 {
				each[i] = encodePlaces(nil, []uint32{uint32(i), uint32(2 * i), MaxPlace - 1})
			}
		}
		got, err := decodeList(encodeList(l))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(l, got, cmp.AllowUnexported(list{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%d slots (-want +got):\n%s", n, diff)
		}
		parts, err := partPlaces(joinPlaces(each), n)
		if err != nil || !slices.EqualFunc(parts, each, bytes.Equal) {
			t.Errorf("places of %d documents are others (%v)", n, err)
		}
	}
}

// FuzzBlobs feeds every reader of blobs: it may refuse, but not panic, and what
// it takes for good must be what it would have written.
func FuzzBlobs(f *testing.F) {
	doc := Doc{ID: 1, At: -5, Cols: []Col{{2, -7}, {15, 1 << 60}}, Terms: []Term{{"a", 3, []uint32{1, 900}}, {"ż", 0, nil}}}
	f.Add(encodeDoc(&doc), int64(1))
	f.Add(encodeList(list{slots: []uint16{1, 2, 16383}, impacts: []byte{1, 2, 3}}), int64(3))
	f.Add(encodeList(list{slots: []uint16{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, impacts: bytes.Repeat([]byte{7}, 10)}), int64(10))
	f.Add(encodeSpread([]share{{1, 2, 3}, {900, 16384, 255}}), int64(2))
	f.Add(encodeCards([]card{{1, 2, []Col{{3, 4}}}, {}, {9, -9, nil}}), int64(3))
	f.Add(joinPlaces([][]byte{{1, 2}, nil, {200, 1}}), int64(3))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, int64(1))
	f.Fuzz(func(t *testing.T, b []byte, n int64) {
		if l, err := decodeList(b); err == nil {
			if len(l.slots) != len(l.impacts) || !slices.IsSorted(l.slots) || len(slices.Compact(slices.Clone(l.slots))) != len(l.slots) {
				t.Fatalf("a list with slots %v and %d impacts", l.slots, len(l.impacts))
			}
			for _, s := range l.slots {
				if int(s) >= bucketSlots {
					t.Fatalf("slot %d", s)
				}
			}
			if again, err := decodeList(encodeList(l)); err != nil || !slices.Equal(again.slots, l.slots) || !bytes.Equal(again.impacts, l.impacts) {
				t.Fatalf("a list comes back as %v, %v", again, err)
			}
		}
		if s, err := decodeSpread(b); err == nil && !slices.IsSortedFunc(s, func(a, b share) int { return int(a.bucket - b.bucket) }) {
			t.Fatalf("a spread out of order: %v", s)
		}
		if places, err := decodePlaces(nil, b); err == nil && !slices.IsSorted(places) {
			t.Fatalf("places out of order: %v", places)
		}
		if ids, err := decodeIDs(b); err == nil && !slices.IsSorted(ids) {
			t.Fatalf("numbers out of order: %v", ids)
		}
		if n >= 0 && n < 100 {
			each, err := partPlaces(b, int(n))
			if err == nil && int64(len(each)) != n {
				t.Fatalf("%d documents have places of %d", len(each), n)
			}
			c := placesCursor{b: b}
			for i := range n {
				if got := c.next(); err == nil && !bytes.Equal(got, each[i]) {
					t.Fatalf("the cursor gives %x, not %x", got, each[i])
				}
			}
			if err == nil && c.bad {
				t.Fatal("the cursor refuses what is good")
			}
		}
		_, _ = decodeCards(b, n)
		_, _, _ = decodeDoc(1, b)
	})
}
