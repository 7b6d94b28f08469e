package siteweb

import (
	"io"
	"net/http"

	"dateline/internal/comment"
	"dateline/internal/fault"
	"dateline/internal/web"
)

// live is the stream of what is new under an article, as server-sent events.
func (p Parts) live(r *web.Request) (web.Response, error) {
	_, _, id, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	if p.Live == nil {
		return web.Response{}, fault.New(fault.NotFound, "new comments do not appear by themselves here")
	}
	from := r.HTTP.Header.Get("Last-Event-ID")
	if from == "" {
		from = r.Query.Get("since")
	}
	var since comment.Cursor
	if from != "" {
		if since, err = comment.ParseCursor(from); err != nil {
			return web.Response{}, err
		}
	}
	line, err := p.Live.Join(r.HTTP.Context(), id, r.Client, since)
	if fault.Is(err, fault.NotFound) {
		return web.Response{Status: http.StatusNoContent}, nil // which tells a browser not to come back
	}
	if err != nil {
		return web.Response{}, err
	}
	return web.Response{ContentType: "text/event-stream", Header: http.Header{"X-Accel-Buffering": {"no"}}, NoIndex: true, Private: true, Line: func(w io.Writer, gone <-chan struct{}) {
		defer line.Leave()
		follow(w, gone, line.Out, line.Done)
	}}, nil
}

// hello asks browsers that lose their line to wait a little before they come
// back, which they do with the number of what they had last.
var hello = []byte("retry: 4000\n\n")

// follow writes what is said until the reader is gone or the line is done.
func follow(w io.Writer, gone <-chan struct{}, out <-chan []byte, done <-chan struct{}) {
	_, err := w.Write(hello)
	for err == nil {
		select {
		case <-gone:
			return
		case wire := <-out:
			_, err = w.Write(wire)
		case <-done:
			finish(w, out)
			return
		}
	}
}

// finish writes what was said before the line was done.
func finish(w io.Writer, out <-chan []byte) {
	for {
		select {
		case wire := <-out:
			if _, err := w.Write(wire); err != nil {
				return
			}
		default:
			return
		}
	}
}
