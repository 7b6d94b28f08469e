package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"dateline/internal/claim"
	"dateline/internal/db"
	"dateline/internal/richtext"
)

// loadAccounts reads the shared accounts, by their keys.
func loadAccounts(root fs.FS) (map[string]richtext.Accounts, error) {
	if !exists(root, "accounts.json") {
		return nil, nil
	}
	raw, err := fs.ReadFile(root, "accounts.json")
	if err != nil {
		return nil, err
	}
	var out map[string]richtext.Accounts
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("content/accounts.json: %w", err)
	}
	return out, nil
}

// accounts writes the shared accounts, before the articles that show them.
func (f *filler) accounts(ctx context.Context, tx *db.Tx) error {
	f.clock.Set(f.end)
	keep := claim.NewService(f.DB, f.clock, f.Bus)
	for _, key := range slices.Sorted(maps.Keys(f.n.Accounts)) {
		_, err := keep.CreateAsTx(ctx, tx, actor, idOf("accounts", key), f.n.Accounts[key])
		if err != nil {
			return err
		}
	}
	return nil
}
