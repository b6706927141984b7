package mail

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	netmail "net/mail"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
	gomail "github.com/wneessen/go-mail"
)

// DKIM signs messages for the domain they come from (RFC 6376, 8463), so that
// whoever receives them can tell that nobody changed or forged them.
type DKIM struct {
	Domain, Selector string
	key              crypto.Signer
}

// signedHeaders are what a signature covers besides the text. One that a
// message does not have is signed as missing, so that nobody can add it.
var signedHeaders = []string{"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
	"References", "In-Reply-To", "List-Id", "Auto-Submitted"}

var selectorForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$`)

// shortestRSA is how many bits a key must have; RFC 8301 asks for as many.
const shortestRSA = 2048

// NewDKIM reads a private key, RSA or Ed25519, from a PEM file. The domain is
// the sender's. Without key and selector it returns nil: nothing is signed.
func NewDKIM(from, selector, file string) (*DKIM, error) {
	switch {
	case file == "" && selector == "":
		return nil, nil
	case selector == "":
		return nil, errors.New("AMAL_DKIM_SELECTOR is missing: the name under which the key stands in DNS, such as amal1")
	case file == "":
		return nil, errors.New("AMAL_DKIM_KEY is missing: the path of the file with the private key")
	case !selectorForm.MatchString(selector):
		return nil, fmt.Errorf("AMAL_DKIM_SELECTOR %q is not a name for DNS, such as amal1", selector)
	case strings.Contains(file, "-----BEGIN"):
		return nil, errors.New("AMAL_DKIM_KEY must be the path of a file, not the key itself: an environment is easily read by others")
	}
	sender, err := netmail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("AMAL_MAIL_FROM %q: %w", from, err)
	}
	d := &DKIM{Domain: sender.Address[strings.LastIndex(sender.Address, "@")+1:], Selector: selector}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("AMAL_DKIM_KEY: %w", err)
	}
	if d.key, err = gomail.PrivKeyFromPEM(text); err != nil {
		return nil, fmt.Errorf("AMAL_DKIM_KEY %s holds no private key of RSA or Ed25519: %w", file, err)
	}
	if key, ok := d.key.(*rsa.PrivateKey); ok && key.N.BitLen() < shortestRSA {
		return nil, fmt.Errorf("AMAL_DKIM_KEY %s: an RSA key of %d bits is too short; make one of %d", file, key.N.BitLen(), shortestRSA)
	}
	return d, nil
}

// sign adds the signature over a message as it will go out. The library that
// builds messages signs too, but breaks long lists of headers in the midst of a
// name, which then proves nothing.
func (d *DKIM) sign(msg *gomail.Msg) error {
	signer, err := dkim.NewSigner(&dkim.SignOptions{Domain: d.Domain, Selector: d.Selector, Signer: d.key,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed, HeaderKeys: slices.Concat(signedHeaders, signedHeaders)}) // named twice: nobody can add a second one
	if err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	if _, err := msg.WriteTo(signer); err != nil {
		return errors.Join(fmt.Errorf("signature: %w", err), signer.Close())
	}
	if err := signer.Close(); err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	_, value, _ := strings.Cut(strings.TrimSuffix(signer.Signature(), "\r\n"), ": ")
	msg.SetGenHeaderPreformatted("DKIM-Signature", value)
	return nil
}

// Kind is the kind of key as DNS names it: rsa or ed25519.
func (d *DKIM) Kind() string {
	if _, ok := d.key.(ed25519.PrivateKey); ok {
		return "ed25519"
	}
	return "rsa"
}

// Record is what to publish in DNS: the name of the TXT record and its value.
func (d *DKIM) Record() (name, value string, err error) {
	var public []byte
	switch key := d.key.Public().(type) {
	case ed25519.PublicKey:
		public = key // as it is (RFC 8463)
	default:
		if public, err = x509.MarshalPKIXPublicKey(key); err != nil {
			return "", "", fmt.Errorf("public key: %w", err)
		}
	}
	return d.Selector + "._domainkey." + d.Domain, "v=DKIM1; k=" + d.Kind() + "; p=" + base64.StdEncoding.EncodeToString(public), nil
}

// longestString is how many bytes one string of a TXT record holds (RFC 1035).
const longestString = 255

// TXT writes a record's value as zone files take it, in strings that are short
// enough; who asks for it gets them as one.
func TXT(value string) string {
	var parts []string
	for part := range slices.Chunk([]byte(value), longestString) {
		parts = append(parts, `"`+string(part)+`"`)
	}
	return strings.Join(parts, " ")
}
