package main

import (
	"fmt"
	"slices"
	"strings"

	"dateline/internal/comment/guard"
	"dateline/test/quality/corpus"
)

// tally counts judgements.
type tally struct{ tp, fp, tn, fn int }

func (t *tally) add(said, spam bool) {
	switch {
	case said && spam:
		t.tp++
	case said:
		t.fp++
	case spam:
		t.fn++
	default:
		t.tn++
	}
}

func (t *tally) precision() float64 { return ratio(t.tp, t.tp+t.fp) }
func (t *tally) recall() float64    { return ratio(t.tp, t.tp+t.fn) }
func (t *tally) f1() float64        { return ratio(2*t.tp, 2*t.tp+t.fp+t.fn) }

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

func (t *tally) row(name string) string {
	return fmt.Sprintf("| %s | %d | %d | %.3f | %.3f | %.3f | %d of %d | %d |\n", name, t.tp+t.fn, t.fp+t.tn, t.precision(), t.recall(), t.f1(), t.fp, t.fp+t.tn, t.fn)
}

const head = "| | spam | good | precision | recall | F1 | good ones stopped | spam let through |\n|---|--:|--:|--:|--:|--:|--:|--:|\n"

// judge counts what a rule says on comments, each on its own.
func judge(comments []corpus.Comment, said func(corpus.Comment) bool) *tally {
	t := &tally{}
	for _, c := range comments {
		t.add(said(c), c.Spam)
	}
	return t
}

// shippedSays are the guard's answers as shipped, with nothing decided yet.
func shippedSays() (held, spam func(corpus.Comment) bool) {
	m := guard.New(nil, nil)
	return func(c corpus.Comment) bool { return m.Judge(sign(c)).Hold }, func(c corpus.Comment) bool { return m.Judge(sign(c)).Spam }
}

// inOrder plays a site's life: a comment comes, is judged with what was decided
// so far, and then the moderators decide on it if it was stopped, or later call
// it spam if it got through; comments that pass and are good are not decided on.
type inOrder struct {
	m        *guard.Model
	silence  bool // what is published counts as good
	waves    *guard.Waves
	approved map[string]bool
	decided  int
}

func newInOrder(m *guard.Model, silence bool) *inOrder {
	return &inOrder{m: m, silence: silence, waves: guard.NewWaves(), approved: map[string]bool{}}
}

func (o *inOrder) take(c corpus.Comment) guard.Verdict {
	s := sign(c)
	s.First = !o.approved[c.Name] || c.Name == ""
	_, s.Seen = o.waves.Join(c.Text)
	v := o.m.Judge(s)
	if v.Hold || c.Spam || o.silence {
		o.m.Learn(guard.Tokens(s), guard.Domains(s), c.Spam, 1)
		o.decided++
	}
	if !c.Spam {
		o.approved[c.Name] = true
	}
	return v
}

func report() (string, error) {
	var b strings.Builder
	parts := []func(*strings.Builder) error{videos, order, strangers, others, attacked}
	for _, part := range parts {
		if err := part(&b); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func all(videos []corpus.Video) ([]corpus.Comment, error) {
	var out []corpus.Comment
	for _, v := range videos {
		comments, err := corpus.YouTube(v)
		if err != nil {
			return nil, err
		}
		out = append(out, comments...)
	}
	return out, nil
}

// videos reports each comment of the held videos on its own.
func videos(b *strings.Builder) error {
	learnt, err := all(corpus.Learning())
	if err != nil {
		return err
	}
	held, err := all(corpus.Held())
	if err != nil {
		return err
	}
	bayes := &plainBayes{}
	for _, c := range learnt {
		bayes.learn(c)
	}
	stops, sure := shippedSays()
	fmt.Fprintf(b, "### As shipped, each comment on its own\n\nThe held videos Eminem and Shakira, %d comments.\n\n%s", len(held), head)
	b.WriteString(judge(held, stops).row("**Dateline: held or spam**"))
	b.WriteString(judge(held, sure).row("Dateline: straight to spam"))
	b.WriteString(judge(held, bayes.spam).row("naive Bayes, learnt from the same videos"))
	b.WriteString(judge(held, wordsAndLinks).row("list of words, any link"))
	b.WriteString(judge(held, twoLinks).row("two links and more"))
	for _, v := range corpus.Held() {
		comments, err := corpus.YouTube(v)
		if err != nil {
			return err
		}
		b.WriteString(judge(comments, stops).row("Dateline on " + string(v)))
	}
	fresh := slices.DeleteFunc(slices.Clone(held), known(learnt))
	fmt.Fprintf(b, "\nSpammers wrote under several of the videos. Without the %d comments whose text nearly stands in the learning videos, too:\n\n%s", len(held)-len(fresh), head)
	b.WriteString(judge(fresh, stops).row("Dateline: held or spam"))
	b.WriteString(judge(fresh, bayes.spam).row("naive Bayes, learnt from the same videos"))
	return nil
}

// known reports comments of a wave with one that was learnt from.
func known(learnt []corpus.Comment) func(corpus.Comment) bool {
	waves := guard.NewWaves()
	for _, c := range learnt {
		waves.Join(c.Text)
	}
	return func(c corpus.Comment) bool {
		_, seen := waves.Seen(c.Text)
		return seen > 0
	}
}

// order reports the held videos as a site lives through them.
func order(b *strings.Builder) error {
	fmt.Fprintf(b, "\n### While the site decides\n\nEach held video from its oldest comment to its newest, on a new site. Moderators decide on what is stopped, and call spam what got through.\n\n%s", head)
	for _, v := range corpus.Held() {
		comments, err := corpus.YouTube(v)
		if err != nil {
			return err
		}
		o := newInOrder(guard.New(nil, nil), true)
		cuts := []int{100, 200, len(comments)}
		t, from, before := &tally{}, 0, 0
		whole := &tally{}
		for i, c := range comments {
			said := o.take(c).Hold
			t.add(said, c.Spam)
			whole.add(said, c.Spam)
			if i+1 == cuts[0] {
				b.WriteString(t.row(fmt.Sprintf("%s, comments %d to %d (%d decided before)", v, from+1, i+1, before)))
				t, from, before, cuts = &tally{}, i+1, o.decided, cuts[1:]
			}
		}
		b.WriteString(whole.row(string(v) + ", all"))
	}
	return nil
}

// strangers reports good comments of news sites.
func strangers(b *strings.Builder) error {
	news, err := corpus.News(true)
	if err != nil {
		return err
	}
	paper, err := corpus.Newspaper()
	if err != nil {
		return err
	}
	stops, sure := shippedSays()
	b.WriteString("\n### Good comments of news sites\n\nNone is spam, many are rude: what is stopped here is stopped wrongly.\n\n| | comments | held | straight to spam | list of words, any link |\n|---|--:|--:|--:|--:|\n")
	for _, site := range []struct {
		name     string
		comments []corpus.Comment
	}{{"Civil Comments (SemEval-2021 task 5, test part)", news}, {"The Globe and Mail (SFU)", paper}} {
		name, comments := site.name, site.comments
		h, s, w := judge(comments, stops), judge(comments, sure), judge(comments, wordsAndLinks)
		fmt.Fprintf(b, "| %s | %d | %d (%.2f%%) | %d | %d (%.2f%%) |\n", name, len(comments), h.fp, 100*ratio(h.fp, len(comments)), s.fp, w.fp, 100*ratio(w.fp, len(comments)))
	}
	return nil
}

// others reports comments under tutorials.
func others(b *strings.Builder) error {
	comments, err := corpus.Tutorials()
	if err != nil {
		return err
	}
	learnt, err := all(corpus.Learning())
	if err != nil {
		return err
	}
	bayes := &plainBayes{}
	for _, c := range learnt {
		bayes.learn(c)
	}
	stops, _ := shippedSays()
	o, lived := newInOrder(guard.New(nil, nil), true), &tally{}
	for _, c := range comments {
		lived.add(o.take(c).Hold, c.Spam)
	}
	fmt.Fprintf(b, "\n### Comments under tutorials\n\nAnother kind of site, and other labels: there, comments of one word or in another language are spam, and links were lost when the comments were collected.\n\n%s", head)
	b.WriteString(judge(comments, stops).row("Dateline as shipped"))
	b.WriteString(lived.row("Dateline while the site decides (file order)"))
	b.WriteString(judge(comments, bayes.spam).row("naive Bayes of the videos"))
	b.WriteString(judge(comments, wordsAndLinks).row("list of words, any link"))
	return nil
}
