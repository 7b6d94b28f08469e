package importer_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fetch"
	"dateline/internal/importer"
	"dateline/internal/media/picture/picturetest"
)

// illustrated is a site with a story that shows a picture in several sizes,
// and files of all kinds.
func illustrated(origin string) export {
	at := origin + "/wp-content/uploads/"
	file := func(id int, name string, meta ...field) item {
		return item{ID: id, Type: "attachment", Status: "inherit", Title: name, Slug: fmt.Sprint("file-", id), File: at + name,
			Meta: append([]field{{"_wp_attached_file", name}}, meta...)}
	}
	return export{Home: origin, Items: []item{
		{ID: 1, Title: "Story", Slug: "story", Link: origin + "/story/", Meta: []field{{"_thumbnail_id", "11"}}, Content: `<!-- wp:image {"id":10} -->
<figure class="wp-block-image"><img src="` + at + `2024/05/cat-300x200.jpg" alt="" class="wp-image-10"/><figcaption>Cat</figcaption></figure>
<!-- /wp:image --><!-- wp:paragraph --><p>Text <a href="` + at + `2024/05/paper.pdf">paper</a></p><!-- /wp:paragraph -->`},
		file(10, "2024/05/cat.jpg"),
		file(11, "2024/05/big-scaled.jpg", field{"_wp_attachment_metadata", `a:2:{s:5:"width";i:320;s:14:"original_image";s:7:"big.jpg";}`}),
		file(12, "2024/05/paper.pdf"),
		file(13, "2024/05/gone.jpg"),
		file(14, "2024/05/leak.jpg"),
		file(15, "2024/05/notes.jpg"),
		file(16, "2024/05/pipe.jpg"),
	}}
}

var (
	cat   = picturetest.JPEG(picturetest.Scene(300, 200))
	large = picturetest.JPEG(picturetest.Scene(400, 300))
	small = picturetest.JPEG(picturetest.Scene(320, 240))
	paper = []byte("%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")
)

func uploadsFolder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "uploads")
	put := func(name string, data []byte) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("2024/05/cat.jpg", cat)
	put("2024/05/big.jpg", large)
	put("2024/05/big-scaled.jpg", small)
	put("2024/05/paper.pdf", paper)
	put("2024/05/notes.jpg", []byte("this is no picture"))
	put("../secret.jpg", cat)
	if err := os.Symlink("../../../secret.jpg", filepath.Join(dir, "2024/05/leak.jpg")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "2024/05/pipe.jpg"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRun_MediaFolder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := open(t, d)
		file := illustrated("https://courier.example").write(t)
		first := n.load(file)
		if first.Media.Present != 0 || len(first.Media.Missing) != 7 {
			t.Errorf("without a folder: %+v", first.Media)
		}
		n.answers(map[string]string{"/wp-content/uploads/2024/05/cat.jpg": "404"})
		if _, body := n.page("/story/"); strings.Contains(body, "wp-content/uploads/2024/05/cat") {
			t.Error("the story shows a picture that is not here")
		}
		rep, err := n.run(importer.Options{Files: []string{file}, MediaDir: uploadsFolder(t)})
		n.must(err)
		if c := *rep.Kinds["attachment"]; c != (importer.Count{InFile: 7, Unchanged: 7}) {
			t.Errorf("attachments %+v", c)
		}
		checkIllustrated(n, rep)
		missing := strings.Join(rep.Media.Missing, "\n")
		if rep.Media.Present != 3 || len(rep.Media.Missing) != 4 {
			t.Errorf("%d present, missing:\n%s", rep.Media.Present, missing)
		}
		for _, want := range []string{"gone.jpg: is not in the media folder", "leak.jpg: is not in the media folder", "pipe.jpg: is not in the media folder", "notes.jpg: "} {
			if !strings.Contains(missing, want) {
				t.Errorf("%q is not listed:\n%s", want, missing)
			}
		}
		// The original, not the copy that WordPress shrank; every byte of it.
		if got := originals(n); !slices.ContainsFunc(got, func(b []byte) bool { return bytes.Equal(b, large) }) || slices.ContainsFunc(got, func(b []byte) bool { return bytes.Equal(b, small) }) {
			t.Errorf("%d originals are kept, not the ones expected", len(got))
		}
		again := n.load(file)
		if again.Media.Present != 3 {
			t.Errorf("a run without a folder forgot files: %+v", again.Media)
		}
	})
}

// checkIllustrated asks for the files under all their former addresses, and
// for the story's page.
func checkIllustrated(n *newsroom, rep *importer.Report) {
	n.t.Helper()
	want := map[string]string{"/wp-content/uploads/2024/05/gone.jpg": "404", "/wp-content/uploads/2024/05/leak.jpg": "404"}
	for _, name := range []string{"cat.jpg", "cat-300x200.jpg", "cat-150x150.jpg", "CAT.JPG", "cat-scaled.jpg", "cat-e1612345678901.jpg", "cat.jpg.webp", "cat-300x200.webp", "big.jpg",
		"big-scaled.jpg", "big-300x225.jpg", "paper.pdf"} {
		want["/wp-content/uploads/2024/05/"+name] = "200"
	}
	n.answers(want)
	_, body := n.page("/story/")
	if strings.Count(body, "/media/") < 2 || strings.Contains(body, "courier.example/wp-content") {
		n.t.Error("the story does not show its pictures")
	}
	asked := map[string]int{}
	for _, u := range urls(n, rep) {
		asked[u.URL] = u.Status
	}
	for name, status := range map[string]int{"cat.jpg": 200, "big-scaled.jpg": 200, "paper.pdf": 200, "gone.jpg": 0} {
		if got := asked["https://courier.example/wp-content/uploads/2024/05/"+name]; got != status && strings.HasPrefix(rep.Source, "courier") {
			n.t.Errorf("the report says %d of %s", got, name)
		}
	}
	file, err := n.media.Alias(n.t.Context(), "/wp-content/uploads/2024/05/paper.pdf", 0)
	n.must(err)
	content, err := n.media.Open(n.t.Context(), file)
	n.must(err)
	defer content.Close()
	if raw, err := io.ReadAll(content); err != nil || !bytes.Equal(raw, paper) {
		n.t.Errorf("the paper came back as %d bytes (%v)", len(raw), err)
	}
}

// originals are the files as they came.
func originals(n *newsroom) [][]byte {
	n.t.Helper()
	var out [][]byte
	for info, err := range n.blobs.List(n.t.Context(), "original") {
		n.must(err)
		object, err := n.blobs.Get(n.t.Context(), info.Key)
		n.must(err)
		raw, err := io.ReadAll(object)
		n.must(err)
		n.must(object.Close())
		out = append(out, raw)
	}
	return out
}

// oldSite serves files, breaks off in the middle of the first answer for each,
// and honours ranges after that.
type oldSite struct {
	mu     sync.Mutex
	asked  map[string]int
	ranges int
	files  map[string][]byte
}

func (o *oldSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, ok := o.files[strings.TrimPrefix(r.URL.Path, "/wp-content/uploads/2024/05/")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	o.mu.Lock()
	o.asked[r.URL.Path]++
	first := o.asked[r.URL.Path] == 1
	if r.Header.Get("Range") != "" {
		o.ranges++
	}
	o.mu.Unlock()
	w.Header().Set("ETag", `"v1"`)
	if first && len(data) > 1000 {
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		_, _ = w.Write(data[:len(data)/2])
		panic(http.ErrAbortHandler)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

func TestRun_FetchesMedia(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		old := &oldSite{asked: map[string]int{}, files: map[string][]byte{"cat.jpg": cat, "big-scaled.jpg": small, "paper.pdf": paper, "notes.jpg": []byte("no picture"),
			"pipe.jpg": bytes.Repeat([]byte("x"), 2<<20)}} // larger than the newsroom's limit
		server := httptest.NewServer(old)
		t.Cleanup(server.Close)
		host := strings.TrimPrefix(server.URL, "http://")
		n := openWith(t, d, fetch.Options{Allow: []string{host}, Ports: []int{portOf(t, server)},
			Wait: func(context.Context, time.Duration) error { return nil }})
		file := illustrated(server.URL).write(t)
		rep, err := n.run(importer.Options{Files: []string{file}, FetchMedia: true})
		n.must(err)
		if rep.Media.Present != 3 || len(rep.Media.Missing) != 4 {
			t.Errorf("%d present, missing %s", rep.Media.Present, strings.Join(rep.Media.Missing, "\n"))
		}
		if old.ranges < 2 {
			t.Errorf("%d transfers went on where they broke", old.ranges)
		}
		n.answers(map[string]string{"/wp-content/uploads/2024/05/cat-300x200.jpg": "200", "/wp-content/uploads/2024/05/gone.jpg": "404"})
		if got := originals(n); !slices.ContainsFunc(got, func(b []byte) bool { return bytes.Equal(b, cat) }) {
			t.Error("the picture is not what was sent")
		}
		// The second run asks for what is missing only.
		before := old.asked["/wp-content/uploads/2024/05/cat.jpg"]
		old.mu.Lock()
		old.files["gone.jpg"] = cat
		old.mu.Unlock()
		rep, err = n.run(importer.Options{Files: []string{file}, FetchMedia: true})
		n.must(err)
		if rep.Media.Present != 4 || old.asked["/wp-content/uploads/2024/05/cat.jpg"] != before {
			t.Errorf("second run: %d present, the cat was asked for again", rep.Media.Present)
		}
	})
}

// TestRun_StopsAskingADeadSite gives up on a site that does not answer.
func TestRun_StopsAskingADeadSite(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { asked.Add(1); w.WriteHeader(http.StatusBadGateway) }))
	t.Cleanup(server.Close)
	n := openWith(t, dbtest.Open(t, db.SQLite), fetch.Options{Allow: []string{strings.TrimPrefix(server.URL, "http://")}, Ports: []int{portOf(t, server)},
		Wait: func(context.Context, time.Duration) error { return nil }})
	e := export{Home: server.URL}
	for i := range 60 {
		e.Items = append(e.Items, item{ID: i + 1, Type: "attachment", Status: "inherit", Title: "x", File: fmt.Sprintf("%s/wp-content/uploads/%d.jpg", server.URL, i)})
	}
	rep, err := n.run(importer.Options{Files: []string{e.write(t)}, FetchMedia: true})
	n.must(err)
	if len(rep.Media.Missing) != 60 || asked.Load() > 30*fetch.DefaultAttempts {
		t.Errorf("%d missing after %d requests", len(rep.Media.Missing), asked.Load())
	}
	if !strings.Contains(strings.Join(rep.Media.Missing, "\n"), "did not answer 20 times in a row") {
		t.Errorf("the report does not say so: %v", rep.Media.Missing[:3])
	}
}

// TestRun_FetchesNothingPrivate points an export at the machine's own network.
func TestRun_FetchesNothingPrivate(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(server.Close)
	n := openWith(t, dbtest.Open(t, db.SQLite), fetch.Options{Ports: []int{portOf(t, server)}})
	e := export{Items: []item{{ID: 1, Type: "attachment", Status: "inherit", Title: "x", File: server.URL + "/x.jpg"},
		{ID: 2, Type: "attachment", Status: "inherit", Title: "y", File: "http://169.254.169.254/latest/meta-data/y.jpg"},
		{ID: 3, Type: "attachment", Status: "inherit", Title: "z", File: "file:///etc/passwd"}}}
	rep, err := n.run(importer.Options{Files: []string{e.write(t)}, FetchMedia: true})
	n.must(err)
	if rep.Media.Present != 0 || asked.Load() != 0 {
		t.Errorf("%+v, %d requests arrived", rep.Media, asked.Load())
	}
}

func portOf(t testing.TB, server *httptest.Server) int {
	t.Helper()
	return server.Listener.Addr().(*net.TCPAddr).Port
}
