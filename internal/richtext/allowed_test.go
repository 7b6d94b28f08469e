package richtext

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// allowed is what rendered HTML may hold: the attributes of each element,
// beside the global ones. docs/contracts/document.md lists the same.
var allowed = map[string]string{
	"p": "", "h2": "", "h3": "", "h4": "", "h5": "", "h6": "", "ul": "", "ol": "start reversed type", "li": "",
	"blockquote": "cite", "figure": "", "figcaption": "", "pre": "", "code": "", "hr": "", "br": "", "div": "",
	"details": "open", "summary": "", "aside": "", "span": "aria-hidden", "cite": "", "time": "datetime", "a": "href title rel download",
	"sup": "", "sub": "", "picture": "", "source": "type srcset sizes", "img": "src alt width height loading decoding",
	"audio": "controls preload src", "video": "controls preload playsinline src poster width height",
	"table": "", "caption": "", "thead": "", "tbody": "", "tr": "", "th": "scope colspan rowspan", "td": "colspan rowspan",
	"strong": "", "em": "", "u": "", "s": "", "abbr": "title", "mark": "", "small": "", "kbd": "", "ins": "", "del": "", "q": "",
}

const globalAttrs = "class id lang dir role tabindex aria-label"

// allowedNames are the attributes of each element, the global ones included.
var allowedNames = func() map[string][]string {
	names := map[string][]string{}
	for tag, attrs := range allowed {
		names[tag] = strings.Fields(attrs + " " + globalAttrs)
	}
	return names
}()

var (
	voidElements = set("hr br img source")
	urlAttrs     = set("href src cite poster")
	classPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9 _+#.-]*$`)
)

// findings returns what in a rendered fragment is not allowed: an element, an
// attribute, an address, or tags that do not match.
func findings(fragment string) []string {
	var found []string
	report := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	var open []string
	z := html.NewTokenizer(strings.NewReader(fragment))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if len(open) > 0 {
				report("not closed: %v", open)
			}
			return found
		case html.CommentToken, html.DoctypeToken, html.SelfClosingTagToken:
			report("unexpected %v", z.Token())
		case html.EndTagToken:
			name := z.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				report("</%s> closes %v", name, open)
				return found
			}
			open = open[:len(open)-1]
		case html.StartTagToken:
			t := z.Token()
			found = append(found, tagFindings(t)...)
			if t.Data == "a" && slices.Contains(open, "a") {
				report("a link inside a link: %s", t)
			}
			if !voidElements[t.Data] {
				open = append(open, t.Data)
			}
		}
	}
}

func tagFindings(t html.Token) []string {
	var found []string
	_, known := allowed[t.Data]
	if !known {
		return []string{fmt.Sprintf("element %s", t)}
	}
	names := allowedNames[t.Data]
	seen := map[string]bool{}
	for _, a := range t.Attr {
		switch {
		case !slices.Contains(names, a.Key) || seen[a.Key]:
			found = append(found, fmt.Sprintf("attribute %s of %s", a.Key, t))
		case urlAttrs[a.Key] && !safeAddress(a.Val):
			found = append(found, fmt.Sprintf("address %q of %s", a.Val, t))
		case a.Key == "class" && !classPattern.MatchString(a.Val):
			found = append(found, fmt.Sprintf("class %q", a.Val))
		}
		seen[a.Key] = true
	}
	return found
}

// safeAddress judges an address by other means than SafeURL has.
func safeAddress(s string) bool {
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune("\"<>\\`", r) }) {
		return false
	}
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return u.Host != ""
	case "mailto", "tel":
		return true
	case "":
		head, _, _ := strings.Cut(s, "/")
		return u.Host == "" && !strings.Contains(strings.SplitN(strings.SplitN(head, "?", 2)[0], "#", 2)[0], ":") && !strings.HasPrefix(s, "//")
	}
	return false
}

func TestFindings_SeesWhatIsNotAllowed(t *testing.T) {
	for _, bad := range []string{
		`<script>x</script>`, `<p onclick="x">a</p>`, `<p style="x">a</p>`, `<a href="javascript:x">a</a>`, `<a href="//evil">a</a>`,
		`<a href="data:text/html,x">a</a>`, `<p>`, `</p>`, `<p><em></p></em>`, `<!-- x -->`, `<svg></svg>`, `<p class="a&quot;">x</p>`,
		`<a href="java
script:x">a</a>`, `<img src="\\evil">`, `<iframe></iframe>`, `<a href="/a"><em><a href="/b">x</a></em></a>`, `<input>`,
	} {
		if findings(bad) == nil {
			t.Errorf("nothing found in %s", bad)
		}
	}
	if found := findings(`<p class="drop-cap" id="x">a<br><a href="/x?a=b:c#d">b</a> <a href="mailto:a@b">c</a></p>`); found != nil {
		t.Errorf("found %v in good HTML", found)
	}
}
