package talk

import (
	"net/http"
	"strings"

	"dateline/internal/comment"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/web"
)

// spareRules are the empty lines below the rules.
const spareRules = 3

var (
	ruleKinds   = []comment.RuleKind{comment.RuleWord, comment.RuleName, comment.RuleDomain, comment.RuleRange, comment.RuleMail}
	ruleActions = []comment.RuleAction{comment.ActHold, comment.ActSpam, comment.ActRefuse}
)

// ruleRow is a line of the form.
type ruleRow struct {
	comment.Rule
	N     int // of its fields
	Tried *comment.Tried
	Found []brief
}

type rulesData struct {
	Rows      []ruleRow
	Kinds     []comment.RuleKind
	Actions   []comment.RuleAction
	Policy    string
	Links     int64
	Rate      int64
	Reports   int64
	CloseDays int64
	Days      int64
}

func (p *Part) rules(r *web.Request) (web.Response, error) {
	rules, err := p.Comments.Rules(r.HTTP.Context(), desk.Actor(r))
	if err != nil {
		return web.Response{}, err
	}
	page, err := p.rulesPage(r, rules, nil)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "rules", page)
}

func (p *Part) rulesPage(r *web.Request, rules []comment.Rule, tried []comment.Tried) (desk.Page, error) {
	site, err := p.Settings.Site(r.HTTP.Context())
	if err != nil {
		return desk.Page{}, err
	}
	d := rulesData{Kinds: ruleKinds, Actions: ruleActions, Policy: site.CommentPolicy, Links: int64(site.CommentLinks), Rate: int64(site.CommentRate),
		Reports: int64(site.CommentReports), CloseDays: int64(site.CommentCloseDays), Days: comment.TriedDays}
	for i, rule := range rules {
		row := ruleRow{Rule: rule, N: i}
		if i < len(tried) {
			row.Tried = &tried[i]
			for j := range tried[i].Comments {
				row.Found = append(row.Found, briefly(&tried[i].Comments[j]))
			}
		}
		d.Rows = append(d.Rows, row)
	}
	for range spareRules {
		d.Rows = append(d.Rows, ruleRow{Rule: comment.Rule{Kind: comment.RuleWord, Action: comment.ActHold}, N: len(d.Rows)})
	}
	page := p.head(r, "rules", p.say(r, "rules_title"), d)
	page.Lead = p.say(r, "rules_lead")
	return page, nil
}

// saveRules replaces the rules, or with "try" only shows what they would have
// caught. A line without words is left out.
func (p *Part) saveRules(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	kinds, patterns, actions := in["kind"], in["pattern"], in["action"]
	if len(kinds) != len(patterns) || len(actions) != len(patterns) {
		return web.Response{}, fault.New(fault.Invalid, "the form of the rules is not whole").WithHint("load the page again")
	}
	var rules []comment.Rule
	for i, pattern := range patterns {
		if pattern = strings.TrimSpace(pattern); pattern != "" {
			rules = append(rules, comment.Rule{Kind: comment.RuleKind(kinds[i]), Pattern: pattern, Action: comment.RuleAction(actions[i])})
		}
	}
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	var tried []comment.Tried
	var err error
	if in.Get("do") == "try" {
		tried, err = p.Comments.TryRules(ctx, actor, rules)
	} else {
		err = p.Comments.SaveRules(ctx, actor, rules)
	}
	if err == nil && in.Get("do") != "try" {
		return desk.SeeOther(rulesPath + "?done=rules"), nil
	}
	page, e := p.rulesPage(r, rules, tried)
	if e != nil {
		return web.Response{}, e
	}
	if err != nil {
		return p.Again(r, "rules", page, err)
	}
	return p.Page(r, http.StatusOK, "rules", page)
}
