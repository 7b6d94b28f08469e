package exchange

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"dateline/internal/comment"
	"dateline/internal/richtext"
)

// markdown reads what Isso and Commento keep. HTML in it passes, as it does
// there: what becomes of it is decided by the comment's document, not here.
func markdown() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.Strikethrough), goldmark.WithRendererOptions(html.WithUnsafe()))
}

// struck writes text that was struck out as the document reads it.
var struck = strings.NewReplacer("<del>", "<s>", "</del>", "</s>")

// body makes a comment's document, or says why there is none.
func (r *run) body(rec *record) (doc richtext.Doc, bad string) {
	if len(rec.html) > maxText || len(rec.markdown) > maxText {
		return doc, tooLong
	}
	raw := comment.Tame(strings.ToValidUTF8(rec.html, "\ufffd"))
	if strings.TrimSpace(rec.markdown) != "" && strings.TrimSpace(raw) == "" {
		var b bytes.Buffer
		if err := r.markdown.Convert([]byte(comment.Tame(strings.ToValidUTF8(rec.markdown, "\ufffd"))), &b); err != nil {
			return doc, "its Markdown cannot be read: " + err.Error()
		}
		raw = struck.Replace(b.String())
	}
	doc, _ = richtext.FromCommentHTML(raw)
	doc, err := richtext.ValidateComment(doc)
	if err != nil {
		return doc, "its text cannot be a comment: " + err.Error()
	}
	return doc, ""
}

// website keeps the address of a writer's site if it is one.
func website(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxURL {
		return ""
	}
	if !strings.Contains(s, "://") && strings.Contains(s, ".") && !strings.ContainsAny(s, " :@") {
		s = "http://" + s // Isso keeps "example.org"
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}
