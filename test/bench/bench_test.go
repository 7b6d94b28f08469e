package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/richtext"
)

func TestParse_ReadsWhatWrkPrints(t *testing.T) {
	const out = `Running 5s test @ http://127.0.0.1:8080/
  2 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   614.10us    0.90ms  20.26ms   92.27%
    Req/Sec    33.56k     3.06k   41.99k    69.31%
  Latency Distribution
     50%  357.00us
     75%  698.00us
     90%    1.28ms
     99%    4.45ms
  337246 requests in 5.05s, 2.10GB read
  Socket errors: connect 0, read 3, write 0, timeout 1
  Non-2xx or 3xx responses: 12
Requests/sec:  66782.55
Transfer/sec:    426.12MB
`
	got, err := parse([]byte(out))
	if err != nil {
		t.Fatal(err)
	}
	gb := 2.10 * (1 << 30)
	want := result{RPS: 66782.55, P50: 357 * time.Microsecond, P99: 4450 * time.Microsecond, Bytes: int64(gb), Requests: 337246, Failed: 16}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parsed (-want +got):\n%s", diff)
	}
	if _, err := parse([]byte("unable to connect")); err == nil {
		t.Error("an output without figures is no error")
	}
}

func TestUsage_ReadsThisProcess(t *testing.T) {
	u, err := usageOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if u.RSS < 1<<20 || u.PSS == 0 || u.PSS > u.RSS {
		t.Errorf("usage = %+v", u)
	}
}

func TestCPUTime_ReadsPastTheName(t *testing.T) {
	if got := cpuTime([]byte("7 (a (b) c) S 1 7 7 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 5 0")); got != 2*time.Second {
		t.Errorf("cpuTime = %v, want 2s", got)
	}
}

func TestTable_AlignsFigures(t *testing.T) {
	tab := table{head: []string{"page", "req/s"}}
	tab.add("front page", "1,234")
	tab.add("µ", "9")
	var out bytes.Buffer
	tab.print(&out)
	want := "| page       | req/s |\n|------------|------:|\n| front page | 1,234 |\n| µ          |     9 |\n\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestFigures_AreReadable(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{count(0), "0"}, {count(999), "999"}, {count(1234567), "1,234,567"},
		{ms(1234 * time.Microsecond), "1.23"}, {ms(45 * time.Millisecond), "45.0"}, {ms(2864 * time.Millisecond), "2864"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestInsert_ReplacesOnlyItsPart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "performance.md")
	if err := os.WriteFile(path, []byte("# Performance\n\nWords.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"first", "second"} {
		if err := insert(path, "bench", text); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(page); !strings.HasPrefix(got, "# Performance\n\nWords.\n") || !strings.Contains(got, "second") || strings.Contains(got, "first") || strings.Count(got, "<!-- bench:begin -->") != 1 {
		t.Errorf("page = %q", got)
	}
}

func TestSpread_ReachesOverTheWhole(t *testing.T) {
	if got := spread([]int{0, 1, 2, 3, 4, 5, 6, 7}, 4); !cmp.Equal(got, []int{0, 2, 4, 6}) {
		t.Errorf("spread = %v", got)
	}
}

func TestLongArticle_IsWhatTheReportSays(t *testing.T) {
	doc, err := richtext.Validate(longArticle())
	if err != nil {
		t.Fatal(err)
	}
	if words := richtext.Words(doc); len(doc.Content) != 60 || words < 4900 || words > 5200 {
		t.Errorf("%d words in %d blocks", words, len(doc.Content))
	}
}

func TestQuantile_TakesTheRank(t *testing.T) {
	d := []time.Duration{4, 1, 3, 2, 5}
	if got := []time.Duration{quantile(d, 0.5), quantile(d, 0.95), quantile(nil, 0.5)}; !cmp.Equal(got, []time.Duration{3, 5, 0}) {
		t.Errorf("quantiles %v", got)
	}
}
