// Package pagecache keeps whole pages as bytes that are ready to send, within
// a memory budget, and forgets exactly those that show a thing which changed.
//
// Vocabulary: a page is what a render made; an entry is a page with its
// variants (as it is, gzip, brotli), each with a strong entity tag; a surrogate
// key names a thing that pages show ("article:7"); purging a key drops every
// entry under it; a flight is one render that several askers wait for.
//
// Promises:
//
//   - A hit takes one read lock of one of 64 shards and allocates nothing.
//   - A render that began before a purge of any of its keys is never stored
//     after that purge, and never given to a request that came after it.
//   - Used never stays above Budget: every byte of bodies, heads and names and
//     the bookkeeping around them is counted, and the entries' surrogate keys
//     leave the reverse index with them.
//   - Private pages are never stored, compressed or given to a second request.
//
// The eviction is S3-FIFO (Yang et al., SOSP 2023) of our own instead of the
// W-TinyLFU of otter/v2: it keeps a crawler that walks the archive once from
// driving the pages out that readers ask for, as W-TinyLFU does, but a hit
// only raises a two-bit counter, with no read buffer to drain; and eviction,
// index and purge fall under one lock, which the second promise needs.
//
// Compression: gzip 6 when the first reader asks for it (0.2 ms for 28 KB,
// within the answer), or before a page that was renewed takes the old one's
// place; brotli 5 in the background from the second hit on (2 ms, 8 % smaller),
// but not for renewed ones; brotli 11 from the 32nd on (60 ms, another 12 %) when
// the page has stood for ten seconds. One worker does it and rests three times
// as long as it worked, so it never takes more than a quarter of a core. gzip 9
// would save 3 % for five times the work and is not done.
package pagecache
