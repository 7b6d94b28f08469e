package wxr

import "strings"

// readAuthor reads a wp:author. WordPress.com once wrote wp:wp_author with
// children of the same fashion.
func (s *scanner) readAuthor() (Record, error) {
	a := &Author{Line: s.line}
	err := s.children(func(name *qname) error {
		switch strings.TrimPrefix(name.local, "wp_") {
		case "author_id":
			return s.number(&a.ID)
		case "author_login":
			return s.str(&a.Login)
		case "author_email":
			return s.str(&a.Email)
		case "author_display_name":
			return s.str(&a.DisplayName)
		case "author_first_name":
			return s.str(&a.FirstName)
		case "author_last_name":
			return s.str(&a.LastName)
		case "author_description":
			return s.str(&a.Description)
		case "authormeta", "usermeta":
			return s.readMeta(&a.Meta)
		}
		return s.skip()
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// readTerm reads a wp:category, wp:tag or wp:term, whose children differ by
// prefix only.
func (s *scanner) readTerm(element, taxonomy string) (Record, error) {
	t := &Term{Line: s.line, Element: element, Taxonomy: taxonomy}
	err := s.children(func(name *qname) error {
		switch name.local {
		case "term_id", "cat_id", "cat_ID", "tag_id":
			return s.number(&t.ID)
		case "term_taxonomy":
			return s.short(&t.Taxonomy)
		case "category_nicename", "tag_slug", "term_slug":
			return s.str(&t.Slug)
		case "category_parent", "term_parent":
			return s.str(&t.Parent)
		case "cat_name", "tag_name", "term_name":
			return s.str(&t.Name)
		case "category_description", "tag_description", "term_description":
			return s.raw(&t.Description)
		case "termmeta":
			return s.readMeta(&t.Meta)
		}
		return s.skip()
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// readMeta reads a wp:postmeta, wp:termmeta or wp:commentmeta. Whatever order
// its children have, the value stays as it is in the database.
func (s *scanner) readMeta(list *[]Meta) error {
	if err := s.spend(elementCost, 0); err != nil {
		return err
	}
	var m Meta
	err := s.children(func(name *qname) error {
		switch name.local {
		case "meta_key":
			return s.short(&m.Key)
		case "meta_value":
			text, err := s.readText()
			if err == nil {
				m.Value = s.names.intern(text)
			}
			return err
		}
		return s.skip()
	})
	if err == nil && (m.Key != "" || m.Value != "") {
		*list = append(*list, m)
	}
	return err
}
