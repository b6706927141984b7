// Package e2e walks through Amal as people do: the real binary, a private
// Postgres, a real browser. With -shots DIR it keeps a picture of each page.
package e2e

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "folder to keep a picture of each checked page in")

// What TestMain starts: the demonstration, and one browser for all journeys.
var (
	binary  string
	dataDir string
	base    string
	browser context.Context
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "amal-e2e")
	if err != nil {
		return complain(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // as root, Postgres runs as another user
		return complain(err)
	}
	binary, dataDir = filepath.Join(dir, "amal"), filepath.Join(dir, "data")
	if out, err := exec.Command("go", "build", "-o", binary, "..").CombinedOutput(); err != nil {
		return complain(fmt.Errorf("build: %w\n%s", err, out))
	}
	server, err := startDemo(dataDir)
	if err != nil {
		return complain(err)
	}
	defer func() { server.stop() }()
	base = server.url
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.WSURLReadTimeout(time.Minute))
	defer cancel()
	browser, cancel = chromedp.NewContext(ctx)
	defer cancel()
	if err := chromedp.Do(browser); err != nil {
		return complain(fmt.Errorf("journeys need Chromium: %w", err))
	}
	return m.Run()
}

func complain(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// demo is a running demonstration.
type demo struct {
	*exec.Cmd
	url  string
	took time.Duration
}

// startDemo starts the binary on a free port and waits until it says that it answers.
func startDemo(data string) (*demo, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(binary, "demo", "--data", data, "--listen", address)
	log, err := os.Create(data + ".log")
	if err != nil {
		return nil, err
	}
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "Amal is ready: ") {
				ready <- true
			}
		}
		close(ready)
	}()
	select {
	case ok := <-ready:
		if !ok {
			return nil, fmt.Errorf("the demonstration ended: %w", cmd.Wait())
		}
	case <-time.After(time.Minute):
		_ = cmd.Process.Kill()
		return nil, fmt.Errorf("the demonstration does not answer within a minute")
	}
	return &demo{cmd, "http://" + address, time.Since(began)}, nil
}

// freeAddress is one of this machine that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (d *demo) stop() {
	_ = d.Process.Signal(syscall.SIGTERM)
	_ = d.Wait()
}
