package importer

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
)

// URLList is the old addresses asked, with their answers, in their order. They
// are kept compressed: there are twice as many as articles. The zero value is
// empty.
type URLList struct {
	packed bytes.Buffer
	zip    *gzip.Writer
	out    *json.Encoder
	n      int
}

// Len returns how many there are.
func (l *URLList) Len() int { return l.n }

func (l *URLList) add(u URL) error {
	if l.zip == nil {
		var err error
		if l.zip, err = gzip.NewWriterLevel(&l.packed, gzip.BestSpeed); err != nil {
			return err
		}
		l.out = json.NewEncoder(l.zip)
	}
	l.n++
	return l.out.Encode(u)
}

// Each calls use with one after the other until it returns an error.
func (l *URLList) Each(use func(URL) error) error {
	if l.n == 0 {
		return nil
	}
	if err := l.zip.Flush(); err != nil {
		return err
	}
	// The stream has no end yet, so exactly as many are read as were written.
	r, err := gzip.NewReader(bytes.NewReader(l.packed.Bytes()))
	if err != nil {
		return err
	}
	in := json.NewDecoder(r)
	for range l.n {
		var u URL
		if err := in.Decode(&u); err != nil {
			return err
		}
		if err := use(u); err != nil {
			return err
		}
	}
	return nil
}

// First returns at most n of them.
func (l *URLList) First(n int) ([]URL, error) {
	enough := errors.New("enough")
	var list []URL
	err := l.Each(func(u URL) error {
		if len(list) == n {
			return enough
		}
		list = append(list, u)
		return nil
	})
	if errors.Is(err, enough) {
		err = nil
	}
	return list, err
}
