package demo

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

//go:embed content
var content embed.FS

// Load reads the embedded newsroom and checks that every reference in it
// holds. Errors name the file, and the line of a body.
func Load() (Newsroom, error) {
	root, err := fs.Sub(content, "content")
	if err != nil {
		return Newsroom{}, err
	}
	return load(root)
}

func load(root fs.FS) (Newsroom, error) {
	n, err := loadFrame(root)
	if err != nil {
		return n, err
	}
	if n.Articles, err = loadArticles(root, n.Authors); err != nil {
		return n, err
	}
	if n.Pages, err = loadPages(root); err != nil {
		return n, err
	}
	if n.Accounts, err = loadAccounts(root); err != nil {
		return n, err
	}
	return n, check(n)
}

// loadFrame reads all but articles and pages.
func loadFrame(root fs.FS) (Newsroom, error) {
	var frame struct {
		Site     Site         `toml:"site"`
		Sections []Section    `toml:"section"`
		Tags     []Tag        `toml:"tag"`
		Authors  []Author     `toml:"author"`
		Menus    []Menu       `toml:"menu"`
		Front    []FrontBlock `toml:"front"`
	}
	if err := decodeFile(root, "newsroom.toml", &frame); err != nil {
		return Newsroom{}, err
	}
	var pictures struct {
		Credit   string    `toml:"credit"` // of pictures without their own
		Pictures []Picture `toml:"picture"`
	}
	if err := decodeFile(root, "pictures.toml", &pictures); err != nil {
		return Newsroom{}, err
	}
	for i := range pictures.Pictures {
		p := &pictures.Pictures[i]
		p.Credit = cmp.Or(p.Credit, pictures.Credit)
	}
	var register struct {
		Subjects []Subject `toml:"subject"`
	}
	if exists(root, "register.toml") {
		if err := decodeFile(root, "register.toml", &register); err != nil {
			return Newsroom{}, err
		}
	}
	var lines struct {
		Storylines []Storyline `toml:"storyline"`
	}
	if exists(root, "storylines.toml") {
		if err := decodeFile(root, "storylines.toml", &lines); err != nil {
			return Newsroom{}, err
		}
	}
	for i := range frame.Sections {
		s := &frame.Sections[i]
		s.Slug = path.Base(s.Path)
		if parent := path.Dir(s.Path); parent != "." {
			s.Parent = parent
		}
	}
	return Newsroom{
		Site: frame.Site, Sections: frame.Sections, Tags: frame.Tags, Authors: frame.Authors,
		Register: register.Subjects, Storylines: lines.Storylines, Menus: frame.Menus, Front: frame.Front, Pictures: pictures.Pictures,
	}, nil
}

// loadArticles reads every article, oldest first.
func loadArticles(root fs.FS, authors []Author) ([]Article, error) {
	files, err := fs.Glob(root, "articles/*.md")
	if err != nil {
		return nil, err
	}
	var out []Article
	for _, file := range files {
		slug := strings.TrimSuffix(path.Base(file), ".md")
		if strings.HasSuffix(slug, ".v2") {
			continue
		}
		a, err := loadArticle(root, slug, authors)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	slices.SortStableFunc(out, func(a, b Article) int {
		return cmp.Compare(b.First().At.days(), a.First().At.days())
	})
	return out, nil
}

func loadArticle(root fs.FS, slug string, authors []Author) (Article, error) {
	file := "articles/" + slug + ".md"
	a, err := parseArticle(root, file, authors)
	if err != nil {
		return a, fmt.Errorf("content/%s: %w", file, err)
	}
	a.Slug = slug
	if later := "articles/" + slug + ".v2.md"; exists(root, later) {
		second, err := parseArticle(root, later, authors)
		if err != nil {
			return a, fmt.Errorf("content/%s: %w", later, err)
		}
		a.Versions = append(a.Versions, second.Versions...)
	}
	if comments := "articles/" + slug + ".comments.toml"; exists(root, comments) {
		a.Comments, err = loadComments(root, comments)
	}
	return a, err
}

// parseArticle reads one file, which gives one version.
func parseArticle(root fs.FS, file string, authors []Author) (Article, error) {
	var h articleHeader
	text, first, err := splitFile(root, file, &h)
	if err != nil {
		return Article{}, err
	}
	a, err := h.article(authors)
	if err != nil {
		return a, err
	}
	a.Versions[0].Content.Body, err = parseBody(text, first)
	return a, err
}

// loadPages reads the standing pages, parents first, then by order.
func loadPages(root fs.FS) ([]Page, error) {
	files, err := fs.Glob(root, "pages/*.md")
	if err != nil {
		return nil, err
	}
	var out []Page
	for _, file := range files {
		var h struct {
			Title      string `toml:"title"`
			Standfirst string `toml:"standfirst"`
			Parent     string `toml:"parent"`
			Order      int    `toml:"order"`
		}
		text, first, err := splitFile(root, file, &h)
		if err != nil {
			return nil, fmt.Errorf("content/%s: %w", file, err)
		}
		p := Page{
			Slug: strings.TrimSuffix(path.Base(file), ".md"), Parent: h.Parent, Order: h.Order,
			Title: h.Title, Standfirst: h.Standfirst,
		}
		if p.Body, err = parseBody(text, first); err != nil {
			return nil, fmt.Errorf("content/%s: %w", file, err)
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b Page) int {
		return cmp.Or(cmp.Compare(len(a.Parent), len(b.Parent)), cmp.Compare(a.Order, b.Order))
	})
	return out, nil
}

// splitFile decodes a file's header into v and returns its body with the
// number of the body's first line.
func splitFile(root fs.FS, file string, v any) (body string, first int, err error) {
	data, err := fs.ReadFile(root, file)
	if err != nil {
		return "", 0, err
	}
	text, ok := strings.CutPrefix(string(data), "+++\n")
	header, body, closed := strings.Cut(text, "\n+++\n")
	if !ok || !closed {
		return "", 0, fmt.Errorf("needs a header between two lines of +++")
	}
	return body, strings.Count(header, "\n") + 4, decode(header, v)
}

func decodeFile(root fs.FS, file string, v any) error {
	data, err := fs.ReadFile(root, file)
	if err == nil {
		err = decode(string(data), v)
	}
	if err != nil {
		return fmt.Errorf("content/%s: %w", file, err)
	}
	return nil
}

// decode reads TOML and refuses keys that v does not know.
func decode(text string, v any) error {
	meta, err := toml.Decode(text, v)
	if err != nil {
		return err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return fmt.Errorf("unknown key %s", unknown[0])
	}
	return nil
}

func exists(root fs.FS, file string) bool {
	_, err := fs.Stat(root, file)
	return err == nil
}
