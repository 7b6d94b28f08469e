package app

var rolesAccounts = map[string]string{
	"shared accounts": "contributor", "new accounts": "contributor", "make accounts": "contributor", "find accounts": "contributor", "share accounts": "contributor",
	"accounts": "contributor", "change accounts": "contributor", "delete accounts": "editor",
}
