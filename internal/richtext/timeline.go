package richtext

import "time"

// eventYear is a run of rows of a timeline that stand below one year.
type eventYear struct {
	label  string // "" without a heading
	events []Node
}

// under is what the run is called below a title.
func (y *eventYear) under(title string) string {
	if title != "" && y.label != "" {
		return title + ", " + y.label
	}
	return or(title, y.label)
}

// eventYears cuts the rows of a timeline by year when it spans several. Rows
// without a date stay with those above them. Where years do not follow each
// other, forwards or backwards, a heading would say too much, and all rows are
// one run.
func eventYears(nodes []Node) []eventYear {
	var out []eventYear
	var way int // 1 forwards, -1 backwards, 0 not known yet
	last := ""
	for i := range nodes {
		year := ""
		if date := nodes[i].str("date"); isDate(date) {
			year = date[:4]
		}
		if year == "" || year == last {
			if out == nil {
				out = append(out, eventYear{})
			}
			end := &out[len(out)-1]
			end.events = append(end.events, nodes[i])
			continue
		}
		if last != "" {
			step := 1
			if year < last {
				step = -1
			}
			if way == -step {
				return []eventYear{{events: nodes}}
			}
			way = step
		}
		last = year
		out = append(out, eventYear{label: year, events: nodes[i : i+1 : i+1]})
	}
	if way == 0 {
		return []eventYear{{events: nodes}}
	}
	return out
}

// coming tells whether a date of a timeline is marked as still to come.
func (r *renderer) coming(date string) bool {
	return date != "" && r.o.Coming != nil && r.o.Coming(date)
}

// Begins is when a date of a timeline begins: its moment, or the beginning of
// its day, month or year in a zone; zero for what is no date.
func Begins(date string, zone *time.Location) time.Time {
	for _, form := range dateForms {
		if t, err := time.ParseInLocation(form, date, zone); err == nil {
			return t
		}
	}
	return time.Time{}
}
