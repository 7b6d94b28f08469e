// Package theme holds the public theme that ships: templates and assets that a
// newsroom may replace file by file. docs/contracts/theme.md is its contract.
package theme

import "embed"

// FS has the folders templates and assets.
//
//go:embed templates assets
var FS embed.FS

// MapStyles is the file of FS that says how maps look, wherever they stand.
const MapStyles = "assets/css/73-map.css"
