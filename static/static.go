// Package static holds what browsers load: one stylesheet, one small script,
// icons and the vendored fonts and htmx, embedded. Addresses carry a hash of
// the content, so that browsers keep them for ever and never keep an old one.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"sort"
	"strings"
	"sync"
)

//go:embed app.css app.js icon.svg vendor
var files embed.FS

// asset is one file as it is served.
type asset struct {
	body, gzipped []byte
	kind          string
}

// served are the assets by their hashed name, and the hashed name by the plain
// one.
type served struct {
	byURL map[string]asset
	url   map[string]string
}

var all = sync.OnceValue(load)

// load reads the assets. Fonts come first, because the stylesheet names them.
func load() served {
	s := served{byURL: map[string]asset{}, url: map[string]string{}}
	var names []string
	_ = fs.WalkDir(files, "vendor", func(name string, d fs.DirEntry, err error) error {
		if err == nil && (strings.HasSuffix(name, ".woff2") || strings.HasSuffix(name, ".js")) {
			names = append(names, name)
		}
		return err
	})
	for _, name := range append(names, "app.js", "icon.svg") {
		body, _ := files.ReadFile(name)
		s.add(name, body)
	}
	css, _ := files.ReadFile("app.css")
	s.add("app.css", s.withHashedFonts(css))
	s.add("icons.svg", sprite())
	return s
}

func (s served) add(name string, body []byte) {
	extension := path.Ext(name)
	hash := fmt.Sprintf("%x", sha256.Sum256(body))[:10]
	hashed := strings.TrimSuffix(path.Base(name), extension) + "." + hash + extension
	a := asset{body: body, kind: mime.TypeByExtension(extension)}
	if extension == ".woff2" {
		a.kind = "font/woff2"
	} else {
		a.gzipped = compressed(body)
	}
	s.byURL[hashed] = a
	s.url[name] = "/static/" + hashed
}

func compressed(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

var cssURL = regexp.MustCompile(`url\((vendor/[^)]+)\)`)

func (s served) withHashedFonts(css []byte) []byte {
	return cssURL.ReplaceAllFunc(css, func(m []byte) []byte {
		return []byte("url(" + s.url[string(cssURL.FindSubmatch(m)[1])] + ")")
	})
}

var (
	svgBody  = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)
	betweens = regexp.MustCompile(`\s*\n\s*`)
)

// sprite makes one file of the vendored icons: each a symbol that pages use by
// its name, i-send.
func sprite() []byte {
	names, _ := fs.Glob(files, "vendor/lucide/*.svg")
	sort.Strings(names)
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">`)
	for _, name := range names {
		icon, _ := files.ReadFile(name)
		inner := betweens.ReplaceAll(svgBody.FindSubmatch(icon)[1], nil)
		fmt.Fprintf(&b, `<symbol id="i-%s" viewBox="0 0 24 24">%s</symbol>`, strings.TrimSuffix(path.Base(name), ".svg"), inner)
	}
	b.WriteString(`</svg>`)
	return b.Bytes()
}

// URL returns the address of an asset, such as /static/app.0a1b2c3d4e.css for
// app.css; "" for one that is not there.
func URL(name string) string { return all().url[name] }

// Handler serves /static/. Hashed names never change, so they are kept for a
// year; anything else is not there.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := all().byURL[strings.TrimPrefix(r.URL.Path, "/static/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		body := a.body
		if a.gzipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = a.gzipped
		}
		h.Set("Content-Length", fmt.Sprint(len(body)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(body) // a reader who left needs no answer
		}
	})
}
