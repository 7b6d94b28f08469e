// Package account knows who acts: people with a role, and the system itself
// for the scheduler, the importer and the command line.
//
// A person is invited with a name, an address and a role, takes the invitation
// by choosing a password or a passkey, signs in, and may add a second factor. Every rule
// stands here; the desk and the command line only ask.
//
//   - An address is sealed at rest and found by a keyed index; nothing public is
//     made from it.
//   - A session is 256 random bits, of which only the SHA-256 is kept. Change of
//     password, role or state ends all sessions of the person at once.
//   - A ticket is a link that works once: set-up, invitation, new password. Only
//     its SHA-256 is kept.
//   - Sign-in says the same, after the same time, for an unknown address, a
//     wrong password and a person who is switched off.
//   - A passkey counts as both factors: the device asks who holds it. Challenges
//     work once, for five minutes. Nobody removes their last way in.
//   - A letter is a job whose payload is sealed. What follows from a forgotten
//     password is found out by a job, so that the answer is the same for all.
//   - At least one owner is always able to sign in.
//
// Tables: person, session, ticket, recovery_code, passkey, challenge.
package account
