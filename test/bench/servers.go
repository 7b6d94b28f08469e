package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"dateline/test/debian"
	"dateline/test/product"
)

// server is a running process that answers at Origin.
type server struct {
	Origin string
	Pid    int
	ready  time.Duration // from the start of the process to its first page
	stop   func()
}

// startDateline runs the built program on a data folder with the settings that
// a new user has, but for those given.
func startDateline(ctx context.Context, program, data string, settings ...string) (*server, error) {
	cmd := product.Command(ctx, program, "serve", "--data", data, "--addr", "127.0.0.1:0")
	cmd.Env = product.Environ(settings...)
	return await(cmd)
}

// withoutCache is the setting that renders every page anew.
const withoutCache = "DATELINE_PAGE_CACHE_MB=0"

// trustUs is the setting that believes whom a request of ours says it is for.
const trustUs = "DATELINE_TRUSTED_PROXIES=127.0.0.0/8"

// startDemo fills the sample newsroom in a data folder and serves it.
func startDemo(ctx context.Context, program, data string) (*server, error) {
	return await(product.Command(ctx, program, "demo", "--no-letters", "--data", data, "--addr", "127.0.0.1:0"))
}

// await starts a Dateline and waits for its first page.
func await(cmd *exec.Cmd) (*server, error) {
	start := time.Now()
	p, err := product.Start(cmd)
	if err != nil {
		return nil, err
	}
	if _, err := get(p.Origin+"/", false); err != nil {
		p.Stop()
		return nil, err
	}
	return &server{Origin: p.Origin, Pid: p.Pid, ready: time.Since(start), stop: p.Stop}, nil
}

// nginxConfig serves files with gzip_static from memory of the file system, as
// fast as nginx goes: no log, open files kept, connections kept.
const nginxConfig = `daemon off;
user root;
worker_processes auto;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log;
events { worker_connections 4096; multi_accept on; }
http {
  default_type text/html;
  charset utf-8;
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  open_file_cache max=20000 inactive=1h;
  open_file_cache_valid 1h;
  gzip_static on;
  gzip_vary on;
  client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  server { listen %[2]s; root %[1]s/root; index index.html; }
}
`

// startNginx serves the bytes that origin answers at the paths, stored as
// files, each with its gzip form beside it.
func startNginx(ctx context.Context, dir, origin string, paths []string) (*server, error) {
	for _, path := range paths {
		if err := mirror(dir, origin, path); err != nil {
			return nil, err
		}
	}
	program, err := debian.Look("nginx")
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	l.Close()
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, nginxConfig, dir, address), 0o644); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, "-c", config, "-p", dir)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	s := &server{Origin: "http://" + address, Pid: cmd.Process.Pid, stop: func() { cmd.Process.Signal(syscall.SIGTERM); <-ended }}
	for range 500 {
		if _, err = get(s.Origin+paths[0], false); err == nil {
			return s, nil
		}
		select {
		case <-ended:
			return nil, fmt.Errorf("nginx: %s", bytes.TrimSpace(problems.Bytes()))
		case <-time.After(10 * time.Millisecond):
		}
	}
	s.stop()
	return nil, fmt.Errorf("nginx did not answer: %w", err)
}

// mirror stores what origin answers at a path.
func mirror(dir, origin, path string) error {
	plain, err := get(origin+path, false)
	if err != nil {
		return err
	}
	packed, err := get(origin+path, true)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, "root", filepath.FromSlash(path))
	if strings.HasSuffix(path, "/") {
		file = filepath.Join(file, "index.html")
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file, plain, 0o644); err != nil {
		return err
	}
	if r, err := gzip.NewReader(bytes.NewReader(packed)); err != nil {
		return fmt.Errorf("%s is not sent as gzip when asked: %w", path, err)
	} else if text, err := io.ReadAll(r); err != nil || !bytes.Equal(text, plain) {
		return fmt.Errorf("%s: the gzip form differs from the plain one (%v)", path, err)
	}
	return os.WriteFile(file+".gz", packed, 0o644)
}

// client follows no redirects and unpacks nothing: bytes are what is measured.
var client = &http.Client{
	Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 4},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

var readers atomic.Uint32

// get returns the body of a page that answers 200.
func get(address string, packed bool) ([]byte, error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	// A server told to trust us sees a new reader each time, so that no limit
	// for one reader ends the measuring.
	n := readers.Add(1)
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255))
	if packed {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body := make([]byte, max(resp.ContentLength, 0))
	if resp.ContentLength < 0 {
		body, err = io.ReadAll(resp.Body)
	} else {
		_, err = io.ReadFull(resp.Body, body)
	}
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", address, resp.Status)
	}
	return body, err
}
