package guard

import (
	"cmp"
	"math"
	"slices"
)

// How words are weighed. Found by trying on the learning part of the corpora
// (docs/quality.md), never on what is reported.
const (
	strength   = 0.7  // of the belief that an unknown token says nothing, in comments
	least      = 0.35 // log odds below which a token is no evidence
	mostOfKind = 24   // tokens that count, for spam and for ham
	mostGood   = 1.5  // log odds that one good token earns
	share      = 0.34 // of the sum: tokens of one text are not independent of each other
	mostFine   = 1.5  // log odds that good words can earn: they are easily added to any text …
	mostLinked = 0.6  // … and to one with links of a new writer
	mostText   = 7.0  // log odds that bad words can earn
	fade       = 400  // decisions after which the shipped start counts half
	window     = 24   // words; a text that is longer is weighed in parts, too
	windowStep = 8
	windowCost = 1.1 // log odds that a part must be worse than the whole
	excused    = 0.3 // what is left of a bad word that stands in the article itself
)

// evidence is what the words of a comment say.
type evidence struct {
	odds      float64
	bad, good []string // the most telling tokens
}

// token is one token's weight: log odds of spam.
type weighed struct {
	token  string
	weight float64
}

// scales weigh tokens; the model's lock is held while they are in use.
type scales struct {
	m                 *Model
	kept              float64 // how much the shipped start still counts
	spamAll, hamAll   float64
	article           *Article
	strengthOfUnknown float64
}

func (m *Model) scales(a *Article) scales {
	decided := float64(m.all.ham) + float64(m.all.spam)
	kept := fade / (fade + decided)
	return scales{m: m, kept: kept, article: a, strengthOfUnknown: strength,
		spamAll: float64(m.all.spam) + kept*float64(m.start.all.spam) + 1,
		hamAll:  float64(m.all.ham) + kept*float64(m.start.all.ham) + 1}
}

func (s *scales) weigh(token string) float64 {
	seen, own := s.m.tokens[token], s.m.start.tokens[token]
	spam := float64(seen.spam) + s.kept*float64(own.spam)
	ham := float64(seen.ham) + s.kept*float64(own.ham)
	n := spam + ham
	if n == 0 {
		return 0
	}
	inSpam, inHam := spam/s.spamAll, ham/s.hamAll
	f := (s.strengthOfUnknown*0.5 + n*inSpam/(inSpam+inHam)) / (s.strengthOfUnknown + n)
	w := math.Log(f / (1 - f))
	if w > 0 && s.article.has(token) {
		w *= excused
	}
	return w
}

// textEvidence weighs a comment: the tokens that have no place in the text,
// and the words with their pairs, as a whole and in parts.
func (m *Model) textEvidence(a *Article, apart []string, words []string) evidence {
	s := m.scales(a)
	fixed := make([]weighed, 0, len(apart))
	for _, t := range apart {
		fixed = append(fixed, weighed{t, s.weigh(t)})
	}
	placed := make([]weighed, 0, perWord*len(words))
	for i, w := range words {
		placed = append(placed, weighed{w, s.weigh(w)})
		pair := weighed{}
		if i > 0 {
			pair.token = words[i-1] + " " + w
			pair.weight = s.weigh(pair.token)
		}
		stem := weighed{}
		if stem.token = stemOf(w); stem.token != "" {
			stem.weight = s.weigh(stem.token)
		}
		placed = append(placed, pair, stem)
	}
	whole := combine(fixed, placed)
	worst := whole
	for from := 0; len(words) > window && from < len(words); from += windowStep {
		to := min(from+window, len(words))
		part := combine(fixed, placed[perWord*from:perWord*to])
		if part.odds -= windowCost; part.odds > worst.odds {
			worst = part
		}
	}
	return worst
}

// combine adds up the most telling tokens of each side, each token once.
func combine(fixed, placed []weighed) evidence {
	all := make([]weighed, 0, len(fixed)+len(placed))
	for _, list := range [][]weighed{fixed, placed} {
		for _, t := range list {
			if t.weight >= least || t.weight <= -least {
				all = append(all, t)
			}
		}
	}
	slices.SortFunc(all, func(a, b weighed) int {
		return cmp.Or(cmp.Compare(math.Abs(b.weight), math.Abs(a.weight)), cmp.Compare(a.token, b.token))
	})
	all = slices.Compact(all)
	var e evidence
	bad, good := 0.0, 0.0
	for _, t := range all {
		switch {
		case t.weight > 0 && len(e.bad) < mostOfKind:
			bad += t.weight
			e.bad = append(e.bad, t.token)
		case t.weight < 0 && len(e.good) < mostOfKind:
			good += min(-t.weight, mostGood)
			e.good = append(e.good, t.token)
		}
	}
	e.odds = min(max(share*(bad-good), -mostFine), mostText)
	return e
}

// perWord is how many tokens a word brings: itself, it with the word before,
// and its beginning.
const perWord = 3

// stemOf is a token for the beginning of a long word, which its forms share:
// "subscribe", "subscribers". "" for a short one.
func stemOf(word string) string {
	if len(word) < 7 {
		return ""
	}
	n := 0
	for i := range word {
		if n++; n > 5 {
			return word[:i] + "*"
		}
	}
	return ""
}
