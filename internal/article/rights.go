package article

import (
	"dateline/internal/account"
	"dateline/internal/fault"
)

// right decides whether an actor may do something to an article; its error
// says why not.
type right func(actor account.Actor, a *Article) error

// Own tells whether the article is the actor's: they write it, or are asked to.
func Own(actor account.Actor, a *Article) bool {
	return actor.ID != 0 && (a.Owner == actor.ID || a.Assignee == actor.ID)
}

// mayRead: contributors see their own articles, everybody else all.
func mayRead(actor account.Actor, a *Article) error {
	if actor.Role == account.Contributor && !Own(actor, a) {
		return fault.New(fault.Denied, "you may not open %q: it is not yours, and that needs the role %s", a.Headline, account.Author).
			WithHint("ask an editor to assign it to you")
	}
	return nil
}

// mayEdit: editors edit everything; authors their own articles, contributors
// their own until they submit them.
func mayEdit(actor account.Actor, a *Article) error {
	switch {
	case a.Status == StatusWithdrawn:
		return fault.New(fault.Denied, "%q was withdrawn, and what readers were told of it stays as it is", a.Headline)
	case a.Status == StatusBinned:
		return fault.New(fault.Denied, "%q is in the bin", a.Headline).WithHint("bring it back first")
	case actor.Role >= account.Editor:
		return nil
	case !Own(actor, a):
		return fault.New(fault.Denied, "you may not edit %q: it is not yours, and that needs the role %s", a.Headline, account.Editor).
			WithHint("ask an editor to assign it to you")
	case actor.Role == account.Contributor && a.Status != StatusDraft && a.Status != StatusChanges:
		return fault.New(fault.Denied, "you have submitted %q: an editor has it now", a.Headline).
			WithHint("take it back to go on writing, or ask the editor for changes")
	}
	return nil
}

// mayPublish: editors publish everything, authors their own articles.
func mayPublish(actor account.Actor, a *Article) error {
	if err := actor.Require(account.Author, "publish articles"); err != nil {
		return err
	}
	return mayEdit(actor, a)
}

// mayRetract: who may publish takes a schedule back; only editors take away
// what readers have.
func mayRetract(actor account.Actor, a *Article) error {
	if a.Status == StatusScheduled {
		return mayPublish(actor, a)
	}
	return actor.Require(account.Editor, "retract articles")
}

// editors is the right to do something that only editors do.
func editors(verb string) right {
	return func(actor account.Actor, _ *Article) error { return actor.Require(account.Editor, verb) }
}

// MayRead, MayEdit and MayPublish tell what the desk offers an actor; the
// service asks again when they do it.

// MayRead tells whether the actor sees the article at the desk.
func MayRead(actor account.Actor, a *Article) bool { return mayRead(actor, a) == nil }

// MayEdit tells whether the actor may change the article's content.
func MayEdit(actor account.Actor, a *Article) bool { return mayEdit(actor, a) == nil }

// MayPublish tells whether the actor may put the article before readers.
func MayPublish(actor account.Actor, a *Article) bool { return mayPublish(actor, a) == nil }
