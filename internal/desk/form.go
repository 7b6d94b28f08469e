package desk

import (
	"errors"
	"io"
	"mime/multipart"

	"dateline/internal/web"
)

// FormFile returns the part of a form that holds its file, to be read as it
// comes in; nil when the form has none.
func FormFile(r *web.Request) (*multipart.Part, error) {
	in, err := r.HTTP.MultipartReader()
	if err != nil { // another kind of form
		return nil, nil
	}
	for {
		part, err := in.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil || part.FormName() == "file" {
			return part, err
		}
	}
}
