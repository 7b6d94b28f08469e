package guard_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/comment/guard"
	"dateline/internal/i18n"
)

// calm is a comment by a new writer through the site's own form.
func calm(text string) guard.Sign {
	return guard.Sign{Text: text, Name: "Ada", Language: "en", Fresh: true, FormAge: time.Minute, First: true}
}

func reasons(v guard.Verdict) []guard.Word {
	var out []guard.Word
	for _, r := range v.Reasons {
		out = append(out, r.Word)
	}
	return out
}

func has(v guard.Verdict, w guard.Word) bool {
	for _, r := range v.Reasons {
		if r.Word == w && r.Weight > 0 {
			return true
		}
	}
	return false
}

// TestJudge_NamesWhatItSees holds that each trick is seen, named and makes the
// comment worse than the same comment without it.
func TestJudge_NamesWhatItSees(t *testing.T) {
	m := guard.New(nil, nil)
	m.Learn(nil, []string{"bad.example"}, true, 5)
	plain := "The council met on Tuesday and nobody asked about the bridge."
	with := func(change func(*guard.Sign)) guard.Sign {
		s := calm(plain)
		change(&s)
		return s
	}
	article := "The town council of Aldermouth met on Tuesday evening to talk about the old bridge, which engineers say will not last another winter."
	for _, c := range []struct {
		word guard.Word
		sign guard.Sign
	}{
		{guard.WordTrap, with(func(s *guard.Sign) { s.Trap = true })},
		{guard.WordForm, with(func(s *guard.Sign) { s.Fresh = false })},
		{guard.WordFast, with(func(s *guard.Sign) { s.FormAge = time.Second })},
		{guard.WordLinks, with(func(s *guard.Sign) { s.Text += " https://one.example/ https://two.example/" })},
		{guard.WordLinks, with(func(s *guard.Sign) { s.Links = []string{"https://one.example/", "https://two.example/"} })},
		{guard.WordDomain, with(func(s *guard.Sign) { s.Links = []string{"https://shop.bad.example/x"} })},
		{guard.WordDomain, with(func(s *guard.Sign) { s.URL = "https://bad.example" })},
		{guard.WordShort, with(func(s *guard.Sign) { s.Text += " bit.ly/3abc" })},
		{guard.WordHidden, with(func(s *guard.Sign) { s.Text += " See cheapwatches dot com" })},
		{guard.WordHidden, with(func(s *guard.Sign) { s.Text += " See cheapwatches(dot)com" })},
		{guard.WordContact, with(func(s *guard.Sign) { s.Text += " WhatsApp +44 7700 900123" })},
		{guard.WordName, with(func(s *guard.Sign) { s.Name = "cheapwatches.com" })},
		{guard.WordScripts, with(func(s *guard.Sign) { s.Text += " Buy frоm us" })}, // a Cyrillic о
		{guard.WordScripts, with(func(s *guard.Sign) { s.Name = "Аdmin" })},         // a Cyrillic А
		{guard.WordInvisible, with(func(s *guard.Sign) { s.Text += " vi\u200Bag\u200Bra" })},
		{guard.WordMarks, with(func(s *guard.Sign) { s.Text += " Z" + strings.Repeat("\u0335\u0321", 20) })},
		{guard.WordStyled, with(func(s *guard.Sign) { s.Text += " 𝗕𝘂𝘆 𝗰𝗵𝗲𝗮𝗽 𝘄𝗮𝘁𝗰𝗵𝗲𝘀" })},
		{guard.WordSpaced, with(func(s *guard.Sign) { s.Text += " c a s i n o" })},
		{guard.WordCaps, with(func(s *guard.Sign) { s.Text = strings.ToUpper(plain) })},
		{guard.WordRepeats, with(func(s *guard.Sign) { s.Text += " hahahaaaaaaaaaaaaaaa" })},
		{guard.WordLanguage, with(func(s *guard.Sign) {
			s.Text = "Der Rat hat sich am Dienstag nicht mit der Brücke befasst, und das ist auch gut so."
		})},
		{guard.WordLanguage, with(func(s *guard.Sign) { s.Text = "Купите часы у нас очень дёшево" })},
		{guard.WordFirst, calm(plain)},
		{guard.WordArticle, with(func(s *guard.Sign) { s.Text, s.Article = article[:100], guard.NewArticle(article) })},
		{guard.WordWave, with(func(s *guard.Sign) { s.Seen = 4 })},
		{guard.WordAgain, with(func(s *guard.Sign) { s.Again = 1 })},
		{guard.WordText, with(func(s *guard.Sign) { s.Text = "Best online casino, claim your casino bonus" })},
		{guard.WordEmpty, with(func(s *guard.Sign) { s.Text = "https://one.example/" })},
	} {
		v := m.Judge(c.sign)
		if !has(v, c.word) {
			t.Errorf("%s is not among %v", c.word, reasons(v))
		}
		if c.word != guard.WordFirst && v.Score <= m.Judge(calm(plain)).Score {
			t.Errorf("%s: %.3f is no worse than without", c.word, v.Score)
		}
	}
	if v := m.Judge(calm(plain)); v.Hold || len(v.Reasons) > 2 {
		t.Errorf("the plain comment: %+v", v)
	}
	if v := m.Judge(with(func(s *guard.Sign) { s.Trap = true })); !v.Spam {
		t.Errorf("with the trap filled: %+v", v)
	}
	trusted := with(func(s *guard.Sign) { s.First, s.Links = false, []string{"https://one.example/"} })
	if v := m.Judge(trusted); v.Hold {
		t.Errorf("a known writer's link: %+v", v)
	}
	home := with(func(s *guard.Sign) {
		s.Own, s.Links = []string{"www.paper.example"}, []string{"https://paper.example/1", "https://paper.example/2"}
	})
	if v := m.Judge(home); has(v, guard.WordLinks) {
		t.Errorf("links to the site itself: %v", reasons(v))
	}
}

// TestJudge_LeavesPeopleAlone holds that what people honestly write is not
// taken for a trick.
func TestJudge_LeavesPeopleAlone(t *testing.T) {
	m := guard.New(nil, nil)
	for lang, texts := range map[string][]string{
		"en": {"COVID19 hit the B2B market, the A4 road and my mp3 player on 3.50 a day.", "Born 2014-07-21, U.S. citizen. The I-5 is closed, e.g. near Salem.",
			"Well said!", "So true 😀👨\u200D👩\u200D👧 — I agree.", "I read the article twice. Where is the casino licence mentioned?", "M&S on the A1. No. 10 said so; the P.M. is wrong.",
			"My phone number has ten digits, like 0123456789 of yours.", "naïve café owners, Zoë and Γιώργος from Αθήνα"},
		"de": {"Das stimmt nicht.Die Stadt hat z.B. 2019 schon 3,5 Mio. Euro bezahlt, vgl. den Bericht von Dr. Weiß.", "Sehr guter Artikel, danke! Die Straße ist seit Jahren kaputt."},
		"fr": {"L’article oublie l’essentiel : le pont est fermé depuis des mois, et personne n’en parle.", "Merci pour cet article."},
		"es": {"El puente lleva meses cerrado y nadie dice nada. ¿Cuándo van a arreglarlo?", "Buen artículo, gracias."},
		"ar": {"المقال جيد ولكن لم يذكر سبب إغلاق الجسر منذ أشهر", "شكرًا على هذا المقال"},
	} {
		for _, text := range texts {
			s := calm(text)
			s.Language = lang
			v := m.Judge(s)
			if v.Hold {
				t.Errorf("%s held: %q %+v", lang, text, v)
			}
			for _, w := range []guard.Word{guard.WordLinks, guard.WordHidden, guard.WordScripts, guard.WordInvisible, guard.WordSpaced, guard.WordLanguage, guard.WordContact, guard.WordMarks} {
				if has(v, w) {
					t.Errorf("%s: %q is said to be %s: %+v", lang, text, w, v.Reasons)
				}
			}
		}
	}
	if v := m.Judge(guard.Sign{Text: "می\u200Cخواهم بدانم پل کی باز می\u200Cشود", Language: "fa", Fresh: true}); has(v, guard.WordInvisible) {
		t.Errorf("Persian joiners are an honest part of writing: %+v", v)
	}
}

// TestJudge_SeesThroughDisguise holds that a disguised text is judged at least
// as badly as the plain one.
func TestJudge_SeesThroughDisguise(t *testing.T) {
	m := guard.New(nil, nil)
	spam := "Best online casino with free spins and casino bonus, viagra and cialis from our online pharmacy"
	base := m.Judge(calm(spam))
	if !base.Hold {
		t.Fatalf("the plain text passes: %+v", base)
	}
	homograph := strings.NewReplacer("a", "а", "o", "о", "e", "е", "c", "с", "p", "р")
	var spaced []string
	for word := range strings.FieldsSeq("online casino viagra cialis") {
		spaced = append(spaced, strings.Join(strings.Split(word, ""), " "))
	}
	for name, text := range map[string]string{
		"zero width":   strings.ReplaceAll(strings.ReplaceAll(spam, "i", "i\u200B"), "a", "a\u2060"),
		"soft hyphen":  strings.ReplaceAll(spam, "n", "n\u00AD"),
		"homographs":   homograph.Replace(spam),
		"leetspeak":    strings.NewReplacer("casino", "cas1n0s", "viagra", "v1agra", "cialis", "c1al1s", "bonus", "b0nus").Replace(spam),
		"mathematical": styled(spam),
		"combining":    strings.ReplaceAll(spam, "a", "a\u0336"),
		"fullwidth":    fullwidth(spam),
		"variation":    strings.ReplaceAll(spam, "s", "s\uFE0F"),
	} {
		v := m.Judge(calm(text))
		if !v.Hold {
			t.Errorf("%s passes: %.2f (plain %.2f) %v", name, v.Score, base.Score, v.Reasons)
		}
	}
	if v := m.Judge(calm("Come to " + strings.Join(spaced, ", "))); !v.Hold {
		t.Errorf("letters one by one pass: %+v", v)
	}
}

func styled(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 0x1D41A
		}
		return r
	}, s)
}

func fullwidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r + 0xFEE0
		}
		return r
	}, s)
}

// TestJudge_PaddingHelpsLittle holds that good words around an advertisement do
// not carry it through.
func TestJudge_PaddingHelpsLittle(t *testing.T) {
	m := guard.New(nil, nil)
	spam := "Best online casino with free spins and casino bonus, viagra and cialis from our online pharmacy https://pills.example/ today"
	good := "The council should have thought about the people who live there, because they were never asked what would happen after the vote. "
	random := rand.New(rand.NewPCG(1, 2))
	var junk strings.Builder
	for range 200 {
		for range 3 + random.IntN(8) {
			junk.WriteByte(byte('a' + random.IntN(26)))
		}
		junk.WriteByte(' ')
	}
	for name, text := range map[string]string{
		"good words before":   strings.Repeat(good, 12) + spam,
		"good words after":    spam + " " + strings.Repeat(good, 12),
		"good words around":   strings.Repeat(good, 6) + spam + strings.Repeat(good, 6),
		"10,000 characters":   strings.Repeat(good, 40) + spam + strings.Repeat(good, 40),
		"random words after":  spam + " " + junk.String(),
		"random words before": junk.String() + spam,
	} {
		if v := m.Judge(calm(text)); !v.Hold {
			t.Errorf("%s: passes with %.2f %v", name, v.Score, v.Reasons)
		}
	}
}

// TestJudge_ArticleExcusesItsOwnWords holds that under an article on casinos
// people may write of casinos.
func TestJudge_ArticleExcusesItsOwnWords(t *testing.T) {
	m := guard.New(nil, nil)
	s := calm("The casino got its licence, the online casino did not, and a casino bonus is no income.")
	bare := m.Judge(s)
	s.Article = guard.NewArticle("City council grants licence to casino", "An online casino and its bonus are no matter for the city.")
	if under := m.Judge(s); under.Score >= bare.Score {
		t.Errorf("under the article %.3f, elsewhere %.3f", under.Score, bare.Score)
	}
}

func TestModel_LearnsAndUnlearns(t *testing.T) {
	m := guard.New(nil, nil)
	s := calm("Zorblax cream removes every wrinkle, order zorblax now from our friendly staff")
	s.Links = []string{"https://zorblax.example/"}
	before := m.Judge(s)
	empty, _ := m.Rows()
	for range 6 {
		m.Learn(guard.Tokens(s), guard.Domains(s), true, 1)
	}
	learnt := m.Judge(s)
	if learnt.Score <= before.Score || !learnt.Spam || !has(learnt, guard.WordDomain) {
		t.Errorf("after six decisions: %.3f, before %.3f: %v", learnt.Score, before.Score, learnt.Reasons)
	}
	tokens, domains := m.Rows()
	again := guard.New(tokens, domains)
	if diff := cmp.Diff(learnt, again.Judge(s)); diff != "" {
		t.Errorf("a model of the same rows judges otherwise:\n%s", diff)
	}
	for range 6 {
		m.Learn(guard.Tokens(s), guard.Domains(s), true, -1)
	}
	rows, links := m.Rows()
	if diff := cmp.Diff(empty, rows); diff != "" || len(links) != 0 {
		t.Errorf("taken back, something stays: %s %v", diff, links)
	}
	if diff := cmp.Diff(before, m.Judge(s)); diff != "" {
		t.Errorf("taken back, it judges otherwise:\n%s", diff)
	}
	for range 8 {
		m.Learn(guard.Tokens(s), guard.Domains(s), false, 1)
	}
	if v := m.Judge(s); v.Score >= before.Score {
		t.Errorf("eight approvals: %.3f, before %.3f", v.Score, before.Score)
	}
	if ham, spam := m.Decisions(); ham != 8 || spam != 0 {
		t.Errorf("decisions: %d good, %d spam", ham, spam)
	}
}

func TestModel_ForgetsTheRarestFirst(t *testing.T) {
	m := guard.New([]guard.Row{{"", 9, 9}, {"often", 5, 4}, {"seldom", 1, 0}, {"twice", 1, 1}}, nil)
	if diff := cmp.Diff([]string{"seldom"}, m.Forget(2)); diff != "" {
		t.Error(diff)
	}
	rows, _ := m.Rows()
	if diff := cmp.Diff([]guard.Row{{"", 9, 9}, {"often", 5, 4}, {"twice", 1, 1}}, rows); diff != "" {
		t.Error(diff)
	}
	if gone := m.Forget(2); gone != nil {
		t.Errorf("forgot %v without need", gone)
	}
}

func TestRows_TextAndBack(t *testing.T) {
	rows := []guard.Row{{"", 3, 4}, {"a b", 1, 0}, {"ü", 0, 2}}
	back, err := guard.ParseRows("## remark\n" + guard.FormatRows(rows))
	if err != nil || !cmp.Equal(rows, back) {
		t.Errorf("%v %v", back, err)
	}
	if _, err := guard.ParseRows("word\tone\t2\n"); err == nil {
		t.Error("a word for a number was taken")
	}
}

func TestTokens_AreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&b, "w%dx ", i)
	}
	if n := len(guard.Tokens(guard.Sign{Text: b.String()})); n > 2000 {
		t.Errorf("%d tokens", n)
	}
	for _, token := range guard.Tokens(guard.Sign{Text: strings.Repeat("ж", 5000) + " " + strings.Repeat("語", 5000)}) {
		if len(token) > 200 {
			t.Errorf("a token of %d bytes", len(token))
		}
	}
}

// TestWaves_GroupVariants makes 1,000 variants of one advertisement, and holds
// that they join one wave and that other comments do not.
func TestWaves_GroupVariants(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	waves := guard.NewWaves()
	var others []string
	for i := range 200 {
		others = append(others, fmt.Sprintf("Reader %d: I think the %s in %s is %s because of the %s, and the %s should know that by now.", i,
			pick("bridge", "school", "market", "hospital"), pick("town", "spring", "the north"), pick("too old", "a scandal", "just fine"),
			pick("weather", "budget", "mayor"), pick("council", "government", "paper")))
	}
	sizes := map[uint64]int{}
	for i := range 1000 {
		text := fmt.Sprintf("%s %s, I %s lost all my %s to a fake broker but %s helped me to recover every %s within two weeks, %s them today at recovery-desk.example %x",
			pick("Hello", "Hi", "Dear"), pick("friends", "everyone", "all"), pick("really", "almost", "nearly"), pick("money", "savings", "coins"),
			pick("this team", "this expert", "this firm"), pick("cent", "dollar", "penny"), pick("contact", "write to", "call"), random.Uint64())
		wave, _ := waves.Join(text)
		sizes[wave]++
		if i < len(others) {
			waves.Join(others[i])
		}
	}
	largest := 0
	for _, n := range sizes {
		largest = max(largest, n)
	}
	if largest < 990 {
		t.Errorf("the 1,000 variants make %d waves, the largest of %d", len(sizes), largest)
	}
	own := 0
	for _, text := range []string{"I was at the meeting and what the mayor said there was not what the paper printed.", "Can somebody explain how the new timetable is meant to work for the school children?",
		"Thank you for this report, we need more of that.", "The photograph shows the old mill, not the new one."} {
		if _, seen := waves.Seen(text); seen == 0 {
			own++
		}
	}
	if own != 4 {
		t.Errorf("%d of 4 other comments stand on their own", own)
	}
}

func TestWaves_BoundedAndRestored(t *testing.T) {
	waves := guard.NewWaves()
	text := "Our team recovers lost coins from any fake broker within two weeks, write to us today"
	wave, seen := waves.Join(text)
	if wave == 0 || seen != 0 {
		t.Fatalf("first: %x, %d", wave, seen)
	}
	if w, n := waves.Join(text + "!"); w != wave || n != 1 {
		t.Errorf("second: %x (want %x), %d", w, wave, n)
	}
	restored := guard.NewWaves()
	restored.Add(text, wave)
	if w, n := restored.Seen("Hello! " + text); w != wave || n != 1 {
		t.Errorf("after a restart: %x (want %x), %d", w, wave, n)
	}
	for i := range 5000 {
		waves.Join(fmt.Sprintf("number%d stands%d alone%d here%d today%d", i, i*7, i*11, i*13, i*17))
	}
	if _, n := waves.Seen(text); n != 0 {
		t.Errorf("5,000 comments later %d are still known", n)
	}
	if w, n := waves.Join("… !"); w != 0 || n != 0 {
		t.Errorf("a text without words: %x, %d", w, n)
	}
}

func TestWave_IsNearForNearTexts(t *testing.T) {
	a := guard.Wave("The quick recovery team brings back all lost coins from any broker in only two weeks, write today")
	b := guard.Wave("The quick recovery team brings back all lost coins from any broker in only three weeks, write today")
	c := guard.Wave("What the mayor said about the bridge was not what stood in the paper on Tuesday morning")
	if !guard.Near(a, b) || guard.Near(a, c) || guard.Near(0, 0) {
		t.Errorf("near %v, far %v", guard.Near(a, b), guard.Near(a, c))
	}
}

func TestDomains(t *testing.T) {
	s := guard.Sign{Text: "See www.Shop.Example.co.uk/x and https://me.blogspot.com/1, not a.b or 3.50 or z.B. this", URL: "https://home.example/",
		Links: []string{"https://paper.example/story", "https://other.example/"}, Own: []string{"paper.example"}}
	if diff := cmp.Diff([]string{"other.example", "example.co.uk", "me.blogspot.com", "home.example"}, guard.Domains(s)); diff != "" {
		t.Error(diff)
	}
}

// TestJudge_AnythingIsBounded feeds what is made to cost much.
func TestJudge_AnythingIsBounded(t *testing.T) {
	m := guard.New(nil, nil)
	for name, text := range map[string]string{
		"combining marks": "a" + strings.Repeat("\u0301", 100_000),
		"one word":        strings.Repeat("a", 100_000),
		"links":           strings.Repeat("https://a.example/b ", 10_000),
		"dots":            strings.Repeat(". ", 50_000),
		"dot words":       strings.Repeat("aaa dot com ", 10_000),
		"invalid":         strings.Repeat("\xff\xfe", 50_000),
		"Han":             strings.Repeat("漢字", 50_000),
		"zero width":      strings.Repeat("\u200B", 100_000),
		"mixed":           strings.Repeat("аb ", 30_000),
		"nothing":         "",
	} {
		s := calm(text)
		v := m.Judge(s)
		if v.Score < 0 || v.Score > 1 || v.Score != v.Score {
			t.Errorf("%s: score %v", name, v.Score)
		}
		if n := len(guard.Tokens(s)); n > 2000 {
			t.Errorf("%s: %d tokens", name, n)
		}
		guard.NewWaves().Join(text)
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("Buy ch\u200Beap http://x.example/ аbc", "Ann", "http://a.example")
	f.Add("\xff", "\x00", "::")
	m := guard.New(nil, nil)
	f.Fuzz(func(t *testing.T, text, name, url string) {
		s := guard.Sign{Text: text, Name: name, URL: url, Links: []string{url}, Language: "de", Article: guard.NewArticle(text)}
		if v := m.Judge(s); !(v.Score >= 0 && v.Score <= 1) || v.Spam && !v.Hold {
			t.Errorf("%+v", v)
		}
		m.Learn(guard.Tokens(s), guard.Domains(s), true, 1)
		m.Learn(guard.Tokens(s), guard.Domains(s), true, -1)
		if rows, domains := m.Rows(); len(rows) != 0 || len(domains) != 0 {
			t.Errorf("taken back, %v %v stay", rows, domains)
		}
	})
}

// TestWords_NameEveryReason holds that moderators get a text for each, in every
// language.
func TestWords_NameEveryReason(t *testing.T) {
	words, err := i18n.ParseWords(guard.Texts())
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range i18n.Languages() {
		p := i18n.For(lang).With(words)
		for _, w := range guard.AllWords() {
			if !p.Has("guard." + string(w)) {
				t.Errorf("guard.%s has no text in %s", w, lang)
			}
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	m := guard.New(nil, nil)
	for name, text := range map[string]string{
		"common": strings.Repeat("The council should have asked the people who live there before the vote. ", 5),
		"10000":  strings.Repeat("The council should have asked the people who live there before the vote. ", 137),
		"Han":    strings.Repeat("漢字", 5000),
	} {
		s := calm(text)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				m.Judge(s)
			}
		})
	}
}

// BenchmarkJoin is of texts that share many of their pairs of words, as those of
// one subject do.
func BenchmarkJoin(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, 8192)
	for i := range texts {
		var words []string
		for range 24 {
			words = append(words, fmt.Sprintf("word%d", r.IntN(110)))
		}
		texts[i] = strings.Join(words, " ")
	}
	w := guard.NewWaves()
	for i := 0; b.Loop(); i++ {
		w.Join(texts[i%len(texts)])
	}
}
