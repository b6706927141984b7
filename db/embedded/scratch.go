package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Scratch is a private Postgres in a temporary folder, for trying something
// out. Nothing of it stays.
type Scratch struct {
	*Server
	folder string
}

// OpenScratch makes and starts one.
func OpenScratch(ctx context.Context, binDir string) (*Scratch, error) {
	folder, err := os.MkdirTemp("", "amal-check-")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := os.Chmod(folder, 0o711); err != nil { // the server's account must get through
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	s := &Scratch{folder: folder}
	if s.Server, err = Open(ctx, Options{Dir: folder, BinDir: binDir, Fast: true}); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return s, nil
}

// Close stops it and takes everything away, also what lies elsewhere because
// the folder's path was too long or closed to the server's account.
func (s *Scratch) Close() error {
	err := s.Server.Close()
	folders := []string{s.folder, s.socket}
	if home := filepath.Dir(s.data); home != s.folder {
		folders = append(folders, home)
	}
	for _, folder := range folders {
		err = errors.Join(err, os.RemoveAll(folder))
	}
	return err
}
