package letter

// Quoted-printable (RFC 2045, 6.7) by pieces: each piece begins at the start of
// a line and ends at the end of one, so that pieces can be put together without
// looking at their neighbours. Dots and "From " at the start of a line are
// encoded, so that neither SMTP nor a mailbox changes what was hashed.

const (
	mostColumns = 75 // and the "=" of a soft break
	hexDigits   = "0123456789ABCDEF"
)

// quote appends the piece's text to dst. Line breaks of any kind become CR LF.
func quote(dst []byte, text string) []byte {
	column := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\r' || c == '\n' {
			if c == '\r' && i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			dst = append(dst, '\r', '\n')
			column = 0
			continue
		}
		plain := c == '\t' || c >= ' ' && c <= '~' && c != '='
		switch {
		case (c == ' ' || c == '\t') && lineEndsAt(text, i+1):
			plain = false
		case column == 0 && (c == '.' || c == 'F' && len(text) > i+4 && text[i:i+5] == "From "):
			plain = false
		}
		width := 1
		if !plain {
			width = 3
		}
		if column+width > mostColumns {
			dst = append(dst, "=\r\n"...)
			column = 0
			if c == '.' { // now at the start of a line
				plain, width = false, 3
			}
		}
		if plain {
			dst = append(dst, c)
		} else {
			dst = append(dst, '=', hexDigits[c>>4], hexDigits[c&15])
		}
		column += width
	}
	if column > 0 {
		dst = append(dst, "=\r\n"...)
	}
	return dst
}

func lineEndsAt(text string, i int) bool {
	return i == len(text) || text[i] == '\n' || text[i] == '\r'
}

// relax appends a body in the relaxed form of DKIM (RFC 6376, 3.4.4) to dst.
// The body is made of whole lines and has no empty ones at its end.
func relax(dst, body []byte) []byte {
	space := false
	for _, c := range body {
		switch c {
		case ' ', '\t':
			space = true
			continue
		case '\r':
			space = false // white space at the end of a line does not count
		default:
			if space {
				dst = append(dst, ' ')
				space = false
			}
		}
		dst = append(dst, c)
	}
	return dst
}
