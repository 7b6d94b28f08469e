package delivery

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/delivery/letter"
	"dateline/internal/fault"
	"dateline/internal/id"
)

// The kinds of DKIM keys.
const (
	RSA     = letter.RSA2048
	Ed25519 = letter.Ed25519
)

const purposeKey = "dkim_key.private"

// KeyInfo is a key that signs letters, without its secret half.
type KeyInfo struct {
	ID        int64
	Domain    string
	Selector  string
	Algorithm string
	Active    bool
	Created   time.Time
	// Record is the DNS record of type TXT to publish, under Name.
	Name, Record string
}

// MakeKey makes a key for letters from addresses of a domain and keeps it
// sealed. It does not sign before UseKey: its record must be published first.
func (s *Service) MakeKey(ctx context.Context, actor account.Actor, algorithm, domain, selector string) (KeyInfo, error) {
	k, err := letter.NewKey(algorithm, strings.ToLower(domain), strings.ToLower(selector))
	if err != nil {
		return KeyInfo{}, err
	}
	return s.addKey(ctx, actor, k)
}

// AddKey keeps a key that was made elsewhere, as PEM.
func (s *Service) AddKey(ctx context.Context, actor account.Actor, domain, selector, pem string) (KeyInfo, error) {
	k, err := letter.ReadKey(strings.ToLower(domain), strings.ToLower(selector), pem)
	if err != nil {
		return KeyInfo{}, err
	}
	return s.addKey(ctx, actor, k)
}

func (s *Service) addKey(ctx context.Context, actor account.Actor, k *letter.Key) (KeyInfo, error) {
	if err := actor.Require(account.Administrator, "make keys for the newsletter"); err != nil {
		return KeyInfo{}, err
	}
	pem, err := k.PEM()
	if err != nil {
		return KeyInfo{}, err
	}
	now := s.Clock.Now()
	info := KeyInfo{ID: id.New(), Domain: k.Domain, Selector: k.Selector, Algorithm: k.Algorithm, Created: now}
	if info.Name, info.Record, err = k.Record(); err != nil {
		return KeyInfo{}, err
	}
	return info, s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO dkim_key (id, domain, selector, algorithm, private, active, created_at)
			VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (domain, selector) DO NOTHING`,
			info.ID, k.Domain, k.Selector, k.Algorithm, s.Vault.Seal(purposeKey, pem), db.Micros(now))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "there is a key %s for %s already", k.Selector, k.Domain).WithHint("choose another selector, such as %s2", k.Selector)
		}
		return audit.Record(ctx, tx, now, actor.Name, "make DKIM key", "dkim_key", info.ID, map[string]any{"domain": k.Domain, "selector": k.Selector})
	})
}

// UseKey makes a key sign, or stop signing.
func (s *Service) UseKey(ctx context.Context, actor account.Actor, key int64, active bool) error {
	if err := actor.Require(account.Administrator, "choose keys for the newsletter"); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE dkim_key SET active = $2 WHERE id = $1`, key, active)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "there is no such key")
		}
		if err != nil {
			return err
		}
		tx.Wake(topic)
		return audit.Record(ctx, tx, s.Clock.Now(), actor.Name, "use DKIM key", "dkim_key", key, map[string]any{"active": active})
	})
}

// Keys lists the keys of all domains with their DNS records.
func (s *Service) Keys(ctx context.Context, actor account.Actor) ([]KeyInfo, error) {
	if err := actor.Require(account.Editor, "see the keys of the newsletter"); err != nil {
		return nil, err
	}
	stored, err := s.storedKeys(ctx)
	var out []KeyInfo
	for _, k := range stored {
		info := k.info
		if info.Name, info.Record, err = k.key.Record(); err != nil {
			return nil, err
		}
		out = append(out, info)
	}
	return out, err
}

// SigningKeys returns the keys that letters from a domain are signed with: its
// active ones, or else those of the nearest domain above it.
func (s *Service) SigningKeys(ctx context.Context, domain string) ([]KeyInfo, error) {
	all, err := s.storedKeys(ctx)
	var out []KeyInfo
	for _, k := range signing(all, strings.ToLower(domain)) {
		info := k.info
		if info.Name, info.Record, err = k.key.Record(); err != nil {
			return nil, err
		}
		out = append(out, info)
	}
	return out, err
}

type storedKey struct {
	info KeyInfo
	key  *letter.Key
}

func (s *Service) storedKeys(ctx context.Context) ([]storedKey, error) {
	rows, err := s.DB.Query(ctx, `SELECT id, domain, selector, algorithm, private, active, created_at FROM dkim_key ORDER BY domain, id`)
	return db.All(rows, err, func(r *sql.Rows) (k storedKey, err error) {
		var sealed string
		var created int64
		if err := r.Scan(&k.info.ID, &k.info.Domain, &k.info.Selector, &k.info.Algorithm, &sealed, &k.info.Active, &created); err != nil {
			return k, err
		}
		k.info.Created = db.Time(created)
		pem, err := s.Vault.Open(purposeKey, sealed)
		if err != nil {
			return k, err
		}
		k.key, err = letter.ReadKey(k.info.Domain, k.info.Selector, pem)
		return k, err
	})
}

// keyRing finds the keys that sign for a domain.
type keyRing struct {
	s    *Service
	mu   sync.Mutex
	all  []storedKey
	read time.Time
}

// keysFor is how long keys are believed to be the same: a key is in use within
// it everywhere.
const keysFor = 30 * time.Second

// of returns the active keys of a domain, or else of the nearest one above it
// (RFC 7489 calls that relaxed alignment).
func (k *keyRing) of(ctx context.Context, domain string) ([]*letter.Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.s.Clock.Now(); k.read.IsZero() || now.Sub(k.read) > keysFor {
		all, err := k.s.storedKeys(ctx)
		if err != nil {
			return nil, err
		}
		k.all, k.read = all, now
	}
	var found []*letter.Key
	for _, one := range signing(k.all, domain) {
		found = append(found, one.key)
	}
	return found, nil
}

func signing(all []storedKey, domain string) (found []storedKey) {
	for len(found) == 0 && strings.Contains(domain, ".") {
		for _, one := range all {
			if one.info.Active && one.info.Domain == domain {
				found = append(found, one)
			}
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return found
}
