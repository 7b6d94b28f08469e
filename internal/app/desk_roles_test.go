package app

// roleRows are the routes of the product by name, each with the least role that
// may call it; "" is everybody. Each part of the desk has rows of its own.
var roleRows = []map[string]string{
	rolesReaders,
	rolesDesk,
	rolesStructure,
	rolesArticles,
	rolesLibrary,
	rolesWrite,
	rolesFronts,
	rolesPreviews,
	rolesNewsletter, rolesNewsletterReaders,
	rolesTalk,
	rolesSubjects,
	rolesAccounts,
	rolesStorylines,
}

var rolesReaders = map[string]string{
	"page": "", "search": "", "search feed": "", "search suggestions": "", "quotes": "", "unlock": "", "asset": "", "share image": "", "preview link": "", "health": "", "webmention": "", "pingback": "", "page of webmentions": "", "page of pingbacks": "", "media": "", "upload": "", "bounces": "",
	"newsletter": "", "newsletter sign-up": "", "newsletter sent": "", "newsletter confirmation": "", "newsletter confirm": "", "newsletter preferences": "",
	"newsletter choose": "", "newsletter unsubscribe page": "", "newsletter unsubscribe": "", "newsletter one-click page": "", "newsletter one-click": "",
	"newsletter address page": "", "newsletter address": "",
	"comments": "", "comment feed": "", "comment feeds": "", "comment page": "", "comment thread": "", "comment": "", "comment place": "", "comment form": "", "comment write": "",
	"comment sent": "", "comment live": "", "comment reply": "", "comment edit page": "", "comment edit": "", "comment remove page": "", "comment remove": "", "comment like": "",
	"comment report": "", "comment follow": "", "comment mail link": "", "comment link": "", "comment enter": "", "comment stop page": "", "comment stop": "",
	"api site": "", "api description": "", "api rest": "", "api list articles": "", "api get article": "", "api list comments": "", "api get ninjs": "", "api list ninjs": "",
	"api list sections": "", "api get section": "", "api list tags": "", "api get tag": "", "api list authors": "", "api get author": "", "api list subjects": "", "api get subject": "",
	"api list quotes": "", "api list accounts": "", "api get accounts": "", "api list storylines": "", "api get storyline": "", "api search": "", "api list subject timeline": "", "api list storyline timeline": "",
	"comment sign-in page": "", "comment sign-in": "", "comment sign-out": "", "comment data": "", "comment erase": "",
}

var rolesDesk = map[string]string{
	"desk file": "", "session": "contributor", "offer passkey to sign in": "", "offer passkey to set up": "", "offer passkey to join": "",
	"offer passkey": "contributor", "add passkey": "contributor", "remove passkey": "contributor", "forgot password": "", "forgot password now": "", "sign in": "", "sign in now": "", "sign out": "", "set up": "", "set up now": "", "join": "", "join now": "",
	"desk": "contributor", "desk short": "contributor", "own account": "contributor", "rename": "contributor", "choose language": "contributor", "choose mail": "contributor", "change password": "contributor",
	"second factor": "contributor", "second factor on": "contributor", "second factor off": "contributor", "end session": "contributor", "end other sessions": "contributor",
	"people": "administrator", "let mail leave": "administrator", "invite": "administrator", "change person": "administrator", "site settings": "administrator", "audit log": "administrator",
}
