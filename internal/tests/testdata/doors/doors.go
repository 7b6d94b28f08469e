// Package planted opens every door that only named files may open.
package planted

import (
	"html/template"
	"math/rand" // want "import of math/rand"
	"net"
	"net/http"
	"os/exec"             // want "import of os/exec"
	texts "text/template" // want "import of text/template"
	"time"
	"unsafe" // want "import of unsafe"

	"dateline/internal/vault"
)

func init() {} // want "func init"

func doors(name string, mux *http.ServeMux, v *vault.Vault) {
	exec.Command(name)
	_ = unsafe.Sizeof(name)
	rand.Int()
	texts.New(name)
	http.Get(name)             // want "net/http.Get"
	http.DefaultClient.Do(nil) // want "net/http.DefaultClient"
	client := &http.Client{}   // want "net/http.Client"
	client.Get(name)
	net.Dial("tcp", name)        // want "net.Dial"
	http.HandleFunc(name, nil)   // want "net/http.HandleFunc"
	mux.Handle(name, nil)        // want "net/http.ServeMux.Handle"
	_ = time.Now()               // want "time.Now"
	now := time.Now              // want "time.Now"
	_ = time.Since(now())        // want "time.Since"
	v.HashLightly()              // want "vault.Vault.HashLightly"
	_ = template.HTML(name)      // want "template.HTML conversion"
	_ = template.URL("/" + name) // want "template.URL conversion"
	type alias = template.JS
	_ = alias(name) // want "template.JS conversion"
}

// allowed shows that types and methods of other names are left alone.
func allowed(text template.HTML, header http.Header) string {
	return header.Get(string(text))
}
