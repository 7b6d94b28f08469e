package app

import (
	"context"
	"fmt"
	"strconv"

	"dateline/internal/db"
	"dateline/internal/settings"
)

func mustID(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// article2related offers articles beside one, whoever may see them.
func article2related(id int64, others ...int64) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		list := ""
		for i, o := range others {
			if i > 0 {
				list += ","
			}
			list += fmt.Sprint(o)
		}
		_, err := tx.Exec(ctx, `UPDATE article SET related = $1 WHERE id = $2`, "["+list+"]", id)
		return err
	}
}

// settingsOf changes the site's settings.
func settingsOf(change func(*settings.Site)) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		conf, err := settings.Read(ctx, tx)
		if err != nil {
			return err
		}
		change(&conf)
		return settings.Save(ctx, tx, conf, opening)
	}
}
