package wxr

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"dateline/internal/fault"
)

// TestReader_Refuses holds files that must end in a clear fault. good is how
// many items must have been returned before it.
func TestReader_Refuses(t *testing.T) {
	item := "<item><title>good</title></item>\n" // line 4 behind head
	for _, tt := range []struct {
		name, doc string
		good      int
		want      string // part of the message
	}{
		{"empty", "", 0, "line 1: the file is empty"},
		{"blank", " \n\n", 0, "line 1: the file is empty"},
		{"gzip", "\x1f\x8b\x08\x00", 0, "not a WordPress export"},
		{"web page", "<!doctype html><html><body>Log in</body></html>", 0, "not a WordPress export"},
		{"another document", "<?xml version='1.0'?>\n<feed xmlns='http://www.w3.org/2005/Atom'></feed>", 0, "line 2: this is not a WordPress export: the document is <feed>"},
		{"no channel", "<rss></rss>", 0, "no <channel>"},
		{"declaration only", `<?xml version="1.0"?>`, 0, "without an <rss>"},
		{"cut off in a title", head + item + "<item>\n<title>bro", 1, "line 6: the file ends here, inside of <title> that began on line 6 (in the item on line 5)"},
		{"cut off in CDATA", head + item + "<item><title><![CDATA[x\n\ny", 1, "line 7: the file ends here, inside of a CDATA section that began on line 5"},
		{"cut off in a tag", head + item + "<item><cate", 1, "line 5: the file ends here, inside of a tag that began on line 5"},
		{"cut off in a comment", head + item + "<!-- x", 1, "inside of a comment that began on line 5"},
		{"cut off between items", head + item, 1, "line 5: the file ends here, inside of <channel> that began on line 3"},
		{"cut off after an end tag's start", head + item + "<item></ite", 1, "line 5: the file ends here, inside of a tag"},
		{"wrong end tag", head + item + "<item>\n<title>x</titel>\n</item>" + foot, 1, "line 6: </titel> stands where </title> must: <title> on line 6 is still open"},
		{"end tag too many", "<rss><channel></channel></rss></rss>", 0, "line 1: </rss> closes an element that was never opened"},
		{"billion laughs", "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY l2 \"&lol;&lol;\">]>\n<rss><channel><title>&l2;</title></channel></rss>", 0, "line 2: the document type (<!DOCTYPE) declares entities"},
		{"external entity", "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss/>", 0, "line 1: the document type (<!DOCTYPE) declares entities"},
		{"endless document type", "<?xml version=\"1.0\"?><!DOCTYPE " + strings.Repeat("a", 1<<20), 0, "line 1: the document type (<!DOCTYPE) does not end"},
		{"declaration", "<?xml version=\"1.0\"?>\n<!ELEMENT rss ANY><rss/>", 0, "line 2: a declaration"},
		{"huge attribute", head + item + `<item><category nicename="` + strings.Repeat("x", 3<<20) + `"/></item>` + foot, 1, "line 5: a tag or an attribute of it is longer than 1 MB"},
		{"missing quotation mark", head + item + "<item><category nicename=\"x>y</category>" + strings.Repeat("z\n", 1<<20), 1, "line 5: a tag or an attribute"},
		{"too deep", head + item + "<item>" + strings.Repeat("<a>", 100_000), 1, "line 5: elements are nested more than 64 deep"},
		{"unknown encoding", `<?xml version="1.0" encoding="KOI-99"?><rss/>`, 0, `its encoding is "KOI-99"`},
		{"replacement encoding", `<?xml version="1.0" encoding="ISO-2022-KR"?><rss/>`, 0, `its encoding is "ISO-2022-KR"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list, r, err := readAll(strings.NewReader(tt.doc), Options{})
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fmt.Sprint(err), tt.want) {
				t.Errorf("error %v\n want one with %q", err, tt.want)
			}
			if fault.HintOf(err) == "" {
				t.Error("no hint what to do")
			}
			if got := len(itemsOf(list)); got != tt.good {
				t.Errorf("%d items before the fault, want %d", got, tt.good)
			}
			if _, again := r.Next(); again != err {
				t.Errorf("the next call returns %v", again)
			}
		})
	}
}

func TestReader_Limits(t *testing.T) {
	opt := Options{MaxText: 1 << 10, MaxItem: 1 << 12}
	for _, tt := range []struct{ name, doc, want string }{
		{"text", "<item><title>" + strings.Repeat("x", 2000) + "</title></item>", "line 4: the text of <title> is longer than 1 KB"},
		{"CDATA", "<item><content:encoded><![CDATA[" + strings.Repeat("x", 2000), "line 4: the text of <content:encoded> is longer than 1 KB"},
		{"CDATA in pieces", "<item><content:encoded>" + strings.Repeat("<![CDATA[xx]]>", 2000), "is longer than 1 KB"},
		{"item", "<item>\n" + strings.Repeat("<a>"+strings.Repeat("x", 1000)+"</a>", 9), "line 5: the item that began on line 4 is larger than 4 KB"},
		{"empty elements", "<item>" + strings.Repeat("<wp:comment/>", 500), "is larger than 4 KB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := readAll(strings.NewReader(head+tt.doc), opt)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fmt.Sprint(err), tt.want) {
				t.Errorf("error %v\n want one with %q", err, tt.want)
			}
		})
	}
}

// TestReader_Mends holds files that are wrong but have one sensible meaning.
func TestReader_Mends(t *testing.T) {
	for _, tt := range []struct {
		name, doc string
		want      Item
		fixed     []Repair
	}{
		{"unescaped ampersand", head + "<item><title>A & B &co; &amp;amp; &#38;</title></item>" + foot,
			Item{Line: 4, Title: "A & B &co; &amp; &"}, []Repair{{RepairAmpersand, 2, 4}}},
		{"unescaped less-than", head + "<item><title>1 < 2 <3</title></item>" + foot,
			Item{Line: 4, Title: "1 < 2 <3"}, []Repair{{RepairLess, 2, 4}}},
		{"HTML entities", head + "<item><title>&nbsp;a&eacute;&#8217;&#x2019;&#145;b</title></item>" + foot,
			Item{Line: 4, Title: "aé’’‘b"}, nil},
		{"NUL and controls", head + "<item><title>a\x00b\x0bc\x7fd&#0;&#8;e</title></item>" + foot,
			Item{Line: 4, Title: "abcde"}, []Repair{{RepairControl, 5, 4}}},
		{"invalid UTF-8", head + "<item><title>caf\xe9 \x93q\x94 \xe2\x80</title></item>" + foot,
			Item{Line: 4, Title: "café “q” \ufffd"}, []Repair{{RepairBytes, 4, 4}}},
		{"markup in a title", head + "<item><title>a <em>b</em> <br/>c</title></item>" + foot,
			Item{Line: 4, Title: "a b c"}, nil},
		{"attributes without quotes", head + "<item><category domain=category nicename='n' x>N</category></item>" + foot,
			Item{Line: 4, Terms: []TermRef{{"category", "n", "N"}}}, []Repair{{RepairAttribute, 2, 4}}},
		{"numbers", head + "<item><wp:post_id>x7</wp:post_id></item>" + foot,
			Item{Line: 4}, []Repair{{RepairNumber, 1, 4}}},
		{"mixed line ends", strings.ReplaceAll(head, "\n", "\r\n") + "<item>\r<title><![CDATA[a\r\nb\rc\nd]]></title>\n\r\n</item>" + foot,
			Item{Line: 4, Title: "a\nb\nc\nd"}, nil},
		{"byte order mark and blank lines", "\ufeff\n\n" + head + "<item></item>" + foot, Item{Line: 6}, nil},
		{"PHP notices in front", "<br />\n<b>Notice</b>: Undefined index in /x.php on line <b>3</b><br />\n" + head + "<item/>" + foot,
			Item{Line: 6}, []Repair{{RepairPreamble, 1, 1}}},
		{"PHP notices between and behind", head + "<br />\n<b>Warning</b>: x<br />\n<item/>" + foot + "<b>Notice</b>: y", Item{Line: 6}, nil},
		{"plain document type", "<?xml version=\"1.0\"?>\n<!DOCTYPE rss PUBLIC \"-//X//DTD\" \"http://x.test/rss.dtd\">\n<rss><channel><item/></channel></rss>", Item{Line: 3}, nil},
		{"comments and instructions", head + "<!-- <item> --><?php x ?><item><!-- a --><title>a<!-- b -->b<?x?></title></item>" + foot, Item{Line: 4, Title: "ab"}, nil},
		{"without </rss>", head + "<item/></channel>", Item{Line: 4}, nil},
		{"UTF-16 declared and not true", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><rss><channel><item><title>é</title></item></channel></rss>", Item{Line: 1, Title: "é"}, []Repair{{RepairEncoding, 1, 1}}},
	} {
		for _, how := range []string{"whole", "by byte"} {
			t.Run(tt.name+" "+how, func(t *testing.T) {
				var src io.Reader = strings.NewReader(tt.doc)
				if how == "by byte" {
					src = iotest.OneByteReader(src)
				}
				list, r, err := readAll(src, Options{})
				if err != nil {
					t.Fatal(err)
				}
				items := itemsOf(list)
				if len(items) != 1 {
					t.Fatalf("%d items", len(items))
				}
				items[0].Offset = 0
				if diff := cmp.Diff(&tt.want, items[0]); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(tt.fixed, r.Repairs()); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestReader_Encodings(t *testing.T) {
	const title = "Größe “quote” – Łódź"
	doc := func(enc, title string) string {
		return `<?xml version="1.0" encoding="` + enc + `"?>` + "\n<rss><channel><item><title>" + title + "</title></item></channel></rss>"
	}
	utf16 := func(s string, endian unicode.Endianness, bom unicode.BOMPolicy) string {
		out, err := unicode.UTF16(endian, bom).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	latin, _ := charmap.Windows1252.NewEncoder().String("Größe “quote” –")
	iso2, _ := charmap.ISO8859_2.NewEncoder().String("Łódź")
	for _, tt := range []struct{ name, doc, want string }{
		{"utf-8", doc("utf-8", title), title},
		{"windows-1252", doc("windows-1252", latin), "Größe “quote” –"},
		{"ISO-8859-1 is read as windows-1252", doc("ISO-8859-1", latin), "Größe “quote” –"},
		{"ISO-8859-2", doc("iso-8859-2", iso2), "Łódź"},
		{"UTF-16 little endian with mark", utf16(doc("UTF-16", title), unicode.LittleEndian, unicode.UseBOM), title},
		{"UTF-16 big endian with mark", utf16(doc("UTF-16", title), unicode.BigEndian, unicode.UseBOM), title},
		{"UTF-16 without mark", utf16(doc("UTF-16LE", title), unicode.LittleEndian, unicode.IgnoreBOM), title},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list, r, err := readAll(strings.NewReader(tt.doc), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := itemsOf(list)[0].Title; got != tt.want {
				t.Errorf("title %q, want %q", got, tt.want)
			}
			if len(r.Repairs()) > 0 {
				t.Errorf("repairs %v", r.Repairs())
			}
		})
	}
}

// TestReader_PassesOverFailures returns the source's own error, not a fault
// about the file.
func TestReader_PassesOverFailures(t *testing.T) {
	broken := errors.New("disk on fire")
	src := io.MultiReader(strings.NewReader(head+"<item/><item><title>x"), iotest.ErrReader(broken))
	list, _, err := readAll(src, Options{})
	if !errors.Is(err, broken) || len(itemsOf(list)) != 1 {
		t.Errorf("error %v after %d items", err, len(itemsOf(list)))
	}
}

// endless repeats a text n times without holding it.
type endless struct {
	text []byte
	n    int
	pos  int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, io.EOF
	}
	n := copy(p, e.text[e.pos:])
	if e.pos += n; e.pos == len(e.text) {
		e.pos = 0
		e.n--
	}
	return n, nil
}

// TestReader_BoundedMemory reads 200 MB, with a comment and an unknown element of
// 50 MB each, and allocates no more than the records and the window.
func TestReader_BoundedMemory(t *testing.T) {
	item := "<item><title>x</title><content:encoded><![CDATA[" + strings.Repeat("word ", 1000) + "]]></content:encoded></item>\n"
	filler := bytes.Repeat([]byte("filler & <b>x</b>\n"), 1<<10)
	src := io.MultiReader(
		strings.NewReader(head+"<!-- "), &endless{text: filler, n: 2900}, strings.NewReader(" -->"),
		strings.NewReader("<plugin>"), &endless{text: filler, n: 2900}, strings.NewReader("</plugin>"),
		&endless{text: []byte(item), n: 20_000}, strings.NewReader(foot))
	r := NewReader(src, Options{})
	var peak, before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := 0
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := rec.(*Item); ok {
			if n++; n%5_000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&peak)
				if grown := int64(peak.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
					t.Fatalf("heap grew by %d bytes after %d items", grown, n)
				}
			}
		}
	}
	if n != 20_000 {
		t.Errorf("%d items", n)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(head + "<item><title>a &amp; b</title><content:encoded><![CDATA[x]]]]><![CDATA[>y]]></content:encoded></item>" + foot))
	f.Add([]byte("\xff\xfe<\x00r\x00s\x00s\x00>\x00"))
	f.Add([]byte("<rss xmlns:q='http://wordpress.org/export/1.2/'><channel><item><q:comment/><q:postmeta><q:meta_key>k</q:meta_key></q:postmeta>"))
	f.Add([]byte("<rss><!DOCTYPE x><channel>\r\r\n<item a=b c='&#x80;'/>\xc3"))
	f.Fuzz(func(t *testing.T, data []byte) {
		opt := Options{MaxText: 1 << 16, MaxTag: 1 << 12, MaxItem: 1 << 17}
		whole, _, err1 := readAll(bytes.NewReader(data), opt)
		parts, _, err2 := readAll(iotest.OneByteReader(bytes.NewReader(data)), opt)
		if (err1 == nil) != (err2 == nil) {
			t.Fatalf("whole: %v, by byte: %v", err1, err2)
		}
		if err1 != nil && (!fault.Is(err1, fault.Invalid) || err1.Error() != err2.Error()) {
			t.Fatalf("whole: %v, by byte: %v", err1, err2)
		}
		if diff := cmp.Diff(whole, parts); diff != "" {
			t.Fatal(diff)
		}
	})
}
