package app

import (
	"os"
	"path/filepath"
	"testing"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/importer"
	"dateline/internal/site"
	"dateline/internal/wxr/wxrtest"
)

// imported opens a Dateline with an imported site of n articles.
func imported(b *testing.B, n int) *App {
	b.Helper()
	file := filepath.Join(b.TempDir(), "export.xml")
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := wxrtest.Write(f, wxrtest.Spec{Articles: n, Seed: 1}); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	a := openApp(b, db.SQLite)
	if _, err := a.ImportWordPress(b.Context(), importer.Options{Files: []string{file}}); err != nil {
		b.Fatal(err)
	}
	if err := a.jobs.Drain(b.Context()); err != nil {
		b.Fatal(err)
	}
	return a
}

// BenchmarkRender renders articles all over an archive of 2,000 without the
// page cache.
func BenchmarkRender(b *testing.B) {
	a := imported(b, 2000)
	arts, err := article.NewPublic(a.db, a.clock).List(b.Context(), article.ScopeSite, 0, article.Cursor{}, 2000)
	if err != nil || len(arts) == 0 {
		b.Fatal(len(arts), err)
	}
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		answer, err := a.site.Answer(b.Context(), site.Ask{Path: arts[i%len(arts)].Path})
		if err != nil || answer.Status != 200 {
			b.Fatal(answer.Status, err)
		}
		i++
	}
}

// BenchmarkImport imports an export of 2,000 articles with comments, without
// media, into SQLite; articles/s is the figure.
func BenchmarkImport(b *testing.B) {
	file := filepath.Join(b.TempDir(), "export.xml")
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	truth, err := wxrtest.Write(f, wxrtest.Spec{Articles: 2000, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		a := openApp(b, db.SQLite)
		b.StartTimer()
		if _, err := a.ImportWordPress(b.Context(), importer.Options{Files: []string{file}}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(truth.Articles*b.N)/b.Elapsed().Seconds(), "articles/s")
}
