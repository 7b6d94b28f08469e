package comment

import (
	"context"
	"maps"
	"slices"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// liking is one like, or one taken back.
type liking struct {
	comment        int64
	device, prefix string // keyed hashes
	writer         int64
	on             bool
	likes          int64 // set: how many there are afterwards
	full           bool  // set: the network has given its share
}

// How many likes one network may give to one comment, and change in a while: a
// household or an office has that many readers, a program that throws its cookie
// away has no more.
const (
	likesOfNetwork = 4
	likeEvery      = 10 * time.Second
	likeBurst      = 30
)

// Like adds or takes back the visitor's like and returns how many there are.
// device is the value of the cookie to set. A like beyond the share of one
// network is answered like any other and not counted.
func (s *Service) Like(ctx context.Context, comment int64, by Visitor, on bool) (likes int64, device string, err error) {
	site, err := s.settings.Site(ctx)
	if err != nil {
		return 0, "", err
	}
	if !site.CommentLikes {
		return 0, "", fault.New(fault.Denied, "likes are switched off on this site")
	}
	prefix := Prefix(by.Client)
	if wait, ok := s.rates.Take("like "+prefix, likeEvery, likeBurst); !ok {
		return 0, "", fault.New(fault.TooMany, "too many likes from your network: %w", ErrTooMany).WithHint("wait %d seconds", int(wait.Seconds())+1)
	}
	index, cookie := s.device(by.Device)
	k, err := byID(ctx, s.db, comment)
	if err == nil && !k.Legible() {
		err = fault.New(fault.NotFound, "there is no such comment")
	}
	if err != nil {
		return 0, "", err
	}
	mine, err := s.theirs(ctx, s.db, &k, by)
	if err != nil {
		return 0, "", err
	}
	if mine {
		return k.Likes, cookie, fault.New(fault.Denied, "this is your own comment")
	}
	one := &liking{comment: comment, device: index, on: on}
	if prefix != "" {
		one.prefix = s.vault.Index(purposePrefix, prefix)
	}
	if by.Session != "" {
		if one.writer, err = s.session(ctx, s.db, by.Session); err != nil && !fault.Is(err, fault.SignIn) {
			return 0, "", err
		}
	}
	if err := s.likes.do(ctx, one, by.Yield); err != nil {
		return 0, "", err
	}
	return one.likes, cookie, nil
}

// likeAll writes likes in one transaction. It may run more than once.
func (s *Service) likeAll(ctx context.Context, all []*liking) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		more := map[int64]int64{}
		for _, one := range all {
			by, err := s.like(ctx, tx, one)
			if err != nil {
				return err
			}
			more[one.comment] += by
		}
		counts := map[int64]int64{}
		for _, comment := range slices.Sorted(maps.Keys(more)) {
			n, err := s.liked(ctx, tx, comment, more[comment])
			if err != nil {
				return err
			}
			counts[comment] = n
		}
		for _, one := range all {
			one.likes = counts[one.comment]
			if one.full {
				one.likes++ // as it would look
			}
		}
		return nil
	})
}

func (s *Service) like(ctx context.Context, tx *db.Tx, one *liking) (by int64, err error) {
	one.full = false
	if !one.on {
		n, err := tx.Exec(ctx, `DELETE FROM comment_like WHERE comment_id = $1 AND (device_index = $2 OR writer_id = $3 AND writer_id > 0)`, one.comment, one.device, one.writer)
		return -n, err
	}
	var known, near int64
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM comment_like WHERE comment_id = $1 AND (device_index = $2 OR writer_id = $3 AND writer_id > 0)`, one.comment, one.device, one.writer).Scan(&known); err != nil || known > 0 {
		return 0, err
	}
	if one.prefix != "" {
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM comment_like WHERE comment_id = $1 AND prefix_index = $2 AND prefix_index <> ''`, one.comment, one.prefix).Scan(&near); err != nil {
			return 0, err
		}
	}
	if near >= likesOfNetwork {
		one.full = true
		return 0, nil
	}
	return tx.Exec(ctx, `INSERT INTO comment_like (comment_id, device_index, writer_id, prefix_index, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (comment_id, device_index) DO NOTHING`,
		one.comment, one.device, one.writer, one.prefix, s.now())
}

// liked changes a comment's count and its thread's place among the best.
func (s *Service) liked(ctx context.Context, tx *db.Tx, comment, by int64) (int64, error) {
	var likes, replies, created, articleID int64
	if by == 0 {
		err := tx.QueryRow(ctx, `SELECT likes FROM comment WHERE id = $1`, comment).Scan(&likes)
		return likes, err
	}
	err := tx.QueryRow(ctx, `UPDATE comment SET likes = likes + $1 WHERE id = $2 RETURNING likes, replies, created_at, article_id`, by, comment).Scan(&likes, &replies, &created, &articleID)
	if err != nil {
		return 0, err
	}
	tx.PurgeSoon(db.Key("comments", articleID))
	_, err = tx.Exec(ctx, `UPDATE comment SET rank = $1 WHERE id = $2`, rankOf(created, likes, replies), comment)
	return likes, err
}
