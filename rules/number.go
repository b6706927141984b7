package rules

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// DirectiveRef returns the number that people know a directive by: the year of
// its meeting and a counter, such as 2025-17. "" where none is given yet.
func DirectiveRef(year, number int) string {
	if number == 0 {
		return ""
	}
	return fmt.Sprintf("%d-%d", year, number)
}

// TaskRef returns the number of a task: its directive's and its own, such as
// 2025-17.2. "" for a draft.
func TaskRef(year, directive, task int) string {
	if directive == 0 || task == 0 {
		return ""
	}
	return fmt.Sprintf("%d-%d.%d", year, directive, task)
}

var taskRef = regexp.MustCompile(`^([0-9]{4})-([0-9]{1,9})\.([0-9]{1,9})$`)

// ParseTaskRef reads a task's number as TaskRef writes it; ok is false where it
// is none.
func ParseTaskRef(ref string) (year, directive, task int, ok bool) {
	m := taskRef.FindStringSubmatch(strings.TrimSpace(ref))
	if m == nil {
		return 0, 0, 0, false
	}
	numbers := [3]int{}
	for i := range numbers {
		numbers[i], _ = strconv.Atoi(m[i+1]) // digits only, and few
	}
	return numbers[0], numbers[1], numbers[2], true
}
