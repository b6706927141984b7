package files

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// Errors of a document that its sender can mend.
var (
	ErrNoText      = errors.New("the file holds no text")
	ErrUnknownKind = errors.New("the file is no text, .docx or .pdf")
	ErrOldWord     = errors.New("the file is an old .doc or locked with a password")
	ErrBroken      = errors.New("the file is damaged")
	ErrTooMuch     = errors.New("the file unpacks to more than a document holds")
	ErrNoPDF       = errors.New("this machine has no pdftotext to read .pdf files")
)

// MaxText is the longest text taken out of a document, in bytes.
const MaxText = 10 << 20

// Text reads the text of a document: plain text in UTF-8, UTF-16 with a mark
// or windows-1251, .docx, and .pdf where the machine has pdftotext. What the
// file is it tells by its first bytes, not by its name. The text comes in
// Normalisation Form C with LF; tables are lines of cells between bars.
func Text(ctx context.Context, raw []byte) (string, error) {
	text, err := "", error(nil)
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		text, err = docxText(ctx, raw)
	case bytes.HasPrefix(raw, []byte("%PDF-")):
		text, err = pdfText(ctx, raw)
	case bytes.HasPrefix(raw, []byte("\xd0\xcf\x11\xe0")):
		return "", ErrOldWord
	default:
		text, err = plainText(raw)
	}
	if err != nil {
		return "", err
	}
	if len(text) > MaxText {
		return "", ErrTooMuch
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.TrimRight(norm.NFC.String(text), " \t\n\f")
	if strings.TrimSpace(text) == "" {
		return "", ErrNoText
	}
	return text, nil
}

// plainText decodes a text file. Bytes that are no UTF-8 are read as
// windows-1251 when that gives letters.
func plainText(raw []byte) (string, error) {
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")):
		return utf16Text(raw[2:], false), nil
	case bytes.HasPrefix(raw, []byte("\xfe\xff")):
		return utf16Text(raw[2:], true), nil
	}
	raw = bytes.TrimPrefix(raw, []byte("\uFEFF"))
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", ErrUnknownKind
	}
	if utf8.Valid(raw) {
		return string(raw), nil
	}
	text, err := charmap.Windows1251.NewDecoder().String(string(raw))
	if err != nil || !mostlyCyrillic(text) {
		return "", ErrEncoding
	}
	return text, nil
}

func utf16Text(raw []byte, big bool) string {
	units := make([]uint16, len(raw)/2)
	for i := range units {
		low, high := raw[2*i], raw[2*i+1]
		if big {
			low, high = high, low
		}
		units[i] = uint16(low) | uint16(high)<<8
	}
	return string(utf16.Decode(units))
}

// mostlyCyrillic tells whether most letters are Russian ones: bytes of another
// encoding come out as single ones among Latin letters, or as rare signs.
func mostlyCyrillic(text string) bool {
	letters, other := 0, 0
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z':
			letters--
		case r >= 'А' && r <= 'я' || r == 'ё' || r == 'Ё':
			letters++
		case r > 0x7f:
			other++
		}
	}
	return letters > 0 && other*10 < letters
}
