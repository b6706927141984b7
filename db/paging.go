package db

import "time"

// PageSize is how many rows a list shows at a time.
const PageSize = 50

// Cursor is where a page begins: after the row with this moment and id. The
// zero Cursor begins at the start.
type Cursor struct {
	At time.Time
	ID int64
}

// FarFuture stands for "no deadline" where a moment is asked for; it is after
// every act.
var FarFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// infinite writes a moment for SQL, FarFuture as infinity.
func infinite(at time.Time) string {
	if !at.Before(FarFuture) {
		return "infinity"
	}
	return at.UTC().Format(time.RFC3339Nano)
}
