package app

var rolesStorylines = map[string]string{
	"storyline of article": "contributor", "dismiss storyline": "contributor",
	"storylines": "editor", "make storyline": "editor", "storyline": "editor", "save storyline": "editor", "restore storyline": "editor", "merge storyline": "editor", "delete storyline": "editor",
}

var rolesSubjects = map[string]string{
	"register": "editor", "add to register": "editor", "move register": "editor", "export register": "editor", "import register": "editor",
	"entry of register": "editor", "save entry of register": "editor", "merge entry of register": "editor", "delete entry of register": "editor",
}
