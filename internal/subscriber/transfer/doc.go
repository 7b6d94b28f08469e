// Package transfer moves readers in from the exports of other newsletter
// systems, and out in their shape.
//
// Inspect looks at the files and says what each column is taken for; a person
// may say otherwise. Run reads the files as a stream, turns each row into what
// it says of one reader, and hands batches to subscriber.Bulk, which keeps the
// rules: who left, bounced or complained stays out, whoever agreed here keeps
// their word, and a row that says nothing new changes nothing. So a run that
// was killed is simply run again.
//
// # Invariants
//
//   - in file = new + updated + unchanged + kept out + failed.
//   - A row whose consent is in doubt fails with its line; it is never taken
//     for a subscription.
//   - Reports name rows by file and line and show masked addresses only.
//   - A file that cannot be read further ends the run with its line; what came
//     before it stands.
//
// Tables: transfer, transfer_chunk (an upload, sealed), and those of package
// subscriber.
package transfer
