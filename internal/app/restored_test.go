package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/internal/config"
	"dateline/internal/edition"
	"dateline/internal/fence"
	"dateline/internal/mail"
	"dateline/internal/subscriber/transfer"
	"dateline/test/sink"
)

// served is a site that is served from a folder, with a mail server.
func served(t *testing.T, folder string, to *sink.Sink) (a *App, stop func()) {
	t.Helper()
	host, port := to.HostPort()
	cfg, err := config.Load(config.Sources{Environ: []string{"DATELINE_SMTP_HOST=" + host, fmt.Sprintf("DATELINE_SMTP_PORT=%d", port), "DATELINE_SMTP_SECURITY=none",
		"DATELINE_MAIL_FROM=news@paper.example", "DATELINE_ADDR=127.0.0.1:0"}, Flags: map[string]string{"data": folder}})
	if err != nil {
		t.Fatal(err)
	}
	if a, err = Open(t.Context(), cfg, os.Stderr); err != nil {
		t.Fatal(err)
	}
	a.editions.Resolve, a.editions.Fetch = nil, nil
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- a.Serve(ctx, func(string) { close(ready) }) }()
	select {
	case <-ready:
	case err := <-done:
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		a.Close()
	}
	t.Cleanup(stop)
	return a, stop
}

// copyFolder copies a data folder as cp -r does.
func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(to, "secret.key"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A copy whose mail is held back ends as any other server when it is told to.
func TestRestored_StopsWhileMailIsHeld(t *testing.T) {
	to, err := sink.Start(sink.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(to.Close)
	folder := filepath.Join(t.TempDir(), "site")
	_, stop := served(t, folder, to)
	stop()
	twin := filepath.Join(t.TempDir(), "copy")
	copyFolder(t, folder, twin)
	a, stop := served(t, twin, to)
	if a.fence.Held() == fence.Free {
		t.Fatal("the copy holds nothing back")
	}
	ended := make(chan struct{})
	go func() { defer close(ended); stop() }()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("the server does not end")
	}
}

// A folder that is copied in the middle of a campaign sends nothing before
// somebody confirms; then it sends the rest.
func TestRestored_SendsNothingUntilConfirmed(t *testing.T) {
	const readers = 400
	slow := sink.Options{Latency: 20 * time.Millisecond}
	original, err := sink.Start(slow)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(original.Close)
	folder := filepath.Join(t.TempDir(), "site")
	a, stop := served(t, folder, original)
	var list strings.Builder
	list.WriteString("email\n")
	for i := range readers {
		fmt.Fprintf(&list, "reader%d@home%d.example\n", i, i%40)
	}
	in, err := transfer.Unpack("list.csv", strings.NewReader(list.String()), int64(list.Len()))
	if err == nil {
		_, err = a.ImportReaders(t.Context(), in, transfer.Options{})
	}
	var e, later edition.Edition
	if err == nil {
		e, err = a.ComposeEdition(t.Context(), NewEdition{Newsletter: "newsletter", Subject: "Morning", Preview: "Rain", Intro: "It rains."})
	}
	if err == nil {
		later, err = a.ComposeEdition(t.Context(), NewEdition{Newsletter: "newsletter", Subject: "Later", Preview: "Sun", Intro: "It shines."})
	}
	if err == nil {
		_, err = a.SendEdition(t.Context(), e, SendWhen{})
	}
	if err == nil {
		_, err = a.editions.Send(t.Context(), operator, edition.SendInput{ID: later.ID, Revision: later.Revision, At: time.Now().Add(3 * time.Second), LocalHour: -1})
	}
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the middle of the campaign", func() bool { return original.Count() > readers/8 })
	stop()
	before := original.Count()
	if before >= 2*readers {
		t.Fatal("the campaign was over before the folder was copied")
	}

	twin := filepath.Join(t.TempDir(), "copy")
	copyFolder(t, folder, twin)
	other, err := sink.Start(sink.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	b, _ := served(t, twin, other)
	if post, err := b.post(); err != nil || post.Send(t.Context(), mail.Message{}) == nil {
		t.Errorf("the copy hands letters over (%v)", err)
	}
	time.Sleep(6 * time.Second) // the lease of the mailing's chunks and the time of the scheduled edition pass
	if n := other.Count(); n != 0 {
		t.Errorf("the copy sent %d letters", n)
	}
	if got, err := b.Edition(t.Context(), later.ID); err != nil || got.State != edition.Scheduled {
		t.Errorf("the scheduled edition is %s (%v)", got.State, err)
	}
	if got, err := b.EditionProgress(t.Context(), e.ID); err != nil || !strings.Contains(got.Trouble, "copy") {
		t.Errorf("the report says %q (%v)", got.Trouble, err)
	}
	if b.MailHeld() == "" {
		t.Error("the copy does not say why")
	}
	if err := b.ConfirmRestored(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, "the rest of both", func() bool { return before+other.Count() >= 2*readers })

	a, _ = served(t, folder, original) // which was never a copy
	if a.MailHeld() != "" {
		t.Errorf("the original: %s", a.MailHeld())
	}
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.After(2 * time.Minute)
	for !ok() {
		select {
		case <-limit:
			t.Fatalf("not reached: %s", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
