package articles

import (
	"context"
	"database/sql"
	"net/url"
	"strings"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/web"
)

// savedView is a filter of the list under a name.
type savedView struct {
	ID     int64
	Person int64 // whose it is, 0 for everybody's
	Name   string
	Link   string
	Mine   bool // the visitor may delete it
}

// mostViews is how many views one person may keep.
const mostViews = 50

func (s *Articles) views(ctx context.Context, actor account.Actor) ([]savedView, error) {
	rows, err := s.DB.Query(ctx, `SELECT id, person_id, name, query FROM saved_view WHERE person_id = $1 OR person_id = 0 ORDER BY person_id DESC, name, id LIMIT 100`, actor.ID)
	return db.All(rows, err, func(r *sql.Rows) (savedView, error) {
		var v savedView
		var query string
		err := r.Scan(&v.ID, &v.Person, &v.Name, &query)
		v.Link = listPath + "?" + query
		v.Mine = v.Person == actor.ID || actor.Role >= account.Editor
		return v, err
	})
}

func (s *Articles) saveView(r *web.Request) (web.Response, error) {
	ctx, actor, in := r.HTTP.Context(), desk.Actor(r), r.HTTP.PostForm
	asked, err := url.ParseQuery(in.Get("query"))
	if err != nil {
		return web.Response{}, fault.New(fault.Invalid, "the filters could not be read")
	}
	query := readWish(asked).values().Encode()
	name := strings.TrimSpace(in.Get("name"))
	if name == "" || len(name) > 100 {
		return web.Response{}, fault.New(fault.Invalid, "give the view a name of at most 100 letters").WithHint("go back and type one")
	}
	person := actor.ID
	if in.Get("shared") != "" {
		if err := actor.Require(account.Editor, "share a view with everybody"); err != nil {
			return web.Response{}, err
		}
		person = 0
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var kept int64
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM saved_view WHERE person_id = $1`, person).Scan(&kept); err != nil {
			return err
		}
		if kept >= mostViews {
			return fault.New(fault.Invalid, "there are %d views already", mostViews).WithHint("delete one that is not used")
		}
		_, err := tx.Exec(ctx, `INSERT INTO saved_view (id, person_id, name, query, created_at) VALUES ($1, $2, $3, $4, $5)`, id.New(), person, name, query, db.Micros(s.Clock.Now()))
		return err
	})
	if err != nil {
		return web.Response{}, err
	}
	return desk.SeeOther(listPath + "?" + withDone(query, "view")), nil
}

func withDone(query, done string) string {
	if query == "" {
		return "done=" + done
	}
	return query + "&done=" + done
}

func (s *Articles) deleteView(r *web.Request) (web.Response, error) {
	viewID, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	actor := desk.Actor(r)
	err = s.DB.Write(r.HTTP.Context(), func(ctx context.Context, tx *db.Tx) error {
		var person int64
		if err := tx.QueryRow(ctx, `SELECT person_id FROM saved_view WHERE id = $1`, viewID).Scan(&person); err != nil {
			return fault.New(fault.NotFound, "that view is gone already")
		}
		if person != actor.ID {
			if err := actor.Require(account.Editor, "delete a view that everybody has"); err != nil {
				return err
			}
			if person != 0 {
				return fault.New(fault.Denied, "that view is a colleague's own")
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM saved_view WHERE id = $1`, viewID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.Clock.Now(), actor.Name, "delete view", "view", viewID, nil)
	})
	if err != nil {
		return web.Response{}, err
	}
	return desk.SeeOther(listPath + "?done=unview"), nil
}
