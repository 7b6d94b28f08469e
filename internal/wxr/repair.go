package wxr

// RepairKind names something in a file that was wrong and had one sensible
// reading.
type RepairKind string

// The repairs.
const (
	RepairPreamble  RepairKind = "text before the XML declaration"
	RepairEncoding  RepairKind = "encoding declared wrongly"
	RepairBytes     RepairKind = "bytes that are not UTF-8"
	RepairControl   RepairKind = "control characters"
	RepairAmpersand RepairKind = "unescaped &"
	RepairLess      RepairKind = "unescaped <"
	RepairAttribute RepairKind = "malformed attributes"
	RepairNumber    RepairKind = "numbers that are not numbers"
)

// Repair counts one kind of repair and names the line of the first.
type Repair struct {
	Kind  RepairKind
	Count int
	Line  int
}

// repairs collects Repair values in the order of their first use.
type repairs struct{ list []Repair }

func (r *repairs) add(kind RepairKind, line int) {
	for i := range r.list {
		if r.list[i].Kind == kind {
			r.list[i].Count++
			return
		}
	}
	r.list = append(r.list, Repair{Kind: kind, Count: 1, Line: line})
}
