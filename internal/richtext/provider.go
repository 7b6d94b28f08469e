package richtext

import (
	"net/url"
	"strings"
)

// provider is a service whose addresses become embeds.
type provider struct {
	key, name string
	hosts     []string // a host or any host under it
}

var providers = []provider{
	{"youtube", "YouTube", []string{"youtube.com", "youtu.be", "youtube-nocookie.com"}},
	{"vimeo", "Vimeo", []string{"vimeo.com"}},
	{"dailymotion", "Dailymotion", []string{"dailymotion.com", "dai.ly"}},
	{"twitter", "X", []string{"twitter.com", "x.com"}},
	{"instagram", "Instagram", []string{"instagram.com", "instagr.am"}},
	{"facebook", "Facebook", []string{"facebook.com", "fb.watch", "fb.com"}},
	{"tiktok", "TikTok", []string{"tiktok.com"}},
	{"spotify", "Spotify", []string{"spotify.com", "spotify.link"}},
	{"soundcloud", "SoundCloud", []string{"soundcloud.com", "snd.sc"}},
	{"flickr", "Flickr", []string{"flickr.com", "flic.kr"}},
	{"reddit", "Reddit", []string{"reddit.com", "redditmedia.com", "redd.it"}},
	{"wordpress-tv", "WordPress.tv", []string{"wordpress.tv"}},
	{"videopress", "VideoPress", []string{"videopress.com", "video.wordpress.com"}},
	{"slideshare", "SlideShare", []string{"slideshare.net"}},
	{"scribd", "Scribd", []string{"scribd.com"}},
	{"ted", "TED", []string{"ted.com"}},
	{"giphy", "Giphy", []string{"giphy.com", "gph.is"}},
	{"codepen", "CodePen", []string{"codepen.io"}},
	{"issuu", "Issuu", []string{"issuu.com"}},
	{"kickstarter", "Kickstarter", []string{"kickstarter.com", "kck.st"}},
	{"mixcloud", "Mixcloud", []string{"mixcloud.com"}},
	{"pinterest", "Pinterest", []string{"pinterest.com", "pin.it"}},
	{"speaker-deck", "Speaker Deck", []string{"speakerdeck.com"}},
	{"tumblr", "Tumblr", []string{"tumblr.com"}},
	{"bluesky", "Bluesky", []string{"bsky.app"}},
	{"threads", "Threads", []string{"threads.net", "threads.com"}},
	{"telegram", "Telegram", []string{"t.me"}},
	{"apple-podcasts", "Apple Podcasts", []string{"podcasts.apple.com"}},
	{"apple-music", "Apple Music", []string{"music.apple.com"}},
	{"datawrapper", "Datawrapper", []string{"dwcdn.net", "datawrapper.de"}},
	{"flourish", "Flourish", []string{"flourish.studio", "flo.uri.sh"}},
	{"documentcloud", "DocumentCloud", []string{"documentcloud.org"}},
	{"google-maps", "Google Maps", []string{"google.com/maps", "maps.google.com", "goo.gl/maps", "maps.app.goo.gl"}},
	{"openstreetmap", "OpenStreetMap", []string{"openstreetmap.org"}},
	{"twitch", "Twitch", []string{"twitch.tv"}},
	{"bandcamp", "Bandcamp", []string{"bandcamp.com"}},
	{"crowdsignal", "Crowdsignal", []string{"crowdsignal.com", "poll.fm", "polldaddy.com", "survey.fm"}},
	{"imgur", "Imgur", []string{"imgur.com"}},
	{"animoto", "Animoto", []string{"animoto.com", "video214.com"}},
	{"cloudup", "Cloudup", []string{"cloudup.com"}},
	{"screencast", "Screencast", []string{"screencast.com"}},
	{"smugmug", "SmugMug", []string{"smugmug.com"}},
	{"reverbnation", "ReverbNation", []string{"reverbnation.com"}},
	{"pocket-casts", "Pocket Casts", []string{"pca.st"}},
	{"wolfram-cloud", "Wolfram Cloud", []string{"wolframcloud.com"}},
	{"amazon-kindle", "Kindle", []string{"read.amazon.com", "a.co", "amzn.to"}},
}

// genericProvider is the provider of an embed of an unknown host.
const genericProvider = "link"

// ProviderOf returns the provider key of an address, "link" when its host is
// unknown.
func ProviderOf(address string) string {
	host, path := hostOf(address)
	for i := range providers {
		for _, h := range providers[i].hosts {
			wantHost, wantPath, _ := strings.Cut(h, "/")
			if under(host, wantHost) && strings.HasPrefix(path, wantPath) {
				return providers[i].key
			}
		}
	}
	return genericProvider
}

func under(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// hostOf returns the lower-case host without "www." and the path without its
// first slash.
func hostOf(address string) (host, path string) {
	u, err := url.Parse(address)
	if err != nil {
		return "", ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www."), strings.TrimPrefix(u.Path, "/")
}

// providerName is what readers call a provider; "" for the generic one and
// unknown keys.
func providerName(key string) string {
	for i := range providers {
		if providers[i].key == key {
			return providers[i].name
		}
	}
	return ""
}

// players are the addresses of players inside frames, and the page that a
// reader would rather open. The id is what stands between prefix and the next
// of "?&/#".
var players = []struct{ prefix, page string }{
	{"youtube.com/embed/", "https://www.youtube.com/watch?v="},
	{"youtube.com/v/", "https://www.youtube.com/watch?v="},
	{"youtube-nocookie.com/embed/", "https://www.youtube.com/watch?v="},
	{"player.vimeo.com/video/", "https://vimeo.com/"},
	{"dailymotion.com/embed/video/", "https://www.dailymotion.com/video/"},
	{"videopress.com/embed/", "https://videopress.com/v/"},
	{"open.spotify.com/embed/episode/", "https://open.spotify.com/episode/"},
	{"open.spotify.com/embed/track/", "https://open.spotify.com/track/"},
	{"open.spotify.com/embed/album/", "https://open.spotify.com/album/"},
	{"open.spotify.com/embed/playlist/", "https://open.spotify.com/playlist/"},
	{"open.spotify.com/embed/show/", "https://open.spotify.com/show/"},
	{"giphy.com/embed/", "https://giphy.com/gifs/"},
	{"scribd.com/embeds/", "https://www.scribd.com/document/"},
}

// pageOf turns the address of a known player into the page it plays, with the
// id of what is played. Other addresses come back as they are.
func pageOf(address string) (page, id string) {
	u, err := url.Parse(address)
	if err != nil {
		return address, ""
	}
	where := strings.TrimPrefix(strings.ToLower(u.Host), "www.") + u.Path
	for _, p := range players {
		rest, ok := strings.CutPrefix(where, p.prefix)
		if !ok {
			continue
		}
		if id = rest[:strings.IndexAny(rest+"/", "/&")]; id != "" && id != "videoseries" {
			return p.page + url.QueryEscape(id), id
		}
	}
	for _, name := range []string{"url", "href"} { // players that carry the address of the page
		inner, ok := SafeURL(u.Query().Get(name))
		if ok && strings.HasPrefix(inner, "http") && ProviderOf(inner) == ProviderOf(address) && ProviderOf(address) != genericProvider {
			return inner, ""
		}
	}
	return address, ""
}
