package exchange_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"dateline/internal/comment/exchange"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
)

const disqusHead = `<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<thread dsq:id="1"><id/><link>https://courier.example/2024/05/the-dam-holds/</link></thread>
`

func post(id int, text string) string {
	return fmt.Sprintf("<post dsq:id=\"%d\"><message>%s</message><createdAt>2024-05-04T12:00:%02dZ</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam><author><name>A</name></author><thread dsq:id=\"1\"/></post>\n", id, text, id)
}

// hostile are files that end in an error of code Invalid that names a place.
// kept is how many comments came before it.
func hostile() map[string]struct {
	system exchange.System
	text   string
	says   string
	kept   int64
} {
	packed := func(s string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte(s))
		_ = z.Close()
		return b.String()
	}
	whole := disqusHead + post(1, "one") + post(2, "two")
	zipped := packed(whole + "</disqus>" + strings.Repeat(" ", 100_000))
	const commento = `{"version":1,"comments":[{"commentHex":"a","url":"/2024/05/the-dam-holds/","commenterHex":"anonymous","markdown":"one","parentHex":"root","state":"approved","creationDate":"2024-05-04T12:00:00Z"}`
	const remark = "{\"version\":1}\n{\"id\":\"a\",\"text\":\"<p>one</p>\",\"user\":{\"name\":\"A\"},\"locator\":{\"url\":\"/2024/05/the-dam-holds/\"},\"time\":\"2024-05-04T12:00:00Z\"}\n"
	return map[string]struct {
		system exchange.System
		text   string
		says   string
		kept   int64
	}{
		"empty":                    {exchange.Disqus, "", "empty", 0},
		"a web page":               {exchange.Disqus, "<!DOCTYPE html><html><body>Sign in</body></html>", "<html>", 0},
		"wordpress":                {exchange.Disqus, `<?xml version="1.0"?><rss></rss>`, "<rss>", 0},
		"zip":                      {exchange.Disqus, "PK\x03\x04....", "ZIP", 0},
		"plain words":              {exchange.Disqus, "just words", "no <disqus> document", 0},
		"entities":                 {exchange.Disqus, `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><disqus>&b;</disqus>`, "declares entities", 0},
		"an external entity":       {exchange.Disqus, `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><disqus><post><message>&a;</message></post></disqus>`, "declares entities", 0},
		"an unknown entity":        {exchange.Disqus, whole + post(3, "&boom;"), "line 6: the file is not well-formed", 2},
		"cut off between":          {exchange.Disqus, whole, "the file ends in the middle", 2},
		"cut off inside":           {exchange.Disqus, whole + post(3, "three")[:60], "line 6: the file ends in the middle", 2},
		"cut off in CDATA":         {exchange.Disqus, whole + "<post><message><![CDATA[ten", "the file ends in the middle", 2},
		"too deep":                 {exchange.Disqus, whole + "<post>" + strings.Repeat("<a>", 5000) + strings.Repeat("</a>", 5000) + "</post>", "too deeply", 2},
		"too large":                {exchange.Disqus, whole + post(3, strings.Repeat("word ", 4<<20)), "more than 8 MB", 2},
		"a tag without end":        {exchange.Disqus, whole + "<post " + strings.Repeat("a='b' ", 3<<20), "more than 8 MB", 2},
		"wrong encoding":           {exchange.Disqus, whole + post(3, "caf\xe9"), "line 6: the text is not UTF-8", 2},
		"unknown encoding":         {exchange.Disqus, strings.Replace(whole, "utf-8", "x-klingon", 1), "x-klingon", 0},
		"mismatched tags":          {exchange.Disqus, whole + "<post><message></post>", "line 6: the file is not well-formed", 2},
		"gzip cut off":             {exchange.Disqus, packed(whole + "</disqus>")[:120], "the file ends in the middle", 0},
		"gzip damaged":             {exchange.Disqus, zipped[:len(zipped)-8] + "12345678", "damaged", 2},
		"remark: no backup":        {exchange.Remark42, "hello\n", "not a backup of remark42", 0},
		"remark: only space":       {exchange.Remark42, "   ", "not a backup of remark42", 0},
		"remark: other JSON":       {exchange.Remark42, `{"name":"x"}`, "not a backup of remark42", 0},
		"remark: version":          {exchange.Remark42, `{"version":7}`, "version 7", 0},
		"remark: cut off":          {exchange.Remark42, remark + `{"id":"b","text":"<p>tw`, "line 3: the file ends in the middle", 1},
		"remark: endless line":     {exchange.Remark42, remark + `{"id":"b","text":"` + strings.Repeat("word ", 4<<20), "line 3: one comment takes more than 8 MB", 1},
		"remark: a database":       {exchange.Remark42, "SQLite format 3\x00", "SQLite", 0},
		"commento: list":           {exchange.Commento, `[1,2]`, "begins with [", 0},
		"commento: no version":     {exchange.Commento, `{"comments":[]}`, "no version", 0},
		"commento: version":        {exchange.Commento, `{"version":2,"comments":[]}`, "version 2", 0},
		"commento: words":          {exchange.Commento, `hello`, "no JSON", 0},
		"commento: cut off":        {exchange.Commento, commento + `,{"commentHex":"b"`, "after comment 1: the file ends in the middle", 1},
		"commento: broken":         {exchange.Commento, commento + `,]}`, "no JSON", 1},
		"commento: no list":        {exchange.Commento, `{"version":1,"comments":{"a":1}}`, "not an export", 0},
		"commento: too large":      {exchange.Commento, commento + `,{"commentHex":"b","markdown":"` + strings.Repeat("word ", 4<<20), "more than 8 MB", 1},
		"commento: too deep":       {exchange.Commento, `{"version":1,"x":` + strings.Repeat("[", 5000), "too deeply", 0},
		"commento: a number":       {exchange.Commento, `{"version":"one"}`, "wrong kind", 0},
		"commento: deep in itself": {exchange.Commento, commento + `,{"commentHex":` + strings.Repeat("[", 20_000), "no JSON", 1},
	}
}

func TestImport_HostileFiles(t *testing.T) {
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	for name, c := range hostile() {
		rep, err := r.service.Import(t.Context(), olga, exchange.Options{System: c.system, File: file(t, c.text), Dry: true})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.says) || fault.HintOf(err) == "" {
			t.Errorf("%s: %.300v (hint %q), want one that says %q", name, err, fault.HintOf(err), c.says)
			continue
		}
		if rep == nil || rep.New != c.kept || rep.Error == "" {
			t.Errorf("%s: %+v, want %d comments before the error", name, rep, c.kept)
		}
	}
}

// TestImport_CutAnywhere cuts whole files at every place: never a panic, and
// what came before is there once.
func TestImport_CutAnywhere(t *testing.T) {
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	for name, system := range map[string]exchange.System{"disqus.xml": exchange.Disqus, "remark42.jsonl": exchange.Remark42, "commento.json": exchange.Commento, "comentario.json": exchange.Commento} {
		whole := fixture(t, name)
		step := 37
		if testing.Short() {
			step = 379
		}
		for n := 1; n < len(strings.TrimSpace(whole))-1; n += step {
			rep, err := r.service.Import(t.Context(), olga, exchange.Options{System: system, File: file(t, whole[:n]), Dry: true})
			if err != nil && !fault.Is(err, fault.Invalid) {
				t.Errorf("%s cut at %d: %v", name, n, err)
			}
			if err == nil && whole[n] != '\n' && whole[n-1] != '\n' { // only between two lines is a backup of remark42 whole
				t.Errorf("%s cut at %d is taken for whole: %s", name, n, counts(rep))
			}
			if rep != nil && err == nil {
				r.balanced(rep)
			}
		}
	}
}

func TestImport_OtherEncodings(t *testing.T) {
	text := strings.Replace(disqusHead, "utf-8", "%s", 1) + post(1, "café\x08\x00 &eacute; &#233;") + "</disqus>"
	var wide bytes.Buffer
	for _, u := range append([]uint16{0xfeff}, utf16.Encode([]rune(fmt.Sprintf(text, "UTF-16")))...) {
		wide.Write([]byte{byte(u), byte(u >> 8)})
	}
	for name, s := range map[string]string{
		"utf-8":        fmt.Sprintf(text, "UTF-8"),
		"with a mark":  "\xef\xbb\xbf" + fmt.Sprintf(text, "UTF-8"),
		"windows-1252": strings.ReplaceAll(fmt.Sprintf(text, "windows-1252"), "é", "\xe9"),
		"utf-16":       wide.String(),
	} {
		r := newRoom(t, dbtest.Open(t, db.SQLite))
		r.take(exchange.Disqus, file(t, s))
		if got := r.kept(); len(got) != 1 || !strings.HasSuffix(got[0], "<p>café é é</p>") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestImport_Interrupted stops imports at every batch and runs them again.
func TestImport_Interrupted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var b strings.Builder
		b.WriteString("{\"version\":1}\n")
		const n = 900
		for i := range n {
			fmt.Fprintf(&b, `{"id":"c%d","pid":"%s","text":"<p>Text %d</p>","user":{"name":"R%d"},"locator":{"url":"/2024/05/the-dam-holds/"},"time":"2024-05-04T10:%02d:%02dZ"}`+"\n",
				i, map[bool]string{true: fmt.Sprint("c", i/2)}[i > 0 && i%3 == 0], i, i, i/60, i%60)
		}
		path := file(t, b.String())
		r := newRoom(t, d)
		stopped := 0
		for _, at := range []int64{1, 60_000, 110_000} {
			ctx, cancel := context.WithCancel(t.Context())
			_, err := r.service.Import(ctx, olga, exchange.Options{System: exchange.Remark42, File: path, Progress: func(stage string, _, _ int64) {
				if stage == "comments" && int64(len(r.ids()))*100 >= at {
					cancel()
				}
			}})
			cancel()
			if errors.Is(err, context.Canceled) || err != nil && strings.Contains(err.Error(), "cancel") {
				stopped++
			}
		}
		if stopped == 0 {
			t.Error("no run was stopped")
		}
		rep := r.take(exchange.Remark42, path)
		if rep.New+rep.Unchanged != n || rep.Updated != 0 {
			t.Errorf("after the last run: %s", counts(rep))
		}
		lines := r.kept()
		fresh := newRoomAgain(t, d, r)
		fresh.take(exchange.Remark42, path)
		if got := fresh.kept(); strings.Join(got, "\n") != strings.Join(lines, "\n") {
			t.Error("an import that was stopped and run again differs from one that was not")
		}
		var kept, real int64
		if err := d.QueryRow(t.Context(), `SELECT comment_count, (SELECT COUNT(*) FROM comment WHERE article_id = 7 AND status = 'approved') FROM article WHERE id = 7`).Scan(&kept, &real); err != nil || kept != real || real != n {
			t.Errorf("the article counts %d, has %d (%v)", kept, real, err)
		}
	})
}

// newRoomAgain empties a room.
func newRoomAgain(t *testing.T, _ *db.DB, r *room) *room {
	t.Helper()
	r.write(func(ctx context.Context, tx *db.Tx) error {
		for _, s := range []string{`DELETE FROM comment`, `DELETE FROM import_key`, `UPDATE article SET comment_count = 0`} {
			if _, err := execConstant(ctx, tx, s); err != nil {
				return err
			}
		}
		return nil
	})
	return r
}

// TestImport_LeavesNoFile makes sure that an import writes nothing beside what
// it reads.
func TestImport_LeavesNoFile(t *testing.T) {
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	path := file(t, fixture(t, "disqus.xml"))
	r.take(exchange.Disqus, path)
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the file: %v, %v", entries, err)
	}
}
