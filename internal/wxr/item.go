package wxr

import (
	"strconv"
	"strings"
)

// commentCost is what a comment takes from its item's budget besides its texts.
const commentCost = 512

// readItem reads an item. Its children may come in any order.
func (s *scanner) readItem() (Record, error) {
	it := &Item{Line: s.line, Offset: s.offset}
	err := s.children(func(name *qname) error {
		switch name.space {
		case none:
			return s.itemChild(it, name)
		case wp:
			return s.itemWPChild(it, name)
		case content:
			if name.local == "encoded" {
				return s.first(&it.Content)
			}
		case excerpt:
			if name.local == "encoded" {
				return s.first(&it.Excerpt)
			}
		case dublin:
			if name.local == "creator" {
				return s.short(&it.Creator)
			}
		}
		return s.extra(it, name)
	})
	if err != nil {
		return nil, err
	}
	it.finish()
	return it, nil
}

// itemChild reads a child of the item that RSS itself defines.
func (s *scanner) itemChild(it *Item, name *qname) error {
	switch name.local {
	case "title":
		return s.str(&it.Title)
	case "link":
		return s.str(&it.Link)
	case "pubDate":
		return s.str(&it.PubDate)
	case "guid":
		return s.str(&it.GUID)
	case "description":
		return s.raw(&it.Description)
	case "category":
		return s.termRef(it)
	case "enclosure":
		length, _ := strconv.ParseInt(strings.TrimSpace(s.attribute("length")), 10, 64)
		it.Enclosures = append(it.Enclosures, Enclosure{URL: s.attribute("url"), Length: length, Type: s.attribute("type")})
		return s.skip()
	}
	return s.extra(it, name)
}

// itemWPChild reads a child of the item in the export namespace.
func (s *scanner) itemWPChild(it *Item, name *qname) error {
	switch name.local {
	case "post_id":
		return s.number(&it.ID)
	case "post_date":
		return s.str(&it.Date)
	case "post_date_gmt":
		return s.str(&it.DateGMT)
	case "post_modified":
		return s.str(&it.Modified)
	case "post_modified_gmt":
		return s.str(&it.ModifiedGMT)
	case "comment_status":
		return s.short(&it.CommentStatus)
	case "ping_status":
		return s.short(&it.PingStatus)
	case "post_name":
		return s.str(&it.Slug)
	case "status":
		return s.short(&it.Status)
	case "post_parent":
		return s.number(&it.Parent)
	case "menu_order":
		var n int64
		err := s.number(&n)
		it.MenuOrder = int(n)
		return err
	case "post_type":
		return s.short(&it.Type)
	case "post_password":
		return s.raw(&it.Password)
	case "is_sticky":
		var n int64
		err := s.number(&n)
		it.Sticky = n != 0
		return err
	case "attachment_url":
		return s.str(&it.AttachmentURL)
	case "postmeta":
		return s.readMeta(&it.Meta)
	case "comment":
		return s.readComment(it)
	}
	return s.extra(it, name)
}

// first is raw for texts that a plugin may repeat: the first with words counts.
func (s *scanner) first(dst *string) error {
	text, err := s.readText()
	if err == nil && *dst == "" {
		*dst = string(text)
	}
	return err
}

// extra keeps a child that has no field.
func (s *scanner) extra(it *Item, name *qname) error {
	if err := s.spend(elementCost, 0); err != nil {
		return err
	}
	e := Extra{Name: name.raw}
	if err := s.str(&e.Value); err != nil {
		return err
	}
	it.Extra = append(it.Extra, e)
	return nil
}

// termRef reads a <category> of an item. Files of version 1.0 have domain "tag",
// or no domain at all, for which "category" was meant.
func (s *scanner) termRef(it *Item) error {
	if err := s.spend(elementCost, 0); err != nil {
		return err
	}
	ref := TermRef{Taxonomy: strings.TrimSpace(s.attribute("domain")), Slug: strings.TrimSpace(s.attribute("nicename"))}
	switch ref.Taxonomy {
	case "":
		ref.Taxonomy = "category"
	case "tag":
		ref.Taxonomy = "post_tag"
	}
	if err := s.short(&ref.Name); err != nil {
		return err
	}
	if ref.Slug != "" || ref.Name != "" {
		it.Terms = append(it.Terms, ref)
	}
	return nil
}

// readComment reads a wp:comment.
func (s *scanner) readComment(it *Item) error {
	if err := s.spend(commentCost, 0); err != nil {
		return err
	}
	c := Comment{Line: s.line}
	err := s.children(func(name *qname) error {
		switch name.local {
		case "comment_id":
			return s.number(&c.ID)
		case "comment_author":
			return s.str(&c.Author)
		case "comment_author_email":
			return s.str(&c.AuthorEmail)
		case "comment_author_url":
			return s.str(&c.AuthorURL)
		case "comment_author_IP", "comment_author_ip":
			return s.str(&c.AuthorIP)
		case "comment_date":
			return s.str(&c.Date)
		case "comment_date_gmt":
			return s.str(&c.DateGMT)
		case "comment_content":
			return s.raw(&c.Content)
		case "comment_approved":
			return s.short(&c.Approved)
		case "comment_type":
			return s.short(&c.Type)
		case "comment_parent":
			return s.number(&c.Parent)
		case "comment_user_id":
			return s.number(&c.UserID)
		case "commentmeta":
			return s.readMeta(&c.Meta)
		}
		return s.skip()
	})
	if err == nil {
		it.Comments = append(it.Comments, c)
	}
	return err
}

// finish derives what the elements say together.
func (it *Item) finish() {
	it.dropNamesakes()
	for _, m := range it.Meta {
		if m.Key == "enclosure" {
			if e, ok := parseEnclosure(m.Value); ok {
				it.Enclosures = append(it.Enclosures, e)
			}
		}
	}
}

// dropNamesakes drops terms without a slug that another term of the item gives
// with one: version 1.0 wrote each category twice. Equal terms are kept once.
func (it *Item) dropNamesakes() {
	if len(it.Terms) < 2 {
		return
	}
	named, seen := map[string]bool{}, map[TermRef]bool{}
	for _, t := range it.Terms {
		if t.Slug != "" {
			named[t.Name] = true
		}
	}
	kept := it.Terms[:0]
	for _, t := range it.Terms {
		if (t.Slug == "" && named[t.Name]) || seen[t] {
			continue
		}
		seen[t] = true
		kept = append(kept, t)
	}
	it.Terms = kept
}

// parseEnclosure reads the meta value that WordPress and podcast plugins write:
// address, bytes and type on a line each, then perhaps serialised settings.
func parseEnclosure(value string) (Enclosure, bool) {
	lines := strings.Split(strings.TrimSpace(value), "\n")
	e := Enclosure{URL: strings.TrimSpace(lines[0])}
	if len(lines) > 1 {
		e.Length, _ = strconv.ParseInt(strings.TrimSpace(lines[1]), 10, 64)
	}
	if len(lines) > 2 {
		e.Type = strings.TrimSpace(lines[2])
	}
	return e, e.URL != ""
}
