package settings_test

import (
	"strconv"
	"testing"

	"dateline/internal/settings"
)

func TestGroups_HaveEveryField(t *testing.T) {
	in := map[string]int{}
	for _, g := range settings.Groups {
		for _, name := range g.Fields {
			in[name]++
			if _, ok := settings.FieldNamed(name); !ok {
				t.Errorf("the group %s names the unknown setting %s", g.Name, name)
			}
		}
	}
	for _, f := range settings.Fields {
		if in[f.Name] != 1 {
			t.Errorf("%s stands in %d groups", f.Name, in[f.Name])
		}
		entry, least, most := settings.Control(f.Name)
		if entry != settings.EnterNumber {
			continue
		}
		for _, n := range []int{least, most} {
			if n == 0 {
				continue
			}
			site := settings.Default()
			if err := site.Set(f.Name, strconv.Itoa(n)); err != nil || site.Validate() != nil {
				t.Errorf("%s may not be %d: %v %v", f.Name, n, err, site.Validate())
			}
		}
		site := settings.Default()
		if err := site.Set(f.Name, strconv.Itoa(least-1)); err == nil && site.Validate() == nil {
			t.Errorf("%s may be %d", f.Name, least-1)
		}
	}
}
