package find

import (
	"regexp"
	"strings"
)

// completeNames gives speakers who are called by one name the full name that
// the text has for them, when it has only one: "Ms. Lee said" after "Ann Lee
// opened the gate".
func (f *finder) completeNames(paragraphs []string) {
	full := map[string]string{}
	for i := range f.out {
		one := &f.out[i]
		if strings.Contains(one.Speaker, " ") || !capital(one.Speaker) {
			continue
		}
		name, known := full[one.Speaker]
		if !known {
			name = fullName(one.Speaker, paragraphs)
			full[one.Speaker] = name
		}
		if name != "" {
			one.Speaker = name
		}
	}
}

// fullName is the only name in the paragraphs that ends with last and has more
// words, "" for none or several.
func fullName(last string, paragraphs []string) string {
	before, err := regexp.Compile(`((?:\p{Lu}[\p{L}’'-]*\p{Ll} |\p{Lu}\. )+(?:(?:de|van|von|der|den|la|le|del|da|di|bin|ibn|al|el) )*)` + regexp.QuoteMeta(last) + `(?:$|[^\p{L}’'-]|['’]s\b)`)
	if err != nil {
		return ""
	}
	found := ""
	for _, p := range paragraphs {
		if len(p) > maxParagraph {
			continue
		}
		for _, m := range before.FindAllStringSubmatch(p, -1) {
			names := strings.Fields(m[1])
			for len(names) > 0 && noForename(names[0]) {
				names = names[1:]
			}
			if len(names) == 0 {
				continue
			}
			name := strings.Join(names, " ") + " " + last
			if found != "" && found != name {
				return ""
			}
			found = name
		}
	}
	return found
}

// noForename reports words with a capital that are no part of a name after them.
func noForename(word string) bool {
	bare := strings.TrimSuffix(word, ".")
	lower := strings.ToLower(bare)
	return titles[bare] || address.MatchString(bare+" ") || determiner.MatchString(word+" ") || prepositions[lower] || things[lower] || finite[lower] ||
		reporting[lower] || speaking[lower] || calendarWord(bare) || leads.MatchString(bare) || owns.MatchString(word) || inner[word]
}
