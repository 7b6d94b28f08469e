package wpcontent

import "strings"

func set(names string) map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields(names) {
		m[n] = true
	}
	return m
}

// coreShortcodes are WordPress's own: their names alone make a shortcode.
var coreShortcodes = set("caption wp_caption gallery playlist audio video embed")

// rawShortcodes enclose code, in which nothing is a shortcode.
var rawShortcodes = set("code sourcecode source-code vc_raw_html vc_raw_js fusion_code et_pb_code html latex")

// knownShortcodes are those of Jetpack and of plugins that newsrooms use.
var knownShortcodes = set(`youtube vimeo soundcloud twitter tweet instagram facebook tiktok googlemaps slideshow dailymotion ted spotify flickr
	wpvideo videopress scribd slideshare bandcamp gist polldaddy crowdsignal contact-form contact-field contact-form-7 recipe tiled
	pullquote related timeline liveblog media-credit ngg_images button buttons code sourcecode source-code quote blockquote
	row column columns one_half one_third two_third one_fourth three_fourth latex html gravityform advanced_iframe iframe
	dropcap highlight toggle accordion tab tabs spoiler`)

// builderPrefixes begin the names of page builders' shortcodes, which are frames
// around text: WPBakery, Divi, Avada, Enfold, Cornerstone, Thrive.
var builderPrefixes = []string{"vc_", "et_pb_", "fusion_", "av_", "cs_", "x_", "thrive_", "nectar_", "ultimate_", "mk_", "tatsu_", "kc_", "us_"}

// frameShortcodes are frames of layout that have no prefix.
var frameShortcodes = set("row column columns one_half one_third two_third one_fourth three_fourth buttons tabs")

// inlineShortcodes dress words within a line: only the words stay.
var inlineShortcodes = set("dropcap highlight")

// isFrame reports whether a shortcode is only layout around its content.
func isFrame(name string) bool {
	if frameShortcodes[name] || frameShortcodes[strings.TrimSuffix(name, "_last")] {
		return true
	}
	return isBuilder(name)
}

func isBuilder(name string) bool {
	for _, p := range builderPrefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

func isKnownShortcode(name string) bool {
	return coreShortcodes[name] || knownShortcodes[name] || isFrame(name)
}
