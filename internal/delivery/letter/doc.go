// Package letter makes the letters of a newsletter. What all recipients of a
// variant share is encoded, split at its slots and hashed once ([Build]); a
// recipient costs the slots, the head, one pass of SHA-256 over the rest of the
// body and one signature ([Body.Append]).
//
// The same variant and recipient always give the same bytes, so that a letter
// that has to be sent again is the same letter.
package letter
