// Package config reads Dateline's settings: defaults, then the file
// dateline.toml, then DATELINE_… variables, then command line flags; the later
// wins. A key that is not known is an error that names it, where it stands and
// the nearest known one: a misspelt setting never passes silently.
//
// The table in settings.go is the only list of settings. The manual page
// docs/manual/configuration.md is made from it.
package config

import (
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"dateline/internal/fault"
)

// Settings are the values that a running Dateline works with. What each means
// is documented in the table of settings.go.
type Settings struct {
	Data               string
	Database           string // "" for SQLite in Data; see DatabaseURL
	Addr               string // host:port
	URL                string // public origin, "" to take it from the bound address
	Theme              string // folder, "" for the built-in theme
	PageCacheMB        int
	MediaMaxUploadMB   int
	MediaMaxMegapixels int
	TrustedProxies     []netip.Prefix
	LogLevel           slog.Level
	LogFormat          string // "text" or "json"
	FetchPorts         []int
	FetchAllow         []string // "host:port"
	ImportParallel     int
	SMTPHost           string // "" for no mail
	SMTPPort           int
	SMTPUser           string
	SMTPPassword       string
	SMTPSecurity       string // "starttls", "tls" or "none"
	MailFrom           string
	MailRelays         []string // addresses of relays for the newsletter; none for the server of SMTPHost
	MailDomainMost     int      // connections to one provider at once
	MailDomainRate     int      // letters a second to one provider, 0 for no limit
	MailSoftMost       int      // newsletters in a row that must come back for now; 0 for no end
	MailKeepDays       int      // that recipients are kept
	BounceDomain       string
	BounceMailbox      string
	BounceListen       string
	BounceHooks        []string // "provider:secret"
	CommentServiceURL  string
	CommentServiceKey  string // "" for no service that is asked about comments
	SecretKey          string // 64 hexadecimal digits, "" for the key file
}

// DatabaseURL returns the database's address in the form that db.Open takes.
func (s *Settings) DatabaseURL() string {
	if s.Database != "" {
		return s.Database
	}
	return "sqlite:" + filepath.Join(s.Data, "dateline.db")
}

// Sources are where settings come from, weakest first.
type Sources struct {
	File    string            // of --config; "" for dateline.toml in the data folder, if there is one
	Environ []string          // as of os.Environ
	Flags   map[string]string // by key ("page_cache_mb"); only those that were given
}

// Config is the settings together with where each came from.
type Config struct {
	Settings
	File   string // the file that was read, "" for none
	values map[string]sourced
}

// sourced is the text of a setting and its source.
type sourced struct{ text, source string }

const (
	fromDefault = "default"
	fileName    = "dateline.toml"
	prefix      = "DATELINE_"
)

// Load reads and checks all sources. It reports every mistake that it finds,
// not the first only; the error carries fault.Invalid.
func Load(src Sources) (*Config, error) {
	c := &Config{values: map[string]sourced{}}
	for _, s := range table {
		c.values[s.key] = sourced{s.initial, fromDefault}
	}
	var wrong problems
	env := c.environ(src.Environ, &wrong)
	flags := c.flags(src.Flags, &wrong)
	// Only the command line and the environment can say where the file is.
	path, must := src.File, src.File != ""
	if path == "" {
		path, must = env["config"].text, env["config"].text != ""
	}
	delete(env, "config")
	if path == "" {
		path = filepath.Join(first(flags["data"].text, env["data"].text, c.values["data"].text), fileName)
	}
	file, err := c.file(path, must, &wrong)
	if err != nil {
		return nil, err
	}
	for _, layer := range []map[string]sourced{file, env, flags} {
		for key, v := range layer {
			c.values[key] = v
		}
	}
	for _, s := range table {
		v := c.values[s.key]
		if err := s.set(&c.Settings, v.text); err != nil {
			wrong.add("%s (%s): %v", s.key, v.source, err)
		}
	}
	if c.SMTPHost != "" && c.MailFrom == "" {
		wrong.add("smtp_host (%s) needs mail_from: the address that letters come from", c.values["smtp_host"].source)
	}
	return c, wrong.err()
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// environ picks the settings out of the environment.
func (c *Config) environ(environ []string, wrong *problems) map[string]sourced {
	found := map[string]sourced{}
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		rest, ours := strings.CutPrefix(name, prefix)
		if !ours || text == "" || foreign(name) {
			continue
		}
		key := strings.ToLower(rest)
		if s := lookUp(key); (s == nil && key != "config") || rest != strings.ToUpper(rest) {
			wrong.unknown("the environment variable "+name, key, func(near string) string { return prefix + strings.ToUpper(near) })
			continue
		}
		found[key] = sourced{text, "environment " + name}
	}
	return found
}

// foreign tells variables that belong to the project's tests, which hand their
// environment on to the program they test.
func foreign(name string) bool {
	switch name {
	case "DATELINE_LONG", "DATELINE_SHARED", "DATELINE_CHROMIUM", "DATELINE_NODE_MODULES":
		return true
	}
	return strings.HasPrefix(name, "DATELINE_TEST_")
}

func (c *Config) flags(flags map[string]string, wrong *problems) map[string]sourced {
	found := map[string]sourced{}
	for key, text := range flags {
		flag := "--" + strings.ReplaceAll(key, "_", "-")
		if s := lookUp(key); s == nil || s.secret { // others of the machine see flags
			wrong.unknown("the flag "+flag, key, func(near string) string { return "--" + strings.ReplaceAll(near, "_", "-") })
			continue
		}
		found[key] = sourced{text, "flag " + flag}
	}
	return found
}

// Print writes all settings as TOML, each with its source. Secrets are masked:
// the output may be pasted into a bug report.
func (c *Config) Print(w io.Writer) error {
	if c.File != "" {
		if _, err := fmt.Fprintf(w, "# read %s\n", c.File); err != nil {
			return err
		}
	}
	for _, s := range table {
		v := c.values[s.key]
		if _, err := fmt.Fprintf(w, "%-50s # %s\n", s.key+" = "+s.literal(mask(s, v.text)), v.source); err != nil {
			return err
		}
	}
	return nil
}

// mask hides what must not be shown of a value.
func mask(s setting, text string) string {
	if s.secret && text != "" {
		return "********"
	}
	if u, err := url.Parse(text); err == nil && u.User != nil {
		return u.Redacted()
	}
	return text
}

// Check looks at what the settings point to, without changing anything: that
// the data folder can be used, that the theme is there, that no secret lies
// open. It returns all problems in one fault.Invalid.
func (c *Config) Check() error {
	var wrong problems
	switch info, err := os.Stat(c.Data); {
	case err == nil && !info.IsDir():
		wrong.add("data: %s is not a folder", c.Data)
	case err != nil && !os.IsNotExist(err):
		wrong.add("data: %v", err)
	}
	if c.Theme != "" {
		if info, err := os.Stat(c.Theme); err != nil {
			wrong.add("theme: %v", err)
		} else if !info.IsDir() {
			wrong.add("theme: %s is not a folder", c.Theme)
		}
	}
	if c.holdsSecret() {
		if info, err := os.Stat(c.File); err == nil && info.Mode().Perm()&0o077 != 0 {
			wrong.add("%s holds a password and others may read it: chmod 600 %s", c.File, c.File)
		}
	}
	return wrong.err()
}

// holdsSecret tells whether the file set a value that Print masks.
func (c *Config) holdsSecret() bool {
	for _, s := range table {
		if v := c.values[s.key]; c.File != "" && strings.HasPrefix(v.source, c.File) && mask(s, v.text) != v.text {
			return true
		}
	}
	return false
}

// problems collects what is wrong, one line each.
type problems struct{ lines []string }

func (p *problems) add(format string, args ...any) {
	p.lines = append(p.lines, fmt.Sprintf(format, args...))
}

// unknown reports a key that does not exist. spell writes a key as it would
// stand in the same place.
func (p *problems) unknown(what, key string, spell func(key string) string) {
	advice := "remove it; `dateline config` lists the known settings"
	if near := nearest(key); near != "" {
		advice = "did you mean " + spell(near) + "?"
	}
	p.add("%s is not known: %s", what, advice)
}

func (p *problems) err() error {
	if len(p.lines) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "%s", strings.Join(p.lines, "\n")).
		WithHint("the settings are described in docs/manual/configuration.md")
}
