package app

var rolesWrite = map[string]string{
	"new article": "contributor", "article": "contributor", "article fields": "contributor", "article state": "contributor", "save article": "contributor",
	"merge article": "contributor", "arrange article": "contributor", "article presence": "contributor", "move article": "contributor", "discard changes": "contributor",
	"publish article": "contributor", "publish article now": "contributor", "publication time": "contributor", "published article": "contributor",
	"take article back": "contributor", "withdraw article": "editor", "withdraw article now": "editor", "revisions": "contributor", "restore revision": "contributor",
	"article notes": "contributor", "write note": "contributor", "link translation": "contributor", "find for article": "contributor", "media for article": "contributor", "new tag": "contributor",
	"names in article": "contributor", "dismiss name": "contributor", "new name": "author", "find quotes": "contributor",
	"stories beside article": "contributor", "decide about story beside": "contributor",
	"mentions": "contributor", "mentions read": "contributor",
}
