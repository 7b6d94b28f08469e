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
	return web.Response{ContentType: "text/event-stream", Header: http.Header{"X-Accel-Buffering": {"no"}}, NoIndex: true, Private: true, Stream: func(w io.Writer) error {
		defer line.Leave()
		// A reader who went away is no error.
		_ = follow(w, r.HTTP.Context().Done(), line.Out, line.Done)
		return nil
	}}, nil
}

// hello asks browsers that lose their line to wait a little before they come
// back, which they do with the number of what they had last.
var hello = []byte("retry: 4000\n\n")

func follow(w io.Writer, gone <-chan struct{}, out <-chan []byte, done <-chan struct{}) error {
	flusher, _ := w.(interface{ Flush() error })
	say := func(wire []byte) error {
		if _, err := w.Write(wire); err != nil || flusher == nil {
			return err
		}
		return flusher.Flush()
	}
	if err := say(hello); err != nil {
		return err
	}
	for {
		select {
		case <-gone:
			return nil
		case wire := <-out:
			if err := say(wire); err != nil {
				return err
			}
		case <-done:
			for { // what was said before
				select {
				case wire := <-out:
					if err := say(wire); err != nil {
						return err
					}
				default:
					return nil
				}
			}
		}
	}
}
