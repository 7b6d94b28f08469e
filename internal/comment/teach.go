package comment

import (
	"context"
	"encoding/json"

	"dateline/internal/comment/guard"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/richtext"
)

// JobTeach tells the service outside what a moderator decided.
const JobTeach = "comment.teach"

type teaching struct {
	Comment int64 `json:"comment"`
	Spam    bool  `json:"spam"`
}

// teach asks for the job, if there is such a service.
func (s *Service) teach(ctx context.Context, tx *db.Tx, k *kept, learned string) error {
	if s.outside == nil || learned == "" {
		return nil
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobTeach, Key: number(k.ID), Payload: teaching{k.ID, learned == "spam"}})
}

// HandleTeach tells the service outside of a decision, without the network
// address: only its beginning was kept.
func (s *Service) HandleTeach(ctx context.Context, payload []byte) error {
	var t teaching
	if err := json.Unmarshal(payload, &t); err != nil {
		return job.GiveUp(fault.New(fault.Internal, "the job cannot be read: %w", err))
	}
	k, err := byID(ctx, s.db, t.Comment)
	if fault.Is(err, fault.NotFound) || err == nil && !k.Removed.IsZero() || s.outside == nil {
		return nil
	}
	if err != nil {
		return err
	}
	in := guard.Submission{Name: k.Name, URL: k.URL, Text: richtext.Text(k.Body), Language: k.language, Reply: k.Parent != 0, Written: k.Created}
	if _, path, err := s.headline(ctx, k.Article); err == nil {
		in.Page = s.origin() + path
	}
	if w, err := s.writerByID(ctx, s.db, k.writer); err == nil {
		if in.Email, err = s.address(w); err != nil {
			return job.GiveUp(err)
		}
	}
	return s.outside.Teach(ctx, in, t.Spam)
}
