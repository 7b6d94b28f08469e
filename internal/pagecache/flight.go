package pagecache

import (
	"context"
	"fmt"
	"runtime/debug"
)

// Render makes a page. Its context ends with the render limit, not with the
// request: others may wait for the page.
type Render func(ctx context.Context) (Page, error)

// flight is one render that several requests wait for.
type flight struct {
	start uint64 // number of the latest purge when it began
	done  chan struct{}

	// Set before done is closed.
	entry     *Entry
	err       error
	overtaken uint64 // number of the first purge that made it old, or 0
}

// PanicError is the error of a render that panicked.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Do returns the stored page, or renders it. Requests that come meanwhile wait
// for the same render, and the result is stored when its Reach says so. Errors
// are shared too, but not stored.
func (c *Cache) Do(ctx context.Context, key string, render Render) (*Entry, error) {
	for {
		c.mu.Lock()
		if e := c.shard(key).m[key]; e != nil && !c.expired(e) {
			c.mu.Unlock()
			return e, nil
		}
		arrived := c.log.seq
		f := c.flights[key]
		if f == nil {
			f = &flight{start: arrived, done: make(chan struct{})}
			c.flights[key] = f
			c.mu.Unlock()
			c.counters.misses.Add(1)
			c.fly(ctx, key, f, render, nil)
			return f.entry, f.err
		}
		c.mu.Unlock()
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		switch {
		case f.overtaken != 0 && f.overtaken <= arrived:
			// The page was already old when this request came: ask again.
		case f.err != nil:
			return nil, f.err
		case f.entry.Reach == Private:
			return c.Alone(ctx, key, render)
		default:
			return f.entry, nil
		}
	}
}

// Alone renders a page for one request: nobody else gets it, and it is not
// stored.
func (c *Cache) Alone(ctx context.Context, key string, render Render) (*Entry, error) {
	c.counters.misses.Add(1)
	page, err := c.render(ctx, render)
	if err != nil {
		return nil, err
	}
	page.Reach = Private
	return c.newEntry(key, page), nil
}

// fly renders and settles a flight. old is what is sent meanwhile, nil for
// nothing: its readers must not wait for the new page to be packed, either.
func (c *Cache) fly(ctx context.Context, key string, f *flight, render Render, old *Entry) {
	page, err := c.render(ctx, render)
	if err == nil {
		f.entry = c.newEntry(key, page)
		f.entry.renewed = old != nil
		if old != nil && old.packed() && f.entry.compressible {
			c.gzip(f.entry)
		}
	}
	f.err = err
	c.mu.Lock()
	f.overtaken = c.log.overtaken(f.start, page.Keys)
	switch {
	case err != nil:
		// Without its keys nobody knows whether a purge made it old.
		if c.log.seq > f.start {
			f.overtaken = f.start + 1
		}
	case f.overtaken != 0:
		c.counters.stale.Add(1)
	case page.Reach == Stored && c.opt.Budget > 0:
		c.store(f.entry, page.Keys)
	}
	delete(c.flights, key)
	c.mu.Unlock()
	close(f.done)
}

// render calls a render within its limit and turns a panic into an error, so
// that nobody waits for ever.
func (c *Cache) render(ctx context.Context, render Render) (page Page, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.opt.RenderLimit)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return render(ctx)
}
