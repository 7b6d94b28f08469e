package comment

import (
	"context"
	"database/sql"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/comment/guard"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/fold"
	"dateline/internal/id"
	"dateline/internal/richtext"
)

// compiledRule is a rule ready to be held against comments.
type compiledRule struct {
	Rule
	words []string
	net   netip.Prefix
}

const (
	mostRules   = 2000
	mostPattern = 200
)

// compile checks a rule.
func (r Rule) compile() (compiledRule, error) {
	c := compiledRule{Rule: r}
	c.Pattern = tameLine(r.Pattern)
	bad := func(format string, args ...any) (compiledRule, error) {
		return c, fault.New(fault.Invalid, "the rule “"+strings.ReplaceAll(c.Pattern, "%", "%%")+"”: "+format, args...)
	}
	if !slices.Contains([]RuleAction{ActHold, ActSpam, ActRefuse}, r.Action) {
		return bad("choose what follows from it: hold, spam or refuse")
	}
	if c.Pattern == "" || len(c.Pattern) > mostPattern {
		return bad("write between 1 and %d characters", mostPattern)
	}
	switch r.Kind {
	case RuleWord, RuleName:
		if c.words = foldWords(c.Pattern); len(c.words) == 0 {
			return bad("there is no word in it")
		}
	case RuleDomain, RuleMail:
		c.Pattern = strings.TrimPrefix(strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(c.Pattern, "https://"), "http://")), "www.")
		c.Pattern, _, _ = strings.Cut(c.Pattern, "/")
		if !strings.Contains(c.Pattern, ".") || strings.ContainsAny(c.Pattern, " @:") {
			return bad("write a domain such as example.org")
		}
	case RuleRange:
		net, err := netip.ParsePrefix(c.Pattern)
		if addr, e := netip.ParseAddr(c.Pattern); e == nil {
			net, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return bad("write an address range such as 192.0.2.0/24 or 2001:db8::/32")
		}
		c.net = net.Masked()
	default:
		return bad("%q is no kind of rule", string(r.Kind))
	}
	return c, nil
}

func foldWords(text string) []string {
	var out []string
	for _, t := range fold.Tokens(text) {
		out = append(out, t.Word)
	}
	return out
}

// holds reports whether words follow each other in a text.
func holds(text, words []string) bool {
	for i := 0; i+len(words) <= len(text); i++ {
		if slices.Equal(text[i:i+len(words)], words) {
			return true
		}
	}
	return false
}

// ruled applies the rules to a comment; Denied when one refuses it.
func (s *Service) ruled(ctx context.Context, p *Post, w written, e *entry) error {
	rules, err := s.compiled(ctx)
	if err != nil || len(rules) == 0 {
		return err
	}
	f := ruleFacts{text: foldWords(richtext.Text(w.body)), name: foldWords(w.name), domains: linkDomains(w)}
	if w.hasMail {
		f.mail = w.box.Domain
	}
	if client := p.Client.Unmap().WithZone(""); client.IsValid() {
		f.client = netip.PrefixFrom(client, client.BitLen())
	}
	for i := range rules {
		r := &rules[i]
		switch {
		case !r.fits(&f):
		case r.Action == ActRefuse:
			return fault.New(fault.Denied, "this comment is not taken here: %w", ErrRefused).WithHint("the rules of this site's conversation say what is welcome")
		case r.Action == ActSpam:
			e.hold(StatusSpam, Reason{WhyRule, r.Pattern})
		default:
			e.hold(StatusPending, Reason{WhyRule, r.Pattern})
		}
	}
	return nil
}

// linkDomains are the hosts that a comment leads to.
func linkDomains(w written) []string {
	var out []string
	for _, link := range append(richtext.Links(w.body), w.url) {
		if u, err := url.Parse(link); err == nil && u.Hostname() != "" {
			out = append(out, strings.ToLower(u.Hostname()))
		}
	}
	return append(out, guard.Domains(guard.Sign{Text: richtext.Text(w.body), Name: w.name, URL: w.url})...)
}

// within reports whether a host is a domain or below it.
func within(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

func (s *Service) compiled(ctx context.Context) ([]compiledRule, error) {
	return s.rules.get(func() ([]compiledRule, error) {
		all, err := s.readRules(ctx)
		if err != nil {
			return nil, err
		}
		out := make([]compiledRule, 0, len(all))
		for _, r := range all {
			if c, err := r.compile(); err == nil { // it was checked when it was saved
				out = append(out, c)
			}
		}
		return out, nil
	})
}

func (s *Service) readRules(ctx context.Context) ([]Rule, error) {
	rows, err := s.db.Query(ctx, `SELECT id, kind, pattern, action FROM comment_rule ORDER BY position, id`)
	return db.All(rows, err, func(r *sql.Rows) (one Rule, err error) {
		return one, r.Scan(&one.ID, &one.Kind, &one.Pattern, &one.Action)
	})
}

// Rules returns the rules in their order.
func (s *Service) Rules(ctx context.Context, actor account.Actor) ([]Rule, error) {
	if err := moderator(actor); err != nil {
		return nil, err
	}
	return s.readRules(ctx)
}

// SaveRules replaces the rules. They are in force for comments from then on.
func (s *Service) SaveRules(ctx context.Context, actor account.Actor, rules []Rule) error {
	if err := moderator(actor); err != nil {
		return err
	}
	if len(rules) > mostRules {
		return fault.New(fault.Invalid, "%d rules: %d are the most", len(rules), mostRules)
	}
	compiled := make([]compiledRule, len(rules))
	for i, r := range rules {
		var err error
		if compiled[i], err = r.compile(); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM comment_rule`); err != nil {
			return err
		}
		for i, r := range compiled {
			if r.ID == 0 {
				r.ID = id.New()
			}
			if _, err := tx.Exec(ctx, `INSERT INTO comment_rule (id, kind, pattern, action, position, updated_at) VALUES ($1, $2, $3, $4, $5, $6)`,
				r.ID, string(r.Kind), r.Pattern, string(r.Action), int64(i), s.now()); err != nil {
				return err
			}
		}
		tx.Purge(keyRules)
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "change", "comment rules", 0, map[string]int{"rules": len(rules)})
	})
}
