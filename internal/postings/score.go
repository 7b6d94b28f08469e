package postings

import "context"

// scores fills in the scores of the matches.
func (r *run) scores(ctx context.Context, p *part, match bitmap) error {
	clear(r.score[:p.slots])
	for i := range r.all {
		if err := r.addScores(ctx, p, &r.all[i], match); err != nil {
			return err
		}
	}
	for i := range r.any {
		c := &r.any[i]
		if r.need <= 0 && c.phrases() { // nobody has looked for it yet
			if _, err := r.slots(ctx, p, c, match); err != nil {
				return err
			}
		}
		if err := r.addScores(ctx, p, c, match); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) addScores(ctx context.Context, p *part, c *clause, match bitmap) error {
	if c.factor == 0 || c.in(p) == 0 {
		return nil
	}
	if len(c.alts) == 1 {
		a := &c.alts[0]
		l, err := r.listOf(ctx, p, a)
		l.within(match, func(s int, impact byte) { r.score[s] += c.factor * a.weigh(uint32(impact)) })
		return err
	}
	clear(r.most[:p.slots])
	for k := range c.alts {
		a := &c.alts[k]
		l, err := r.listOf(ctx, p, a)
		if err != nil {
			return err
		}
		l.within(match, func(s int, impact byte) { r.most[s] = max(r.most[s], a.weigh(uint32(impact))) })
	}
	match.each(func(s int) bool { r.score[s] += c.factor * r.most[s]; return true })
	return nil
}
