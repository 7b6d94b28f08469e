package comment_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"dateline/internal/comment"
	"dateline/internal/settings"
)

// An answer that quotes what it answers is no copy of it, whether the process
// has seen that or reads it after a start; a text that others only put behind a
// sign for quotes is one.
func TestPost_QuotesOfTheAnsweredAreNoCopies(t *testing.T) {
	const long = "Nobody at the pier could say why the morning ferry was late again, although the company had promised us new engines before the winter and a boat in reserve."
	eachHouse(t, nil, func(t *testing.T, h *house) {
		from := func(i int, parent int64) func(*comment.Post) {
			return func(p *comment.Post) {
				p.Parent, p.Email, p.Client = parent, fmt.Sprintf("q%d@reader.example", i), netip.MustParseAddr(fmt.Sprintf("10.%d.0.1", i))
			}
		}
		quote := "> " + strings.ReplaceAll(long, "although the company had promised us new engines", "although […] new engines")
		first := h.says(long, comment.StatusApproved, from(0, 0)).Comment.ID
		wave := h.stored(first).Wave
		for i, own := range []string{"My neighbour works there and says that the engines came in May.", "Quite so.", "- listed\n- things"} {
			if i == 2 { // another process, or a start
				h.s = comment.NewService(comment.Parts{DB: h.d, Clock: h.now, Vault: h.v, Settings: settings.NewStore(h.d)})
			}
			answer := h.says(quote+"\n\n"+own, comment.StatusApproved, from(1+i, first)).Comment.ID
			if got := h.stored(answer); got.Wave == wave || len(got.Reasons) > 0 {
				t.Errorf("answer %d is of wave %d like what it quotes, for %v", i, got.Wave, got.Reasons)
			}
		}
		bare := h.says(quote, comment.StatusApproved, from(5, first)).Comment.ID
		if got := h.stored(bare); got.Wave != 0 {
			t.Errorf("an answer of nothing but the quote is of wave %d", got.Wave)
		}
		copied := h.post(func() comment.Post { p := h.form("> " + long); from(6, 0)(&p); return p }()).Comment.ID
		if got := h.stored(copied); got.Wave != wave {
			t.Errorf("a copy behind a sign for quotes is of wave %d, want %d", got.Wave, wave)
		}
		other := h.says("Something else entirely about the bells of the old church tower.", comment.StatusApproved, from(7, 0)).Comment.ID
		elsewhere := h.post(func() comment.Post { p := h.form("> " + long + "\n\nAs they say."); from(8, other)(&p); return p }()).Comment.ID
		if got := h.stored(elsewhere); got.Wave != wave {
			t.Errorf("a copy under another comment is of wave %d, want %d", got.Wave, wave)
		}
	})
}
