package article

import (
	"context"
	"strconv"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/urlpath"
)

// The kinds of addresses.
const (
	AddressArticle    = "article"    // shows target; also standing pages
	AddressRedirect   = "redirect"   // leads to target's present address, or to Location
	AddressGone       = "gone"       // target was withdrawn, or Detail says why
	AddressSection    = "section"    // shows the list of target
	AddressTag        = "tag"        // likewise
	AddressAuthor     = "author"     // likewise
	AddressTerm       = "term"       // likewise
	AddressAttachment = "attachment" // shows the medium target
)

// Address is what answers at a path. Kind decides what Target is.
type Address struct {
	Key      string // urlpath.Key of the path, or "?p=12" for an address that is a query
	Kind     string
	Target   int64
	Of       string // for a redirect with a target: the kind of thing that it leads to
	Location string // for a redirect without target
}

// LookUp returns the address at a key, or NotFound.
func LookUp(ctx context.Context, q db.Querier, key string) (Address, error) {
	a := Address{Key: key}
	err := q.QueryRow(ctx, `SELECT kind, target_id, location, detail FROM address WHERE path_key = $1`, key).
		Scan(&a.Kind, &a.Target, &a.Location, &a.Of)
	return a, err
}

// SetAddress adds or replaces what answers at an address.
func SetAddress(ctx context.Context, tx *db.Tx, a Address) error {
	if a.Key == "" {
		return fault.New(fault.Invalid, "an address needs a path")
	}
	_, err := tx.Exec(ctx, `INSERT INTO address (path_key, kind, target_id, location, detail) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (path_key) DO UPDATE SET kind = excluded.kind, target_id = excluded.target_id,
			location = excluded.location, detail = excluded.detail`,
		a.Key, a.Kind, a.Target, a.Location, a.Of)
	PurgeRedirect(tx, a.Key)
	return err
}

// RemoveAddress makes nothing answer at a key.
func RemoveAddress(ctx context.Context, tx *db.Tx, key string) error {
	_, err := tx.Exec(ctx, `DELETE FROM address WHERE path_key = $1`, key)
	PurgeRedirect(tx, key)
	return err
}

// PurgeRedirect drops the cached answer of an address that leads elsewhere, or
// at which nothing of the newsroom's own stood.
func PurgeRedirect(tx *db.Tx, key string) { tx.Purge(AddressKey(key)) }

// AddressKey is the surrogate key of answers that are true while nothing else
// comes to stand at an address.
func AddressKey(key string) string { return "address:" + key }

// AddAddress adds an address unless something answers there already; it
// reports whether it did.
func AddAddress(ctx context.Context, tx *db.Tx, a Address) (bool, error) {
	if a.Key == "" {
		return false, nil
	}
	n, err := tx.Exec(ctx, `INSERT INTO address (path_key, kind, target_id, location, detail) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (path_key) DO NOTHING`, a.Key, a.Kind, a.Target, a.Location, a.Of)
	return n > 0, err
}

// readdress makes the article's addresses agree with what readers may see.
// oldPath is the path before this write.
func readdress(ctx context.Context, tx *db.Tx, a *Article, vis Visibility, oldPath string) error {
	switch vis {
	case Hidden:
		_, err := tx.Exec(ctx, `DELETE FROM address WHERE target_id = $1 AND kind IN ('article', 'gone')`, a.ID)
		return err
	case Gone:
		return SetAddress(ctx, tx, Address{Key: urlpath.Key(a.Path), Kind: AddressGone, Target: a.ID, Of: AddressArticle})
	}
	if oldPath != "" && urlpath.Key(oldPath) != urlpath.Key(a.Path) {
		if err := SetAddress(ctx, tx, Address{Key: urlpath.Key(oldPath), Kind: AddressRedirect, Target: a.ID, Of: AddressArticle}); err != nil {
			return err
		}
	}
	return SetAddress(ctx, tx, Address{Key: urlpath.Key(a.Path), Kind: AddressArticle, Target: a.ID})
}

// reserved are first path segments that Dateline answers itself.
var reserved = map[string]bool{
	"assets": true, "media": true, "share": true, "feed": true, "page": true, "healthz": true, "desk": true, "api": true,
}

// computed are addresses at which Dateline shows a page of its own making. No
// page of the newsroom's stands there: both would be kept and dropped by other
// rules than what a reader gets.
var computed = map[string]bool{"/feeds": true, "/search": true, "/archive": true, "/corrections": true, "/quotes": true, "/newsletter": true}

// refuseComputed refuses an address word that a person chose for a standing page
// and that leads to a page of Dateline's own.
func refuseComputed(a *Article, word string) error {
	key := "/" + slugify(word)
	if a.Type != TypePage || a.ParentID != 0 || word == "" || !computed[key] && !reserved[key[1:]] {
		return nil
	}
	return fault.New(fault.Conflict, "the address %s/ belongs to a page that Dateline makes itself", key).WithHint("choose another address word for the page, such as %s-page", key[1:])
}

// Reserved tells whether an address of urlpath.Key belongs to Dateline itself.
func Reserved(key string) bool { return reserved[firstSegment(key)] }

// freePath returns build(slug) for the first of slug, slug-2, slug-3 … whose
// address is free or already the article's, and that slug.
func freePath(ctx context.Context, q db.Querier, id int64, slug string, build func(slug string) string) (path, free string, err error) {
	for n := 1; n <= 1000; n++ {
		free = slug
		if n > 1 {
			free = slug + "-" + strconv.Itoa(n)
		}
		path = build(free)
		key := urlpath.Key(path)
		if key == "" || key == "/" || reserved[firstSegment(key)] || computed[key] {
			continue
		}
		taken, err := LookUp(ctx, q, key)
		if fault.Is(err, fault.NotFound) || err == nil && taken.Target == id && taken.Location == "" {
			return path, free, nil
		}
		if err != nil {
			return "", "", err
		}
	}
	return "", "", fault.New(fault.Conflict, "the address word %q is taken a thousand times: choose another", slug)
}

func firstSegment(key string) string {
	for i := 1; i < len(key); i++ {
		if key[i] == '/' {
			return key[1:i]
		}
	}
	if key == "" {
		return ""
	}
	return key[1:]
}

// AttachmentPath returns the path of a medium's own page as it was written, or
// NotFound when it has none. SetAddress keeps it in Location.
func AttachmentPath(ctx context.Context, q db.Querier, medium int64) (string, error) {
	var path string
	err := q.QueryRow(ctx, `SELECT location FROM address WHERE target_id = $1 AND kind = 'attachment'`, medium).Scan(&path)
	return path, err
}
