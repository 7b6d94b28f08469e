package app

var rolesStructure = map[string]string{
	"structure": "editor", "sections": "editor", "add section": "editor", "place section": "editor", "section": "editor", "save section": "editor",
	"default section": "editor", "delete section": "editor",
}
