package rules

import "fmt"

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
