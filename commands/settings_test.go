package commands

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func envOf(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func keyFile(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "dkim.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A key without its name, or the other way round, stops the start; with both the
// connection signs, and the doctor says what to publish.
func TestTheSigningKeyIsASetting(t *testing.T) {
	t.Parallel()
	_, small, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readSettings(envOf("AMAL_DKIM_KEY", keyFile(t, small))); err == nil || !strings.Contains(err.Error(), "AMAL_DKIM_SELECTOR is missing") {
		t.Errorf("without its name: %v", err)
	}
	if _, err := readSettings(envOf("AMAL_DKIM_KEY", "/nowhere.pem", "AMAL_DKIM_SELECTOR", "a")); err == nil || !strings.Contains(err.Error(), "AMAL_DKIM_KEY") {
		t.Errorf("without its file: %v", err)
	}
	for kind, key := range map[string]any{"ed25519": small, "rsa": long} {
		s, err := readSettings(envOf("AMAL_DKIM_KEY", keyFile(t, key), "AMAL_DKIM_SELECTOR", "amal1", "AMAL_MAIL_FROM", "Amal <amal@mail.example>", "AMAL_SMTP_URL", "smtps://mail.example"))
		if err != nil {
			t.Fatal(err)
		}
		if s.SMTP.DKIM == nil {
			t.Error("the connection does not sign")
		}
		f := (&call{settings: s}).examineDKIM()
		if f.bad || !strings.Contains(f.says, "amal1._domainkey.mail.example TXT \"v=DKIM1; k="+kind+"; p=") {
			t.Errorf("%s: %+v", kind, f)
		}
		for _, part := range strings.Split(f.says, `"`) {
			if len(part) > 255 {
				t.Errorf("%s: a string of %d bytes", kind, len(part))
			}
		}
	}
}
