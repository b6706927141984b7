package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestVendoredFilesAreUnchanged compares every vendored file with its checksum.
func TestVendoredFilesAreUnchanged(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("vendor/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(list)), "\n") {
		sum, name, _ := strings.Cut(line, "  ")
		want[name] = sum
	}
	seen := 0
	fs.WalkDir(os.DirFS("vendor"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == "SHA256SUMS" {
			return err
		}
		body, _ := os.ReadFile("vendor/" + name)
		if got := fmt.Sprintf("%x", sha256.Sum256(body)); got != want[name] {
			t.Errorf("%s changed, or is not in SHA256SUMS", name)
		}
		seen++
		return nil
	})
	if seen != len(want) {
		t.Errorf("%d files, %d checksums", seen, len(want))
	}
	for _, folder := range []string{"htmx", "onest", "pt-serif", "lucide"} {
		for _, file := range []string{"LICENSE", "VERSION"} {
			if _, err := os.Stat("vendor/" + folder + "/" + file); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestServesHashedNamesForEver(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"app.css", "app.js", "icon.svg", "icons.svg", "vendor/htmx/htmx.min.js", "vendor/onest/onest-latin-wght-normal.woff2"} {
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, httptest.NewRequest("GET", URL(name), nil))
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
	}
	for _, path := range []string{"/static/app.css", "/static/", "/static/../static.go", "/static/vendor/SHA256SUMS"} {
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestStaysSmall(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]int{"app.css": 10 << 10, "app.js": 3 << 10} {
		body, _ := os.ReadFile(name)
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		w.Write(body)
		w.Close()
		if b.Len() > limit {
			t.Errorf("%s has %d bytes compressed, at most %d", name, b.Len(), limit)
		}
	}
}

// pairs are the colours that stand on each other and the contrast they need
// (WCAG 2.2, 1.4.3, 1.4.6 and 1.4.11).
var pairs = strings.Fields(`ink/bg/7 ink/surface/7 ink/surface-2/7 ink/paper/7 ink-2/bg/4.5 ink-2/surface/4.5 ink-2/surface-2/4.5
	ink-2/paper/4.5 accent/surface/4.5 accent/bg/4.5 accent/accent-2/4.5 accent/surface-2/4.5 accent/paper/4.5
	solid-ink/solid/4.5 solid-ink/solid-hi/4.5 late/late-bg/4.5 late/surface/4.5 late/bg/4.5 soon/soon-bg/4.5 soon/surface/4.5
	soon/bg/4.5 sent/sent-bg/4.5 sent/surface/4.5 sent/bg/4.5 done/done-bg/4.5 done/surface/4.5 done/bg/4.5 quiet/surface/4.5
	quiet/bg/4.5 quiet/surface-2/4.5 ink/mark/7 ink/mark-hi/4.5 ink/accent-2/7 ink-2/accent-2/4.5 ink/late-bg/7 ink/soon-bg/7
	edge/surface/3 edge/bg/3 focus/surface/3 focus/bg/3 focus/surface-2/3 late-bg/late/4.5 bar/surface/3 age1/surface/3
	age2/surface/3 age3/surface/3 age4/surface/3`)

func TestContrast(t *testing.T) {
	t.Parallel()
	css, err := os.ReadFile("app.css")
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+):light-dark\((#[0-9a-f]{6}),(#[0-9a-f]{6})\)`).FindAllStringSubmatch(string(css), -1) {
		tokens[m[1]] = [2]string{m[2], m[3]}
	}
	for _, pair := range pairs {
		part := strings.Split(pair, "/")
		floor, _ := strconv.ParseFloat(part[2], 64)
		for theme, name := range []string{"light", "dark"} {
			front, back := tokens[part[0]][theme], tokens[part[1]][theme]
			if front == "" || back == "" {
				t.Fatalf("no colour for %s", pair)
			}
			if got := contrast(luminance(front), luminance(back)); got < floor {
				t.Errorf("%s, %s: %.2f, needs %.1f", pair, name, got, floor)
			}
		}
	}
}

func contrast(a, b float64) float64 { return (max(a, b) + .05) / (min(a, b) + .05) }

func luminance(hex string) float64 {
	weights, sum := [3]float64{.2126, .7152, .0722}, 0.0
	for i, w := range weights {
		n, _ := strconv.ParseInt(hex[1+2*i:3+2*i], 16, 32)
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += w * c
	}
	return sum
}
