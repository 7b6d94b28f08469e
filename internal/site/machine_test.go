package site

import "testing"

func TestShortName_EndsWithAWord(t *testing.T) {
	for title, want := range map[string]string{"The Gull": "The Gull", "The Aldermouth Courier": "The Aldermouth", "Sixteen letters! And more": "Sixteen letters!",
		"Donaudampfschifffahrtszeitung": "Donaudampfschiff", "صحيفة الميناء القديم والجديد": "صحيفة الميناء"} {
		if got := shortName(title); got != want {
			t.Errorf("%s becomes %q, want %q", title, got, want)
		}
	}
}
