package library

import (
	"net/http"
	"strconv"

	"dateline/internal/desk"
	"dateline/internal/media"
	"dateline/internal/media/mediaweb"
	"dateline/internal/web"
)

// Item is a medium as the editor and the picker get it, and as cards show it.
type Item struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"` // picture, audio, video, file
	Name     string `json:"name"` // of the file
	Title    string `json:"title"`
	URL      string `json:"url"`   // at reading width, or the file itself; for people at the desk
	Thumb    string `json:"thumb"` // a small picture; "" for what is none
	Width    int    `json:"width"` // of what readers see, in full size
	Height   int    `json:"height"`
	Bytes    int64  `json:"bytes"`
	Alt      string `json:"alt"`
	Caption  string `json:"caption"`
	Credit   string `json:"credit"`
	State    string `json:"state"`
	Problem  string `json:"problem"` // why it has no file, "" when it has
	Rights   string `json:"rights"`  // the last day on which it may be shown, "2026-12-31", "" for no end
	Expired  bool   `json:"expired"`
	Expiring bool   `json:"expiring"`
	Existing bool   `json:"existing"` // the bytes were in the library already
	Page     string `json:"page"`     // of the library
	Live     int64  `json:"-"`        // articles in which readers see it
	NoAlt    bool   `json:"-"`
}

// Label is what a card calls the medium.
func (i Item) Label() string {
	if i.Title != "" {
		return i.Title
	}
	return i.Name
}

// Sign is the key of the word that stands in the place of a picture.
func (i Item) Sign() string { return "media.sign_" + i.Kind }

func itemOf(m media.Medium, today media.Day) Item {
	page := detailPath(m.ID)
	it := Item{ID: strconv.FormatInt(m.ID, 10), Kind: kindName(m.Kind), Name: m.FileName, Title: m.Title, Width: m.Width, Height: m.Height,
		Bytes: m.Bytes, Alt: m.Alt, Caption: m.Caption, Credit: m.Credit, State: string(m.State), Problem: m.Problem(), Page: page,
		Rights: m.Rights.Expire.String(), Expired: m.Rights.Expired(today), Expiring: m.Rights.Expiring(today),
		NoAlt: m.Kind == media.KindImage && m.Alt == ""}
	if m.Crop != (media.Crop{}) {
		it.Width, it.Height = m.Width*m.Crop.W/1000, m.Height*m.Crop.H/1000
	}
	if _, err := m.DeskFile(media.DeskPreview); err == nil {
		it.URL = page + "/file/" + media.DeskPreview
	}
	if _, err := m.DeskFile(media.DeskThumb); err == nil {
		it.Thumb = page + "/file/" + media.DeskThumb
	}
	return it
}

// items makes media ready for a page; counted with the number of articles in
// which readers see each.
func (p *Part) items(r *web.Request, found []media.Medium, counted bool) ([]Item, error) {
	today, err := p.today(r)
	if err != nil {
		return nil, err
	}
	counts := map[int64]int{}
	if counted {
		ids := make([]int64, len(found))
		for i, m := range found {
			ids[i] = m.ID
		}
		if counts, err = p.media.LiveUses(r.HTTP.Context(), p.desk.DB, ids); err != nil {
			return nil, err
		}
	}
	items := make([]Item, len(found))
	for i, m := range found {
		items[i] = itemOf(m, today)
		items[i].Live = int64(counts[m.ID])
	}
	return items, nil
}

// pick answers the dialog in which writers choose a medium. With words=1 it
// brings the dialog's texts, whichever page the dialog opens on.
func (p *Part) pick(r *web.Request) (web.Response, error) {
	q, err := p.query(r)
	if err != nil {
		return web.Response{}, err
	}
	q.Limit = 30
	found, err := p.media.Find(r.HTTP.Context(), q)
	if err != nil {
		return web.Response{}, err
	}
	items, err := p.items(r, found.Media, false)
	if err != nil {
		return web.Response{}, err
	}
	answer := struct {
		Media []Item            `json:"media"`
		Next  string            `json:"next"` // for after=, "" at the end
		Words map[string]string `json:"words,omitempty"`
	}{Media: items, Next: found.Next.String()}
	if r.Query.Get("words") != "" {
		answer.Words = p.Printer(r).Texts("media.")
	}
	return desk.JSON(http.StatusOK, answer)
}

// medium reads the medium of an address.
func (p *Part) medium(r *web.Request) (media.Medium, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return media.Medium{}, err
	}
	return p.media.Get(r.HTTP.Context(), p.desk.DB, id)
}

// whole names the picture without its crop among the files of a medium.
const whole = "whole"

// file serves a file of a medium, public or not, to the people of the newsroom.
// The original, and what a crop cut off, is for those who may change the medium.
func (p *Part) file(r *web.Request) (web.Response, error) {
	m, err := p.medium(r)
	if err != nil {
		return web.Response{}, err
	}
	name, resp := r.Vars["variant"], web.Response{Private: true, NoIndex: true, Header: http.Header{}}
	if (name == whole || name == media.DeskOriginal) && !media.MayEdit(desk.Actor(r), m) {
		return web.Response{}, errNotYours(m)
	}
	if name == whole {
		resp.Body, resp.ContentType, err = p.media.Whole(r.HTTP.Context(), m)
		return resp, err
	}
	file, err := m.DeskFile(name)
	if err != nil {
		return web.Response{}, err
	}
	content, err := p.media.Open(r.HTTP.Context(), file)
	if err != nil {
		return web.Response{}, err
	}
	resp.ContentType, resp.File = file.MIME, &web.File{Content: content, ETag: file.ETag}
	if file.Download != "" {
		resp.Header["Content-Disposition"] = []string{mediaweb.Disposition(file.Download)}
	}
	return resp, nil
}
