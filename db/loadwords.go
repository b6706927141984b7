package db

// Words that loaded rows are made of: plain, made up, in the scripts that the
// register knows, and varied enough that a search finds few or many.
var (
	loadFields = []string{"transport", "railway freight", "water use", "border posts", "customs transit", "energy grids", "seed trade", "tourism", "vocational schools", "digital signatures",
		"air routes", "food safety", "mutual investment", "medical supply", "textile clusters", "mining standards", "glacier research", "museum exchange", "sport", "agricultural machinery",
		"электронная очередь", "научный обмен", "suv xoʻjaligi", "сауда орталығы"}
	loadPlaces = []string{"Tashkent", "Almaty", "Astana", "Samarkand", "Shymkent", "Bukhara", "Turkistan", "Nukus", "Aktau", "Namangan", "Kyzylorda", "Khiva", "Urgench", "Saryagash", "Termez", "Karaganda", "Syrdarya", "Zarafshan", "Ferghana", "Chirchiq"}
	loadDeeds  = []string{"Draw up a programme on %s for %s", "Agree a road map for %s with %s", "Open a joint centre for %s near %s", "Prepare an agreement on %s for signature in %s",
		"Set up a working group on %s in %s", "Double the volume of %s through %s", "Simplify the rules of %s at %s", "Launch a joint project on %s in %s"}
	loadParts = []string{"Draft the text on %s for %s", "Send comments on %s to %s", "Find the site for %s in %s", "Count what %s costs in %s", "Train the staff for %s in %s", "Publish the rules of %s for %s",
		"Sign the contract on %s in %s", "Подготовить проект: %s, %s", "Согласовать смету: %s, %s", "Loyihani tayyorlash: %s, %s", "Жобаны келісу: %s, %s", "Report the figures of %s in %s"}
	loadTerms   = []string{"this year", "within a month", "promptly", "by the next meeting", "every quarter", "in the coming months", "before the end of the season"}
	loadAnswers = []string{"The draft was sent to the other side and its comments came back.", "The figures were collected in all regions.", "The contract is signed and the first half is paid.",
		"The working group met twice and agreed on the list.", "Проект согласован с заинтересованными ведомствами.", "Loyiha kelishildi va imzoga yuborildi.", "The site is chosen and the land is set apart.", "Equipment was bought and set up."}
	loadNexts = []string{"A second reading is planned.", "The other side answers within two weeks.", "Nothing further is needed.", "Подписание в следующем месяце.", "The text goes to the lawyers."}
)
