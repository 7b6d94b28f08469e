package comment_test

import (
	"context"
	"errors"
	"testing"

	"dateline/internal/comment"
	"dateline/internal/comment/guard"
	"dateline/internal/settings"
)

// oracle is a service outside that says what it is told to.
type oracle struct {
	says   guard.Opinion
	fails  error
	asked  []guard.Submission
	taught []bool
}

func (o *oracle) Check(_ context.Context, s guard.Submission) (guard.Opinion, error) {
	o.asked = append(o.asked, s)
	return o.says, o.fails
}

func (o *oracle) Teach(_ context.Context, _ guard.Submission, spam bool) error {
	o.taught = append(o.taught, spam)
	return nil
}

func TestOutside_IsAskedAndTaught(t *testing.T) {
	eachHouse(t, nil, func(t *testing.T, h *house) {
		o := &oracle{says: guard.Opinion{Spam: true}}
		h.s = comment.NewService(comment.Parts{DB: h.d, Clock: h.now, Vault: h.v, Settings: settings.NewStore(h.d), Outside: o,
			Outpost: comment.Outpost{Origin: func() string { return "https://paper.example" }}})
		id := h.says("Nothing in here looks odd to us.", comment.StatusPending).Comment.ID
		if got := h.stored(id); got.Status != comment.StatusPending || got.Reasons[0].Word != comment.WhyOutside {
			t.Errorf("it is %s for %v", got.Status, got.Reasons)
		}
		if in := o.asked[0]; in.Page != "https://paper.example/world/a/" || in.Email != "ann@reader.example" || in.Client != home {
			t.Errorf("the service was told %+v", in)
		}
		o.says.Certain = true
		if got := h.stored(h.says("Nor does anything in this one.", comment.StatusPending).Comment.ID); got.Status != comment.StatusSpam {
			t.Errorf("certain spam is %s", got.Status)
		}
		o.fails = errors.New("down")
		h.says("Without an answer we judge alone.", comment.StatusApproved)
		h.decide(comment.Approve, id)
		if err := h.s.HandleTeach(t.Context(), []byte(`{"comment": 1}`)); err != nil {
			t.Error(err)
		}
		var jobs int64
		if err := h.d.QueryRow(t.Context(), `SELECT COUNT(*) FROM job WHERE kind = 'comment.teach'`).Scan(&jobs); err != nil || jobs != 1 {
			t.Errorf("%d jobs to teach, %v", jobs, err)
		}
	})
}
