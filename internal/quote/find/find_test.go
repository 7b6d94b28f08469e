package find

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var day = time.Date(2026, 4, 20, 0, 0, 0, 0, time.UTC) // a Monday

func TestQuotes_WhereTheyStand(t *testing.T) {
	text := "“If they come back,” Captain Ann Sule said on Friday, “we will be here.”"
	got := Quotes([]string{"Nothing here.", text}, day)
	if len(got) != 1 || got[0].Paragraph != 1 || len(got[0].Spans) != 2 || got[0].Date != "2026-04-17" || !got[0].Direct || got[0].Speaker != "Ann Sule" || got[0].Role != "Captain" {
		t.Fatalf("found %+v", got)
	}
	for i, want := range []string{"If they come back", "we will be here"} {
		if s := got[0].Spans[i]; text[s.From:s.To] != want {
			t.Errorf("passage %d is %q", i, text[s.From:s.To])
		}
	}
}

func TestDateIn(t *testing.T) {
	f := finder{day: day}
	for in, want := range map[string]string{"on Monday": "2026-04-20", "last Monday": "2026-04-13", "on Sunday night": "2026-04-19", "on April 21": "2025-04-21", "on 3 March 2024": "2024-03-03",
		"in June": "2025-06", "in 2019": "2019", "yesterday": "2026-04-19", "on Feb. 30": "", "last year": "2025", "next week": ""} {
		if got := f.dateIn(in); got != want {
			t.Errorf("%q is %q, not %q", in, got, want)
		}
	}
}

// Whatever the text, what is found lies in it, in order, at whole letters.
func FuzzQuotes(f *testing.F) {
	f.Add("“No,” said Ann Lee, the mayor. He added that it was over.\nAccording to Dr. Bo, rain fell.")
	f.Add("\"What\" the 'minister' told the BBC on May 3: “x” said , who ’s")
	f.Fuzz(func(t *testing.T, s string) {
		paragraphs := strings.Split(s, "\n")
		for _, q := range Quotes(paragraphs, day) {
			if q.Speaker == "" || q.Paragraph < 0 || q.Paragraph >= len(paragraphs) || len(q.Spans) == 0 {
				t.Fatalf("found %+v", q)
			}
			text, last := paragraphs[q.Paragraph], 0
			for _, span := range q.Spans {
				if span.From < last || span.To <= span.From || span.To > len(text) || !utf8.ValidString(text[span.From:span.To]) {
					t.Fatalf("a passage %v of %q", q.Spans, text)
				}
				last = span.To
			}
		}
	})
}
