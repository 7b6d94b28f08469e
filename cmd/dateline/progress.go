package main

import (
	"github.com/schollz/progressbar/v3"
)

// progress shows how far a long work has come, on a terminal only.
type progress struct {
	env   *environment
	bar   *progressbar.ProgressBar
	stage string
}

func newProgress(env *environment) *progress { return &progress{env: env} }

// show moves the bar; a new stage gets a new bar.
func (p *progress) show(stage string, done, total int64) {
	if !p.env.terminal {
		return
	}
	if p.bar == nil || p.stage != stage {
		p.end()
		if total <= 0 {
			total = -1
		}
		p.stage = stage
		p.bar = progressbar.NewOptions64(total, progressbar.OptionSetDescription(stage), progressbar.OptionSetWriter(p.env.stderr),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionThrottle(100_000_000), progressbar.OptionClearOnFinish())
	}
	_ = p.bar.Set64(done) // a bar that cannot be drawn is nobody's loss
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}
