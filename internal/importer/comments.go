package importer

import (
	"context"
	"encoding/json"
	"html"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dateline/internal/comment"
	"dateline/internal/comment/exchange"
	"dateline/internal/db"
	"dateline/internal/richtext"
	"dateline/internal/wxr"
)

// preparedComment is a comment ready to store, or why it is dropped.
type preparedComment struct {
	comment.Comment
	source  string
	hash    string
	dropped string
	line    int
}

// prepareComments readies an item's comments, each after the one that it
// answers.
func (r *run) prepareComments(it *wxr.Item, entry *surveyed) ([]preparedComment, error) {
	ids, seen := map[int64]int64{}, map[int64]bool{}
	for _, c := range it.Comments {
		ids[c.ID] = timedID(r.survey.when(c.DateGMT, c.Date), c.ID^r.survey.salt)
	}
	var out []preparedComment
	for _, c := range repliesLast(it.Comments) {
		p := preparedComment{source: strconv.FormatInt(c.ID, 10), line: c.Line}
		p.ID, p.OldID, p.Parent = ids[c.ID], max(c.ID, 0), ids[c.Parent]
		p.Name, p.Email = strings.TrimSpace(html.UnescapeString(c.Author)), strings.TrimSpace(c.AuthorEmail)
		if u, err := url.Parse(strings.TrimSpace(c.AuthorURL)); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
			p.URL = u.String()
		}
		own := ownMeta(c.Meta)
		p.Created = ownTime(own, r.survey.when(c.DateGMT, c.Date))
		p.Kind, p.Status = comment.KindComment, comment.StatusPending
		switch c.Type {
		case "", "comment":
		case "pingback":
			p.Kind = comment.KindPingback
		case "trackback":
			p.Kind = comment.KindTrackback
		case "webmention":
			p.Kind = comment.KindWebmention
		default:
			p.dropped = "comment type “" + c.Type + "” is no reader's comment"
		}
		if seen[c.ID] {
			p.dropped = "its number stands twice; the first one was taken"
		}
		seen[c.ID] = true
		switch c.Approved {
		case "1", "approve":
			p.Status = comment.StatusApproved
		case "spam":
			p.Status = comment.StatusSpam
		case "trash", "post-trashed":
			p.Status = comment.StatusBinned
		}
		if c.UserID != 0 {
			p.Profile = r.userProfile(c.UserID)
		}
		p.Body = commentBody(c.Content)
		p.Likes, p.Picked, p.Edited = max(own.Likes, 0), own.Picked, db.Time(own.Edited)
		if doc, ok := own.Body(c.Content); ok {
			p.Body = doc
		}
		var err error
		if p.hash, err = digest(r.fingerprint(&p.Comment), entry.target); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// ownMeta is what an export of ours gave along with a comment.
func ownMeta(meta []wxr.Meta) (own exchange.Meta) {
	if json.Unmarshal([]byte(wxr.First(meta, exchange.MetaKey)), &own) != nil {
		return exchange.Meta{}
	}
	return own
}

// ownTime is the exact time, if it is the one that WordPress's field says.
func ownTime(own exchange.Meta, at time.Time) time.Time {
	if exact := db.Time(own.Created); exact.Truncate(time.Second).Equal(at) {
		return exact
	}
	return at
}

func (r *run) userProfile(userID int64) int64 {
	return r.people[r.logins[userID]]
}

// fingerprint is what of a comment the export says. Its shape stays as it is,
// whatever a comment comes to hold, so that a repeated import takes nothing for
// changed that the export does not say anew.
type fingerprint struct {
	ID, Article, Parent, Root, OldID int64
	Kind                             comment.Kind
	Status                           comment.Status
	Name, URL, Email                 string
	Profile                          int64
	Body                             richtext.Doc
	Created                          time.Time
	Likes                            int64     `json:",omitzero"`
	Picked                           bool      `json:",omitzero"`
	Edited                           time.Time `json:",omitzero"`
}

func (r *run) fingerprint(c *comment.Comment) fingerprint {
	return fingerprint{ID: c.ID, Article: c.Article, Parent: c.Parent, Root: c.Root, OldID: c.OldID, Kind: c.Kind, Status: c.Status,
		Name: c.Name, URL: c.URL, Email: r.Vault.Index("import.comment", c.Email), Profile: c.Profile, Body: c.Body, Created: c.Created,
		Likes: c.Likes, Picked: c.Picked, Edited: c.Edited}
}

// commentBody reads a comment's HTML with WordPress's line breaks.
func commentBody(raw string) richtext.Doc {
	doc, _ := richtext.FromCommentHTML(raw)
	if clean, err := richtext.Validate(doc); err == nil {
		return clean
	}
	return richtext.Doc{Version: richtext.SchemaVersion}
}

// repliesLast puts parents before their replies, keeping the file's order.
func repliesLast(in []wxr.Comment) []wxr.Comment {
	present, placed := map[int64]bool{}, map[int64]bool{}
	for _, c := range in {
		present[c.ID] = true
	}
	var out []wxr.Comment
	for waiting := in; len(waiting) > 0; {
		var next []wxr.Comment
		for _, c := range waiting {
			if c.Parent == 0 || !present[c.Parent] || placed[c.Parent] {
				placed[c.ID] = true
				out = append(out, c)
				continue
			}
			next = append(next, c)
		}
		if len(next) == len(waiting) {
			return append(out, next...) // answers to each other: PutTx makes the first one a thread
		}
		waiting = next
	}
	return out
}

func (r *run) storeComment(ctx context.Context, tx *db.Tx, c *preparedComment, articleID int64) (outcome, error) {
	if c.dropped != "" {
		return isDropped, nil
	}
	return r.keep(ctx, tx, KindComment, c.source, c.hash, c.ID, func(target int64) error {
		stored := c.Comment
		stored.ID, stored.Article = target, articleID
		return r.Comments.PutTx(ctx, tx, stored)
	})
}
