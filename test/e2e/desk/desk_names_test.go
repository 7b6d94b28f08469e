package desk

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"dateline/test/e2e/browser"
)

// confirmedNames are the names that the server has confirmed for an article, the
// main ones with a sign.
func (d *desk) confirmedNames(at string) string {
	d.n.t.Helper()
	var state struct {
		Content struct {
			Subjects []struct {
				ID   string
				Main bool
			}
		}
	}
	var names struct {
		Confirmed []struct{ ID, Name, Kind string }
	}
	read := func(path string, to any) {
		if err := json.Unmarshal([]byte(see[string](d, fmt.Sprintf(`fetch(%q, { headers: { Accept: 'application/json' } }).then((r) => r.text())`, path))), to); err != nil {
			d.n.t.Fatal(err)
		}
	}
	read(at+"/state", &state)
	read(at+"/subjects", &names)
	var out []string
	for i, s := range state.Content.Subjects {
		name := names.Confirmed[i].Name + " (" + names.Confirmed[i].Kind + ")"
		if s.Main {
			name += "!"
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}

// offered waits until exactly these names are suggested.
func (d *desk) offered(names ...string) {
	d.n.t.Helper()
	raw, _ := json.Marshal(strings.Join(names, ","))
	d.until(`[...document.querySelectorAll('[data-confirm] bdi')].map((e) => e.textContent).join(',') == ` + string(raw))
}

// at waits until the cursor is on the suggestion of a name.
func (d *desk) at(name string) {
	d.n.t.Helper()
	d.until(fmt.Sprintf(`document.activeElement?.matches('[data-confirm]') && document.activeElement.querySelector('bdi').textContent == %q`, name))
}

// One key each: names are confirmed, dismissed and made the main subject without
// a pointer, and saved with the text.
func TestWriting_NamesByKeyboard(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	d := n.owner
	d.send("/desk/register", "name", "Port Sallow", "kind", "place")
	at := d.begin()
	d.into("headline")
	d.types("Mayor comes to Port Sallow")
	d.into("text")
	d.types("Mayor Dessa Marrin of the Harbour Workers Union came to Port Sallow. Marrin said she would stay.")
	d.saved()
	d.offered("Port Sallow", "Dessa Marrin", "Harbour Workers Union")
	d.press("j", 74, 2)
	d.at("Port Sallow")
	check(t, d.Page, "desk-names", "Found in the text")
	d.press("j", 74, 2)
	d.at("Port Sallow")
	d.press("Enter", 13, 0)
	d.at("Dessa Marrin")
	d.types("m")
	d.at("Harbour Workers Union")
	d.press("Delete", 46, 0)
	d.offered()
	d.until(`document.activeElement?.id == 'w-subject-add'`)
	d.types("Rain Day")
	d.press("Enter", 13, 0)
	d.at("Rain Day")
	d.types("4") // an event
	d.at("Rain Day")
	d.press("Enter", 13, 0)
	d.until(`document.querySelectorAll('#w-subject-list li').length == 3`)
	d.saved()
	same(t, "confirmed", d.confirmedNames(at), "Port Sallow (place), Dessa Marrin (person)!, Rain Day (event)")
	d.write(at)
	d.until(`document.querySelectorAll('#w-subject-list li').length == 3`)
	d.into("text")
	d.types(" The Harbour Workers Union agreed.")
	d.saved()
	d.until(`document.querySelector('#w-subject-list').innerText.includes('Dessa Marrin')`)
	d.offered() // what was dismissed stays so
	turn(t, d.Page, browser.Phone)
	d.click("#w-panel-button")
	check(t, d.Page, "desk-names", "In this story")
	turn(t, d.Page, browser.Desktop)
	// A name is taken off again, and the published story has the others.
	see[bool](d, `(() => { [...document.querySelectorAll('#w-subject-list li')].find((e) => e.textContent.includes('Rain Day')).querySelector('button:last-child').click(); return true; })()`)
	d.saved()
	d.until(fmt.Sprintf(`fetch(%q, { headers: { Accept: 'application/json' } }).then((r) => r.json()).then((s) => s.content.subjects.length == 2)`, at+"/state"))
	same(t, "without the third", d.confirmedNames(at), "Port Sallow (place), Dessa Marrin (person)!")
}

func TestRegister_InTheBrowser(t *testing.T) {
	n := openNewsroom(t, browser.Desktop)
	d := n.owner
	page := d.send("/desk/register", "name", "Ann Lee", "kind", "person")
	one := regexp.MustCompile(`/desk/register/\d+`).FindString(page)
	if one == "" {
		t.Fatalf("nothing was added:\n%.800s", page)
	}
	again := d.send("/desk/register", "name", "Ann Lee", "kind", "person")
	if !strings.Contains(again, "is in the register already") || !strings.Contains(again, `name="another"`) {
		t.Errorf("adding it twice:\n%.800s", again)
	}
	d.send("/desk/register", "name", "Lee Ann", "kind", "person")
	for _, page := range []struct{ name, path, says string }{{"register", "/desk/register", "Ann Lee"}, {"register-entry", one, "Other names"}, {"register-merge", one + "?merge=lee", "Which one is to stay?"},
		{"register-move", "/desk/register/move", "Export"}} {
		for _, view := range []browser.View{browser.Desktop, browser.Phone.InDark()} {
			turn(t, d.Page, view)
			d.open(page.path)
			check(t, d.Page, page.name, page.says)
		}
	}
	// What only some kinds have is shown for these, and wherever something was typed.
	turn(t, d.Page, browser.Phone)
	d.open(one)
	shown := func(kind string) string {
		return see[string](d, `(() => {
			const kind = document.querySelector('#kind');
			kind.value = '`+kind+`';
			kind.dispatchEvent(new Event('change'));
			return [...document.querySelectorAll('#entry input')].filter((i) => i.name == 'position' || i.name == 'begins').filter((i) => i.checkVisibility()).map((i) => i.name).join(' ');
		})()`)
	}
	for kind, want := range map[string]string{"person": "", "organisation": "", "place": "position", "event": "position begins"} {
		if got := shown(kind); got != want {
			t.Errorf("a %s has the fields %q, want %q", kind, got, want)
		}
	}
	check(t, d.Page, "register-entry-kind", "Other names")
	see[bool](d, `(() => { document.querySelector('#begins').value = '2026-11-27'; return true; })()`)
	if got := shown("person"); got != "begins" {
		t.Errorf("a person for whom a day was typed has the fields %q", got)
	}
	plain := n.desk(browser.Phone.WithoutScript())
	plain.open("/desk/sign-in")
	fill(t, plain.Page, map[string]string{"email": "olga@paper.example", "password": secret}, "/desk/")
	plain.open(one)
	check(t, plain.Page, "register-entry", "Position (places and events)")
	check(t, plain.Page, "register-entry", "When (events)")
}
