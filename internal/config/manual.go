package config

import (
	"fmt"
	"strings"
)

// Manual returns the manual page of all settings in Markdown.
func Manual() string {
	var b strings.Builder
	b.WriteString(`# Configuration

<!-- Made from internal/config/settings.go: go test ./internal/config -update -->

Dateline starts without any configuration. A setting is looked for in four places; the later wins:

1. the default below;
2. the file ` + "`dateline.toml`" + ` in the data folder, or the file that ` + "`--config FILE`" + ` or ` + "`DATELINE_CONFIG`" + ` names;
3. an environment variable: ` + "`DATELINE_`" + ` and the key in capitals, lists with commas;
4. a flag of the command, where it has one: ` + "`--page-cache-mb 64`" + `.

A key or a ` + "`DATELINE_`" + ` variable that is not known stops the start, with the place and the nearest known name.
` + "`dateline config print`" + ` shows every value and where it came from, with secrets masked; ` + "`dateline config check`" + ` also looks at what the settings point to.

`)
	for _, s := range table {
		fmt.Fprintf(&b, "## %s\n\n%s\n\n", s.key, s.doc)
		initial := "empty"
		if s.initial != "" {
			initial = "`" + s.initial + "`"
		}
		fmt.Fprintf(&b, "- Variable: `%s%s`\n- Default: %s\n", prefix, strings.ToUpper(s.key), initial)
		if !s.envOnly {
			fmt.Fprintf(&b, "- In the file: a %s\n", s.kind)
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
