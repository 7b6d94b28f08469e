// Package atlas draws small maps as static SVG, and knows where cities are,
// from a file in the binary (atlas.bin) that is made of Natural Earth by
// tools/atlas. It knows nothing of articles and asks nobody.
//
// # How a map is made
//
// Places that lie together are shown from above in Lambert's azimuthal
// equal-area projection around their middle, which knows no edge of the world:
// the date line and the poles are places like others. A globe in a corner says
// where on the world that is. Places too far apart for it are shown on the whole
// world in the Equal Earth projection.
//
// Outlines are arcs that neighbours share. Each is projected, made simpler and
// rounded once a map, so that coasts, borders and countries fit each other.
// Rings are then cut at the frame. What lies beyond a circle around the frame is
// drawn in to it on its ray from the middle, which keeps what the ring goes
// round; a ring around the point opposite turns inside out and gets the circle
// as a second ring.
//
// Colours are a theme's: the SVG has classes and no styles. Borders are those
// of Natural Earth, which shows who holds an area, not who claims it.
package atlas
