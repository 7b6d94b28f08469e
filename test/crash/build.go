package crash

import (
	"fmt"
	"os/exec"
	"path/filepath"
)

// Programs are the built helpers of the harness.
type Programs struct{ Crashd, Inject, Campaignd string }

// Build compiles crashd, inject and campaignd into dir.
func Build(dir string) (Programs, error) {
	p := Programs{Crashd: filepath.Join(dir, "crashd"), Inject: filepath.Join(dir, "inject"), Campaignd: filepath.Join(dir, "campaignd")}
	for _, out := range []string{p.Crashd, p.Inject, p.Campaignd} {
		cmd := exec.Command("go", "build", "-o", out, "dateline/test/crash/"+filepath.Base(out))
		if text, err := cmd.CombinedOutput(); err != nil {
			return p, fmt.Errorf("build %s: %w\n%s", filepath.Base(out), err, text)
		}
	}
	return p, nil
}
