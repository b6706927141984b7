package communique

import (
	"encoding/json"
	"os"
	"testing"
)

// answer is a labelled text's answer, and what the reader prints.
type answer struct {
	Lang       string     `json:"lang"`
	Date       string     `json:"date"`
	Directives []labelled `json:"items"`
}

// labelled is one directive, agreement, report… of an answer.
type labelled struct {
	Start        int      `json:"start"`
	End          int      `json:"end"`
	Kind         string   `json:"kind"`
	Title        string   `json:"title"`
	Deadline     *string  `json:"deadline"`
	DeadlineText *string  `json:"deadline_text"`
	Owners       []string `json:"owners"`
	Clause       *[2]int  `json:"clause,omitempty"`
	Optional     bool     `json:"optional,omitempty"`
}

func readAnswer(t testing.TB, path string) answer {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := json.Unmarshal(raw, &a); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return a
}
