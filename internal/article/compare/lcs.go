package compare

import "slices"

// Bounds of the work for one comparison.
const (
	maxEdits  = 1_500      // edits between two sequences that are searched for exactly
	maxBudget = 12_000_000 // steps of all searches together
	maxPairs  = 4_096      // pairs of blocks in one gap whose likeness is weighed
)

// budget is what is left of the work of one comparison. When it is used up,
// sequences are compared by what is unique in both.
type budget struct{ left int }

func (w *budget) spend(n int) bool {
	w.left -= n
	return w.left >= 0
}

// match returns, for each element of a, the index of its partner in b, or -1.
// Partners are equal and in the same order on both sides.
func (w *budget) match(a, b []int32) []int {
	to := make([]int, len(a))
	for i := range to {
		to[i] = -1
	}
	start, endA, endB := 0, len(a), len(b)
	for start < endA && start < endB && a[start] == b[start] {
		to[start] = start
		start++
	}
	for endA > start && endB > start && a[endA-1] == b[endB-1] {
		endA, endB = endA-1, endB-1
		to[endA] = endB
	}
	if start == endA || start == endB {
		return to
	}
	midA, midB := a[start:endA], b[start:endB]
	if !w.shortest(midA, midB, to[start:endA], start) {
		unique(midA, midB, to[start:endA], start)
	}
	return to
}

// shortest finds a shortest edit script (Myers, 1986) and reports whether it
// could within the bounds. Partners in b are written to "to", plus offset.
func (w *budget) shortest(a, b []int32, to []int, offset int) bool {
	if abs(len(a)-len(b)) > maxEdits {
		return false
	}
	limit := min(len(a)+len(b), maxEdits)
	reach := make([]int32, 2*limit+3) // furthest place in a on each diagonal
	var trace [][]int32               // for each d, reach on diagonals -d…d
	for d := 0; d <= limit; d++ {
		if !w.spend(d + 1) {
			return false
		}
		for k := -d; k <= d; k += 2 {
			x := step(reach, limit, d, k)
			y := x - k
			from := x
			for x < len(a) && y < len(b) && a[x] == b[y] {
				x, y = x+1, y+1
			}
			w.left -= (x - from) / 8
			reach[limit+1+k] = int32(x)
			if x >= len(a) && y >= len(b) {
				retrace(trace, len(a), len(b), d, to, offset)
				return true
			}
		}
		trace = append(trace, slices.Clone(reach[limit+1-d:limit+2+d]))
	}
	return false
}

// step is where diagonal k begins with d edits: after an insertion, or after a
// deletion if that reaches further.
func step(reach []int32, limit, d, k int) int {
	mid := limit + 1 + k
	if d == 0 {
		return 0
	}
	if k == -d || k != d && reach[mid-1] < reach[mid+1] {
		return int(reach[mid+1])
	}
	return int(reach[mid-1]) + 1
}

// retrace walks the found script back and notes the partners.
func retrace(trace [][]int32, x, y, d int, to []int, offset int) {
	for ; d > 0; d-- {
		before := func(k int) int { return int(trace[d-1][k+d-1]) }
		k := x - y
		prev := k - 1
		if k == -d || k != d && before(k-1) < before(k+1) {
			prev = k + 1
		}
		px := before(prev)
		for py := px - prev; x > px && y > py; {
			x, y = x-1, y-1
			to[x] = y + offset
		}
		x, y = px, px-prev
	}
	for x > 0 && y > 0 {
		x, y = x-1, y-1
		to[x] = y + offset
	}
}

// unique pairs what stands once in a and once in b, in the longest common
// order, and what is equal around those pairs.
func unique(a, b []int32, to []int, offset int) {
	type count struct{ inA, inB, at int }
	counts := map[int32]*count{}
	for _, s := range a {
		if counts[s] == nil {
			counts[s] = &count{}
		}
		counts[s].inA++
	}
	for j, s := range b {
		if c := counts[s]; c != nil {
			c.inB++
			c.at = j
		}
	}
	var inA, inB []int
	for i, s := range a {
		if c := counts[s]; c.inA == 1 && c.inB == 1 {
			inA, inB = append(inA, i), append(inB, c.at)
		}
	}
	done := -1 // last partner in b
	last := -1 // and its element in a
	kept := rising(inB)
	for n, at := range kept {
		i, j := inA[at], inB[at]
		for i-1 > last && j-1 > done && a[i-1] == b[j-1] {
			i, j = i-1, j-1
		}
		stopA, stopB := len(a), len(b)
		if n+1 < len(kept) {
			stopA, stopB = inA[kept[n+1]], inB[kept[n+1]]
		}
		for i < stopA && j < stopB && a[i] == b[j] {
			to[i] = j + offset
			last, done = i, j
			i, j = i+1, j+1
		}
	}
}

// rising returns the indices of a longest rising subsequence.
func rising(values []int) []int {
	var tails []int // index of the smallest end of a subsequence of each length
	prev := make([]int, len(values))
	for i, v := range values {
		n, _ := slices.BinarySearchFunc(tails, v, func(at, v int) int { return values[at] - v })
		prev[i] = -1
		if n > 0 {
			prev[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
	}
	if len(tails) == 0 {
		return nil
	}
	out := make([]int, len(tails))
	for i, at := len(tails)-1, tails[len(tails)-1]; i >= 0; i, at = i-1, prev[at] {
		out[i] = at
	}
	return out
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
