package importer

import (
	"cmp"
	"context"
	"html"
	"net/url"
	"path"
	"strings"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/urlpath"
	"dateline/internal/wpcontent"
	"dateline/internal/wxr"
)

// attachment stores what is known of a picture or file; its bytes come later.
func (r *run) attachment(it *wxr.Item, entry *surveyed, why Outcome, add func(task) error) error {
	file := cmp.Or(wxr.First(it.Meta, "_wp_attached_file"), uploadPath(it.AttachmentURL))
	m := media.Medium{ID: entry.target, Kind: kindOfFile(cmp.Or(file, it.AttachmentURL)), Slug: decoded(it.Slug), FileName: path.Base(cmp.Or(file, it.AttachmentURL)),
		Title: plainText(it.Title), Caption: plainText(it.Excerpt), Description: plainText(it.Content), Credit: credit(it),
		Alt: strings.TrimSpace(wxr.First(it.Meta, "_wp_attachment_image_alt")), SourceURL: strings.TrimSpace(it.AttachmentURL),
		CreatedAt: db.Micros(r.survey.when(it.DateGMT, it.Date))}
	parent := r.survey.items.get(it.Parent)
	if parent != nil && (parent.kind == 'p' || parent.kind == 'g') {
		m.Parent = parent.target
	} else {
		parent = nil
	}
	free := parent == nil && it.Status != "private"
	hash, err := digest(m, file, it.Link, free)
	if err != nil {
		return err
	}
	var o outcome
	return add(task{
		cost: 500,
		store: func(ctx context.Context, tx *db.Tx) error {
			var err error
			o, err = r.keep(ctx, tx, KindAttachment, why.ID, hash, entry.target, func(to int64) error {
				m.ID = to
				return r.storeMedium(ctx, tx, m, it, file, free)
			})
			return err
		},
		done: func() {
			r.report.Kinds[KindAttachment].InFile++
			r.counted(KindAttachment, o)
			r.lostComments(it, why)
			r.wanted = append(r.wanted, wanted{target: m.ID, file: file, url: m.SourceURL, original: originalFile(it, file)})
		},
	})
}

func (r *run) storeMedium(ctx context.Context, tx *db.Tx, m media.Medium, it *wxr.Item, file string, free bool) error {
	if err := r.Media.Save(ctx, tx, &m); err != nil {
		return err
	}
	if free {
		if err := r.Media.Public(ctx, tx, []int64{m.ID}); err != nil {
			return err
		}
	}
	if m.Parent != 0 {
		// The parent may be stored already; if not, storing it does the same.
		if _, err := tx.Exec(ctx, `INSERT INTO media_use (media_id, article_id, rights_expire)
			SELECT $1, id, COALESCE((SELECT rights_expire FROM media WHERE id = $1), 0) FROM article WHERE id = $2 AND public = 1
			ON CONFLICT DO NOTHING`, m.ID, m.Parent); err != nil {
			return err
		}
	}
	for _, p := range []string{file, uploadPath(it.AttachmentURL)} {
		if p == "" {
			continue
		}
		if err := r.Media.SaveAlias(ctx, tx, "/wp-content/uploads/"+strings.TrimPrefix(p, "/"), m.ID); err != nil && !fault.Is(err, fault.Invalid) {
			return err
		}
	}
	if own, ok := r.ownPath(strings.TrimSpace(it.AttachmentURL)); ok {
		if err := r.Media.SaveAlias(ctx, tx, own, m.ID); err != nil && !fault.Is(err, fault.Invalid) {
			return err
		}
	}
	if own := r.attachmentAddress(it); own != "" {
		_, err := article.AddAddress(ctx, tx, article.Address{Key: urlpath.Key(own), Kind: article.AddressAttachment, Target: m.ID, Location: own})
		return err
	}
	return nil
}

// attachmentAddress is the path of the attachment's own page: the one it had,
// or one under /attachment/ where it had only a number.
func (r *run) attachmentAddress(it *wxr.Item) string {
	if u, err := url.Parse(strings.TrimSpace(it.Link)); err == nil && u.RawQuery == "" && len(u.Path) > 1 {
		return oneSlash(r.survey.trimBase(u.Path))
	}
	if slug := cmp.Or(decoded(it.Slug), urlpath.Slug(it.Title)); slug != "" {
		return "/attachment/" + slug + "/"
	}
	return ""
}

// uploadPath is the part of an address below the uploads folder.
func uploadPath(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	if _, after, ok := strings.Cut(u.Path, "/wp-content/uploads/"); ok {
		return after
	}
	return strings.TrimPrefix(u.Path, "/")
}

// credit is who made a picture: a credit plugin's field, or what WordPress read
// from the file.
func credit(it *wxr.Item) string {
	if c := strings.TrimSpace(wxr.First(it.Meta, "_media_credit")); c != "" {
		return plainText(c)
	}
	about, _ := attachmentData(it).Get("image_meta").(wpcontent.PHPArray)
	for _, key := range []string{"credit", "copyright"} {
		if s, ok := about.Get(key).(string); ok && strings.TrimSpace(s) != "" {
			return html.UnescapeString(strings.TrimSpace(s))
		}
	}
	return ""
}

// attachmentData is what WordPress noted of a picture, empty when it cannot be
// read.
func attachmentData(it *wxr.Item) wpcontent.PHPArray {
	value, err := wpcontent.ParsePHP(wxr.First(it.Meta, "_wp_attachment_metadata"))
	if err != nil {
		return wpcontent.PHPArray{}
	}
	data, _ := value.(wpcontent.PHPArray)
	return data
}

// originalFile is the file that WordPress shrank on arrival, "" when it did not.
func originalFile(it *wxr.Item, file string) string {
	name, _ := attachmentData(it).Get("original_image").(string)
	if name == "" || file == "" {
		return ""
	}
	return path.Join(path.Dir(file), path.Base(name))
}

func kindOfFile(name string) media.Kind {
	switch strings.ToLower(path.Ext(strings.TrimSpace(name))) {
	case ".jpg", ".jpeg", ".jpe", ".png", ".gif", ".webp", ".avif", ".bmp", ".tif", ".tiff", ".svg", ".heic", ".ico":
		return media.KindImage
	case ".mp3", ".m4a", ".ogg", ".oga", ".wav", ".flac", ".aac", ".wma", ".mid":
		return media.KindAudio
	case ".mp4", ".m4v", ".webm", ".ogv", ".mov", ".avi", ".wmv", ".mpg", ".mpeg", ".3gp":
		return media.KindVideo
	}
	return media.KindFile
}
