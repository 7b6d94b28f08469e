package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// licenses is the file with the terms of every package that was bundled.
const licenses = "LICENSES.txt"

// metafile is the part that is read of what esbuild tells of a build.
type metafile struct {
	Inputs map[string]struct {
		Imports []struct {
			Path string `json:"path"`
		} `json:"imports"`
	} `json:"inputs"`
	Outputs map[string]struct {
		Inputs map[string]struct{} `json:"inputs"`
	} `json:"outputs"`
}

// findEntries lists the .ts and .css files of ui/desk and ui/site that none of
// them imports.
func findEntries(ui string) ([]string, error) {
	var all []string
	for _, pattern := range []string{"desk/*.ts", "desk/*.css", "site/*.ts"} {
		found, err := filepath.Glob(filepath.Join(ui, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range found {
			if !strings.HasSuffix(file, ".d.ts") {
				all = append(all, filepath.Dir(pattern)+"/"+filepath.Base(file))
			}
		}
	}
	slices.Sort(all)
	_, meta, err := bundle(ui, all, false)
	if err != nil {
		return nil, err
	}
	imported := map[string]bool{}
	for _, input := range meta.Inputs {
		for _, i := range input.Imports {
			imported[i.Path] = true
		}
	}
	return slices.DeleteFunc(all, func(file string) bool { return imported[file] }), nil
}

// build returns the files of ui/dist by their names.
func build(ui string, entries []string, small bool) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, entry := range entries { // one by one: a page loads one script and no chunks
		out, meta, err := bundle(ui, []string{entry}, small)
		if err != nil {
			return nil, err
		}
		for _, file := range out {
			files[filepath.Base(file.Path)] = file.Contents
		}
		terms, err := termsOf(ui, meta)
		if err != nil {
			return nil, err
		}
		if files[licenses] == nil {
			files[licenses] = []byte(licensesHead)
		}
		for _, t := range terms {
			if !bytes.Contains(files[licenses], t) {
				files[licenses] = append(files[licenses], t...)
			}
		}
	}
	return files, nil
}

func bundle(ui string, entries []string, small bool) ([]api.OutputFile, metafile, error) {
	result := api.Build(api.BuildOptions{
		AbsWorkingDir:     ui,
		EntryPoints:       entries,
		Outdir:            "dist",
		Outbase:           "desk",
		EntryNames:        "[name]",
		Bundle:            true,
		Metafile:          true,
		Target:            api.ES2022,
		Format:            api.FormatIIFE,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone, // they stand in LICENSES.txt
		MinifyWhitespace:  small,
		MinifyIdentifiers: small,
		MinifySyntax:      small,
		LogLevel:          api.LogLevelSilent,
	})
	var meta metafile
	if len(result.Errors) > 0 {
		text := api.FormatMessages(result.Errors, api.FormatMessagesOptions{})
		return nil, meta, fmt.Errorf("%s", strings.Join(text, ""))
	}
	err := json.Unmarshal([]byte(result.Metafile), &meta)
	return result.OutputFiles, meta, err
}

const licensesHead = `The scripts in this folder contain the following packages. Everything else in
them is part of Dateline, under the Apache License 2.0.
`

// termsOf returns the terms of each package that supplied code.
func termsOf(ui string, meta metafile) ([][]byte, error) {
	folders := map[string]bool{}
	for _, output := range meta.Outputs {
		for file := range output.Inputs {
			rest, ok := strings.CutPrefix(file, "node_modules/")
			if !ok {
				continue
			}
			name, _, _ := strings.Cut(rest, "/")
			if strings.HasPrefix(name, "@") {
				scope, tail, _ := strings.Cut(rest, "/")
				second, _, _ := strings.Cut(tail, "/")
				name = path.Join(scope, second)
			}
			folders[name] = true
		}
	}
	var names []string
	for name := range folders {
		names = append(names, name)
	}
	slices.Sort(names)
	var terms [][]byte
	for _, name := range names {
		text, err := termsOfPackage(filepath.Join(ui, "node_modules", filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		terms = append(terms, text)
	}
	return terms, nil
}

func termsOfPackage(dir string) ([]byte, error) {
	manifest, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return nil, err
	}
	var about struct{ Name, Version, License string }
	if err := json.Unmarshal(manifest, &about); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "LICEN[SC]E*"))
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("%s has no licence file", about.Name)
	}
	slices.Sort(found)
	text, err := os.ReadFile(found[0])
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "\n---- %s %s (%s)\n\n%s\n", about.Name, about.Version, about.License, bytes.TrimSpace(text)), nil
}
