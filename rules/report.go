package rules

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// ReportDraft is what the lead typed. Answers follow the points of the expected
// result.
type ReportDraft struct {
	Signal           Signal
	Done, Next       string
	Answers          []string
	Links            []string
	NoEvidenceReason string
	States           []PointState // of the answers; missing ones are done
	Files            int          // given with it
	LateReason       string       // why it is late; then Next says what comes now
}

// Limits of a report.
const (
	MaxLinks = 20
	MaxURL   = 2000
	MaxNote  = 2000
)

// CheckReport returns Problems with what is missing. A completion report
// answers each point and gives a link or says why there is none (domain.md,
// in_progress → submitted).
func CheckReport(r ReportDraft, points []string) error {
	var p Problems
	OneOf(&p, "signal", r.Signal, []Signal{UnderWay, NeedsHelp, Finished})
	p.Text("done", r.Done, true, MaxText)
	p.Text("next", r.Next, false, MaxText)
	p.Text("no_evidence_reason", r.NoEvidenceReason, false, MaxNote)
	if r.LateReason != "" {
		p.Text("late_reason", r.LateReason, false, MaxReason)
		p.Text("next", r.Next, r.Signal != Finished, MaxReason)
	}
	checkLinks(&p, r.Links)
	if r.Signal == Finished {
		checkAnswers(&p, r.Answers, len(points))
		for _, state := range r.States {
			OneOf(&p, "answer_1", state, PointStates)
		}
		if len(r.Links) == 0 && r.Files == 0 && strings.TrimSpace(r.NoEvidenceReason) == "" {
			p.Add("links", "form.error.evidence")
		}
	}
	return p.OrNil()
}

func checkAnswers(p *Problems, answers []string, n int) {
	for i := range n {
		answer := ""
		if i < len(answers) {
			answer = answers[i]
		}
		p.Text(fmt.Sprintf("answer_%d", i+1), answer, true, MaxText)
	}
	if len(answers) > n {
		p.Add("answer_1", "form.error.choose")
	}
}

func checkLinks(p *Problems, links []string) {
	bad := slices.ContainsFunc(links, func(l string) bool { return !IsLink(l) })
	if bad || len(links) > MaxLinks {
		p.Add("links", "form.error.not_a_link")
	}
}

// IsLink reports whether a typed address is an absolute http or https one.
func IsLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= MaxURL && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}
