package app

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"dateline/internal/api"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// ninjsSchemas are the IPTC's own (testdata/ninjs has their licence): what we
// say is 2.1 must pass for 2.2, too.
func ninjsSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for url, file := range map[string]string{"https://geojson.org/schema/GeoJSON.json": "GeoJSON-schema.json",
		"http://www.iptc.org/std/ninjs/ninjs-schema_2.1.json": "ninjs-schema_2.1.json", "http://www.iptc.org/std/ninjs/ninjs-schema_2.2.json": "ninjs-schema_2.2.json"} {
		raw, err := os.ReadFile("testdata/ninjs/" + file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(url, doc); err != nil {
			t.Fatal(err)
		}
	}
	out := map[string]*jsonschema.Schema{}
	for _, v := range []string{"2.1", "2.2"} {
		s, err := c.Compile("http://www.iptc.org/std/ninjs/ninjs-schema_" + v + ".json")
		if err != nil {
			t.Fatal(err)
		}
		out[v] = s
	}
	return out
}

// TestAPI_NinjsIsTheStandards: items pass the official schemas, and pictures
// that others may not print are in none of them.
func TestAPI_NinjsIsTheStandards(t *testing.T) {
	schemas := ninjsSchemas(t)
	if err := schemas["2.1"].Validate(map[string]any{"type": "text", "nonsense": true}); err == nil {
		t.Fatal("the schema takes anything")
	}
	eachNewsroom(t, func(t *testing.T, n *newsroom) {
		valid := func(what string, body string) {
			t.Helper()
			item, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
			n.must(err)
			for version, schema := range schemas {
				if err := schema.Validate(item); err != nil {
					t.Errorf("%s is no ninjs %s: %v", what, version, err)
				}
			}
		}
		a := n.ok(api.Base + "/articles/" + n.ids["article"] + "/ninjs")
		if kind := a.header.Get("Content-Type"); kind != "application/ninjs+json" {
			t.Errorf("content type %s", kind)
		}
		valid("the article", a.body)
		var list struct{ Items []json.RawMessage }
		n.must(json.Unmarshal([]byte(n.ok(api.Base+"/ninjs").body), &list))
		if len(list.Items) < 5 {
			t.Fatalf("%d items", len(list.Items))
		}
		for _, item := range list.Items {
			valid("an item of the list", string(item))
		}
		var got api.Ninjs
		n.must(json.Unmarshal([]byte(a.body), &got))
		if strings.Contains(a.body, n.closed.Token) || strings.Contains(a.body, "zqagency") || strings.Contains(a.body, "zqprivatenote") || strings.Contains(a.body, "zqhidden") {
			t.Errorf("a picture that others may not print, or worse, is passed on: %s", a.body)
		}
		if len(got.Associations) != 1 || got.Associations[0].Name != "lead" || got.Associations[0].CopyrightHolder != "The Paper" || len(got.Associations[0].Renditions) == 0 {
			t.Errorf("pictures %+v", got.Associations)
		}
		if len(got.Places) != 1 || got.Places[0].GeoJSON == nil || got.Places[0].GeoJSON.Coordinates[0] != 10.25 || len(got.Events) != 1 || len(got.Organisations) != 1 {
			t.Errorf("places %+v, events %+v, organisations %+v", got.Places, got.Events, got.Organisations)
		}
		if len(got.People) != 2 || got.People[1].URI != "http://www.wikidata.org/entity/Q42" || got.People[1].Literal != "Q42" || got.People[1].Rel != "about" {
			t.Errorf("people %+v", got.People)
		}
		if got.Located != "PORT TOWN" || got.Version != "2" || !strings.Contains(got.EdNote, "The year was wrong.") || !strings.Contains(got.EdNote, "[2025 → 2026]") || got.Genres[0].URI == "" {
			t.Errorf("located %q, version %q, ednote %q, genres %+v", got.Located, got.Version, got.EdNote, got.Genres)
		}
		if len(got.Bodies) != 2 || !strings.Contains(got.Bodies[0].Value, "We saw it coming") || strings.Contains(got.Bodies[0].Value, "<img") || !strings.Contains(got.Bodies[1].Value, "Ferry line") ||
			strings.Contains(got.Bodies[1].Value, "Before the harbour story") {
			t.Errorf("bodies %+v", got.Bodies)
		}
	})
}
