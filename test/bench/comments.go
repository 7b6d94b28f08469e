package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"dateline/internal/comment"
	"dateline/internal/config"
	"dateline/internal/db"
	"dateline/internal/id"
	"dateline/internal/richtext"
	"dateline/internal/vault"
	"dateline/test/debian"
	"dateline/test/product"
)

// talkedPath is the article of the demo that is talked about.
const talkedPath = "/city/athletic-smaller-roof/"

// talkPlan says what is measured of comments.
type talkPlan struct {
	clients, lines int
	flood          time.Duration
	flooder        string
}

func (p *talkPlan) flags() {
	flag.IntVar(&p.clients, "comment-clients", 1000, "clients of -comments, each of which sends one comment a second during the flood")
	flag.IntVar(&p.lines, "comment-lines", 5000, "readers of -comments who listen for new ones")
	flag.DurationVar(&p.flood, "comment-flood", time.Minute, "length of the flood of -comments")
	flag.StringVar(&p.flooder, "comment-flooder", "", "be the clients that flood the server at an `ORIGIN`")
}

// talkFigures are what an article with so many comments came to.
type talkFigures struct {
	comments                         int
	bytes                            int // packed
	cached, uncached, posting, paced result
	crowded                          result // as many reads as go, and all clients of the flood
	postedWhile                      int64
	calm, flooded                    []time.Duration // of readers
	calmFile, floodedFile            []time.Duration // of readers of nginx's file
	offered, taken, failed, missing  int64
	before, listening                usage
	delays                           []time.Duration
	lines                            int
	floodCPU                         time.Duration
	floodSeconds, create, crowd      float64
}

func runComments(ctx context.Context, markdown string, l load, p talkPlan) error {
	if err := debian.Install(ctx, os.Stdout, []debian.Need{debian.Program("wrk", "wrk")}); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "dateline-comments-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err := product.Build(ctx, dir)
	if err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	s, err := startDemo(ctx, program, data)
	if err != nil {
		return err
	}
	err = archive{Data: data}.jobsDone(ctx) // pictures get their sizes after the start
	s.stop()
	if err != nil {
		return err
	}
	out, err := product.Command(ctx, program, "site", "set", "--data", data, "comment_policy=open", "comment_rate=100000").CombinedOutput()
	if err != nil {
		return fmt.Errorf("site set: %w\n%s", err, out)
	}
	var all []*talkFigures
	for _, n := range []int{0, 500, 5000} {
		f := &talkFigures{comments: n}
		if err := fillTalk(ctx, data, n); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%d comments\n", n)
		if err := f.measure(ctx, program, data, l, p, n == 5000); err != nil {
			return err
		}
		all = append(all, f)
	}
	text := reportTalk(all, l, p)
	fmt.Print(text)
	if markdown == "" {
		return nil
	}
	return insert(markdown, "comments", text)
}

// openData opens the database of a data folder that nobody serves.
func openData(ctx context.Context, data string) (*db.DB, *vault.Vault, error) {
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": data}})
	if err != nil {
		return nil, nil, err
	}
	d, err := db.Open(ctx, cfg.DatabaseURL(), db.Options{})
	if err != nil {
		return nil, nil, err
	}
	v, err := vault.Open(data)
	return d, v, err
}

// fillTalk gives the article so many comments: threads of five.
func fillTalk(ctx context.Context, data string, n int) error {
	d, v, err := openData(ctx, data)
	if err != nil {
		return err
	}
	defer d.Close()
	store := comment.NewStore(v)
	var article, have int64
	if err := d.QueryRow(ctx, `SELECT a.id, a.comment_count FROM article a JOIN address s ON s.target_id = a.id WHERE s.path_key = $1`, strings.TrimSuffix(talkedPath, "/")).Scan(&article, &have); err != nil {
		return fmt.Errorf("the demo has no %s: %w", talkedPath, err)
	}
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if n == 0 {
			for _, query := range []string{`DELETE FROM comment WHERE article_id = $1`, `UPDATE article SET comment_count = 0 WHERE id = $1`} {
				if _, err := tx.Exec(ctx, query, article); err != nil {
					return err
				}
			}
			tx.Purge("*")
			return nil
		}
		var root int64
		for i := int(have); i < n; i++ {
			c := comment.Comment{ID: id.New(), Article: article, Kind: comment.KindComment, Status: comment.StatusApproved, Name: fmt.Sprintf("Reader %d", i%700),
				Created: time.Now().UTC().Add(time.Duration(i-n) * time.Second), Body: richtext.Doc{Version: richtext.SchemaVersion, Content: []richtext.Node{{Type: "paragraph",
					Content: []richtext.Node{{Type: "text", Text: fmt.Sprintf("This is what reader %d had to say about the roof: it keeps off the rain where it is, and where it is not it does not. %d is a number that nobody else said.", i%700, i)}}}}}}
			if i%5 == 0 {
				root = c.ID
			} else {
				c.Parent = root
			}
			if err := store.PutTx(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *talkFigures) measure(ctx context.Context, program, data string, l load, p talkPlan, whole bool) error {
	bare, err := startDateline(ctx, program, data, withoutCache, trustUs)
	if err != nil {
		return err
	}
	f.uncached, err = drive(ctx, l, bare.Origin, []string{talkedPath}, bare.Pid)
	bare.stop()
	if err != nil {
		return err
	}
	s, err := startDateline(ctx, program, data, trustUs)
	if err != nil {
		return err
	}
	defer s.stop()
	body, err := get(s.Origin+talkedPath, true)
	if err != nil {
		return err
	}
	f.bytes = len(body)
	zipped := l
	zipped.gzip = true
	if f.cached, err = drive(ctx, zipped, s.Origin, []string{talkedPath}, s.Pid); err != nil || f.comments == 0 {
		return err
	}
	t, err := newTalker(s.Origin)
	if err != nil {
		return err
	}
	// Reads while one client posts without a pause, and once a second.
	for _, one := range []struct {
		pause time.Duration
		into  *result
	}{{0, &f.posting}, {time.Second, &f.paced}} {
		until, stop := context.WithCancel(ctx)
		var posting sync.WaitGroup
		posting.Go(func() { t.keepPosting(until, one.pause, &f.postedWhile) })
		*one.into, err = drive(ctx, zipped, s.Origin, []string{talkedPath}, s.Pid)
		stop()
		posting.Wait()
		if err != nil {
			return err
		}
	}
	if !whole {
		return nil
	}
	if err := f.creates(ctx, t, l.duration); err != nil {
		return err
	}
	if err := f.floods(ctx, s, t, p); err != nil {
		return err
	}
	short := p
	short.flood = l.duration + 3*time.Second
	sent, err := short.during(ctx, s.Origin, func() (err error) {
		time.Sleep(2 * time.Second) // until all have begun
		f.crowded, err = drive(ctx, zipped, s.Origin, []string{talkedPath}, s.Pid)
		return err
	})
	if err != nil {
		return err
	}
	f.crowd = float64(sent.Taken) / sent.Seconds
	return f.listens(ctx, s, t, p)
}

// talker posts comments as readers of many networks.
type talker struct {
	origin, action, token string
	client                *http.Client
	next                  atomic.Int64
}

var (
	actionOf = regexp.MustCompile(`class="respond-form" method="post" action="([^"]+)"`)
	tokenOf  = regexp.MustCompile(`name="token" value="([^"]+)"`)
)

func newTalker(origin string) (*talker, error) {
	body, err := get(origin+talkedPath, false)
	if err != nil {
		return nil, err
	}
	action, token := actionOf.FindSubmatch(body), tokenOf.FindSubmatch(body)
	if action == nil || token == nil {
		return nil, fmt.Errorf("%s has no form", talkedPath)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 2000, MaxConnsPerHost: 2000}
	return &talker{origin: origin, action: string(action[1]), token: string(token[1]), client: &http.Client{Transport: transport, Timeout: time.Minute}}, nil
}

// addressOf is the network address of somebody: each has a /24 of its own.
func addressOf(n int64) string { return fmt.Sprintf("%d.%d.%d.9", 11+n>>16%200, n>>8&255, n&255) }

// vocabulary is what remarks are made of: no two are near-duplicates, which the
// guard would hold.
var vocabulary = strings.Fields(`roof rain council lease stadium ground harbour tram seat ticket winter summer neighbour bell bridge clay
	morning evening letter budget vote architect plan model hole stand family child umbrella whistle river market street garden window
	kitchen ladder season match goal keeper trust club city island ferry storm light tower school teacher library book paper paint stone
	timber copper engine wheel signal station platform engineer doctor baker butcher fisher sailor captain pilot farmer field orchard
	apple potato bread cheese coffee table chair carpet curtain clock mirror candle matches coat scarf glove boot basket bucket shovel
	remembers forgets builds repairs paints measures carries opens closes follows leaves crosses watches hears answers asks knows thinks
	hopes doubts pays saves wastes borrows returns quickly slowly often never always perhaps surely quietly proudly badly well`)

// remark is the n-th of many that have little in common.
func remark(n int64) string {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	words := make([]string, 24)
	for i := range words {
		words[i] = vocabulary[r.IntN(len(vocabulary))]
	}
	return fmt.Sprintf("The %s, and then number %d.", strings.Join(words, " "), n)
}

// form is the next comment of somebody.
func (t *talker) form(who int64) string {
	n := t.next.Add(1)
	return url.Values{"token": {t.token}, "parent": {"0"}, "name": {fmt.Sprintf("Reader %d", who)}, "email": {fmt.Sprintf("reader%d.%d@readers.example", who, n%3)}, // one mailbox may send 30 at once
		"text": {remark(n)}}.Encode()
}

// post sends one comment as somebody, and tells whether it was taken.
func (t *talker) post(ctx context.Context, who int64) (bool, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.origin+t.action, strings.NewReader(t.form(who)))
	if err != nil {
		return false, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("X-Forwarded-For", addressOf(who))
	answer, err := t.client.Do(r)
	if err != nil {
		return false, err
	}
	defer answer.Body.Close()
	return taken(answer.Body), nil
}

func taken(answer io.Reader) bool {
	var sent struct{ Outcome string }
	if err := json.NewDecoder(answer).Decode(&sent); err != nil {
		return false // a page of the web layer
	}
	return sent.Outcome == "public" || sent.Outcome == "held"
}

// somebody is a client of a flood with a connection of their own. It does as
// little as a client can: in truth others' machines do that.
type somebody struct {
	t    *talker
	who  int64
	conn net.Conn
	in   *bufio.Reader
}

// post sends one comment, and tells whether it was taken.
func (c *somebody) post() bool {
	done, err := c.exchange()
	if err != nil && c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
	return done
}

func (c *somebody) exchange() (done bool, err error) {
	host := strings.TrimPrefix(c.t.origin, "http://")
	if c.conn == nil {
		if c.conn, err = net.Dial("tcp", host); err != nil {
			return false, err
		}
		c.in = bufio.NewReaderSize(c.conn, 1024)
	}
	form := c.t.form(c.who)
	_, err = fmt.Fprintf(c.conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\nX-Forwarded-For: %s\r\nContent-Length: %d\r\n\r\n%s",
		c.t.action, host, addressOf(c.who), len(form), form)
	if err != nil {
		return false, err
	}
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return false, err
	}
	done = taken(answer.Body)
	return done, answer.Body.Close() // reads it to its end
}

func (t *talker) keepPosting(ctx context.Context, pause time.Duration, taken *int64) {
	for who := int64(1_000_000); ctx.Err() == nil; who++ {
		if ok, err := t.post(ctx, who); ok && err == nil {
			atomic.AddInt64(taken, 1)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// creates measures how many comments a second are taken from clients that send
// without a pause.
func (f *talkFigures) creates(ctx context.Context, t *talker, length time.Duration) error {
	until, stop := context.WithTimeout(ctx, length)
	defer stop()
	var taken atomic.Int64
	var clients sync.WaitGroup
	began := time.Now()
	for c := range int64(64) {
		clients.Go(func() {
			for who := 2_000_000 + c; until.Err() == nil; who += 64 {
				if ok, err := t.post(until, who); ok && err == nil {
					taken.Add(1)
				}
			}
		})
	}
	clients.Wait()
	f.create = float64(taken.Load()) / time.Since(began).Seconds()
	return nil
}

// tally is what the clients of a flood count.
type tally struct {
	Offered, Taken, Failed int64
	Seconds                float64
}

// floods has every client send a comment a second, and readers read at a fixed
// pace before and meanwhile: from the server, and the same page as a file from
// nginx, which shows what a server can do that shares its cores with the flood
// and has nothing to do with it.
func (f *talkFigures) floods(ctx context.Context, s *server, t *talker, p talkPlan) error {
	dir, err := os.MkdirTemp("", "dateline-nginx-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	time.Sleep(3 * time.Second) // the page shows the last comments sent before
	file, err := startNginx(ctx, dir, s.Origin, []string{talkedPath})
	if err != nil {
		return err
	}
	defer file.stop()
	f.calm, f.calmFile = reads(ctx, p.flood/4, s.Origin, file.Origin)
	count, err := countOf(s.Origin)
	if err != nil {
		return err
	}
	before, err := usageOf(s.Pid)
	if err != nil {
		return err
	}
	sent, err := p.during(ctx, s.Origin, func() error {
		f.flooded, f.floodedFile = reads(ctx, p.flood, s.Origin, file.Origin)
		return nil
	})
	if err != nil {
		return err
	}
	f.floodSeconds = sent.Seconds
	after, err := usageOf(s.Pid)
	if err != nil {
		return err
	}
	f.floodCPU = after.CPU - before.CPU
	f.offered, f.taken, f.failed = sent.Offered, sent.Taken, sent.Failed
	time.Sleep(time.Second)
	now, err := countOf(s.Origin)
	f.missing = count + f.taken - now // held ones are missing here, and said so
	return err
}

// during has all clients send while work runs, and returns what they counted.
func (p talkPlan) during(ctx context.Context, origin string, work func() error) (sent tally, err error) {
	self, err := os.Executable()
	if err != nil {
		return sent, err
	}
	// The clients stand for other machines: where they share cores with the server
	// and its readers, they give way, and their own queue is in no answer time.
	var out bytes.Buffer
	clients := exec.CommandContext(ctx, "nice", "-n", "19", self, "-comment-flooder", origin, "-comment-clients", strconv.Itoa(p.clients), "-comment-flood", p.flood.String())
	clients.Stdout, clients.Stderr = &out, os.Stderr
	if err := clients.Start(); err != nil {
		return sent, err
	}
	err = work()
	if waited := clients.Wait(); err == nil {
		err = waited
	}
	if err != nil {
		return sent, err
	}
	return sent, json.Unmarshal(out.Bytes(), &sent)
}

// runFlooder is all clients of a flood, and prints their tally.
func runFlooder(ctx context.Context, p talkPlan) error {
	t, err := newTalker(p.flooder)
	if err != nil {
		return err
	}
	t.next.Store(50_000_000)
	runtime.GOMAXPROCS(1) // threads that look for work would take it from the server
	until, stop := context.WithTimeout(ctx, p.flood)
	defer stop()
	var offered, taken, failed atomic.Int64
	var clients sync.WaitGroup
	began := time.Now()
	for c := range p.clients {
		clients.Go(func() {
			one := somebody{t: t, who: int64(c)}
			time.Sleep(time.Duration(c) * time.Second / time.Duration(p.clients))
			tick := time.NewTicker(time.Second) // started after the wait: not all at one moment
			defer tick.Stop()
			for until.Err() == nil {
				offered.Add(1)
				if one.post() {
					taken.Add(1)
				} else {
					failed.Add(1)
				}
				select {
				case <-tick.C:
				case <-until.Done():
				}
			}
		})
	}
	clients.Wait()
	return json.NewEncoder(os.Stdout).Encode(tally{offered.Load(), taken.Load(), failed.Load(), time.Since(began).Seconds()})
}

var commentsOf = regexp.MustCompile(`id="comments-title">([\d,.]+) comment`)

// countOf is how many comments the article's page says it has.
func countOf(origin string) (n int64, err error) {
	body, err := get(origin+talkedPath, false)
	if err != nil {
		return 0, err
	}
	m := commentsOf.FindSubmatch(body)
	if m == nil {
		return 0, fmt.Errorf("%s says no number of comments", talkedPath)
	}
	_, err = fmt.Sscan(strings.ReplaceAll(string(m[1]), ",", ""), &n)
	return n, err
}

// reads asks two servers in turn for the article at a fixed pace, 200 times a
// second each, and returns how long each one's answers took from when they were
// due.
func reads(ctx context.Context, length time.Duration, first, second string) (ofFirst, ofSecond []time.Duration) {
	until, stop := context.WithTimeout(ctx, length)
	defer stop()
	var mu sync.Mutex
	var readers sync.WaitGroup
	tick := time.NewTicker(2500 * time.Microsecond)
	defer tick.Stop()
	for n := 0; until.Err() == nil; n++ {
		origin, into := first, &ofFirst
		if n%2 == 1 {
			origin, into = second, &ofSecond
		}
		due := time.Now()
		readers.Go(func() {
			if _, err := get(origin+talkedPath, true); err == nil {
				mu.Lock()
				*into = append(*into, time.Since(due))
				mu.Unlock()
			}
		})
		select {
		case <-tick.C:
		case <-until.Done():
		}
	}
	readers.Wait()
	return ofFirst, ofSecond
}

var liveOf = regexp.MustCompile(`data-live="([^"]+)"`)

// listens opens the lines of many readers, posts comments, and measures when
// each line brought them.
func (f *talkFigures) listens(ctx context.Context, s *server, t *talker, p talkPlan) (err error) {
	if f.before, err = usageOf(s.Pid); err != nil {
		return err
	}
	body, err := get(s.Origin+talkedPath, false)
	if err != nil {
		return err
	}
	live := liveOf.FindSubmatch(body)
	if live == nil {
		return fmt.Errorf("%s has no stream", talkedPath)
	}
	address := s.Origin + string(bytes.Split(live[1], []byte("?"))[0])
	lines, stop := context.WithCancel(ctx)
	defer stop()
	const marks = 5
	var at [marks]atomic.Int64
	var mu sync.Mutex
	var opened, over sync.WaitGroup
	opened.Add(p.lines)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: -1, DisableCompression: true}}
	gate := make(chan struct{}, 64)
	for n := range p.lines {
		gate <- struct{}{}
		over.Go(func() {
			r, err := http.NewRequestWithContext(lines, http.MethodGet, address, nil)
			if err == nil {
				r.Header.Set("X-Forwarded-For", addressOf(int64(3_000_000+n)))
				var answer *http.Response
				if answer, err = client.Do(r); err == nil {
					defer answer.Body.Close()
					if answer.StatusCode == http.StatusOK {
						mu.Lock()
						f.lines++
						mu.Unlock()
					}
					<-gate
					opened.Done()
					f.hear(answer.Body, &at, &mu)
					return
				}
			}
			<-gate
			opened.Done()
		})
	}
	opened.Wait()
	time.Sleep(2 * time.Second)
	if f.listening, err = usageOf(s.Pid); err != nil {
		return err
	}
	for mark := range marks {
		at[mark].Store(time.Now().UnixNano())
		if err := t.mark(ctx, mark); err != nil {
			return err
		}
		time.Sleep(4 * time.Second)
	}
	stop()
	over.Wait()
	return nil
}

// mark posts the comment that listeners wait for.
func (t *talker) mark(ctx context.Context, mark int) error {
	form := url.Values{"token": {t.token}, "parent": {"0"}, "name": {"Marit Engel"}, "email": {fmt.Sprintf("marit%d@readers.example", mark)},
		"text": {fmt.Sprintf("zqmark%d %s", mark, remark(int64(-1-mark)))}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.origin+t.action, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-For", addressOf(int64(4_000_000+mark)))
	answer, err := t.client.Do(r)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// hear notes when each marked comment came over a line.
func (f *talkFigures) hear(line io.Reader, at *[5]atomic.Int64, mu *sync.Mutex) {
	in := bufio.NewReaderSize(line, 64<<10)
	for {
		text, err := in.ReadSlice('\n')
		now := time.Now().UnixNano()
		if i := bytes.Index(text, []byte("zqmark")); i >= 0 && i+6 < len(text) {
			if mark := int(text[i+6] - '0'); mark >= 0 && mark < len(at) {
				mu.Lock()
				f.delays = append(f.delays, time.Duration(now-at[mark].Load()))
				mu.Unlock()
			}
		}
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
	}
}

func reportTalk(all []*talkFigures, l load, p talkPlan) string {
	var b bytes.Buffer
	fmt.Fprint(&b, origin("go run ./test/bench "+strings.Join(os.Args[1:], " ")))
	fmt.Fprintf(&b, "wrk with %d connections on the article's page, packed with gzip; without the page cache unpacked.\n\n", l.connections)
	t := table{head: []string{"comments", "page, bytes packed", "cached req/s", "p99 ms", "without cache req/s", "p50 ms", "req/s while one client posts", "p99 ms", "with one post a second", "p99 ms"}}
	for _, f := range all {
		row := []string{count(float64(f.comments)), count(float64(f.bytes)), count(f.cached.RPS), ms(f.cached.P99), count(f.uncached.RPS), ms(f.uncached.P50)}
		if f.comments == 0 {
			row = append(row, "–", "–", "–", "–")
		} else {
			row = append(row, count(f.posting.RPS), ms(f.posting.P99), count(f.paced.RPS), ms(f.paced.P99))
		}
		t.add(row...)
	}
	t.print(&b)
	f := all[len(all)-1]
	fmt.Fprintf(&b, "64 clients that post without a pause: %s comments a second taken.\n\n", count(f.create))
	fmt.Fprintf(&b, "%s clients, one comment a second each, for %v: %s offered, %s taken, %s refused or failed; the article's count is %d short of those taken (held ones are not in it). 200 readers a second meanwhile: median %s ms, p99 %s ms; before it %s and %s ms. 200 readers a second of the same page as nginx's file: meanwhile %s and %s ms; before it %s and %s ms. Processor time of the server: %.2f of one core. Readers who ask as fast as they are answered (wrk, as above) got %s pages a second during such a flood, p99 %s ms; %s comments a second were taken beside them.\n\n",
		count(float64(p.clients)), p.flood, count(float64(f.offered)), count(float64(f.taken)), count(float64(f.failed)), f.missing, ms(quantile(f.flooded, 0.5)), ms(quantile(f.flooded, 0.99)),
		ms(quantile(f.calm, 0.5)), ms(quantile(f.calm, 0.99)), ms(quantile(f.floodedFile, 0.5)), ms(quantile(f.floodedFile, 0.99)), ms(quantile(f.calmFile, 0.5)), ms(quantile(f.calmFile, 0.99)), f.floodCPU.Seconds()/max(f.floodSeconds, 1), count(f.crowded.RPS), ms(f.crowded.P99), count(f.crowd))
	fmt.Fprintf(&b, "%s lines open for new comments: %s MiB more resident, %.1f KiB a line. From sending a comment until a line brought it, %s times: median %s ms, p99 %s ms.\n",
		count(float64(f.lines)), mib(f.listening.RSS-f.before.RSS), float64(f.listening.RSS-f.before.RSS)/1024/float64(max(f.lines, 1)), count(float64(len(f.delays))), ms(quantile(f.delays, 0.5)), ms(quantile(f.delays, 0.99)))
	return b.String()
}
