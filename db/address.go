package db

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lib/pq"
)

// Environment returns a database's address as the variables that Postgres's
// own programs read, so that no password stands on a command line.
func Environment(address string) ([]string, error) {
	c, err := pq.NewConfig(address)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	hosts, ports := []string{c.Host}, []string{strconv.Itoa(int(c.Port))}
	for _, other := range c.Multi {
		hosts, ports = append(hosts, other.Host), append(ports, strconv.Itoa(int(other.Port)))
	}
	mode := string(c.SSLMode)
	if mode == "" {
		mode = "require" // as lib/pq has it; the programs would take "prefer"
	}
	set := [][2]string{
		{"PGHOST", strings.Join(hosts, ",")}, {"PGPORT", strings.Join(ports, ",")}, {"PGUSER", c.User}, {"PGDATABASE", c.Database},
		{"PGPASSWORD", c.Password}, {"PGPASSFILE", c.Passfile}, {"PGSSLMODE", mode}, {"PGSSLCERT", c.SSLCert}, {"PGSSLKEY", c.SSLKey},
		{"PGSSLROOTCERT", c.SSLRootCert}, {"PGTARGETSESSIONATTRS", string(c.TargetSessionAttrs)}, {"PGOPTIONS", c.Options}, {"PGKRBSRVNAME", c.KrbSrvname},
	}
	if c.Hostaddr.IsValid() {
		set = append(set, [2]string{"PGHOSTADDR", c.Hostaddr.String()})
	}
	var env []string
	for _, v := range set {
		if v[1] != "" {
			env = append(env, v[0]+"="+v[1])
		}
	}
	return env, nil
}
