package urlpath

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestKey(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"root", "/", "/"},
		{"empty", "", "/"},
		{"already a key", "/world/storm-hits", "/world/storm-hits"},
		{"trailing slash", "/world/", "/world"},
		{"no leading slash", "world", "/world"},
		{"upper case", "/World/STORM", "/world/storm"},
		{"duplicate slashes", "//world///storm//", "/world/storm"},
		{"escape in upper case", "/caf%C3%A9/", "/café"},
		{"escape in lower case", "/caf%c3%a9/", "/café"},
		{"decomposed", "/cafe\u0301", "/café"},
		{"escaped and decomposed", "/cafe%CC%81", "/café"},
		{"Arabic from WordPress", "/%d8%a7%d9%84%d8%b9%d8%b1%d8%a8", "/العرب"},
		{"Cyrillic capitals", "/НОВОСТИ", "/новости"},
		{"final sigma", "/ΟΔΟΣ/οδος", "/οδοσ/οδοσ"},
		{"dotless i stays itself", "/sınır", "/sınır"},
		{"kelvin sign", "/\u212a", "/k"},
		{"escaped letter", "/%77orld", "/world"},
		{"escaped space", "/a%20b", "/a b"},
		{"no escape", "/100%/%zz", "/100%/%zz"},
		{"escaped percent", "/100%25", "/100%"},
		{"percent that would read as an escape", "/%2541", "/%2541"},
		{"percent sign joined with digits", "/%%34%31", "/%2541"},
		{"not UTF-8", "/%FF%fe", "/%ff%fe"},
		{"raw bytes that are not UTF-8", "/\xff", "/%ff"},
		{"half a rune", "/%c3/x", "/%c3/x"},
		{"hidden file", "/.well-known/security.txt", "/.well-known/security.txt"},
		{"dots within a word", "/a..b/c.", "/a..b/c."},
		{"three dots", "/...", "/..."},
		{"semicolon is text", "/a;b", "/a;b"},
		{"parent", "/a/../b", ""},
		{"self", "/a/./b", ""},
		{"parent at the end", "/a/..", ""},
		{"escaped parent", "/a/%2e%2e/b", ""},
		{"half escaped parent", "/a/.%2E/b", ""},
		{"relative parent", "../a", ""},
		{"backslash", `/a\b`, ""},
		{"escaped backslash", "/a%5Cb", ""},
		{"escaped slash", "/a%2fb", ""},
		{"escaped slash in upper case", "/a%2Fb", ""},
		{"doubly escaped slash is text", "/a%252fb", "/a%252fb"},
		{"NUL", "/a\x00b", ""},
		{"escaped NUL", "/a%00b", ""},
		{"line end", "/a%0d%0aSet-Cookie:x", ""},
		{"escaped DEL", "/a%7f", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Key(tt.in); got != tt.want {
				t.Errorf("Key(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestKey_OfCommonPathAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Key("/world/storm-hits-the-coast") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestFold_IsOneValuePerClass walks all of Unicode: two runes of one simple
// case folding class must fold alike, and folding twice changes nothing.
func TestFold_IsOneValuePerClass(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r == '\u0345' {
			continue
		}
		next := unicode.SimpleFold(r)
		if next == '\u0345' {
			next = unicode.SimpleFold(next)
		}
		if Fold(r) != Fold(next) {
			t.Errorf("Fold(%q) = %q, Fold(%q) = %q", r, Fold(r), next, Fold(next))
		}
		if Fold(Fold(r)) != Fold(r) {
			t.Errorf("Fold is not stable at %q", r)
		}
	}
}

func FuzzKey(f *testing.F) {
	for _, seed := range []string{"/", "/World//x/", "/%d8%a7", "/%25%34%31", "/cafe%CC%81", "/%c3%28", "/α\u0345\u0301", "/a/%2e%2e/b", "/%254a\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		key := Key(path)
		if key == "" {
			return
		}
		switch {
		case !utf8.ValidString(key) || !norm.NFC.IsNormalString(key):
			t.Errorf("Key(%q) = %q is not UTF-8 in NFC", path, key)
		case key[0] != '/' || len(key) > 1 && key[len(key)-1] == '/':
			t.Errorf("Key(%q) = %q is not absolute without a trailing slash", path, key)
		case Key(key) != key:
			t.Errorf("Key(%q) = %q, whose key is %q", path, key, Key(key))
		case Key(Escape(key)) != key:
			t.Errorf("Key(Escape(%q)) = %q", key, Key(Escape(key)))
		}
	})
}

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"/world/storm/":  "/world/storm/",
		"/café":          "/caf%C3%A9",
		"/العرب/":        "/%D8%A7%D9%84%D8%B9%D8%B1%D8%A8/",
		"/a b?c#d":       "/a%20b%3Fc%23d",
		"/100%":          "/100%25",
		"/%2541":         "/%2541",
		`/<script>"'\`:   "/%3Cscript%3E%22%27%5C",
		"/a;b":           "/a%3Bb",
		"/\r\nLocation:": "/%0D%0ALocation:",
	} {
		if got := Escape(in); got != want {
			t.Errorf("Escape(%q) = %q, want %q", in, got, want)
		}
	}
}
