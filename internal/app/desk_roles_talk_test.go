package app

var rolesTalk = map[string]string{
	"comment queue": "editor", "decide on comments": "editor", "undo on comments": "editor", "comment rules": "editor", "save comment rules": "editor",
	"comment bans": "editor", "end comment ban": "editor", "comment figures": "editor", "comment at the desk": "editor", "answer comment": "editor",
	"note on comment": "editor", "ban writer of comment": "editor",
}
