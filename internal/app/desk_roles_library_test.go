package app

var rolesLibrary = map[string]string{
	"media library": "contributor", "upload medium": "contributor", "pick medium": "contributor", "medium": "contributor", "change medium": "contributor",
	"replace medium": "contributor", "focus medium": "contributor", "delete medium": "contributor", "medium file": "contributor",
}
