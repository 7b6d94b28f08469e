package structure

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"

	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/outline"
	"dateline/internal/web"
)

const redirectsPath = base + "/redirects"

// mostFile is how large a file of redirects may be.
const mostFile web.Limit = 8 << 20

func (p *Part) redirectRoutes() []web.Route {
	return []web.Route{
		desk.Get("redirects", redirectsPath, desk.Editor, p.redirects, "q", "after"),
		desk.Post("add redirect", redirectsPath, desk.Editor, web.RateDesk, p.addRedirect),
		desk.Post("delete redirect", redirectsPath+"/delete", desk.Editor, web.RateDesk, p.deleteRedirect),
		desk.Get("import redirects", redirectsPath+"/import", desk.Editor, p.importPage),
		desk.PostRaw("look at redirects", redirectsPath+"/import", desk.Editor, web.RateDesk, mostFile, p.lookAtFile),
		desk.PostUpTo("take redirects", redirectsPath+"/import/now", desk.Editor, web.RateDesk, 3*mostFile, p.importNow),
		desk.Get("export redirects", redirectsPath+"/export", desk.Editor, p.export),
	}
}

type redirectsData struct {
	Rows     []outline.Redirect
	Query    string
	Next     string
	From, To string
}

func (p *Part) redirectsPage(r *web.Request, from, to string) (desk.Page, error) {
	data := redirectsData{Query: r.Query.Get("q"), From: from, To: to}
	rows, next, err := p.Outline.Redirects(r.HTTP.Context(), data.Query, r.Query.Get("after"), listed)
	if err != nil {
		return desk.Page{}, err
	}
	data.Rows = rows
	if next != "" {
		data.Next = redirectsPath + "?q=" + url.QueryEscape(data.Query) + "&after=" + url.QueryEscape(next)
	}
	page := p.head(r, "redirects", p.say(r, "redirects"), data)
	page.Lead = p.say(r, "redirects_lead")
	return page, nil
}

func (p *Part) redirects(r *web.Request) (web.Response, error) {
	page, err := p.redirectsPage(r, "", "")
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "redirects", page)
}

func (p *Part) redirectsAgain(r *web.Request, from, to string, err error) (web.Response, error) {
	page, e := p.redirectsPage(r, from, to)
	if e != nil {
		return web.Response{}, e
	}
	return p.Again(r, "redirects", page, err)
}

func (p *Part) addRedirect(r *web.Request) (web.Response, error) {
	from, to := r.HTTP.PostForm.Get("from"), r.HTTP.PostForm.Get("to")
	if err := p.Outline.AddRedirect(r.HTTP.Context(), desk.Actor(r), from, to); err != nil {
		return p.redirectsAgain(r, from, to, err)
	}
	return done(redirectsPath, "saved")
}

func (p *Part) deleteRedirect(r *web.Request) (web.Response, error) {
	if err := p.Outline.DeleteRedirect(r.HTTP.Context(), desk.Actor(r), r.HTTP.PostForm.Get("from")); err != nil {
		return p.redirectsAgain(r, "", "", err)
	}
	return done(redirectsPath, "redirect_deleted")
}

// importShown is how many lines of each kind the preview prints.
const importShown = 200

type importData struct {
	Looked  bool
	Done    bool
	File    outline.RedirectFile
	Wrong   []outline.RedirectLine
	Right   []outline.RedirectLine
	More    int64  // lines of the file that are not printed
	Content string // the file, to be taken as it was looked at
}

func (p *Part) importHead(r *web.Request, data importData) desk.Page {
	page := p.head(r, "redirects", p.say(r, "import_title"), data)
	page.Wide = data.Looked
	return page
}

func (p *Part) importPage(r *web.Request) (web.Response, error) {
	return p.Page(r, 200, "import", p.importHead(r, importData{}))
}

func (p *Part) importAgain(r *web.Request, err error) (web.Response, error) {
	return p.Again(r, "import", p.importHead(r, importData{}), err)
}

// printed parts the lines of a file into what is wrong and what is right.
func printed(file outline.RedirectFile) importData {
	data := importData{Looked: true, File: file}
	for _, l := range file.Lines {
		switch {
		case l.Err != nil && len(data.Wrong) < importShown:
			data.Wrong = append(data.Wrong, l)
		case l.Err == nil && !l.Known && len(data.Right) < importShown:
			data.Right = append(data.Right, l)
		case !l.Known:
			data.More++
		}
	}
	return data
}

// lookAtFile shows what a file would do.
func (p *Part) lookAtFile(r *web.Request) (web.Response, error) {
	content, err := uploaded(r)
	if err != nil {
		return p.importAgain(r, err)
	}
	file, err := p.Outline.ReadRedirects(r.HTTP.Context(), desk.Actor(r), content)
	if err != nil {
		return p.importAgain(r, err)
	}
	data := printed(file)
	data.Content = string(bytes.ToValidUTF8(content, []byte("\ufffd")))
	return p.Page(r, 200, "import", p.importHead(r, data))
}

// uploaded reads the file of a form.
func uploaded(r *web.Request) ([]byte, error) {
	part, err := desk.FormFile(r)
	if err != nil {
		return nil, tooLarge(err)
	}
	if part == nil {
		return nil, fault.New(fault.Invalid, "choose a CSV file")
	}
	content, err := io.ReadAll(part)
	if err != nil {
		return nil, tooLarge(err)
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, fault.New(fault.Invalid, "the file is empty: choose a CSV file")
	}
	return content, nil
}

func tooLarge(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return fault.New(fault.Invalid, "the file could not be read: %w", err)
}

func (p *Part) importNow(r *web.Request) (web.Response, error) {
	file, err := p.Outline.ImportRedirects(r.HTTP.Context(), desk.Actor(r), []byte(r.HTTP.PostForm.Get("content")))
	if err != nil {
		return p.importAgain(r, err)
	}
	data := printed(file)
	data.Done = true
	return p.Page(r, 200, "import", p.importHead(r, data))
}

func (p *Part) export(r *web.Request) (web.Response, error) {
	var out bytes.Buffer
	if err := p.Outline.WriteRedirects(r.HTTP.Context(), desk.Actor(r), &out); err != nil {
		return web.Response{}, err
	}
	return web.Response{Status: 200, ContentType: "text/csv; charset=utf-8", Body: out.Bytes(), Private: true, NoIndex: true,
		Header: http.Header{"Content-Disposition": {`attachment; filename="redirects.csv"`}}}, nil
}
