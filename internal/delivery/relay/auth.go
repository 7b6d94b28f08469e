package relay

import (
	"crypto/hmac"
	"crypto/md5" // CRAM-MD5 (RFC 2195) is what some servers still ask for
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
)

// signIn uses the best of what the server offers. The password goes as it is
// only over TLS or to this machine, which Config.Check has seen to.
func (c *Conn) signIn() error {
	offered := strings.Fields(strings.ToUpper(c.offers["AUTH"]))
	for _, kind := range []struct {
		name string
		talk func() error
	}{{"PLAIN", c.authPlain}, {"LOGIN", c.authLogin}, {"CRAM-MD5", c.authCRAM}} {
		if slices.Contains(offered, kind.name) {
			return kind.talk()
		}
	}
	return &Failure{Step: SignIn, Text: "the server offers none of PLAIN, LOGIN and CRAM-MD5"}
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func (c *Conn) authPlain() error {
	return c.command(SignIn, 235, "AUTH PLAIN "+encoded("\x00"+c.cfg.User+"\x00"+c.cfg.Password))
}

func (c *Conn) authLogin() error {
	if err := c.command(SignIn, 334, "AUTH LOGIN"); err != nil {
		return err
	}
	if err := c.command(SignIn, 334, encoded(c.cfg.User)); err != nil {
		return err
	}
	return c.command(SignIn, 235, encoded(c.cfg.Password))
}

func (c *Conn) authCRAM() error {
	answer, err := c.ask(SignIn, "AUTH CRAM-MD5")
	if err != nil {
		return err
	}
	if answer.code != 334 || len(answer.lines) != 1 {
		return c.refused(answer, SignIn)
	}
	challenge, err := base64.StdEncoding.DecodeString(strings.TrimSpace(answer.lines[0]))
	if err != nil {
		return c.lost(SignIn, err)
	}
	sum := hmac.New(md5.New, []byte(c.cfg.Password))
	sum.Write(challenge)
	return c.command(SignIn, 235, encoded(c.cfg.User+" "+hex.EncodeToString(sum.Sum(nil))))
}
