package app

var rolesFronts = map[string]string{
	"front board": "author", "look at front": "author", "front preview": "author",
	"arrange front": "editor", "cancel front": "editor", "restore front": "editor", "discard front": "editor",
}
