package media

import (
	"context"
	"database/sql"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/fold"
	"dateline/internal/job"
)

// JobWords is the kind of the job that brings the words of media, which an
// import leaves behind, into the library's index.
const JobWords = "media.words"

// maxWords bounds the words of one medium: a caption is no book.
const maxWords = 300

func wordsOf(texts ...string) []string { return fold.Words(maxWords, texts...) }

// indexWords makes the library find a medium by its words.
func indexWords(ctx context.Context, tx *db.Tx, m Medium) error {
	if _, err := tx.Exec(ctx, `DELETE FROM media_word WHERE media_id = $1`, m.ID); err != nil {
		return err
	}
	for _, word := range wordsOf(m.FileName, m.Title, m.Alt, m.Credit, m.Caption, m.Rights.Holder, m.Description) {
		if _, err := tx.Exec(ctx, `INSERT INTO media_word (media_id, word, at) VALUES ($1, $2, $3)`, m.ID, word, m.CreatedAt); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE media SET indexed = 1 WHERE id = $1`, m.ID)
	return err
}

// CatchUp sees to it that the library finds what was imported while it was not
// looking.
func (s *Service) CatchUp(ctx context.Context) error {
	behind, err := s.Behind(ctx)
	if err != nil || !behind {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return job.Enqueue(ctx, tx, job.Spec{Kind: JobWords, Key: "all"})
	})
}

// Behind tells whether the library cannot find some media by their words yet.
func (s *Service) Behind(ctx context.Context) (bool, error) {
	var one int64
	err := s.db.QueryRow(ctx, `SELECT id FROM media WHERE indexed = 0 LIMIT 1`).Scan(&one)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// wordsBatch is how many media one transaction indexes.
const wordsBatch = 200

// WordsJob indexes what is left. It may stop anywhere and run again.
func (s *Service) WordsJob(ctx context.Context, _ []byte) error {
	for {
		done := 0
		err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT id FROM media WHERE indexed = 0 ORDER BY id LIMIT $1`, wordsBatch)
			ids, err := db.All(rows, err, scanID)
			if err != nil {
				return err
			}
			found, err := s.GetMany(ctx, tx, ids)
			for _, id := range ids {
				if err == nil {
					err = indexWords(ctx, tx, found[id])
				}
			}
			done = len(ids)
			return err
		})
		if err != nil || done < wordsBatch {
			return err
		}
	}
}

func scanID(r *sql.Rows) (id int64, err error) {
	err = r.Scan(&id)
	return id, err
}
