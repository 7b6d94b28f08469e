package db

import "sync"

// wakes calls listeners of this process after commits.
type wakes struct {
	mu        sync.Mutex
	listeners map[string]map[int]func()
	next      int
}

// OnWake calls fn after each local commit that asked for topic through
// Tx.Wake, in the goroutine of the writer, so fn must be quick. The returned
// function ends that.
func (d *DB) OnWake(topic string, fn func()) (cancel func()) {
	w := &d.wakes
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listeners == nil {
		w.listeners = map[string]map[int]func(){}
	}
	if w.listeners[topic] == nil {
		w.listeners[topic] = map[int]func(){}
	}
	n := w.next
	w.next++
	w.listeners[topic][n] = fn
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.listeners[topic], n)
	}
}

func (w *wakes) fire(topics []string) {
	if len(topics) == 0 {
		return
	}
	var calls []func()
	w.mu.Lock()
	for _, topic := range topics {
		for _, fn := range w.listeners[topic] {
			calls = append(calls, fn)
		}
	}
	w.mu.Unlock()
	for _, fn := range calls {
		fn()
	}
}
