package desk

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/config"
	"dateline/internal/db"
	"dateline/internal/settings"
	"dateline/internal/vault"
	"dateline/test/e2e/browser"
)

// said is a comment of a reader.
type said struct{ name, email, text string }

// conversation are comments as a newsroom gets them, the first ones first.
var conversation = []said{
	{"Mara Quay", "mara@reader.example", "The ferry was late again this morning, and nobody at the pier could say why. My daughter missed her exam because of it."},
	{"Jon Bold", "jon@reader.example", "I worked on that line for **eleven years**. The cable was never changed in that time, whatever the company says now."},
	{"Ida Marsh", "ida@reader.example", "> nobody at the pier could say why\n\nThe timetable at the pier has been wrong since spring."},
	{"casino-bonus.example", "", "Best bonus 2026!!! Claim your reward at https://casino-bonus.example/win and https://casino-bonus.example/now today"},
	{"Old Salt", "salt@reader.example", "You are all fools, every one of you, and the council most of all."},
	{"Tomasz", "tomasz@reader.example", "Does anybody know whether the replacement bus takes bicycles?"},
	{"Priya N.", "priya@reader.example", "Thank you for the map, it is the first one that I could read."},
	{"<b>Bold</b> \u202egpj.exe", "", "<img src=x onerror=alert(1)> Names and texts like these have to stay words."},
	{"ليلى", "layla@reader.example", "شكرًا على هذا التقرير، كنت أنتظر منذ أسابيع أن يكتب أحد عن العبّارة."},
	{"Gwen Holt", "gwen@reader.example", "The council minutes of 12 May say the opposite. They are at https://council.example/minutes for everybody to read."},
	{"Ann Teller", "ann@reader.example", "My grandmother remembers the first ferry, and it was on time."},
	{"Bert", "bert@reader.example", "A bridge would have cost less, all in all."},
	{"Carla V.", "carla@reader.example", "Could you print the phone number of the harbour office?"},
	{"Dov", "dov@reader.example", "The photo in the article is from the other pier, I think."},
	{"Elif", "elif@reader.example", "Two hours in the rain with a pram. Never again."},
	{"Frank", "frank@reader.example", "What about the fishermen? Nobody asks them."},
	{"Gita", "gita@reader.example", "Good piece. More of this, please."},
	{"Hal", "hal@reader.example", "They said the same thing in 1998 and nothing changed."},
	{"Ines", "ines@reader.example", "The evening ferry is never late, only the morning one."},
	{"Jules", "jules@reader.example", "I would pay more for a ferry that runs."},
}

// wave is one text by many.
func wave(n int) (out []said) {
	for i := range n {
		out = append(out, said{fmt.Sprint("Winner ", i+1), "", fmt.Sprint("I earned four thousand dollars last week working from home with this simple trick that banks hate, ask me how, number ", i)})
	}
	return out
}

// hears puts comments into a newsroom that nobody serves, as readers would have
// written them over the last hours; each waits.
func hears(t *testing.T, data string, all []said) {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": data}})
	must(err)
	d, err := db.Open(ctx, cfg.DatabaseURL(), db.Options{})
	must(err)
	defer d.Close()
	v, err := vault.Open(data)
	must(err)
	store, now := settings.NewStore(d), clock.NewManual(time.Now().Add(-5*time.Hour))
	site, err := store.Site(ctx)
	must(err)
	site.CommentPolicy, site.CommentEmailRequired, site.CommentRate = settings.CommentsHeld, false, 30
	must(d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM comment WHERE status <> 'approved'`); err != nil { // of the sample
			return err
		}
		return settings.Save(ctx, tx, site, now.Now())
	}))
	var article int64
	must(d.QueryRow(ctx, `SELECT id FROM article WHERE public = 1 AND comments_open = 1 AND headline LIKE '%Hexley%' ORDER BY id LIMIT 1`).Scan(&article))
	service := comment.NewService(comment.Parts{DB: d, Clock: now, Vault: v, Settings: store})
	for i, one := range all {
		token := service.FormToken(article)
		now.Advance(3 * time.Minute)
		_, err := service.Post(ctx, comment.Post{Visitor: comment.Visitor{Client: netip.AddrFrom4([4]byte{198, 51, byte(i), 7})}, Article: article,
			Name: one.name, Email: one.email, Text: one.text, Token: token})
		must(err)
		time.Sleep(2 * time.Millisecond) // the order of comments is that of their ids, which go by the millisecond
	}
}

// moderating is a newsroom with comments that wait, and its owner at the queue.
func moderating(t *testing.T, all []said) *newsroom {
	t.Helper()
	b := chrome(t)
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	n := &newsroom{t: t, b: b, program: path, data: sample(t)}
	hears(t, n.data, all)
	n.serve("127.0.0.1:0")
	var link []string
	await(t, "the set-up link", func() bool { link = setUp.FindStringSubmatch(n.server.Log()); return link != nil })
	n.owner = n.desk(browser.Desktop)
	n.owner.open(link[1])
	founds(t, n.owner.Page, "olga@paper.example")
	return n
}

// at the queue, the comment at hand.
func (d *desk) atHand() string {
	d.n.t.Helper()
	return see[string](d, `document.querySelector('.talk-card.current h2')?.innerText ?? ''`)
}

func (d *desk) hits(key string) {
	d.n.t.Helper()
	d.press(key, 0, 0)
}

// left waits until every decision has left.
func (d *desk) left() {
	d.n.t.Helper()
	d.until(`(JSON.parse(sessionStorage.getItem('dateline-talk') ?? '{"deeds":[]}').deeds.length == 0)`)
}

// pile lists the names of a status.
func (d *desk) pile(status string) string {
	d.n.t.Helper()
	return see[string](d, fmt.Sprintf(`fetch('/desk/comments?status=%s', { cache: 'no-store' }).then(r => r.text()).then(t => [...t.matchAll(/<h2 id="c[0-9]+-who"><bdi>(.*?)<\/bdi>/g)].map(m => m[1]).sort().join(', '))`, status))
}

func (d *desk) holds(status, want string) {
	d.n.t.Helper()
	if got := d.pile(status); got != want {
		d.n.t.Errorf("%s: %q, want %q", status, got, want)
	}
}

// stands asks that the comments of some readers have a status. Each is found by a
// word of its name.
func (d *desk) stands(status string, words ...string) {
	d.n.t.Helper()
	for _, word := range words {
		if got := d.pile(status + "&q=" + word); !strings.Contains(got, word) {
			d.n.t.Errorf("%s is not among the %s: %q", word, status, got)
		}
	}
}

// TestTalk_ByKeyboard clears a queue with keys alone, with undo, a ban, ticked
// ones, a wave and an answer, while the server is away in between.
func TestTalk_ByKeyboard(t *testing.T) {
	n := moderating(t, append(append([]said(nil), conversation...), wave(4)...))
	d := n.owner
	d.open("/desk/")
	check(t, d.Page, "talk-start", "24 comments wait for a decision")
	d.open("/desk/comments")
	both(t, d.Page, "talk-queue", "Mara Quay")
	if n := see[int](d, `document.querySelectorAll('.talk-card').length`); n != 21 {
		t.Errorf("%d cards for 20 comments and a wave of 4", n)
	}
	if d.atHand() != "Mara Quay" {
		t.Fatalf("at hand is %q", d.atHand())
	}
	for _, step := range []struct{ key, next string }{{"a", "Jon Bold"}, {"a", "Ida Marsh"}, {"a", "casino-bonus.example"}, {"s", "Old Salt"}, {"b", "Tomasz"}, {"u", "Old Salt"}, {"n", "Tomasz"}, {"p", "Old Salt"}, {"b", "Tomasz"},
		{"a", "Priya N."}, {"e", "<b>Bold</b>"}, {"s", "ليلى"}, {"a", "Gwen Holt"}} {
		d.hits(step.key)
		if got := d.atHand(); !strings.HasPrefix(got, step.next) {
			t.Fatalf("after %s: %q is at hand, want %q", step.key, got, step.next)
		}
	}
	if got := see[string](d, `[...document.querySelectorAll('.talk-piles b')].map(b => b.textContent).join(' ')`); got != "15 0 2 1" {
		t.Errorf("waiting, reported, spam, bin: %s", got)
	}
	d.left()
	d.hits("?")
	d.until(`!document.querySelector('#talk-keys').open`)
	d.holds("binned", "Old Salt")
	d.stands("spam", "casino", "Bold")
	d.stands("approved", "Mara", "Priya")
	d.stands("pending", "Gwen")

	// The server is away: decisions are kept, in their order, and leave later.
	n.kill()
	for range 3 {
		d.hits("a")
	}
	d.hits("u")
	d.until(`!document.querySelector('#talk-trouble').hidden && document.querySelector('#talk-trouble').innerText.includes('network is away')`)
	if d.atHand() != "Bert" && d.atHand() != "Carla V." {
		t.Errorf("without a network %q is at hand", d.atHand())
	}
	n.again()
	d.left()
	d.until(`document.querySelector('#talk-trouble').hidden`)
	d.stands("approved", "Gwen", "Ann")
	d.stands("pending", "Bert")

	// Ticked ones at once.
	d.hits("a") // Bert
	d.hits("m")
	d.hits("n")
	d.hits("m")
	d.until(`document.querySelector('#talk-marked').innerText == 'Ticked: 2'`)
	d.hits("b")
	d.left()
	d.holds("binned", "Carla V., Dov, Old Salt")

	// A ban takes the comment along, and both come back.
	if d.atHand() != "Elif" {
		t.Fatalf("at hand is %q", d.atHand())
	}
	d.hits("x")
	d.until(`document.querySelector('#talk-ban').open`)
	d.Shot(t, "talk-ban")
	if violations, err := d.Axe(); err != nil || len(violations) > 0 {
		t.Errorf("the dialog of a ban: %v %v", violations, err)
	}
	see[bool](d, `(() => { const f = document.querySelector('#talk-ban form'); f.elements.note.value = 'enough'; f.requestSubmit(); return true; })()`)
	d.left()
	d.stands("spam", "Elif")
	d.hits("u")
	d.left()
	if d.atHand() != "Elif" || !strings.Contains(d.fetched("/desk/comments/bans"), "Nobody is banned") {
		t.Errorf("the ban is not undone; at hand is %q", d.atHand())
	}

	// An answer.
	d.hits("r")
	d.types("Thank you for telling us.")
	d.press("Enter", 13, 2)
	d.left()
	d.stands("approved", "Elif", "Olga")

	// The wave.
	for d.atHand() != "Winner 1" {
		d.hits("a")
	}
	d.hits("w")
	d.left()
	d.until(`document.querySelector('#talk-list + .talk-empty')`)
	if got := d.pile("spam"); !strings.Contains(got, "Winner 1, Winner 2, Winner 3, Winner 4") {
		t.Errorf("spam after the wave: %q", got)
	}
	check(t, d.Page, "talk-through", "All on this page are decided on")
	d.hits("n")
	d.until(`document.body.innerText.includes('Nothing waits')`)
	check(t, d.Page, "talk-empty", "Nothing waits")

	d.open("/desk/comments?status=approved")
	one := first(d, `/desk/comments/\d+`, "Context")
	for _, s := range []station{{"talk-one", one, "The person"}, {"talk-rules", "/desk/comments/rules", "Your rules"}, {"talk-bans", "/desk/comments/bans", "Bans"},
		{"talk-figures", "/desk/comments/figures", "Was the guard right?"}, {"talk-spam", "/desk/comments?status=spam", "Winner 4"}} {
		d.open(s.path)
		both(t, d.Page, s.name, s.says)
	}
}

// finger is one on the glass of a phone.
type finger struct {
	d *desk
	t *testing.T
}

func (f finger) send(kind input.DispatchTouchEventType, x, y float64) {
	f.t.Helper()
	p := input.DispatchTouchEventParams{Type: kind}
	if kind != input.DispatchTouchEventTypeTouchEnd {
		p.TouchPoints = []*input.TouchPoint{{X: x, Y: y}}
	}
	if _, err := chromedp.Call(f.d.Context(), input.DispatchTouchEvent, p); err != nil {
		f.t.Fatal(err)
	}
}

// middle is where an element is.
func (f finger) middle(selector string) (x, y float64) {
	f.t.Helper()
	at := see[[]float64](f.d, fmt.Sprintf(`(() => { const b = document.querySelector(%q).getBoundingClientRect(); return [b.left + b.width / 2, b.top + Math.min(b.height / 2, 200)]; })()`, selector))
	return at[0], at[1]
}

func (f finger) taps(selector string) {
	f.t.Helper()
	x, y := f.middle(selector)
	f.send(input.DispatchTouchEventTypeTouchStart, x, y)
	f.send(input.DispatchTouchEventTypeTouchEnd, x, y)
}

func (f finger) swipes(selector string, by float64) {
	f.t.Helper()
	x, y := f.middle(selector)
	f.send(input.DispatchTouchEventTypeTouchStart, x, y)
	for i := range 6 {
		f.send(input.DispatchTouchEventTypeTouchMove, x+by*float64(i+1)/6, y)
	}
	f.send(input.DispatchTouchEventTypeTouchEnd, x+by, y)
	time.Sleep(time.Second) // a tap within a fling stops it and is no click, in Chromium; people are slower
}

// TestTalk_ByTouch clears the queue on a phone with a thumb, while the session
// ends in between; then once more without script.
func TestTalk_ByTouch(t *testing.T) {
	n := moderating(t, conversation[:14])
	d := n.desk(browser.Phone)
	if _, err := chromedp.Call(d.Context(), emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	d.open("/desk/sign-in")
	fill(t, d.Page, map[string]string{"email": "olga@paper.example", "password": secret}, "/desk/")
	d.open("/desk/comments")
	f := finger{d, t}
	for i, verb := range []string{"approve", "spam", "bin", "approve"} {
		before := d.atHand()
		f.taps(map[string]string{"spam": "#talk-bar button:nth-child(1)", "bin": "#talk-bar button:nth-child(2)", "approve": "#talk-bar button:nth-child(4)"}[verb])
		d.until(fmt.Sprintf(`document.querySelector('.talk-card.current h2')?.innerText != %q`, before))
		if got := d.atHand(); !strings.HasPrefix(got, conversation[i+1].name[:2]) {
			t.Fatalf("after %s of %s: %q is at hand", verb, before, got)
		}
	}
	f.swipes(".talk-card.current .talk-text", 150) // Old Salt, approved by mistake
	d.until(`document.querySelector('.talk-card.current h2').innerText == 'Tomasz'`)
	f.taps("#talk-undo")
	d.until(`document.querySelector('.talk-card.current h2').innerText == 'Old Salt'`)
	f.swipes(".talk-card.current .talk-text", -150)
	d.until(`document.querySelector('.talk-card.current h2').innerText == 'Tomasz'`)
	f.swipes(".talk-card.current .talk-text", 40) // not far enough
	f.swipes(".talk-card.current .talk-text", 150)
	d.until(`document.querySelector('.talk-card.current h2').innerText == 'Priya N.'`)
	d.left()
	d.holds("spam", "Jon Bold, Old Salt")
	d.holds("binned", "Ida Marsh")
	d.holds("approved&q=tomasz", "Tomasz")
	check(t, d.Page, "talk-touch", "Priya N.")

	// The session ends; what is decided waits for it.
	if got := d.send("/desk/sign-out"); !strings.HasPrefix(got, "200") {
		t.Fatalf("signing out: %.200s", got)
	}
	for range 2 {
		f.taps("#talk-bar button:nth-child(4)")
	}
	d.until(`document.querySelector('#talk-trouble').innerText.includes('You are signed out')`)
	check(t, d.Page, "talk-signed-out", "You are signed out")
	if got := d.send("/desk/sign-in", "email", "olga@paper.example", "password", secret); !strings.HasPrefix(got, "200") {
		t.Fatalf("signing in: %.200s", got)
	}
	see[bool](d, `(() => { const c = new BroadcastChannel('dateline-session'); window.dispatchEvent(new Event('online')); c.close(); return true; })()`)
	d.left()
	d.holds("approved&q=priya", "Priya N.")

	// The rest without script.
	plain := n.desk(browser.Phone.WithoutScript())
	plain.open("/desk/sign-in")
	fill(t, plain.Page, map[string]string{"email": "olga@paper.example", "password": secret}, "/desk/")
	plain.open("/desk/comments")
	check(t, plain.Page, "talk-plain", "Approve")
	see[bool](plain, `(() => { window.left = true; document.querySelector('.talk-do [value=approve]').click(); return true; })()`)
	plain.until(`!window.left && document.readyState == 'complete' && document.body.innerText.includes('Approved: 1')`)
	see[bool](plain, `(() => { window.left = true; document.querySelector('#talk-done button').click(); return true; })()`)
	plain.until(`!window.left && document.readyState == 'complete' && document.body.innerText.includes('Undone')`)
	see[bool](plain, `(() => { window.left = true; document.querySelectorAll('.talk-mark input').forEach(b => b.checked = true); document.querySelector('#talk-bulk [value=bin]').click(); return true; })()`)
	plain.until(`!window.left && document.readyState == 'complete' && document.body.innerText.includes('Nothing waits')`)
}
