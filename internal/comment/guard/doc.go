// Package guard judges comments: spam without a third party.
//
// It adds up three kinds of evidence, all in one unit, the natural logarithm
// of odds: what the form and the writing show (Sign), what the words say (a
// Bayes classifier that begins with a small shipped table and learns from the
// site's own decisions), and what is known of the link's domains. The sum is a
// chance of spam between 0 and 1, with reasons that moderators can read.
//
// The package is pure: no SQL, no clock, no network. Whoever uses it keeps the
// rows (Row, for tokens and for domains) and hands them to New. Model and Waves
// are safe for concurrent use. The work for one comment is bounded, whatever it
// holds.
//
// The package akismet inside it asks a service outside (Outside), if a site
// wants that.
package guard
