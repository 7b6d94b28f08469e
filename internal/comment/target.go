package comment

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"dateline/internal/article"
	"dateline/internal/comment/guard"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/settings"
)

// target is an article as far as comments on it need to know.
type target struct {
	article article.Article
	words   *guard.Article
	until   time.Time // when to look again: embargoes end by the clock
}

const (
	targetFor   = 5 * time.Second
	mostTargets = 256
)

// targets keeps the articles that are commented on right now.
type targets struct {
	mu    sync.Mutex
	known map[int64]*target
	turn  int64
	reads singleflight.Group // by article and turn: many comments come at once
}

// forget drops the article of a number as it stands in a purge key, "" for all.
func (t *targets) forget(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn++
	for id := range t.known {
		if key == "" || decimal(id) == key {
			delete(t.known, id)
		}
	}
}

// target returns an article that readers may see.
func (s *Service) target(ctx context.Context, id int64) (*target, error) {
	now := s.clock.Now()
	s.targets.mu.Lock()
	known, turn := s.targets.known[id], s.targets.turn
	s.targets.mu.Unlock()
	if known != nil && now.Before(known.until) {
		return known, nil
	}
	read, err, _ := s.targets.reads.Do(fmt.Sprintf("%d at %d", id, turn), func() (any, error) {
		return s.readTarget(context.WithoutCancel(ctx), id)
	})
	if err != nil {
		return nil, err
	}
	fresh := read.(*target)
	s.targets.mu.Lock()
	defer s.targets.mu.Unlock()
	if s.targets.turn == turn {
		if s.targets.known == nil || len(s.targets.known) >= mostTargets {
			s.targets.known = map[int64]*target{}
		}
		s.targets.known[id] = fresh
	}
	return fresh, nil
}

func (s *Service) readTarget(ctx context.Context, id int64) (*target, error) {
	public := article.NewPublic(s.db, s.clock)
	a, visible, err := public.Read(ctx, id)
	if err == nil && visible == article.Gone {
		err = fault.New(fault.NotFound, "no such article")
	}
	if err != nil {
		return nil, err
	}
	t := &target{article: a, until: s.clock.Now().Add(targetFor)}
	live, err := public.Live(ctx, &a)
	if err == nil {
		t.words = guard.NewArticle(live.Content.Headline, live.Content.Standfirst, richtext.Text(live.Content.Body))
	} else if fault.Is(err, fault.NotFound) {
		err = nil // an article without a text
	}
	return t, err
}

// Takes tells whether readers may comment on an article now.
func Takes(a *article.Article, site settings.Site, now time.Time) bool {
	if !a.CommentsOpen {
		return false
	}
	days := time.Duration(site.CommentCloseDays) * 24 * time.Hour
	return days == 0 || a.FirstPublished.IsZero() || now.Before(a.FirstPublished.Add(days))
}
