package importer

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"dateline/internal/media"
	"dateline/internal/wpcontent"
	"dateline/internal/wxr"
)

// known is what texts need to know of an attachment.
func (s *survey) known(it *wxr.Item) wpcontent.Media {
	m := wpcontent.Media{URL: strings.TrimSpace(it.AttachmentURL), Title: clip(it.Title), Caption: clipBytes(it.Excerpt),
		Alt: clipBytes(strings.TrimSpace(wxr.First(it.Meta, "_wp_attachment_image_alt"))), Credit: credit(it)}
	switch kindOfFile(cmp.Or(wxr.First(it.Meta, "_wp_attached_file"), m.URL)) {
	case media.KindAudio:
		m.Kind = "audio"
	case media.KindVideo:
		m.Kind = "video"
	case media.KindFile:
		m.Kind = "file"
	default:
		m.Kind = "image"
	}
	return m
}

// clipBytes bounds what the survey keeps of one attachment.
func clipBytes(s string) string {
	const most = 2000
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}

// context gives the conversion of an item's text what lies outside of it.
func (r *run) context(it *wxr.Item) wpcontent.Context {
	if r.hosts == nil {
		r.hosts = slices.Sorted(maps.Keys(r.survey.hosts))
	}
	return wpcontent.Context{
		Language:   r.conf.Locale,
		Hosts:      r.hosts,
		Attachment: r.medium,
		File: func(address string) (wpcontent.Media, bool) {
			id, ok := r.survey.uploads[rank(uploadKey(address))]
			if !ok {
				return wpcontent.Media{}, false
			}
			return r.medium(id)
		},
		Attached: func() []int64 { return r.survey.attached(it.ID) },
		SavedBlock: func(ref int64) (string, bool) {
			text, ok := r.survey.blocks[ref]
			return text, ok
		},
		Footnotes: wxr.First(it.Meta, "footnotes"),
	}
}

// medium returns the medium that an attachment becomes.
func (r *run) medium(number int64) (wpcontent.Media, bool) {
	entry := r.survey.items.get(number)
	if entry == nil || entry.kind != 'a' {
		return wpcontent.Media{}, false
	}
	m, ok := r.survey.media[number]
	if !ok {
		m = r.importedBefore(entry.target)
		r.survey.media[number] = m
	}
	m.ID = entry.target
	return m, true
}

// importedBefore is a medium that an earlier run stored, from other files of
// the site. One that cannot be read is known by its number only.
func (r *run) importedBefore(target int64) wpcontent.Media {
	m, err := r.Media.Get(context.Background(), r.DB, target)
	if err != nil {
		return wpcontent.Media{Kind: "image"}
	}
	return wpcontent.Media{Kind: string(m.Kind), URL: m.SourceURL, Title: clip(m.Title), Caption: m.Caption, Alt: m.Alt, Credit: m.Credit}
}

// tallyContent adds up what the texts held that has no place here.
func (r *run) tallyContent(report wpcontent.Report) {
	for name, n := range report.UnknownBlocks {
		r.counts.blocks[name] += int64(n)
	}
	for name, n := range report.Dropped {
		r.counts.elements["block "+name] += int64(n)
	}
	for name, n := range report.UnknownShortcodes {
		r.counts.shortcodes[name] += int64(n)
	}
	for _, address := range report.MissingMedia {
		if len(r.report.Media.Unlisted) < maxOutcomes && !r.unlisted[rank(address)] {
			r.unlisted[rank(address)] = true
			r.report.Media.Unlisted = append(r.report.Media.Unlisted, address)
		}
	}
	for _, d := range report.Foreign {
		r.counts.elements[d.Kind+" "+d.Name] += int64(d.Count)
	}
}
