package media

import (
	"cmp"
	"context"
	"path"
	"slices"
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
		m.Variants = append(m.Variants, v.Variant)
	}
	v, ok := m.heir(gone)
	if !ok {
		return File{}, notFound()
	}
	return File{Media: m.ID, Location: m.URL(v)}, nil
}

// heir chooses what is shown in the place of a variant that is gone: the same
// label and type, else the next width of the type, else, when the new file has
// no such type, what every reader knows.
func (m Medium) heir(gone Variant) (Variant, bool) {
	alike := m
	alike.Variants = nil
	for _, v := range m.Variants {
		if path.Ext(v.Name) == path.Ext(gone.Name) {
			alike.Variants = append(alike.Variants, v)
		}
	}
	width, err := strconv.Atoi(strings.TrimPrefix(gone.Label(), "w"))
	if path.Ext(gone.Name) == "" || err != nil && !slices.Contains([]string{picture.Wide, labelAnimation, labelFile, labelClean}, gone.Label()) {
		return Variant{}, false
	}
	if v, ok := alike.labelled(gone.Label()); ok {
		return v, true
	}
	if len(alike.Variants) > 0 {
		if v, ok := atLeast(alike.whole(picture.Format(alike.Variants[0].MIME)), width); ok {
			return v, true
		}
	}
	for _, find := range []func() (Variant, bool){func() (Variant, bool) { return m.labelled(gone.Label()) }, m.Fallback, m.File} {
		if v, ok := find(); ok {
			return v, true
		}
	}
	return m.labelled(labelAnimation)
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

// Names under which DeskFile knows files.
const (
	DeskThumb    = "thumb"    // a small picture
	DeskPreview  = "preview"  // the picture at reading width, or the whole film, sound or document
	DeskOriginal = "original" // as it was given, with everything that its metadata tell
)

// DeskFile returns a file of the medium for the people of the newsroom, public
// or not, by one of the names above or the name of a variant. Until the job
// has made the small ones, the first variant stands for them.
func (m Medium) DeskFile(name string) (File, error) {
	var v Variant
	var ok bool
	switch name {
	case DeskOriginal:
		if m.SHA256 == "" {
			return File{}, notFound()
		}
		return File{Media: m.ID, MIME: m.MIME, Key: originalKey(m.SHA256), ETag: `"` + m.SHA256 + `"`, Download: m.FileName}, nil
	case DeskThumb:
		if v, ok = m.ofWidth(320, picture.JPEG, picture.PNG); !ok {
			v, ok = m.labelled(labelAnimation)
		}
	case DeskPreview:
		for _, find := range []func() (Variant, bool){func() (Variant, bool) { return m.labelled(labelAnimation) }, m.Fallback, m.File} {
			if v, ok = find(); ok {
				break
			}
		}
	default:
		if i := slices.IndexFunc(m.Variants, func(v Variant) bool { return v.Name == name }); i >= 0 {
			v, ok = m.Variants[i], true
		}
	}
	if !ok {
		return File{}, notFound()
	}
	return m.file(v), nil
}

// Whole draws a picture at reading width without its crop, for the person who
// chooses the crop. It is made for each call: readers must not find what was
// cut off.
func (s *Service) Whole(ctx context.Context, m Medium) (data []byte, mime string, err error) {
	if m.Kind != KindImage || m.SHA256 == "" {
		return nil, "", notFound()
	}
	m.Crop = Crop{}
	top, err := s.topOf(ctx, m)
	if err != nil {
		return nil, "", err
	}
	want := picture.Fallback(s.plan(top))
	err = picture.Render(ctx, top, []picture.Want{want}, picture.Focus{}, nil, s.encoders, func(_ picture.Want, made []byte) error {
		data = made
		return nil
	})
	return data, string(want.Format), err
}

// Open opens a file for reading; the caller closes it.
func (s *Service) Open(ctx context.Context, f File) (blob.Object, error) {
	return s.blobs.Get(ctx, f.Key)
}
