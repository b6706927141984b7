package e2e

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"amal/db/dbtest"
	"amal/mail/mailtest"
)

// amal runs a command of the binary and returns what it printed and its exit code.
func amal(t *testing.T, env []string, args ...string) (out string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append(os.Environ(), env...)
	b, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(b), cmd.ProcessState.ExitCode()
}

func TestCommands(t *testing.T) {
	t.Parallel()
	write := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	agencies := write("agencies.csv", "\ufeffcode,side,kind,name_en,name_ru,aliases\nuz-new,UZ,ministry,New Ministry,Новое министерство,NM | The New One\n")
	broken := write("broken.csv", "code,side,kind,name_en\nuz-a,XX,ministry,A\n")
	days := write("days.csv", "date,kind,name_en\n2028-01-01,off,New Year\n")
	minutes := write("minutes.txt", "ПРОТОКОЛ\n\nг. Ташкент, 2 марта 2026 года\n\n1. Министерству энергетики подготовить график ремонта.\nСрок: до 1 мая.\n")
	undated := write("undated.txt", "Meeting in Almaty\n\nThe governments were instructed to draw up a programme by July 1.\n")
	french := write("french.txt", "Les présidents ont souligné que la coopération industrielle entre les deux pays doit être développée.\n")
	for _, c := range []struct {
		name  string
		args  []string
		code  int
		wants string
	}{
		{"version", []string{"version"}, 0, "amal "},
		{"no command", nil, 2, "demo"},
		{"unknown command", []string{"dance"}, 2, "dance"},
		{"help of a command", []string{"remind", "-h"}, 0, "dry-run"},
		{"demo for the whole network", []string{"demo", "--listen", "0.0.0.0:0"}, 2, "this machine only"},
		{"a communiqué is read", []string{"read", minutes}, 0, `"deadline": "2026-05-01"`},
		{"with its date", []string{"read", undated, "--date", "2026-03-02"}, 0, `"date": "2026-03-02"`},
		{"without any date", []string{"read", undated}, 2, "--date"},
		{"in a language nobody reads", []string{"read", french, "--date", "2026-03-02"}, 1, "does not read"},
		{"dry run explains", []string{"remind", "--dry-run", "--data", dataDir}, 0, ""},
		{"dry run at a moment", []string{"remind", "--at", time.Now().AddDate(0, 0, 1).Format(time.RFC3339), "--dry-run", "--data", dataDir}, 0, "@demo.example"},
		{"a moment that is none", []string{"remind", "--at", "tomorrow", "--data", dataDir}, 2, "--at"},
		{"doctor", []string{"doctor", "--data", dataDir}, 0, "Almaty"},
		{"agencies looked at", []string{"agency", "import", agencies, "--check", "--data", dataDir}, 0, "1 to add"},
		{"agencies", []string{"agency", "import", agencies, "--data", dataDir}, 0, ""},
		{"the same again", []string{"agency", "import", agencies, "--data", dataDir}, 0, "0"},
		{"a wrong row", []string{"agency", "import", broken, "--data", dataDir}, 1, "2"},
		{"no file", []string{"agency", "import", "nowhere.csv", "--data", dataDir}, 1, "nowhere.csv"},
		{"days off", []string{"holidays", "import", "UZ", days, "--data", dataDir}, 0, ""},
		{"a person", []string{"user", "add", "--email", "cli@demo.example", "--name", "Cli", "--role", "focal", "--agency", "uz-new", "--data", dataDir}, 0, "/link/"},
		{"a role that is none", []string{"user", "add", "--email", "x@demo.example", "--name", "X", "--role", "king", "--data", dataDir}, 2, "king"},
		{"mail without a server", []string{"testmail", "a@demo.example"}, 1, "AMAL_SMTP_URL"},
		{"a wrong setting", []string{"serve"}, 1, "AMAL_BASE_URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, code := amal(t, []string{"AMAL_BASE_URL=ftp://x", "AMAL_SMTP_URL="}, c.args...)
			if code != c.code || !strings.Contains(out, c.wants) {
				t.Errorf("exit %d, want %d and %q:\n%s", code, c.code, c.wants, out)
			}
		})
	}
}

// answers waits for the first tick, which runs at start.
func answers(url string) bool {
	for range 50 {
		if ready(url) {
			return true
		}
		time.Sleep(100 * time.Millisecond)
	}
	return false
}

func ready(url string) bool {
	resp, err := http.Get(url + "/readyz")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusOK
}

// The demonstration survives kill -9 of the program, of Postgres, and of both,
// with all it held.
func TestTheDemonstrationSurvivesKills(t *testing.T) {
	t.Parallel()
	data := filepath.Join(filepath.Dir(dataDir), "kills")
	first, err := startDemo(data)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("cold start, data loaded: %v", first.took)
	postmaster := func() int {
		text, err := os.ReadFile(filepath.Join(data, "pg", "postmaster.pid"))
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(strings.Fields(string(text))[0])
		if err != nil {
			t.Fatal(err)
		}
		return pid
	}
	kill := func(pid int) { _ = syscall.Kill(pid, syscall.SIGKILL) }
	running := first
	for _, c := range []struct {
		name          string
		app, database bool
	}{{"the program", true, false}, {"Postgres", false, true}, {"both", true, true}} {
		pg := postmaster()
		if c.database {
			kill(pg)
		}
		if c.app {
			kill(running.Process.Pid)
		} else {
			_ = running.Process.Signal(syscall.SIGTERM)
		}
		_ = running.Wait()
		if running, err = startDemo(data); err != nil {
			t.Fatalf("after kill -9 of %s: %v", c.name, err)
		}
		if !answers(running.url) {
			t.Errorf("after kill -9 of %s: not ready", c.name)
		}
		t.Logf("after kill -9 of %s: %v", c.name, running.took)
	}
	running.stop()
	again, err := startDemo(data)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("warm start: %v", again.took)
	again.stop()
}

// On an empty database of somebody else's Postgres serve prints a link that
// makes the first administrator, who can then come in by a link sent by mail.
func TestTheFirstAdministrator(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log")
	out, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "serve")
	cmd.Stdout, cmd.Stderr = out, out
	urls, relay := dbtest.Empty(t), mailtest.New(t)
	address, err := freeAddress()
	if err != nil {
		t.Fatal(err)
	}
	own := "http://" + address
	cmd.Env = append(os.Environ(), "AMAL_DATABASE_URL="+urls.App, "AMAL_OWNER_DATABASE_URL="+urls.Owner, "AMAL_SMTP_URL=smtp://"+relay.Address+"?tls=none",
		"AMAL_LISTEN="+address, "AMAL_BASE_URL="+own)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() }()
	link := ""
	for range 100 {
		text, _ := os.ReadFile(log)
		if i := strings.Index(string(text), own+"/link/"); i >= 0 {
			link = strings.Fields(string(text)[i:])[0]
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	if link == "" {
		text, _ := os.ReadFile(log)
		t.Fatalf("no link:\n%s", text)
	}
	b := newTab(t)
	b.do("open the link", chromedp.Navigate(link))
	b.fill("#f-email", "first@example.org")
	b.fill("#f-name", "First Administrator")
	b.fill("#f-password", "a long first password")
	b.fill("#f-again", "a long first password")
	if b.ask(`String(!!document.querySelector("#f-agency"))`) == "true" {
		b.fill("#f-agency", "Joint secretariat")
	}
	b.press("main form button.main")
	if b.path() != "/people" {
		t.Errorf("the first administrator begins at %s:\n%s", b.path(), b.ask(`document.body.innerText`))
	}
	if found := b.axe(); len(found) > 0 {
		t.Error(found)
	}
	guest := newTab(t)
	guest.do("open the door", chromedp.Navigate(own+"/signin"))
	guest.click("main details summary")
	guest.fill(`form[action="/signin/link"] input[type=email], form[action="/signin/link"] input[name=email]`, "first@example.org")
	guest.press(`form[action="/signin/link"] button`)
	var mailed string
	for range 50 {
		if got := relay.Got(); len(got) > 0 {
			mailed = got[0].Body
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if mailed == "" || !strings.Contains(strings.ReplaceAll(mailed, "=\r\n", ""), own+"/link/") {
		t.Errorf("no link came by mail:\n%s", mailed)
	}
}
