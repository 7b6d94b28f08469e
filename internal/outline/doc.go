// Package outline arranges a site: its sections, tags, authors, menus,
// redirects and standing pages. It holds who may change them and what must
// follow: former addresses lead on, lists move, and what is merged or deleted
// leaves nothing behind that points nowhere.
//
// Editors change sections, tags, authors, redirects and the places of pages;
// administrators change menus. Every change is one transaction with an audit
// row. Long work (the articles of a section that is dissolved) is a job that
// moves a batch a transaction.
//
// It has no tables of its own: see taxonomy, author, article and settings.
package outline
