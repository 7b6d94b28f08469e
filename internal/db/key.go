package db

import "strconv"

// Key names one thing for purging: Key("article", 7) is "article:7".
func Key(kind string, id int64) string { return kind + ":" + strconv.FormatInt(id, 10) }

// ListKey names one list for purging: ListKey("section", 7) is "list:section:7".
func ListKey(scope string, ref int64) string { return "list:" + Key(scope, ref) }
