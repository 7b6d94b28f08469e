// Package blobtest is the suite that every blob.Store passes.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/blob"
	"dateline/internal/fault"
)

// Run checks the stores that open makes, each of them empty.
func Run(t *testing.T, open func(t *testing.T) blob.Store) {
	for name, check := range map[string]func(t *testing.T, s blob.Store){
		"keeps what it was given":     keeps,
		"replaces whole":              replaces,
		"failed put changes nothing":  failedPut,
		"half a put is invisible":     halfPut,
		"cancelled put":               cancelledPut,
		"seeks":                       seeks,
		"open blob outlives deletion": outlives,
		"deletes":                     deletes,
		"lists in order":              lists,
		"list stops":                  listStops,
		"refuses odd keys":            refusesKeys,
		"many writers of one key":     writers,
	} {
		t.Run(name, func(t *testing.T) { check(t, open(t)) })
	}
}

func put(t *testing.T, s blob.Store, key, content string) {
	t.Helper()
	info, err := s.Put(t.Context(), key, strings.NewReader(content))
	if err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
	if info.Key != key || info.Size != int64(len(content)) {
		t.Fatalf("put %s returned %+v", key, info)
	}
}

func get(t *testing.T, s blob.Store, key string) string {
	t.Helper()
	o, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("get %s: %v", key, err)
	}
	defer o.Close()
	b, err := io.ReadAll(o)
	if err != nil || o.Info.Size != int64(len(b)) || o.Info.Key != key {
		t.Fatalf("get %s: %v, %d bytes, %+v", key, err, len(b), o.Info)
	}
	return string(b)
}

func keys(t *testing.T, s blob.Store, prefix string) []string {
	t.Helper()
	out := []string{}
	for info, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, info.Key)
	}
	return out
}

func keeps(t *testing.T, s blob.Store) {
	for _, content := range []string{"", "a", strings.Repeat("0123456789", 1<<17)} {
		key := fmt.Sprintf("a/b/c-%d.bin", len(content))
		put(t, s, key, content)
		if get(t, s, key) != content {
			t.Errorf("%s differs", key)
		}
		if info, err := s.Stat(t.Context(), key); err != nil || info.Size != int64(len(content)) || info.Modified.IsZero() {
			t.Errorf("stat %s: %v %+v", key, err, info)
		}
	}
	if _, err := s.Get(t.Context(), "a/b"); !fault.Is(err, fault.NotFound) {
		t.Errorf("get of a folder: %v", err)
	}
	for _, absent := range []string{"absent", "a/b/none", "a/b/c-1.bin/below"} {
		if _, err := s.Get(t.Context(), absent); !fault.Is(err, fault.NotFound) {
			t.Errorf("get %s: %v", absent, err)
		}
		if _, err := s.Stat(t.Context(), absent); !fault.Is(err, fault.NotFound) {
			t.Errorf("stat %s: %v", absent, err)
		}
	}
}

func replaces(t *testing.T, s blob.Store) {
	put(t, s, "k", "a long first content")
	put(t, s, "k", "short")
	if got := get(t, s, "k"); got != "short" {
		t.Errorf("got %q", got)
	}
}

var errReader = errors.New("reader broke")

func failedPut(t *testing.T, s blob.Store) {
	broken := func() io.Reader {
		return io.MultiReader(strings.NewReader("half"), readerFunc(func([]byte) (int, error) { return 0, errReader }))
	}
	if _, err := s.Put(t.Context(), "new/key", broken()); !errors.Is(err, errReader) {
		t.Errorf("put: %v", err)
	}
	put(t, s, "old", "content")
	if _, err := s.Put(t.Context(), "old", broken()); !errors.Is(err, errReader) {
		t.Errorf("put: %v", err)
	}
	if got := get(t, s, "old"); got != "content" {
		t.Errorf("the old blob became %q", got)
	}
	if diff := cmp.Diff([]string{"old"}, keys(t, s, "")); diff != "" {
		t.Error(diff)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// halfPut looks at the store while a Put has read half of its content, which
// is what a crash at that instant would leave.
func halfPut(t *testing.T, s blob.Store) {
	put(t, s, "old", "content")
	looked := false
	reader := io.MultiReader(strings.NewReader("half of it"), readerFunc(func([]byte) (int, error) {
		looked = true
		if got := get(t, s, "old"); got != "content" {
			t.Errorf("half a blob is visible: %q", got)
		}
		if diff := cmp.Diff([]string{"old"}, keys(t, s, "")); diff != "" {
			t.Error(diff)
		}
		return 0, io.EOF
	}))
	if _, err := s.Put(t.Context(), "old", reader); err != nil || !looked {
		t.Fatalf("%v, looked %v", err, looked)
	}
	if got := get(t, s, "old"); got != "half of it" {
		t.Errorf("got %q", got)
	}
}

func cancelledPut(t *testing.T, s blob.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	endless := readerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil })
	if _, err := s.Put(ctx, "k", endless); !errors.Is(err, context.Canceled) {
		t.Errorf("put: %v", err)
	}
	if got := keys(t, s, ""); len(got) != 0 {
		t.Errorf("left %q", got)
	}
}

func seeks(t *testing.T, s blob.Store) {
	put(t, s, "k", "0123456789")
	o, err := s.Get(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	buf := make([]byte, 3)
	for _, at := range []int64{7, 0, 4} {
		if _, err := o.Seek(at, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(o, buf); err != nil || string(buf) != "0123456789"[at:at+3] {
			t.Errorf("at %d: %q %v", at, buf, err)
		}
	}
	if n, err := o.Seek(0, io.SeekEnd); n != 10 || err != nil {
		t.Errorf("end: %d %v", n, err)
	}
}

func outlives(t *testing.T, s blob.Store) {
	put(t, s, "k", "content")
	o, err := s.Get(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if err := s.Delete(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(o); string(b) != "content" || err != nil {
		t.Errorf("%q %v", b, err)
	}
}

func deletes(t *testing.T, s blob.Store) {
	put(t, s, "a/k", "content")
	put(t, s, "a/l", "content")
	for range 2 {
		if err := s.Delete(t.Context(), "a/k"); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Errorf("delete of a folder: %v", err)
	}
	if diff := cmp.Diff([]string{"a/l"}, keys(t, s, "")); diff != "" {
		t.Error(diff)
	}
}

func lists(t *testing.T, s blob.Store) {
	for _, key := range []string{"ba/x", "b", "a0", "a/bc", "a/b/c/d", "a/b-c/d", "a.c", "a-b"} {
		put(t, s, key, "x")
	}
	want := map[string][]string{
		"":  {"a-b", "a.c", "a/b-c/d", "a/b/c/d", "a/bc", "a0", "b", "ba/x"},
		"a": {"a-b", "a.c", "a/b-c/d", "a/b/c/d", "a/bc", "a0"}, "a/": {"a/b-c/d", "a/b/c/d", "a/bc"},
		"a/b": {"a/b-c/d", "a/b/c/d", "a/bc"}, "a/b/": {"a/b/c/d"}, "b": {"b", "ba/x"}, "c": {}, "../": {},
	}
	for prefix, w := range want {
		if diff := cmp.Diff(w, keys(t, s, prefix)); diff != "" {
			t.Errorf("prefix %q: %s", prefix, diff)
		}
	}
}

func listStops(t *testing.T, s blob.Store) {
	for _, k := range []string{"a", "b/c", "d"} {
		put(t, s, k, "x")
	}
	n := 0
	for range s.List(t.Context(), "") {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d blobs came", n)
	}
}

// OddKeys must be refused by every method.
var OddKeys = []string{
	"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/../b", "./a", "a/.b", ".a", "-a", "a\\b", "a b", "A", "ä", "a\x00",
	"a\n", "a%2fb", "c:a", "~", strings.Repeat("a", 300), strings.Repeat("a/", 200) + "a",
}

func refusesKeys(t *testing.T, s blob.Store) {
	for _, k := range OddKeys {
		_, putErr := s.Put(t.Context(), k, strings.NewReader("x"))
		_, getErr := s.Get(t.Context(), k)
		_, statErr := s.Stat(t.Context(), k)
		for name, err := range map[string]error{"put": putErr, "get": getErr, "stat": statErr, "delete": s.Delete(t.Context(), k)} {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s %.40q: %v", name, k, err)
			}
		}
	}
}

func writers(t *testing.T, s blob.Store) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			content := bytes.Repeat([]byte{byte('a' + i)}, 100_000)
			if _, err := s.Put(t.Context(), "x/y/same", bytes.NewReader(content)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := get(t, s, "x/y/same"); len(got) != 100_000 || strings.Trim(got, got[:1]) != "" {
		t.Error("writers were mixed")
	}
}
