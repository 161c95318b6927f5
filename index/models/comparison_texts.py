"""Texts on which a compiled encoder is compared with sentence-transformers: of all lengths, and of many kinds."""

from collections.abc import Callable

_SAID = """
We moved the payment service off its old servers over one weekend.
Nobody had written down why the timetable changed in the spring.
The first thing we did was sit next to the people who answer the phones.
A form with nine questions became a form with four.
Half of the users gave up on the page about proof of address.
I joined as a content designer, and now I look after a team of twelve.
The hardest part was agreeing on what the word customer means.
We tested it with people who use a screen reader every day.
It failed at two in the morning, and the alert went to an empty mailbox.
Our budget was cut by a third, so we stopped two of the five projects.
She told the minister that the deadline could not be met.
You can read the guidance, but you learn it by doing it with somebody else.
The ferry to the island leaves at noon except on Sundays.
My grandmother kept bees behind the railway cottage.
Bread needs flour, water, salt and time.
The museum lends its telescopes to schools in the valley.
A late frost killed most of the apricot blossom.
He repaired the clock with a spring from a broken toy.
The choir sang in the car park because the hall was flooded.
Volcanic soil holds water well and drains badly.
Two goals in the last five minutes decided the match.
The orchestra tuned to the oboe and the hall fell silent.
Interest rates rose for the third time this year.
Vaccines are kept cold from the factory to the village clinic.
The court found that the notice had been served too late.
Solar panels on the school roof pay for the new library books.
We hired three apprentices, and two of them still work here.
Why did the department choose open standards for documents?
What would you tell somebody on their first day in the job?
How long does it take until a change reaches every user?
Is it safe to keep the logs for longer than a year?
Who decides which team gets the next researcher?
Do not be afraid to say that you do not know.
Measure first, then argue about what the numbers mean.
The old system printed every letter twice.
Accessibility is not a feature that you add at the end.
People trust a service that tells them what happens next.
There were forty separate websites, and each had its own search box.
In the end the simplest design won, as it usually does.
The data were fine; the question we asked of them was not.
Everybody talks about artificial intelligence, and few can say what it changed for them.
We publish the source code on the day that it goes live.
An apology and a date are worth more than an excuse.
The workshop in Leeds was full, so we held a second one in Swansea.
After the flood the council gave out radios that wind up by hand.
He walked from the harbour to the lighthouse and back before breakfast.
Our plan for the winter is to do less and finish it.
The interview lasted an hour, and the best answer came after the recording stopped.
Small teams with clear goals beat large teams with clear plans.
The map shows where the bus stops, not where the bus goes.
""".strip().splitlines()

_NAMES = [
    "Aisha Okonkwo-Reilly", "Siân Llewellyn", "Dr Wei Zhang", "José Núñez de la Torre", "Kat O’Neil",
    "Björk Jónsdóttir", "HM Revenue & Customs", "GOV.UK Notify", "the Driver and Vehicle Licensing Agency",
    "Llanfairpwllgwyngyll",
]  # fmt: skip
_NUMBERS = [
    "42", "1,234,567.89", "£3.2 million in 2019–20", "27/10/2026 at 09:30", "99.95 % of 18 billion requests",
    "+44 20 7946 0018", "3rd of 4th", "one in eight, 12.5 %, 1/8", "ISO 9001:2015 §7.1.5", "0.000001 and 1e-6",
]  # fmt: skip
_CODE = [
    "def area(r):\n    return 3.14159 * r ** 2", "SELECT name, count(*) FROM visits WHERE year >= 2020 GROUP BY name;",
    "git rebase --interactive HEAD~3 && git push --force-with-lease", '{"id": 7, "tags": ["a", "b"], "ok": true}',
    "<label for=\"email\">Email address</label>", "for (int i = 0; i < n; ++i) { sum += a[i]; }",
    "https://www.example.org/search?q=tax+return&page=2#results",
    "kubectl get pods -n payments | grep CrashLoopBackOff",
]  # fmt: skip
_OTHER = [
    "Wo beantrage ich einen neuen Reisepass?", "La réunion commence à neuf heures et demie.",
    "¿Cuánto tiempo tarda en llegar la respuesta?", "Mae’r gwasanaeth ar gael yn Gymraeg.",
    "Сервис работает круглосуточно.", "この申請には本人確認が必要です。", "请在下面输入您的地址。",
    "الخدمة متاحة على مدار الساعة", "השירות זמין ברשת", "सेवा हिंदी में उपलब्ध है", "서비스가 잠시 중단되었습니다",
    "Η υπηρεσία είναι διαθέσιμη", "บริการนี้ไม่มีค่าใช้จ่าย", "İstanbul’da ağaçlar çiçek açtı", "Zażółć gęślą jaźń",
]  # fmt: skip
_WORDS = (
    "boat Yes no accessibility antidisestablishmentarianism GDS API lorry café zebra 7 serverless um Monday okay"
).split()
_MARKS = [
    "[laughs]", "[Music playing]", "…", "!!!", "- - -", "?", "“ ”", "(inaudible)", "🙂 👍🏽 🏴󠁧󠁢󠁷󠁬󠁳󠁿", "&amp; &lt;br&gt;",
    "*", "—", "[UNK] [CLS] [SEP]", "…and then [pause] nothing.",
]  # fmt: skip
_NEARLY_NOTHING = ["", " ", "\n\t ", "\u00a0", ".", "\u200b", "a", "  spaces   all\taround \n it  "]


def comparison_texts(pieces: Callable[[str], int], longest: int) -> tuple[str, ...]:
    """Return over 250 different texts, some of them as long as the limit of `longest` word pieces and beyond."""
    short = [*_SAID, *_NAMES, *_NUMBERS, *_CODE, *_OTHER, *_WORDS, *_MARKS, *_NEARLY_NOTHING]
    short += [said.upper() for said in _SAID[::10]] + [said.rstrip(".?") for said in _SAID[::5]]
    mixed = [
        f"{_NAMES[number % 10]}: {said} {_NUMBERS[number % 10]}. {_SAID[(7 * number + 3) % len(_SAID)]}"
        for number, said in enumerate(_SAID)
    ]
    passages = [
        " ".join(_SAID[(number * step + begin) % len(_SAID)] for number in range(count))
        for begin, (step, count) in enumerate((step, count) for step in (1, 3, 7, 11) for count in (3, 4, 6, 8, 10, 12))
    ]
    full = [_filled(begin, pieces, longest) for begin in range(0, len(_SAID), 5)]
    beyond = [" ".join((full[0], *_SAID)), "boat " * 2 * longest, _CODE[0] * longest]
    return tuple(dict.fromkeys((*short, *mixed, *passages, *full, *beyond)))


def _filled(begin: int, pieces: Callable[[str], int], longest: int) -> str:
    """Return sentences from one on, as many as fit into the limit."""
    text = _SAID[begin]
    for number in range(1, len(_SAID)):
        longer = f"{text} {_SAID[(begin + 9 * number) % len(_SAID)]}"
        if pieces(longer) > longest - 2:
            break
        text = longer
    return text
