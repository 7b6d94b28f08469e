package app

var rolesArticles = map[string]string{
	"article list": "contributor", "find articles": "contributor", "bulk": "contributor", "save view": "contributor", "delete view": "contributor",
	"calendar": "contributor", "plan article": "editor",
}
