package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"dateline/internal/fault"

	"github.com/BurntSushi/toml"
)

// file reads the settings of a file. A missing one is an error only when it
// must be there, because somebody named it.
func (c *Config) file(path string, must bool, wrong *problems) (map[string]sourced, error) {
	raw, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !must:
		return nil, nil
	case err != nil:
		return nil, fault.New(fault.Invalid, "the configuration file cannot be read: %w", err)
	}
	c.File = path
	values := map[string]any{}
	if _, err := toml.Decode(string(raw), &values); err != nil {
		var syntax toml.ParseError
		if errors.As(err, &syntax) {
			return nil, fault.New(fault.Invalid, "%s, line %d: %s", path, syntax.Position.Line, syntax.Message).
				WithHint("the file is written in TOML: key = value, texts in \"quotes\"")
		}
		return nil, fault.New(fault.Invalid, "%s: %w", path, err)
	}
	found := map[string]sourced{}
	for _, key := range sortedKeys(values) {
		where := fmt.Sprintf("%s, line %d", path, lineOf(string(raw), key))
		s := lookUp(key)
		if s == nil {
			wrong.unknown(fmt.Sprintf("%s: the key %q", where, key), key, func(near string) string { return near })
			continue
		}
		if s.envOnly {
			wrong.add("%s: %q cannot be set in a file: use the variable %s", where, key, prefix+strings.ToUpper(key))
			continue
		}
		value, ok := s.plain(values[key])
		if !ok {
			wrong.add("%s: %q must be a %s, such as %s", where, key, s.kind, s.example())
			continue
		}
		found[key] = sourced{value, where}
	}
	return found, nil
}

func sortedKeys(values map[string]any) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// plain turns a TOML value of the right type into text.
func (s *setting) plain(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, s.kind == text
	case int64:
		return fmt.Sprint(v), s.kind == number
	case []any:
		var texts []string
		for _, item := range v {
			switch item.(type) {
			case string, int64:
				texts = append(texts, fmt.Sprint(item))
			default:
				return "", false
			}
		}
		return strings.Join(texts, ","), s.kind == list
	}
	return "", false
}

func (s *setting) example() string {
	switch s.kind {
	case number:
		return s.key + " = " + s.initial
	case list:
		return s.key + ` = ["a", "b"]`
	}
	return s.key + ` = "` + s.initial + `"`
}

// lineOf finds the line of a top-level key or table; 1 when it is written in a
// way that only a TOML reader sees through.
func lineOf(raw, key string) int {
	n := 0
	for line := range strings.Lines(raw) {
		n++
		name := strings.TrimLeft(line, " \t[\"'")
		if rest, ok := strings.CutPrefix(name, key); ok && (rest == "" || strings.ContainsAny(rest[:1], " \t=.]\"'\r\n")) {
			return n
		}
	}
	return 1
}

// nearest returns the known key that a misspelt one most likely meant, "" when
// none is near.
func nearest(key string) string {
	best, limit := "", max(2, len(key)/3)
	for _, s := range table {
		if d := distance(strings.ReplaceAll(key, "-", "_"), s.key); d <= limit {
			best, limit = s.key, d-1
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
