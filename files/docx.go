package files

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxDocumentXML is how much a .docx may unpack to, in bytes: a text of 10 MB
// with its mark-up, far below what a bomb needs.
const maxDocumentXML = 24 << 20

// maxTokens is how many pieces of mark-up a .docx may hold: what takes a
// machine about a second.
const maxTokens = 2_000_000

// docxText reads the main part of a .docx: paragraphs are lines, points of
// automatic lists begin with a dash, table rows are cells between bars.
// Deleted text and comments are left out.
func docxText(ctx context.Context, raw []byte) (string, error) {
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBroken, err)
	}
	for _, f := range archive.File {
		if f.Name != "word/document.xml" {
			continue
		}
		if f.UncompressedSize64 > maxDocumentXML {
			return "", ErrTooMuch
		}
		part, err := f.Open()
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrBroken, err)
		}
		defer part.Close()
		return readDocx(ctx, io.LimitReader(part, maxDocumentXML))
	}
	return "", ErrUnknownKind
}

// docxReader gathers the text while it walks through the mark-up.
type docxReader struct {
	text  strings.Builder
	line  strings.Builder
	cells []string
	table int // how deep in tables
	skip  int // how deep in parts that are no text
	inRun bool
}

func readDocx(ctx context.Context, r io.Reader) (string, error) {
	d, x := xml.NewDecoder(r), docxReader{}
	for n := 0; ; n++ {
		if n > maxTokens || n%1024 == 0 && ctx.Err() != nil {
			return "", ErrTooMuch
		}
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if n == 0 {
				return "", ErrBroken
			}
			return x.text.String(), nil
		}
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrBroken, err)
		}
		x.take(token)
		if x.text.Len()+x.line.Len() > MaxText {
			return "", ErrTooMuch
		}
	}
}

func (x *docxReader) take(token xml.Token) {
	switch t := token.(type) {
	case xml.StartElement:
		x.open(t.Name.Local)
	case xml.EndElement:
		x.close(t.Name.Local)
	case xml.CharData:
		if x.inRun && x.skip == 0 {
			x.line.Write(t)
		}
	}
}

func (x *docxReader) open(name string) {
	switch name {
	case "t":
		x.inRun = true
	case "tab":
		if x.line.Len() > 0 {
			x.line.WriteByte('\t')
		}
	case "br", "cr":
		x.line.WriteByte('\n')
	case "noBreakHyphen":
		x.line.WriteByte('-')
	case "numPr":
		if x.line.Len() == 0 && x.table == 0 {
			x.line.WriteString("– ")
		}
	case "tbl":
		x.table++
	}
	x.skip += skipped(name)
}

// skipped is 1 for elements whose text is not the document's.
func skipped(name string) int {
	switch name {
	case "del", "pict", "instrText", "Fallback":
		return 1
	}
	return 0
}

func (x *docxReader) close(name string) {
	switch name {
	case "t":
		x.inRun = false
	case "p":
		if x.table > 0 {
			x.line.WriteByte(' ')
		} else {
			x.endLine()
		}
	case "tc":
		x.cells = append(x.cells, strings.Join(strings.Fields(x.line.String()), " "))
		x.line.Reset()
	case "tr":
		x.text.WriteString(strings.Join(x.cells, " | ") + "\n")
		x.cells = nil
	case "tbl":
		x.table--
		x.text.WriteByte('\n')
	}
	x.skip -= skipped(name)
}

func (x *docxReader) endLine() {
	x.text.WriteString(strings.TrimRight(x.line.String(), " \t"))
	x.text.WriteByte('\n')
	x.line.Reset()
}
