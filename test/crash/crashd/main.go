// Command crashd is the program under test of the fault harness. It opens a
// store, does writes over HTTP and acknowledges each only after the store
// said that it is done; with -once it does a single write and prints "acked".
// It is not part of the product.
//
//	crashd -store plain -data DIR [-fault NAME]
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"dateline/internal/fault"
	"dateline/test/crash"
)

// store is what writes go to.
type store interface {
	// Do carries the write out once, however often it is called with the key.
	// When it returns nil the write must survive anything.
	Do(ctx context.Context, op, key string, payload []byte) error
	// State lists all writes, as readers see them or as the database has them.
	State(ctx context.Context, view string) ([]crash.Record, error)
	Close() error
}

type options struct {
	store, data, database, fault string
	once, key, payload           string
}

func main() {
	var opt options
	flag.StringVar(&opt.store, "store", "plain", "plain: a small store that shows the harness right and wrong; db: rows through internal/db; newsroom: articles through the services; talk: comments through theirs")
	flag.StringVar(&opt.data, "data", "", "data `FOLDER`")
	flag.StringVar(&opt.database, "database", "", "database `URL`, SQLite in the data folder when empty")
	flag.StringVar(&opt.fault, "fault", "", "plant this `FAULT`")
	flag.StringVar(&opt.once, "once", "", "do this one `WRITE` and end")
	flag.StringVar(&opt.key, "key", "", "idempotency key of -once")
	flag.StringVar(&opt.payload, "payload", "", "payload of -once")
	flag.Parse()
	if err := run(opt); err != nil {
		fmt.Fprintln(os.Stderr, "crashd:", err)
		os.Exit(1)
	}
}

func run(opt options) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	s, err := open(ctx, opt)
	if err != nil {
		return err
	}
	defer s.Close()
	if opt.once != "" {
		if err := s.Do(ctx, opt.once, opt.key, []byte(opt.payload)); err != nil {
			return err
		}
		fmt.Println("acked")
		return nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("listening on http://%s\n", listener.Addr())
	server := &http.Server{Handler: routes(s)}
	go func() { <-ctx.Done(); server.Shutdown(context.Background()) }()
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func open(ctx context.Context, opt options) (store, error) {
	switch opt.store {
	case "plain":
		return openPlain(ctx, opt)
	case "db":
		return openDatabaseStore(ctx, opt)
	case "newsroom":
		return openNewsroom(ctx, opt)
	case "talk":
		return openTalk(ctx, opt)
	}
	return nil, fmt.Errorf("unknown store %q", opt.store)
}

func routes(s store) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /do/{op}", func(w http.ResponseWriter, r *http.Request) {
		payload, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err == nil {
			err = s.Do(context.WithoutCancel(r.Context()), r.PathValue("op"), r.Header.Get(crash.KeyHeader), payload)
		}
		if err != nil {
			http.Error(w, err.Error(), status(err))
			return
		}
		w.WriteHeader(http.StatusOK)
	})
	mux.HandleFunc("GET /state", func(w http.ResponseWriter, r *http.Request) {
		records, err := s.State(r.Context(), r.URL.Query().Get("view"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		json.NewEncoder(w).Encode(records)
	})
	return mux
}

// status maps an error as the product's surfaces do; what was not carried out
// for certain is a 4xx, what is in doubt a 5xx.
func status(err error) int {
	switch fault.CodeOf(err) {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Conflict:
		return http.StatusConflict
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Full:
		return http.StatusInsufficientStorage
	}
	return http.StatusServiceUnavailable
}
