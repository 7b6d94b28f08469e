// Package desk is the newsroom's own side of the site, under /desk/: set-up,
// signing in, people, the site's settings, the audit log. It asks the features;
// every rule stands there.
//
// Pages are rendered on the server and need no script. Nothing of the desk is
// cached anywhere. A page is for a role, which its route declares; what a person
// may do with what the page shows is decided by the feature.
package desk
