package importer

import (
	"strings"

	"dateline/internal/article"
	"dateline/internal/media"
	"dateline/internal/richtext"
	"dateline/internal/wxr"
)

// enclose puts the files that WordPress announced with an item at the end of
// its text, unless the text names them: players of podcast plugins stood in the
// theme and not in the text.
func (r *run) enclose(it *wxr.Item, c *article.Content) {
	seen := map[string]bool{}
	for _, e := range it.Enclosures {
		address := webAddress(strings.TrimSpace(e.URL))
		_, bare, _ := strings.Cut(address, "//")
		if address == "" || seen[bare] || strings.Contains(it.Content, bare) {
			continue
		}
		seen[bare] = true
		attrs := map[string]any{"src": address}
		if number, ok := r.survey.uploads[rank(uploadKey(address))]; ok {
			attrs["media"] = r.survey.items.get(number).target
		}
		kind := "file"
		switch name, _, _ := strings.Cut(address, "?"); {
		case strings.HasPrefix(e.Type, "audio/") || kindOfFile(name) == media.KindAudio:
			kind = "audio"
		case strings.HasPrefix(e.Type, "video/") || kindOfFile(name) == media.KindVideo:
			kind = "video"
		case e.Length > 0:
			attrs["bytes"] = e.Length
		}
		c.Body.Content = append(c.Body.Content, richtext.Node{Type: kind, Attrs: attrs})
	}
}
