package postings

import "errors"

// errUnbuilt stands until the methods do.
var errUnbuilt = errors.New("postings: being written")
