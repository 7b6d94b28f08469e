package register

import (
	_ "embed"
	"strings"

	"dateline/internal/fold"
)

//go:embed signs.txt
var signsText string

// signWords are the words that tell a name and its kind.
type signWords struct {
	titles, roles, says, orgends, orgstarts, placeends, placestarts, in, eventends, particles, common, calendar, peoples, courtesy, placeparts, streets, eventstarts map[string]bool
}

// placePart tells whether a word ends as places in one word do: Lindenstraße.
func (s *signWords) placePart(word string) bool {
	for part := range s.placeparts {
		if strings.HasSuffix(word, part) && len(word) > len(part)+2 {
			return true
		}
	}
	return false
}

// signs are read once; nothing changes them.
var signs = readSigns(signsText)

func readSigns(text string) signWords {
	lists := map[string]map[string]bool{}
	for line := range strings.Lines(text) {
		name, words, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || name == "#" {
			continue
		}
		if lists[name] == nil {
			lists[name] = map[string]bool{}
		}
		for _, t := range fold.Tokens(words) {
			lists[name][t.Word] = true
		}
	}
	return signWords{titles: lists["titles"], roles: lists["roles"], says: lists["says"], orgends: lists["orgends"], orgstarts: lists["orgstarts"],
		placeends: lists["placeends"], placestarts: lists["placestarts"], in: lists["in"], eventends: lists["eventends"], particles: lists["particles"], common: lists["common"],
		calendar: lists["calendar"], peoples: lists["peoples"], courtesy: lists["courtesy"], placeparts: lists["placeparts"], streets: lists["streets"], eventstarts: lists["eventstarts"]}
}
