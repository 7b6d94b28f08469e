package edition

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"unicode/utf8"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/richtext"
)

// The checks before an edition is sent. An error stops it, a warning asks.

// Finding is one thing that was found. Code names it for the words of the desk;
// Args fill them; Detail is what is shown as it is, such as a record.
type Finding struct {
	Stops  bool
	Code   string
	Args   []string
	Detail string
}

// gmailClip is the size at which Gmail cuts a letter off, its end with the link
// to leave included.
const gmailClip = 102 * 1024

// Limits of what is asked about.
const (
	longSubject = 70 // letters that few programs show
	mostLinks   = 40 // that are asked for
	linksAtOnce = 4
)

// Check looks at an edition as it would leave now.
func (s *Service) Check(ctx context.Context, e *Edition) ([]Finding, error) {
	out, err := s.Preview(ctx, e, partAll)
	if err != nil {
		return nil, err
	}
	var all []Finding
	add := func(stops bool, code, detail string, args ...string) {
		all = append(all, Finding{Stops: stops, Code: code, Args: args, Detail: detail})
	}
	s.checkWords(e, out, add)
	s.checkLetter(out, add)
	n, err := s.Readers.Count(ctx, s.DB, e.Audience)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		add(true, "nobody", "")
	}
	if s.Sender == nil || s.From().Address == "" {
		add(true, "no_server", "")
	}
	for _, it := range out.Dropped {
		add(false, "gone", "", s.headline(ctx, it.Article))
	}
	for _, it := range e.Items {
		changed, err := s.inWorks(ctx, it.Article)
		if err != nil {
			return nil, err
		}
		if changed != "" {
			add(false, "in_works", "", changed)
		}
	}
	for _, dead := range s.deadLinks(ctx, out.Links) {
		add(false, "dead_link", dead.address, dead.why)
	}
	_, err = s.domain(ctx, add)
	return all, err
}

func (s *Service) checkWords(e *Edition, out Rendered, add func(bool, string, string, ...string)) {
	switch n := utf8.RuneCountInString(out.Subject); {
	case strings.TrimSpace(out.Subject) == "":
		add(true, "no_subject", "")
	case n > longSubject:
		add(false, "long_subject", "", fmt.Sprint(n), fmt.Sprint(longSubject))
	}
	if e.Subject != "" && e.Subject == strings.ToUpper(e.Subject) && e.Subject != strings.ToLower(e.Subject) && utf8.RuneCountInString(e.Subject) > 10 {
		add(false, "shouting", "")
	}
	if len(e.Items) == 0 && richtext.Text(e.Intro) == "" || out.HTML == "" {
		add(true, "empty", "")
	}
	if e.Preview == "" && e.Kind == Composed {
		add(false, "no_preview", "")
	}
}

func (s *Service) checkLetter(out Rendered, add func(bool, string, string, ...string)) {
	if out.HTML == "" {
		return
	}
	if size := len(out.HTML); size > gmailClip {
		add(false, "too_large", "", fmt.Sprint((size+1023)/1024), "102")
	}
	if strings.TrimSpace(out.Text) == "" {
		add(true, "no_text", "")
	}
	if s.Slots.Unsubscribe == "" || !strings.Contains(out.HTML, s.Slots.Unsubscribe) || !strings.Contains(out.Text, s.Slots.Unsubscribe) {
		add(true, "no_way_out", "")
	}
	missing := map[string]bool{}
	for _, p := range out.Pictures {
		if strings.TrimSpace(p.Alt) == "" && !missing[p.Of] {
			missing[p.Of] = true
			add(false, "no_alt", "", p.Of)
		}
	}
}

// headline names an article for the desk, whatever readers may see of it.
func (s *Service) headline(ctx context.Context, id int64) string {
	var headline string
	if err := s.DB.QueryRow(ctx, `SELECT headline FROM article WHERE id = $1`, id).Scan(&headline); err != nil {
		return db.Key("article", id)
	}
	return headline
}

// inWorks returns the headline of an article of which somebody is writing a
// newer version: the letter has the published one.
func (s *Service) inWorks(ctx context.Context, id int64) (string, error) {
	var headline string
	var working, live int64
	err := s.DB.QueryRow(ctx, `SELECT headline, working_version, live_version FROM article WHERE id = $1`, id).Scan(&headline, &working, &live)
	if err != nil || live == 0 || working == 0 || working == live {
		return "", err
	}
	return headline, nil
}

type deadLink struct{ address, why string }

// deadLinks asks for the addresses that a letter leads to: our own without
// leaving the program, the others through the safe client.
func (s *Service) deadLinks(ctx context.Context, links []string) []deadLink {
	found := make([]deadLink, min(len(links), mostLinks))
	var wait sync.WaitGroup
	gate := make(chan struct{}, linksAtOnce)
	for i := range found {
		wait.Add(1)
		go func() {
			defer wait.Done()
			gate <- struct{}{}
			defer func() { <-gate }()
			if why := s.dead(ctx, links[i]); why != "" {
				found[i] = deadLink{links[i], why}
			}
		}()
	}
	wait.Wait()
	var out []deadLink
	for _, d := range found {
		if d.why != "" {
			out = append(out, d)
		}
	}
	return out
}

func (s *Service) dead(ctx context.Context, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	if origin, err := url.Parse(s.Origin()); err == nil && u.Host == origin.Host {
		if s.Own == nil {
			return ""
		}
		shown, err := s.Own(ctx, u)
		if err == nil && !shown {
			return "404"
		}
		return ""
	}
	if s.Fetch == nil {
		return ""
	}
	status, err := s.Fetch(ctx, address)
	switch {
	case fault.Is(err, fault.Denied):
		return "private"
	case err != nil:
		return "no_answer"
	case status == 404 || status == 410 || status >= 500:
		return fmt.Sprint(status)
	}
	return "" // others ask who we are; that says nothing about readers
}

// Stops tells whether a finding stops the sending.
func Stops(all []Finding) bool {
	for _, f := range all {
		if f.Stops {
			return true
		}
	}
	return false
}
