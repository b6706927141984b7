package commands

import (
	"context"
	"fmt"

	"amal/db"
)

// verify checks that the history is whole: every seal against the rows under
// it, the links between the seals, and the end.
func verify(ctx context.Context, c *call) error {
	head := c.flags.String("head", "", "a seal's hash, printed or mailed earlier, that must still be there")
	if err := c.parse(0); err != nil {
		return err
	}
	d, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	chain, err := d.Verify(ctx, *head)
	if err != nil {
		return err
	}
	return c.tellChain("", chain)
}

// tellChain prints what a check of the chain found, each line after an indent;
// anything wrong is an error.
func (c *call) tellChain(indent string, chain *db.Chain) error {
	fmt.Fprintf(c.out, "%s%d entries under %d seals, %d not sealed yet\n%shead %s\n", indent, chain.Entries, chain.Seals, chain.Unsealed, indent, chain.Head)
	says := map[string]string{
		"changed": "entries %d to %d: content changed\n", "missing": "entries %d to %d: some are missing\n",
		"added": "entries %d to %d: some were put in\n", "link": "entries %d to %d: the seal does not follow the one before\n",
	}
	for _, f := range chain.Faults {
		if f.Kind == "cut" {
			fmt.Fprintln(c.out, indent+"the end is cut off: a task or a head is newer than the history")
			continue
		}
		fmt.Fprintf(c.out, indent+says[f.Kind], f.FromID, f.ToID)
	}
	if len(chain.Faults) > 0 {
		return fmt.Errorf("the history was tampered with (%d faults)", len(chain.Faults))
	}
	fmt.Fprintln(c.out, indent+"whole")
	return nil
}
