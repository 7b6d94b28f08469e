package view_test

import (
	"testing"

	"dateline/internal/view"
	"dateline/ui/theme"
)

func BenchmarkRender(b *testing.B) {
	engine, err := view.New(theme.FS, "", "en")
	if err != nil {
		b.Fatal(err)
	}
	pages := newFixture("en").all()
	for _, name := range []string{"article", "front", "section"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := engine.Render(pages[name]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
