package db_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"regexp"
	"testing"

	"amal/db"
	"amal/db/dbtest"
)

// A pooler between Amal and Postgres lets those settings of a session through
// that it knows, and refuses all others.
func TestAPoolerThatRefusesSettingsIsWorkedWith(t *testing.T) {
	t.Parallel()
	urls := dbtest.NewURLs(t)
	folder := regexp.MustCompile(`host='?([^ ']+)'?`).FindStringSubmatch(urls.App)
	if folder == nil {
		t.Fatalf("no host in %s", urls.App)
	}
	behind, err := filepath.Glob(filepath.Join(folder[1], ".s.PGSQL.*[0-9]"))
	if err != nil || len(behind) != 1 {
		t.Fatal(behind, err)
	}
	door, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { door.Close() })
	go pool(door, behind[0])
	store, err := db.Open(t.Context(), db.Options{URL: fmt.Sprintf("%s host=127.0.0.1 port=%d", urls.App, door.Addr().(*net.TCPAddr).Port)})
	check(t, err)
	t.Cleanup(func() { store.Close() })
	if _, err := store.PersonByEmail(t.Context(), "nobody@example.org"); !errors.Is(err, db.ErrNotFound) {
		t.Error(err)
	}
}

func pool(door net.Listener, behind string) {
	for {
		c, err := door.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			var size [4]byte
			if _, err := io.ReadFull(c, size[:]); err != nil {
				return
			}
			begin := make([]byte, binary.BigEndian.Uint32(size[:])-4)
			if _, err := io.ReadFull(c, begin); err != nil {
				return
			}
			if bytes.Contains(begin, []byte("plan_cache_mode")) {
				words := "SFATAL\x00VFATAL\x00C08P01\x00Munsupported startup parameter: plan_cache_mode\x00\x00"
				_, _ = c.Write(append(binary.BigEndian.AppendUint32([]byte("E"), uint32(len(words)+4)), words...))
				return
			}
			s, err := net.Dial("unix", behind)
			if err != nil {
				return
			}
			defer s.Close()
			_, _ = s.Write(append(size[:], begin...))
			go func() { _, _ = io.Copy(s, c) }()
			_, _ = io.Copy(c, s)
		}()
	}
}
