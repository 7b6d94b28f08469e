package transfer

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
)

// Format is the shape of an export.
type Format struct {
	Name  string
	Title string // of the system
	File  string // name of the file
	Type  string // media type
}

// formatJSON is the complete export, with choices and consent logs.
const formatJSON = "json"

// Formats are the shapes that readers can leave in.
func Formats() []Format {
	out := []Format{{string(Dateline), "Dateline, CSV", "readers.csv", "text/csv; charset=utf-8"}, {formatJSON, "Dateline, JSON", "readers.json", "application/json"}}
	for _, s := range []Source{Mailchimp, Substack, Ghost, Listmonk, MailPoet, Beehiiv} {
		f := Format{string(s), s.Title(), "readers-" + string(s) + ".csv", "text/csv; charset=utf-8"}
		if s == Mailchimp {
			f.File, f.Type = "readers-mailchimp.zip", "application/zip"
		}
		out = append(out, f)
	}
	return out
}

// FormatNamed finds a format.
func FormatNamed(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if f.Name == strings.ToLower(name) {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fault.New(fault.Invalid, "readers cannot be exported as %q", name).WithHint("use one of %s", strings.Join(names, ", "))
}

// Exported counts what went out.
type Exported struct {
	Readers int64
	LeftOut int64 // who have not confirmed, where the system has no place for them
}

// Export writes all readers in a format, as a stream. What it needs of memory
// does not grow with their number.
func Export(ctx context.Context, s *subscriber.Service, actor account.Actor, w io.Writer, f Format) (out Exported, err error) {
	newsletters, err := s.AllNewsletters(ctx)
	if err != nil {
		return out, err
	}
	names := map[int64]subscriber.Newsletter{}
	for _, n := range newsletters {
		names[n.ID] = n
	}
	buffered := bufio.NewWriterSize(w, 64<<10)
	e := exporter{ctx: ctx, s: s, actor: actor, w: buffered, format: f, names: names}
	switch f.Name {
	case formatJSON:
		err = e.json(newsletters)
	case string(Mailchimp):
		err = e.mailchimp()
	default:
		err = e.csv()
	}
	if flushed := buffered.Flush(); err == nil {
		err = flushed
	}
	return e.out, err
}

type exporter struct {
	ctx    context.Context
	s      *subscriber.Service
	actor  account.Actor
	w      io.Writer
	format Format
	names  map[int64]subscriber.Newsletter
	out    Exported
}

// sheet is the shape of one CSV file.
type sheet struct {
	header []string
	rows   func(e *exporter, o *subscriber.Outgoing) [][]string
	// pending tells that the system has a word for who has not confirmed.
	pending bool
	bom     bool
}

var sheets = map[string]sheet{
	string(Dateline): {[]string{"email", "name", "state", "newsletters", "language", "zone", "source", "signed_up", "confirmed", "left", "choices"}, datelineRow, true, false},
	string(Substack): {[]string{"email", "active_subscription", "expiry", "plan", "email_disabled", "created_at", "first_payment_at"}, substackRow, false, false},
	string(Ghost): {[]string{"id", "email", "name", "note", "subscribed_to_emails", "complimentary_plan", "stripe_customer_id", "created_at", "deleted_at", "labels", "tiers"},
		ghostRow, false, false},
	string(Listmonk): {[]string{"uuid", "email", "name", "attributes", "status", "created_at", "updated_at"}, listmonkRow, false, false},
	string(MailPoet): {[]string{"Email", "First name", "Last name", "Subscription time", "Confirmation time", "List status", "Global status", "List"}, mailpoetRows, true, true},
	string(Beehiiv):  {[]string{"email", "First Name", "Last Name", "status", "tier", "created_at", "unsubscribed_at", "tags"}, beehiivRow, true, false},
}

func (e *exporter) csv() error {
	sh := sheets[e.format.Name]
	if sh.bom {
		if _, err := io.WriteString(e.w, "\ufeff"); err != nil {
			return err
		}
	}
	return e.sheet(e.w, sh, subscriber.OutOptions{Format: e.format.Name})
}

func (e *exporter) sheet(w io.Writer, sh sheet, opt subscriber.OutOptions) error {
	c := csv.NewWriter(w)
	if err := c.Write(sh.header); err != nil {
		return err
	}
	err := e.s.Out(e.ctx, e.actor, opt, func(o subscriber.Outgoing) error {
		if o.State == subscriber.Pending && !sh.pending {
			e.out.LeftOut++
			return nil
		}
		e.out.Readers++
		for _, row := range sh.rows(e, &o) {
			if err := c.Write(row); err != nil {
				return err
			}
		}
		return nil
	})
	c.Flush()
	if err == nil {
		err = c.Error()
	}
	return err
}

// mailchimp writes an archive of a file for each state, as Mailchimp does.
func (e *exporter) mailchimp() error {
	z := zip.NewWriter(e.w)
	common := []string{"Email Address", "First Name", "Last Name", "MEMBER_RATING", "OPTIN_TIME", "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP", "LAST_CHANGED"}
	for _, file := range []struct {
		name   string
		states []subscriber.State
		more   []string
	}{
		{"subscribed_members_export.csv", []subscriber.State{subscriber.Active, subscriber.Pending}, nil},
		{"unsubscribed_members_export.csv", []subscriber.State{subscriber.Ended, subscriber.Complained}, []string{"UNSUB_TIME", "UNSUB_REASON"}},
		{"cleaned_members_export.csv", []subscriber.State{subscriber.Bounced}, []string{"CLEAN_TIME"}},
	} {
		w, err := z.Create(file.name)
		if err != nil {
			return err
		}
		sh := sheet{append(append(slices.Clone(common), file.more...), "TAGS"), mailchimpRow, false, false}
		if err := e.sheet(w, sh, subscriber.OutOptions{Format: e.format.Name, States: file.states}); err != nil {
			return err
		}
	}
	return z.Close()
}

// safe keeps spreadsheets from running a name as a formula.
func safe(text string) string {
	if text != "" && strings.IndexByte(formula, text[0]) >= 0 {
		return "'" + text
	}
	return text
}

// halves parts a name before its last word.
func halves(name string) (first, last string) {
	if i := strings.LastIndexByte(name, ' '); i > 0 {
		return safe(name[:i]), safe(name[i+1:])
	}
	return safe(name), ""
}

func stamp(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

// titles are the names of what somebody reads, or wishes to.
func (e *exporter) titles(o *subscriber.Outgoing, name func(subscriber.Newsletter) string) []string {
	var out []string
	for _, p := range o.Reads {
		if p.Until.IsZero() {
			out = append(out, name(e.names[p.Newsletter]))
		}
	}
	return out
}

func slugOf(n subscriber.Newsletter) string { return n.Slug }
func nameOf(n subscriber.Newsletter) string { return strings.ReplaceAll(n.Name, ",", " ") }

func datelineRow(e *exporter, o *subscriber.Outgoing) [][]string {
	return [][]string{{o.Address, safe(o.Name), string(o.State), strings.Join(e.titles(o, slugOf), ", "), o.Language, o.Zone, o.Source,
		stamp(o.Created, time.RFC3339Nano), stamp(o.Confirmed, time.RFC3339Nano), stamp(o.EndedAt, time.RFC3339Nano), e.choices(o)}}
}

// choices are rhythms and interests as JSON, "" where there are none.
func (e *exporter) choices(o *subscriber.Outgoing) string {
	var picks []cellPick
	for _, p := range o.Reads {
		if p.Until.IsZero() {
			picks = append(picks, cellPick{e.names[p.Newsletter].Slug, p.Rhythm, p.Interests})
		}
	}
	if len(picks) == 0 {
		return ""
	}
	raw, err := json.Marshal(picks)
	if err != nil {
		return "" // texts and lists of them always are JSON
	}
	return string(raw)
}

// cellPick is a choice in a cell of our own CSV.
type cellPick struct {
	Newsletter string                `json:"newsletter"`
	Rhythm     string                `json:"rhythm"`
	Interests  []subscriber.Interest `json:"interests,omitempty"`
}

func mailchimpRow(e *exporter, o *subscriber.Outgoing) [][]string {
	first, last := halves(o.Name)
	tags := e.titles(o, nameOf)
	for i := range tags {
		tags[i] = `"` + strings.ReplaceAll(tags[i], `"`, "") + `"`
	}
	const layout = "2006-01-02 15:04:05"
	row := []string{o.Address, first, last, "2", stamp(o.Created, layout), "", stamp(o.Confirmed, layout), "", stamp(o.Created, layout)}
	switch o.State {
	case subscriber.Ended:
		row = append(row, stamp(o.EndedAt, layout), "")
	case subscriber.Complained:
		row = append(row, stamp(o.EndedAt, layout), "ABUSE")
	case subscriber.Bounced:
		row = append(row, stamp(o.EndedAt, layout))
	}
	return [][]string{append(row, strings.Join(tags, ","))}
}

func substackRow(_ *exporter, o *subscriber.Outgoing) [][]string {
	return [][]string{{o.Address, "false", "", "other", fmt.Sprint(o.State != subscriber.Active), stamp(o.Created, "2006-01-02T15:04:05.000Z"), ""}}
}

func ghostRow(e *exporter, o *subscriber.Outgoing) [][]string {
	return [][]string{{"", o.Address, safe(o.Name), "", fmt.Sprint(o.State == subscriber.Active), "false", "", stamp(o.Created, "2006-01-02T15:04:05.000Z"), "",
		strings.Join(e.titles(o, nameOf), ","), ""}}
}

func listmonkRow(e *exporter, o *subscriber.Outgoing) [][]string {
	attributes, err := json.Marshal(map[string]any{"newsletters": e.titles(o, slugOf), "language": o.Language})
	if err != nil {
		attributes = []byte("{}") // texts and lists of them always are JSON
	}
	status := "enabled"
	if o.State != subscriber.Active {
		status = "blocklisted"
	}
	return [][]string{{fmt.Sprintf("%08x-%04x-4000-8000-%012x", uint32(o.ID>>32), uint16(o.ID>>16), o.ID&0xffffffffffff), o.Address, safe(o.Name), string(attributes), status,
		stamp(o.Created, time.RFC3339), stamp(o.Created, time.RFC3339)}}
}

func mailpoetRows(e *exporter, o *subscriber.Outgoing) [][]string {
	words := map[subscriber.State]string{subscriber.Active: "subscribed", subscriber.Pending: "unconfirmed", subscriber.Ended: "unsubscribed",
		subscriber.Bounced: "bounced", subscriber.Complained: "unsubscribed"}
	first, last := halves(o.Name)
	const layout = "2006-01-02 15:04:05"
	row := func(status, list string) []string {
		return []string{o.Address, first, last, stamp(o.Created, layout), stamp(o.Confirmed, layout), status, words[o.State], list}
	}
	var rows [][]string
	for _, p := range o.Reads {
		status := "subscribed"
		if !p.Until.IsZero() {
			status = "unsubscribed"
		}
		rows = append(rows, row(status, safe(nameOf(e.names[p.Newsletter]))))
	}
	if len(rows) == 0 {
		rows = append(rows, row(words[o.State], ""))
	}
	return rows
}

func beehiivRow(e *exporter, o *subscriber.Outgoing) [][]string {
	first, last := halves(o.Name)
	words := map[subscriber.State]string{subscriber.Active: "active", subscriber.Pending: "pending", subscriber.Ended: "inactive", subscriber.Bounced: "invalid",
		subscriber.Complained: "inactive"}
	const layout = "2006-01-02 15:04:05 UTC"
	left := ""
	if o.State == subscriber.Ended || o.State == subscriber.Complained {
		left = stamp(o.EndedAt, layout)
	}
	return [][]string{{o.Address, first, last, words[o.State], "free", stamp(o.Created, layout), left, strings.Join(e.titles(o, nameOf), ",")}}
}

// jsonReader is a reader of the complete export.
type jsonReader struct {
	Email       string              `json:"email"`
	Name        string              `json:"name,omitempty"`
	State       subscriber.State    `json:"state"`
	Language    string              `json:"language,omitempty"`
	Zone        string              `json:"zone,omitempty"`
	Source      string              `json:"source,omitempty"`
	Created     time.Time           `json:"signed_up"`
	Confirmed   time.Time           `json:"confirmed,omitzero"`
	Left        time.Time           `json:"left,omitzero"`
	Newsletters []jsonPick          `json:"newsletters"`
	Consents    []subscriber.Agreed `json:"consents"`
}

type jsonPick struct {
	Newsletter string                `json:"newsletter"`
	Rhythm     string                `json:"rhythm"`
	Interests  []subscriber.Interest `json:"interests,omitempty"`
	Since      time.Time             `json:"since"`
	Until      time.Time             `json:"until,omitzero"`
}

func (e *exporter) json(newsletters []subscriber.Newsletter) error {
	head, err := json.Marshal(newsletters)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(e.w, "{\"version\":1,\n\"newsletters\":%s,\n\"readers\":[", head); err != nil {
		return err
	}
	comma := "\n"
	err = e.s.Out(e.ctx, e.actor, subscriber.OutOptions{Format: formatJSON, Consents: true}, func(o subscriber.Outgoing) error {
		one := jsonReader{o.Address, o.Name, o.State, o.Language, o.Zone, o.Source, o.Created, o.Confirmed, o.EndedAt, []jsonPick{}, o.Consents}
		for _, p := range o.Reads {
			one.Newsletters = append(one.Newsletters, jsonPick{e.names[p.Newsletter].Slug, p.Rhythm, p.Interests, p.Since, p.Until})
		}
		raw, err := json.Marshal(one)
		if err != nil {
			return err
		}
		e.out.Readers++
		_, err = fmt.Fprintf(e.w, "%s%s", comma, raw)
		comma = ",\n"
		return err
	})
	if err != nil {
		return err
	}
	_, err = io.WriteString(e.w, "\n]}\n")
	return err
}
