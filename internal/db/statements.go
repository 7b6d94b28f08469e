package db

import (
	"context"
	"database/sql"
	"sync"
)

// maxStatements bounds the prepared statements of a connection. Statements
// are constants, so a program has some hundreds; the bound guards memory
// against a caller that builds SQL.
const maxStatements = 600

// preparer prepares statements: a pool or one connection.
type preparer interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// statements keeps one prepared statement for each text. Over a pool,
// database/sql prepares it on each connection when that first runs it.
type statements struct {
	on      preparer
	rewrite func(string) string
	mu      sync.RWMutex
	byText  map[string]*sql.Stmt
}

func newStatements(on preparer, rewrite func(string) string) *statements {
	return &statements{on: on, rewrite: rewrite, byText: map[string]*sql.Stmt{}}
}

// get returns the statement for query, prepared when it is new; nil when there
// are too many already.
func (s *statements) get(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.RLock()
	stmt, full := s.byText[query], len(s.byText) >= maxStatements
	s.mu.RUnlock()
	if stmt != nil || full {
		return stmt, nil
	}
	// The statement outlives the request that first needs it.
	stmt, err := s.on.PrepareContext(context.WithoutCancel(ctx), s.rewrite(query))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if first := s.byText[query]; first != nil {
		stmt.Close()
		return first, nil
	}
	s.byText[query] = stmt
	return stmt, nil
}

// known returns the statement for query if it is prepared.
func (s *statements) known(query string) *sql.Stmt {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byText[query]
}

func (s *statements) close() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stmt := range s.byText {
		stmt.Close()
	}
	clear(s.byText)
}
