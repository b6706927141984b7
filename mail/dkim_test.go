package mail

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"amal/mail/mailtest"
)

// keyFile writes a private key as openssl does.
func keyFile(t *testing.T, key crypto.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func rsaKey(t *testing.T, bits int) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return keyFile(t, key)
}

func ed25519Key(t *testing.T) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return keyFile(t, key)
}

// verify checks received bytes with the record that is to be published.
func verify(t *testing.T, d *DKIM, body string) []*dkim.Verification {
	t.Helper()
	name, value, err := d.Record()
	if err != nil {
		t.Fatal(err)
	}
	found, err := dkim.VerifyWithOptions(strings.NewReader(body), &dkim.VerifyOptions{LookupTXT: func(asked string) ([]string, error) {
		if asked != name {
			t.Errorf("the record is asked for at %s, published at %s", asked, name)
		}
		return []string{value}, nil
	}})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d signatures, %v", len(found), err)
	}
	return found
}

// What arrives bears a signature that the published record proves, in whatever
// letters and with whatever parts it is written.
func TestASignatureHoldsForWhatArrives(t *testing.T) {
	t.Parallel()
	for kind, file := range map[string]string{"rsa": rsaKey(t, 2048), "ed25519": ed25519Key(t)} {
		d, err := NewDKIM("Amal <amal@example.org>", "amal1", file)
		if err != nil {
			t.Fatal(err)
		}
		if d.Kind() != kind || d.Domain != "example.org" {
			t.Errorf("%s: a key of kind %s for %s", kind, d.Kind(), d.Domain)
		}
		r := mailtest.New(t)
		c := client(t, r)
		c.server.DKIM = d
		whole := sample()
		whole.Thread, whole.Help = "t1-p1@amal.example", "https://amal.example/account"
		whole.Files = []File{{"due.ics", "text/calendar; charset=utf-8; method=PUBLISH", []byte("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")}}
		whole.Text = strings.Repeat("Қазақстан мен Өзбекстан = 100 %\r\n.\r\n", 30)
		whole.HTML = strings.Repeat("<p>Oʻzbekiston  va\tQozogʻiston</p>\n", 60)
		plain := sample()
		plain.HTML, plain.Text, plain.ListID = "", "Trailing  \n\n\n", ""
		for _, m := range []Message{whole, plain} {
			if _, err := c.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		for _, got := range r.Got() {
			v := verify(t, d, got.Body)[0]
			if v.Err != nil || v.Domain != "example.org" {
				t.Fatalf("%s: %v, of %s:\n%s", kind, v.Err, v.Domain, got.Body)
			}
			if err := byHand(d, got.Body); err != nil {
				t.Errorf("%s by hand: %v", kind, err)
			}
			if err := byHand(d, strings.Replace(got.Body, "Date: ", "Date: 1", 1)); err == nil {
				t.Error("by hand everything is right")
			}
			for _, header := range signedHeaders {
				if !containsFold(v.HeaderKeys, header) {
					t.Errorf("%s is not signed", header)
				}
			}
			for what, changed := range map[string]string{
				"subject":        strings.Replace(got.Body, "Subject:", "Subject: Re", 1),
				"text":           strings.TrimRight(got.Body, "\r\n") + "more\r\n",
				"another thread": "References: <other@example.org>\r\nIn-Reply-To: <o@example.org>\r\n" + got.Body,
				"second sender":  "From: other@example.org\r\n" + got.Body,
			} {
				if v := verify(t, d, changed)[0]; v.Err == nil {
					t.Errorf("%s: a changed %s is not noticed", kind, what)
				}
			}
		}
	}
}

var (
	spaces = regexp.MustCompile(`[ \t]+`)
	folds  = regexp.MustCompile(`\r\n[ \t]`)
	proof  = regexp.MustCompile(`b=[^;]*$`)
)

// byHand checks a signature as RFC 6376 tells, with the standard library alone.
func byHand(d *DKIM, message string) error {
	head, body, _ := strings.Cut(message, "\r\n\r\n")
	headers, own := map[string][]string{}, ""
	for _, line := range strings.Split(folds.ReplaceAllString(head, " "), "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		value = name + ":" + strings.TrimSpace(spaces.ReplaceAllString(value, " "))
		if name == "dkim-signature" {
			own = value
			continue
		}
		headers[name] = append(headers[name], value)
	}
	tags := map[string]string{}
	for _, tag := range strings.Split(strings.TrimPrefix(own, "dkim-signature:"), ";") {
		name, value, _ := strings.Cut(tag, "=")
		tags[strings.TrimSpace(name)] = spaces.ReplaceAllString(value, "")
	}
	if tags["c"] != "relaxed/relaxed" || tags["v"] != "1" {
		return fmt.Errorf("tags %v", tags)
	}
	lines := strings.Split(body, "\r\n")
	for i := range lines {
		lines[i] = strings.TrimRight(spaces.ReplaceAllString(lines[i], " "), " ")
	}
	digest := sha256.Sum256([]byte(strings.TrimRight(strings.Join(lines, "\r\n"), "\r\n") + "\r\n"))
	if tags["bh"] != base64.StdEncoding.EncodeToString(digest[:]) {
		return errors.New("another body")
	}
	signed := ""
	for _, name := range strings.Split(strings.ToLower(tags["h"]), ":") {
		if n := len(headers[name]); n > 0 { // from the last one up
			signed += headers[name][n-1] + "\r\n"
			headers[name] = headers[name][:n-1]
		}
	}
	digest = sha256.Sum256([]byte(signed + proof.ReplaceAllString(own, "b=")))
	signature, err := base64.StdEncoding.DecodeString(tags["b"])
	if err != nil {
		return err
	}
	if public, ok := d.key.Public().(ed25519.PublicKey); ok {
		if !ed25519.Verify(public, digest[:], signature) {
			return errors.New("another signature")
		}
		return nil
	}
	return rsa.VerifyPKCS1v15(d.key.Public().(*rsa.PublicKey), crypto.SHA256, digest[:], signature)
}

func containsFold(list []string, word string) bool {
	for _, w := range list {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}

// Nobody finds out by returned mails that a setting is wrong.
func TestAWrongDKIMSettingIsRefusedInWords(t *testing.T) {
	t.Parallel()
	good, short := ed25519Key(t), rsaKey(t, 1024)
	junk := filepath.Join(t.TempDir(), "junk.pem")
	if err := os.WriteFile(junk, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ from, selector, file, says string }{
		"no selector":     {"amal@example.org", "", good, "AMAL_DKIM_SELECTOR is missing"},
		"no key":          {"amal@example.org", "amal1", "", "AMAL_DKIM_KEY is missing"},
		"not for DNS":     {"amal@example.org", "a b", good, "not a name for DNS"},
		"no file":         {"amal@example.org", "amal1", good + "x", "no such file"},
		"not a key":       {"amal@example.org", "amal1", junk, "no private key"},
		"too short":       {"amal@example.org", "amal1", short, "too short"},
		"the key itself":  {"amal@example.org", "amal1", "-----BEGIN PRIVATE KEY-----SECRET", "must be the path"},
		"not an address":  {"Amal", "amal1", good, "AMAL_MAIL_FROM"},
		"nothing set":     {"amal@example.org", "", "", ""},
		"everything good": {"Amal <amal@example.org>", "s1.2026", good, ""},
	} {
		_, err := NewDKIM(tc.from, tc.selector, tc.file)
		if got := message(err); tc.says == "" && got != "" || !strings.Contains(got, tc.says) || strings.Contains(got, "SECRET") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
