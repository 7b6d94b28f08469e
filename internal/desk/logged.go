package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"dateline/internal/audit"
	"dateline/internal/web"
)

// Thing is something that an entry of the audit log names.
type Thing struct {
	Object string // its kind, as the log has it: "article"
	ID     int64
}

// Name is how a person knows a thing, and where it is at the desk.
type Name struct{ Text, Path string }

// logRow is an entry of the log with the names of what it names.
type logRow struct {
	audit.Entry
	Name   Name
	Detail string
}

const logShown = 100

// logPage lists what was done, the newest first.
func (d *Desk) logPage(r *web.Request) (web.Response, error) {
	before, err := Number(r.Query.Get("before"))
	if err != nil {
		return web.Response{}, err
	}
	entries, err := audit.Before(r.HTTP.Context(), d.DB, before, logShown+1)
	if err != nil {
		return web.Response{}, err
	}
	data := struct {
		Entries []logRow
		Next    int64
	}{}
	if len(entries) > logShown {
		entries = entries[:logShown]
		data.Next = entries[logShown-1].ID
	}
	if data.Entries, err = d.logRows(r.HTTP.Context(), entries); err != nil {
		return web.Response{}, err
	}
	return d.own.Page(r, http.StatusOK, "log", Page{Title: d.T(r, "desk.menu_log"), Wide: true, Data: data})
}

func (d *Desk) logRows(ctx context.Context, entries []audit.Entry) ([]logRow, error) {
	var things []Thing
	held := make([]map[string]any, len(entries))
	for i, e := range entries {
		held[i] = readDetail(e.Detail)
		things = append(things, Thing{e.Object, e.Ref})
		for _, key := range namedInDetail {
			if id, ok := held[i][key].(json.Number); ok {
				if n, err := id.Int64(); err == nil {
					things = append(things, Thing{key, n})
				}
			}
		}
	}
	names := map[Thing]Name{}
	if d.Names != nil {
		things = slices.DeleteFunc(things, func(t Thing) bool { return t.ID == 0 })
		var err error
		if names, err = d.Names(ctx, things); err != nil {
			return nil, err
		}
	}
	rows := make([]logRow, len(entries))
	for i, e := range entries {
		for _, key := range namedInDetail {
			if id, ok := held[i][key].(json.Number); ok {
				if n, err := id.Int64(); err == nil && names[Thing{key, n}].Text != "" {
					held[i][key] = names[Thing{key, n}].Text
				}
			}
		}
		rows[i] = logRow{Entry: e, Name: names[Thing{e.Object, e.Ref}], Detail: pairs(held[i])}
	}
	return rows, nil
}

// namedInDetail are the keys of details whose numbers are those of things.
var namedInDetail = []string{"article", "person"}
