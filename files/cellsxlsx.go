package files

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
)

// How much a spreadsheet may unpack to, and how much of it in memory; the rest
// goes to disk.
const (
	maxBook      = 200 << 20
	maxBookInMem = 16 << 20
	maxBookParts = 2000
)

// maxBlank is how many rows without anything may stand within a table.
const maxBlank = 10_000

// xlsxCells reads the first sheet of a spreadsheet that holds anything.
func xlsxCells(ctx context.Context, raw []byte) (*Cells, error) {
	if err := checkBook(raw); err != nil {
		return nil, err
	}
	book, err := openBook(raw)
	if err != nil {
		return nil, err
	}
	defer book.Close()
	var cells *Cells
	for _, sheet := range book.GetSheetList() {
		cells, err = sheetCells(ctx, book, sheet)
		if !errors.Is(err, ErrNoRows) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	if cells == nil {
		return nil, ErrNoRows
	}
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		cells.Days1904 = *props.Date1904
	}
	return cells, nil
}

// checkBook looks at what is packed before anything is unpacked.
func checkBook(raw []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	whole, book := uint64(0), false
	for _, f := range archive.File {
		name := strings.ToLower(f.Name)
		if strings.HasSuffix(name, "vbaproject.bin") || strings.Contains(name, "macrosheets/") {
			return ErrMacros
		}
		book = book || name == "xl/workbook.xml"
		whole += f.UncompressedSize64
	}
	switch {
	case !book:
		return ErrUnknownKind
	case whole > maxBook, len(archive.File) > maxBookParts:
		return ErrTooMuch
	}
	return nil
}

// openBook opens a spreadsheet; whatever breaks the reader is a broken file.
func openBook(raw []byte) (book *excelize.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			book, err = nil, fmt.Errorf("%w: %v", ErrBroken, p)
		}
	}()
	book, err = excelize.OpenReader(bytes.NewReader(raw), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxBook, UnzipXMLSizeLimit: maxBookInMem})
	switch {
	case errors.Is(err, excelize.ErrWorkbookFileFormat), errors.Is(err, excelize.ErrWorkbookPassword):
		return nil, ErrEncrypted
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return book, nil
}

func sheetCells(ctx context.Context, book *excelize.File, sheet string) (cells *Cells, err error) {
	defer func() {
		if p := recover(); p != nil {
			cells, err = nil, fmt.Errorf("%w: %v", ErrBroken, p)
		}
	}()
	rows, err := book.Rows(sheet)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	defer rows.Close()
	b := cellsBuilder{}
	if err := b.addSheet(ctx, rows); err != nil {
		return nil, err
	}
	return b.done()
}

// addSheet takes a sheet's rows; the ones without anything are counted, for a
// cell far below a table is none of it.
func (b *cellsBuilder) addSheet(ctx context.Context, rows *excelize.Rows) error {
	blank := 0
	for line := 1; rows.Next(); line++ {
		if line%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		row, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return fmt.Errorf("%w: %w", ErrBroken, err)
		}
		if len(row) == 0 {
			blank++
			continue
		}
		if blank > maxBlank {
			return ErrFar
		}
		blank = 0
		if err := b.add(line, row, false); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return nil
}
