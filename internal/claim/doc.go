// Package claim keeps shared accounts: what each side of an event says of it,
// point by point, with its sources. A record is written once and shown by every
// article that refers to it (the node shared_accounts of a document); a change
// shows in all of them at once, with its date.
//
// A record has no page of its own and is in no list that readers see: it is as
// public as the articles that show it. Whoever writes may make one and change
// it while no reader sees it; after that, changing it is publishing, which is
// the editors'.
//
// Tables: accounts, accounts_ref.
package claim
