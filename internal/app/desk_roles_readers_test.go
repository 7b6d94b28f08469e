package app

var rolesNewsletterReaders = map[string]string{
	"readers": "administrator", "find reader": "administrator", "reader": "administrator", "end reader": "administrator", "erase reader": "administrator",
	"erase reader now": "administrator", "reader data": "administrator",
	"newsletters": "administrator", "order newsletters": "administrator", "new newsletter": "administrator", "add newsletter": "administrator",
	"newsletter settings": "administrator", "save newsletter": "administrator",
	"import readers": "administrator", "upload readers": "administrator", "readers import": "administrator", "try readers import": "administrator",
	"start readers import": "administrator", "discard readers import": "administrator",
	"export readers": "administrator", "download readers": "administrator",
}
