"""The words that name somebody's work, as a phrase of a sentence: "head of product at the Tea Board"; pure.

A phrase is recognised by its grammar: an article, what describes the work, a word for a worker, and what follows "of"
or "at". It may end only where a phrase can end, so that "a developer first" and "a manager at heart"
are none.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ingest.name_shape import fold

MOST_ROLE_WORDS = 12
_MOST_CORE_WORDS = 8
_MOST_LISTED = 4  # parts between commas in the name of an organisation

_TOKEN = re.compile(r"\w+(?:(?:[.&/+]|['’-])\w+)*|&")
_CHIEF = re.compile(r"C[A-Z]{1,3}O|[SE]?VP|MD|PM")
_AGENT = re.compile(r"\w{2,}(?:er|or|ist|ian|ant|eer|yst)", re.IGNORECASE)
# General words for a worker; names of people ("Baker", "Taylor", "Cook") are left out on purpose.
_WORKERS = frozenset(
    "accountant administrator adviser advisor advocate ambassador analyst apprentice architect artist assistant "
    "associate attorney author chair chairman chairperson chairwoman chief coach coder commissioner "
    "consultant controller coordinator copywriter counsel creator curator deputy designer developer director "
    "doctor economist editor educator engineer evangelist executive facilitator fellow founder head historian host "
    "inspector instructor intern interpreter journalist lawyer lead leader lecturer librarian maintainer manager master "
    "mathematician minister musician nurse officer operator organiser organizer owner partner physicist planner "
    "practitioner presenter president principal producer professor programmer psychologist publisher registrar "
    "reporter representative researcher scientist secretary servant solicitor specialist statistician strategist "
    "student supervisor sysadmin teacher technician technologist tester therapist trainee translator treasurer trustee "
    "tutor volunteer writer".split()
)
# Alone these say too little, or something else: "my partner", "an advocate of tests", "a cat owner".
_NEED_PLACE_OR_FIELD = frozenset(
    "associate chair chief coach creator deputy executive head lead leader principal representative author".split()
)
_NEED_FIELD = frozenset("advocate ambassador evangelist fellow master partner servant".split())
_AFTER_WORKER = frozenset("general emeritus".split())  # "Director General"
_NEED_PLACE_OR_TITLE = frozenset(["owner"])
_HOSTS = frozenset("host presenter".split())
_ARTICLES = frozenset("a an the our my your their its his her".split())
_PREPOSITIONS = frozenset("of at for on in with within across".split())
_HERE = frozenset("here there over".split())  # "here at the Tea Board"
_AND = frozenset("and &".split())
_GROUPS = frozenset(
    "team teams office department service services programme program project group unit division community platform "
    "product agency council foundation company organisation organization directorate branch board committee network "
    "section university college school business lab laboratory practice portfolio framework club institute".split()
)
# Words that are no part of a role: what stands before or at one of them may be a role that ends there.
_FUNCTION_WORDS = frozenset(
    "i i'm i've i'd i'll you you're we we're we've he he's she she's it it's they they're them me us him who who's "
    "whom whose which that that's this these those there here what where when why how am is are was were be been being "
    "do does did have has had having will would can could should may might must not no but or so because since although "
    "though while if than then as to by from into onto over under until before after about around through between "
    "against without during like just also only even still now currently today really very too quite well yeah yes "
    "thanks thank please hi hello hey basically actually obviously and & my your a an the our their its his her "
    "okay right sort kind bit lot working leading looking helping building based joining going".split()
)
# These say that the role is not, or not quite, a present one, or that no role is meant.
_NOT_NOW = frozenset(
    "former ex previous past retired aspiring would-be wannabe future big huge massive bad good better great "
    "terrible lazy recovering typical proud fake so-called self-proclaimed self-styled failed frustrated only same "
    "amateur closet old incoming".split()
)
_CUTTING = frozenset("at to by of".split())
_IDIOMS = frozenset("heart home night moment time times beginning start least first last once".split())
_TIMES = frozenset(
    "past last next moment time times while ages day days week weeks month months year years decade decades long now "
    "one two three four five six seven eight nine ten about over nearly almost around many several some few more "
    "fun free sure example instance general fact love charge need".split()
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a sentence at characters [start, end)."""

    text: str
    start: int
    end: int
    after: str  # the characters up to the next word

    @property
    def low(self) -> str:
        """The word in the form in which words are compared."""
        return fold(self.text)

    @property
    def ends(self) -> bool:
        """Whether punctuation or a mark stands behind this word, so that a phrase ends there."""
        return self.after.strip() not in ("", "'", "’")

    @property
    def capital(self) -> bool:
        """Whether the word is written as a name or title: "Pay", "GOV.UK", "co-Tech"."""
        return any(letter.isupper() for letter in self.text)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A role as tokens [first, last), at most 12 of them, and what its shape tells."""

    first: int
    last: int
    whole: int  # where it ends with all that follows, which may be too much to keep
    titled: bool  # several words, each written as in a title
    placed: bool  # says of what, at what or for whom
    host: bool  # the part in the conversation


def tokens_of(sentence: str) -> tuple[Token, ...]:
    """Return the words of a sentence in order; "GOV.UK" and "co-Tech" are one word each."""
    found = list(_TOKEN.finditer(sentence))
    starts = [word.start() for word in found[1:]] + [len(sentence)]
    # Without a word there is one start too many.
    return tuple(
        Token(word.group(), *word.span(), sentence[word.end() : start])
        for word, start in zip(found, starts, strict=False)
    )


def role_phrase(tokens: Sequence[Token], at: int, names: Collection[str]) -> Phrase | None:
    """Return the role that begins at a token, without its article; None if none does.

    `names` are the folded words of speakers' names, which belong to no role.
    """
    first, article, several = _after_article(tokens, at)
    end = _core(tokens, first, names, (article, several))
    if end is None:
        return None
    core = tokens[first:end]
    ends = _tails(tokens, end, names)
    begin = at if several else first
    fitting = [last for last in ends if last - begin <= MOST_ROLE_WORDS]
    if not fitting or not _may_end(tokens, ends[-1]):
        return None
    titled, placed = _is_titled(core), len(ends) > 1
    if not (article or several or titled or placed or _CHIEF.fullmatch(core[-1].text)):
        return None
    if not several and not _says_enough(core, titled, placed):
        return None
    return Phrase(begin, fitting[-1], ends[-1], titled, placed and not several, _worker(core[-1].low) in _HOSTS)


def led_phrase(tokens: Sequence[Token], first: int, at: int, names: Collection[str]) -> Phrase | None:
    """Return "who leads the design team" as a role from the token `first`; what is led begins at `at` and is named.

    Without an article or a capital ("who leads teams") it is no role.
    """
    if at >= len(tokens) or not (tokens[at].low in _ARTICLES or tokens[at].capital):
        return None
    end = _object_end(tokens, at, names)
    ends = [] if end is None else _tails(tokens, end, names)
    fitting = [last for last in ends if last - first <= MOST_ROLE_WORDS]
    return Phrase(first, fitting[-1], ends[-1], titled=False, placed=True, host=False) if fitting else None


def _object_end(tokens: Sequence[Token], at: int, names: Collection[str]) -> int | None:
    """Return where the noun phrase that begins at a token ends ("the design team"), None if none begins there."""
    begin = at
    while begin < len(tokens) and begin - at < 2 and tokens[begin].low in _ARTICLES and not tokens[begin].ends:
        begin += 1
    if begin >= len(tokens) or tokens[begin].low in _TIMES | _IDIOMS or tokens[begin].text[0].isdigit():
        return None
    end = begin
    while end < len(tokens):
        word = tokens[end]
        if word.low in _AND:
            if end == begin or not _goes_on(tokens, end, names, has_article=begin > at):
                break
        elif not _is_content(word) or _is_name(word, names):
            break
        if end > begin and tokens[end - 1].capital and not word.capital and not _group_follows(tokens, end):
            break
        end += 1
        if tokens[end - 1].ends:
            end = _after_list(tokens, end, names)
            break
    return end if end > begin else None


def _after_article(tokens: Sequence[Token], at: int) -> tuple[int, bool, bool]:
    """Return where the words after the article begin, whether there is one, and whether it is "one of the"."""
    words = [word.low for word in tokens[at : at + 3]]
    if words[:2] == ["one", "of"] and words[2:] and words[2] in _ARTICLES:
        return at + 3, True, True
    has_article = bool(words) and words[0] in _ARTICLES and not tokens[at].ends
    return at + has_article, has_article, False


def _core(tokens: Sequence[Token], first: int, names: Collection[str], kind: tuple[bool, bool]) -> int | None:
    """Return where the title ends that begins at `first`: at a word for a worker, else before an "and"."""
    end = first
    stops = []
    while end < min(len(tokens), first + _MOST_CORE_WORDS):
        word = tokens[end]
        if word.low in _AND and end > first:
            stops.append(end)
        elif not _is_content(word) or word.low in _PREPOSITIONS:
            break
        end += 1
        if word.ends:
            break
    for stop in reversed([*stops, end]):
        core = tokens[first:stop]
        if core and _is_role_title(core, kind) and not any(_is_outside(word, names) for word in core):
            return stop
    return None


def _is_role_title(core: Sequence[Token], kind: tuple[bool, bool]) -> bool:
    article, several = kind
    head = core[-2] if len(core) > 1 and core[-1].low in _AFTER_WORKER else core[-1]
    if several:
        return head.low.endswith("s") and _worker(head.low.removesuffix("s")) in _WORKERS
    if not article and not core[0].capital and (core[0].low.endswith("ing") or any(word.capital for word in core[1:])):
        return False  # "I'm meeting Director Lee", "I'm afraid Director Lee left"
    if _is_worker(head):
        return True
    # A worker with a rarer name is known by a whole title: "a Fast Streamer at the Tea Board".
    return article and _is_titled(core) and _AGENT.fullmatch(head.text) is not None


def _is_worker(word: Token) -> bool:
    return _worker(word.low) in _WORKERS or _CHIEF.fullmatch(word.text) is not None


def _is_titled(core: Sequence[Token]) -> bool:
    return len(core) > 1 and all(word.capital or word.low in _AND for word in core)


def _says_enough(core: Sequence[Token], titled: bool, placed: bool) -> bool:
    head = _worker(core[-1].low)
    if not _is_worker(core[-1]) and core[-1].low not in _AFTER_WORKER:
        return placed
    if head in _NEED_FIELD:
        return len(core) > 1
    if head in _NEED_PLACE_OR_TITLE:
        return titled or placed
    return head not in _NEED_PLACE_OR_FIELD or placed or len(core) > 1


def _worker(word: str) -> str:
    return word if word in _WORKERS else re.sub(r"^(?:co|vice|sub)-?", "", word.rpartition("/")[2])


def _is_outside(word: Token, names: Collection[str]) -> bool:
    return word.low in _NOT_NOW or word.low.startswith("ex-") or (_is_name(word, names))


def _is_name(word: Token, names: Collection[str]) -> bool:
    return word.capital and word.low in names


def _tails(tokens: Sequence[Token], end: int, names: Collection[str]) -> list[int]:
    """Return where the role may end: after its title, and after each "of …", "at …" that follows."""
    ends = [end]
    while end + 1 < len(tokens) and not tokens[end - 1].ends:
        begin = end + (tokens[end].low in _HERE and not tokens[end].ends)
        if tokens[begin].low not in _PREPOSITIONS or tokens[begin].ends:
            break
        last = _object_end(tokens, begin + 1, names)
        if last is None:
            break
        ends.append(last)
        end = last
    return ends


def _may_end(tokens: Sequence[Token], end: int) -> bool:
    """Whether a role may end here: "engineer at heart", "lead to", "writer by night" are cut in the middle."""
    if end >= len(tokens) or tokens[end - 1].ends:
        return True
    return tokens[end].low not in _CUTTING


def _is_content(word: Token) -> bool:
    if word.low in _PREPOSITIONS or (word.low in _FUNCTION_WORDS and not _is_name_like(word)):
        return False
    return word.capital or not word.low.endswith("ly")


def _is_name_like(word: Token) -> bool:
    """Whether a function word is written as an abbreviation: "IT", "US", "WHO"."""
    return len(word.text) > 1 and word.text.isupper()


def _group_follows(tokens: Sequence[Token], at: int) -> bool:
    """Whether the small words from here name what people work in: "Pay [migration team]", not "Pay [doing things]"."""
    last = at
    while last < len(tokens) and _is_content(tokens[last]) and not tokens[last].capital:
        last += 1
        if tokens[last - 1].ends:
            break
    return last > at and tokens[last - 1].low in _GROUPS


def _goes_on(tokens: Sequence[Token], at: int, names: Collection[str], has_article: bool) -> bool:
    """Whether the "and" at a token joins words of one name or field: "Work and Pensions", "product and delivery"."""
    if at + 1 >= len(tokens) or tokens[at].ends:
        return False
    before, after = tokens[at - 1], tokens[at + 1]
    if not _is_content(after) or _is_name(after, names):
        return False
    if before.capital or after.capital:
        return before.capital and after.capital
    ends = after.ends or at + 2 >= len(tokens) or tokens[at + 2].low in _PREPOSITIONS
    return ends and not has_article


def _after_list(tokens: Sequence[Token], end: int, names: Collection[str]) -> int:
    """Return where a name with commas in it ends ("Digital, Culture, Media and Sport"), else `end`."""
    position = end
    for _ in range(_MOST_LISTED):
        if position == 0 or tokens[position - 1].after != ", " or not tokens[position - 1].capital:
            return end
        word = position
        while word < len(tokens) and word - position < 3 and tokens[word].capital and tokens[word].low not in names:
            word += 1
            if tokens[word - 1].ends:
                break
        if word == position:
            return end
        if word + 1 < len(tokens) and tokens[word].low in _AND and not tokens[word - 1].ends:
            last = tokens[word + 1]
            return word + 2 if last.capital and last.low not in names else end
        position = word
    return end
