package api

import "dateline/internal/web"

// ops are all addresses of the API. What costs work on each request, since its
// answers differ by what is asked, has the rate of searches; answers without
// parameters come from the page cache and cost nothing.
var ops = []op{
	{Name: "site", Path: "", Summary: "The site, and where everything is", Group: "site", Rate: web.RateReading, Answer: &SiteInfo{}, do: getSite, Try: ""},

	{Name: "list articles", Path: "/articles", Summary: "Articles, filtered and in order", Group: "articles", Rate: web.RateSearch, Params: articleFilters(maxLimit),
		Doc:    "Filters are combined: an article must fit all of them. Several filters together may find less than a page and still go on; follow next until it is missing.",
		Answer: Articles{}, do: listArticles, Try: "/articles?limit=2"},
	{Name: "get article", Path: "/articles/{id}", Summary: "One article, whole", Group: "articles", Rate: web.RateReading, Gone: true,
		Doc:    "A withdrawn article answers 410 with the reason that readers are told: take it down where you show it. One that is not public, or not any more, answers like one that never was.",
		Answer: &Article{}, do: getArticle, Try: "/articles/{article}"},
	{Name: "list comments", Path: "/articles/{id}/comments", Summary: "The public comments of an article, by threads", Group: "articles", Rate: web.RateSearch, Gone: true,
		Params: []Param{{Name: "sort", Kind: aChoice, Choices: commentOrders, Default: "oldest", Doc: "Order of threads. In a thread, the oldest comment is first.", Example: "newest"},
			{Name: "limit", Kind: aCount, Doc: "How many threads a page has at most.", Default: "20", Most: commentsOf, Example: "5"}, cursor},
		Answer: List[Comment]{}, do: listComments, Try: "/articles/{article}/comments"},
	{Name: "get ninjs", Path: "/articles/{id}/ninjs", Summary: "One article for partners, as ninjs 2.1 of the IPTC", Group: "syndication", Rate: web.RateReading, Gone: true, Type: ninjsType,
		Doc:    "News in JSON (https://iptc.org/standards/ninjs/). Pictures and files are in it only when their rights let others print them: the licence says so (public domain, CC0, CC BY without NC), or the publisher holds them.",
		Answer: &Ninjs{}, Keep: ninjsKeep, do: getNinjs, Try: "/articles/{article}/ninjs"},
	{Name: "list ninjs", Path: "/ninjs", Summary: "Whole articles for partners, as ninjs", Group: "syndication", Rate: web.RateSearch, Params: articleFilters(maxNinjs),
		Doc:    "A partner asks for what was published from a time on, in the order of publication, and goes on from there next time.",
		Answer: NinjsList{}, Keep: ninjsKeep, do: listNinjs, Try: "/ninjs?limit=2"},

	{Name: "list sections", Path: "/sections", Summary: "All sections, those above before those below them", Group: "lists", Rate: web.RateReading, Answer: List[Section]{}, do: listSections, Try: "/sections"},
	{Name: "get section", Path: "/sections/{id}", Summary: "One section", Group: "lists", Rate: web.RateReading, Answer: &Section{}, do: getSection, Try: "/sections/{section}"},
	{Name: "list tags", Path: "/tags", Summary: "Tags by name", Group: "lists", Rate: web.RateSearch, Params: []Param{limit(maxLimit), cursor}, Answer: List[Tag]{}, do: listTags, Try: "/tags?limit=2"},
	{Name: "get tag", Path: "/tags/{id}", Summary: "One tag", Group: "lists", Rate: web.RateReading, Answer: &Tag{}, do: getTag, Try: "/tags/{tag}"},
	{Name: "list authors", Path: "/authors", Summary: "Authors by name", Group: "lists", Rate: web.RateSearch, Params: []Param{limit(maxLimit), cursor}, Answer: List[Author]{}, do: listAuthors, Try: "/authors?limit=2"},
	{Name: "get author", Path: "/authors/{id}", Summary: "One author", Group: "lists", Rate: web.RateReading, Answer: &Author{}, do: getAuthor, Try: "/authors/{author}"},

	{Name: "list subjects", Path: "/subjects", Summary: "People, organisations, places and events of the register, by kind and name", Group: "stories as data", Rate: web.RateSearch,
		Params: []Param{{Name: "kind", Kind: aChoice, Choices: subjectKinds(), Doc: "Entries of a kind.", Example: "place"}, limit(maxLimit), cursor},
		Answer: List[Subject]{}, do: listSubjects, Try: "/subjects?limit=2"},
	{Name: "get subject", Path: "/subjects/{id}", Summary: "One entry of the register, with its timeline", Group: "stories as data", Rate: web.RateReading,
		Answer: &SubjectPage{}, do: getSubject, Try: "/subjects/{subject}"},
	{Name: "list subject timeline", Path: "/subjects/{id}/timeline", Summary: "The rows of articles' timelines that name an entry of the register, the latest first", Group: "stories as data", Rate: web.RateSearch,
		Doc: timelineDoc, Params: []Param{limit(maxLimit), cursor}, Answer: List[Moment]{}, do: listSubjectTimeline, Try: "/subjects/{subject}/timeline"},
	{Name: "list quotes", Path: "/quotes", Summary: "What was said, the newest first", Group: "stories as data", Rate: web.RateSearch,
		Doc: "One of speaker, subject, article and words. Those of an article are one page, in its order.",
		Params: []Param{{Name: "speaker", Kind: aText, Most: 100, Doc: "What a person said under this name.", Example: "Ann Lee"},
			{Name: "subject", Kind: anID, Doc: "What a person or an organisation of the register said under any of their names."},
			{Name: "article", Kind: anID, Doc: "What an article attributes to people."},
			{Name: "words", Kind: aText, Most: 200, Doc: "Quotes that hold all of these words, in any form by the quote’s language, or words that begin with them.", Example: "harbour"}, limit(maxLimit), cursor},
		Answer: List[Quote]{}, do: listQuotes, Try: "/quotes?limit=2"},
	{Name: "list accounts", Path: "/accounts", Summary: "What the sides of events say, the last changed first", Group: "stories as data", Rate: web.RateSearch,
		Params: []Param{limit(50), cursor}, Answer: List[Accounts]{}, do: listAccounts, Try: "/accounts?limit=2"},
	{Name: "get accounts", Path: "/accounts/{id}", Summary: "What the sides of one event say, point by point", Group: "stories as data", Rate: web.RateReading,
		Answer: &Accounts{}, do: getAccounts, Try: "/accounts/{accounts}"},
	{Name: "list storylines", Path: "/storylines", Summary: "Continuing stories by name, those that go on before those that have ended", Group: "stories as data", Rate: web.RateSearch,
		Params: []Param{{Name: "state", Kind: aChoice, Choices: []string{"running", "ended"}, Doc: "Those that go on, or those that have ended.", Example: "running"}, limit(maxLimit), cursor},
		Answer: List[Storyline]{}, do: listStorylines, Try: "/storylines?limit=2"},
	{Name: "get storyline", Path: "/storylines/{id}", Summary: "One continuing story: so far, next, and open", Group: "stories as data", Rate: web.RateReading,
		Answer: &StorylinePage{}, do: getStoryline, Try: "/storylines/{storyline}"},
	{Name: "list storyline timeline", Path: "/storylines/{id}/timeline", Summary: "The rows of the timelines of a storyline's articles, the latest first", Group: "stories as data", Rate: web.RateSearch,
		Doc: timelineDoc, Params: []Param{limit(maxLimit), cursor}, Answer: List[Moment]{}, do: listStorylineTimeline, Try: "/storylines/{storyline}/timeline"},

	{Name: "search", Path: "/search", Summary: "Articles by their words", Group: "search", Rate: web.RateSearch,
		Doc: "The same search as the reader's: \"phrase\", -not, author:, section:, tag:, before:, after:, said-by:. Pages reach the first thousand results.",
		Params: []Param{{Name: "q", Kind: aText, Most: maxText, Needed: true, Doc: "What to look for.", Example: "harbour -ferry"},
			{Name: "section", Kind: anID, Doc: "Results of a section and of those below it."},
			{Name: "author", Kind: anID, Doc: "Results under an author's name."},
			{Name: "tag", Kind: anID, Doc: "Results with a tag."},
			{Name: "year", Kind: aYear, Doc: "Results of a year of the site's zone.", Example: "2026"},
			{Name: "sort", Kind: aChoice, Choices: []string{"best", newestFirst, oldestFirst}, Default: "best", Doc: "Order of the results.", Example: newestFirst}, limit(50), cursor},
		Answer: Found{}, do: searchArticles, Try: "/search?q=harbour"},
}

const timelineDoc = "The same row in several articles stands there once, for the one published last. A row of which only the month or the year is known comes after the days in it."
