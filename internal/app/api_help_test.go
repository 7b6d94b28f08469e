package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"dateline/internal/db"
	"dateline/internal/settings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func mustID(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// article2related offers articles beside one, whoever may see them.
func article2related(id int64, others ...int64) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		list := ""
		for i, o := range others {
			if i > 0 {
				list += ","
			}
			list += fmt.Sprint(o)
		}
		_, err := tx.Exec(ctx, `UPDATE article SET related = $1 WHERE id = $2`, "["+list+"]", id)
		return err
	}
}

// settingsOf changes the site's settings.
func settingsOf(change func(*settings.Site)) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		conf, err := settings.Read(ctx, tx)
		if err != nil {
			return err
		}
		change(&conf)
		return settings.Save(ctx, tx, conf, opening)
	}
}

const (
	describedAt = "http://news.example/openapi.json"
	openapiAt   = "https://spec.openapis.org/oas/3.1/schema/2022-10-07"
)

// compiler knows the description, in which nothing may be said that it does not
// name, and the schema of OpenAPI itself. Unless whole is asked for, nothing of
// what it names must be said either.
func (n *newsroom) compiler(whole bool) *jsonschema.Compiler {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	add := func(at string, raw []byte) any {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		n.must(err)
		n.must(c.AddResource(at, doc))
		return doc
	}
	raw, err := os.ReadFile("testdata/openapi/oas-3.1-schema-2022-10-07.json")
	n.must(err)
	add(openapiAt, raw)
	doc := add(describedAt, n.description)
	for _, schema := range doc.(map[string]any)["components"].(map[string]any)["schemas"].(map[string]any) {
		schema.(map[string]any)["additionalProperties"] = false
		if !whole {
			delete(schema.(map[string]any), "required")
		}
	}
	return c
}

// holds compares an answer with what the description says of its address,
// status and media type.
func (n *newsroom) holds(path string, a answer) {
	n.t.Helper()
	d := n.read()
	bare, _, _ := strings.Cut(path, "?")
	for template, item := range d.Paths {
		if !regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(template), `\{id\}`, "[^/]+") + "$").MatchString(bare) {
			continue
		}
		said, ok := item["get"].Responses[fmt.Sprint(a.status)]
		status := fmt.Sprint(a.status)
		if !ok {
			status = "default"
			said, ok = item["get"].Responses[status]
		}
		if !ok {
			n.t.Errorf("%s answers %d, which is not described", path, a.status)
			return
		}
		media := a.header.Get("Content-Type")
		if _, ok := said.Content[media]; !ok {
			media, _, _ = strings.Cut(media, ";")
		}
		if _, ok := said.Content[media]; !ok {
			n.t.Errorf("%s answers %d with %s, which is not described", path, a.status, media)
			return
		}
		escape := strings.NewReplacer("~", "~0", "/", "~1").Replace
		schemas := n.schemas
		if a.status == http.StatusOK && strings.Contains(path, "fields=") {
			schemas = n.parts
		}
		schema, err := schemas.Compile(describedAt + "#/paths/" + url.PathEscape(escape(template)) + "/get/responses/" + status + "/content/" + url.PathEscape(escape(media)) + "/schema")
		n.must(err)
		body, err := jsonschema.UnmarshalJSON(strings.NewReader(a.body))
		n.must(err)
		if err := schema.Validate(body); err != nil {
			n.t.Errorf("%s (%d) is not as described: %v", path, a.status, err)
		}
		return
	}
	n.t.Errorf("%s is not described", path)
}

var documented = regexp.MustCompile(`(?m)^curl (.*?)(?:\s+# (\d+))?$`)

// TestAPI_DocumentedCallsAnswer runs the examples of docs/contracts/api.md.
func TestAPI_DocumentedCallsAnswer(t *testing.T) {
	page, err := os.ReadFile("../../docs/contracts/api.md")
	if err != nil {
		t.Fatal(err)
	}
	calls := documented.FindAllStringSubmatch(string(page), -1)
	if len(calls) < 25 {
		t.Fatalf("%d examples", len(calls))
	}
	address, encoded, header := regexp.MustCompile(`"\$SITE([^"]*)"`), regexp.MustCompile(`--data-urlencode '([a-z]+)=([^']*)'`), regexp.MustCompile(`-H '([^:]+): ([^']*)'`)
	eachNewsroom(t, func(t *testing.T, n *newsroom) {
		for _, call := range calls {
			path := address.FindStringSubmatch(call[1])
			if path == nil {
				t.Errorf("no address in %s", call[0])
				continue
			}
			for name, id := range n.ids {
				path[1] = strings.ReplaceAll(path[1], "{"+name+"}", id)
			}
			if m := encoded.FindStringSubmatch(call[1]); m != nil {
				path[1] += "?" + url.Values{m[1]: {m[2]}}.Encode()
			}
			method := http.MethodGet
			switch {
			case strings.HasPrefix(call[1], "-I"):
				method = http.MethodHead
			case strings.HasPrefix(call[1], "-X POST"):
				method = http.MethodPost
			}
			r := httptest.NewRequest(method, "http://news.example"+path[1], nil)
			if m := header.FindStringSubmatch(call[1]); m != nil {
				r.Header.Set(m[1], m[2])
			}
			want := 200
			if call[2] != "" {
				want, _ = strconv.Atoi(call[2])
			}
			a := n.ask(r)
			if a.status != want {
				t.Errorf("%s answers %d: %s", call[0], a.status, a.body)
			}
			if want == 200 && method == http.MethodGet && !strings.Contains(path[1], "openapi") {
				n.holds(path[1], a)
				var list struct{ Items []any }
				n.must(json.Unmarshal([]byte(a.body), &list))
				if strings.Contains(a.body, `{"items":[]`) {
					t.Errorf("%s finds nothing: an example should", call[0])
				}
			}
		}
	})
}
