// Package fetch is the only way out: every HTTP request that Dateline makes
// to the world goes through its Client.
//
// Addresses come from strangers (feeds, imports, mentions), so the client
// assumes that each one wants to reach the operator's own network. It checks
// the address that a name resolved to at the moment of connecting, on every
// redirect again, so that neither odd spellings nor a changing DNS answer get
// past it. Proxy settings of the environment are ignored: a proxy would
// resolve names where the check cannot see.
//
// Limits: schemes http and https, ports 80 and 443 (and configured ones), at
// most three redirects, a size limit that counts decompressed bytes, a total
// time limit, and at most four connections to one host.
//
// Options.Allow names host:port pairs that skip the address and port rules.
// It exists for tests, and for operators who move a site from a server on
// their own network.
package fetch
