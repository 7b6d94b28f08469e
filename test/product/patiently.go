package product

import (
	"io"
	"net/http"
	"strconv"
	"time"
)

// mostWaits is how often Patiently asks again before a refusal is the answer.
const mostWaits = 5

// Patiently sends the request that anew makes, without a body of its own, and
// reads the whole answer. When the server says that there were too many it waits
// for as long as the server asks and tries again: all tests of a package share
// an address and its limits.
func Patiently(client *http.Client, anew func() (*http.Request, error)) (*http.Response, []byte, error) {
	for waits := 0; ; waits++ {
		request, err := anew()
		if err != nil {
			return nil, nil, err
		}
		answer, err := client.Do(request)
		if err != nil {
			return nil, nil, err
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			return nil, nil, err
		}
		seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		if answer.StatusCode != http.StatusTooManyRequests || err != nil || waits == mostWaits {
			return answer, body, nil
		}
		time.Sleep(time.Duration(seconds) * time.Second)
	}
}
