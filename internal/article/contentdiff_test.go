package article_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/article"
	"dateline/internal/richtext"
)

func whole() article.Content {
	return article.Content{
		Headline: "A", ShortHeadline: "B", Kicker: "C", Standfirst: "D", SearchTitle: "E", SearchDescription: "F", SocialTitle: "G",
		SocialDescription: "H", SocialImage: 7, Excerpt: "I", Dateline: "J", Kind: article.KindReport, Language: "de",
		Lead: &article.Picture{Media: 8, Caption: "K", Credit: "L", Alt: "M"}, Sections: []int64{1}, Tags: []int64{2}, Terms: []int64{3},
		Bylines: []article.Byline{{Profile: 4, Role: "by", Name: "N"}}, Canonical: "https://example.org/", NoIndex: true, Storyline: "O",
		Subjects: []article.Subject{{ID: 5, Main: true}, {ID: 6}},
		Fields:   map[string]string{"place": "P"},
		Body:     richtext.Doc{Version: 1, Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: "Q"}}}}},
	}
}

// Every field of Content is compared and merged: one that is added later and
// forgotten there fails here.
func TestMerge_KnowsEveryField(t *testing.T) {
	fields := reflect.TypeFor[article.Content]()
	full := reflect.ValueOf(whole())
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		if full.Field(i).IsZero() {
			t.Fatalf("the test says nothing of %s", name)
		}
		one := article.Content{}
		reflect.ValueOf(&one).Elem().Field(i).Set(full.Field(i))
		if c := article.Diff(article.Content{}, one); c.Same() {
			t.Errorf("Diff does not see a change of %s", name)
		}
		got, conflicts := article.Merge(article.Content{}, article.Content{}, one)
		if diff := cmp.Diff(one, got); diff != "" || len(conflicts) > 0 {
			t.Errorf("Merge loses %s: %s, %v", name, diff, conflicts)
		}
		other := article.Content{Headline: "mine"}
		if name == "Headline" {
			continue
		}
		got, conflicts = article.Merge(article.Content{}, other, one)
		want := one
		want.Headline = "mine"
		if diff := cmp.Diff(want, got); diff != "" || len(conflicts) > 0 {
			t.Errorf("Merge of a headline and %s: %s, %v", name, diff, conflicts)
		}
	}
}

func TestDiff_NamesBylines(t *testing.T) {
	before, after := whole(), whole()
	after.Bylines = []article.Byline{{Role: "photo", Name: "Zoë"}}
	c := article.Diff(before, after)
	if len(c.Fields) != 1 || c.Fields[0].Name != "bylines" || len(c.Fields[0].Items) != 2 {
		t.Fatalf("%+v", c.Fields)
	}
	if got := article.BylineOf(c.Fields[0].Items[1].Value); got != after.Bylines[0] {
		t.Errorf("byline %+v", got)
	}
}

// Two people work on the subjects of one article: what either confirmed is kept
// once, and stays the main subject when one side made it so.
func TestMerge_Subjects(t *testing.T) {
	base, mine, theirs := whole(), whole(), whole()
	base.Subjects = []article.Subject{{ID: 1}, {ID: 2}}
	mine.Subjects = []article.Subject{{ID: 1, Main: true}, {ID: 2}, {ID: 3}}
	theirs.Subjects = []article.Subject{{ID: 1}, {ID: 3, Main: true}, {ID: 4}}
	got, conflicts := article.Merge(base, mine, theirs)
	want := map[article.Subject]bool{{ID: 1, Main: true}: true, {ID: 3, Main: true}: true, {ID: 4}: true}
	if len(conflicts) > 0 || len(got.Subjects) != len(want) {
		t.Fatalf("%+v, %v", got.Subjects, conflicts)
	}
	for _, s := range got.Subjects {
		if !want[s] {
			t.Errorf("the merged text has %+v", s)
		}
	}
}
