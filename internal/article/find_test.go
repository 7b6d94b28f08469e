package article_test

import (
	"slices"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
)

func (k *desk) found(actor account.Actor, f article.Filter) []string {
	k.t.Helper()
	if f.Limit == 0 {
		f.Limit = 50
	}
	all, err := k.service.Find(k.t.Context(), actor, f)
	if err != nil {
		k.t.Fatal(err)
	}
	var out []string
	for _, a := range all {
		out = append(out, a.Headline)
	}
	return out
}

func (k *desk) finds(what string, actor account.Actor, f article.Filter, want ...string) {
	k.t.Helper()
	if got := k.found(actor, f); !slices.Equal(got, want) {
		k.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestFind_GroupsFiltersAndPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		tick := func() { k.clock.Advance(time.Minute) }
		first := k.by(cora, "Cora's draft")
		tick()
		second := k.by(anna, "Anna's draft")
		tick()
		k.must(k.service.Move(ctx, cora, article.MoveInput{ID: first.ID, Revision: first.Revision, To: article.StatusReview}))
		tick()
		out := k.by(anna, "Anna's report")
		tick()
		out = k.must(k.service.Publish(ctx, anna, article.PublishInput{ID: out.ID, Revision: out.Revision}))
		tick()
		k.publish("The paper's report")
		tick()
		gone := k.publish("The withdrawn report")
		tick()
		k.must(k.service.Withdraw(ctx, edna, article.WithdrawInput{ID: gone.ID, Revision: gone.Revision, Reason: "Wrong."}))
		k.finds("work", edna, article.Filter{Group: article.GroupWork}, "Cora's draft", "Anna's draft")
		k.finds("a contributor's work", cora, article.Filter{Group: article.GroupWork}, "Cora's draft")
		k.finds("in review", edna, article.Filter{Group: article.GroupWork, Status: article.StatusReview}, "Cora's draft")
		k.finds("Anna's work", edna, article.Filter{Group: article.GroupWork, Person: anna.ID}, "Anna's draft")
		k.finds("published", edna, article.Filter{Group: article.GroupPublished}, "The paper's report", "Anna's report")
		k.finds("published in the section", edna, article.Filter{Group: article.GroupPublished, Section: k.section}, "The paper's report", "Anna's report")
		k.finds("published elsewhere", edna, article.Filter{Group: article.GroupPublished, Section: 99})
		k.finds("Anna's published", edna, article.Filter{Group: article.GroupPublished, Person: anna.ID}, "Anna's report")
		k.finds("published before", edna, article.Filter{Group: article.GroupPublished, To: midnight.Add(270 * time.Second)}, "Anna's report")
		k.finds("withdrawn", edna, article.Filter{Group: article.GroupWithdrawn}, "The withdrawn report")
		k.finds("nothing reworked", edna, article.Filter{Group: article.GroupReworked})
		out = k.must(k.service.Autosave(ctx, anna, article.SaveInput{ID: out.ID, Revision: out.Revision, Content: k.content("Anna's report, longer")}))
		k.finds("being written", edna, article.Filter{Group: article.GroupReworked}, "Anna's report")
		out = k.must(k.service.Save(ctx, anna, article.SaveInput{ID: out.ID, Revision: out.Revision, Content: k.content("Anna's report, longer")}))
		k.finds("saved", edna, article.Filter{Group: article.GroupReworked}, "Anna's report")
		k.finds("reworked by another", edna, article.Filter{Group: article.GroupReworked, Person: arno.ID})
		k.must(k.service.Move(ctx, anna, article.MoveInput{ID: second.ID, Revision: second.Revision, To: article.StatusBinned}))
		k.finds("work without the bin", edna, article.Filter{Group: article.GroupWork}, "Cora's draft")
		k.finds("the bin", edna, article.Filter{Group: article.GroupBinned}, "Anna's draft")

		for i := range 7 {
			tick()
			k.draft(string(rune('a' + i)))
		}
		f := article.Filter{Group: article.GroupWork, Limit: 3}
		var all []string
		for {
			page, err := k.service.Find(ctx, edna, f)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, a := range page {
				all = append(all, a.Headline)
			}
			f.After = f.Next(&page[len(page)-1])
		}
		if want := []string{"g", "f", "e", "d", "c", "b", "a", "Cora's draft"}; !slices.Equal(all, want) {
			t.Errorf("by pages: %q", all)
		}
	})
}

func TestPlan_ShowsWhatLiesAhead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		nine := k.by(anna, "At nine")
		k.must(k.service.Assign(ctx, edna, article.AssignInput{ID: nine.ID, Assignee: cora.ID, Due: midnight.Add(8 * time.Hour)}))
		k.must(k.service.Schedule(ctx, anna, article.ScheduleInput{ID: nine.ID, Revision: nine.Revision, At: midnight.Add(9 * time.Hour)}))
		held := k.draft("Held")
		k.must(k.service.Publish(ctx, editor, article.PublishInput{ID: held.ID, Revision: held.Revision, EmbargoUntil: midnight.Add(7 * time.Hour)}))
		k.must(k.service.Schedule(ctx, edna, article.ScheduleInput{ID: k.draft("Next week").ID, Revision: 1, At: midnight.AddDate(0, 0, 8)}))
		seen := func(actor account.Actor) (out []string) {
			t.Helper()
			plan, err := k.service.Plan(ctx, actor, midnight, midnight.AddDate(0, 0, 1))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range plan {
				out = append(out, p.At.Format("15:04")+" "+p.What+" "+p.Article.Headline)
			}
			return out
		}
		if got, want := seen(edna), []string{"07:00 embargo Held", "08:00 due At nine", "09:00 scheduled At nine"}; !slices.Equal(got, want) {
			t.Errorf("an editor sees %q, want %q", got, want)
		}
		if got, want := seen(cora), []string{"08:00 due At nine", "09:00 scheduled At nine"}; !slices.Equal(got, want) {
			t.Errorf("the assigned contributor sees %q, want %q", got, want)
		}
		if got := seen(cyril); len(got) != 0 {
			t.Errorf("another contributor sees %q", got)
		}
	})
}
