package config

import (
	"flag"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dateline/internal/fault"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "write docs/manual/configuration.md")

func TestManual_IsFresh(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "manual", "configuration.md")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(Manual()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Manual(), string(got)); diff != "" {
		t.Errorf("docs/manual/configuration.md is stale; run go test ./internal/config -update\n%s", diff)
	}
}

func TestLoad_Defaults(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := Load(Sources{})
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{Data: "./dateline-data", Addr: "127.0.0.1:8080", PageCacheMB: 32, MediaMaxUploadMB: 200,
		MediaMaxMegapixels: 40, LogLevel: slog.LevelInfo, LogFormat: "text", ImportParallel: 4, SMTPPort: 587, SMTPSecurity: "starttls", MailDomainMost: 10, MailSoftMost: 3, MailKeepDays: 90}
	if diff := cmp.Diff(want, c.Settings); diff != "" {
		t.Error(diff)
	}
	if got := c.DatabaseURL(); got != "sqlite:dateline-data/dateline.db" {
		t.Errorf("database %q", got)
	}
}

func TestLoad_LaterSourceWins(t *testing.T) {
	data := t.TempDir()
	file := write(t, data, "dateline.toml", `
page_cache_mb = 10
log_level = "warn"
log_format = "json"
trusted_proxies = ["10.1.2.3/8", "::1"]
fetch_ports = [8080, 9000]
url = "https://News.Example/"
`)
	c, err := Load(Sources{
		Environ: []string{"DATELINE_DATA=" + data, "DATELINE_PAGE_CACHE_MB=20", "DATELINE_LOG_LEVEL=error", "PATH=/bin",
			"DATELINE_TEST_POSTGRES=x", "DATELINE_THEME=", "DATELINE_FETCH_ALLOW=localhost:9, [::1]:80"},
		Flags: map[string]string{"page_cache_mb": "30"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{Data: data, Addr: "127.0.0.1:8080", PageCacheMB: 30, MediaMaxUploadMB: 200, MediaMaxMegapixels: 40,
		LogLevel: slog.LevelError, LogFormat: "json", ImportParallel: 4, SMTPPort: 587, SMTPSecurity: "starttls", MailDomainMost: 10, MailSoftMost: 3, MailKeepDays: 90, FetchPorts: []int{8080, 9000}, URL: "https://news.example",
		FetchAllow:     []string{"localhost:9", "[::1]:80"},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
	if diff := cmp.Diff(want, c.Settings, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
	if c.File != file {
		t.Errorf("read %q", c.File)
	}
}

func TestLoad_NamesEveryMistake(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		environ    []string
		flags      map[string]string
		want       []string
	}{
		{name: "misspelt key", file: "addr = \":1\"\n\npage_cahce_mb = 3\n", want: []string{`line 3: the key "page_cahce_mb" is not known: did you mean page_cache_mb?`}},
		{name: "unknown key", file: "# x\nfrobnicate = true\n", want: []string{`line 2: the key "frobnicate" is not known: remove it`}},
		{name: "unknown table", file: "addr = \":1\"\n[media]\nmax = 3\n", want: []string{`line 2: the key "media"`}},
		{name: "dashes", file: "log-level = \"info\"\n", want: []string{"did you mean log_level?"}},
		{name: "broken file", file: "addr = \"x\n", want: []string{"dateline.toml, line 1: "}},
		{name: "double key", file: "addr = \":1\"\naddr = \":2\"\n", want: []string{"line 2"}},
		{name: "text for a number", file: "page_cache_mb = \"3\"\n", want: []string{`line 1: "page_cache_mb" must be a number, such as page_cache_mb = 32`}},
		{name: "number for a text", file: "addr = 8080\n", want: []string{`"addr" must be a text`}},
		{name: "text for a list", file: "fetch_ports = \"1\"\n", want: []string{`"fetch_ports" must be a list`}},
		{name: "list of lists", file: "fetch_ports = [[1]]\n", want: []string{`"fetch_ports" must be a list`}},
		{name: "data in the file", file: "data = \"/x\"\n", want: []string{`"data" cannot be set in a file: use the variable DATELINE_DATA`}},
		{name: "key in the file", file: "secret_key = \"00\"\n", want: []string{"DATELINE_SECRET_KEY"}},
		{name: "misspelt variable", environ: []string{"DATELINE_DATABSE=x"}, want: []string{"the environment variable DATELINE_DATABSE is not known: did you mean DATELINE_DATABASE?"}},
		{name: "lower-case variable", environ: []string{"DATELINE_addr=:1"}, want: []string{"did you mean DATELINE_ADDR?"}},
		{name: "unknown flag", flags: map[string]string{"page_cache": "1"}, want: []string{"--page-cache is not known: did you mean --page-cache-mb?"}},
		{name: "bad values", environ: []string{"DATELINE_ADDR=8080", "DATELINE_PAGE_CACHE_MB=-1", "DATELINE_URL=https://x/y", "DATELINE_LOG_LEVEL=loud",
			"DATELINE_LOG_FORMAT=xml", "DATELINE_TRUSTED_PROXIES=10.0.0.0/33", "DATELINE_FETCH_PORTS=0", "DATELINE_FETCH_ALLOW=localhost", "DATELINE_DATABASE=mysql://x"},
			want: []string{`addr (environment DATELINE_ADDR): "8080" is not HOST:PORT`, "page_cache_mb", "url (", "log_level", "log_format", "trusted_proxies", "fetch_ports", "fetch_allow", "database ("}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := t.TempDir()
			if tt.file != "" {
				write(t, data, "dateline.toml", tt.file)
			}
			_, err := Load(Sources{Environ: append(tt.environ, "DATELINE_DATA="+data), Flags: tt.flags})
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("error %v", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in:\n%v", want, err)
				}
			}
		})
	}
}

func TestLoad_NamedFile(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "other.toml", "page_cache_mb = 7\n")
	for _, src := range []Sources{{File: file}, {Environ: []string{"DATELINE_CONFIG=" + file}}} {
		c, err := Load(src)
		if err != nil || c.PageCacheMB != 7 {
			t.Errorf("%+v: %v", src, err)
		}
	}
	if _, err := Load(Sources{File: filepath.Join(dir, "absent.toml")}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a named file that is absent: %v", err)
	}
}

func TestPrint_MasksSecretsAndNamesSources(t *testing.T) {
	data := t.TempDir()
	file := write(t, data, "dateline.toml", "database = \"postgres://dl:sesame@db/news\"\n")
	key := strings.Repeat("ab", 32)
	c, err := Load(Sources{Environ: []string{"DATELINE_DATA=" + data, "DATELINE_SECRET_KEY=" + key}, Flags: map[string]string{"addr": ":0"}})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := c.Print(&b); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"sesame", key} {
		if strings.Contains(b.String(), secret) {
			t.Errorf("%q is shown:\n%s", secret, b.String())
		}
	}
	for _, want := range []string{`database = "postgres://dl:xxxxx@db/news"`, "# " + file + ", line 1", `addr = ":0"`, "# flag --addr", "# default",
		"# environment DATELINE_SECRET_KEY", "fetch_ports = []", "page_cache_mb = 32 "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in:\n%s", want, b.String())
		}
	}
	// What was printed reads back, secrets and the data folder apart.
	var kept []string
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "data ") && !strings.HasPrefix(line, "secret_key ") {
			kept = append(kept, line)
		}
	}
	if _, err := Load(Sources{File: write(t, data, "again.toml", strings.Join(kept, ""))}); err != nil {
		t.Error(err)
	}
}

func TestLoad_NeverShowsASecretInAnError(t *testing.T) {
	_, err := Load(Sources{Environ: []string{"DATELINE_SECRET_KEY=sesame-open"}})
	if err == nil || strings.Contains(err.Error(), "sesame") {
		t.Errorf("error %v", err)
	}
}

func TestCheck(t *testing.T) {
	data := t.TempDir()
	file := write(t, data, "dateline.toml", "database = \"postgres://dl:sesame@db/news\"\ntheme = \"/nowhere\"\n")
	c, err := Load(Sources{Environ: []string{"DATELINE_DATA=" + data}})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Check()
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "theme: ") || !strings.Contains(err.Error(), "chmod 600 "+file) {
		t.Errorf("error %v", err)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	c.Theme = data
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	c.Data = file
	if err := c.Check(); err == nil {
		t.Error("a file as data folder passed")
	}
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
