package app

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Words are completed with each pause in typing. Readers who share an address
// must not lose their searches by that.
func TestSearch_TypingUsesUpNoSearches(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		ask := func(path string) int {
			r := httptest.NewRequest(http.MethodGet, "http://news.example"+path, nil)
			r.Host, r.RemoteAddr = "news.example", "198.51.100.7:999"
			rec := httptest.NewRecorder()
			p.app.handler().ServeHTTP(rec, r)
			return rec.Code
		}
		tired := false
		for range 2000 {
			if tired = ask("/search/suggest?q=har") == http.StatusTooManyRequests; tired {
				break
			}
		}
		if !tired {
			t.Fatal("completing has no limit")
		}
		if got := ask("/search/?q=harbour"); got != http.StatusOK {
			t.Errorf("a search after much typing answers %d", got)
		}
	})
}
