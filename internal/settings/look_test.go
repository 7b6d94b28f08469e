package settings_test

import (
	"strings"
	"testing"

	"dateline/internal/fault"
	"dateline/internal/settings"
)

func TestLook(t *testing.T) {
	if css := (settings.Look{}).CSS(); css != "" {
		t.Errorf("no look writes %q", css)
	}
	for _, typed := range []string{"#0B5D4A", " 0b5d4a ", "#abc"} {
		l := settings.Look{Accent: typed}.Clean()
		if len(l.Accent) != 7 || l.Accent != strings.ToLower(l.Accent) {
			t.Errorf("%q is kept as %q", typed, l.Accent)
		}
	}
	l := settings.Look{Accent: "#0b5d4a", Headline: "sans", Density: "compact", Width: "wide"}
	if err := l.Validate(); err != nil {
		t.Fatal(err)
	}
	css := l.CSS()
	for _, part := range []string{"--accent:#0b5d4a;", "prefers-color-scheme:dark", "--display:var(--sans)", "--wrap:90rem", "font-size:93.75%"} {
		if !strings.Contains(css, part) {
			t.Errorf("%s is not in %s", part, css)
		}
	}
	if got := settings.Contrast(l.DarkAccent(), "#121416"); got < 4.5 {
		t.Errorf("the dark accent %s has a contrast of %.2f", l.DarkAccent(), got)
	}
	if got := settings.Contrast("#000000", "#ffffff"); got < 20.99 || got > 21.01 {
		t.Errorf("black on white is %f to 1", got)
	}
	for name, bad := range map[string]settings.Look{
		"a pale colour": {Accent: "#ffcc00"}, "no colour": {Accent: "#red"}, "css": {Accent: "#000;}x{"}, "a face": {Headline: "comic"},
		"a density": {Density: "x"}, "a width": {Width: "}"},
	} {
		err := bad.Validate()
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
		if strings.Contains(bad.CSS(), "red") || strings.Contains(bad.CSS(), "}x") {
			t.Errorf("%s reaches the stylesheet: %s", name, bad.CSS())
		}
	}
	hint := fault.HintOf((settings.Look{Accent: "#ffcc00"}).Validate())
	suggested := hint[strings.Index(hint, "#"):]
	if err := (settings.Look{Accent: suggested}).Validate(); err != nil {
		t.Errorf("the suggested %s: %v", suggested, err)
	}
}
