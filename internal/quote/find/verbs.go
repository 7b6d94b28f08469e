package find

import (
	"regexp"
	"strings"
)

// Verbs of saying. reporting ones take what is said as a clause too; naming
// ones only words in quotation marks.
var (
	reporting = words(`said says say told tells added adds wrote writes warned warns warn insisted insists confirmed confirms claimed claims claim
		explained explains announced announces argued argues testified testifies tweeted tweets posted posts promised promises replied replies admitted admits
		alleged alleges allege acknowledged acknowledges stressed stresses declared declares denied denies predicted predicts noted notes complained complains
		maintained maintains stated states estimated estimates recalled recalls conceded concedes pledged pledges vowed vows`)
	speaking = words(`asked asks continued continues shouted shouts laughed joked jokes whispered responded responds retorted advised advises demanded cried
		answered answers muttered sighed yelled concluded concludes quipped countered writing agreed agrees observed observes remarked`)
	naming = words(`called calls call described describes describe accused accuses accuse urged urges apologized apologised dismissed dismisses branded
		denounced hailed praised condemned criticized criticised blamed blames`)
	finite = words(`is are was were has have had will would can could may might must should did does do`)
)

func words(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		out[w] = true
	}
	return out
}

// verb is a verb of saying in a sentence.
type verb struct {
	from, to int // in the text
	word     string
}

var (
	wordAt  = regexp.MustCompile(`[\p{L}]+(?:[’'-][\p{L}]+)*`)
	phrasal = regexp.MustCompile(`\b(?:went on|goes on|pointed out|points out|put it this way|paid tribute to|asked for|was quoted as saying|were quoted as saying|in an? statement)\b`)
)

// verbs lists the verbs of saying outside quotations, the phrases first.
func (s *sentence) verbs() []verb {
	var out []verb
	for _, m := range phrasal.FindAllStringIndex(s.text, -1) {
		if w := s.text[m[0]:m[1]]; !strings.HasPrefix(w, "in ") {
			out = append(out, verb{m[0], m[1], w})
		}
	}
	for _, m := range wordAt.FindAllStringIndex(s.text, -1) {
		w := s.text[m[0]:m[1]]
		if !reporting[w] && !speaking[w] && !naming[w] {
			continue
		}
		taken := false
		for _, v := range out {
			taken = taken || m[0] >= v.from && m[1] <= v.to
		}
		if !taken {
			out = append(out, verb{m[0], m[1], w})
		}
	}
	return out
}
