package taxonomy_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/taxonomy"
)

var now = time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)

func saveSections(t *testing.T, d *db.DB, sections ...taxonomy.Section) error {
	t.Helper()
	return d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, s := range sections {
			if _, err := taxonomy.SaveSection(ctx, tx, s, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tree is World > Europe > Balkans, World > Asia, and Sport.
func tree(t *testing.T, d *db.DB) {
	t.Helper()
	must(t, saveSections(t, d,
		taxonomy.Section{ID: 1, Slug: "world", Name: "World", Position: 2},
		taxonomy.Section{ID: 2, ParentID: 1, Slug: "europe", Name: "Europe", Position: 2, Meta: map[string]string{"k": "v"}},
		taxonomy.Section{ID: 3, ParentID: 2, Slug: "balkans", Name: "Balkans"},
		taxonomy.Section{ID: 4, ParentID: 1, Slug: "asia", Name: "Asia", Position: 1},
		taxonomy.Section{ID: 5, Slug: "sport", Name: "Sport", Position: 1, Open: true}))
}

func paths(t *testing.T, d *db.DB) map[int64]string {
	t.Helper()
	all, err := taxonomy.Sections(t.Context(), d)
	must(t, err)
	out := map[int64]string{}
	for _, s := range all {
		out[s.ID] = s.Path
	}
	return out
}

func TestSaveSection_MovesEverythingBelow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tree(t, d)
		var purged []string
		d.OnPurge(func(keys []string) { purged = append(purged, keys...) })
		must(t, saveSections(t, d, taxonomy.Section{ID: 2, ParentID: 5, Slug: "europa", Name: "Europe", Meta: map[string]string{"k": "v"}}))
		want := map[int64]string{1: "world", 2: "sport/europa", 3: "sport/europa/balkans", 4: "world/asia", 5: "sport"}
		if diff := cmp.Diff(want, paths(t, d)); diff != "" {
			t.Errorf("paths after the move (-want +got):\n%s", diff)
		}
		for _, key := range []string{"section:2", "section:3"} {
			if !contains(purged, key) {
				t.Errorf("%s is not purged: %v", key, purged)
			}
		}
		s, err := taxonomy.SectionByPath(t.Context(), d, "/Sport/EUROPA/balkans/")
		must(t, err)
		want3 := taxonomy.Section{ID: 3, ParentID: 2, Slug: "balkans", Path: "sport/europa/balkans", Name: "Balkans", Meta: map[string]string{}}
		if diff := cmp.Diff(want3, s); diff != "" {
			t.Errorf("the moved section (-want +got):\n%s", diff)
		}
		if _, err := taxonomy.SectionByPath(t.Context(), d, "world/europe"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the former path answers with %v", err)
		}
		line, err := taxonomy.Lineage(t.Context(), d, 3)
		must(t, err)
		if len(line) != 3 || line[0].ID != 5 || line[1].ID != 2 || line[2].ID != 3 {
			t.Errorf("lineage = %v", line)
		}
	})
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

func TestSaveSection_Refuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tree(t, d)
		before := paths(t, d)
		for name, s := range map[string]taxonomy.Section{
			"below itself":         {ID: 1, ParentID: 1, Slug: "world", Name: "World"},
			"below its child":      {ID: 1, ParentID: 2, Slug: "world", Name: "World"},
			"below its grandchild": {ID: 1, ParentID: 3, Slug: "world", Name: "World"},
			"an unknown parent":    {ID: 6, ParentID: 77, Slug: "x", Name: "X"},
			"no name":              {ID: 6, Slug: "x"},
			"no word":              {ID: 6, Name: "X"},
			"a slash":              {ID: 6, Slug: "a/b", Name: "X"},
			"dots":                 {ID: 6, Slug: "..", Name: "X"},
			"an encoded slash":     {ID: 6, Slug: "a%2fb", Name: "X"},
			"a control character":  {ID: 6, Slug: "a\x00b", Name: "X"},
		} {
			if err := saveSections(t, d, s); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v, want Invalid", name, err)
			}
		}
		for name, s := range map[string]taxonomy.Section{
			"the path of another":     {ID: 6, Slug: "sport", Name: "X"},
			"it folded":               {ID: 6, Slug: "SPORT", Name: "X"},
			"a sibling's, by a move":  {ID: 3, ParentID: 1, Slug: "asia", Name: "Balkans"},
			"a decomposed sibling's ": {ID: 6, ParentID: 1, Slug: "ASIA", Name: "X"},
		} {
			if err := saveSections(t, d, s); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v, want Conflict", name, err)
			}
		}
		if diff := cmp.Diff(before, paths(t, d)); diff != "" {
			t.Errorf("a refused save changed paths (-want +got):\n%s", diff)
		}
	})
}

func TestSaveSection_DepthIsBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		parent := int64(0)
		for level := int64(1); level <= 16; level++ {
			must(t, saveSections(t, d, taxonomy.Section{ID: level, ParentID: parent, Slug: fmt.Sprint("s", level), Name: "S"}))
			parent = level
		}
		if err := saveSections(t, d, taxonomy.Section{ID: 17, ParentID: 16, Slug: "s17", Name: "S"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a seventeenth level: %v, want Invalid", err)
		}
		must(t, saveSections(t, d, taxonomy.Section{ID: 20, Slug: "top", Name: "Top"}))
		if err := saveSections(t, d, taxonomy.Section{ID: 1, ParentID: 20, Slug: "s1", Name: "S"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a move that makes seventeen levels: %v, want Invalid", err)
		}
		if p := paths(t, d); p[1] != "s1" || p[2] != "s1/s2" {
			t.Errorf("the refused move left %q and %q", p[1], p[2])
		}
	})
}

func TestSections_Order(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tree(t, d)
		ids := func(list []taxonomy.Section, err error) []int64 {
			must(t, err)
			var out []int64
			for _, s := range list {
				out = append(out, s.ID)
			}
			return out
		}
		if diff := cmp.Diff([]int64{5, 1, 4, 2, 3}, ids(taxonomy.Sections(t.Context(), d))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]int64{4, 2}, ids(taxonomy.Children(t.Context(), d, 1))); diff != "" {
			t.Error(diff)
		}
		line, err := taxonomy.Lineage(t.Context(), d, 404)
		if len(line) != 0 || err != nil {
			t.Errorf("lineage of an unknown section = %v, %v", line, err)
		}
	})
}

func TestTag_SlugIsFolded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		save := func(tag taxonomy.Tag) error {
			return d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return taxonomy.SaveTag(ctx, tx, tag, now) })
		}
		want := taxonomy.Tag{ID: 1, Slug: "Café-Ελλάς", Name: "Café", Description: "d", Open: true, Meta: map[string]string{"a": "é\""}}
		must(t, save(want))
		for _, slug := range []string{"Café-Ελλάς", "cafe\u0301-ελλάσ", "CAFÉ-ΕΛΛΆΣ", "caf%C3%A9-ελλάς"} {
			got, err := taxonomy.TagBySlug(t.Context(), d, slug)
			if err != nil {
				t.Errorf("%q: %v", slug, err)
				continue
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", slug, diff)
			}
		}
		if err := save(taxonomy.Tag{ID: 2, Slug: "cafe\u0301-ΕΛΛΆΣ", Name: "Double"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second tag under the same folded word: %v, want Conflict", err)
		}
		for _, slug := range []string{"", "..", "a/b", "/", "%00"} {
			if err := save(taxonomy.Tag{ID: 2, Slug: slug, Name: "Bad"}); !fault.Is(err, fault.Invalid) {
				t.Errorf("word %q: %v, want Invalid", slug, err)
			}
		}
		must(t, save(taxonomy.Tag{ID: 2, Slug: "b", Name: "B"}))
		tags, err := taxonomy.TagsByID(t.Context(), d, []int64{2, 404, 1})
		must(t, err)
		if len(tags) != 2 || tags[0].ID != 2 || tags[1].ID != 1 {
			t.Errorf("TagsByID = %v", tags)
		}
	})
}

func TestTerm_BelongsToATaxonomy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		save := func(term taxonomy.Term) error {
			return d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return taxonomy.SaveTerm(ctx, tx, term, now) })
		}
		a := taxonomy.Term{ID: 1, Taxonomy: "place", Slug: "Paris", Name: "Paris", Open: true, Meta: map[string]string{}}
		b := taxonomy.Term{ID: 2, Taxonomy: "person", ParentID: 9, Slug: "paris", Name: "Paris H.", Description: "d", Meta: map[string]string{"x": "y"}}
		must(t, save(a))
		must(t, save(b))
		for _, want := range []taxonomy.Term{a, b} {
			got, err := taxonomy.TermBySlug(t.Context(), d, want.Taxonomy, "PARIS")
			must(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		if err := save(taxonomy.Term{ID: 3, Taxonomy: "place", Slug: "PARIS", Name: "Double"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second term under the same word: %v, want Conflict", err)
		}
		if err := save(taxonomy.Term{ID: 3, Slug: "x", Name: "X"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("without taxonomy: %v, want Invalid", err)
		}
		if _, err := taxonomy.TermByID(t.Context(), d, 404); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown term: %v", err)
		}
	})
}

// TestSearchTags_WithoutUmlauts: who lacks the keys types ae, oe and ue.
func TestSearchTags_WithoutUmlauts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		must(t, d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for i, name := range []string{"Überschwemmung", "Michael Müller", "Fluß-Übergang"} {
				if err := taxonomy.SaveTag(ctx, tx, taxonomy.Tag{ID: int64(i + 1), Slug: fmt.Sprint("tag-", i), Name: name}, now); err != nil {
					return err
				}
			}
			return nil
		}))
		for typed, want := range map[string]string{"uebers": "Überschwemmung", "Ueberschwemmung": "Überschwemmung", "übersch": "Überschwemmung", "muell": "Michael Müller",
			"michael muel": "Michael Müller", "michae": "Michael Müller", "fluss ueb": "Fluß-Übergang", "mueller ueb": ""} {
			found, err := taxonomy.SearchTags(t.Context(), d, typed, 9)
			must(t, err)
			got := ""
			for _, tag := range found {
				got += tag.Name
			}
			if got != want {
				t.Errorf("%s finds %q, want %q", typed, got, want)
			}
		}
	})
}
