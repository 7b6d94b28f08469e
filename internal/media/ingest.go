package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"io"
	"maps"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media/picture"
)

// Ingest gives medium id its file: it checks r, keeps it untouched as the
// original, makes one variant that answers at once and enqueues the making of
// the others. name is the file's name as it was given. Words that the medium
// lacks (caption, credit, alt text) are taken from the picture's metadata.
//
// The same file again changes nothing. Errors: fault.NotFound without such a
// medium, fault.TooLarge and fault.Invalid with a reason for the person who
// uploads, fault.Full. After an error the medium is as before.
func (s *Service) Ingest(ctx context.Context, id int64, r io.Reader, name string) (Medium, error) {
	m, err := s.Get(ctx, s.db, id)
	if err != nil {
		return m, err
	}
	file, err := s.spool(ctx, r)
	if err != nil {
		return m, err
	}
	defer file.discard()
	kind, err := s.admit(file, name)
	if err != nil {
		return m, err
	}
	if m.SHA256 == file.sha && m.State != StateMissing && m.State != StateFailed {
		return m, nil
	}
	defer s.keeping()()
	next, err := s.take(ctx, m, file, kind, name)
	if err != nil {
		return m, err
	}
	if err := s.record(ctx, &next, m); err != nil {
		return m, err
	}
	return next, nil
}

// take stores the file as m's and returns m as it will be. Nothing names what
// was stored until the caller records it.
func (s *Service) take(ctx context.Context, m Medium, file spooled, kind fileType, name string) (next Medium, err error) {
	next = m
	next.MIME, next.Kind, next.Bytes, next.SHA256, next.FileName = kind.mime, kind.kind, file.size, file.sha, cleanName(name)
	next.Width, next.Height, next.Placeholder, next.Variants = 0, 0, "", nil
	next.Meta = maps.Clone(m.Meta)
	delete(next.Meta, MetaFailure)
	if kind.kind == KindImage {
		err = s.ingestPicture(ctx, &next, file)
	} else {
		err = s.ingestFile(ctx, &next, file, kind)
	}
	return next, err
}

// spooled is an upload on the local disk.
type spooled struct {
	*os.File
	size int64
	sha  string
}

// spool writes r to a temporary file, at most maxFile bytes.
func (s *Service) spool(ctx context.Context, r io.Reader) (file spooled, err error) {
	f, err := os.CreateTemp(s.tempDir, "dateline-upload-*")
	if err != nil {
		return spooled{}, outOfRoom(fmt.Errorf("make room for the upload: %w", err))
	}
	file = spooled{File: f}
	defer func() { err = outOfRoom(err) }()
	_ = os.Remove(f.Name()) // gone with the handle, whatever happens
	sum := sha256.New()
	file.size, err = io.Copy(io.MultiWriter(f, sum), io.LimitReader(contextReader{ctx, r}, s.maxFile+1))
	if err == nil && file.size > s.maxFile {
		err = fault.New(fault.TooLarge, "the file is larger than %d MB", s.maxFile>>20)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fault.New(fault.Invalid, "the upload broke off before its end").WithHint("send the file again")
	}
	if err != nil {
		file.discard()
		return spooled{}, fmt.Errorf("read the upload: %w", err)
	}
	file.sha = hex.EncodeToString(sum.Sum(nil))
	return file, nil
}

// outOfRoom gives a full disk its code.
func outOfRoom(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fault.New(fault.Full, "no space is left for the upload: %w", err).WithHint("free some space on the server, then send the file again")
	}
	return err
}

func (f spooled) discard() { _ = f.Close() }

// section reads the file from its beginning.
func (f spooled) section() *io.SectionReader { return io.NewSectionReader(f.File, 0, f.size) }

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// admit tells the file's type, or refuses it.
func (s *Service) admit(f spooled, name string) (fileType, error) {
	t, err := typeOf(headOf(f.File), name)
	if err == nil && t.kind == KindImage && f.size > s.maxPicture {
		err = fault.New(fault.TooLarge, "the picture's file is larger than %d MB", s.maxPicture>>20)
	}
	return t, err
}

// ingestPicture decodes the picture, stores it and its first variant.
func (s *Service) ingestPicture(ctx context.Context, m *Medium, f spooled) error {
	info, err := picture.Inspect(f.File, f.size, s.maxPixels)
	if err != nil {
		return err
	}
	data := picture.ReadMetadata(f.section(), info.Format)
	fillWords(m, data)
	m.Width, m.Height = picture.Oriented(info.Width, info.Height, data.Orientation)
	if info.Frames > 1 {
		m.Crop = Crop{} // an animation is shown whole
	}
	top, err := s.decode(ctx, f.section(), info, data.Orientation, m.Crop)
	if err != nil {
		return err
	}
	m.Placeholder = picture.Average(top)
	if _, err := s.blobs.Put(ctx, originalKey(m.SHA256), f.section()); err != nil {
		return err
	}
	if info.Frames > 1 {
		if err := s.keepAnimation(ctx, m, f, info); err != nil {
			return err
		}
	}
	m.State = StateStored
	first := picture.Fallback(s.plan(top))
	made, err := s.render(ctx, *m, top, []picture.Want{first})
	m.Variants = append(m.Variants, made...)
	return err
}

// fillWords takes words from the picture's file where ours are empty, and
// keeps what it says of rights.
func fillWords(m *Medium, data picture.Metadata) {
	if m.Meta == nil {
		m.Meta = map[string]string{}
	}
	for key, value := range map[string]string{
		MetaCreator: data.Rights.Creator, MetaCopyright: data.Rights.Copyright, MetaCredit: data.Rights.Credit, MetaTaken: data.Taken,
	} {
		if delete(m.Meta, key); value != "" {
			m.Meta[key] = value
		}
	}
	if delete(m.Meta, MetaOrient); data.Orientation > 1 && data.Orientation <= 8 {
		m.Meta[MetaOrient] = strconv.Itoa(data.Orientation)
	}
	if m.Title == "" {
		m.Title = data.Title
	}
	if m.Rights.Holder == "" {
		m.Rights.Holder = data.Rights.Copyright
	}
	if m.Caption == "" {
		m.Caption = data.Caption
	}
	if m.Alt == "" {
		m.Alt = data.Alt
	}
	if m.Credit == "" {
		m.Credit = creditLine(data.Rights)
	}
}

// creditLine joins creator and agency as papers print them: "Ann Lee/AP".
func creditLine(r picture.Rights) string {
	switch {
	case r.Creator == "" || strings.Contains(r.Credit, r.Creator):
		return r.Credit
	case r.Credit == "" || strings.Contains(r.Creator, r.Credit):
		return r.Creator
	}
	return r.Creator + "/" + r.Credit
}

// largePicture is the memory, in bytes, from which a picture is decoded alone
// and what it took is given back to the system at once: the collector would
// let it double first, and small servers have no room for that.
const largePicture = 64 << 20

// decode decodes a picture when one of the two slots is free, or both for a
// large one.
func (s *Service) decode(ctx context.Context, r io.Reader, info picture.Info, orientation int, part Crop) (*image.RGBA, error) {
	slots := int64(1)
	if info.Memory > largePicture {
		slots = 2
	}
	if err := s.decoding.Acquire(ctx, slots); err != nil {
		return nil, fmt.Errorf("wait to decode a picture: %w", err)
	}
	defer s.decoding.Release(slots)
	if slots == 2 {
		defer debug.FreeOSMemory()
	}
	return picture.DecodePart(r, info, orientation, part.part())
}

// keepAnimation stores the whole animation, encoded anew.
func (s *Service) keepAnimation(ctx context.Context, m *Medium, f spooled, info picture.Info) error {
	if err := s.decoding.Acquire(ctx, 2); err != nil {
		return fmt.Errorf("wait to encode an animation: %w", err)
	}
	defer s.decoding.Release(2)
	data, err := picture.ReencodeGIF(f.section())
	if err != nil {
		return err
	}
	v := Variant{Name: variantName(*m, labelAnimation, "gif"), MIME: string(picture.GIF), Width: info.Width, Height: info.Height, Bytes: int64(len(data))}
	m.Variants = append(m.Variants, v)
	return s.putVariant(ctx, *m, v.Name, data)
}

// ingestFile stores a file that is served as it is, apart from the place of
// recording in films.
func (s *Service) ingestFile(ctx context.Context, m *Medium, f spooled, t fileType) error {
	if _, err := s.blobs.Put(ctx, originalKey(m.SHA256), f.section()); err != nil {
		return err
	}
	label := labelFile
	if places := findPlaces(f.File, f.size); len(places) > 0 {
		label = labelClean
		key := m.variantKey(variantName(*m, label, t.ext))
		if _, err := s.blobs.Put(ctx, key, newBlanked(f.section(), places)); err != nil {
			return err
		}
	}
	m.State = StateReady
	m.Variants = []Variant{{Name: variantName(*m, label, t.ext), MIME: t.mime, Bytes: f.size}}
	return nil
}

// record writes the medium with its new file in one transaction and enqueues
// the making of the other variants. old is what the medium was.
func (s *Service) record(ctx context.Context, m *Medium, old Medium) error {
	m.UpdatedAt = db.Micros(s.clock.Now())
	err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.recordTx(ctx, tx, m, old) })
	if err != nil {
		return fmt.Errorf("record the file of medium %d: %w", m.ID, err)
	}
	return nil
}

func (s *Service) recordTx(ctx context.Context, tx *db.Tx, m *Medium, old Medium) error {
	if err := updateFile(ctx, tx, *m); err != nil {
		return err
	}
	if err := replaceVariants(ctx, tx, m.ID, m.Variants); err != nil {
		return err
	}
	tx.Purge(db.Key("media", m.ID))
	tx.AfterCommit(func() { s.dropVariants(context.WithoutCancel(ctx), old, *m) })
	if m.State != StateStored {
		return nil
	}
	return s.enqueue(ctx, tx, *m)
}

// Fail records why a medium has no file, for the people at the desk.
func (s *Service) Fail(ctx context.Context, tx *db.Tx, id int64, reason error) error {
	m, err := s.Get(ctx, tx, id)
	if err != nil {
		return err
	}
	var known *fault.Error
	text := "the file could not be read"
	if errors.As(reason, &known) {
		text = known.Error()
	}
	if m.State == StateReady || m.State == StateFailed && m.Meta[MetaFailure] == text {
		return nil
	}
	if m.Meta == nil {
		m.Meta = map[string]string{}
	}
	m.State, m.Meta[MetaFailure], m.UpdatedAt = StateFailed, text, db.Micros(s.clock.Now())
	tx.Purge(db.Key("media", id))
	return setState(ctx, tx, m)
}
