package delivery

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"dateline/internal/delivery/relay"
)

// verdict is what a refusal means.
type verdict int

const (
	taken      verdict = iota
	server             // the relay's trouble: the letter goes back into the queue
	later              // this letter again in a while
	throttled          // the recipient's provider wants less
	readerHard         // the mailbox is not there
	readerSoft         // the mailbox is full or the like
	notReader          // refused for what the letter or its sender is; not the reader's fault
)

// classify says what the answer to a letter means.
//
// Steps before RCPT concern the relay. From RCPT on, the enhanced status (RFC
// 3463) decides where there is one, else the basic code and, because many
// servers say no more, some words of the text.
func classify(err error) (verdict, string) {
	if err == nil {
		return taken, ""
	}
	var f *relay.Failure
	if !errors.As(err, &f) {
		return server, ""
	}
	code := strings.TrimSpace(strconv.Itoa(f.Code) + " " + f.Status)
	switch {
	case f.Code == 0 && f.Step == relay.Body:
		return later, "" // cut in the middle, or nobody knows
	case f.Code == 0:
		return server, ""
	case f.Status == "5.3.4" && f.Step == relay.Sender: // too large for the relay
		return notReader, code
	case f.Step != relay.Recipient && f.Step != relay.Data && f.Step != relay.Body:
		return server, code
	}
	return judge(f.Code, f.Status, f.Text, f.Step == relay.Recipient), code
}

// judge is classify for a code that came with a letter, at once or in a later
// report. atRecipient is set when it answers RCPT.
func judge(code int, status, text string, atRecipient bool) verdict {
	text = strings.ToLower(text)
	class, rest, _ := strings.Cut(status, ".")
	if code/100 == 4 || code == 0 && class == "4" {
		switch {
		case code == 421, strings.HasPrefix(rest, "7.") && !has(text, "greylist", "graylist", "grey list"), rest == "4.5", rest == "3.2",
			has(text, "rate", "too many", "throttl", "try again later", "temporarily deferred", "slow down"):
			return throttled
		}
		return later
	}
	switch rest {
	case "1.1", "1.2", "1.3", "1.6", "1.10", "1.0":
		return readerHard
	case "2.1", "2.2", "2.0", "2.3", "4.1", "4.4", "4.7", "1.9":
		return readerSoft
	}
	if rest != "" {
		return byWords(text, notReader)
	}
	switch {
	case has(text, "spam", "block", "policy", "reputation", "blacklist", "blocklist", "denied", "spf", "dkim", "dmarc", "relay", "reject"):
		return byWords(text, notReader)
	case code == 552:
		return byWords(text, readerSoft)
	case (code == 550 || code == 551 || code == 553) && atRecipient:
		return byWords(text, readerHard)
	}
	return byWords(text, notReader)
}

// byWords corrects a guess by what many servers say in so many words.
func byWords(text string, guess verdict) verdict {
	switch {
	case has(text, "user unknown", "unknown user", "no such user", "does not exist", "no mailbox", "mailbox unavailable", "recipient not found", "invalid recipient", "mailbox not found"):
		return readerHard
	case has(text, "mailbox full", "mailbox is full", "over quota", "quota exceeded", "exceeded storage"):
		return readerSoft
	}
	return guess
}

func has(text string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

const keepTrying = 3 * 24 * time.Hour

// delays between the tries of one letter; the last repeats.
var delays = []time.Duration{5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour}

// retryIn is how long a letter waits after so many tries. spread, from 0 to 1,
// keeps letters that failed together apart.
func retryIn(v verdict, code string, attempts int, spread float64) time.Duration {
	d := delays[min(attempts, len(delays)-1)]
	switch {
	case strings.HasSuffix(code, "4.2.2") || strings.HasPrefix(code, "452"): // a full mailbox is not emptied in minutes
		d = max(d, time.Hour)
	case v == throttled && attempts == 0:
		d = 2 * time.Minute
	case code == "": // cut off: nothing says that it will go wrong again
		d = min(d, time.Minute<<min(attempts, 6))
	}
	return d + time.Duration(spread*float64(d)/4)
}

// provider groups domains whose mail the same servers take.
func provider(address string) string {
	domain := strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
	switch domain {
	case "googlemail.com":
		return "gmail.com"
	case "hotmail.com", "live.com", "msn.com", "hotmail.de", "hotmail.co.uk", "hotmail.fr", "live.de", "outlook.de":
		return "outlook.com"
	case "gmx.net", "gmx.at", "gmx.ch":
		return "gmx.de"
	case "me.com", "mac.com":
		return "icloud.com"
	}
	if strings.HasPrefix(domain, "yahoo.") {
		return "yahoo.com"
	}
	return domain
}
