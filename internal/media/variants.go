package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"slices"
	"strconv"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/media/picture"
)

// JobVariants is the kind of the jobs that make variants; VariantsJob handles them.
const JobVariants = "media.variants"

// recipe is part of every fingerprint: a change of sizes or qualities gives
// variants new names.
const recipe = "1"

type variantsPayload struct {
	Media int64 `json:"media"`
}

func (s *Service) enqueue(ctx context.Context, tx *db.Tx, m Medium) error {
	return job.Enqueue(ctx, tx, job.Spec{
		Kind: JobVariants, Key: strconv.FormatInt(m.ID, 10), Payload: variantsPayload{m.ID},
	})
}

// VariantsJob makes the variants that a medium lacks. It may run any number
// of times, and stop anywhere.
func (s *Service) VariantsJob(ctx context.Context, payload []byte) error {
	var p variantsPayload
	if err := json.Unmarshal(payload, &p); err != nil {
		return job.GiveUp(fault.New(fault.Invalid, "read the payload of a job for variants: %w", err))
	}
	return s.MakeVariants(ctx, p.Media)
}

// MakeVariants makes the variants that medium id lacks. A medium that is gone
// or has no picture needs none.
func (s *Service) MakeVariants(ctx context.Context, id int64) error {
	m, err := s.Get(ctx, s.db, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || m.Kind != KindImage || m.SHA256 == "" {
		return err
	}
	top, err := s.topOf(ctx, m)
	if err != nil {
		return s.giveUp(ctx, m, err)
	}
	var wanted []picture.Want
	var kept []Variant
	for _, w := range s.plan(top) {
		name := variantName(m, w.Label, w.Format.Ext())
		if i := slices.IndexFunc(m.Variants, func(v Variant) bool { return v.Name == name }); i >= 0 {
			kept = append(kept, m.Variants[i])
		} else {
			wanted = append(wanted, w)
		}
	}
	if v, ok := m.labelled(labelAnimation); ok {
		kept = append(kept, v)
	}
	made, err := s.render(ctx, m, top, wanted)
	if err != nil {
		return err
	}
	return s.finish(ctx, m, append(kept, made...))
}

// topOf decodes the original again.
func (s *Service) topOf(ctx context.Context, m Medium) (*image.RGBA, error) {
	original, err := s.blobs.Get(ctx, originalKey(m.SHA256))
	if err != nil {
		return nil, err
	}
	defer original.Close()
	info, err := picture.Inspect(seekerAt{original}, original.Info.Size, s.maxPixels)
	if err != nil {
		return nil, err
	}
	orientation, _ := strconv.Atoi(m.Meta[MetaOrient])
	if _, err := original.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return s.decode(ctx, original, info, orientation, m.Crop)
}

// seekerAt reads at an offset by seeking, for one user at a time.
type seekerAt struct{ r io.ReadSeeker }

func (s seekerAt) ReadAt(p []byte, off int64) (int, error) {
	if _, err := s.r.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.r, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}

// giveUp ends the attempts on a picture that cannot be decoded; other errors
// are tried again.
func (s *Service) giveUp(ctx context.Context, m Medium, err error) error {
	if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.Fail(ctx, tx, m.ID, err) })
}

// finish records the variants, unless the medium got another file or focal
// point meanwhile: then another job is on its way.
func (s *Service) finish(ctx context.Context, m Medium, variants []Variant) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := s.Get(ctx, tx, m.ID)
		if err != nil || fingerprint(now, picture.Wide) != fingerprint(m, picture.Wide) {
			return err
		}
		if now.State == StateReady && slices.Equal(names(now.Variants), names(variants)) {
			return nil
		}
		if err := replaceVariants(ctx, tx, m.ID, variants); err != nil {
			return err
		}
		old := now
		now.State, now.Variants, now.UpdatedAt = StateReady, variants, db.Micros(s.clock.Now())
		tx.Purge(db.Key("media", m.ID))
		tx.AfterCommit(func() { s.dropVariants(context.WithoutCancel(ctx), old, now) })
		return setState(ctx, tx, now)
	})
}

func names(variants []Variant) []string {
	out := make([]string, len(variants))
	for i, v := range variants {
		out[i] = v.Name
	}
	slices.Sort(out)
	return out
}

func (s *Service) plan(top *image.RGBA) []picture.Want {
	return picture.Plan(top.Rect.Dx(), top.Rect.Dy(), !top.Opaque(), s.encoders)
}

// render makes the wanted variants and stores their blobs.
func (s *Service) render(ctx context.Context, m Medium, top *image.RGBA, wanted []picture.Want) ([]Variant, error) {
	var made []Variant
	rights := picture.Rights{Creator: m.Meta[MetaCreator], Credit: m.Meta[MetaCredit], Copyright: m.Meta[MetaCopyright]}
	var focus picture.Focus
	focus.X, focus.Y = m.Crop.point(m.FocalX, m.FocalY)
	err := picture.Render(ctx, top, wanted, focus, rights.XMP(), s.encoders, func(w picture.Want, data []byte) error {
		v := Variant{Name: variantName(m, w.Label, w.Format.Ext()), MIME: string(w.Format), Width: w.Width, Height: w.Height, Bytes: int64(len(data))}
		made = append(made, v)
		return s.putVariant(ctx, m, v.Name, data)
	})
	if err != nil {
		return nil, fmt.Errorf("make the variants of medium %d: %w", m.ID, err)
	}
	return made, nil
}

func (s *Service) encodeAVIF(ctx context.Context, m *image.RGBA, quality int) ([]byte, error) {
	s.avif.Lock()
	defer s.avif.Unlock()
	return s.codecs.AVIF(ctx, m, quality)
}

func (s *Service) putVariant(ctx context.Context, m Medium, name string, data []byte) error {
	_, err := s.blobs.Put(ctx, m.variantKey(name), bytes.NewReader(data))
	return err
}

// dropVariants deletes the blobs of old that now has no more. What an error
// leaves behind takes space and nothing else.
func (s *Service) dropVariants(ctx context.Context, old, now Medium) {
	keep := names(now.Variants)
	for _, v := range old.Variants {
		if _, found := slices.BinarySearch(keep, v.Name); !found && v.Label() != labelFile {
			_ = s.blobs.Delete(ctx, old.variantKey(v.Name))
		}
	}
}

// variantName names a variant by its label and a fingerprint of all that it is
// made from.
func variantName(m Medium, label, ext string) string {
	return label + "-" + fingerprint(m, label) + "." + ext
}

// fingerprint is 8 digits of a hash over the recipe, the original, what it
// says of rights, the part that is shown, and for crops the focal point.
func fingerprint(m Medium, label string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00%s", recipe, m.SHA256, m.Meta[MetaCreator], m.Meta[MetaCredit], m.Meta[MetaCopyright])
	if m.Crop != (Crop{}) {
		fmt.Fprintf(h, "\x00%s", m.Crop)
	}
	if label == picture.Wide {
		fmt.Fprintf(h, "\x00%d,%d", m.FocalX, m.FocalY)
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

func originalKey(sha string) string { return "originals/" + sha[:2] + "/" + sha }

func (m Medium) variantKey(name string) string {
	return "variants/" + m.Token[:2] + "/" + m.Token + "/" + name
}
