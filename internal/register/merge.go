package register

import (
	"context"
	"slices"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
)

// mostMerged bounds one merge.
const mostMerged = 50

// Merge makes the stories of some entries those of another, which keeps its own
// words and takes their names, and what it lacks. Their addresses lead to it.
func (s *Service) Merge(ctx context.Context, actor account.Actor, into int64, from []int64) error {
	if err := actor.Require(account.Editor, "merge entries of the register"); err != nil {
		return err
	}
	from = slices.Compact(slices.Sorted(slices.Values(from)))
	from = slices.DeleteFunc(from, func(id int64) bool { return id == into })
	if len(from) == 0 || len(from) > mostMerged {
		return fault.New(fault.Invalid, "choose the entries to merge, and one to keep").WithHint("at most %d at once", mostMerged)
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		keep, err := ByID(ctx, tx, into)
		if err != nil {
			return err
		}
		var names []string
		for _, id := range from {
			other, err := ByID(ctx, tx, id)
			if err != nil {
				return err
			}
			names = append(names, other.Name)
			takeOver(&keep, &other)
			if err := leave(ctx, tx, &other, into); err != nil {
				return err
			}
			if err := leadTo(ctx, tx, id, article.Address{Kind: article.AddressRedirect, Target: into, Of: article.AddressSubject}); err != nil {
				return err
			}
		}
		if err := keep.clean(); err != nil {
			return err
		}
		if err := write(ctx, tx, &keep, s.Clock.Now()); err != nil {
			return err
		}
		if keep.ByName {
			if err := sweepTx(ctx, tx); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, actor, "merge", &keep, map[string]any{"merged": strings.Join(names, ", ")})
	})
}

// takeOver adds what another entry says of the same thing.
func takeOver(e, other *Entry) {
	for _, name := range other.Names() {
		if !slices.Contains(e.Names(), name) && len(e.Aliases) < mostAliases {
			e.Aliases = append(e.Aliases, name)
		}
	}
	if e.Description == "" {
		e.Description = other.Description
	}
	if e.Wikidata == "" {
		e.Wikidata = other.Wikidata
	}
	if e.Website == "" {
		e.Website = other.Website
	}
	if e.Picture == 0 {
		e.Picture = other.Picture
	}
	if e.Position == nil && e.Kind.placed() {
		e.Position = other.Position
	}
	if e.Begins == "" && e.Kind == Event {
		e.Begins, e.Ends = other.Begins, other.Ends
	}
	e.Open = e.Open || other.Open
}

// leave takes an entry out of the register; to stands for it, 0 for nothing.
// The articles that name it are read again.
func leave(ctx context.Context, tx *db.Tx, e *Entry, to int64) error {
	if err := article.BecomeTx(ctx, tx, e.ID, to); err != nil {
		return err
	}
	seq, err := nextSeq(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE subject SET gone = 1, shown = 0, fresh = 0, open = 0, by_name = 0, picture = 0, seq = $1 WHERE id = $2`, seq, e.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM subject_alias WHERE subject_id = $1`, e.ID); err != nil {
		return err
	}
	if err := taxonomy.ForgetName(ctx, tx, objectName, e.ID); err != nil {
		return err
	}
	purge(tx, e)
	tx.Purge(db.ListKey(article.ScopeSubject, e.ID))
	return moveTx(ctx, tx, e.ID)
}

// leadTo changes every address of an entry that left.
func leadTo(ctx context.Context, tx *db.Tx, id int64, to article.Address) error {
	_, err := tx.Exec(ctx, `UPDATE address SET kind = $1, target_id = $2, detail = $3, location = $4
		WHERE target_id = $5 AND (kind = 'subject' OR kind = 'redirect' AND detail = 'subject')`, to.Kind, to.Target, to.Of, to.Location, id)
	return err
}

// Delete takes an entry out of the register, and so off the articles that name
// it. One with stories that readers see needs lead, an own path or an address
// elsewhere to which its addresses then lead; without stories, "" lets them lead
// to nothing.
func (s *Service) Delete(ctx context.Context, actor account.Actor, id int64, lead string) error {
	if err := actor.Require(account.Editor, "delete entries of the register"); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err := ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		used, err := article.Used(ctx, tx, article.ScopeSubject, id)
		if err != nil {
			return err
		}
		lead = strings.TrimSpace(lead)
		switch {
		case lead == "" && used:
			return fault.New(fault.Conflict, "stories that readers see name %q", e.Name).
				WithHint("merge it into another entry, or say where its address is to lead")
		case lead != "" && !strings.HasPrefix(lead, "https://") && !strings.HasPrefix(lead, "http://") && (lead[0] != '/' || urlpath.Key(lead) == "" || strings.HasPrefix(lead, "//")):
			return fault.New(fault.Invalid, "%q is no address that one can lead to", clipped(lead)).WithHint("write an address of this site, from / on, or a whole one elsewhere")
		case lead != "" && urlpath.Key(lead) == urlpath.Key(e.Path):
			return fault.New(fault.Invalid, "the address would lead to itself").WithHint("choose another one")
		}
		if err := leave(ctx, tx, &e, 0); err != nil {
			return err
		}
		if lead == "" {
			_, err = tx.Exec(ctx, `DELETE FROM address WHERE target_id = $1 AND (kind = 'subject' OR kind = 'redirect' AND detail = 'subject')`, id)
		} else {
			err = leadTo(ctx, tx, id, article.Address{Kind: article.AddressRedirect, Location: lead})
		}
		if err != nil {
			return err
		}
		article.PurgeRedirect(tx, urlpath.Key(e.Path))
		return s.record(ctx, tx, actor, "delete", &e, map[string]any{"leads_to": lead})
	})
}
