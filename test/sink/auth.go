package sink

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// auth checks name and password in the three common ways.
func (t *talk) auth(rest string) error {
	kind, first, _ := strings.Cut(rest, " ")
	if offered := t.s.opt.Auth; offered != "" && !strings.Contains(offered, kind) {
		return t.say("504 5.5.4 not offered")
	}
	user, password := t.s.opt.User, t.s.opt.Password
	good := false
	switch strings.ToUpper(kind) {
	case "PLAIN":
		good = decoded(first) == "\x00"+user+"\x00"+password
	case "LOGIN":
		name, err := t.prompt("VXNlcm5hbWU6")
		if err != nil {
			return err
		}
		secret, err := t.prompt("UGFzc3dvcmQ6")
		if err != nil {
			return err
		}
		good = name == user && secret == password
	case "CRAM-MD5":
		const challenge = "<1.2@sink.test>"
		got, err := t.prompt(base64.StdEncoding.EncodeToString([]byte(challenge)))
		if err != nil {
			return err
		}
		sum := hmac.New(md5.New, []byte(password))
		sum.Write([]byte(challenge))
		good = got == user+" "+hex.EncodeToString(sum.Sum(nil))
	}
	if !good {
		return t.say("535 5.7.8 wrong name or password")
	}
	t.signed = true
	return t.say("235 2.7.0 welcome")
}

func (t *talk) prompt(text string) (string, error) {
	t.say("334 " + text)
	if err := t.w.Flush(); err != nil {
		return "", err
	}
	line, err := t.r.ReadString('\n')
	return decoded(strings.TrimSpace(line)), err
}

func decoded(text string) string {
	raw, _ := base64.StdEncoding.DecodeString(text)
	return string(raw)
}
