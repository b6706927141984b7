// Amal follows up what leaders instructed, agreed and stressed: from a leader's
// word to a verified deed.
package main

import (
	_ "embed"
	"os"
	_ "time/tzdata" // zones also where the machine has none

	"amal/commands"
)

//go:embed schema.sql
var schema string

// Set by the linker in make build.
var version, commit = "development", ""

func main() {
	os.Exit(commands.Run(os.Args[1:], commands.Build{Schema: schema, Version: version, Commit: commit}))
}
