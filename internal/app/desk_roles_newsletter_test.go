package app

var rolesNewsletter = map[string]string{
	"counted link": "", "counted picture": "",
	"editions": "author", "new edition": "author", "mailed correction": "editor", "newsletter rules": "author", "change newsletter rule": "editor",
	"count newsletters": "administrator", "mail edition again": "editor", "edition": "author", "change edition": "author", "look at edition": "author",
	"edition preview": "author", "send edition": "author", "send edition now": "editor", "test edition": "author", "edition report": "author",
	"steer edition": "editor", "edition progress": "author",
}
