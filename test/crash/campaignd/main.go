// Command campaignd sends one mailing to numbered readers, and goes on with it
// when it is started again: the program that the campaign scenarios of the
// fault harness kill. It is not part of the product.
//
//	campaignd -data DIR -relay HOST:PORT -recipients N [-fault NAME] [-die STATEMENT:N]
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"dateline/internal/account"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/delivery"
	"dateline/internal/delivery/relay"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/subscriber"
	"dateline/internal/vault"
	"dateline/test/crash"
)

type options struct {
	data, database, relay, fault, die string
	recipients, connections, size     int
	lease                             time.Duration
	algorithm                         string
}

func main() {
	var opt options
	flag.StringVar(&opt.data, "data", "", "data `FOLDER`")
	flag.StringVar(&opt.database, "database", "", "database `URL`, SQLite in the data folder when empty")
	flag.StringVar(&opt.relay, "relay", "", "`HOST:PORT` of the mail server")
	flag.IntVar(&opt.recipients, "recipients", 1000, "how many readers there are")
	flag.IntVar(&opt.connections, "connections", 10, "connections to the mail server")
	flag.IntVar(&opt.size, "size", 2000, "bytes of a letter's HTML")
	flag.DurationVar(&opt.lease, "lease", 3*time.Second, "how long a silent process keeps its letters")
	flag.StringVar(&opt.algorithm, "dkim", "ed25519", "kind of key to sign with: ed25519, rsa, or none")
	flag.StringVar(&opt.fault, "fault", "", "plant this `FAULT`: checkpoint moves the mark when letters are fetched, as listmonk does")
	flag.StringVar(&opt.die, "die", "", "end by SIGKILL before the n-th statement that begins so: `STATEMENT:N`")
	flag.Parse()
	if err := run(opt); err != nil {
		fmt.Fprintln(os.Stderr, "campaignd:", err)
		os.Exit(1)
	}
}

func run(opt options) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	url := opt.database
	if url == "" {
		url = "sqlite:" + filepath.Join(opt.data, "dateline.db")
	}
	d, err := db.Open(ctx, url, db.Options{Trace: dying(opt.die)})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	s, err := service(ctx, d, opt)
	if err != nil {
		return err
	}
	jobs := job.NewRunner(d, clock.System{}, slog.Default())
	jobs.Handle(delivery.JobFill, s.HandleFill)
	host, text, _ := net.SplitHostPort(opt.relay)
	port, _ := strconv.Atoi(text)
	r, err := delivery.NewRunner(s, delivery.Options{Lease: opt.lease, DomainConnections: opt.connections,
		Relays: []relay.Config{{Host: host, Port: port, Security: relay.Plain, Connections: opt.connections}}})
	if err != nil {
		return err
	}
	// Not under ctx: a signal to stop must not cut connections.
	jobs.Start(context.Background())
	r.Start(context.Background())
	fmt.Println("listening on nothing")
	err = wait(ctx, s)
	limit, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if e := r.Stop(limit); err == nil {
		err = e
	}
	if e := jobs.Stop(limit); err == nil {
		err = e
	}
	return err
}

// mailing is the id of the one mailing.
const mailing = crash.CampaignMailing

// service makes the delivery service and starts the mailing unless it is there.
func service(ctx context.Context, d *db.DB, opt options) (*delivery.Service, error) {
	v, err := vault.New([]byte("the same key in every life of it"))
	if err != nil {
		return nil, err
	}
	s := delivery.NewService(delivery.Parts{DB: d, Clock: clock.System{}, Vault: v, Log: slog.Default(),
		Readers: readers{opt, d}, Renderer: renderer(opt.size)})
	if keys, err := s.Keys(ctx, account.System("test")); err != nil {
		return nil, err
	} else if len(keys) == 0 && opt.algorithm != "none" {
		k, err := s.MakeKey(ctx, account.System("test"), opt.algorithm, "paper.example", "dl")
		if err != nil {
			return nil, err
		}
		if err := s.UseKey(ctx, account.System("test"), k.ID, true); err != nil {
			return nil, err
		}
	}
	err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.Start(ctx, tx, delivery.Mailing{ID: mailing, Newsletter: 1, LocalHour: -1})
	})
	if err != nil && !fault.Is(err, fault.Conflict) {
		return nil, err
	}
	return s, nil
}

// wait returns when the mailing is finished, or at a signal. It says how the
// mailing stands at the end, and complains when the states do not add up.
func wait(ctx context.Context, s *delivery.Service) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		p, err := s.Progress(context.Background(), mailing)
		if err != nil {
			return err
		}
		if sum := p.Waiting + p.Deferred + p.Sent + p.Bounced + p.Skipped + p.GaveUp; sum != p.Total || p.Waiting < 0 {
			return fmt.Errorf("the states add up to %d of %d: %+v", sum, p.Total, p)
		}
		if p.State == delivery.Finished {
			text, err := json.Marshal(p)
			fmt.Fprintf(os.Stderr, "%s %s\n", crash.CampaignFinished, text)
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// dying returns what ends the process before the n-th statement that begins as
// told; nil for never.
func dying(when string) func(string) {
	begin, text, ok := strings.Cut(when, ":")
	n, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil {
		return nil
	}
	var seen atomic.Int64
	return func(query string) {
		if strings.HasPrefix(query, begin) && seen.Add(1) == n {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // nothing more is done in the moment until the signal arrives
		}
	}
}

// readers are numbered.
type readers struct {
	opt options
	d   *db.DB
}

func (r readers) Members(_ context.Context, _ db.Querier, _ subscriber.Audience, after int64, limit int) (out []subscriber.Member, err error) {
	for id := after + 1; id <= int64(r.opt.recipients) && len(out) < limit; id++ {
		out = append(out, subscriber.Member{ID: id})
	}
	return out, nil
}

func (r readers) Recipients(ctx context.Context, _ db.Querier, _ int64, ids []int64) (out []subscriber.Recipient, err error) {
	for _, id := range ids {
		out = append(out, subscriber.Recipient{ID: id, Address: crash.CampaignReader(int(id - 1)), Name: "Reader", Active: true})
	}
	if r.opt.fault == "checkpoint" {
		err = r.d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, id := range ids {
				if _, err := tx.Exec(ctx, `UPDATE mailing_recipient SET state = 'sent' WHERE subscriber_id = $1 AND mailing_id = $2`, id, int64(mailing)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return out, err
}

func (readers) Bounced(context.Context, *db.Tx, int64, bool) error { return nil }
func (readers) Delivered(context.Context, *db.Tx, int64) error     { return nil }
func (readers) Complained(context.Context, *db.Tx, int64) error    { return nil }

func (readers) Leave(context.Context, subscriber.Access, bool, subscriber.Consent) error { return nil }
func (readers) Mark(newsletter, reader int64) string                                     { return "" }

func (readers) Links(newsletter, reader, mailing int64) subscriber.Links {
	link := fmt.Sprintf("https://paper.example/n/%d-%d-%d-01234567890123456789012345678901234567890", newsletter, reader, mailing)
	return subscriber.Links{Unsubscribe: link, OneClick: link, Preferences: link}
}

// renderer gives everybody the same letter of a size.
type renderer int

func (r renderer) Variant(context.Context, int64, subscriber.Member) (string, *delivery.Variant, error) {
	const row = "<tr><td style=\"padding:0 24px\">A paragraph of news with some words in it.</td></tr>\n"
	return "all", &delivery.Variant{Subject: "The news of the morning", From: mail.Address{Name: "The Gull", Address: "news@paper.example"},
		ListID: "morning.paper.example", ListName: "Morning", Text: "Hello " + delivery.SlotName + "\n" + delivery.SlotUnsubscribe + "\n",
		HTML: strings.Repeat(row, 1+int(r)/len(row)) + `<a href="` + delivery.SlotUnsubscribe + `">leave</a>`}, nil
}
