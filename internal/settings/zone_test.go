package settings

import (
	"testing"
	"time"
)

func TestZones_AreAllKnown(t *testing.T) {
	names := Zones()
	if len(names) < 300 {
		t.Fatalf("only %d zones", len(names))
	}
	for _, name := range names {
		if _, err := time.LoadLocation(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for country, want := range map[string]string{"DE": "Europe/Berlin", "CA": "America/Toronto", "AU": "Australia/Sydney", "XX": ""} {
		if got := ZoneIn(country); got != want {
			t.Errorf("the zone of %s is %q, want %q", country, got, want)
		}
	}
}

// TestCheckZone_RefusesWhatCannotBeLoaded: no site falls back to UTC silently.
func TestCheckZone_RefusesWhatCannotBeLoaded(t *testing.T) {
	for _, zone := range []string{"", "Local", "Mars/Base", "Europe/Berlyn"} {
		site := Default()
		site.Zone = zone
		if site.CheckZone() == nil || site.Validate() == nil {
			t.Errorf("the zone %q is accepted", zone)
		}
	}
}
