package comment

// OpenAddress returns the address that was sealed with a comment, for the
// newsroom's own export. No public read may call it.
func (s *Store) OpenAddress(sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	return s.vault.Open(purposeEmail, sealed)
}

// Tame takes out of a text from elsewhere what readers do not see or what
// reaches beyond its place, as it is taken out of what they write here.
func Tame(s string) string { return tame(s) }

// TameLine is Tame for a name or a title: one line, with single spaces.
func TameLine(s string) string { return tameLine(s) }
