package rules

import "time"

// AnswerFor is how long a link in a mail answers for its task.
const AnswerFor = 30 * 24 * time.Hour

// AnswerActs are what a link in a mail lets a person do on its task, each once:
// what takes a sentence. Completion reports with their evidence take signing in.
var AnswerActs = []Act{ActReceive, ActNoChange, ActReport, ActAsk}

// AnswersByMail reports whether a mail to somebody with these hats carries a
// link that answers without signing in: the lead's focal point, while the task
// is open. What is for official use is answered behind the sign-in.
func AnswersByMail(s Status, official bool, hats Hats) bool {
	return s.Open() && !official && hats.Has(HatLead)
}

// AnswerState is what decides which answers a task takes now.
type AnswerState struct {
	Status    Status
	Hats      Hats
	NoChanges int  // said running
	Overdue   bool // at the moment of asking
	Deadline  bool // there is one
	Asked     bool // more time is asked for already
}

// MayAnswer reports whether an act of AnswerActs is open, for showing it; the
// act itself decides.
func MayAnswer(act Act, t AnswerState) bool {
	if !t.Status.Open() {
		return false
	}
	switch act {
	case ActNoChange:
		return May(t.Status, act, t.Hats) && CanSayNoChange(t.Status, t.NoChanges, t.Overdue) == nil
	case ActAsk:
		return MayAsk(t.Status, t.Hats) && t.Deadline && !t.Asked
	}
	return May(t.Status, act, t.Hats)
}
