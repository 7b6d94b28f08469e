package subjects

import (
	"bytes"
	"errors"
	"net/http"
	"path"
	"strings"

	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/register"
	"dateline/internal/web"
)

type moveData struct {
	Done     *register.Imported
	Problems []problemRow
}

// problemRow is an entry of a file that was not taken, in the visitor's words.
type problemRow struct {
	Number    int
	Name, Why string
}

func (p *Part) moved(r *web.Request, done *register.Imported) desk.Page {
	d := moveData{Done: done}
	if done != nil {
		for _, one := range done.Problems {
			why, hint := desk.Says(p.Printer(r), one.Err)
			d.Problems = append(d.Problems, problemRow{one.Number, one.Name, strings.TrimSpace(why + " " + hint)})
		}
	}
	page := p.head(p.say(r, "move"), d)
	page.Lead = p.say(r, "move_lead")
	return page
}

func (p *Part) movePage(r *web.Request) (web.Response, error) {
	return p.Page(r, 200, "move", p.moved(r, nil))
}

// export writes the register as a file to keep.
func (p *Part) export(r *web.Request) (web.Response, error) {
	format, kind := register.CSV, "text/csv; charset=utf-8"
	if r.Query.Get("format") == string(register.JSON) {
		format, kind = register.JSON, "application/json"
	}
	var out bytes.Buffer
	if err := p.register.Export(r.HTTP.Context(), desk.Actor(r), &out, format); err != nil {
		return web.Response{}, err
	}
	return web.Response{Status: 200, ContentType: kind, Body: out.Bytes(), Private: true,
		Header: http.Header{"Content-Disposition": {`attachment; filename="register.` + string(format) + `"`}}}, nil
}

// take reads the file of a form into the register.
func (p *Part) take(r *web.Request) (web.Response, error) {
	done, err := p.receive(r)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		err = fault.New(fault.TooLarge, "the file is larger than %d MB", register.MaxImport>>20).WithHint("divide it")
	}
	if err != nil {
		return p.Again(r, "move", p.moved(r, nil), err)
	}
	return p.Page(r, 200, "move", p.moved(r, &done))
}

func (p *Part) receive(r *web.Request) (register.Imported, error) {
	part, err := desk.FormFile(r)
	if err != nil {
		return register.Imported{}, err
	}
	if part == nil || part.FileName() == "" {
		return register.Imported{}, fault.New(fault.Invalid, "choose a file").WithHint("a CSV or JSON file such as the register exports")
	}
	format := register.CSV
	if strings.EqualFold(path.Ext(part.FileName()), ".json") {
		format = register.JSON
	}
	return p.register.Import(r.HTTP.Context(), desk.Actor(r), part, format)
}
