package account

// CodeAt is the code of a time step, for tests.
func CodeAt(key string, step int64) string { return codeAt(key, step) }
