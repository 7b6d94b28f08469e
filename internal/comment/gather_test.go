package comment

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestGather_PacesAFlood has a thousand items come within a second, each of
// which a commit of two milliseconds could take alone.
func TestGather_PacesAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const items, commit = 1000, 2 * time.Millisecond
		groups, written := 0, 0
		g := newGather(func(_ context.Context, group []int) error {
			groups, written = groups+1, written+len(group)
			time.Sleep(commit)
			return nil
		})
		var senders sync.WaitGroup
		for n := range items {
			time.Sleep(time.Millisecond)
			senders.Go(func() {
				began := time.Now()
				if err := g.do(t.Context(), n, nil); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took > commit+gatherFor+commit {
					t.Errorf("item %d took %v", n, took)
				}
			})
		}
		senders.Wait()
		time.Sleep(gatherFor) // until its goroutine has ended
		if most := int(items*time.Millisecond/gatherFor) + 2; written != items || groups > most {
			t.Errorf("%d items in %d groups, want %d in at most %d", written, groups, items, most)
		}
	})
}

// TestGather_EndsWithTheFlood has senders that each wait for their answer: once
// all of them wait, nobody is to be waited for.
func TestGather_EndsWithTheFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const commit = 2 * time.Millisecond
		g := newGather(func(context.Context, []int) error { time.Sleep(commit); return nil })
		began, rounds := time.Now(), 10
		var senders sync.WaitGroup
		for range 64 {
			senders.Go(func() {
				for n := range rounds {
					if err := g.do(t.Context(), n, nil); err != nil {
						t.Error(err)
					}
				}
			})
		}
		senders.Wait()
		if took, most := time.Since(began), time.Duration(rounds+1)*(commit+2*pause); took > most {
			t.Errorf("%d rounds took %v, want at most %v", rounds, took, most)
		}
		time.Sleep(gatherFor) // until its goroutine has ended
	})
}

func TestGather_LoneItemsNeverWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const commit = 2 * time.Millisecond
		g := newGather(func(context.Context, []int) error { time.Sleep(commit); return nil })
		for n := range 20 {
			began := time.Now()
			if err := g.do(t.Context(), n, nil); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took != commit {
				t.Errorf("item %d took %v, want %v", n, took, commit)
			}
		}
	})
}

// TestGather_YieldsWhileThereIsRoom has more items wait than the next group takes.
func TestGather_YieldsWhileThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := make(chan struct{})
		g := newGather(func(context.Context, []int) error { <-disk; return nil })
		yielded := 0
		var senders sync.WaitGroup
		for n := range mostGathered + 10 {
			senders.Go(func() {
				if err := g.do(t.Context(), n, func() { yielded++ }); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait() // the first is a group of its own
		}
		if yielded != 1+mostGathered {
			t.Errorf("%d yielded, want %d", yielded, 1+mostGathered)
		}
		close(disk)
		senders.Wait()
		time.Sleep(gatherFor) // until its goroutine has ended
	})
}
