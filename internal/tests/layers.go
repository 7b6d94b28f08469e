package tests

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// layer is a storey of the import rule. A package imports its own storey and
// those below it.
type layer int

const (
	foundations layer = iota
	platform
	features
	surfaces
	wiring // internal/app
	programs
)

// layers places the packages right under internal/. A package inside one of
// them stands on the same storey.
var layers = map[layer][]string{
	foundations: {"fault", "clock", "id", "throttle", "richtext", "urlpath", "fold", "words", "atlas", "wxr", "wpcontent", "wholefile", "relent"},
	platform:    {"config", "db", "job", "event", "web", "view", "pagecache", "fetch", "blob", "i18n", "vault", "audit", "mail", "postings"},
	features:    featureOrder,
	surfaces:    {"site", "desk", "api"},
	wiring:      {"app"},
}

// featureOrder is the order in which features know each other: one imports
// those before it, never one after it.
var featureOrder = []string{"account", "fence", "settings", "taxonomy", "author", "media", "claim", "article", "front", "preview", "comment", "mention", "outline", "quote", "register", "search", "related", "storyline", "feed", "subscriber", "delivery", "edition", "importer", "demo"}

// webOnly are packages that a feature's inner package must not see: its rules
// hold for the web, the command line and the importer alike.
var webOnly = []string{"net/http", "html/template", modulePath + "/internal/config", modulePath + "/internal/web", modulePath + "/internal/view"}

// pure are packages that know nothing but foundations: no SQL, no clock of
// their own, no network.
var pure = []string{"internal/comment/guard", "internal/atlas"}

// outward are what pure packages leave to others besides.
var outward = []string{"database/sql", "net", "net/http", "os"}

// drivers are the database drivers; only internal/db knows them.
var drivers = []string{"modernc.org/sqlite", "github.com/jackc/pgx/"}

// importFindings checks one package's imports against the rule.
func importFindings(p *pkg) []string {
	from, ok := place(p.path)
	if !ok {
		return []string{fmt.Sprintf("%s has no place in the import rule: add it to internal/tests/layers.go", p.path)}
	}
	var found []string
	for _, imported := range p.imports {
		if reason := refuse(from, imported); reason != "" {
			found = append(found, fmt.Sprintf("%s imports %s: %s", p.path, imported, reason))
		}
	}
	return found
}

// placement is where a package stands.
type placement struct {
	path  string
	layer layer
	name  string // the folder under internal/
	twin  bool   // a feature's web package
}

// place finds a package's storey by its path inside the module.
func place(pkgPath string) (placement, bool) {
	switch {
	case strings.HasPrefix(pkgPath, "cmd/"):
		return placement{path: pkgPath, layer: programs}, true
	case pkgPath == "ui" || strings.HasPrefix(pkgPath, "ui/"):
		return placement{path: pkgPath, layer: foundations, name: "ui"}, true
	}
	rest, ok := strings.CutPrefix(pkgPath, "internal/")
	if !ok {
		return placement{}, false
	}
	name, _, _ := strings.Cut(rest, "/")
	for l, names := range layers {
		if slices.Contains(names, name) {
			return placement{path: pkgPath, layer: l, name: name, twin: path.Base(rest) == name+"web"}, true
		}
	}
	return placement{}, false
}

// refuse says why a package may not import another, or "".
func refuse(from placement, imported string) string {
	inner := from.layer == features && !from.twin
	if inner && from.name != "demo" && slices.Contains(webOnly, imported) {
		return "a feature's inner package does not know the web or the configuration"
	}
	for _, driver := range drivers {
		if strings.HasPrefix(imported, driver) && from.name != "db" {
			return "only internal/db knows the database drivers"
		}
	}
	rest, ours := strings.CutPrefix(imported, modulePath+"/")
	if slices.Contains(pure, from.path) && (slices.Contains(outward, imported) || ours && !isFoundation(rest)) {
		return "a pure package knows foundations only"
	}
	if !ours {
		return ""
	}
	if isTestCode(rest) {
		return "the product does not import test code"
	}
	to, ok := place(rest)
	if !ok {
		return "the imported package has no place in the import rule"
	}
	switch {
	case to.layer > from.layer:
		return "the arrow of imports points downward"
	case from.layer == features && to.layer == features && !earlier(from, to):
		return "a feature imports earlier features only"
	case inner && to.twin:
		return "a feature's inner package does not import a web package"
	}
	return ""
}

func isFoundation(imported string) bool {
	to, ok := place(imported)
	return ok && to.layer == foundations
}

// earlier tells whether the feature from may know the feature to.
func earlier(from, to placement) bool {
	return slices.Index(featureOrder, to.name) <= slices.Index(featureOrder, from.name)
}
