package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver that makes databases

	"dateline/internal/db"
	"dateline/internal/id"
)

// PostgreSQL databases for tests are copies of a migrated template. Making and
// dropping one takes ten times as long as emptying it, so a process lends its
// databases to one test after the other. What a process leaves behind is
// dropped by the next one.

const (
	prefix  = "dateline_test_"
	oneTest = 5 * time.Second // a test's leftover locks may hold up cleaning this long
)

// database is one that this process lends to its tests.
type database struct {
	url    string
	name   string
	tables []string
	// keeper is a connection that shows other processes that it is in use.
	keeper *sql.DB
}

var spare struct {
	sync.Mutex
	list  []*database
	swept bool
}

// lend returns the address of a migrated database without rows.
func lend(t testing.TB, address string) string {
	t.Helper()
	spare.Lock()
	var d *database
	if n := len(spare.list); n > 0 {
		d, spare.list = spare.list[n-1], spare.list[:n-1]
	}
	sweeping := !spare.swept
	spare.swept = true
	spare.Unlock()
	if sweeping {
		sweep(address)
	}
	if d == nil {
		var err error
		if d, err = clone(address); err != nil {
			t.Fatalf("test database: %v", err)
		}
	}
	t.Cleanup(func() {
		if err := d.empty(); err != nil {
			// Not clean enough for the next test, for example with a table of its own.
			d.keeper.Close()
			drop(t, address, d.name)
			return
		}
		spare.Lock()
		defer spare.Unlock()
		spare.list = append(spare.list, d)
	})
	return d.url
}

// clone makes a database from the template.
func clone(address string) (*database, error) {
	from, err := template(address)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprint(prefix, id.New())
	if err := run(address, "CREATE DATABASE "+name+" TEMPLATE "+from); err != nil {
		return nil, err
	}
	d := &database{url: named(address, name), name: name}
	if d.keeper, err = sql.Open("pgx", d.url); err != nil {
		return nil, err
	}
	d.keeper.SetMaxOpenConns(1)
	if d.tables, err = d.list(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *database) list() ([]string, error) {
	rows, err := d.keeper.Query(`SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`)
	return db.All(rows, err, func(r *sql.Rows) (name string, err error) {
		err = r.Scan(&name)
		return name, err
	})
}

// empty removes every row but the record of migrations, which put no rows
// anywhere else. It fails when the test changed the tables themselves.
func (d *database) empty() error {
	ctx, cancel := context.WithTimeout(context.Background(), oneTest)
	defer cancel()
	tables, err := d.list()
	if err != nil {
		return err
	}
	if !slices.Equal(tables, d.tables) {
		return fmt.Errorf("tables are %v, were %v", tables, d.tables)
	}
	var script strings.Builder
	script.WriteString("BEGIN; SET LOCAL session_replication_role = replica;") // no order of foreign keys
	for _, table := range tables {
		if table != "schema_migration" {
			script.WriteString("DELETE FROM " + table + ";")
		}
	}
	script.WriteString("COMMIT;")
	_, err = d.keeper.ExecContext(ctx, script.String())
	return err
}

// create makes a database without tables for one test.
func create(t testing.TB, address string) string {
	t.Helper()
	name := fmt.Sprint(prefix, id.New())
	if err := run(address, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() { drop(t, address, name) })
	return named(address, name)
}

func drop(t testing.TB, address, name string) {
	if err := run(address, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
		t.Errorf("drop test database: %v", err)
	}
}

// sweep drops the databases of processes that are gone: nobody is connected,
// and they are not so new that somebody may be about to be.
func sweep(address string) {
	conn, err := sql.Open("pgx", address)
	if err != nil {
		return
	}
	defer conn.Close()
	oldest := fmt.Sprint(prefix, id.New()-time.Minute.Milliseconds()<<22)
	rows, err := conn.Query(`SELECT datname::text FROM pg_database AS d WHERE starts_with(datname, $1) AND datname < $2
		AND NOT EXISTS (SELECT 1 FROM pg_stat_activity AS a WHERE a.datname = d.datname)`, prefix, oldest)
	names, err := db.All(rows, err, func(r *sql.Rows) (name string, err error) {
		err = r.Scan(&name)
		return name, err
	})
	if err != nil {
		return
	}
	for _, name := range names {
		_, _ = conn.Exec("DROP DATABASE IF EXISTS " + name) // another process may sweep, too
	}
}

// named returns address with another database.
func named(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Path = "/" + name
	return u.String()
}

func run(address, statement string) error {
	conn, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Exec(statement)
	return err
}
