package mailtest

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// Header returns a header of the mail, decoded; "" where there is none.
func (m Mail) Header(name string) string {
	read, err := mail.ReadMessage(strings.NewReader(m.Body))
	if err != nil {
		return err.Error()
	}
	word, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get(name))
	if err != nil {
		return err.Error()
	}
	return word
}

// Parts returns what the mail says, decoded, by type: text/plain, text/html.
func (m Mail) Parts() map[string]string {
	parts := map[string]string{}
	read, err := mail.ReadMessage(strings.NewReader(m.Body))
	if err != nil {
		return parts
	}
	gather(parts, read.Header.Get("Content-Type"), read.Header.Get("Content-Transfer-Encoding"), read.Body)
	return parts
}

func gather(parts map[string]string, kind, encoding string, body io.Reader) {
	kind, params, err := mime.ParseMediaType(kind)
	if err != nil {
		return
	}
	if strings.HasPrefix(kind, "multipart/") {
		all := multipart.NewReader(body, params["boundary"])
		for {
			p, err := all.NextRawPart()
			if err != nil {
				return
			}
			gather(parts, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
	switch strings.ToLower(encoding) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	if text, err := io.ReadAll(body); err == nil {
		parts[kind] += string(text)
	}
}
