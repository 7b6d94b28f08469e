-- Standing pages of every standing, as a tree.
CREATE INDEX article_page_tree ON article (parent_id, menu_order, id) WHERE type = 'page';
