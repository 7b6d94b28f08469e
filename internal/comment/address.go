package comment

// OpenAddress returns the address that was sealed with a comment, for the
// newsroom's own export. No public read may call it.
func (s *Store) OpenAddress(sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	return s.vault.Open(purposeEmail, sealed)
}
