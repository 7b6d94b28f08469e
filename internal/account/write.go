package account

import (
	"context"

	"dateline/internal/fault"
	"dateline/internal/mail"
)

// Mail sends a letter to a colleague whose address the sender need not know.
func (s *Service) Mail(ctx context.Context, actor Actor, id int64, m mail.Message) error {
	if err := actor.Require(Author, "write to colleagues"); err != nil {
		return err
	}
	p, err := s.byID(ctx, s.db, id)
	if err == nil && p.Disabled {
		err = fault.New(fault.NotFound, "there is no such person")
	}
	if err != nil {
		return err
	}
	if !s.Mails() {
		return fault.New(fault.Unavailable, "no mail server is set").WithHint("set smtp_host and mail_from in the configuration")
	}
	m.ToName, m.To = p.Name, p.Email
	return s.post.Send(ctx, m)
}
