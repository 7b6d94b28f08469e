package app

var rolesPreviews = map[string]string{
	"article preview": "contributor", "article looks": "contributor", "article share image": "contributor", "preview styles": "contributor",
	"make preview link": "author", "revoke preview link": "author",
}
