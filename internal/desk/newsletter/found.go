package newsletter

import (
	"dateline/internal/edition"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/richtext"
	"dateline/internal/web"
)

// Found says what a check found, in words.
type Found struct {
	Stops            bool
	Says, Why, Shows string
}

func (p *Part) found(r *web.Request, words *i18n.Printer, e *edition.Edition) ([]Found, bool, error) {
	all, err := p.Editions.Check(r.HTTP.Context(), e)
	return say(words, all), edition.Stops(all), err
}

func say(words *i18n.Printer, all []edition.Finding) (out []Found) {
	for _, f := range all {
		args := make([]any, len(f.Args))
		for i, a := range f.Args {
			if f.Code == "dead_link" && words.Has("letters.dead_"+a) {
				a = words.T("letters.dead_" + a)
			}
			args[i] = a
		}
		out = append(out, Found{f.Stops, words.T("letters.check_"+f.Code, args...), words.T("letters.why_" + f.Code), f.Detail})
	}
	return out
}

// Say says findings in a language, in the desk's words.
func Say(language string, all []edition.Finding) ([]Found, error) {
	raw, err := files.ReadFile("words.json")
	if err != nil {
		return nil, fault.New(fault.Internal, "words of the checks: %w", err)
	}
	words, err := i18n.ParseWords(raw)
	if err != nil {
		return nil, fault.New(fault.Internal, "words of the checks: %w", err)
	}
	return say(i18n.For(language).With(words), all), nil
}

// Intro reads an introduction as it is typed at the desk.
func Intro(typed string) richtext.Doc { return toDoc(typed) }
