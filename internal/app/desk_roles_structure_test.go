package app

var rolesStructure = map[string]string{
	"structure": "editor", "sections": "editor", "add section": "editor", "place section": "editor", "section": "editor", "save section": "editor",
	"default section": "editor", "delete section": "editor",
	"tags": "editor", "add tag": "editor", "merge tags": "editor", "alike tags": "editor", "tag": "editor", "save tag": "editor", "delete tag": "editor",
	"authors": "editor", "add author": "editor", "author": "editor", "save author": "editor", "merge author": "editor", "delete author": "editor",
	"standing pages": "editor", "place standing page": "editor",
	"redirects": "editor", "add redirect": "editor", "delete redirect": "editor", "import redirects": "editor", "look at redirects": "editor",
	"take redirects": "editor", "export redirects": "editor",
	"menus": "administrator", "add menu": "administrator", "menu": "administrator", "save menu": "administrator", "save menu entry": "administrator",
	"delete menu entry": "administrator", "place menu entry": "administrator", "delete menu": "administrator",
	"appearance": "administrator", "save appearance": "administrator", "preview front": "administrator", "preview article": "administrator",
	"preview style": "administrator", "site in groups": "administrator", "save site group": "administrator",
}
