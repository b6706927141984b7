package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// Errors that tell a person what to do; their texts name the step.
var (
	// ErrNoBinaries: there is no Postgres on this machine.
	ErrNoBinaries = errors.New("no Postgres programs found (initdb, pg_ctl); on Debian: sudo apt-get install postgresql; or set AMAL_PG_BIN to their folder")
	// ErrNoProgram: one of the programs for saving and restoring is missing.
	ErrNoProgram = errors.New("not found; on Debian: sudo apt-get install postgresql-client; or set AMAL_PG_BIN to the folder of the Postgres programs")
	// ErrVersion: the data folder or the programs are of a version that does not fit.
	ErrVersion = errors.New("Postgres version does not fit")
	// ErrFolder: the data folder can't be made or written.
	ErrFolder = errors.New("data folder can't be used")
)

// minMajor is the oldest major version Amal runs on.
const minMajor = 15

var usualFolders = []string{
	"/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
}

// findBinaries returns the folder with initdb and pg_ctl, and their major
// version: the given folder, else PATH, else the newest of the usual ones.
func findBinaries(ctx context.Context, given string) (folder string, major int, err error) {
	for _, folder := range candidates(given) {
		if !runnable(folder, "initdb") || !runnable(folder, "pg_ctl") || !runnable(folder, "psql") {
			continue
		}
		if major, err = majorOf(ctx, folder); err != nil {
			return "", 0, err
		}
		if major < minMajor {
			return "", 0, fmt.Errorf("%w: %s is version %d, at least %d is needed", ErrVersion, folder, major, minMajor)
		}
		return folder, major, nil
	}
	return "", 0, ErrNoBinaries
}

// Program returns the path of one of the Postgres programs: in the given
// folder, else beside initdb, in the usual folders, or in PATH.
func Program(given, name string) (string, error) {
	for _, folder := range candidates(given) {
		if runnable(folder, name) {
			return filepath.Join(folder, name), nil
		}
	}
	if given == "" {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s: %w", name, ErrNoProgram)
}

func candidates(given string) []string {
	if given != "" {
		return []string{given}
	}
	var folders []string
	for _, pattern := range usualFolders {
		found, _ := filepath.Glob(pattern)
		sort.Slice(found, func(i, j int) bool { return versionIn(found[i]) > versionIn(found[j]) })
		folders = append(folders, found...)
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			folders = append([]string{filepath.Dir(real)}, folders...)
		}
	}
	return folders
}

var number = regexp.MustCompile(`\d+`)

func versionIn(path string) int {
	n, _ := strconv.Atoi(number.FindString(path))
	return n
}

func runnable(folder, name string) bool {
	info, err := os.Stat(filepath.Join(folder, name))
	return err == nil && !info.IsDir() && info.Mode()&0o111 != 0
}

func majorOf(ctx context.Context, folder string) (int, error) {
	out, err := exec.CommandContext(ctx, filepath.Join(folder, "pg_ctl"), "--version").Output()
	if err != nil {
		return 0, fmt.Errorf("version of %s: %w", folder, err)
	}
	return versionIn(string(out)), nil
}

// checkVersion compares the data folder with the programs.
func checkVersion(data string, major int) error {
	kept, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFolder, err)
	}
	if have := strings.TrimSpace(string(kept)); have != strconv.Itoa(major) {
		return fmt.Errorf("%w: the data in %s is of Postgres %s, the programs are of %d; install Postgres %s or set AMAL_PG_BIN to its bin folder",
			ErrVersion, data, have, major, have)
	}
	return nil
}
