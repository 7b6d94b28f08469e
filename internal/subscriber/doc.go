// Package subscriber knows who reads which newsletter, by whose consent, and
// is the only package that opens their addresses.
//
// A reader asks with an address (pending), confirms by the letter that goes
// there (active), chooses newsletters, rhythms and interests, and leaves one of
// them or all (ended). Mail that comes back for good, or a complaint, ends it
// too (bounced, complained).
//
//   - Asking answers the same, and does the same work, whoever the address
//     belongs to: what follows is found out by a job. Whoever reads already gets
//     a letter with the way to their preferences instead.
//   - Nothing that a stranger types makes a mailbox get more than one
//     confirmation a day and three a week. Plus-tags and Gmail's dots count as
//     the same mailbox there.
//   - An address is sealed at rest and found by a keyed index. Links name
//     numbers and are signed; none holds an address.
//   - Links in newsletters do not end: with them a reader leaves and chooses.
//     What shows or moves the address, or erases, needs a link that was mailed
//     for it within a day (Access.Fresh).
//   - newsletter.readers and reader_count are exact, changed in the transaction
//     that changes a subscription.
//   - Unconfirmed sign-ups are erased after a week, those who left after thirty
//     days; of these the suppression hash stays.
//   - Erasure removes every row; other packages that keep rows of a subscriber
//     join in through Holder.
//
// Tables: newsletter, subscriber, subscription, interest, reader_count,
// consent, subscriber_move, suppression, asked.
package subscriber
