package demo

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/edition"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/subscriber"
)

// letters gives the sample newsroom a newsletter: two editions that look as if
// they had been sent, so that there is an archive, and a draft. Nobody reads it,
// and no letter has left: there are no recipients, and the desk says 0.
func (f *filler) letters(ctx context.Context, tx *db.Tx) error {
	id := idOf("newsletter", "briefing")
	if _, err := tx.Exec(ctx, `INSERT INTO newsletter (id, slug, slug_key, name, description, rhythms, updated_at) VALUES ($1, $2, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING`,
		id, "aldermouth-briefing", "Aldermouth Briefing", "What happened in the town and its harbour, three times a week.",
		`["edition","daily","each"]`, db.Micros(f.end)); err != nil {
		return err
	}
	latest, err := article.NewPublic(tx, f.Clock).List(ctx, article.ScopeSite, 0, article.Cursor{}, 12)
	if err != nil || len(latest) < 12 {
		return err
	}
	for i, e := range []struct {
		key, subject, preview, intro string
		arts                         []article.Article
		ago                          int
		sent                         bool
	}{
		{"one", "The week in Aldermouth", "What we reported, and what comes next", "Good morning. Here is what the town talked about this week, and what to watch on Monday.", latest[8:12], 6, true},
		{"two", "Before the weekend", "Four stories worth your time", "Four stories worth your time, with one to read in full.", latest[4:8], 2, true},
		{"three", "Monday’s briefing", "", "A draft: choose, order, look, send.", latest[:3], 0, false},
	} {
		at := f.end.Add(-time.Duration(e.ago) * 24 * time.Hour)
		row := idOf("edition", e.key)
		state, slug, started := edition.Draft, "", int64(0)
		if e.sent {
			state, slug, started = edition.Sent, strings.ToLower(strings.ReplaceAll(e.subject, " ", "-")), db.Micros(at)
		}
		intro, err := json.Marshal(richtext.Doc{Version: richtext.SchemaVersion, Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: e.intro}}}}})
		if err != nil {
			return fault.New(fault.Internal, "sample newsletter: %w", err)
		}
		audience, err := json.Marshal(subscriber.Audience{Newsletter: id, Rhythm: subscriber.RhythmEdition})
		if err != nil {
			return fault.New(fault.Internal, "sample newsletter: %w", err)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO edition (id, newsletter_id, kind, state, revision, slug, subject, preview, intro, audience, test, created_by, created_at, updated_at, started_at, ended_at)
			VALUES ($1, $2, 'composed', $3, 1, $4, $5, $6, $7, $8, '{}', 'demo', $9, $9, $10, $10) ON CONFLICT (id) DO NOTHING`,
			row, id, string(state), slug, e.subject, e.preview, string(intro), string(audience), db.Micros(at.Add(time.Duration(i)*time.Second)), started); err != nil {
			return err
		}
		for place, a := range e.arts {
			form, version := edition.Short, int64(0)
			if e.key == "two" && place == 1 {
				form = edition.Full
			}
			if e.sent {
				version = a.LiveVersion
			}
			if _, err := tx.Exec(ctx, `INSERT INTO edition_item (edition_id, position, article_id, version_id, form) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
				row, int64(place), a.ID, version, string(form)); err != nil {
				return err
			}
		}
	}
	return nil
}
