package view

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"dateline/internal/fault"
	"dateline/internal/i18n"
)

// pageNames are the templates that a theme must have, by Page.Template.
var pageNames = []string{
	"front", "article", "page", "list", "archive", "search", "attachment",
	"password", "feeds", "versions", "corrections", "quotes", "newsletter", "editions", "talk", "subject", "subjects", "storyline", "storylines", "timeline", "notfound", "gone", "error",
}

// source is one template file. Its template is called by the file's name
// without folder and ending.
type source struct {
	name string // "card"
	file string // where it was read, for messages
	text string
}

// theme is one loaded theme: its files, and the templates of each locale.
type theme struct {
	sources  []source
	assets   assets
	revision string

	mu      sync.Mutex
	locales sync.Map // locale → *templates
}

// maxThemeFile bounds one file of a theme in bytes.
const maxThemeFile = 4 << 20

// lookFile is where further rules stand: after all of a theme's.
const lookFile = "assets/css/~look.css"

// load reads base and lays the folder dir over it. css are further rules.
func load(base fs.FS, dir, css string) (*theme, error) {
	files, err := readTheme(base, dir)
	if err != nil {
		return nil, err
	}
	if css != "" {
		files[lookFile] = themeFile{origin: "look", body: []byte(css)}
	}
	t := &theme{}
	digest := sha256.New()
	raw := map[string][]byte{}
	for _, name := range sortedKeys(files) {
		file := files[name]
		fmt.Fprintf(digest, "%s %d\n%s", name, len(file.body), file.body)
		if asset, ok := strings.CutPrefix(name, "assets/"); ok {
			raw[asset] = file.body
			continue
		}
		t.sources = append(t.sources, source{
			name: strings.TrimSuffix(path.Base(name), ".html"), file: file.origin, text: string(file.body),
		})
	}
	t.revision = hex.EncodeToString(digest.Sum(nil)[:8])
	if err := t.uniqueNames(); err != nil {
		return nil, err
	}
	t.assets, err = newAssets(raw)
	return t, err
}

type themeFile struct {
	origin string
	body   []byte
}

func readTheme(base fs.FS, dir string) (map[string]themeFile, error) {
	files := map[string]themeFile{}
	if err := readInto(files, base, "theme"); err != nil {
		return nil, err
	}
	if dir == "" {
		return files, nil
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fault.New(fault.Invalid, "theme folder %s cannot be read", dir).
			WithHint("name a folder with templates/ or assets/ inside, or leave the theme setting out")
	}
	return files, readInto(files, os.DirFS(dir), dir)
}

// readInto adds the files of one layer; those of the same path replace.
func readInto(files map[string]themeFile, layer fs.FS, origin string) error {
	for _, root := range []string{"templates", "assets"} {
		err := fs.WalkDir(layer, root, func(name string, entry fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && name == root {
				return nil // an overlay may have only one of the two
			}
			if err != nil || entry.IsDir() || !wanted(name) {
				return err
			}
			body, err := fs.ReadFile(layer, name)
			if err != nil {
				return err
			}
			where := filepath.Join(origin, filepath.FromSlash(name))
			if len(body) > maxThemeFile {
				return fault.New(fault.Invalid, "%s: larger than %d MiB", where, maxThemeFile>>20)
			}
			files[name] = themeFile{origin: where, body: body}
			return nil
		})
		if err != nil {
			return fault.New(fault.Invalid, "theme: %w", err)
		}
	}
	return nil
}

// wanted leaves out what editors and systems drop into folders.
func wanted(name string) bool {
	base := path.Base(name)
	if strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") {
		return false
	}
	return strings.HasPrefix(name, "assets/") || strings.HasSuffix(base, ".html")
}

func (t *theme) uniqueNames() error {
	seen := map[string]string{}
	for _, src := range t.sources {
		if other, twice := seen[src.name]; twice {
			return fault.New(fault.Invalid, "%s: the template %q is already in %s", src.file, src.name, other)
		}
		seen[src.name] = src.file
	}
	for _, name := range pageNames {
		if seen[name] == "" {
			return fault.New(fault.Invalid, "theme: templates/%s.html is missing", name)
		}
	}
	return nil
}

// file returns where the template of that name was read.
func (t *theme) file(name string) string {
	for _, src := range t.sources {
		if src.name == name {
			return src.file
		}
	}
	return name
}

// compiled returns the templates in one locale, compiling them at first use.
func (t *theme) compiled(printer *i18n.Printer) (*templates, error) {
	if set, ok := t.locales.Load(printer.Locale()); ok {
		return set.(*templates), nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if set, ok := t.locales.Load(printer.Locale()); ok {
		return set.(*templates), nil
	}
	set, err := t.compile(printer)
	if err != nil {
		return nil, err
	}
	t.locales.Store(printer.Locale(), set)
	return set, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
