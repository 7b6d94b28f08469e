package media

import (
	"cmp"
	"context"
	"path"
	"strconv"
	"strings"

	"dateline/internal/blob"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media/picture"
)

// File is one file that readers may get now.
type File struct {
	Media    int64
	Key      string // of the blob
	MIME     string
	ETag     string // strong, with quotes
	Download string // name to save it under; "" for pictures
	Location string // where it is now, when asked for under a former name
}

// PublicVariant returns the variant of a public medium under its address. For
// a name from before the medium got another file or focal point it returns
// Location, the path of the variant that took its place. NotFound for all
// else; a private medium cannot be told from one that does not exist.
func (s *Service) PublicVariant(ctx context.Context, token, name string) (File, error) {
	f, err := s.variant(ctx, `SELECT m.id, m.sha256, m.file_name, v.mime
		FROM media m JOIN media_variant v ON v.media_id = m.id
		WHERE m.token = $1 AND v.name = $2 AND `+isPublic, token, name)
	if fault.Is(err, fault.NotFound) {
		return s.successor(ctx, token, Variant{Name: name})
	}
	return f, err
}

// HiddenVariant returns a variant under its address, whoever may see it; NotFound
// when there is none. The caller makes sure that the reader may.
func (s *Service) HiddenVariant(ctx context.Context, token, name string) (File, error) {
	return s.variant(ctx, `SELECT m.id, m.sha256, m.file_name, v.mime
		FROM media m JOIN media_variant v ON v.media_id = m.id
		WHERE m.token = $1 AND v.name = $2`, token, name)
}

func (s *Service) variant(ctx context.Context, query, token, name string) (File, error) {
	m, v := Medium{Token: token}, Variant{Name: name}
	if err := s.db.QueryRow(ctx, query, token, name).Scan(&m.ID, &m.SHA256, &m.FileName, &v.MIME); err != nil {
		return File{}, err
	}
	return m.file(v), nil
}

// successor finds the variant that took the place of one that is gone: the same
// label and type, else the next width of the type.
func (s *Service) successor(ctx context.Context, token string, gone Variant) (File, error) {
	rows, err := s.db.Query(ctx, `SELECT m.id, v.name, v.mime, v.width, v.height, v.bytes
		FROM media m JOIN media_variant v ON v.media_id = m.id
		WHERE m.token = $1 AND `+isPublic, token)
	all, err := db.All(rows, err, scanOwned)
	if err != nil || len(all) == 0 {
		return File{}, cmp.Or(err, notFound())
	}
	m := Medium{ID: all[0].media, Token: token}
	for _, v := range all {
		if path.Ext(v.Name) == path.Ext(gone.Name) {
			m.Variants = append(m.Variants, v.Variant)
		}
	}
	if v, ok := m.labelled(gone.Label()); ok {
		return File{Media: m.ID, Location: m.URL(v)}, nil
	}
	width, err := strconv.Atoi(strings.TrimPrefix(gone.Label(), "w"))
	if err != nil || len(m.Variants) == 0 {
		return File{}, notFound()
	}
	v, ok := atLeast(m.whole(picture.Format(m.Variants[0].MIME)), width)
	if !ok {
		return File{}, notFound()
	}
	return File{Media: m.ID, Location: m.URL(v)}, nil
}

func notFound() error { return fault.New(fault.NotFound, "no such file") }

// file describes m's variant v for serving.
func (m Medium) file(v Variant) File {
	f := File{Media: m.ID, MIME: v.MIME, Key: m.variantKey(v.Name), ETag: `"` + v.Name + `"`}
	if v.Label() == labelFile {
		f.Key = originalKey(m.SHA256)
	}
	if !strings.HasPrefix(v.MIME, "image/") {
		f.Download = m.FileName
		if ext := path.Ext(v.Name); !strings.EqualFold(path.Ext(f.Download), ext) {
			f.Download += ext // the type that we saw, whatever it was called
		}
	}
	return f
}

// Open opens a file for reading; the caller closes it.
func (s *Service) Open(ctx context.Context, f File) (blob.Object, error) {
	return s.blobs.Get(ctx, f.Key)
}
