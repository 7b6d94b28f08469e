package product

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestPatiently_AsksAgainWhenToldTo(t *testing.T) {
	refusals := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refusals > 0 {
			refusals--
			if r.URL.Path == "/says-when" {
				w.Header().Set("Retry-After", "0")
			}
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.Write([]byte("here"))
	}))
	defer server.Close()
	for _, c := range []struct {
		path             string
		refusals, status int
		body             string
	}{
		{"/says-when", 0, http.StatusOK, "here"},
		{"/says-when", mostWaits, http.StatusOK, "here"},
		{"/says-when", mostWaits + 1, http.StatusTooManyRequests, ""},
		{"/does-not-say", 1, http.StatusTooManyRequests, ""},
	} {
		refusals = c.refusals
		answer, body, err := Patiently(server.Client(), func() (*http.Request, error) { return http.NewRequest(http.MethodGet, server.URL+c.path, nil) })
		if err != nil || answer.StatusCode != c.status || string(body) != c.body {
			t.Errorf("%s after %d refusals: %v %q %v, want %d %q", c.path, c.refusals, answer, body, err, c.status, c.body)
		}
	}
}
