package api

import (
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
)

// TestBlocks_EveryAttributeIsDecided: an attribute that the document's schema
// gets must be decided about here before programs can get it.
func TestBlocks_EveryAttributeIsDecided(t *testing.T) {
	raw, err := os.ReadFile("../../ui/editor/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	type spec struct {
		Name  string
		Attrs []struct{ Name, Kind string }
	}
	var schema struct{ Nodes, Marks []spec }
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	if len(schema.Nodes) < 40 || len(schema.Marks) < 10 {
		t.Fatalf("the schema has %d nodes and %d marks", len(schema.Nodes), len(schema.Marks))
	}
	for _, s := range append(schema.Nodes, schema.Marks...) {
		for _, a := range s.Attrs {
			if attrs[a.Name] == handled[a.Name] {
				t.Errorf("%s of %s: put it into attrs if everybody may see it, else into handled", a.Name, s.Name)
			}
			if (a.Kind == "id" || a.Kind == "raw") && attrs[a.Name] {
				t.Errorf("%s of %s names something that readers may not see", a.Name, s.Name)
			}
		}
	}
}

func FuzzCursor(f *testing.F) {
	bound := seal("/api/v1/articles", url.Values{"tag": {"7"}})
	for _, p := range []place{{}, {n: [6]int64{1, -1, 1<<63 - 1, -1 << 63, 0, 9}}, {n: [6]int64{5}, name: "ann-lee"}} {
		f.Add(p.encode(bound))
	}
	f.Add("")
	f.Add("AQ")
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add(strings.Repeat("_", 2000))
	f.Fuzz(func(t *testing.T, text string) {
		p, err := decode(text, bound)
		if err != nil {
			if p != (place{}) {
				t.Fatalf("%q gives %+v with an error", text, p)
			}
			return
		}
		if p.encode(bound) != text || len(p.name) > maxPlace {
			t.Fatalf("%q is read as %+v", text, p)
		}
		if _, err := decode(text, seal("/api/v1/articles", url.Values{"tag": {"8"}})); err == nil {
			t.Fatalf("%q is a cursor of two lists", text)
		}
	})
}

func TestCursor_IsBoundToWhatWasAsked(t *testing.T) {
	values := url.Values{"tag": {"7"}, "limit": {"3"}, "cursor": {"x"}}
	text := place{n: [6]int64{3, 4}}.encode(seal("/a", values))
	for name, c := range map[string]struct {
		path   string
		values url.Values
		ok     bool
	}{
		"the same":       {"/a", url.Values{"tag": {"7"}}, true},
		"another limit":  {"/a", url.Values{"tag": {"7"}, "limit": {"9"}}, true},
		"another filter": {"/a", url.Values{"tag": {"8"}}, false},
		"one more":       {"/a", url.Values{"tag": {"7"}, "kind": {"report"}}, false},
		"none":           {"/a", nil, false},
		"another list":   {"/b", url.Values{"tag": {"7"}}, false},
	} {
		if _, err := decode(text, seal(c.path, c.values)); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzParams: whatever is asked, a value is either taken as it is written, or
// refused with words that say what to do.
func FuzzParams(f *testing.F) {
	for _, query := range []string{"", "limit=1", "limit=101", "limit=01", "limit=", "section=1", "section=0", "section=9223372036854775808", "section=1%00", "from=2026-02-30", "from=2026-01-01",
		"from=2026-01-01T00:00:00Z", "from=9999-12-31T23:59:59.999999999%2B14:00", "from=0000-01-01", "before=-1-01-01", "kind=report", "kind=Report", "sort=newest", "year=2026", "year=10000", "q=%ff", "q=a&q=b",
		"words=" + strings.Repeat("%E2%82%AC", 201), "speaker='%20OR%201%3D1", "cursor=AQ", "tag[]=1", "fields=id,headline", "fields=id,,url", "fields=section.name,section", "fields=.", "fields=id.id", "changed_after=2026-01-01", "tag=%7B%22%24ne%22:1%7D"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		for i := range ops {
			in, err := check(ops[i].params(), values, time.UTC)
			if err == nil && in.has("fields") {
				_, err = ops[i].pick(in.text("fields"))
			}
			if err != nil {
				if !strings.Contains(err.Error(), `"`) {
					t.Fatalf("%s: %v names no parameter", query, err)
				}
				continue
			}
			for _, p := range ops[i].params() {
				switch v := values.Get(p.Name); {
				case !values.Has(p.Name):
				case p.Kind == anID && (in.id(p.Name) <= 0 || ident(in.id(p.Name)) != v):
					t.Fatalf("%s: the id is read as %d", query, in.id(p.Name))
				case p.Kind == aCount && (in.limit() < 1 || in.limit() > p.Most):
					t.Fatalf("%s: the limit is read as %d", query, in.limit())
				case p.Kind == aTime && (in.time(p.Name).Year() < 0 || in.time(p.Name).UnixMicro()/1e6 != in.time(p.Name).Unix() && in.time(p.Name).Unix() >= 0):
					t.Fatalf("%s: the time is read as %v", query, in.time(p.Name))
				}
			}
		}
	})
}

// TestDocument_IsTheSameEachTime: so that its ETag changes only when it does.
func TestDocument_IsTheSameEachTime(t *testing.T) {
	first, err := document("x", "https://x.example")
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := document("x", "https://x.example")
		if err != nil || string(again) != string(first) {
			t.Fatal("the description differs from itself", err)
		}
	}
}

// TestFields_KeepWhatWasAskedFor: members in the order of their type, whole or
// in part, and nothing else.
func TestFields_KeepWhatWasAskedFor(t *testing.T) {
	type small struct {
		Name string `json:"name"`
		Size int    `json:"size,omitempty"`
	}
	type thing struct {
		small
		ID    string           `json:"id"`
		HTML  string           `json:"html"`
		One   *small           `json:"one,omitempty"`
		Many  []small          `json:"many"`
		Other map[string][]int `json:"other"`
	}
	all := thing{small{"a", 1}, "7", "<b>\u2028&", &small{"b", 0}, []small{{"c", 2}, {"d", 3}}, map[string][]int{"x": {1}}}
	one, list := &op{Answer: &thing{}}, &op{Answer: List[thing]{}}
	for fields, want := range map[string]string{
		"id":                  `{"id":"7"}`,
		"html,id,name":        `{"name":"a","id":"7","html":"<b>\u2028&"}`,
		"one,many":            `{"one":{"name":"b"},"many":[{"name":"c","size":2},{"name":"d","size":3}]}`,
		"many.size,one.size":  `{"one":{},"many":[{"size":2},{"size":3}]}`,
		"many.size,many.name": `{"many":[{"name":"c","size":2},{"name":"d","size":3}]}`,
		"many.size,many":      `{"many":[{"name":"c","size":2},{"name":"d","size":3}]}`,
		"many,many.size":      `{"many":[{"name":"c","size":2},{"name":"d","size":3}]}`,
		"other":               `{"other":{"x":[1]}}`,
	} {
		for _, o := range []*op{one, list} {
			p, err := o.pick(fields)
			if err != nil {
				t.Fatal(err)
			}
			var answer any = &all
			if o == list {
				answer = List[thing]{Items: []thing{all}, Next: "n"}
			}
			body, err := encode(answer)
			if err != nil {
				t.Fatal(err)
			}
			got, err := o.only(body, p)
			whole := want + "\n"
			if o == list {
				whole = `{"items":[` + want + `],"next":"n"}` + "\n"
			}
			if err != nil || string(got) != whole {
				t.Errorf("%s: %s (%v), want %s", fields, got, err, whole)
			}
		}
	}
	for _, wrong := range []string{"", ",", "id,", "ID", "id ", "nothing", "id,id", "one.nothing", "id.name", "one.", "other.x", "many.name.x", "items"} {
		if p, err := list.pick(wrong); err == nil || !strings.Contains(err.Error(), "fields") {
			t.Errorf("%q is taken as %v, %v", wrong, p, err)
		}
	}
}
