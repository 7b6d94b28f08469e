// Package site tests the real program as readers and machines meet it: every
// page type in real Chromium, the markup, the feeds and sitemaps, hostile
// content and hostile requests. One demo newsroom and one Chromium serve all
// tests of the package.
package site

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"dateline/test/e2e/browser"
	"dateline/test/product"
	"dateline/test/shared"
)

// work is the folder of the built program and of the data of its servers.
var work string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "dateline-site-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	work = dir
	defer os.RemoveAll(dir)
	defer closeAll()
	return m.Run()
}

// running are what must end with the tests.
var running struct {
	sync.Mutex
	close []func()
}

func closeLater(fn func()) {
	running.Lock()
	defer running.Unlock()
	running.close = append(running.close, fn)
}

func closeAll() {
	running.Lock()
	defer running.Unlock()
	for _, fn := range running.close {
		fn()
	}
}

var program = sync.OnceValues(func() (string, error) { return product.Build(context.Background(), work) })

// sample fills data, which must not exist, with the sample newsroom.
func sample(data string) error {
	path, err := program()
	if err != nil {
		return err
	}
	from, err := filled()
	if err != nil {
		return err
	}
	return product.CopySample(context.Background(), path, from, data)
}

var filled = sync.OnceValues(func() (string, error) {
	path, err := program()
	if err != nil {
		return "", err
	}
	return product.Sample(context.Background(), path, work)
})

// command is the program with arguments and without this test's environment.
func command(args ...string) (*exec.Cmd, error) {
	path, err := program()
	if err != nil {
		return nil, err
	}
	cmd := product.Command(context.Background(), path, args...)
	cmd.Dir = work
	return cmd, nil
}

// patience is how long a server may take to listen on a machine that other
// tests keep busy.
const patience = 5 * time.Minute

// server starts "dateline NAME --data DIR" and returns its address.
func server(name, dir string) (string, error) {
	cmd, err := command(name, "--data", dir, "--addr", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	var problems bytes.Buffer
	cmd.Stderr = &problems
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	address, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if url, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
				address <- url
			}
		}
		_ = cmd.Wait() // how it ended is told by its words on stderr
	}()
	closeLater(func() {
		select {
		case <-ended:
			fmt.Fprintf(os.Stderr, "%s ended before the tests did (%v): %s\n", name, cmd.ProcessState, problems.String())
		default:
			_ = cmd.Process.Signal(syscall.SIGTERM) // it runs: a signal reaches it
			<-ended
		}
	})
	select {
	case url := <-address:
		return url, nil
	case <-ended:
		return "", fmt.Errorf("%s ended before it listened: %s", name, problems.String())
	case <-time.After(patience):
		return "", fmt.Errorf("%s does not listen: %s", name, problems.String())
	}
}

// demo is the sample newsroom, whose search knows its articles and whose
// articles know what is related.
var demo = sync.OnceValues(func() (string, error) {
	data := filepath.Join(work, "demo")
	if err := sample(data); err != nil {
		return "", err
	}
	url, err := server("demo", data)
	if err == nil {
		err = await(url+"/search/?q=harbour", `class="hit"`)
	}
	if err == nil {
		err = await(url+"/city/harbour/harbour-agreement/", `class="check-also"`)
	}
	return url, err
})

// await waits until a page holds what a job in the background adds to it.
func await(address, part string) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		a, err := request(http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		if bytes.Contains(a.Body, []byte(part)) {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s never shows %s", address, part)
		}
	}
}

// importer returns a server of a site imported from the exports.
func importer(name string, files func(dir string) (exports []string, more []string, err error)) func() (string, error) {
	return sync.OnceValues(func() (string, error) {
		dir := filepath.Join(work, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return "", err
		}
		exports, more, err := files(dir)
		if err != nil {
			return "", err
		}
		data := filepath.Join(dir, "data")
		cmd, err := command(append(append([]string{"import", "wordpress", "--data", data}, more...), exports...)...)
		if err != nil {
			return "", err
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("import: %w\n%s", err, out)
		}
		return server("serve", data)
	})
}

// themeUnit is the theme unit test of WordPress, imported without its media.
var themeUnit = importer("themeunit", func(string) ([]string, []string, error) {
	path, ok := shared.Find(themeUnitFile)
	if !ok {
		return nil, nil, errors.New("no " + themeUnitFile)
	}
	return []string{path}, nil, nil
})

const themeUnitFile = "data/wordpress/themeunittestdata.wordpress.xml"

// start returns the address of a server, or ends the test.
func start(t testing.TB, site func() (string, error)) string {
	t.Helper()
	url, err := site()
	if err != nil {
		t.Fatal(err)
	}
	return url
}

var chromium = sync.OnceValues(func() (*browser.Browser, error) {
	b, err := browser.Launch()
	if err == nil {
		closeLater(func() { b.Close() })
	}
	return b, err
})

// chrome returns the one Chromium of this package.
func chrome(t testing.TB) *browser.Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	if _, err := browser.Find(); err != nil {
		t.Skip(err)
	}
	b, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// answer is a response with its whole body.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// client follows no redirect.
var client = &http.Client{
	Timeout:       time.Minute,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// ask sends a request without a body, again when it is told to wait.
func ask(t testing.TB, method, url string, header http.Header) answer {
	t.Helper()
	resp, body, err := product.Patiently(client, func() (*http.Request, error) { return newRequest(method, url, header) })
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, body}
}

func newRequest(method, url string, header http.Header) (*http.Request, error) {
	req, err := http.NewRequestWithContext(context.Background(), method, url, nil)
	if err == nil {
		maps.Copy(req.Header, header)
	}
	return req, err
}

// request sends a request without a body once.
func request(method, url string, header http.Header) (answer, error) {
	req, err := newRequest(method, url, header)
	if err != nil {
		return answer{}, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, body}, err
}

// get returns the body at an address that must answer 200.
func get(t testing.TB, url string) answer {
	t.Helper()
	a := ask(t, http.MethodGet, url, nil)
	if a.Status != http.StatusOK {
		t.Fatalf("GET %s answered %d", url, a.Status)
	}
	return a
}
