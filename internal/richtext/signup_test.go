package richtext

import (
	"strings"
	"testing"
)

// TestNewsletterBox_IsAForm on pages, and a link or nothing elsewhere; what the
// site writes into it is escaped.
func TestNewsletterBox_IsAForm(t *testing.T) {
	doc := Doc{Content: []Node{{Type: "newsletter_box"}}}
	o := Options{Newsletter: "/newsletter/", SignUp: &SignUp{Join: "Join <b>", Label: "Mail", Promise: "Never sold.", PrivacyLabel: "Privacy", PrivacyURL: "javascript:alert(1)", MoreLabel: "More", Page: `/"><script>`, Language: "en"}}
	got := HTML(doc, o)
	for _, want := range []string{`<form class="newsletter-form" method="post" action="/newsletter/">`, "Join &lt;b&gt;", `name="address" required`, `<p hidden><label>`, "Never sold.", `<a href="/newsletter/">More</a>`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	for _, no := range []string{"<script", "javascript:", "<b>"} {
		if strings.Contains(got, no) {
			t.Errorf("%s in\n%s", no, got)
		}
	}
	if plain := HTML(doc, Options{Newsletter: "/newsletter/"}); strings.Contains(plain, "<form") || !strings.Contains(plain, `class="button"`) {
		t.Errorf("without words for a form: %s", plain)
	}
	if feed := FeedHTML(doc, o); strings.Contains(feed, "<form") {
		t.Errorf("a form in a feed: %s", feed)
	}
}
