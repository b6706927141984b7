package rules

// DirectiveState is where a directive stands as a whole (domain.md).
type DirectiveState string

// The states of a directive.
const (
	DirectiveRecorded  DirectiveState = "recorded"  // no task assigned
	DirectiveControl   DirectiveState = "control"   // under control
	DirectiveClaimed   DirectiveState = "claimed"   // every task reported as finished
	DirectiveFulfilled DirectiveState = "fulfilled" // every task accepted as done
	DirectivePartly    DirectiveState = "partly"    // all accepted, some not fully done
	DirectiveDropped   DirectiveState = "dropped"   // every task cancelled
)

// TaskOutcome is what a directive's state needs of a task.
type TaskOutcome struct {
	Status Status
	Result Result
}

// StateOf is the state that the tasks of a directive, or of one side of it,
// give. Drafts and cancelled tasks do not count beside others.
func StateOf(tasks []TaskOutcome) DirectiveState {
	assigned, cancelled, waiting, accepted, partly := 0, 0, 0, 0, 0
	for _, t := range tasks {
		switch t.Status {
		case Draft:
			continue
		case Cancelled:
			cancelled++
			continue
		case Submitted:
			waiting++
		case Accepted:
			accepted++
			if t.Result == ResultPartly || t.Result == ResultOvertaken {
				partly++
			}
		}
		assigned++
	}
	switch {
	case assigned == 0 && cancelled > 0:
		return DirectiveDropped
	case assigned == 0:
		return DirectiveRecorded
	case accepted == assigned && partly > 0:
		return DirectivePartly
	case accepted == assigned:
		return DirectiveFulfilled
	case accepted+waiting == assigned:
		return DirectiveClaimed
	}
	return DirectiveControl
}
