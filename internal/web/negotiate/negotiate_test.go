package negotiate

import (
	"context"
	"strings"
	"testing"
	"time"

	"dateline/internal/pagecache"
)

const (
	gz   = pagecache.Gzip
	br   = pagecache.Brotli
	both = gz | br
)

func TestEncodings(t *testing.T) {
	for field, want := range map[string]pagecache.Accept{
		"":                            0,
		"gzip":                        gz,
		"GZIP":                        gz,
		"x-gzip":                      gz,
		"br":                          br,
		"gzip, deflate, br, zstd":     both,
		"gzip,br":                     both,
		" gzip ; q=0.5 ,\tbr;q=1.000": both,
		"gzip;q=0":                    0,
		"gzip;q=0.000, br":            br,
		"gzip;q=0.001":                gz,
		"gzip;Q=1":                    gz,
		"*":                           both,
		"*;q=0":                       0,
		"*, br;q=0":                   gz,
		"br;q=0, *":                   gz,
		"identity;q=0, *;q=0.1":       both,
		"identity":                    0,
		"gzip;q=2":                    0,
		"gzip;q=1.001":                0,
		"gzip;q=0.0001":               0,
		"gzip;q=":                     0,
		"gzip;q=x":                    0,
		"gzip;level=9":                0,
		"gzipx, xbr, b":               0,
		",,,gzip,,":                   gz,
		"gzip;q=1, gzip;q=0":          0,
	} {
		if got := Encodings(field); got != want {
			t.Errorf("Encodings(%q) = %d, want %d", field, got, want)
		}
		if got := Encodings([]byte(field)); got != want {
			t.Errorf("Encodings of bytes %q = %d, want %d", field, got, want)
		}
	}
}

func TestNotModified(t *testing.T) {
	c := pagecache.New(pagecache.Options{Budget: 1 << 20})
	defer c.Close()
	at := time.Date(2026, 11, 23, 10, 0, 0, 500, time.UTC)
	e, err := c.Do(t.Context(), "/", func(context.Context) (pagecache.Page, error) {
		return pagecache.Page{Status: 200, Body: []byte("x"), LastModified: at, Reach: pagecache.Stored}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	tag := e.Identity().ETag
	gzipped := strings.TrimSuffix(tag, `"`) + `-g"`
	for _, tt := range []struct {
		match, since string
		want         bool
	}{
		{"", "", false},
		{tag, "", true},
		{"W/" + tag, "", true},
		{gzipped, "", true},
		{`"other", ` + tag, "", true},
		{`"a","b" , W/` + gzipped + `,"c"`, "", true},
		{"*", "", true},
		{" * ", "", true},
		{`"other"`, "", false},
		{`"other"`, "Mon, 23 Nov 2026 10:00:00 GMT", false}, // If-None-Match goes first
		{strings.Trim(tag, `"`), "", false},
		{`"a" b, ` + tag, "", false}, // malformed
		{`"a` + tag, "", false},
		{"", "Mon, 23 Nov 2026 10:00:00 GMT", true},
		{"", "Monday, 23-Nov-26 10:00:01 GMT", true},
		{"", "Mon, 23 Nov 2026 09:59:59 GMT", false},
		{"", "yesterday", false},
	} {
		if got := NotModified(e, tt.match, tt.since); got != tt.want {
			t.Errorf("If-None-Match %q, If-Modified-Since %q: %t", tt.match, tt.since, got)
		}
	}
}

func FuzzEncodings(f *testing.F) {
	f.Add("gzip;q=0.5, br")
	f.Fuzz(func(t *testing.T, field string) {
		if got := Encodings(field); got&^both != 0 || got != 0 && !strings.Contains(strings.ToLower(field), "gzip") && !strings.Contains(strings.ToLower(field), "br") && !strings.Contains(field, "*") {
			t.Errorf("%q gave %d", field, got)
		}
		AnyTag(field, func(tag string) bool {
			if !strings.Contains(field, tag) {
				t.Errorf("%q is not in %q", tag, field)
			}
			return false
		})
	})
}
