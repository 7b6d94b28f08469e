package subscriber

// MoreThan is moreThan, for tests.
func MoreThan(n, shown int64) int64 { return moreThan(n, shown) }

// Written is an address as it is written to; "" for what is none.
func Written(typed string) string {
	a, err := parseAddress(typed)
	if err != nil {
		return ""
	}
	return a.Written
}
