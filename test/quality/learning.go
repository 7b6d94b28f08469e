package main

import (
	"fmt"
	"io"
	"slices"

	"dateline/internal/comment/guard"
	"dateline/test/quality/corpus"
)

// tryLearning measures what weights are tried on: each learning video with a
// table of the other two, and news comments that no table is made of.
func tryLearning(w io.Writer) error {
	news, err := corpus.News(false)
	if err != nil {
		return err
	}
	fmt.Fprint(w, head)
	stopped, sure, calm := &tally{}, &tally{}, &tally{}
	lived := map[bool]*tally{false: {}, true: {}}
	for _, v := range corpus.Learning() {
		rows, err := startRows(slices.DeleteFunc(corpus.Learning(), func(o corpus.Video) bool { return o == v }))
		if err != nil {
			return err
		}
		comments, err := corpus.YouTube(v)
		if err != nil {
			return err
		}
		m := guard.NewFrom(rows, nil, nil)
		for _, c := range comments {
			verdict := m.Judge(sign(c))
			stopped.add(verdict.Hold, c.Spam)
			sure.add(verdict.Spam, c.Spam)
		}
		for silence, t := range lived {
			o := newInOrder(guard.NewFrom(rows, nil, nil), silence)
			for _, c := range comments {
				t.add(o.take(c).Hold, c.Spam)
			}
		}
		for _, c := range news[newsLearnt:3000] {
			calm.add(m.Judge(sign(c)).Hold, false)
		}
	}
	fmt.Fprint(w, stopped.row("held or spam"), sure.row("straight to spam"), calm.row("news, three tables"),
		lived[false].row("in order, learning from decisions only"), lived[true].row("in order, published counts as good"))
	return nil
}
