package main

import (
	"fmt"

	"dateline/internal/app"
)

type mailCmds struct {
	Test mailTest `cmd:"" help:"Send a test letter."`
}

type mailTest struct {
	Address string `arg:"" help:"Where to send it."`
}

// Run sends a test letter and waits until the mail server has taken it.
func (m *mailTest) Run(c *commands, env *environment) error {
	cfg, err := c.load(env, nil)
	if err != nil {
		return err
	}
	if err := app.TestMail(env.ctx, cfg, m.Address); err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.stdout, "%s has taken the letter\n", cfg.SMTPHost)
	return err
}
