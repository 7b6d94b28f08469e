package delivery

// HasNoneToSend tells that no letter that the runner took waits for a
// connection, nor any chunk for its addresses.
func (r *Runner) HasNoneToSend() bool { return r.holdsNone() && r.dispatch.waits() == 0 }

func (r *Runner) holdsNone() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.chunks {
		if !c.dropped && !c.lost {
			return false
		}
	}
	return true
}

func (d *dispatcher) waits() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.queued
}
