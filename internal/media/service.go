package media

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"dateline/internal/blob"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/media/codec"
	"dateline/internal/media/picture"
)

// Default size limits of files, in bytes.
const (
	DefaultMaxPicture = 64 << 20
	DefaultMaxFile    = 1 << 30
)

// Config is what a Service is made of.
type Config struct {
	DB         *db.DB
	Blobs      blob.Store
	Clock      clock.Clock
	TempDir    string // for uploads on their way; "" is the system's
	CacheDir   string // keeps compiled encoders between runs; "" compiles each time
	NoAVIF     bool   // saves two thirds of the work and 30 % of the space of a picture
	NoWebP     bool
	MaxPicture int64 // bytes of a picture's file; 0 is DefaultMaxPicture
	MaxFile    int64 // bytes of any file; 0 is DefaultMaxFile
	MaxPixels  int64 // of a picture; 0 is picture.MaxPixels
}

// Service is the one way to write media. Safe for concurrent use.
type Service struct {
	db         *db.DB
	blobs      blob.Store
	clock      clock.Clock
	tempDir    string
	maxPicture int64
	maxFile    int64
	maxPixels  int64
	encoders   picture.Encoders
	codecs     *codec.Encoders
	decoding   *semaphore.Weighted // two pictures at once; one when it is large
	avif       sync.Mutex          // one AVIF at once: it takes 40 MB a megapixel
	originals  sync.RWMutex        // read: an original is stored and soon recorded; write: one is deleted
}

// New returns a service. Close it.
func New(c Config) *Service {
	s := &Service{
		db: c.DB, blobs: c.Blobs, clock: c.Clock, tempDir: c.TempDir,
		maxPicture: cmp.Or(c.MaxPicture, DefaultMaxPicture), maxFile: cmp.Or(c.MaxFile, DefaultMaxFile), maxPixels: c.MaxPixels,
		codecs: codec.New(c.CacheDir), decoding: semaphore.NewWeighted(2),
	}
	if !c.NoWebP {
		s.encoders.WebP = s.codecs.WebP
	}
	if !c.NoAVIF {
		s.encoders.AVIF = s.encodeAVIF
	}
	return s
}

// MaxFile is the largest file taken, in bytes.
func (s *Service) MaxFile() int64 { return s.maxFile }

// MaxPicture is the largest file of a picture taken, in bytes.
func (s *Service) MaxPicture() int64 { return min(s.maxPicture, s.maxFile) }

// Close frees the encoders.
func (s *Service) Close() { s.codecs.Release() }

// Get returns a medium with its variants, or NotFound.
func (s *Service) Get(ctx context.Context, q db.Querier, id int64) (Medium, error) {
	found, err := s.GetMany(ctx, q, []int64{id})
	if err != nil {
		return Medium{}, err
	}
	m, ok := found[id]
	if !ok {
		return Medium{}, fault.New(fault.NotFound, "no medium %d", id)
	}
	return m, nil
}

// GetMany returns the media of ids that exist, by id, with their variants.
func (s *Service) GetMany(ctx context.Context, q db.Querier, ids []int64) (map[int64]Medium, error) {
	wanted := slices.Compact(slices.Sorted(slices.Values(ids)))
	wanted = slices.DeleteFunc(wanted, func(id int64) bool { return id == 0 })
	found := make(map[int64]Medium, len(wanted))
	for chunk := range slices.Chunk(wanted, batch) {
		if err := load(ctx, q, chunk, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Save adds a medium (ID 0, or one not there yet) or changes its words and
// focal point, and sets ID and Token. What its file says (size, state, …) only
// Ingest changes, and Meta keys that are not given stay. Saving what is there
// already changes nothing.
func (s *Service) Save(ctx context.Context, tx *db.Tx, m *Medium) error {
	if err := s.check(m); err != nil {
		return err
	}
	if m.ID == 0 {
		m.ID = id.New()
	}
	found := map[int64]Medium{}
	if err := load(ctx, tx, []int64{m.ID}, found); err != nil {
		return err
	}
	now := db.Micros(s.clock.Now())
	old, exists := found[m.ID]
	if !exists {
		m.Token, m.State, m.UpdatedAt = id.Token(), StateMissing, now
		if m.CreatedAt == 0 {
			m.CreatedAt = now
		}
		return insertMedium(ctx, tx, *m)
	}
	return s.change(ctx, tx, m, old, now)
}

// change writes the difference between m and old, if there is any.
func (s *Service) change(ctx context.Context, tx *db.Tx, m *Medium, old Medium, now int64) error {
	next := old
	next.Kind, next.Slug, next.FileName, next.Title, next.Caption = m.Kind, m.Slug, m.FileName, m.Title, m.Caption
	next.Credit, next.Alt, next.Description, next.Parent, next.SourceURL = m.Credit, m.Alt, m.Description, m.Parent, m.SourceURL
	next.FocalX, next.FocalY = m.FocalX, m.FocalY
	if old.SHA256 != "" {
		next.Kind = old.Kind // as the file showed
	}
	next.Meta = maps.Clone(old.Meta)
	if next.Meta == nil {
		next.Meta = map[string]string{}
	}
	maps.Copy(next.Meta, m.Meta)
	*m = next
	if sameWords(next, old) {
		return nil
	}
	m.UpdatedAt = now
	if err := updateWords(ctx, tx, *m); err != nil {
		return err
	}
	tx.Purge(db.Key("media", m.ID))
	if m.Kind == KindImage && m.SHA256 != "" && (m.FocalX != old.FocalX || m.FocalY != old.FocalY) {
		return s.enqueue(ctx, tx, *m)
	}
	return nil
}

func sameWords(a, b Medium) bool {
	return a.Kind == b.Kind && a.Slug == b.Slug && a.FileName == b.FileName && a.Title == b.Title && a.Caption == b.Caption &&
		a.Credit == b.Credit && a.Alt == b.Alt && a.Description == b.Description && a.Parent == b.Parent &&
		a.SourceURL == b.SourceURL && a.FocalX == b.FocalX && a.FocalY == b.FocalY && maps.Equal(a.Meta, b.Meta)
}

// check refuses what cannot be kept and fills in the middle as focal point.
func (s *Service) check(m *Medium) error {
	switch m.Kind {
	case KindImage, KindAudio, KindVideo, KindFile:
	case "":
		m.Kind = KindImage
	default:
		return fault.New(fault.Invalid, "there is no kind of medium called %q", m.Kind)
	}
	if m.FocalX == 0 && m.FocalY == 0 {
		m.FocalX, m.FocalY = 500, 500
	}
	if m.FocalX < 0 || m.FocalX > 1000 || m.FocalY < 0 || m.FocalY > 1000 {
		return fault.New(fault.Invalid, "the focal point %d, %d lies outside the picture", m.FocalX, m.FocalY)
	}
	m.FileName = cleanName(m.FileName)
	return nil
}

// Public lets readers reach the media whether an article shows them or not: a
// logo, a profile's picture, the attachments of an imported site.
func (s *Service) Public(ctx context.Context, tx *db.Tx, ids []int64) error {
	return s.publish(ctx, tx, ids, true)
}

// Private takes Public back. Articles that readers may see still show the media.
func (s *Service) Private(ctx context.Context, tx *db.Tx, ids []int64) error {
	return s.publish(ctx, tx, ids, false)
}

func (s *Service) publish(ctx context.Context, tx *db.Tx, ids []int64, public bool) error {
	for _, one := range ids {
		n, err := setPublic(ctx, tx, one, public, s.clock.Now())
		if err != nil {
			return err
		}
		if n > 0 {
			tx.Purge(db.Key("media", one))
		}
	}
	return nil
}
