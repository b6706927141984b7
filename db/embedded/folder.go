package embedded

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// maxSocketFolder is the longest folder a unix socket fits into, in bytes
// (sun_path of unix(7), less the socket's own name).
const maxSocketFolder = 85

// account is whom the postmaster runs as; nil where we are not root.
type account struct{ uid, gid int }

// serverAccount chooses an account without rights, because Postgres refuses to
// run as root.
func serverAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.Atoi(u.Uid)
			gid, _ := strconv.Atoi(u.Gid)
			return &account{uid, gid}, nil
		}
	}
	return nil, fmt.Errorf("%w: Postgres does not run as root, and there is neither a user postgres nor nobody", ErrFolder)
}

// attributes makes a command run as the account, apart from our terminal.
func (a *account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setsid: true}
	if a != nil {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attr
}

// canEnter reports whether the account can reach into a folder.
func (a *account) canEnter(ctx context.Context, folder string) bool {
	if a == nil {
		return true
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", `cd "$1"`, "sh", folder)
	cmd.Dir = "/"
	cmd.SysProcAttr = a.attributes()
	return cmd.Run() == nil
}

// place makes the folders of a private Postgres: locks in the given one, data
// and socket there too, or elsewhere where they can't be.
func (s *Server) place(ctx context.Context, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	s.dir = dir
	home := dir
	if !s.as.canEnter(ctx, dir) {
		if home, err = elsewhere(dir); err != nil {
			return err
		}
		s.note("data is kept in %s, because the database's user can't enter %s", home, dir)
	}
	s.data = filepath.Join(home, "pg")
	s.socket = filepath.Join(home, "run")
	if len(s.socket) > maxSocketFolder {
		if s.socket, err = elsewhere(dir + "/run"); err != nil {
			return err
		}
		s.note("the socket is in %s, because the path of %s is too long for one", s.socket, home)
	}
	return s.own(s.socket)
}

// own makes a folder that only the server's account can enter, and makes sure
// that it is not somebody else's.
func (s *Server) own(folder string) error {
	if err := os.Mkdir(folder, 0o700); err != nil && !os.IsExist(err) {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	info, err := os.Lstat(folder)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	owner := int(info.Sys().(*syscall.Stat_t).Uid)
	if !info.IsDir() || owner != os.Geteuid() && (s.as == nil || owner != s.as.uid) {
		return fmt.Errorf("%w: %s belongs to somebody else", ErrFolder, folder)
	}
	if err := os.Chmod(folder, 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if s.as != nil {
		if err := os.Chown(folder, s.as.uid, s.as.gid); err != nil {
			return fmt.Errorf("%w: %w", ErrFolder, err)
		}
	}
	return nil
}

// elsewhere returns a folder outside dir that is always the same for it:
// below /var/lib for root, else below the folder for temporary files.
func elsewhere(dir string) (string, error) {
	base := filepath.Join("/var/lib", "amal")
	if os.Geteuid() != 0 {
		base = filepath.Join(os.TempDir(), fmt.Sprintf("amal-%d", os.Geteuid()))
	}
	folder := filepath.Join(base, fmt.Sprintf("%x", sha256.Sum256([]byte(dir)))[:12])
	if err := os.MkdirAll(folder, 0o711); err != nil {
		return "", fmt.Errorf("%w: %w", ErrFolder, err)
	}
	info, err := os.Lstat(base)
	if err != nil || int(info.Sys().(*syscall.Stat_t).Uid) != os.Geteuid() {
		return "", fmt.Errorf("%w: %s belongs to somebody else", ErrFolder, base)
	}
	return folder, nil
}
