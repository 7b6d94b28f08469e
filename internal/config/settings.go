package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// setting is one row of the table: everything there is to know about it.
type setting struct {
	key     string
	initial string // as text; "" for none
	kind    kind
	secret  bool
	envOnly bool // must not stand in a file
	doc     string
	set     func(s *Settings, text string) error
}

// kind is how a value is written in a file.
type kind string

const (
	text   kind = "text"
	number kind = "number"
	list   kind = "list"
)

// table lists all settings.
var table = []setting{
	{key: "data", initial: "./dateline-data", kind: text, envOnly: true,
		doc: "The data folder: database, media, secret key. It is made when it is missing. Not a setting of the file, which lies in it.",
		set: func(s *Settings, v string) error { s.Data = v; return filled(v) }},
	{key: "database", kind: text,
		doc: "Address of the database: `postgres://user:password@host/name` or `sqlite:/path/file.db`. Empty is SQLite in the data folder.",
		set: func(s *Settings, v string) error { s.Database = v; return checkDatabase(v) }},
	{key: "addr", initial: "127.0.0.1:8080", kind: text,
		doc: "Host and port to listen on. Port 0 picks a free one. An empty host (`:8080`) listens on all interfaces.",
		set: func(s *Settings, v string) error { s.Addr = v; return checkAddr(v) }},
	{key: "url", kind: text,
		doc: "The public origin of the site, such as `https://news.example`. Requests for other host names are refused. Empty takes it from the bound address, which is right only on one's own machine.",
		set: func(s *Settings, v string) (err error) { s.URL, err = origin(v); return err }},
	{key: "theme", kind: text,
		doc: "Folder of a theme that overlays the built-in one file by file. Empty is the built-in theme.",
		set: func(s *Settings, v string) error { s.Theme = v; return nil }},
	{key: "page_cache_mb", initial: "32", kind: number,
		doc: "Memory for ready pages, in MB (2²⁰ bytes). 0 switches the page cache off.",
		set: func(s *Settings, v string) (err error) { s.PageCacheMB, err = integer(v, 0, 1<<20); return err }},
	{key: "media_max_upload_mb", initial: "200", kind: number,
		doc: "Largest file that may be uploaded or fetched, in MB.",
		set: func(s *Settings, v string) (err error) { s.MediaMaxUploadMB, err = integer(v, 1, 1<<20); return err }},
	{key: "media_max_megapixels", initial: "40", kind: number,
		doc: "Largest picture that is decoded, in millions of pixels. Each megapixel takes up to 8 MB while it is worked on.",
		set: func(s *Settings, v string) (err error) { s.MediaMaxMegapixels, err = integer(v, 1, 1000); return err }},
	{key: "trusted_proxies", kind: list,
		doc: "Address ranges of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, such as `10.0.0.0/8`. `X-Forwarded-Host` is never believed.",
		set: func(s *Settings, v string) (err error) { s.TrustedProxies, err = prefixes(v); return err }},
	{key: "log_level", initial: "info", kind: text,
		doc: "What is logged: `debug`, `info`, `warn` or `error` and worse.",
		set: func(s *Settings, v string) error { return level(&s.LogLevel, v) }},
	{key: "log_format", initial: "text", kind: text,
		doc: "How log lines are written: `text` or `json`.",
		set: func(s *Settings, v string) error { s.LogFormat = v; return oneOf(v, "text", "json") }},
	{key: "fetch_ports", kind: list,
		doc: "Ports that Dateline may fetch from besides 80 and 443, for instance when an import reads media from a test server.",
		set: func(s *Settings, v string) (err error) { s.FetchPorts, err = ports(v); return err }},
	{key: "fetch_allow", kind: list,
		doc: "Hosts (`host:port`) that Dateline may fetch from although their address is private. Each opens that service to whoever can make Dateline fetch; keep it short.",
		set: func(s *Settings, v string) (err error) { s.FetchAllow, err = hosts(v); return err }},
	{key: "import_parallel", initial: "4", kind: number,
		doc: "How many media files an import fetches at once.",
		set: func(s *Settings, v string) (err error) { s.ImportParallel, err = integer(v, 1, 64); return err }},
	{key: "smtp_host", kind: text,
		doc: "Name of the mail server that takes Dateline's letters: invitations, links for new passwords. Any that speaks SMTP; it may have a private address. Empty sends no mail: links are shown to hand on.",
		set: func(s *Settings, v string) error { s.SMTPHost = v; return checkHost(v) }},
	{key: "smtp_port", initial: "587", kind: number,
		doc: "Its port: usually 587 with `starttls`, 465 with `tls`, 25 with `none`.",
		set: func(s *Settings, v string) (err error) { s.SMTPPort, err = integer(v, 1, 65535); return err }},
	{key: "smtp_user", kind: text,
		doc: "Name to sign in to the mail server with. Empty does not sign in.",
		set: func(s *Settings, v string) error { s.SMTPUser = v; return nil }},
	{key: "smtp_password", kind: text, secret: true,
		doc: "Password to sign in to the mail server with. A file that holds it must be readable by its owner only.",
		set: func(s *Settings, v string) error { s.SMTPPassword = v; return nil }},
	{key: "smtp_security", initial: "starttls", kind: text,
		doc: "How the connection to the mail server is secured: `starttls` (begins in the clear and must change to TLS), `tls` (from the first byte) or `none`. Certificates are verified. With `none`, a password is only sent to a server on this machine.",
		set: func(s *Settings, v string) error { s.SMTPSecurity = v; return oneOf(v, "starttls", "tls", "none") }},
	{key: "mail_from", kind: text,
		doc: "Address that letters come from, such as `news@paper.example` or `The Gull <news@paper.example>`. The mail server must be allowed to send for it (SPF, DKIM).",
		set: func(s *Settings, v string) error { s.MailFrom = v; return checkSender(v) }},
	{key: "mail_relays", kind: list, secret: true,
		doc: "Mail servers that take the newsletter, such as `smtp://user:password@host:587?connections=20&rate=50&weight=1&priority=1`; `smtps://` is TLS from the first byte, `smtp+plain://` in the clear. Empty sends it through the server of `smtp_host`. [Delivery](delivery.md) says how several share the work.",
		set: func(s *Settings, v string) (err error) { s.MailRelays = items(v); return nil }},
	{key: "mail_domain_connections", initial: "10", kind: number,
		doc: "How many letters of a newsletter are on their way to one mail provider at a time, at most. It adapts below that by itself.",
		set: func(s *Settings, v string) (err error) { s.MailDomainMost, err = integer(v, 1, 1000); return err }},
	{key: "mail_domain_rate", initial: "0", kind: number,
		doc: "How many letters of a newsletter go to one mail provider a second, at most. 0 sets no limit.",
		set: func(s *Settings, v string) (err error) { s.MailDomainRate, err = integer(v, 0, 10_000); return err }},
	{key: "mail_soft_bounces", initial: "3", kind: number,
		doc: "How many newsletters in a row must be refused for now (a full mailbox and the like), over a week at least, before a reader gets no more. 0 never ends a reader for that.",
		set: func(s *Settings, v string) (err error) { s.MailSoftMost, err = integer(v, 0, 100); return err }},
	{key: "mail_keep_days", initial: "90", kind: number,
		doc: "For how many days after a newsletter it is kept what became of each reader's letter. After that only who got which version is, for corrections, and the sums.",
		set: func(s *Settings, v string) (err error) { s.MailKeepDays, err = integer(v, 7, 3650); return err }},
	{key: "bounce_domain", kind: text,
		doc: "Domain whose mail comes to `bounce_mailbox` or `bounce_listen`. Letters then carry a return path `bounce+…@` it, by which a bounce names its letter. Empty: bounces go to `mail_from`.",
		set: func(s *Settings, v string) error { s.BounceDomain = v; return checkHost(v) }},
	{key: "bounce_mailbox", kind: text, secret: true,
		doc: "Mailbox with bounces and complaints: `imaps://user:password@host/INBOX` or `pop3s://user:password@host`. Reports are removed once they are read, other mail is left alone.",
		set: func(s *Settings, v string) error { s.BounceMailbox = v; return nil }},
	{key: "bounce_listen", kind: text,
		doc: "Address at which Dateline takes bounces itself, such as `lmtp://127.0.0.1:2424` behind a mail server or `smtp://0.0.0.0:25` as the domain's own. Everything but reports about letters of its own is refused.",
		set: func(s *Settings, v string) error { s.BounceListen = v; return nil }},
	{key: "bounce_hooks", kind: list, secret: true,
		doc: "Mail providers that report bounces over HTTP, each with what proves its messages: `ses:TOPIC-ARN`, `postmark:NAME:PASSWORD`, `mailgun:SIGNING-KEY`, `sendgrid:PUBLIC-KEY`. They post to `/newsletter/bounces/PROVIDER`.",
		set: func(s *Settings, v string) error { s.BounceHooks = items(v); return checkHooks(s.BounceHooks) }},
	{key: "comment_service_url", kind: text,
		doc: "Address of a service that speaks Akismet's protocol and is asked about readers' comments; empty with a key is Akismet's own. Without a key nobody is asked. What readers write, their names, addresses and network addresses go there: the privacy page must say so.",
		set: func(s *Settings, v string) error { s.CommentServiceURL = v; return nil }},
	{key: "comment_service_key", kind: text, secret: true,
		doc: "Key that the service of `comment_service_url` gave you.",
		set: func(s *Settings, v string) error { s.CommentServiceKey = v; return nil }},
	{key: "secret_key", kind: text, secret: true, envOnly: true,
		doc: "The site's 32-byte secret key in 64 hexadecimal digits. Empty reads `secret.key` in the data folder, which is made at the first start. Only a variable: neither file nor flag may hold it.",
		set: func(s *Settings, v string) error { s.SecretKey = v; return checkKey(v) }},
}

func lookUp(key string) *setting {
	for i := range table {
		if table[i].key == key {
			return &table[i]
		}
	}
	return nil
}

// literal writes a value as it stands in a file.
func (s *setting) literal(value string) string {
	switch s.kind {
	case number:
		return value
	case list:
		var quoted []string
		for _, item := range items(value) {
			quoted = append(quoted, strconv.Quote(item))
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	}
	return strconv.Quote(value)
}

// items splits a list, which variables and flags write with commas.
func items(value string) []string {
	var found []string
	for item := range strings.SplitSeq(value, ",") {
		if item = strings.TrimSpace(item); item != "" {
			found = append(found, item)
		}
	}
	return found
}

func filled(v string) error {
	if v == "" {
		return errors.New("must not be empty")
	}
	return nil
}

func integer(v string, low, high int) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%q is not a whole number from %d to %d", v, low, high)
	}
	return n, nil
}

func oneOf(v string, allowed ...string) error {
	for _, a := range allowed {
		if v == a {
			return nil
		}
	}
	return fmt.Errorf("%q is none of %s", v, strings.Join(allowed, ", "))
}

func level(to *slog.Level, v string) error {
	if err := oneOf(v, "debug", "info", "warn", "error"); err != nil {
		return err
	}
	return to.UnmarshalText([]byte(v))
}

func checkDatabase(v string) error {
	for _, scheme := range []string{"sqlite:", "postgres://", "postgresql://"} {
		if strings.HasPrefix(v, scheme) {
			return nil
		}
	}
	if v == "" {
		return nil
	}
	return errors.New("a database address begins with sqlite: or postgres://")
}

func checkAddr(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return fmt.Errorf("%q is not HOST:PORT", v)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%q is not a port", port)
	}
	return nil
}

// origin reads a scheme and a host, nothing after them.
func origin(v string) (string, error) {
	if v == "" {
		return "", nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%q is not an origin such as https://news.example", v)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host), nil
}

func prefixes(v string) ([]netip.Prefix, error) {
	var found []netip.Prefix
	for _, item := range items(v) {
		if addr, err := netip.ParseAddr(item); err == nil {
			found = append(found, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(item)
		if err != nil {
			return nil, fmt.Errorf("%q is not an address range such as 10.0.0.0/8", item)
		}
		found = append(found, prefix.Masked())
	}
	return found, nil
}

func ports(v string) ([]int, error) {
	var found []int
	for _, item := range items(v) {
		n, err := integer(item, 1, 65535)
		if err != nil {
			return nil, err
		}
		found = append(found, n)
	}
	return found, nil
}

func hosts(v string) ([]string, error) {
	found := items(v)
	for _, item := range found {
		if host, _, err := net.SplitHostPort(item); err != nil || host == "" {
			return nil, fmt.Errorf("%q is not HOST:PORT", item)
		}
	}
	return found, nil
}

func checkHost(v string) error {
	if strings.ContainsAny(v, " /:@\r\n") && net.ParseIP(v) == nil {
		return fmt.Errorf("%q is not the name of a host; the port is smtp_port", v)
	}
	return nil
}

func checkSender(v string) error {
	if v == "" {
		return nil
	}
	if _, err := mail.ParseAddress(v); err != nil || strings.ContainsAny(v, "\r\n") {
		return fmt.Errorf("%q is not an address such as news@paper.example", v)
	}
	return nil
}

func checkHooks(hooks []string) error {
	for _, hook := range hooks {
		provider, secret, _ := strings.Cut(hook, ":")
		if err := oneOf(provider, "ses", "postmark", "mailgun", "sendgrid"); err != nil || secret == "" {
			return errors.New("each is PROVIDER:SECRET, the provider one of ses, postmark, mailgun, sendgrid") // never the value
		}
	}
	return nil
}

func checkKey(v string) error {
	if raw, err := hex.DecodeString(v); v != "" && (err != nil || len(raw) != 32) {
		return errors.New("it must be 64 hexadecimal digits") // never the value
	}
	return nil
}
