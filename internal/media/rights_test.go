package media

import "testing"

func TestRights_MayPassOn(t *testing.T) {
	const today Day = 20260304
	for _, c := range []struct {
		rights Rights
		want   bool
	}{
		{Rights{}, false}, // nobody has said anything
		{Rights{Holder: "The Paper"}, true},
		{Rights{Holder: " the paper "}, true},
		{Rights{Holder: "The Paper", Expire: 20260303}, false},
		{Rights{Holder: "The Paper", Expire: 20260304}, true},
		{Rights{Holder: "The Paper", Licence: "one use, print and web"}, false},
		{Rights{Holder: "Agency"}, false},
		{Rights{Holder: "Ann", Licence: "CC BY 4.0"}, true},
		{Rights{Holder: "Ann", Licence: "CC BY 4.0", Expire: 20260101}, false},
		{Rights{Licence: "cc-by-sa 3.0"}, true},
		{Rights{Licence: "CC BY-ND"}, true},
		{Rights{Licence: "CC BY-NC 4.0"}, false},
		{Rights{Licence: "CC BY-NC-SA"}, false},
		{Rights{Licence: "https://creativecommons.org/licenses/by/4.0/"}, true},
		{Rights{Licence: "https://creativecommons.org/licenses/by-nc/4.0/"}, false},
		{Rights{Licence: "CC0"}, true},
		{Rights{Licence: "Public domain"}, true},
		{Rights{Licence: "not in the public domain"}, false},
		{Rights{Licence: "by agreement"}, false},
		{Rights{Licence: "cc me before use"}, false},
		{Rights{Licence: "All rights reserved"}, false},
	} {
		if got := c.rights.MayPassOn(today, "", "The Paper"); got != c.want {
			t.Errorf("%+v: %t, want %t", c.rights, got, c.want)
		}
	}
}
