// Package edition is what newsletters send: editions that editors compose,
// digests that make themselves by a rule, articles as mail, corrections; their
// layout, checks, reports and their pages on the web.
//
// An edition is a draft until somebody sends it. From then on its articles are
// pinned to the versions that readers saw at that moment, and edition_variant
// keeps which of them the readers of each choice got:
//
//		draft → review → scheduled → sending ⇄ paused → sent
//		any of these but sent → cancelled
//
//	  - What readers may not see of an article on the site they do not get by
//	    mail: every rendering asks the public gate again, so that an article that
//	    was withdrawn a second ago drops out of letters that have not left yet.
//	  - An edition is rendered once for each choice of readers (variant.go); who
//	    writes to whom, exactly once, is the delivery's matter (seams.go).
//	  - An article is mailed by itself once for ever for each newsletter, unless
//	    an editor says again.
//	  - Counting of links and pictures is off until the site switches it on, says
//	    so in the letter and where readers sign up, and counts letters, not
//	    people: no address that is counted differs between two readers. A site
//	    may also keep on which day each reader last opened or followed one: then
//	    a signed mark follows the addresses, and of what comes back the day alone
//	    is kept, by the subscribers, for thirty days. No table here names a reader.
//	  - Pictures of letters that have left stay public while readers may see that
//	    version of the article (article.KeepMailed).
//	  - An edition that repeats another one goes to nobody who got that (again.go).
//
// Tables: edition, edition_item, edition_mailing, edition_variant,
// edition_rule, article_mail, article_mailed, correction_offer, edition_link,
// edition_count; the row "newsletter" of setting.
package edition
