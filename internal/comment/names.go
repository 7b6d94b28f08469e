package comment

import (
	"context"
	"strings"
	"sync"
	"time"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/settings"
)

// nameSet is what names of readers are held against.
type nameSet struct {
	people map[string]struct{} // skeletons of colleagues and bylines
	until  time.Time
}

const (
	namesFor  = time.Minute
	mostNames = 20_000
)

// offices are what no reader is called, in the languages of the interface.
var offices = []string{"editor", "editors", "the editors", "editorial team", "newsroom", "moderator", "moderators", "moderation", "admin", "administrator", "staff", "support",
	"redaktion", "die redaktion", "redakteur", "redakteurin", "chefredaktion", "administration",
	"rédaction", "la rédaction", "rédacteur", "rédactrice", "modérateur", "modératrice", "modération",
	"redacción", "la redacción", "redactor", "redactora", "moderador", "moderadora", "administrador",
	"التحرير", "هيئة التحرير", "المحرر", "المشرف", "الإدارة"}

// officeLooks are what offices look like.
var officeLooks = sync.OnceValue(func() map[string]struct{} {
	looks := make(map[string]struct{}, len(offices))
	for _, office := range offices {
		looks[skeleton(office)] = struct{}{}
	}
	return looks
})

// posing holds a comment whose name makes readers take its writer for the
// newsroom or for one of its people.
func (s *Service) posing(ctx context.Context, w written, site settings.Site, who person, e *entry) error {
	look := skeleton(w.name)
	if look == "" {
		return nil
	}
	if _, office := officeLooks()[look]; office {
		e.hold(StatusPending, Reason{WhyStaff, w.name})
		return nil
	}
	if title := skeleton(site.Title); len(title) > 4 && strings.Contains(look, title) {
		e.hold(StatusPending, Reason{WhyStaff, w.name})
		return nil
	}
	names, err := s.staffNames(ctx)
	if err != nil {
		return err
	}
	// A namesake whose comments were approved before is known by now.
	if _, taken := names.people[look]; taken && !who.trusted {
		e.hold(StatusPending, Reason{WhyByline, w.name})
	}
	return nil
}

func (s *Service) staffNames(ctx context.Context) (*nameSet, error) {
	now := s.clock.Now()
	if known := s.names.Load(); known != nil && now.Before(known.until) {
		return known, nil
	}
	fresh := &nameSet{people: map[string]struct{}{}, until: now.Add(namesFor)}
	rows, err := s.db.Query(ctx, `SELECT name FROM profile ORDER BY updated_at DESC LIMIT $1`, int64(mostNames))
	names, err := db.All(rows, err, scanText)
	if err != nil {
		return nil, err
	}
	if s.accounts != nil {
		colleagues, err := s.accounts.Colleagues(ctx, account.System("comments"))
		if err != nil {
			return nil, err
		}
		for _, c := range colleagues {
			names = append(names, c.Name)
		}
	}
	for _, name := range names {
		if look := skeleton(name); len(look) > 2 {
			fresh.people[look] = struct{}{}
		}
	}
	s.names.Store(fresh)
	return fresh, nil
}
