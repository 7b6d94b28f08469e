package richtext

import (
	"encoding/json"
	"slices"
	"strconv"
)

// EditorJSON returns a document in the form that the desk's editor reads: ids
// are decimal strings, since numbers in a browser hold 53 bits. Validate
// accepts the form.
func EditorJSON(d Doc) ([]byte, error) {
	d.Content = withTextIDs(d.Content)
	return json.Marshal(d)
}

func withTextIDs(nodes []Node) []Node {
	out := slices.Clone(nodes)
	for i := range out {
		spec := nodeSpecs[out[i].Type]
		for j := range spec.attrs {
			name := spec.attrs[j].name
			id, ok := toInt(out[i].Attrs[name])
			if spec.attrs[j].kind != kindID || !ok {
				continue
			}
			changed := make(map[string]any, len(out[i].Attrs))
			for k, v := range out[i].Attrs {
				changed[k] = v
			}
			changed[name] = strconv.FormatInt(id, 10)
			out[i].Attrs = changed
		}
		out[i].Content = withTextIDs(out[i].Content)
	}
	return out
}
