package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/event"
	"dateline/internal/fold"
	"dateline/internal/richtext"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/test/quality/reuters"
)

// finder is one way to search: the ids of the best stories.
type finder struct {
	name string
	find func(ctx context.Context, query string, limit int) ([]int64, error)
}

// sitting is when the collection is searched: a day after its last story.
var sitting = time.Date(1987, 10, 21, 12, 0, 0, 0, time.UTC)

// dateline fills a newsroom with the stories, as an import does, and builds its
// index.
func dateline(ctx context.Context, name, url string, stories []reuters.Story) (finder, func() error, error) {
	d, err := db.Open(ctx, url, db.Options{})
	if err != nil {
		return finder{}, nil, err
	}
	c := clock.NewManual(sitting)
	err = d.Migrate(ctx)
	if err == nil {
		err = publish(ctx, d, c, stories)
	}
	s := search.NewService(d, c)
	if err == nil {
		err = s.Rebuild(ctx, nil)
	}
	return finder{name, func(ctx context.Context, query string, limit int) ([]int64, error) {
		found, err := s.Search(ctx, search.Request{Text: query, Limit: limit})
		var ids []int64
		for _, r := range found.Results {
			ids = append(ids, r.Article.ID)
		}
		return ids, err
	}}, d.Close, err
}

func publish(ctx context.Context, d *db.DB, c clock.Clock, stories []reuters.Story) error {
	articles := article.NewService(d, c, event.NewBus(c), settings.NewStore(d))
	err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: 1, Slug: "news", Name: "News"}, c.Now())
		return err
	})
	for from := 0; from < len(stories) && err == nil; from += 500 {
		err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, s := range stories[from:min(from+500, len(stories))] {
				put := article.Put{ID: s.ID, Type: article.TypeArticle, Status: article.StatusPublished, Access: article.AccessOpen, Slug: fmt.Sprint("story-", s.ID),
					Published: s.At, Created: s.At, Content: article.Content{Headline: s.Headline, Kind: article.KindReport, Language: "en", Sections: []int64{1}, Body: document(s.Body)}}
				if put.Content.Headline == "" {
					put.Content.Headline = "–"
				}
				if _, err := articles.PutTx(ctx, tx, account.System("import"), put); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return err
}

func document(text string) richtext.Doc {
	d := richtext.Doc{Version: richtext.SchemaVersion}
	for _, p := range strings.Split(text, "\n    ") {
		if p = strings.TrimSpace(p); p != "" {
			d.Content = append(d.Content, richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: p}}})
		}
	}
	return d
}

// plain is a table of headlines and texts beside an FTS5 index of them.
func plain(ctx context.Context, dir string, stories []reuters.Story) (*db.DB, error) {
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "plain.db"), db.Options{})
	if err != nil {
		return nil, err
	}
	return d, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, text := range []string{`CREATE TABLE post (id INTEGER PRIMARY KEY, title TEXT, content TEXT, date INTEGER)`,
			`CREATE VIRTUAL TABLE full_text USING fts5(title, content)`} {
			if _, err := tx.Exec(ctx, text); err != nil {
				return err
			}
		}
		for _, s := range stories {
			if _, err := tx.Exec(ctx, `INSERT INTO post (id, title, content, date) VALUES ($1, $2, $3, $4)`, s.ID, s.Headline, s.Body, s.At.Unix()); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO full_text (rowid, title, content) VALUES ($1, $2, $3)`, s.ID, s.Headline, s.Body); err != nil {
				return err
			}
		}
		return nil
	})
}

func ids(rows *sql.Rows, err error) ([]int64, error) {
	return db.All(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
}

// fts5 is SQLite's full-text search as its manual shows it: all words, ordered
// by its bm25; any is with one of the words.
func fts5(d *db.DB, name, between string) finder {
	return finder{name, func(ctx context.Context, query string, limit int) ([]int64, error) {
		words := fold.Words(64, query)
		if len(words) == 0 {
			return nil, nil
		}
		return ids(d.Query(ctx, `SELECT rowid FROM full_text WHERE full_text MATCH $1 ORDER BY bm25(full_text), rowid LIMIT $2`,
			`"`+strings.Join(words, `"`+between+`"`)+`"`, limit))
	}}
}

// stopWords are those that WordPress's search leaves out.
var stopWords = strings.Split("about,an,are,as,at,be,by,com,for,from,how,in,is,it,of,on,or,that,the,this,to,was,what,when,where,who,will,with,www", ",")

// wordPress is the search of WordPress 6 as WP_Query writes it: each word
// somewhere in title or text (LIKE), the whole question in the title first,
// then all words in the title, then some, then the question in the text; newest
// first among equals. Questions of more than nine words are one text.
func wordPress(d *db.DB) finder {
	return finder{"WordPress 6", func(ctx context.Context, query string, limit int) ([]int64, error) {
		terms := terms(query)
		if len(terms) == 0 || len(terms) > 9 {
			terms = []string{query}
		}
		var args []any
		like := func(text string) string {
			args = append(args, "%"+strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)+"%")
			return fmt.Sprintf(`$%d ESCAPE '\'`, len(args))
		}
		var where, title []string
		for _, t := range terms {
			p := like(t)
			where = append(where, "(title LIKE "+p+" OR content LIKE "+p+")")
			title = append(title, "title LIKE "+p)
		}
		order := title[0] + " DESC"
		if len(terms) > 1 {
			whole := like(query)
			order = "CASE WHEN title LIKE " + whole + " THEN 1 "
			if len(terms) < 7 {
				order += "WHEN " + strings.Join(title, " AND ") + " THEN 2 WHEN " + strings.Join(title, " OR ") + " THEN 3 "
			}
			order += "WHEN content LIKE " + whole + " THEN 5 ELSE 6 END"
		}
		args = append(args, limit)
		return ids(d.Query(ctx, "SELECT id FROM post WHERE "+strings.Join(where, " AND ")+" ORDER BY "+order+fmt.Sprintf(", date DESC, id DESC LIMIT $%d", len(args)), args...))
	}}
}

// terms are the words that WordPress looks for: split at white space and
// commas, without single letters and stop words.
func terms(query string) []string {
	var out []string
	for _, t := range strings.FieldsFunc(query, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '+' }) {
		t = strings.Trim(t, "\"'\n\r ")
		lower := strings.ToLower(t)
		if t == "" || len(lower) == 1 && lower >= "a" && lower <= "z" {
			continue
		}
		stop := false
		for _, s := range stopWords {
			stop = stop || s == lower
		}
		if !stop {
			out = append(out, t)
		}
	}
	return out
}
