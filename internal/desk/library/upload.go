package library

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/web"
)

// incoming is what a request says of the files that it brings.
type incoming struct {
	name, key string
	article   int64
	revision  int64
}

// failure is a file that was not taken.
type failure struct{ Name, Error, Hint string }

// scripted tells whether a script asked, which reads JSON.
func scripted(r *web.Request) bool { return r.HTTP.Header.Get("Accept") == "application/json" }

// maxFiles is how many files one form may bring.
const maxFiles = 100

// eachFile calls take with every file of a request: of a form, or the body
// itself, whose name stands in the address.
func eachFile(r *web.Request, take func(in incoming, body io.Reader) error) error {
	var in incoming
	for _, name := range []string{"name", "key", "article", "revision"} {
		if err := in.set(name, r.Query.Get(name)); err != nil {
			return err
		}
	}
	kind, _, err := mime.ParseMediaType(r.HTTP.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "multipart/form-data":
		return eachPart(r, in, take)
	case err == nil && kind == "application/x-www-form-urlencoded":
		return fault.New(fault.Invalid, "no file came with the form").WithHint("choose a file first")
	case in.name == "":
		return fault.New(fault.Invalid, "the file has no name").WithHint("send it as ?name=")
	}
	return take(in, r.HTTP.Body)
}

func eachPart(r *web.Request, in incoming, take func(in incoming, body io.Reader) error) error {
	form, err := r.HTTP.MultipartReader()
	if err != nil {
		return fault.New(fault.Invalid, "the form could not be read: %w", err)
	}
	files := 0
	for parts := 0; ; parts++ {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF) && files == 0:
			return fault.New(fault.Invalid, "no file came with the form").WithHint("choose a file first")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return broken(err)
		case parts > 2*maxFiles || files == maxFiles:
			return fault.New(fault.TooLarge, "these are more than %d files at once", maxFiles).WithHint("send the rest in another go")
		}
		if part.FileName() == "" {
			if err := readField(part, &in); err != nil {
				return err
			}
			continue
		}
		files++
		in.name = part.FileName()
		if err := take(in, part); err != nil {
			return err
		}
		in.key = "" // of the file that it stood before
	}
}

func readField(part *multipart.Part, in *incoming) error {
	const longest = 1000
	value, err := io.ReadAll(io.LimitReader(part, longest+1))
	if err != nil {
		return broken(err)
	}
	if len(value) > longest {
		return fault.New(fault.Invalid, "the field %q is too long", part.FormName())
	}
	return in.set(part.FormName(), string(value))
}

func (in *incoming) set(name, value string) (err error) {
	if value == "" {
		return nil
	}
	switch name {
	case "name":
		in.name = value
	case "key":
		in.key = value
	case "article":
		in.article, err = desk.Number(value)
	case "revision":
		in.revision, err = desk.Number(value)
	}
	return err
}

// broken judges an error of reading a form: too large, or cut off on its way.
func broken(err error) error {
	var large *http.MaxBytesError
	var known *fault.Error
	if errors.As(err, &large) || errors.As(err, &known) {
		return err
	}
	return fault.New(fault.Invalid, "the upload broke off before its end: %w", err).WithHint("send it again")
}

// upload keeps the files of a request. A script sends one and gets it as JSON;
// a form may send many.
func (p *Part) upload(r *web.Request) (web.Response, error) {
	var kept []Item
	var failed []failure
	today, err := p.today(r)
	if err != nil {
		return web.Response{}, err
	}
	err = eachFile(r, func(in incoming, body io.Reader) error {
		m, existing, err := p.media.Upload(r.HTTP.Context(), desk.Actor(r), media.Upload{Name: in.name, Key: in.key, Article: in.article}, body)
		switch code := fault.CodeOf(err); {
		case err == nil:
			item := itemOf(m, today)
			item.Existing = existing
			kept = append(kept, item)
		case !scripted(r) && (code == fault.Invalid || code == fault.TooLarge):
			message, hint := desk.Says(p.Printer(r), err)
			failed = append(failed, failure{in.name, message, hint})
		default:
			return err
		}
		return nil
	})
	switch {
	case err != nil && scripted(r):
		return web.Response{}, err
	case err != nil || len(failed) > 0:
		return p.uploadAgain(r, failed, err)
	case scripted(r):
		return desk.JSON(http.StatusOK, kept[0])
	case len(kept) == 1 && kept[0].Existing:
		return desk.SeeOther(kept[0].Page + "?done=existing"), nil
	case len(kept) == 1:
		return desk.SeeOther(kept[0].Page + "?done=uploaded"), nil
	}
	return desk.SeeOther(libraryPath + "?view=mine&done=uploaded"), nil
}

// uploadAgain shows the library with what was wrong with which file.
func (p *Part) uploadAgain(r *web.Request, failed []failure, err error) (web.Response, error) {
	page, e := p.listPage(r)
	if e != nil {
		return web.Response{}, e
	}
	data := page.Data.(listData)
	data.Failed = failed
	page.Data = data
	if err == nil {
		return p.Page(r, http.StatusUnprocessableEntity, "list", page)
	}
	return p.Again(r, "list", page, err)
}

// replace gives a medium another file.
func (p *Part) replace(r *web.Request) (web.Response, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	var now media.Medium
	err = eachFile(r, func(in incoming, body io.Reader) (err error) {
		now, err = p.media.Replace(r.HTTP.Context(), desk.Actor(r), media.Replacement{ID: id, Revision: in.revision, Name: in.name}, body)
		return err
	})
	switch {
	case err != nil && scripted(r):
		return web.Response{}, err
	case err != nil:
		return p.detailAgain(r, nil, err)
	case scripted(r):
		today, err := p.today(r)
		if err != nil {
			return web.Response{}, err
		}
		return desk.JSON(http.StatusOK, itemOf(now, today))
	}
	return desk.SeeOther(detailPath(id) + "?done=replaced"), nil
}
