package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/web"

	"github.com/danielgtaylor/huma/v2"
)

// describe answers the description of the API, made of ops and of the types of
// their answers.
func (a *API) describe(ctx context.Context, _ web.Ask) (web.Response, error) {
	look, err := a.begin(ctx)
	if err != nil {
		return web.Response{}, err
	}
	body, err := document(look.Conf().Title, strings.TrimSuffix(look.Abs("/"), "/"))
	return web.Response{ContentType: "application/vnd.oai.openapi+json;version=3.1", Body: body, Keys: look.Keys(), MaxAge: look.MaxAge(), NoIndex: true}, err
}

const about = `What readers of this site may see, as JSON. Nothing needs a key, and nothing can be written.

- **Ids** are numbers of up to 63 bits, written as text. They stay when addresses change.
- **Times** are RFC 3339 in UTC. Days, months and years stand where no more is known.
- **Lists** have *items* and, unless it is the last page, *next*: the address of the next page, also in the header Link. Only a missing *next* means the end.
- **Fields**: every address takes *fields*, the members that you need. What is said to be required is then there only if you name it.
- **Caching**: answers carry a strong ETag; send it as If-None-Match and get 304 while nothing has changed. Answers without parameters cost least.
- **Other sites' scripts** may read everything (Access-Control-Allow-Origin: *), without credentials: there are none.
- **Errors** are problem details (RFC 9457) with *detail* and *hint*. A parameter that is not known, stands there twice, has no sensible value or an id of which readers know nothing is an error, never overlooked.
- **Limits**: one network (an IPv4 address or IPv6 /64) may ask for 30 lists or searches at once and five more each second; 429 says how long to wait. Answers from the cache are not counted.
- **Promise**: within v1 fields are added, never renamed, removed or given another meaning. Ignore what you do not know.`

// document writes the description.
func document(title, origin string) ([]byte, error) {
	reg := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	doc := &huma.OpenAPI{OpenAPI: "3.1.0", Info: &huma.Info{Title: title, Version: "1", Description: about}, Servers: []*huma.Server{{URL: origin}},
		Components: &huma.Components{Schemas: reg}}
	problem := map[string]*huma.MediaType{"application/problem+json": {Schema: reg.Schema(reflect.TypeFor[Problem](), true, "Problem")}}
	for i := range ops {
		o := &ops[i]
		if !slices.ContainsFunc(doc.Tags, func(t *huma.Tag) bool { return t.Name == o.Group }) {
			doc.Tags = append(doc.Tags, &huma.Tag{Name: o.Group})
		}
		doc.AddOperation(o.describe(reg, problem))
	}
	doc.AddOperation(&huma.Operation{Method: http.MethodGet, Path: Base + "/openapi.json", OperationID: "description", Summary: "This description", Tags: []string{"site"},
		Responses: map[string]*huma.Response{"200": {Description: "OpenAPI 3.1.", Content: map[string]*huma.MediaType{"application/vnd.oai.openapi+json;version=3.1": {Schema: &huma.Schema{Type: huma.TypeObject}}}},
			"default": {Description: "A problem.", Content: problem}}})
	for _, s := range reg.Map() {
		settle(s)
	}
	body, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = json.Indent(&out, body, "", " ")
	return out.Bytes(), err
}

// settle says of a schema what the generator cannot know: lists are never null,
// a field that there is nothing to say of is left out instead, and clients must
// be ready for new fields.
func settle(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray || s.Type == huma.TypeString || s.Type == huma.TypeInteger || s.Type == huma.TypeNumber || s.Type == huma.TypeBoolean {
		s.Nullable = false
	}
	if no, is := s.AdditionalProperties.(bool); is && !no {
		s.AdditionalProperties = nil
	}
	settle(s.Items)
	for _, p := range s.Properties {
		settle(p)
	}
}

func (o *op) describe(reg huma.Registry, problem map[string]*huma.MediaType) *huma.Operation {
	answer := reg.Schema(reflect.TypeOf(o.Answer), true, "")
	media := "application/json"
	if o.Type != "" {
		media = o.Type
	}
	headers := map[string]*huma.Param{"ETag": {Description: "Names this content; send it as If-None-Match.", Schema: &huma.Schema{Type: huma.TypeString}}}
	out := &huma.Operation{Method: http.MethodGet, Path: Base + o.Path, OperationID: o.operationID(), Summary: o.Summary, Description: o.Doc, Tags: []string{o.Group},
		Responses: map[string]*huma.Response{
			"200": {Description: o.Summary + ".", Headers: headers, Content: map[string]*huma.MediaType{media: {Schema: answer}}},
			"400": {Description: "A parameter makes no sense; detail and hint say which and why.", Content: problem},
			"304": {Description: "Nothing has changed since the ETag that was sent."},
			"429": {Description: "Too many requests: wait as many seconds as Retry-After says.", Content: problem},
		}}
	if strings.Contains(o.Path, "{id}") {
		out.Parameters = append(out.Parameters, &huma.Param{Name: "id", In: "path", Required: true, Description: "An id of this API.", Schema: &huma.Schema{Type: huma.TypeString, Pattern: idPattern}})
	}
	if strings.Contains(o.Path, "{id}") || o.Gone {
		out.Responses["404"] = &huma.Response{Description: "There is no such thing, or readers may not see it.", Content: problem}
	}
	if o.Gone {
		out.Responses["410"] = &huma.Response{Description: "The article was withdrawn; the hint has the reason.", Content: problem}
	}
	for _, p := range o.params() {
		out.Parameters = append(out.Parameters, p.describe())
	}
	return out
}

const idPattern = "^[1-9][0-9]{0,18}$"

// operationID is the name in camel case, "listArticles".
func (o *op) operationID() string {
	words := strings.Fields(o.Name)
	for i := 1; i < len(words); i++ {
		words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
	}
	return strings.Join(words, "")
}

func (p *Param) describe() *huma.Param {
	s := &huma.Schema{Type: huma.TypeString}
	one, most := 1.0, float64(p.Most)
	least := 1
	switch p.Kind {
	case anID:
		s.Pattern = idPattern
	case aChoice:
		for _, c := range p.Choices {
			s.Enum = append(s.Enum, c)
		}
	case aText:
		s.MinLength, s.MaxLength = &least, &p.Most
	case aCount:
		s.Type, s.Minimum, s.Maximum = huma.TypeInteger, &one, &most
	case aYear:
		most = 9999
		s.Type, s.Minimum, s.Maximum = huma.TypeInteger, &one, &most
	case aFields:
		item := &huma.Schema{Type: huma.TypeString}
		for _, name := range p.Names {
			item.Enum = append(item.Enum, name)
		}
		s = &huma.Schema{Type: huma.TypeArray, Items: item, MinItems: &least, UniqueItems: true}
	case aTime, aCursor:
	}
	out := &huma.Param{Name: p.Name, In: "query", Required: p.Needed, Description: p.Doc, Schema: s}
	if p.Kind == aFields {
		together := false
		out.Style, out.Explode = "form", &together
	}
	if p.Kind == aTime {
		out.Description += " A time after RFC 3339, or a day, which begins at midnight of the site's zone."
	}
	if s.Default = typed(s, p.Default); p.Default == "" {
		s.Default = nil
	}
	if p.Example != "" {
		out.Example = typed(s, p.Example)
	}
	return out
}

// typed is a value in the type of its schema.
func typed(s *huma.Schema, text string) any {
	if s.Type == huma.TypeArray {
		return strings.Split(text, ",")
	}
	if n, err := strconv.Atoi(text); err == nil && s.Type == huma.TypeInteger {
		return n
	}
	return text
}
