package desk

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// How fast the editor of the stopwatch is: the keystroke-level model's average
// typist and mental operator (Card, Moran and Newell, 1980), and 250 words read
// in a minute.
const (
	perKey      = 280 * time.Millisecond
	perDecision = 1350 * time.Millisecond
	perWord     = 240 * time.Millisecond
)

// toFile is one of the newest ten public stories of the sample newsroom that are
// in English and not told live, and what an editor who has read it wants of it.
// What is suggested and not listed is dismissed.
type toFile struct {
	slug   string
	names  map[string]string // to confirm: the kind; with ! for what the story is about
	line   string            // the storyline
	quotes []string          // "speaker: how the words begin", to confirm
}

var tenStories = []toFile{
	{"night-shift-talks-resume", map[string]string{"Philippa Strand": "person", "Customs House": "place", "Dessa Marrin": "person", "Norquay": "place!", "Hesper Dunmore": "person"}, "The harbour talks",
		[]string{"Hesper Dunmore: We were asked", "Hesper Dunmore: The log says", "Dessa Marrin: one I can carry", "Philippa Strand: the company would"}},
	{"ferry-final-report", map[string]string{"Gull Head": "place", "Marine Accident Bureau": "organisation!", "Runa Falk": "person", "Skerrin Line": "organisation", "St Maren": "place", "Tove Lindqvar": "person", "Skerrin Sound": "place", "Varrick Bulk Carriers": "organisation", "Seafarers’ Guild": "organisation"}, "The Maid of Skerrin",
		[]string{"ministry: it will answer"}},
	{"salt-almanac-reading", map[string]string{"Runa Falk": "person", "Petra Vance": "person", "Margit Sandoe": "person", "Great Skerrin": "place!", "Elspeth Orr": "person"}, "The Salt Almanac",
		[]string{"Margit Sandoe: She has waited", "Margit Sandoe: I don’t think"}},
	{"athletic-smaller-roof", map[string]string{"Benedikta Thorn": "person", "Aldermouth Athletic": "organisation!", "Pia Renshaw": "person", "Nell Finch": "person", "Iris Tolland": "person", "Corin Hale": "person", "Gasworks Green": "organisation"}, "The Gasworks stadium",
		[]string{"Nell Finch: You can’t hear", "Nell Finch: You can only", "Benedikta Thorn: We have drawn", "Benedikta Thorn: It’s a relief", "Corin Hale: he has received", "Iris Tolland: the association had"}},
	{"tide-gauge-questions", map[string]string{"Oswin Farr": "person", "Fish Quay": "place!"}, "", []string{"Oswin Farr: one should look"}},
	{"athletic-top-of-table", map[string]string{"Aldermouth Athletic": "organisation!", "Ottoline Sands": "person", "Hexley Town": "organisation", "Perran Tamsin": "person", "Ursula Brandvold": "person"}, "", nil},
	{"port-volumes-recover", map[string]string{"Philippa Strand": "person", "Stannerby": "place", "Norquay": "place!"}, "The harbour talks", []string{"Philippa Strand: A cargo which"}},
	{"beacon-hill-comet", map[string]string{"Idris Penhall": "person!", "Sunniva Platt-Moore": "person", "Beacon Hill": "place", "Florence Quennell": "person"}, "",
		[]string{"Sunniva Platt-Moore: We get perhaps", "Sunniva Platt-Moore: A hundred and", "Idris Penhall: Mostly that", "Idris Penhall: There was a lady"}},
	{"hexley-moves-uphill", map[string]string{"Lettie Crowe": "person", "Perpetua Lisle": "person", "Oren Pask": "person", "Hexley": "place!"}, "The Alder flood",
		[]string{"Lettie Crowe: I am not afraid", "Lettie Crowe: I’m afraid of", "Oren Pask: We’re the side", "Oren Pask: Twenty-one"}},
	{"salt-almanac-review", map[string]string{"Elin Harrowby": "person", "Anselm Rook": "person", "Ropewalk Press": "organisation", "Petra Vance": "person"}, "The Salt Almanac", nil},
}

// TestStopwatch_TenStories files ten stories as data, names, storyline and
// quotes, at the pace of a person, and prints the seconds that each took. The
// public ones are withdrawn first: the texts are new to the newsroom.
func TestStopwatch_TenStories(t *testing.T) {
	if os.Getenv("DATELINE_STOPWATCH") == "" {
		t.Skip("takes ten minutes and measures: set DATELINE_STOPWATCH=1")
	}
	d, at := beforeTen(t)
	fmt.Println("| story | words | names | quotes | seconds |\n|---|---:|---:|---:|---:|")
	var sum, most time.Duration
	for i, story := range tenStories {
		d.copies(at[i])
		words := see[int](d, `document.querySelector('.ed-text').innerText.trim().split(/\s+/).length`)
		d.until(`document.querySelector('#w-saved').textContent.startsWith('saved') && document.querySelector('[data-confirm]')`)
		began := time.Now()
		names := d.filesNames(story)
		quotes := d.filesQuotes(story)
		d.saved()
		took := time.Since(began)
		sum, most = sum+took, max(most, took)
		fmt.Printf("| %s | %d | %s | %s | %.0f |\n", story.slug, words, names, quotes, took.Seconds())
	}
	fmt.Printf("| mean, most | | | | %.0f, %.0f |\n", (sum / time.Duration(len(tenStories))).Seconds(), most.Seconds())
}

// beforeTen opens the sample newsroom without the ten stories among its public
// ones, and returns their addresses at the desk.
func beforeTen(t *testing.T) (d *desk, at []string) {
	t.Helper()
	n, data := courier(t)
	d = n.owner
	store := kept(t, data)
	for _, story := range tenStories {
		var id int64
		if err := store.QueryRow(t.Context(), `SELECT id FROM article WHERE slug = $1`, story.slug).Scan(&id); err != nil {
			t.Fatalf("%s: %v", story.slug, err)
		}
		one := fmt.Sprint("/desk/articles/", id)
		d.send(one+"/withdraw", "reason", "Filed again with a stopwatch", "revision", fmt.Sprint(d.stored(one).Revision))
		if got := d.stored(one).Status; got != "withdrawn" {
			t.Fatalf("%s is %s", story.slug, got)
		}
		at = append(at, one)
	}
	chosen(t, data)
	return d, at
}

// copies begins a new article with the text of another one, as it was before
// anybody had said what it holds.
func (d *desk) copies(from string) {
	d.n.t.Helper()
	at := d.begin()
	status := see[int](d, fmt.Sprintf(`(async () => {
		const from = (await (await fetch('%[1]s/state')).json()).content, to = await (await fetch('%[2]s/state')).json();
		const bare = (n) => ({ ...n, marks: n.marks?.filter((m) => m.type != 'said'), content: n.content?.map(bare) });
		const content = { ...to.content, headline: from.headline, standfirst: from.standfirst, sections: from.sections, tags: from.tags, dateline: from.dateline, body: JSON.parse(JSON.stringify(bare(from.body))) };
		const r = await fetch('%[2]s/save', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ revision: to.revision, tab: 'x', version: true, content }) });
		return r.status;
	})()`, from, at))
	if status != 200 {
		d.n.t.Fatalf("the copy of %s answers %d", from, status)
	}
	d.write(at)
}

// reads waits as long as reading some words and deciding takes.
func reads(text string) {
	time.Sleep(perDecision + time.Duration(len(strings.Fields(text)))*perWord)
}

func (d *desk) hand(name string, code, modifiers int64) {
	d.n.t.Helper()
	time.Sleep(perKey)
	d.press(name, code, modifiers)
}

func (d *desk) typesSlowly(text string) {
	d.n.t.Helper()
	for _, c := range text {
		time.Sleep(perKey)
		d.types(string(c))
	}
}

var kindKeys = map[string]string{"person": "1", "organisation": "2", "place": "3", "event": "4"}

// filesNames goes through the suggested names by key, types those that were not
// suggested, and decides on the storyline. It returns what was done.
func (d *desk) filesNames(story toFile) string {
	d.n.t.Helper()
	left := map[string]string{}
	for name, kind := range story.names {
		left[name] = kind
	}
	confirmed, dismissed, typed := 0, 0, 0
	d.hand("j", 74, 2)
	for range 60 {
		var row struct{ Name, Kind, Line string }
		if err := json.Unmarshal([]byte(see[string](d, `(() => {
			const a = document.activeElement, row = a?.closest('[data-item]');
			return JSON.stringify({ name: row?.querySelector('bdi').textContent ?? '', kind: row?.querySelector('select')?.value ?? '', line: a?.id == 'w-line-take' ? document.querySelector('#w-line-name').textContent : '' });
		})()`)), &row); err != nil {
			d.n.t.Fatal(err)
		}
		switch kind, wanted := left[row.Name]; {
		case row.Line != "" && row.Line == story.line:
			reads(row.Line)
			d.hand("Enter", 13, 0)
		case row.Line != "":
			reads(row.Line)
			d.hand("Delete", 46, 0)
		case row.Name == "":
			offered := see[bool](d, `!document.querySelector('#w-line-offer').hidden`)
			if offered || see[bool](d, `!!document.querySelector('[data-confirm]')`) {
				d.hand("j", 74, 2)
				continue
			}
			for name := range left {
				time.Sleep(perDecision)
				d.focuses("#w-subject-add")
				d.typesSlowly(name)
				d.hand("Enter", 13, 0)
				typed++
				d.until(fmt.Sprintf(`[...document.querySelectorAll('#w-subject-list li')].some((e) => e.textContent.includes(%[1]q)) || document.activeElement?.closest('[data-item]')?.textContent.includes(%[1]q)`, name))
				break
			}
			if len(left) == 0 {
				d.line(story)
				return fmt.Sprintf("%d confirmed, %d dismissed, %d typed", confirmed, dismissed, typed)
			}
			if !see[bool](d, `!!document.activeElement?.closest('[data-item]')`) { // the register had it
				for name := range left {
					if see[bool](d, fmt.Sprintf(`[...document.querySelectorAll('#w-subject-list li')].some((e) => e.textContent.includes(%q))`, name)) {
						delete(left, name)
					}
				}
			}
			continue
		case !wanted:
			reads(row.Name)
			d.hand("Delete", 46, 0)
			dismissed++
		default:
			reads(row.Name)
			if want := strings.TrimSuffix(kind, "!"); row.Kind != "" && row.Kind != want {
				d.hand(kindKeys[want], int64(kindKeys[want][0]), 0)
				d.until(fmt.Sprintf(`document.activeElement?.closest('[data-item]')?.querySelector('select')?.value == %q`, want))
			}
			if strings.HasSuffix(kind, "!") {
				d.hand("m", 77, 0)
			} else {
				d.hand("Enter", 13, 0)
			}
			confirmed++
			delete(left, row.Name)
		}
		d.until(fmt.Sprintf(`document.activeElement?.closest('[data-item]')?.querySelector('bdi').textContent != %q || document.activeElement?.id == 'w-line-take'`, row.Name))
	}
	d.n.t.Fatalf("%s: the names never came to an end, left are %v", story.slug, left)
	return ""
}

// focuses puts the cursor into a field beside the text.
func (d *desk) focuses(selector string) {
	d.n.t.Helper()
	see[bool](d, fmt.Sprintf(`(() => { document.querySelector(%q).focus(); return true; })()`, selector))
}

// line types the storyline if it was not proposed.
func (d *desk) line(story toFile) {
	d.n.t.Helper()
	if got := see[string](d, `document.querySelector('#w-storyline').value`); got != "" || story.line == "" {
		same(d.n.t, story.slug+": storyline", got, story.line)
		return
	}
	time.Sleep(perDecision)
	d.focuses("#w-storyline")
	d.typesSlowly(story.line)
}

// filesQuotes goes through the suggested quotes by key.
func (d *desk) filesQuotes(story toFile) string {
	d.n.t.Helper()
	right, wrong := 0, 0
	d.hand("Q", 81, 1|8)
	for range 60 {
		var row struct{ Words, Who string }
		if err := json.Unmarshal([]byte(see[string](d, `(() => {
			const row = document.activeElement?.closest('.w-said-one');
			return JSON.stringify({ words: row?.querySelector('.w-said-words').textContent ?? '', who: row?.querySelector('.help').textContent ?? '' });
		})()`)), &row); err != nil {
			d.n.t.Fatal(err)
		}
		if row.Words == "" {
			if right < len(story.quotes) {
				d.n.t.Errorf("%s: %d of %d quotes were suggested", story.slug, right, len(story.quotes))
			}
			return fmt.Sprintf("%d confirmed, %d dismissed", right, wrong)
		}
		reads(row.Words + " " + row.Who)
		if wants(story.quotes, row.Words, row.Who) {
			d.hand("Enter", 13, 0)
			right++
		} else {
			d.hand("Delete", 46, 0)
			wrong++
		}
		d.until(fmt.Sprintf(`document.activeElement?.closest('.w-said-one')?.querySelector('.w-said-words').textContent != %q`, row.Words))
	}
	d.n.t.Fatalf("%s: the quotes never came to an end", story.slug)
	return ""
}

func wants(quotes []string, words, who string) bool {
	for _, q := range quotes {
		speaker, begins, _ := strings.Cut(q, ": ")
		if strings.HasPrefix(who, speaker) && strings.HasPrefix(strings.Trim(words, "“”"), begins) {
			return true
		}
	}
	return false
}
