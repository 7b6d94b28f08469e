package view

import (
	"html/template"
	"slices"
	"strconv"
	"strings"
)

// pictureElement writes <picture> with its sources, dimensions and focal
// point. The option "eager" is for what shows without scrolling: it loads at
// once and first. A missing file shows a calm placeholder instead.
func pictureElement(p *Picture, sizes, missing string, options []string) template.HTML {
	if p == nil {
		return ""
	}
	var m markup
	if p.Missing || p.URL == "" {
		m.raw(`<span class="picture-missing" role="img"`)
		m.attr("aria-label", first(p.Alt, missing))
		m.raw(`><span class="picture-missing-text">`)
		m.text(missing)
		m.raw(`</span></span>`)
		return m.element()
	}
	m.raw(`<picture>`)
	for _, source := range p.Sources {
		m.raw(`<source`)
		m.attr("type", source.Type)
		m.attr("srcset", source.SrcSet)
		m.attr("sizes", sizes)
		m.raw(`>`)
	}
	m.raw(`<img`)
	m.url("src", p.URL)
	m.attr("alt", p.Alt)
	if p.Width > 0 && p.Height > 0 {
		m.attr("width", strconv.Itoa(p.Width))
		m.attr("height", strconv.Itoa(p.Height))
	}
	if class := pictureClass(p); class != "" {
		m.attr("class", class)
	}
	if slices.Contains(options, "eager") {
		m.raw(` fetchpriority="high"`)
	} else {
		m.raw(` loading="lazy"`)
	}
	m.raw(` decoding="async"></picture>`)
	return m.element()
}

// pictureClass joins the focal point and the colour that stands in while the
// picture loads. What may be transparent gets no colour.
func pictureClass(p *Picture) string {
	class := focalClass(p.FocalX, p.FocalY)
	if strings.HasSuffix(p.URL, ".png") || strings.HasSuffix(p.URL, ".gif") {
		return class
	}
	return strings.TrimSpace(class + " " + toneClass(p.Placeholder))
}

// focalClass names the nearest of eleven steps on each axis, "fx-3 fy-5"; the
// stylesheet has a rule for each, since no page has an inline style. The middle
// needs none, and 0,0 means that nobody chose a point.
func focalClass(x, y int) string {
	if x == 0 && y == 0 {
		return ""
	}
	class := ""
	if step := focalStep(x); step != 5 {
		class = "fx-" + strconv.Itoa(step)
	}
	if step := focalStep(y); step != 5 {
		if class != "" {
			class += " "
		}
		class += "fy-" + strconv.Itoa(step)
	}
	return class
}

func focalStep(perMille int) int { return (min(max(perMille, 0), 1000) + 50) / 100 }
