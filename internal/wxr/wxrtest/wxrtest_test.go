package wxrtest

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/wxr"
)

func TestWrite_ReadsBackAsCounted(t *testing.T) {
	var file, again bytes.Buffer
	spec := Spec{Seed: 7, Articles: 450}
	truth, err := Write(&file, spec)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Write(&again, spec); err != nil || !bytes.Equal(file.Bytes(), again.Bytes()) {
		t.Fatalf("the same spec gave other bytes (%v)", err)
	}
	got := Truth{Words: truth.Words, Bytes: int64(file.Len()), Menus: 1}
	r := wxr.NewReader(&file, wxr.Options{})
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		count(&got, rec)
	}
	if diff := cmp.Diff(truth, got); diff != "" {
		t.Error(diff)
	}
	if len(r.Repairs()) > 0 {
		t.Errorf("repairs %v", r.Repairs())
	}
	if per := truth.Bytes / int64(truth.Articles); per < 5000 || per > 9000 {
		t.Errorf("%d bytes an article, want 5 to 9 KB", per)
	}
}

func count(got *Truth, rec wxr.Record) {
	switch rec := rec.(type) {
	case *wxr.Author:
		got.Authors++
	case *wxr.Term:
		switch rec.Element {
		case "category":
			got.Sections++
		case "tag":
			got.Tags++
		case "term":
			got.Terms++
		}
	case *wxr.Item:
		got.Items++
		switch rec.Type {
		case "post":
			got.Articles++
		case "page":
			got.Pages++
		case "attachment":
			got.Media++
		case "nav_menu_item":
			got.MenuItems++
		}
		switch rec.Status {
		case "draft":
			got.Draft++
		case "private":
			got.Private++
		}
		if rec.Password != "" {
			got.Password++
		}
		if rec.Sticky {
			got.Sticky++
		}
		for _, c := range rec.Comments {
			got.Comments++
			if c.Approved == "0" {
				got.Pending++
			}
		}
	}
}

// BenchmarkReader reads articles of 5 to 9 KB; one operation is one article.
func BenchmarkReader(b *testing.B) {
	var file bytes.Buffer
	truth, err := Write(&file, Spec{Articles: 2000})
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	b.SetBytes(truth.Bytes / int64(truth.Articles))
	b.ReportAllocs()
	for done := 0; done < b.N; done += truth.Articles {
		r := wxr.NewReader(bytes.NewReader(file.Bytes()), wxr.Options{})
		for {
			if _, err := r.Next(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}
