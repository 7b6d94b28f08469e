package wpcontent

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePHP(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want any
	}{
		{"N;", nil},
		{"b:1;", true},
		{"i:-7;", int64(-7)},
		{"d:0.5;", 0.5},
		{`s:0:"";`, ""},
		{`s:5:"a"b;c";`, `a"b;c`},
		{`s:2:"é";`, "é"},
		{"s:4:\"a\nb\";", "a\nb"},           // was a\r\nb
		{"s:9:\"a\"; b\nc\";", "a\"; b\nc"}, // the same with a false end in it
		{`a:2:{i:0;s:1:"x";s:1:"k";a:1:{i:5;b:0;}}`, PHPArray{{int64(0), "x"}, {"k", PHPArray{{int64(5), false}}}}},
		{`O:8:"stdClass":1:{s:1:"a";i:1;}`, PHPArray{{"a", int64(1)}}},
		{"a:2:{s:1:\"a\";s:3:\"x\n\";s:1:\"b\";i:2;}", PHPArray{{"a", "x\n"}, {"b", int64(2)}}},
	} {
		got, err := ParsePHP(tt.in)
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.in, diff)
		}
	}
	for _, in := range []string{"", "x", "i:1", "i:x;", "s:1", `s:3:"ab`, "a:1:{", "a:1:{i:0;", `a:1:{b:1;i:1;}`, "i:1;i:2;", strings.Repeat("a:1:{i:0;", 1000)} {
		if v, err := ParsePHP(in); err == nil {
			t.Errorf("%.20q gave %v", in, v)
		}
	}
}

func TestPHPArray_AttachmentMetadata(t *testing.T) {
	v, err := ParsePHP(`a:3:{s:5:"width";i:1200;s:4:"file";s:17:"2008/06/boats.jpg";s:10:"image_meta";a:1:{s:6:"credit";s:3:"Ann";}}`)
	if err != nil {
		t.Fatal(err)
	}
	a := v.(PHPArray)
	if a.Text("width") != "1200" || a.Text("file") != "2008/06/boats.jpg" || a.Get("image_meta").(PHPArray).Text("credit") != "Ann" || a.Text("none") != "" {
		t.Errorf("got %v", a)
	}
}
