package app

import "testing"

// TestDesk_SaysWhatIsWrongInThePersonsLanguage: on a form, and in the answer to
// a script.
func TestDesk_SaysWhatIsWrongInThePersonsLanguage(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		p.leads("a language", owner.post("/desk/account/language", "language", "de"), "/desk/account?done=saved")
		p.shows("a form", owner.post("/desk/people", "name", "Ann", "email", "nobody", "role", "author"), 422, "Das ist keine E-Mail-Adresse.")
		stranger := p.browser()
		stranger.language = "fr"
		p.shows("the sign-in", stranger.post("/desk/sign-in", "email", "olga@paper.example", "password", "wrong"), 422, "L’adresse ou le mot de passe est incorrect.")
		at, _ := owner.begins()
		owner.language = "de"
		got := owner.sends("POST", at+"/notes", map[string]any{"do": "add", "note": "", "thread": "", "body": " ", "anchor": map[string]string{}, "mentions": []string{}})
		if got.status != 400 || got.body != `{"error":"Die Notiz ist leer.","code":"invalid"}` {
			t.Errorf("a script is told %d %s", got.status, got.body)
		}
	})
}
