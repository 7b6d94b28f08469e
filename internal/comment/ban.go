package comment

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
)

// keepAddress is how long truncated addresses, and bans of them, are kept.
const keepAddress = 30 * 24 * time.Hour

// banSet is every ban, for quick questions.
type banSet struct {
	by map[string]Ban // kind and value
}

func banKey(kind BanKind, value string) string { return string(kind) + " " + value }

const banColumns = `id, kind, value, comment_id, shadow, until, note, by_name, at`

func scanBan(r *sql.Rows) (b Ban, err error) {
	var until, at int64
	err = r.Scan(&b.ID, &b.Kind, &b.Value, &b.Comment, &b.Shadow, &until, &b.Note, &b.By, &at)
	b.Until, b.At = db.Time(until), db.Time(at)
	return b, err
}

func (s *Service) allBans(ctx context.Context) (banSet, error) {
	return s.bans.get(func() (banSet, error) {
		rows, err := s.db.Query(ctx, `SELECT `+banColumns+` FROM comment_ban ORDER BY id DESC`)
		all, err := db.All(rows, err, scanBan)
		set := banSet{map[string]Ban{}}
		for _, b := range all {
			set.by[banKey(b.Kind, b.Value)] = b
		}
		return set, err
	})
}

// find returns the ban of a value that holds now.
func (b banSet) find(now time.Time, kind BanKind, value string) (Ban, bool) {
	ban, ok := b.by[banKey(kind, value)]
	return ban, ok && value != "" && (ban.Until.IsZero() || now.Before(ban.Until))
}

// match returns the bans that are for a comment.
func (b banSet) match(now time.Time, k *kept, domains []string) []Ban {
	var out []Ban
	writer := ""
	if k.writer != 0 {
		writer = decimal(k.writer)
	}
	for _, at := range []struct {
		kind  BanKind
		value string
	}{{BanWriter, writer}, {BanDevice, k.device}, {BanPrefix, k.prefix}} {
		if ban, ok := b.find(now, at.kind, at.value); ok {
			out = append(out, ban)
		}
	}
	for _, domain := range domains {
		for d := domain; strings.Contains(d, "."); _, d, _ = strings.Cut(d, ".") {
			if ban, ok := b.find(now, BanDomain, d); ok && !slices.Contains(out, ban) {
				out = append(out, ban)
			}
		}
	}
	return out
}

// banned applies bans to a comment: Denied for somebody who is shut out. Who
// only typed the address of one that is may be anybody, and is told nothing.
func (s *Service) banned(ctx context.Context, p *Post, w written, who person, e *entry) error {
	bans, err := s.allBans(ctx)
	if err != nil || len(bans.by) == 0 {
		return err
	}
	for _, ban := range bans.match(s.clock.Now(), &e.kept, linkDomains(w)) {
		switch {
		case ban.Shadow:
			e.hold(StatusSpam, Reason{WhyBanned, string(ban.Kind)})
			e.shadow = ban.Kind != BanWriter || who.known
		case ban.Kind == BanDomain, ban.Kind == BanWriter && !who.known:
			e.hold(StatusSpam, Reason{WhyBanned, string(ban.Kind)})
		default:
			out := fault.New(fault.Denied, "you cannot comment here: %w", ErrRefused)
			if !ban.Until.IsZero() && ban.Kind != BanPrefix {
				return out.WithHint("this ends on %s", ban.Until.Format("2006-01-02"))
			}
			return out
		}
	}
	return nil
}

// Ban keeps somebody out. Whose writer, browser or network is meant follows from
// a comment; of networks a ban ends with what is kept of the address.
func (s *Service) Ban(ctx context.Context, actor account.Actor, b Ban) error {
	if err := moderator(actor); err != nil {
		return err
	}
	now := s.clock.Now()
	if !b.Until.IsZero() && !b.Until.After(now) {
		return fault.New(fault.Invalid, "the ban would end before it begins").WithHint("choose a later day, or none for ever")
	}
	b.Note = clip(tameLine(b.Note), 500)
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		value, err := s.banValue(ctx, tx, &b, now)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO comment_ban (id, kind, value, comment_id, shadow, until, note, by_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (kind, value) DO UPDATE SET comment_id = excluded.comment_id, shadow = excluded.shadow, until = excluded.until, note = excluded.note,
				by_name = excluded.by_name, at = excluded.at`,
			id.New(), string(b.Kind), value, b.Comment, db.Bool(b.Shadow), db.Micros(b.Until), b.Note, actor.Name, db.Micros(now)); err != nil {
			return err
		}
		tx.Purge(keyBans)
		return audit.Record(ctx, tx, now, actor.Name, "ban", "comment", b.Comment, map[string]any{"kind": string(b.Kind), "shadow": b.Shadow, "until": b.Until})
	})
}

func (s *Service) banValue(ctx context.Context, q db.Querier, b *Ban, now time.Time) (string, error) {
	if b.Kind == BanDomain {
		r, err := Rule{Kind: RuleDomain, Pattern: b.Value, Action: ActSpam}.compile()
		return r.Pattern, err
	}
	k, err := byID(ctx, q, b.Comment)
	if err != nil {
		return "", err
	}
	value := ""
	switch b.Kind {
	case BanWriter:
		if k.writer != 0 {
			value = decimal(k.writer)
		}
	case BanDevice:
		value = k.device
	case BanPrefix:
		value = k.prefix
		if end := now.Add(keepAddress); b.Until.IsZero() || b.Until.After(end) {
			b.Until = end
		}
	default:
		return "", fault.New(fault.Invalid, "%q is no kind of ban", string(b.Kind))
	}
	if value == "" {
		return "", fault.New(fault.Invalid, "nothing is known of this comment that such a ban could go by").WithHint("ban by another trait: writer, device, network or domain")
	}
	return value, nil
}

// Unban ends a ban.
func (s *Service) Unban(ctx context.Context, actor account.Actor, ban int64) error {
	if err := moderator(actor); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM comment_ban WHERE id = $1`, ban)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "this ban has ended")
		}
		tx.Purge(keyBans)
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "unban", "comment ban", ban, nil)
	})
}

// Bans returns all bans that hold, the newest first. Value tells domains; of
// others it is empty, Comment leads to whom they are for.
func (s *Service) Bans(ctx context.Context, actor account.Actor) ([]Ban, error) {
	if err := moderator(actor); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, `SELECT `+banColumns+` FROM comment_ban WHERE until = 0 OR until > $1 ORDER BY id DESC`, s.now())
	all, err := db.All(rows, err, scanBan)
	for i := range all {
		all[i] = shownBan(all[i])
	}
	return all, err
}

func shownBan(b Ban) Ban {
	if b.Kind != BanDomain {
		b.Value = ""
	}
	return b
}
