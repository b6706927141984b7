package files

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// Square is a QR code: which of its Size × Size fields are dark, row by row.
type Square struct {
	Size int
	dark []bool
}

// QR encodes an address, with room for a quarter of damage where it fits.
func QR(address string) (Square, error) {
	code, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil {
		return Square{}, fmt.Errorf("QR code: %w", err)
	}
	n := code.Bounds().Dx()
	s := Square{Size: n, dark: make([]bool, n*n)}
	for y := range n {
		for x := range n {
			r, _, _, _ := code.At(x, y).RGBA()
			s.dark[y*n+x] = r == 0
		}
	}
	return s, nil
}

// Dark tells whether a field is dark.
func (s Square) Dark(x, y int) bool { return s.dark[y*s.Size+x] }

// Path is the dark fields as the path of an SVG whose view box is "0 0 Size
// Size".
func (s Square) Path() string {
	var b strings.Builder
	for y := range s.Size {
		for x := 0; x < s.Size; x++ {
			if !s.Dark(x, y) {
				continue
			}
			run := 1
			for x+run < s.Size && s.Dark(x+run, y) {
				run++
			}
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x, y, run, run)
			x += run
		}
	}
	return b.String()
}
