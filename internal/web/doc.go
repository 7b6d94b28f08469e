// Package web is the HTTP surface that all features share: a registry of
// routes that must say everything about themselves, one pipeline that every
// request goes through, the page cache in front of rendered pages, and the
// server with its limits.
//
// A request passes, in this order: Host (421 for others), method and path
// (405, 404; path tricks reach nothing), the page cache, rate limit, origin
// check of unsafe methods, role, body limit, handler. Errors of handlers become
// calm pages, by code; an internal one has an ID that the log holds too.
//
// Pages are rendered from an Ask: path and known query parameters, nothing
// else. No header and no cookie can reach a page that is stored, so none can
// poison it. Query parameters that the route does not know are not seen, and a
// page with a query is never stored, so addresses cannot multiply in the cache.
package web
