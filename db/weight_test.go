package db

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"
)

// What is held is weighed with its texts, and what is too heavy is not held.
func TestWeight(t *testing.T) {
	t.Parallel()
	text, now := strings.Repeat("x", 1000), time.Now()
	row := struct {
		Title string
		Note  *string
		At    *time.Time
		None  *string
		Parts pq.StringArray
	}{text, &text, &now, nil, pq.StringArray{text, text}}
	if got := weightOf(reflect.ValueOf(row)); got < 4000 || got > 4300 {
		t.Errorf("a row with texts of 4000 bytes weighs %d", got)
	}
	var u unchanged
	u.hold("1", "a", 1, mostOf+1)
	if u.find("1", "a") != nil {
		t.Error("too much is held")
	}
	for i := range 100 {
		u.hold("1", strings.Repeat("k", i), i, mostHeld/10)
		if u.weight > mostHeld {
			t.Fatal("more is held than may be")
		}
	}
}
