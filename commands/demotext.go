package commands

// The demonstration's communiqué is written for it: the facts of the meeting of
// 29 March 2025 in Almaty are public, the words are ours.

const demoGerman = `Die Präsidenten Usbekistans und Kasachstans kamen in Almaty zusammen

Am 29. März kamen der Präsident der Republik Usbekistan Shavkat Mirziyoyev und der Präsident der Republik Kasachstan Kassym-Jomart Tokayev in Almaty zu einem informellen Gespräch zusammen.
Beide wünschten einander und ihren Völkern Glück zu Navruz und zum nahenden Fest nach dem Ramadan.
Die Zusammenarbeit steht nach ihren Worten so gut wie nie zuvor. Seit Jahresbeginn ist der Handel um 14 Prozent gewachsen, und die gemeinsamen Investitionsvorhaben übersteigen 4 Milliarden US-Dollar.
Die stellvertretenden Premierminister beider Länder trugen vor, wie der Handel und die Kooperation führender Unternehmen im Maschinenbau, in der Elektrotechnik, bei Öl und Gas, Textilien und in der Landwirtschaft vorankommen.
Die Staatschefs wiesen die Regierungen an, ein langfristiges Programm der industriellen Zusammenarbeit auszuarbeiten und Infrastrukturvorhaben von regionaler Bedeutung zügiger umzusetzen.
Sie hoben hervor, dass die praktische Arbeit am Internationalen Zentrum für industrielle Zusammenarbeit noch in diesem Jahr beginnen und die gemeinsame Außenhandelsgesellschaft ihre Tätigkeit ausweiten soll.
Zur Sprache kamen die Gipfeltreffen Zentralasiens, die in den kommenden Monaten in Usbekistan anstehen, und der Kalender der zwei- und mehrseitigen Termine.
`

const demoEnglish = `The Presidents of Uzbekistan and Kazakhstan met in Almaty

On 29 March President Shavkat Mirziyoyev of the Republic of Uzbekistan and President Kassym-Jomart Tokayev of the Republic of Kazakhstan met in Almaty for informal talks.
They wished each other and their peoples a happy Navruz and a blessed end of Ramadan.
Cooperation, they said, has never stood so well. Trade has grown by 14 per cent since the start of the year, and joint investment projects are worth more than 4 billion US dollars.
The deputy prime ministers of both countries set out how trade and the cooperation of leading companies are moving ahead in machine building, electrical engineering, oil and gas, textiles and agriculture.
The heads of state instructed their governments to draw up a long-term programme of industrial cooperation and to carry out infrastructure projects of regional importance faster.
They stressed that practical work on the International Centre for Industrial Cooperation is to begin this year and that the joint foreign trade company is to widen its activities.
They also spoke of the Central Asian summits to be held in Uzbekistan in the coming months, and of the calendar of bilateral and multilateral events.
`

const demoRussian = `Президенты Узбекистана и Казахстана встретились в Алматы

29 марта Президент Республики Узбекистан Шавкат Мирзиёев и Президент Республики Казахстан Касым-Жомарт Токаев провели в Алматы неформальную беседу.
Они пожелали друг другу и своим народам счастливого Навруза и приближающегося праздника после Рамазана.
По их словам, сотрудничество никогда ещё не было столь тесным. С начала года торговля выросла на 14 процентов, а совместные инвестиционные проекты превысили 4 миллиарда долларов США.
Заместители премьер-министров двух стран рассказали, как развиваются торговля и кооперация ведущих предприятий в машиностроении, электротехнике, нефтегазовой и текстильной отраслях, сельском хозяйстве.
Главы государств поручили правительствам разработать долгосрочную программу промышленной кооперации и быстрее осуществлять инфраструктурные проекты регионального значения.
Они подчеркнули, что практическая работа по Международному центру промышленной кооперации должна начаться в этом году, а совместная внешнеторговая компания – расширить свою деятельность.
Речь шла и о саммитах Центральной Азии, которые пройдут в Узбекистане в ближайшие месяцы, и о календаре двусторонних и многосторонних мероприятий.
`

// demoMinutes are invented; {soon} and {later} become days after the loading.
const demoMinutes = `Minutes of the joint working group (invented sample)

The participants welcomed the steady growth of trade and thanked the hosts.
1. The importance of widening the activities of the joint foreign trade company as soon as possible was stressed.
2. Sample agency for industry (UZ) together with Sample agency for industry (KZ) was instructed to agree the list of joint machine-building projects by {soon}.
3. The sides agreed to complete the first stage of the International Centre for Industrial Cooperation by {later}.
4. Sample agency for customs (UZ) shall submit a plan for modernising the border crossings by {later}.
5. Sample agency for transport (KZ) reported on the forecast of freight volumes.
6. Trade between the two countries grew by 9 per cent in the first half of the year.
7. Views were exchanged on the regional agenda.
8. The next meeting of the working group will be held in Astana on {later}.
`
