package richtext

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

var momentIDs = regexp.MustCompile(`site-moment-[0-9a-z]+`)

func rowOf(date, title string) Node {
	return Node{Type: "timeline_event", Attrs: map[string]any{"date": date, "title": title}}
}

func TestTimeline_Years(t *testing.T) {
	for name, test := range map[string]struct {
		dates []string
		want  string // runs with their headings
	}{
		"one year":             {[]string{"2026-05", "2026-05-04", "2026"}, "3"},
		"no date":              {[]string{"", ""}, "2"},
		"forwards":             {[]string{"2024", "2025-01", "2025-02", "2026"}, "2024:1 2025:2 2026:1"},
		"backwards":            {[]string{"2026-01-02", "2025", "2025"}, "2026:1 2025:2"},
		"back and forth":       {[]string{"2024", "2026", "2025"}, "3"},
		"rows without a date":  {[]string{"", "2024", "", "2025", ""}, ":1 2024:2 2025:2"},
		"moments":              {[]string{"2024-12-31T23:00+02:00", "2025-01-01T00:00:00Z"}, "2024:1 2025:1"},
		"words where a day is": {[]string{"Spring 2026", "2025", "2026"}, ":1 2025:1 2026:1"},
		"empty":                {nil, "0"},
	} {
		var nodes []Node
		for _, date := range test.dates {
			nodes = append(nodes, rowOf(date, "Row"))
		}
		var got []string
		for _, year := range eventYears(nodes) {
			run := string(rune('0' + len(year.events)))
			if year.label != "" || len(eventYears(nodes)) > 1 {
				run = year.label + ":" + run
			}
			got = append(got, run)
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestTimeline_Shown(t *testing.T) {
	d := Doc{Content: []Node{{Type: "timeline", Attrs: map[string]any{"title": "The ferry"},
		Content: []Node{rowOf("2025-03", "Talks"), rowOf("2026-12-02", "Vote"), rowOf("2026", "Report")}}}}
	coming := func(date string) bool { return date == "2026-12-02" }
	for name, test := range map[string]struct{ got, want string }{
		"page": {HTML(d, Options{Coming: coming}), `<div class="timeline-box"><p class="timeline-title">The ferry</p>
<p class="timeline-year">2025</p>
<ol class="timeline" aria-label="The ferry, 2025">
<li class="timeline-event" id="site-moment-…"><p class="timeline-date"><time datetime="2025-03">March 2025</time></p>
<p class="timeline-headline">Talks</p>
</li>
</ol>
<p class="timeline-year">2026</p>
<ol class="timeline" aria-label="The ferry, 2026">
<li class="timeline-event timeline-coming" id="site-moment-…"><p class="timeline-date"><time datetime="2026-12-02">2 December 2026</time> <span class="timeline-mark">Scheduled</span></p>
<p class="timeline-headline">Vote</p>
</li>
<li class="timeline-event" id="site-moment-…"><p class="timeline-date"><time datetime="2026">2026</time></p>
<p class="timeline-headline">Report</p>
</li>
</ol>
</div>
`},
		"feed": {FeedHTML(d, Options{Coming: coming}), `<div><p><strong>The ferry</strong></p>
<p><strong>2025</strong></p>
<ol>
<li><p><time datetime="2025-03">March 2025</time></p>
<p>Talks</p>
</li>
</ol>
<p><strong>2026</strong></p>
<ol>
<li><p><time datetime="2026-12-02">2 December 2026</time> · Scheduled</p>
<p>Vote</p>
</li>
<li><p><time datetime="2026">2026</time></p>
<p>Report</p>
</li>
</ol>
</div>
`},
		"text": {MailText(d, MailOptions{Coming: coming}), `The ferry
---------

2025

March 2025: Talks

2026

2 December 2026 · Scheduled: Vote

2026: Report`},
	} {
		if got := momentIDs.ReplaceAllString(test.got, "site-moment-…"); got != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, test.want)
		}
	}
	mail := MailHTML(d, MailOptions{Coming: coming})
	for _, want := range []string{">2025</p>", ">2026</p>", ">2 December 2026 · Scheduled</p>"} {
		if strings.Count(mail, want) < 1 {
			t.Errorf("the letter has no %s: %s", want, mail)
		}
	}
	if strings.Count(mail, "Scheduled") != 1 || strings.Contains(HTML(d, Options{}), "Scheduled") {
		t.Error("a row is called scheduled that is not")
	}
}

func TestBegins(t *testing.T) {
	east := time.FixedZone("", 3*60*60)
	for date, want := range map[string]string{
		"2026": "2026-01-01T00:00:00+03:00", "2026-05": "2026-05-01T00:00:00+03:00", "2026-05-04": "2026-05-04T00:00:00+03:00",
		"2026-05-04T10:00Z": "2026-05-04T10:00:00Z", "2026-05-04T10:00:30+01:00": "2026-05-04T10:00:30+01:00", "in spring": "0001-01-01T00:00:00Z",
	} {
		if got := Begins(date, east).Format(time.RFC3339); got != want {
			t.Errorf("%s begins %s, want %s", date, got, want)
		}
	}
}
