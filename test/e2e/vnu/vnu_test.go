package vnu

import (
	"context"
	"testing"
)

func TestCheck_TellsSoundPagesFromBrokenOnes(t *testing.T) {
	if err := Ready(); err != nil {
		t.Skip(err)
	}
	found, err := Check(context.Background(), map[string][]byte{
		"good":   []byte(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>x</title></head><body><h1>x</h1><p>x</p></body></html>`),
		"broken": []byte(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>x</title></head><body><h1>x</h1><p><div>x</p><img src="a.png"></body></html>`),
	})
	if err != nil {
		t.Fatal(err)
	}
	broken := 0
	for _, m := range found {
		if m.Page != "broken" {
			t.Errorf("a finding on a sound page: %v", m)
		} else {
			broken++
		}
	}
	if broken < 2 {
		t.Errorf("findings on the broken page: %v", found)
	}
}
