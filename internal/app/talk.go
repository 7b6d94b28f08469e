package app

import (
	"dateline/internal/account"
	"dateline/internal/comment"
	"dateline/internal/comment/guard"
	"dateline/internal/comment/guard/akismet"
	"dateline/internal/job"
)

// openTalk wires what takes and moderates comments.
func (a *App) openTalk(post account.Post) error {
	var outside guard.Outside
	if a.cfg.CommentServiceURL != "" || a.cfg.CommentServiceKey != "" {
		service, err := akismet.New(a.fetch, a.cfg.CommentServiceURL, a.cfg.CommentServiceKey, a.cfg.URL)
		if err != nil {
			return err
		}
		outside = service
	}
	a.talk = comment.NewService(comment.Parts{DB: a.db, Clock: a.clock, Vault: a.vault, Settings: a.settings, Accounts: a.accounts, Outside: outside,
		Outpost: comment.Outpost{Send: post.Send, Origin: func() string { return a.web.Origin() }, Desk: deskTalk}})
	for kind, handle := range a.talk.Jobs() {
		a.jobs.Handle(kind, handle, talkLane(kind))
	}
	return nil
}

// deskTalk is where moderators work.
const deskTalk = "/desk/comments"

// talkLane keeps letters to readers from waiting for what takes long.
func talkLane(kind string) job.Option {
	switch kind {
	case comment.JobTidy, comment.JobTeach:
		return job.Lane("tidy", 1)
	}
	return job.Lane("letters", 2)
}
