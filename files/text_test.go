package files

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func readText(t *testing.T, raw string) (string, error) {
	t.Helper()
	return Text(t.Context(), []byte(raw))
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"UTF-8":        "Поручено до 1 июля.\nЁ",
		"mark and CRs": "\ufeffПоручено до 1 июля.\r\nЁ\r\n\n",
		"decomposed":   "Поручено до 1 июля.\nЕ\u0308",
		"windows-1251": "\xcf\xee\xf0\xf3\xf7\xe5\xed\xee \xe4\xee 1 \xe8\xfe\xeb\xff.\n\xa8",
		"UTF-16":       "\xff\xfe\x1f\x04\x3e\x04\x40\x04\x43\x04\x47\x04\x35\x04\x3d\x04\x3e\x04 \x00\x34\x04\x3e\x04 \x001\x00 \x00\x38\x04\x4e\x04\x3b\x04\x4f\x04.\x00\n\x00\x01\x04",
	} {
		got, err := readText(t, raw)
		if err != nil || got != "Поручено до 1 июля.\nЁ" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// docx packs a main part as Word does.
func docx(t *testing.T, body string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range map[string]string{"[Content_Types].xml": "<Types/>", "word/document.xml": body} {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestDocx(t *testing.T) {
	t.Parallel()
	body := `<w:document xmlns:w="x"><w:body>
<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>Протокол</w:t></w:r><w:r><w:t xml:space="preserve"> № 4 &amp; 5</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>Первый</w:t><w:br/><w:t>пункт</w:t></w:r></w:p>
<w:p><w:del><w:r><w:delText>gone</w:delText><w:t>gone</w:t></w:r></w:del><w:r><w:t>kept</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Срок</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p><w:p><w:r><w:t>мая</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
</w:body></w:document>`
	got, err := readText(t, docx(t, body))
	if want := "Протокол № 4 & 5\n– Первый\nпункт\nkept\nСрок | 1 мая"; err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
}

// pdf is a page with a line of plain letters.
func pdf(lines ...string) string {
	var content strings.Builder
	for i, l := range lines {
		fmt.Fprintf(&content, "BT /F1 12 Tf 50 %d Td (%s) Tj ET\n", 700-16*i, l)
	}
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%sendstream", content.Len(), content.String()),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
	out, at := "%PDF-1.4\n", []int{}
	for i, o := range objects {
		at = append(at, len(out))
		out += fmt.Sprintf("%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := len(out)
	out += fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, a := range at {
		out += fmt.Sprintf("%010d 00000 n \n", a)
	}
	return out + fmt.Sprintf("trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
}

func TestPDFLinesAreJoined(t *testing.T) {
	t.Parallel()
	got, err := readText(t, pdf("The governments were instructed to draw up a long-term pro-", "gramme of industrial cooperation by the end of the year and", "to report on it.", "The parties agreed."))
	want := "The governments were instructed to draw up a long-term programme of industrial cooperation by the end of the year and to report on it.\nThe parties agreed."
	if err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
}

func TestPDFWithoutItsProgram(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := readText(t, pdf("text")); !errors.Is(err, ErrNoPDF) {
		t.Errorf("%v", err)
	}
}

func TestDocumentsThatAreRefused(t *testing.T) {
	t.Parallel()
	bomb := docx(t, "<w:document><w:p><w:r><w:t>"+strings.Repeat("a", 30<<20)+"</w:t></w:r></w:p></w:document>")
	deep := docx(t, strings.Repeat("<w:p>", 3<<20))
	whole := docx(t, "<w:document><w:p><w:r><w:t>text</w:t></w:r></w:p></w:document>")
	var sheet bytes.Buffer
	w := zip.NewWriter(&sheet)
	if _, err := w.Create("xl/workbook.xml"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		raw  string
		want error
	}{
		"empty":           {"", ErrNoText},
		"blank":           {" \n\t", ErrNoText},
		"picture":         {"\x89PNG\x00\x00", ErrUnknownKind},
		"latin-1":         {"caf\xe9 cr\xe8me", ErrEncoding},
		"old .doc":        {"\xd0\xcf\x11\xe0\xa1\xb1", ErrOldWord},
		"spreadsheet":     {sheet.String(), ErrUnknownKind},
		"bomb":            {bomb, ErrTooMuch},
		"deep":            {deep, ErrTooMuch},
		"cut":             {whole[:len(whole)/2], ErrBroken},
		"broken mark-up":  {docx(t, "<w:p><w:t>a</w:p></w:t><<<"), ErrBroken},
		"empty main part": {docx(t, ""), ErrBroken},
		"broken pdf":      {"%PDF-1.4\ngarbage", ErrBroken},
	} {
		if text, err := readText(t, c.raw); !errors.Is(err, c.want) {
			t.Errorf("%s: %.20q, %v; want %v", name, text, err, c.want)
		}
	}
}

func TestReadingStopsWithItsCaller(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Text(ctx, []byte(docx(t, "<w:p><w:r><w:t>text</w:t></w:r></w:p>"))); !errors.Is(err, ErrTooMuch) {
		t.Errorf("%v", err)
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("Поручено"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if bytes.HasPrefix(raw, []byte("%PDF-")) {
			return // another program's fuzzing
		}
		if text, err := Text(t.Context(), raw); err == nil && strings.TrimSpace(text) == "" {
			t.Error("no text and no error")
		}
	})
}
