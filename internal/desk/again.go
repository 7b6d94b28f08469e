package desk

import (
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/fault"
	"dateline/internal/web"
)

// againData is a form that could not be taken: its session had ended, or
// something of ours failed.
type againData struct {
	Path   string
	Fields []field
	Secret bool // some fields were left out
}

type field struct{ Name, Value string }

// keepForm reads the form of a request whose session has ended, so that what
// was typed can be sent again. Files and what scripts send are theirs to keep.
func keepForm(r *web.Request, err error) error {
	kind, _, _ := mime.ParseMediaType(r.HTTP.Header.Get("Content-Type"))
	if !fault.Is(err, fault.SignIn) || r.HTTP.Method != http.MethodPost || r.BodyLimit <= 0 || kind != "application/x-www-form-urlencoded" {
		return err
	}
	r.HTTP.Body = http.MaxBytesReader(nil, r.HTTP.Body, r.BodyLimit)
	if r.HTTP.ParseForm() != nil {
		return err
	}
	return &web.FormError{Err: err, Form: r.HTTP.PostForm}
}

// secret tells whether a field must not stand in a page.
func secret(name string) bool {
	switch name {
	case "present", "code", "seal", "pending", "challenge", "passkey":
		return true
	}
	return strings.Contains(name, "password")
}

// again offers to sign in and to send the form once more.
func (d *Desk) again(r *web.Request, form url.Values) (web.Response, error) {
	data := formAgain(r.Path, form)
	return d.own.Page(r, http.StatusUnauthorized, "again", Page{Title: d.T(r, "desk.again_title"), Lead: d.T(r, "desk.again_lead"), Data: data})
}

// formAgain is a form as it came in, for a page that offers to send it again.
func formAgain(path string, form url.Values) againData {
	data := againData{Path: path}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if secret(name) {
			data.Secret = true
			continue
		}
		for _, value := range form[name] {
			data.Fields = append(data.Fields, field{name, value})
		}
	}
	return data
}

// session tells a script who is signed in; without a session it gets 401 with
// the code sign_in, as everywhere.
func (d *Desk) session(r *web.Request) (web.Response, error) {
	p := who(r).person
	return JSON(http.StatusOK, struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}{strconv.FormatInt(p.ID, 10), p.Name})
}
