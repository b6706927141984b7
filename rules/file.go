package rules

// Limits of a file given as evidence (schema.sql has the same).
const (
	MaxFile   = 25 << 20 // bytes
	ChunkSize = 256 << 10
	MaxFiles  = 40 // of one task that are not sent yet
)

// FileKinds are the kinds of evidence.
var FileKinds = []string{"document", "photo", "data", "other"}

// CheckFile returns Problems with what a file lacks.
func CheckFile(name, kind string, visibility Visibility, size int64) error {
	var p Problems
	p.Text("file", name, true, MaxName)
	OneOf(&p, "kind", kind, FileKinds)
	OneOf(&p, "visibility", visibility, Visibilities)
	switch {
	case size > MaxFile:
		p.Add("file", "form.error.file_too_big")
	case size == 0:
		p.Add("file", "form.error.empty_file")
	}
	return p.OrNil()
}
