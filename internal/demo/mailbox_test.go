package demo

import (
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/internal/clock"
)

func TestMailbox_KeepsTheLatestLetters(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "letters")
	now := clock.NewManual(time.Date(2026, 4, 18, 9, 0, 0, 0, time.UTC))
	m, err := OpenMailbox(t.Context(), dir, now)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	s := m.Settings()
	send := func(text string) {
		t.Helper()
		if err := smtp.SendMail(s["smtp_host"]+":"+s["smtp_port"], nil, "courier@aldermouth.example", []string{"reader@readers.example"}, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range mostLetters {
		if err := os.WriteFile(filepath.Join(dir, time.Unix(int64(i), 0).UTC().Format("20060102-150405")+"-0001.eml"), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	send("Subject: One\r\n\r\n.Hello\r\n")
	send("Subject: Two\r\n\r\nHello\r\n")
	files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil || len(files) != mostLetters {
		t.Fatalf("%d letters, %v", len(files), err)
	}
	for i, want := range []string{"Subject: One\r\n\r\n.Hello", "Subject: Two"} {
		got, err := os.ReadFile(files[mostLetters-2+i])
		if err != nil || !strings.HasPrefix(string(got), want) {
			t.Errorf("letter %d: %q, %v", i, got, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "notes.txt")); err != nil {
		t.Error("another file was removed")
	}
}

func TestMailbox_NeedsItsFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenMailbox(t.Context(), file, clock.System{}); err == nil || !strings.Contains(err.Error(), "cannot be kept") {
		t.Errorf("error %v", err)
	}
}
