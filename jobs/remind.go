package jobs

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Explain writes what would be planned and sent at a moment, to whom and why,
// and changes nothing.
func (j *Jobs) Explain(ctx context.Context, w io.Writer, at time.Time) error {
	lines, err := j.Store.Foresee(ctx, at)
	if err != nil {
		return err
	}
	for _, l := range lines {
		when := "in the mail of " + l.LocalDay.Format(time.DateOnly)
		if l.AtOnce {
			when = "at once"
		}
		fmt.Fprintf(w, "%s\t%s\t%s as %s\t%s\t%s %s\n", l.PlannedFor.UTC().Format(time.RFC3339), when, l.Email, l.Audience, l.Rule, l.Ref, l.Title)
	}
	fmt.Fprintf(w, "%d reminders\n", len(lines))
	return nil
}
