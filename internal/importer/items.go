package importer

import (
	"cmp"
	"context"
	"html"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/richtext"
	"dateline/internal/urlpath"
	"dateline/internal/vault"
	"dateline/internal/wpcontent"
	"dateline/internal/wxr"
)

// writeItems reads the files again and stores articles, pages, pictures and
// comments.
func (r *run) writeItems(ctx context.Context) error {
	err := r.storeAll(ctx, func(ctx context.Context, add func(task) error) error {
		_, err := r.readAll(ctx, "import", func(ctx context.Context, file string, progress func(int64)) error {
			return eachRecord(ctx, file, progress, unnoted, func(rec wxr.Record) error {
				it, ok := rec.(*wxr.Item)
				if !ok {
					return nil
				}
				return r.item(ctx, it, filepath.Base(file), add)
			})
		})
		return err
	})
	if len(r.missed) > 0 {
		r.report.decide("missed schedule", "Was to appear before the import and never did; it is a draft now: publish it or not.", r.missed...)
	}
	return err
}

// unnoted passes over what the reader mended: the survey has noted it.
func unnoted([]wxr.Repair) {}

var itemKinds = map[byte]string{'p': KindPost, 'g': KindPage, 'a': KindAttachment, 'm': KindMenuItem, 'b': KindOther, 'o': KindOther}

func (r *run) item(ctx context.Context, it *wxr.Item, file string, add func(task) error) error {
	entry := r.survey.items.get(it.ID)
	kind := itemKinds[kindByte(it.Type)]
	why := Outcome{Kind: kind, ID: strconv.FormatInt(it.ID, 10), Title: clip(html.UnescapeString(it.Title)), File: file, Line: it.Line}
	skip := func(reason string) error {
		why.Reason = reason
		return add(task{store: nothing, done: func() { r.report.Kinds[kind].InFile++; r.report.drop(why); r.lostComments(it, why) }})
	}
	switch {
	case entry == nil || entry.before:
		return nil // the survey did not get this far
	case kind == KindMenuItem:
		r.menus.add(it, file) // one item may stand in several menus
		return nil
	case it.Type == guestAuthor:
		return nil // writePeople has counted it
	case entry.seen:
		return skip("its number stands twice in the files; the first one was taken")
	}
	entry.seen = true
	switch {
	case it.Status == "trash" || it.Status == "auto-draft":
		if err := r.askTrashed(ctx, kind, why); err != nil {
			return err
		}
		return skip("was in the " + it.Status + " of WordPress")
	case kind == KindAttachment:
		return r.attachment(it, entry, why, add)
	case it.Type == "wp_block":
		return skip("saved block: its content stands in the articles that use it")
	case kind == KindOther:
		r.report.decide("post types", "Have no place in Dateline and were left out. The report lists each of them.", "“"+it.Type+"”")
		return skip("post type “" + it.Type + "” has no place in Dateline")
	}
	return r.article(ctx, it, entry, why, add)
}

// askTrashed asks what to do with an article that an earlier run stored and
// that the newsroom has thrown away since.
func (r *run) askTrashed(ctx context.Context, kind string, why Outcome) error {
	if r.fresh {
		return nil
	}
	_, known, err := storedKey(ctx, r.DB, r.survey.site, kind, why.ID)
	if known {
		r.report.decide("trash", "Was imported before and is in the trash of WordPress now. It stays as it is until you withdraw it.", why.Title)
	}
	return err
}

func nothing(context.Context, *db.Tx) error { return nil }

// lostComments accounts for the comments of an item that is not stored.
func (r *run) lostComments(it *wxr.Item, why Outcome) {
	for _, c := range it.Comments {
		r.report.Kinds[KindComment].InFile++
		r.report.drop(Outcome{Kind: KindComment, ID: strconv.FormatInt(c.ID, 10), Line: c.Line, File: why.File, Reason: "its " + why.Kind + " was not imported"})
	}
}

// article prepares a post or page and adds the task that stores it.
func (r *run) article(ctx context.Context, it *wxr.Item, entry *surveyed, why Outcome, add func(task) error) error {
	put, words, err := r.put(ctx, it, entry, why)
	if err != nil {
		why.Reason = err.Error()
		return add(task{store: nothing, done: func() { r.report.Kinds[why.Kind].InFile++; r.report.fail(why); r.lostComments(it, why) }})
	}
	hash, err := digest(put, r.Vault.Index("import.password", it.Password))
	if err != nil {
		return err
	}
	comments, err := r.prepareComments(it, entry)
	if err != nil {
		return err
	}
	if it.Password != "" && r.fresh { // hashing is slow: not inside the transaction where it can be helped
		put.PasswordHash = r.passwords.hash(r.Vault, it.Password)
	}
	now := r.Clock.Now()
	var o outcome
	outcomes := make([]outcome, len(comments))
	return add(task{
		cost: len(it.Content) + 400*len(comments),
		store: func(ctx context.Context, tx *db.Tx) error {
			var err error
			target, store := entry.target, put
			o, err = r.keep(ctx, tx, why.Kind, why.ID, hash, entry.target, func(to int64) error {
				store.ID, target = to, to
				return r.storeArticle(ctx, tx, it, store)
			})
			if err != nil {
				return err
			}
			for i := range comments {
				if outcomes[i], err = r.storeComment(ctx, tx, &comments[i], target); err != nil {
					return err
				}
			}
			return nil
		},
		done: func() {
			r.report.Kinds[why.Kind].InFile++
			r.counted(why.Kind, o)
			if it.Status == "future" && missed(put.ScheduledAt, now) {
				r.missed = append(r.missed, why.Title)
			}
			r.report.WordsIn, r.report.WordsOut = r.report.WordsIn+int64(words.In), r.report.WordsOut+int64(words.Out)
			if off := abs(words.In - words.Out); off*100 > words.In && off > 0 && len(r.report.WordsOff) < maxOutcomes {
				r.report.WordsOff = append(r.report.WordsOff, words)
			}
			for i := range comments {
				r.report.Kinds[KindComment].InFile++
				if outcomes[i] == isDropped {
					r.report.drop(Outcome{Kind: KindComment, ID: comments[i].source, File: why.File, Line: comments[i].line, Reason: comments[i].dropped})
					continue
				}
				r.counted(KindComment, outcomes[i])
			}
		},
	})
}

// storeArticle writes the article, its former addresses and what else must be
// done once it is there.
func (r *run) storeArticle(ctx context.Context, tx *db.Tx, it *wxr.Item, put article.Put) error {
	if it.Password != "" && put.PasswordHash == "" {
		put.PasswordHash = r.passwords.hash(r.Vault, it.Password)
	}
	if err := r.missSchedule(ctx, tx, &put); err != nil {
		return err
	}
	if err := r.yieldAddress(ctx, tx, &put); err != nil {
		return err
	}
	if _, err := r.Articles.PutTx(ctx, tx, actor, put); err != nil {
		return err
	}
	for _, m := range it.Meta {
		if m.Key == "_wp_old_slug" && m.Value != "" && put.Path != "" && m.Value != it.Slug {
			old := replaceLast(put.Path, put.Slug, decoded(m.Value))
			if _, err := article.Redirect(ctx, tx, old, article.AddressArticle, put.ID); err != nil {
				return err
			}
		}
		if m.Key == "_wp_old_date" && put.Path != "" {
			if old := r.datedPath(put, m.Value); old != "" {
				if _, err := article.Redirect(ctx, tx, old, article.AddressArticle, put.ID); err != nil {
					return err
				}
			}
		}
	}
	r.touched = append(r.touched, put.ID)
	return nil
}

// passwords are the hashes of the words that articles ask for. A site has few
// of them, and hashing takes as long as storing a hundred articles.
type passwords struct {
	mu     sync.Mutex
	hashes map[string]string
}

func (p *passwords) hash(v *vault.Vault, word string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	h, ok := p.hashes[word]
	if !ok {
		h = v.HashPassword(word)
		if len(p.hashes) < 1000 {
			p.hashes[word] = h
		}
	}
	return h
}

func missed(scheduled, now time.Time) bool { return !scheduled.After(now) }

// missSchedule makes a draft of an article whose time came before the import:
// not all of them are to appear at this moment without asking. One that
// Dateline has published in time stays out.
func (r *run) missSchedule(ctx context.Context, tx *db.Tx, put *article.Put) error {
	if put.Status != article.StatusScheduled || !missed(put.ScheduledAt, r.Clock.Now()) {
		return nil
	}
	var live int64
	err := tx.QueryRow(ctx, `SELECT live_version FROM article WHERE id = $1`, put.ID).Scan(&live)
	if err != nil && !notFound(err) {
		return err
	}
	put.Status, put.ScheduledAt = article.StatusDraft, time.Time{}
	if live > 0 {
		put.Status, put.Published, put.Updated = article.StatusPublished, put.Created, put.Created
	}
	return nil
}

// yieldAddress lets the article take another address where an article has its
// old one already.
func (r *run) yieldAddress(ctx context.Context, tx *db.Tx, put *article.Put) error {
	if !r.shared || put.Path == "" {
		return nil
	}
	taken, err := article.LookUp(ctx, tx, urlpath.Key(put.Path))
	if notFound(err) {
		return nil
	}
	if taken.Kind == article.AddressArticle && taken.Target != put.ID {
		put.Path = ""
	}
	return err
}

// replaceLast puts another address word into a path.
func replaceLast(path, word, other string) string {
	i := strings.LastIndex(path, word)
	if i < 0 || word == "" {
		return ""
	}
	return path[:i] + other + path[i+len(word):]
}

// datedPath is the address that the article had under a former date.
func (r *run) datedPath(put article.Put, date string) string {
	pattern, err := urlpath.Parse(r.conf.Permalink)
	day, ok := wxr.ParseTime(date, r.survey.zone)
	if err != nil || !ok {
		return ""
	}
	parts, ok := pattern.Match(put.Path)
	if !ok {
		return ""
	}
	parts.Time = day
	return pattern.Build(parts)
}

func abs(n int) int { return max(n, -n) }

func clip(s string) string {
	if r := []rune(s); len(r) > 120 {
		return string(r[:119]) + "…"
	}
	return s
}

// put turns an item into an article as Dateline stores it.
func (r *run) put(ctx context.Context, it *wxr.Item, entry *surveyed, why Outcome) (article.Put, Words, error) {
	put := article.Put{ID: entry.target, Type: article.TypeArticle, Slug: decoded(it.Slug), CommentsOpen: it.CommentStatus == "open", Pinned: it.Sticky}
	if why.Kind == KindPage {
		put.Type, put.MenuOrder = article.TypePage, int64(it.MenuOrder)
	}
	if parent := r.survey.items.get(it.Parent); parent != nil && parent.kind == 'g' && put.Type == article.TypePage && it.Parent != it.ID {
		put.ParentID = parent.target
	}
	put.Created = r.survey.when(it.DateGMT, it.Date)
	if put.Created.IsZero() {
		put.Created = r.survey.when(it.ModifiedGMT, it.Modified)
	}
	if put.Created.IsZero() {
		put.Created = time.Unix(0, 0).UTC()
	}
	r.state(it, &put)
	put.Path = r.oldPath(it, put)
	converted, report := wpcontent.Convert(it.Content, r.context(it))
	put.Content = article.Content{Headline: cmp.Or(strings.TrimSpace(plainText(it.Title)), "Untitled"), Body: converted,
		Excerpt: plainText(it.Excerpt), Kind: article.KindReport}
	r.enclose(it, &put.Content)
	var err error
	if put.Content.Body, err = richtext.Validate(put.Content.Body); err != nil {
		return put, Words{}, err
	}
	if put.Type == article.TypePage {
		put.Content.Kind = article.KindPage
	}
	if err := r.sort(ctx, it, &put); err != nil {
		return put, Words{}, err
	}
	r.meta(it, &put.Content)
	r.tallyContent(report)
	if put.Content.Bylines, err = r.bylines(ctx, it); err != nil {
		return put, Words{}, err
	}
	return put, Words{ID: it.ID, Title: clip(put.Content.Headline), In: report.WordsIn, Out: report.WordsOut}, nil
}

// state maps WordPress's status, and times, to ours.
func (r *run) state(it *wxr.Item, put *article.Put) {
	put.Status, put.Access = article.StatusDraft, article.AccessOpen
	if it.Password != "" {
		put.Access = article.AccessPassword
	}
	published := func() {
		put.Status, put.Published, put.Updated = article.StatusPublished, put.Created, put.Created
		modified := r.survey.when(it.ModifiedGMT, it.Modified)
		if modified.After(put.Created.Add(time.Hour)) {
			put.Updated = modified
		}
	}
	switch it.Status {
	case "publish":
		published()
	case "private":
		published()
		put.Access = article.AccessPrivate
	case "pending":
		put.Status = article.StatusReview
	case "future":
		put.Status, put.ScheduledAt = article.StatusScheduled, put.Created
	case "draft", "inherit":
	default:
		r.report.decide("status", "The status “"+it.Status+"” is not WordPress's own; the article is a draft now.", clip(it.Title))
	}
	if put.Access == article.AccessPassword {
		r.report.decide("password", "Asks for the password that it had. Keep it, or make it a draft.", clip(it.Title))
	}
	if put.Access == article.AccessPrivate {
		r.report.decide("private", "Is private, as it was: nobody but the newsroom sees it.", clip(it.Title))
	}
}

// oldPath is the address that the item had, "" where it had none of its own.
func (r *run) oldPath(it *wxr.Item, put article.Put) string {
	if put.Status != article.StatusPublished {
		return ""
	}
	path := r.survey.pagePath(it.ID, 0)
	if u, err := url.Parse(strings.TrimSpace(it.Link)); err == nil && u.RawQuery == "" {
		path = oneSlash(r.survey.trimBase(u.Path))
	}
	key := urlpath.Key(path)
	if path == "" || key == "/" || key == "" {
		return ""
	}
	if other, taken := r.claimed[rank(key)]; taken && other != it.ID {
		r.report.decide("addresses", "Had the address of another item, which keeps it; it has one of its own now.", clip(it.Title))
		return ""
	}
	r.claimed[rank(key)] = it.ID
	return path
}

// pagePath makes the address of a page of which the export gives only the
// number: the words of its parents and its own. It is "" for other items.
func (s *survey) pagePath(number int64, depth int) string {
	word := s.pages[number]
	if word == "" || depth > 16 {
		return ""
	}
	if parent := s.pagePath(s.items.get(number).parent, depth+1); parent != "" {
		return parent + word + "/"
	}
	return "/" + word + "/"
}

// oneSlash collapses runs of slashes: a path that began with two would lead to
// another host.
func oneSlash(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}
