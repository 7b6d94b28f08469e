// Package subscriber knows who reads which newsletter, by whose consent, and
// is the only package that opens their addresses.
package subscriber
