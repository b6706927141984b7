// Package communique reads what leaders' meetings publish: communiqués,
// minutes with numbered points, decisions with lines for term and doer, tables
// and action logs, in German, Russian, English, Uzbek (both scripts) and Kazakh.
//
// It is pure: no files, no clock, no network, and the same text always gives
// the same answer. Every offset is a count of Unicode code points, half-open,
// in the text as given (the caller decodes it and brings it to NFC).
//
// A text goes through these stages, each in its own file:
//
//	fold       letters for comparing, one for one, so that offsets stay true
//	language   by letters and small words, for the text and for each line
//	lines      headline, heading, point of a list, table row, field, lead-in
//	sentences  with the abbreviations and ordinals of the language
//	words      and the patterns of the tables on them (tables/README.md)
//	unit       one sentence with its cues, masked background, bodies and times
//	segments   parts of a sentence with a cue of their own; clauses in them
//	owners     who has to act, by the side of the cue; register of agencies
//	proposals  fields, lead-in lines and table rows joined in; titles
package communique
