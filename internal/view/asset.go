package view

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"regexp"
	"strings"

	"dateline/internal/fault"
)

// AssetPrefix begins every asset's address: /assets/<hash>/<name>.
const AssetPrefix = "/assets/"

// StylesheetName is the one stylesheet: all files of assets/css in the order
// of their names.
const StylesheetName = "site.css"

// Asset is a file of the theme as it is served.
type Asset struct {
	Name    string
	Type    string // media type
	Hash    string // of the content; a strong validator
	Body    []byte // not compressed
	Current bool   // the address names this very content: it may be kept for ever
}

// assetTypes are the kinds of files that a theme may serve. There is no script
// among them: pages have none.
var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp",
	".avif": "image/avif", ".gif": "image/gif", ".ico": "image/x-icon",
	".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
}

// assets are a theme's files by name, such as "icon.svg" or "img/map.png".
type assets map[string]Asset

// newAssets joins the stylesheets and hashes everything.
func newAssets(files map[string][]byte) (assets, error) {
	all := assets{}
	var css strings.Builder
	for _, name := range sortedKeys(files) {
		if strings.HasPrefix(name, "css/") {
			if path.Ext(name) != ".css" {
				return nil, fault.New(fault.Invalid, "assets/%s: only .css files belong into assets/css", name)
			}
			css.Write(files[name])
			css.WriteByte('\n')
			continue
		}
		if err := all.add(name, files[name]); err != nil {
			return nil, err
		}
	}
	sheet := all.resolve(minifyCSS(css.String()))
	return all, all.add(StylesheetName, []byte(sheet))
}

// Script is a script of ours as it is served. Themes have none.
func Script(name string, body []byte) Asset {
	sum := sha256.Sum256(body)
	return Asset{Name: name, Type: "text/javascript; charset=utf-8", Hash: hex.EncodeToString(sum[:8]), Body: body}
}

func (a assets) add(name string, body []byte) error {
	kind, ok := assetTypes[strings.ToLower(path.Ext(name))]
	if !ok {
		return fault.New(fault.Invalid, "assets/%s: a theme cannot serve files of this kind", name)
	}
	sum := sha256.Sum256(body)
	a[name] = Asset{Name: name, Type: kind, Hash: hex.EncodeToString(sum[:8]), Body: body}
	return nil
}

func (a assets) url(name string) string {
	asset, ok := a[name]
	if !ok {
		return ""
	}
	return AssetPrefix + asset.Hash + "/" + name
}

func (a assets) find(address string) (Asset, bool) {
	rest, ok := strings.CutPrefix(address, AssetPrefix)
	if !ok {
		return Asset{}, false
	}
	hash, name, _ := strings.Cut(rest, "/")
	asset, ok := a[name]
	asset.Current = hash == asset.Hash
	return asset, ok
}

var cssURL = regexp.MustCompile(`url\(\s*["']?([^"')]+?)["']?\s*\)`)

// resolve gives url(name) in a stylesheet the address of that asset. Names are
// relative to assets/, with or without a leading "../".
func (a assets) resolve(css string) string {
	return cssURL.ReplaceAllStringFunc(css, func(match string) string {
		name := strings.TrimPrefix(cssURL.FindStringSubmatch(match)[1], "../")
		if url := a.url(name); url != "" {
			return `url("` + url + `")`
		}
		return match
	})
}

// minifyCSS takes comments and needless white space out of a stylesheet.
// Strings stay as they are.
func minifyCSS(css string) string {
	var out []byte
	for i := 0; i < len(css); {
		switch c := css[i]; {
		case strings.HasPrefix(css[i:], "/*"):
			end := strings.Index(css[i+2:], "*/")
			if end < 0 {
				return string(out)
			}
			i += end + 4
		case c == '"' || c == '\'':
			end := stringEnd(css, i)
			out = append(out, css[i:end]...)
			i = end
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			out = appendSpace(out)
			i++
		case strings.IndexByte("{};,", c) >= 0:
			out = trimSpace(out)
			if c == '}' {
				out = trimSemicolon(out)
			}
			out = append(out, c)
			i++
		default:
			out = append(out, c)
			i++
		}
	}
	return string(trimSpace(out))
}

// stringEnd returns where the quoted string that begins at start ends.
func stringEnd(css string, start int) int {
	for i := start + 1; i < len(css); i++ {
		switch css[i] {
		case '\\':
			i++
		case css[start]:
			return i + 1
		}
	}
	return len(css)
}

// appendSpace adds one space where the language may need it. After a colon it
// never does: "a :hover" has its space before.
func appendSpace(out []byte) []byte {
	if len(out) == 0 || strings.IndexByte("{};,: ", out[len(out)-1]) >= 0 {
		return out
	}
	return append(out, ' ')
}

func trimSpace(out []byte) []byte {
	if n := len(out); n > 0 && out[n-1] == ' ' {
		return out[:n-1]
	}
	return out
}

func trimSemicolon(out []byte) []byte {
	if n := len(out); n > 0 && out[n-1] == ';' {
		return out[:n-1]
	}
	return out
}
