// Package vnu checks HTML with the Nu HTML checker, all pages in one run of
// its Java program.
package vnu

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"dateline/test/node"
)

// Message is one finding of the checker.
type Message struct {
	Page    string // the page's name, as given to Check
	Type    string // "error" or "info"
	Sub     string // "warning", "fatal" or ""
	Line    int
	Text    string
	Extract string // the source around it
}

func (m Message) String() string {
	kind := m.Type
	if m.Sub != "" {
		kind = m.Sub
	}
	return fmt.Sprintf("%s:%d: %s: %s in %q", m.Page, m.Line, kind, m.Text, m.Extract)
}

// Ready says why Check cannot run here, or nil.
func Ready() error { _, _, err := programs(); return err }

func programs() (java, jar string, err error) {
	if java, err = exec.LookPath("java"); err != nil {
		return "", "", errors.New("no Java on this machine (Debian package default-jre-headless)")
	}
	modules, err := node.Modules()
	if err != nil {
		return "", "", err
	}
	jar = filepath.Join(modules, "vnu-jar", "build", "dist", "vnu.jar")
	_, err = os.Stat(jar)
	return java, jar, err
}

// Check returns what the checker says about the pages, given by name. Both
// errors and warnings are findings; a page without any passes.
func Check(ctx context.Context, pages map[string][]byte) ([]Message, error) {
	java, jar, err := programs()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "dateline-vnu-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	names := map[string]string{} // file name → page name
	args := []string{"-Xss1m", "-jar", jar, "--format", "json", "--stdout", "--exit-zero-always"}
	for i, name := range slices.Sorted(maps.Keys(pages)) {
		file := fmt.Sprintf("%d.html", i)
		names[file] = name
		if err := os.WriteFile(filepath.Join(dir, file), pages[name], 0o644); err != nil {
			return nil, err
		}
		args = append(args, filepath.Join(dir, file))
	}
	if len(names) == 0 {
		return nil, errors.New("no pages to check")
	}
	var problems bytes.Buffer
	cmd := exec.CommandContext(ctx, java, args...)
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("vnu: %w\n%s", err, problems.String())
	}
	return parse(out, names)
}

func parse(out []byte, names map[string]string) ([]Message, error) {
	var report struct {
		Messages []struct {
			Type, SubType, URL, Message, Extract string
			LastLine                             int
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return nil, fmt.Errorf("vnu's report: %w in %q", err, out)
	}
	var found []Message
	for _, m := range report.Messages {
		file := ""
		if u, err := url.Parse(m.URL); err == nil {
			file = filepath.Base(u.Path)
		}
		found = append(found, Message{Page: names[file], Type: m.Type, Sub: m.SubType, Line: m.LastLine, Text: m.Message, Extract: m.Extract})
	}
	return found, nil
}
