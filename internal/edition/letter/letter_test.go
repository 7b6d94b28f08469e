package letter

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dateline/internal/richtext"
)

func words(kind string, texts ...string) richtext.Node {
	n := richtext.Node{Type: kind}
	for _, s := range texts {
		n.Content = append(n.Content, richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: s}}})
	}
	return n
}

func with(n richtext.Node, attrs map[string]any) richtext.Node {
	n.Attrs = attrs
	return n
}

// sample is a letter with everything in it.
func sample() Letter {
	plain := words("", "The council voted on Tuesday evening to reopen the eastern ferry slip, eleven years after it was shut.", "Work begins in March.").Content
	body := richtext.Doc{Version: 1, Content: append(plain,
		richtext.Node{Type: "heading", Content: []richtext.Node{{Type: "text", Text: "What was decided"}}},
		richtext.Node{Type: "bullet_list", Content: []richtext.Node{words("list_item", "Two boats an hour from May"), words("list_item", "A fare of one crown")}},
		with(words("attributed_quote", "We will not shut a slip in this town again while I am in office."), map[string]any{"speaker": "Ada Quill", "role": "mayor", "outlet": "The Courier", "date": "2026-05-04", "source": "https://paper.example/interview/"}),
		richtext.Node{Type: "accounts", Attrs: map[string]any{"title": "Who says what"}, Content: []richtext.Node{
			with(words("account", "The costs are covered."), map[string]any{"party": "The council", "silent": "The cost of the second boat"}),
			with(words("account", "Nobody has asked the crews."), map[string]any{"party": "The boatmen", "source": "https://paper.example/boatmen/", "source_label": "Statement"})}},
		richtext.Node{Type: "timeline", Attrs: map[string]any{"title": "Eleven years"}, Content: []richtext.Node{
			with(words("timeline_event", "A storm broke the pier."), map[string]any{"date": "2015-11", "title": "The slip is shut"}),
			with(words("timeline_event", "By nine votes to four."), map[string]any{"date": "2026-05-04", "title": "The vote"})}},
		with(words("fact_box", "Length 40 m, built 1908, rebuilt 1951."), map[string]any{"title": "The eastern slip"}),
		with(words("correction", "An earlier version gave 2014 as the year of the storm."), map[string]any{"kind": "correction", "date": "2026-05-05"}),
		richtext.Node{Type: "embed", Attrs: map[string]any{"provider": "youtube", "url": "https://youtube.com/watch?v=1", "title": "The harbour in 1951"}},
		with(words("pull_quote", "Two boats an hour, and a bell again."), map[string]any{"cite": "Ada Quill"}),
		richtext.Node{Type: "button", Attrs: map[string]any{"url": "https://paper.example/ferry/", "label": "See the timetable"}})}
	picture := &richtext.Picture{URL: "https://paper.example/media/x/w1280.jpg", Width: 1280, Height: 720, Alt: "The harbour", Credit: "Photograph: Ann Lee"}
	return Letter{Language: "en", Dir: "ltr", Subject: "The ferry is back", Preview: "And a bridge opens", Site: "The Aldermouth Courier", SiteURL: "https://paper.example",
		Newsletter: "The Briefing", Date: "Monday, May 4, 2026", WebURL: "https://paper.example/newsletter/briefing/ferry/", Title: "The ferry is back",
		Intro: richtext.Doc{Content: words("", "Good morning. Three stories to begin the week with.").Content},
		Items: []Item{
			{Kicker: "Harbour", Headline: "Council reopens the eastern slip", Standfirst: "Boats will leave every half hour from May.", Byline: "Ann Lee", Date: "May 4, 2026", URL: "https://paper.example/world/slip/", Picture: picture, Body: &body},
			{Kicker: "City", Headline: "The bridge at Long Lane opens", Standfirst: "Carts may cross from noon.", Byline: "Bo Park", URL: "https://paper.example/city/bridge/", Picture: picture},
			{Label: "Correction", Headline: "The school roof", URL: "https://paper.example/city/roof/", Corrected: []Corrected{{Note: "We gave the wrong year.", Wrong: "built in 1999", Right: "built in 2001"}}}},
		Words:       Words{ViewOnline: "View in browser", Read: "Read on", Reason: "You get this letter because you subscribed to “The Briefing” at paper.example.", Unsubscribe: "Unsubscribe", Preferences: "Choose what you get", Links: "Links:", Wrong: "It said:", Right: "Correct is:"},
		Unsubscribe: "https://slot.invalid/leave", Preferences: "https://slot.invalid/choose"}
}

// TestLetter_LoadsNothingFromElsewhere also holds what every letter must have.
// DATELINE_SHOTS names a folder that gets the sample, for people to look at.
func TestLetter_LoadsNothingFromElsewhere(t *testing.T) {
	for _, dir := range []string{"ltr", "rtl"} {
		l := sample()
		l.Dir = dir
		out := Write(l)
		if shots := os.Getenv("DATELINE_SHOTS"); shots != "" {
			if err := os.WriteFile(filepath.Join(shots, "letter-"+dir+".html"), []byte(out.HTML), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		z := html.NewTokenizer(strings.NewReader(out.HTML))
		for z.Next() != html.ErrorToken {
			tok := z.Token()
			if strings.Contains("|script|iframe|form|link|object|video|audio|", "|"+tok.Data+"|") && tok.Type == html.StartTagToken {
				t.Errorf("the letter has %s", tok)
			}
			for _, a := range tok.Attr {
				if (a.Key == "src" || a.Key == "background") && !strings.HasPrefix(a.Val, "https://paper.example/") || strings.HasPrefix(a.Key, "on") || a.Key == "srcset" {
					t.Errorf("%s of %s", a.Key, tok)
				}
				if a.Key == "width" && len(a.Val) >= 4 && tok.Data != "table" {
					t.Errorf("a width that no phone has: %s", tok)
				}
			}
		}
		// Without it a table or a long word makes the whole letter wider than a phone.
		for _, table := range regexp.MustCompile(`<table role="presentation"[^>]* width="100%"[^>]*>`).FindAllString(out.HTML, -1) {
			if !strings.Contains(table, "table-layout:fixed") {
				t.Errorf("grows with what is in it: %s", table)
			}
		}
		if regexp.MustCompile(`url\(|@import|@font-face|§`).MatchString(out.HTML) {
			t.Error("the letter's style loads something, or has a place that nobody filled")
		}
		for _, want := range []string{l.Unsubscribe, l.Preferences, l.WebURL, "Council reopens", "nobody has asked the crews", "1951", "correct is"} {
			if !strings.Contains(strings.ToLower(out.HTML), strings.ToLower(want)) || !strings.Contains(strings.ToLower(out.Text), strings.ToLower(want)) {
				t.Errorf("a part of the letter lacks %q", want)
			}
		}
		if strings.Contains(out.Text, "</") || strings.Contains(out.Text, "&quot;") {
			t.Error("the plain text has markup")
		}
	}
}
