package outline

import (
	"context"
	"net/url"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/urlpath"
)

// Redirect is one address that leads elsewhere.
type Redirect struct {
	From string // the path under which it is looked up
	To   string // where it leads now; "" when that is hidden or gone
	Auto bool   // made by Dateline when something moved; it follows the thing
	Of   string // the kind of thing that an automatic one follows
}

// leadsFrom checks where some addresses are to lead and returns it as it is
// kept: an own path or an absolute address.
func (s *Service) leadsFrom(ctx context.Context, q db.Querier, from []string, to string) (string, error) {
	to = strings.TrimSpace(to)
	u, err := url.Parse(to)
	if err != nil || to == "" || strings.ContainsAny(to, " \t\r\n\\") {
		return "", badTarget(to)
	}
	if u.Scheme != "" || u.Host != "" {
		if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
			return "", badTarget(to)
		}
		return u.String(), nil
	}
	key := urlpath.Key(u.EscapedPath())
	if !strings.HasPrefix(to, "/") || key == "" {
		return "", badTarget(to)
	}
	for _, path := range from {
		if urlpath.Key(path) == key {
			return "", fault.New(fault.Invalid, "%s would lead to itself", path)
		}
	}
	return to, s.noLoop(ctx, q, from, key)
}

func badTarget(to string) error {
	return fault.New(fault.Invalid, "%q is nothing an address can lead to", to).WithHint("write a path of this site such as /world/, or a whole address that begins with https://")
}

// mostHops is how far a chain of redirects is followed.
const mostHops = 10

// noLoop follows what the target leads to, so that nobody is led in a circle.
func (s *Service) noLoop(ctx context.Context, q db.Querier, from []string, key string) error {
	for range mostHops {
		at, err := article.LookUp(ctx, q, key)
		if fault.Is(err, fault.NotFound) || err == nil && (at.Kind != article.AddressRedirect || at.Location == "") {
			return nil
		}
		if err != nil {
			return err
		}
		u, err := url.Parse(at.Location)
		if err != nil || u.Host != "" {
			return nil
		}
		key = urlpath.Key(u.EscapedPath())
		for _, path := range from {
			if urlpath.Key(path) == key {
				return fault.New(fault.Conflict, "that would lead in a circle: %s leads back to %s", at.Key, path).WithHint("delete or change the redirect at %s first", at.Key)
			}
		}
	}
	return fault.New(fault.Conflict, "that leads through more than %d redirects", mostHops).WithHint("lead to the last address at once")
}

var _ = account.Editor
