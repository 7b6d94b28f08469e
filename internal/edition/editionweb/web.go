// Package editionweb counts what sites that switched counting on want counted:
// links that were followed and pictures that were shown.
package editionweb

import (
	"net/http"

	"dateline/internal/edition"
	"dateline/internal/fault"
	"dateline/internal/web"
)

// Routes returns the counted addresses.
func Routes(s *edition.Service) []web.Route {
	return []web.Route{
		{Name: "counted link", Methods: []string{"GET"}, Pattern: "/newsletter/to/{edition}/{part}/{link}", Role: web.Anyone, Rate: web.RateReading,
			Cache: web.CacheNone, Body: web.NoBody, CSRF: web.CSRFReadOnly, Query: web.Params(edition.MarkParam), Handle: func(r *web.Request) (web.Response, error) { return follow(s, r) }},
		{Name: "counted picture", Methods: []string{"GET"}, Pattern: "/newsletter/seen/{edition}/{part}", Role: web.Anyone, Rate: web.RateReading,
			Cache: web.CacheNone, Body: web.NoBody, CSRF: web.CSRFReadOnly, Query: web.Params(edition.MarkParam), Handle: func(r *web.Request) (web.Response, error) { return seen(s, r) }},
	}
}

func follow(s *edition.Service, r *web.Request) (web.Response, error) {
	address, err := s.Follow(r.HTTP.Context(), r.Vars["edition"], r.Vars["part"], r.Vars["link"], r.Query.Get(edition.MarkParam))
	if err != nil {
		return web.Response{}, err
	}
	return web.Response{Status: http.StatusFound, Location: address, Private: true, NoIndex: true}, nil
}

// dot is a GIF of one clear pixel.
const dot = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

func seen(s *edition.Service, r *web.Request) (web.Response, error) {
	if err := s.Seen(r.HTTP.Context(), r.Vars["edition"], r.Vars["part"], r.Query.Get(edition.MarkParam)); err != nil && !fault.Is(err, fault.NotFound) {
		return web.Response{}, err
	}
	return web.Response{ContentType: "image/gif", Body: []byte(dot), Private: true, NoIndex: true}, nil
}
