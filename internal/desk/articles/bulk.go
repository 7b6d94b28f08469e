package articles

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/article/check"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/web"
)

// number64 writes an id for an address or a form.
func number64(n int64) string { return strconv.FormatInt(n, 10) }

// outcome says what an action did to one article.
type outcome struct {
	Headline string
	Error    string   // "" when it was done
	Findings []string // what stands against publishing it
	Link     string   // where that can be seen and confirmed
}

// most is how many articles one action may take: a page of them.
const most = 200

// bulk does one thing to several articles, each through the service and each
// by itself: what cannot be done to one is said, and the others are done.
func (s *Articles) bulk(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	back, err := url.ParseQuery(in.Get("back"))
	if err != nil {
		back = url.Values{}
	}
	w := readWish(back)
	chosen := in["article"]
	do, err := s.action(r, in)
	if err == nil && len(chosen) == 0 {
		err = fault.New(fault.Invalid, "choose the articles first")
	}
	if err == nil && len(chosen) > most {
		err = fault.New(fault.Invalid, "at most %d articles at once", most)
	}
	if err != nil {
		return s.Again(r, "problem", desk.Page{Title: s.Printer(r).T("articles.title"), Data: listPath + "?" + w.values().Encode()}, err)
	}
	var done []outcome
	for _, text := range chosen {
		articleID, revision, err := handle(text)
		if err != nil {
			return web.Response{}, err
		}
		a, err := do(r.HTTP.Context(), articleID, revision)
		one := outcome{Headline: a.Headline}
		if err != nil {
			if fault.CodeOf(err) == fault.Internal {
				return web.Response{}, err
			}
			one.Error, _ = desk.Says(s.Printer(r), err)
			s.unready(r, &one, articleID, err)
			if one.Headline == "" {
				one.Headline = s.headline(r, articleID)
			}
		}
		done = append(done, one)
	}
	return s.showList(r, http.StatusOK, w, done)
}

// headline names an article that the visitor may know of, and any other by the
// number that they gave.
func (s *Articles) headline(r *web.Request, articleID int64) string {
	w, err := s.Articles.Working(r.HTTP.Context(), desk.Actor(r), articleID)
	if err != nil || w.Copy.Content.Headline == "" {
		return number64(articleID)
	}
	return w.Copy.Content.Headline
}

// unready names what keeps an article from going out, and leads to where each
// thing is explained.
func (s *Articles) unready(r *web.Request, one *outcome, articleID int64, err error) {
	var cause *article.Unready
	if !errors.As(err, &cause) {
		return
	}
	words := s.Printer(r).With(s.checkWords)
	for _, f := range cause.Findings {
		one.Findings = append(one.Findings, check.Text(words, f))
	}
	one.Link = listPath + "/" + number64(articleID) + "/publish"
}

// handle reads "id:revision" of a box in the list.
func handle(text string) (articleID, revision int64, err error) {
	left, right, ok := strings.Cut(text, ":")
	if ok {
		if articleID, err = strconv.ParseInt(left, 10, 64); err == nil {
			revision, err = strconv.ParseInt(right, 10, 64)
		}
	}
	if !ok || err != nil {
		err = fault.New(fault.Invalid, "%q names no article", text)
	}
	return articleID, revision, err
}

type doing = func(ctx context.Context, articleID, revision int64) (article.Article, error)

// action is what the form's button means.
func (s *Articles) action(r *web.Request, in url.Values) (doing, error) {
	actor := desk.Actor(r)
	move := func(to article.Status) doing {
		return func(ctx context.Context, articleID, revision int64) (article.Article, error) {
			return s.Articles.Move(ctx, actor, article.MoveInput{ID: articleID, Revision: revision, To: to, Note: in.Get("note")})
		}
	}
	switch do := in.Get("do"); do {
	case "review", "approved", "changes", "binned", "draft":
		return move(article.Status(do)), nil
	case "publish":
		return func(ctx context.Context, articleID, revision int64) (article.Article, error) {
			return s.Articles.Publish(ctx, actor, article.PublishInput{ID: articleID, Revision: revision})
		}, nil
	case "retract":
		return func(ctx context.Context, articleID, revision int64) (article.Article, error) {
			return s.Articles.Retract(ctx, actor, articleID, revision)
		}, nil
	case "assign":
		person, err := number(in.Get("assignee"))
		if err != nil {
			return nil, err
		}
		if err := s.known(r.HTTP.Context(), actor, person); err != nil {
			return nil, err
		}
		return func(ctx context.Context, articleID, _ int64) (article.Article, error) {
			return s.Articles.Assign(ctx, actor, article.AssignInput{ID: articleID, Assignee: person})
		}, nil
	case "section":
		section, err := number(in.Get("to_section"))
		if err != nil || section == 0 {
			return nil, fault.New(fault.Invalid, "choose the section that the articles go to")
		}
		return s.moveTo(actor, section), nil
	}
	return nil, fault.New(fault.Invalid, "choose what to do with the articles")
}

// moveTo makes a section the first one of an article's working copy, and
// publishes it silently when readers have the article already.
func (s *Articles) moveTo(actor account.Actor, section int64) doing {
	return func(ctx context.Context, articleID, revision int64) (article.Article, error) {
		w, err := s.Articles.Working(ctx, actor, articleID)
		if err != nil {
			return w.Article, err
		}
		if w.Changed && w.Article.Public {
			return w.Article, fault.New(fault.Conflict, "it has changes that readers do not see yet: publish or discard them first")
		}
		c := w.Copy.Content
		rest := []int64{section}
		for _, other := range c.Sections[min(1, len(c.Sections)):] {
			if other != section {
				rest = append(rest, other)
			}
		}
		c.Sections = rest
		a, err := s.Articles.Save(ctx, actor, article.SaveInput{ID: articleID, Revision: revision, Content: c})
		if err != nil || !w.Article.Public {
			return a, err
		}
		return s.Articles.PublishSections(ctx, actor, articleID, a.Revision)
	}
}

// known refuses people who cannot sign in.
func (s *Articles) known(ctx context.Context, actor account.Actor, person int64) error {
	if person == 0 {
		return nil
	}
	people, err := s.Accounts.Colleagues(ctx, actor)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.ID == person {
			return nil
		}
	}
	return fault.New(fault.Invalid, "nobody here has that account")
}
