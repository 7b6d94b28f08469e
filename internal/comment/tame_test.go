package comment

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTame(t *testing.T) {
	for in, want := range map[string]string{
		"plain\ntext":                            "plain\ntext",
		"a\u202eb\u2066c\u2069\u200fd":           "abcd",
		"zero\u200bwidth\ufeff\u2060":            "zerowidth",
		"می\u200cخواهم":                          "می\u200cخواهم", // Persian needs the joiner
		"a\u200cb":                               "ab",
		"👩\u200d🚒 ❤\ufe0f":                       "👩\u200d🚒 ❤\ufe0f",
		"x\ufe0f":                                "x",
		"z" + strings.Repeat("\u0335", 50) + "!": "z\u0335\u0335\u0335!",
		"\u0301\u0301lone":                       "lone",
		"e\u0301":                                "é",
		"tel\u2028line\r\nend\rx":                "tel\nline\nend\nx",
		"tag\U000e0041 priv\ue000":               "tag priv",
		"bad\xff":                                "bad",
		"nul\x00 esc\x1b":                        "nul esc",
		"Đặng Thị Hoà":                           "Đặng Thị Hoà",
		"\u2800\u3164":                           "",
	} {
		if got := tame(in); got != want {
			t.Errorf("%+q gives %+q, want %+q", in, got, want)
		}
	}
	if got := tameLine("  A\t b\n c "); got != "A b c" {
		t.Errorf("a line is %q", got)
	}
	if got := tame("a" + strings.Repeat("\u0301", 50_000)); utf8.RuneCountInString(got) > 4 {
		t.Errorf("%d runes are left of 50,000 marks", utf8.RuneCountInString(got))
	}
}

func TestSkeleton_IsAlikeForWhatLooksAlike(t *testing.T) {
	for a, b := range map[string]string{
		"Anna Meier": "Аnnа Mеіеr", "anna.meier": "Anna Meier", "Anna Méier": "ANNA MEIER", "Bill Cole": "BiII C0le", "Editor": "ЕԁіtοR", "Modern": "Modem",
	} {
		if skeleton(a) != skeleton(b) {
			t.Errorf("%s (%s) and %s (%s) differ", a, skeleton(a), b, skeleton(b))
		}
	}
	if skeleton("Anna Meier") == skeleton("Anna Maier") {
		t.Error("different names are taken for one")
	}
	for name, want := range map[string]bool{"Аnna": true, "Анна": false, "Anna Иванова": false, "Jörg": false, "Ωmega": true, "山田Taro": false, "": false} {
		if mixed(name) != want {
			t.Errorf("%q: mixed is %v", name, !want)
		}
	}
}
