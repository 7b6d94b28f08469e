// Package articles is the desk's overview: what everybody works on (the start
// page), the list of all articles with filters, saved views and actions on
// several at once, the calendar, and the search behind the command palette and
// the editor's links.
package articles
