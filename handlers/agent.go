package handlers

import "strings"

// The names that browsers and systems give away of themselves, the more telling
// first: Edge calls itself Chrome too, and Chrome Safari.
var (
	browserNames = []struct{ mark, name string }{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"YaBrowser/", "Yandex Browser"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systemNames  = []struct{ mark, name string }{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "macOS"}, {"Linux", "Linux"}}
)

// agentName shortens a browser's User-Agent to what its owner knows it by, such
// as "Firefox, Windows"; the whole text where nothing is known of it.
func agentName(agent string) string {
	agent = strings.ReplaceAll(agent, "HeadlessChrome/", "Chrome/")
	var parts []string
	for _, list := range [][]struct{ mark, name string }{browserNames, systemNames} {
		for _, known := range list {
			if strings.Contains(agent, known.mark) {
				parts = append(parts, known.name)
				break
			}
		}
	}
	if len(parts) == 0 {
		return agent
	}
	return strings.Join(parts, ", ")
}
