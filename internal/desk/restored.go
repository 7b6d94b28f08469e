package desk

import (
	"dateline/internal/web"
)

const (
	releasePath    = "/desk/restored"
	releasedNotice = "released"
)

// Held names why no mail leaves from this copy of the site, "" when it does.
func (p Page) Held() string {
	if p.desk == nil || p.desk.Held == nil {
		return ""
	}
	return p.desk.Held()
}

// release takes an administrator's word that this copy is the site now.
func (d *Desk) release(r *web.Request) (web.Response, error) {
	if err := d.Release(r.HTTP.Context(), Actor(r)); err != nil {
		return web.Response{}, err
	}
	return SeeOther(home + "?done=" + releasedNotice), nil
}
