package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"dateline/internal/fault"
)

// Limits of a download.
const (
	DefaultDownloadLimit = 512 << 20        // bytes
	DefaultAttempts      = 5                // in a row without one new byte
	maxAttempts          = 50               // in all
	attemptTimeout       = 15 * time.Minute // of one transfer
	stallTimeout         = 30 * time.Second // without one byte
	maxRetryAfter        = 2 * time.Minute
)

// File is where a download goes; *os.File is one.
type File interface {
	io.WriterAt
	Truncate(size int64) error
}

// Partial is how far a download came. A zero Partial is its beginning. With a
// Validator the rest can be asked for later, on condition that the file has
// not changed meanwhile; without one a later try begins again.
type Partial struct {
	Size      int64
	Validator string // strong ETag or Last-Modified date of the file being read
}

// DownloadOptions configure one download. The zero value is the defaults.
type DownloadOptions struct {
	MaxBytes int64
	Attempts int           // tries in a row that bring nothing before giving up
	Resume   Partial       // what dst already holds
	Started  func(Partial) // told when a transfer has begun, so that a caller can keep its Validator
}

// Downloaded tells what a download brought.
type Downloaded struct {
	Partial
	URL         string // where redirects led
	ContentType string // as the server named it; not to be trusted
}

// Download writes the body at address to dst, which it truncates to the
// body's length. Broken transfers go on where they broke (Range with If-Range,
// RFC 9110 section 14.2 and 13.1.5); network errors, 408, 429 and 5xx answers
// are retried with growing pauses, or as long as Retry-After asks. An error's
// Downloaded holds what can be resumed. Errors as in Do, and fault.NotFound
// for 404, fault.Gone for 410.
func (c *Client) Download(ctx context.Context, address string, dst File, o DownloadOptions) (Downloaded, error) {
	d := download{
		client: c, dst: dst, address: address,
		limit: cmp.Or(o.MaxBytes, DefaultDownloadLimit), started: o.Started,
		got: Downloaded{Partial: o.Resume},
	}
	if d.got.Validator == "" {
		d.got.Size = 0
	}
	patience := cmp.Or(o.Attempts, DefaultAttempts)
	for attempt, barren := 1, 0; ; attempt++ {
		before := d.got.Size
		retry, err := d.attempt(ctx)
		if err == nil {
			return d.got, nil
		}
		if barren++; d.got.Size > before {
			barren = 1
		}
		if retry == nil || barren >= patience || attempt >= maxAttempts || ctx.Err() != nil {
			return d.got, err
		}
		if err := c.wait(ctx, retry.pause(barren)); err != nil {
			return d.got, err
		}
	}
}

// download is one download under way.
type download struct {
	client  *Client
	dst     File
	address string
	limit   int64
	started func(Partial)
	got     Downloaded
}

// retry says that another attempt may succeed, and when.
type retry struct{ after time.Duration }

// pause is how long to wait before the next attempt: what the server asked
// for, or half a second doubled for each barren attempt.
func (r retry) pause(barren int) time.Duration {
	if r.after > 0 {
		return r.after
	}
	return 500 * time.Millisecond << min(barren-1, 6)
}

// attempt makes one request and reads as much as comes. A nil retry means
// that trying again is useless.
func (d *download) attempt(ctx context.Context) (*retry, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	req, err := d.client.request(ctx, Request{URL: d.address, Header: d.header()})
	if err != nil {
		return nil, err
	}
	leave, err := d.client.hosts.enter(ctx, req.URL.Host)
	if err != nil {
		return nil, failed(req.URL, err)
	}
	defer leave()
	res, err := d.client.http.Do(req)
	if err != nil {
		return retryable(err), failed(req.URL, err)
	}
	defer res.Body.Close()
	again, err := d.receive(res, cancel)
	if err != nil {
		return again, failed(req.URL, err)
	}
	return nil, nil
}

func (d *download) header() http.Header {
	h := http.Header{"Accept-Encoding": {"identity"}}
	if d.got.Size > 0 {
		h.Set("Range", fmt.Sprintf("bytes=%d-", d.got.Size))
		h.Set("If-Range", d.got.Validator)
	}
	return h
}

// retryable says whether the error of an exchange may pass with time. A
// refused address does not.
func retryable(err error) *retry {
	var known *fault.Error
	if errors.As(err, &known) {
		return nil
	}
	return &retry{}
}

func (d *download) receive(res *http.Response, cancel context.CancelFunc) (*retry, error) {
	switch {
	case res.StatusCode == http.StatusOK:
		return d.body(res, 0, cancel)
	case res.StatusCode == http.StatusPartialContent:
		return d.part(res, cancel)
	case res.StatusCode == http.StatusRequestedRangeNotSatisfiable && d.got.Size > 0:
		return d.beyond(res)
	default:
		return d.refusal(res)
	}
}

// part takes up a 206: it must begin where we stopped, or we begin again.
func (d *download) part(res *http.Response, cancel context.CancelFunc) (*retry, error) {
	start, ok := contentRangeStart(res.Header.Get("Content-Range"))
	if !ok || start != d.got.Size {
		d.got.Partial = Partial{}
		return &retry{}, fault.New(fault.Unavailable, "the server sent another part than asked for")
	}
	return d.body(res, start, cancel)
}

// beyond handles a 416: either we had everything already, or the file shrank.
func (d *download) beyond(res *http.Response) (*retry, error) {
	total, found := strings.CutPrefix(res.Header.Get("Content-Range"), "bytes */")
	if n, err := strconv.ParseInt(total, 10, 64); found && err == nil && n == d.got.Size && d.sameFile(res) {
		return nil, nil
	}
	d.got.Partial = Partial{}
	return &retry{}, fault.New(fault.Unavailable, "the file changed on the server")
}

func (d *download) sameFile(res *http.Response) bool {
	v := validator(res.Header)
	return v == "" || v == d.got.Validator
}

// refusal turns a status that brings no file into an error.
func (d *download) refusal(res *http.Response) (*retry, error) {
	switch s := res.StatusCode; {
	case s == http.StatusNotFound:
		return nil, fault.New(fault.NotFound, "the server answered %d", s)
	case s == http.StatusGone:
		return nil, fault.New(fault.Gone, "the server answered %d", s)
	case s == http.StatusRequestTimeout, s == http.StatusTooManyRequests, s >= 500:
		return &retry{after: d.retryAfter(res.Header)}, fault.New(fault.Unavailable, "the server answered %d", s)
	default:
		return nil, fault.New(fault.Invalid, "the server answered %d", s)
	}
}

// retryAfter reads RFC 9110 section 10.2.3: seconds, or a date.
func (d *download) retryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	if n, err := strconv.ParseInt(v, 10, 32); err == nil {
		return min(time.Duration(max(n, 0))*time.Second, maxRetryAfter)
	}
	if t, err := http.ParseTime(v); err == nil {
		return min(max(t.Sub(d.client.clock.Now()), 0), maxRetryAfter)
	}
	return 0
}

// body copies an answer's body to dst from offset on.
func (d *download) body(res *http.Response, offset int64, cancel context.CancelFunc) (*retry, error) {
	if e := res.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return nil, fault.New(fault.Invalid, "the server sends the file compressed (%s) though asked not to", short(e))
	}
	if res.ContentLength > d.limit-offset {
		return nil, tooLarge(d.limit)
	}
	if err := d.dst.Truncate(offset); err != nil {
		return nil, local(err)
	}
	d.got = Downloaded{
		Partial: Partial{Size: offset, Validator: validator(res.Header)},
		URL:     res.Request.URL.String(), ContentType: res.Header.Get("Content-Type"),
	}
	if d.started != nil {
		d.started(d.got.Partial)
	}
	return d.copy(res.Body, cancel)
}

func (d *download) copy(body io.Reader, cancel context.CancelFunc) (*retry, error) {
	stall := time.AfterFunc(stallTimeout, cancel)
	defer stall.Stop()
	buf := make([]byte, 64<<10)
	for {
		n, err := body.Read(buf)
		if n > 0 {
			stall.Reset(stallTimeout)
			if d.got.Size+int64(n) > d.limit {
				return nil, tooLarge(d.limit)
			}
			if _, err := d.dst.WriteAt(buf[:n], d.got.Size); err != nil {
				return nil, local(err)
			}
			d.got.Size += int64(n)
		}
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			d.forgetUnverifiable()
			return &retry{}, fmt.Errorf("the transfer broke after %d bytes: %w", d.got.Size, err)
		}
	}
}

// local is the error of the disk that the download is written to.
func local(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.New(fault.Full, "no space left for the download: %w", err)
	}
	return fault.New(fault.Internal, "write the download: %w", err)
}

// forgetUnverifiable begins again when nothing would show that the rest
// belongs to the same file.
func (d *download) forgetUnverifiable() {
	if d.got.Validator == "" {
		d.got.Partial = Partial{}
	}
}

// validator returns what If-Range may carry: a strong ETag, else the date of
// the last change.
func validator(h http.Header) string {
	if tag := h.Get("ETag"); strings.HasPrefix(tag, `"`) {
		return tag
	}
	return h.Get("Last-Modified")
}

// contentRangeStart reads the first byte's place from "bytes 200-999/1000".
func contentRangeStart(v string) (int64, bool) {
	v, found := strings.CutPrefix(v, "bytes ")
	first, _, dash := strings.Cut(v, "-")
	n, err := strconv.ParseInt(first, 10, 64)
	return n, found && dash && err == nil
}
