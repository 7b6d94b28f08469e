package check_test

import (
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dateline/internal/article"
	"dateline/internal/article/check"
	"dateline/internal/richtext"
)

// spellings returns the pairs that the check for names finds in paragraphs.
func spellings(language string, known []string, paragraphs ...string) []string {
	var d richtext.Doc
	for _, p := range paragraphs {
		d.Content = append(d.Content, para(p))
	}
	var out []string
	for _, f := range check.Run(noContext, check.Input{Content: article.Content{Body: d, Language: language}, Names: known}) {
		if f.Code == "name_two_ways" || f.Code == "name_known" {
			out = append(out, strings.Join(f.Args, " / "))
		}
	}
	return out
}

func TestNames_SpelledTwoWays(t *testing.T) {
	for _, c := range []struct {
		name, language string
		known, text    []string
		want           string
	}{
		{"umlaut", "de", nil, []string{"Der Anwalt Karl Müller widersprach.", "Am Abend sagte Karl Mueller nichts mehr."}, "Karl Mueller / Anwalt Karl Müller"},
		{"first name", "en", nil, []string{"The clerk, Kathryn Ashby, read it out.", "It was over, Katherine Ashby said."}, "Katherine Ashby / Kathryn Ashby"},
		{"last name alone", "en", nil, []string{"The council heard Ines Calderon for an hour.", "Then Calderan left, and Calderon's aide too."}, "Calderan / Ines Calderon"},
		{"initial", "en", nil, []string{"It was John F. Kennedy who spoke.", "Later John F. Kenedy sat down."}, "John F Kenedy / John F Kennedy"},
		{"particle", "en", nil, []string{"They saw Ludwig van Beethoven there.", "They saw Ludwig van Bethoven here."}, "Ludwig van Bethoven / Ludwig van Beethoven"},
		{"known", "en", []string{"Hedda Quill"}, []string{"The word of Heda Quill counts."}, "Heda Quill / Hedda Quill"},
		{"known and right", "en", []string{"Hedda Quill"}, []string{"The word of Hedda Quill counts."}, ""},
		{"two people", "en", nil, []string{"There were Anna Lindt and Anne Lindt.", "Then Anna Lindt sang.", "Then Anne Lindt danced."}, ""},
		{"siblings", "en", nil, []string{"There were Jim Carter and Tom Carter."}, ""},
		{"office and ministry", "en", nil, []string{"Trade Minister Bo Park spoke.", "The Trade Ministry said no."}, ""},
		{"plural", "en", nil, []string{"They work for General Motors in town.", "A General Motor engine stood there."}, ""},
		{"possessive", "en", nil, []string{"It was Ann Ashby who came.", "We saw Ashby’s car and Ann Ashby's dog."}, ""},
		{"people of a country", "en", nil, []string{"They flew to San Chile in May.", "A Chilean and a Chile hand met."}, ""},
		{"start of a sentence", "en", nil, []string{"We met Ann Marsh today. March is cold. Harsh words fell."}, ""},
		{"German nouns", "de", nil, []string{"Ein Mann namens Otto Schulz kam.", "Er suchte dort Schutz vor dem Regen."}, ""},
		{"directions", "en", nil, []string{"They met in North Korea first.", "They met in South Korea later."}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(spellings(c.language, c.known, c.text...), "; "); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

var (
	story     = regexp.MustCompile(`(?s)<BODY>(.*?)</BODY>`)
	controlCh = regexp.MustCompile(`&#\d+;`)
)

// Real wire stories: an editor at the wire had read each of them, so that most
// alarms about them are false. The rate is held, so that it cannot creep up.
func TestNames_SeldomFalseOnWireStories(t *testing.T) {
	dir := os.Getenv("DATELINE_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared")
	}
	archive := filepath.Join(dir, "data", "news", "reuters21578.tar.xz")
	if _, err := os.Stat(archive); err != nil {
		t.Skipf("%s is absent; set DATELINE_SHARED to the folder of shared test data", archive)
	}
	to := t.TempDir()
	if out, err := exec.Command("tar", "-xJf", archive, "-C", to).CombinedOutput(); err != nil {
		t.Skipf("cannot unpack %s: %v %s", archive, err, out)
	}
	files, err := filepath.Glob(filepath.Join(to, "reuters21578", "*.sgm"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories in %s: %v", archive, err)
	}
	if os.Getenv("DATELINE_LONG") == "" {
		files = files[:3]
	}
	stories, alarmed := 0, 0
	var examples []string
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range story.FindAllStringSubmatch(strings.ToValidUTF8(string(raw), "?"), -1) {
			text := html.UnescapeString(controlCh.ReplaceAllString(m[1], ""))
			var paragraphs []string
			for _, p := range strings.Split(text, "\n    ") {
				paragraphs = append(paragraphs, strings.Join(strings.Fields(p), " "))
			}
			stories++
			if found := spellings("en", nil, paragraphs...); len(found) > 0 {
				alarmed++
				examples = append(examples, found...)
			}
		}
	}
	rate := 100 * float64(alarmed) / float64(stories)
	t.Logf("%d of %d stories (%.2f per cent) with an alarm: %s", alarmed, stories, rate, strings.Join(examples, "; "))
	if stories < 1_000 || rate > 1.2 {
		t.Errorf("%.2f per cent of %d stories have an alarm about names", rate, stories)
	}
}
