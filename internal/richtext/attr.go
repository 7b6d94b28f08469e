package richtext

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// toInt reads an integer in any of the forms that JSON decoding and Go code
// leave it in.
func toInt(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	case float64:
		if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
			return 0, false
		}
		return int64(v), true
	case json.Number:
		i, err := v.Int64()
		return i, err == nil
	}
	return 0, false
}

// checked returns the normal form of an attribute's value. The form is nil
// when the value says what its absence says too; problem is "" when the value
// is fine.
func (s *attrSpec) checked(v any) (form any, problem string) {
	if v == nil {
		return s.settled(nil)
	}
	switch s.kind {
	case kindInt, kindID:
		return s.checkedInt(v)
	case kindBool:
		b, ok := v.(bool)
		if !ok {
			return nil, "must be true or false"
		}
		if !b {
			return nil, ""
		}
		return true, ""
	}
	text, ok := v.(string)
	if !ok {
		return nil, "must be a text"
	}
	if text, problem = s.checkedText(text); problem != "" {
		return nil, problem
	}
	return s.settled(text)
}

// settled drops defaults and refuses the absence of what is required.
func (s *attrSpec) settled(v any) (any, string) {
	if v == "" {
		v = nil
	}
	if v == nil && s.required {
		return nil, "is required"
	}
	if v == s.def {
		v = nil
	}
	return v, ""
}

func (s *attrSpec) checkedInt(v any) (any, string) {
	if text, ok := v.(string); ok && s.kind == kindID {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil && text != "" {
			return nil, "must be an id"
		}
		v = id
	}
	i, ok := toInt(v)
	if !ok {
		return nil, "must be a whole number"
	}
	if s.kind == kindID {
		if i < 0 {
			return nil, "must be an id"
		}
	} else if i < s.min || i > s.max {
		return nil, fmt.Sprintf("must be between %d and %d", s.min, s.max)
	}
	if i == 0 && s.def == nil {
		return nil, ""
	}
	return s.settled(i)
}

func (s *attrSpec) checkedText(text string) (string, string) {
	switch s.kind {
	case kindText, kindRaw:
		limit := maxAttrText
		if s.kind == kindRaw {
			limit = maxRaw
		}
		if s.max > 0 {
			limit = int(s.max)
		}
		if len(text) > limit {
			return "", fmt.Sprintf("is longer than %d bytes", limit)
		}
		return CleanText(text), ""
	case kindEnum:
		if text != "" && !slices.Contains(s.values, text) {
			return "", "must be one of " + strings.Join(s.values, ", ")
		}
		return text, ""
	}
	if text == "" {
		return "", ""
	}
	switch s.kind {
	case kindURL, kindWeb:
		return checkedURL(text, s.kind == kindWeb)
	case kindDate:
		if !isDate(text) {
			return "", "must be a date such as 2026, 2026-05 or 2026-05-04"
		}
	case kindName:
		if !isName(text) {
			return "", "must be a word of lower-case letters, digits and - _ + # ."
		}
	case kindAnchor:
		if !isAnchor(text) {
			return "", "must be an anchor: no spaces or control characters, at most 200 bytes"
		}
	case kindLang:
		if !isLang(text) {
			return "", "must be a language tag such as en or pt-BR"
		}
	case kindRel:
		return checkedRel(text)
	}
	return text, ""
}

func checkedURL(text string, webOnly bool) (string, string) {
	address, ok := SafeURL(text)
	if !ok || webOnly && !isWeb(address) {
		return "", "is not an address that a page may contain"
	}
	return address, ""
}

// dateForms are the forms of a date, from the coarsest.
var dateForms = []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04Z07:00", time.RFC3339}

func isDate(s string) bool {
	return slices.ContainsFunc(dateForms, func(form string) bool {
		_, err := time.Parse(form, s)
		return err == nil
	})
}

// isName reports whether s can be part of a class attribute as it stands.
func isName(s string) bool {
	if len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-_+#.", c) >= 0) {
			return false
		}
	}
	return true
}

func isAnchor(s string) bool {
	if len(s) > 200 || !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsGraphic(r) || strings.ContainsRune("\"'<>&`", r)
	})
}

// isLang accepts the shape of BCP 47 tags.
func isLang(s string) bool {
	if len(s) > 35 {
		return false
	}
	for i, part := range strings.Split(s, "-") {
		if len(part) == 0 || len(part) > 8 || i == 0 && (len(part) < 2 && part != "x" && part != "i") {
			return false
		}
		for j := range len(part) {
			c := part[j] | 0x20
			letter := c >= 'a' && c <= 'z'
			if !letter && (i == 0 || part[j] < '0' || part[j] > '9') {
				return false
			}
		}
	}
	return true
}

var relWords = []string{"nofollow", "sponsored", "ugc"}

// checkedRel keeps the known words of a rel attribute, once and in order.
func checkedRel(text string) (string, string) {
	given := strings.Fields(text)
	for _, w := range given {
		if !slices.Contains(relWords, w) {
			return "", "must be of " + strings.Join(relWords, ", ")
		}
	}
	var kept []string
	for _, w := range relWords {
		if slices.Contains(given, w) {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " "), ""
}

// CleanText returns s as valid UTF-8 without the characters that HTML and XML
// forbid: control characters other than tab and newline, and noncharacters.
// A carriage return becomes a newline.
func CleanText(s string) string {
	if isClean(s) {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case forbidden(r):
			return -1
		}
		return r
	}, s)
}

func isClean(s string) bool {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < 0x20 && c != '\n' && c != '\t' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || forbidden(r) {
			return false
		}
		i += size
	}
	return true
}

// forbidden reports control characters and noncharacters (Unicode 23.7).
func forbidden(r rune) bool {
	switch {
	case r < 0x20:
		return r != '\n' && r != '\t'
	case r >= 0x7f && r <= 0x9f:
		return true
	case r >= 0xFDD0 && r <= 0xFDEF:
		return true
	}
	return r&0xFFFE == 0xFFFE
}
