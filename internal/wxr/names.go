package wxr

import "strings"

// space is a namespace that exports use.
type space byte

const (
	none space = iota
	wp
	content
	excerpt
	dublin
	other
)

// qname is an element's name with its namespace resolved.
type qname struct {
	raw   string // as written
	space space
	local string
}

// usual are the meanings of prefixes that were never declared, or declared with
// an address that nobody knows.
var usual = map[string]space{"": none, "wp": wp, "content": content, "excerpt": excerpt, "dc": dublin}

// binding remembers what a prefix meant outside of an element.
type binding struct {
	depth  int
	prefix string
	was    space
	had    bool
}

// names resolves prefixes to namespaces and keeps one copy of short strings
// that repeat.
type names struct {
	prefix  map[string]space
	undo    []binding
	cache   map[string]*qname
	strings map[string]string
}

// Bounds on the two caches: a hostile file has endless names.
const (
	maxNames   = 1 << 10
	maxStrings = 1 << 12
	maxIntern  = 64
)

func newNames() names {
	return names{prefix: map[string]space{}, cache: map[string]*qname{}, strings: map[string]string{}}
}

// intern returns b as a string, shared when it is short and was seen before.
func (n *names) intern(b []byte) string {
	if len(b) > maxIntern {
		return string(b)
	}
	if s, ok := n.strings[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(n.strings) < maxStrings {
		n.strings[s] = s
	}
	return s
}

// declare takes in the namespace declarations among the attributes of an
// element that will be at the depth.
func (n *names) declare(attrs []attr, depth int) {
	for i := range attrs {
		name := attrs[i].name
		if !strings.HasPrefix(name, "xmlns") {
			continue
		}
		prefix, ok := strings.CutPrefix(name, "xmlns:")
		if !ok {
			if name != "xmlns" {
				continue
			}
			prefix = ""
		}
		was, had := n.prefix[prefix]
		n.undo = append(n.undo, binding{depth: depth, prefix: prefix, was: was, had: had})
		n.prefix[prefix] = meaning(prefix, string(attrs[i].value))
		clear(n.cache)
	}
}

// leave ends the declarations of the element at the depth.
func (n *names) leave(depth int) {
	for len(n.undo) > 0 && n.undo[len(n.undo)-1].depth >= depth {
		b := n.undo[len(n.undo)-1]
		n.undo = n.undo[:len(n.undo)-1]
		if b.had {
			n.prefix[b.prefix] = b.was
		} else {
			delete(n.prefix, b.prefix)
		}
		clear(n.cache)
	}
}

// meaning returns the namespace of an address; one that nobody knows leaves the
// usual meaning of its prefix.
func meaning(prefix, uri string) space {
	_, uri, _ = strings.Cut(strings.TrimSpace(uri), "//")
	uri = strings.TrimPrefix(strings.ToLower(strings.TrimRight(uri, "/")), "www.")
	switch {
	case strings.HasPrefix(uri, "wordpress.org/export"):
		if strings.HasSuffix(uri, "/excerpt") {
			return excerpt
		}
		return wp
	case strings.HasPrefix(uri, "purl.org/rss/1.0/modules/content"):
		return content
	case strings.HasPrefix(uri, "purl.org/dc/"):
		return dublin
	}
	if s, ok := usual[prefix]; ok {
		return s
	}
	return other
}

// lookup resolves the name of an element.
func (n *names) lookup(raw []byte) *qname {
	if q, ok := n.cache[string(raw)]; ok {
		return q
	}
	q := &qname{raw: string(raw)}
	prefix, local, ok := strings.Cut(q.raw, ":")
	if !ok {
		prefix, local = "", q.raw
	}
	q.local = local
	if s, ok := n.prefix[prefix]; ok {
		q.space = s
	} else if s, ok := usual[prefix]; ok {
		q.space = s
	} else {
		q.space = other
	}
	if len(n.cache) >= maxNames {
		clear(n.cache)
	}
	if len(raw) <= maxIntern {
		n.cache[q.raw] = q
	}
	return q
}
