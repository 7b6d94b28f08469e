package bounce

import (
	"context"
	"io"

	"github.com/emersion/go-imap"
	"github.com/emersion/go-imap/client"

	"dateline/internal/fault"
)

func (m Mailbox) visitIMAP(ctx context.Context, to Receiver) (done int, err error) {
	conn, err := m.dial(ctx)
	if err != nil {
		return 0, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	c, err := client.New(conn)
	if err != nil {
		conn.Close()
		return 0, err
	}
	defer c.Logout()
	c.Timeout = mailboxTime
	c.ErrorLog = nothing{}
	if !m.TLS && !m.local() {
		if err := c.StartTLS(m.config()); err != nil {
			return 0, err
		}
	}
	if err := c.Login(m.User, m.Password); err != nil {
		return 0, fault.New(fault.Unavailable, "the mailbox for bounces refuses name or password")
	}
	box, err := c.Select(m.Folder, false)
	if err != nil {
		return 0, err
	}
	if box.Messages == 0 {
		return 0, nil
	}
	criteria := imap.NewSearchCriteria()
	criteria.WithoutFlags = []string{imap.SeenFlag, imap.DeletedFlag}
	found, err := c.UidSearch(criteria)
	if err != nil {
		return 0, err
	}
	for _, uid := range found[:min(len(found), mostAtOnce)] {
		removed, err := fetchOne(ctx, c, uid, to)
		if err != nil {
			return done, err
		}
		if removed {
			done++
		}
	}
	if done > 0 {
		return done, c.Expunge(nil)
	}
	return 0, nil
}

// nothing drops what the library complains of.
type nothing struct{}

func (nothing) Printf(string, ...any) {}
func (nothing) Println(...any)        {}

// fetchOne reads a message and marks it: a report as deleted, another as seen.
func fetchOne(ctx context.Context, c *client.Client, uid uint32, to Receiver) (removed bool, err error) {
	set := new(imap.SeqSet)
	set.AddNum(uid)
	section := &imap.BodySectionName{Peek: true, Partial: []int{0, MostBytes}}
	messages := make(chan *imap.Message, 1)
	fetched := make(chan error, 1)
	go func() { fetched <- c.UidFetch(set, []imap.FetchItem{section.FetchItem()}, messages) }()
	var raw []byte
	for one := range messages {
		for _, body := range one.Body { // the answer names the section differently
			if body != nil && raw == nil {
				raw, _ = io.ReadAll(io.LimitReader(body, MostBytes))
			}
		}
	}
	if err := <-fetched; err != nil {
		return false, err
	}
	report, err := handle(ctx, to, raw)
	if err != nil {
		return false, err // it stays as it is, for the next visit
	}
	flag := imap.SeenFlag
	if report {
		flag = imap.DeletedFlag
	}
	return report, c.UidStore(set, imap.FormatFlagsOp(imap.AddFlags, true), []any{flag}, nil)
}
