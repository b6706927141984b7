package db

import (
	"sync"
	"time"
)

// zones keeps what time.LoadLocation would read from its file at each call.
var zones sync.Map // name → *time.Location

// zoneNamed finds a time zone by its IANA name.
func zoneNamed(name string) (*time.Location, error) {
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err == nil {
		zones.Store(name, zone)
	}
	return zone, err
}

// Zone is the agency's time zone.
func (a *Agency) Zone() (*time.Location, error) { return zoneNamed(a.TimeZone) }
