"""Read one sentence of an introduction: who the speaker is, and whom they introduce in which role; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.speakers.role_phrase import Phrase, led_phrase, role_phrase
from ingest.speakers.role_words import FUNCTION_WORDS
from ingest.speakers.tokens import Token, tokens_of

_MOST_NAME_WORDS = 7
_MOST_ROLE_WORDS_BEFORE_NAME = 12  # "with our Head of Product Design, Ada Lee"
_MOST_WORDS_TO_AS = 6  # "I work for the Tea Board as …"
_DASHES = frozenset([",", "-", "–", "—", "--", ", -", ", –", "("])
# Words before "I am" that show somebody else's words, or something that is not a fact.
_DOUBT = frozenset(
    "if when whenever that like say says said saying think thought thinking imagine suppose pretend as whether unless "
    "where though until once wish than who not never maybe perhaps or".split()
)
_SUPPOSES = frozenset("if imagine suppose supposing pretend unless".split())
_ADVERBS = frozenset("currently now also presently still actually".split())
_SAYS_NAME = (("i", "am"), ("name", "is"), ("this", "is"), ("it", "is"))
_SAYS_NAME_SHORT = frozenset("i'm name's it's that's".split())
# A first name before a comma addresses the person ("Ada, lead the way"), unless one of these precedes it.
_PRESENTS = frozenset(
    "joined joining joins welcome guest guests introduce introducing introduced with meet meeting here speak speaking "
    "talk talking hear hearing".split()
)
_BEFORE_ROLE = frozenset("with by welcome meet introduce introducing".split())
_COMPANY = frozenset("me us today always here guest guests host".split())
_LEADS = frozenset("leads runs heads manages directs oversees chairs".split())
# A role after a name ends at punctuation or at one of these; otherwise it is the start of another sentence.
_AFTER_ROLE = frozenset("and & who whose which where here today from working to".split())


@dataclass(frozen=True, slots=True)
class Names:
    """The speakers' names as folded words, each with the person it means, and the set of all these words."""

    people: Mapping[tuple[str, ...], str]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """A sentence with its words; `quoted` are the indices of the words in quotation marks."""

    text: str
    tokens: tuple[Token, ...]
    quoted: frozenset[int]


def read_sentence(text: str, inside: bool) -> tuple[SpokenSentence, bool]:
    """Return a sentence, and whether a quotation is open at its end; `inside` says whether one is open at its start."""
    tokens = tokens_of(text)
    quoted = set()
    position = 0
    for index, token in enumerate(tokens):
        inside = _is_open(text[position : token.start], inside)
        position = token.end
        if inside:
            quoted.add(index)
    return SpokenSentence(text, tokens, frozenset(quoted)), _is_open(text[position:], inside)


def _is_open(between: str, inside: bool) -> bool:
    for letter in between:
        if letter in "“”":
            inside = letter == "“"
        elif letter == '"':
            inside = not inside
    return inside


def says_own_name(sentence: SpokenSentence, names: Names, speaker: str) -> bool:
    """Return whether the speaker gives their name in the sentence: "I'm Ada Lee", "I am your host, Ada Lee"."""
    if next(_own_names(sentence, names, speaker), None) is not None:
        return True
    tokens = sentence.tokens
    for at, end in _i_am(tokens):
        phrase = None if at in sentence.quoted else role_phrase(tokens, end, names.words)
        if phrase and phrase.whole < len(tokens) and tokens[phrase.whole - 1].after.strip() == ",":
            found = _name_at(tokens, phrase.whole, names)
            if found and found[0] == speaker:
                return True
    return False


def roles_of_oneself(sentence: SpokenSentence, names: Names, speaker: str, named: bool) -> Iterator[Phrase]:
    """Yield the roles that speakers claim for themselves, in order.

    If their name is near (`named`), "a developer" is enough. Otherwise the role must say of what or at what, or be
    written as a title.
    """
    tokens = sentence.tokens
    for at, end in sorted([*_i_am(tokens), *_work_as(tokens), *_my_role_is(tokens)]):
        if at in sentence.quoted or _is_doubtful(tokens, at):
            continue
        phrase = role_phrase(tokens, end, names.words)
        if phrase and (named or ((phrase.placed or phrase.titled) and not sentence.text.endswith("?"))):
            yield phrase
    for _, end in _own_names(sentence, names, speaker):
        if phrase := _beside(tokens, end, names):
            yield phrase


def roles_of_others(sentence: SpokenSentence, names: Names, speaker: str) -> Iterator[tuple[str, Phrase]]:
    """Yield the people the sentence introduces with a role: "with me is Ada Lee, Head of Tea", "Ada, who leads …"."""
    tokens = sentence.tokens
    if sentence.text.endswith("?"):
        return
    for at in range(len(tokens)):
        found = None if at in sentence.quoted else _name_at(tokens, at, names)
        if found is None or found[0] == speaker:
            continue
        person, end = found
        phrase = (
            _before_name(tokens, at, names)
            or (_beside(tokens, end, names) if end - at > 1 or _is_presented(tokens, at) else None)
            or _after_verb(tokens, at, end, names)
        )
        if phrase:
            yield person, phrase


def _name_at(tokens: Sequence[Token], at: int, names: Names) -> tuple[str, int] | None:
    """Return the person whose name begins at a token, and where the name ends; the longest name wins."""
    for count in range(min(_MOST_NAME_WORDS, len(tokens) - at), 0, -1):
        words = tokens[at : at + count]
        person = names.people.get(tuple(word.low for word in words))
        if person and words[0].capital and all(word.after.isspace() or word.after == ". " for word in words[:-1]):
            if count == 1 and _is_part_of_name(tokens, at):
                return None
            return person, at + count
    return None


def _is_part_of_name(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a first name is part of another person's: "Ada Brown" or "Mary Ada" if Ada Lee is the speaker."""
    follows = at + 1 < len(tokens) and tokens[at].after == " " and tokens[at + 1].capital and tokens[at + 1].low != "i"
    before = tokens[at - 1] if at and tokens[at - 1].after == " " else None
    return follows or (before is not None and before.capital and before.low not in FUNCTION_WORDS | _PRESENTS)


def _own_names(sentence: SpokenSentence, names: Names, speaker: str) -> Iterator[tuple[int, int]]:
    """Yield the places where a speaker gives their name, as tokens [first, last): "I'm Ada Lee", "my name is Ada"."""
    tokens = sentence.tokens
    for at in range(1, len(tokens)):
        before = (tokens[at - 2].low if at > 1 else "", tokens[at - 1].low)
        if (before[1] in _SAYS_NAME_SHORT or before in _SAYS_NAME) and not tokens[at - 1].ends:
            found = None if at in sentence.quoted else _name_at(tokens, at, names)
            if found and found[0] == speaker:
                yield at, found[1]


def _i_am(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield for each "I am" where it begins and where the role after it begins, skipping adverbs."""
    for at, token in enumerate(tokens):
        if token.low == "i'm":
            end = at + 1
        elif token.low == "i" and at + 1 < len(tokens) and tokens[at + 1].low == "am":
            end = at + 2
        else:
            continue
        while end < len(tokens) and tokens[end].low in _ADVERBS and not tokens[end].ends:
            end += 1
        if end < len(tokens) and not tokens[end - 1].ends:
            yield at, end


def _work_as(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield the same for "I work … as": the "I" and what follows "as"."""
    for at, token in enumerate(tokens[:-2]):
        subject = token.low in ("i", "i'm")
        verb = at + 1 + (tokens[at + 1].low in _ADVERBS)
        if not subject or verb >= len(tokens) or tokens[verb].low != ("work" if token.low == "i" else "working"):
            continue
        for place in range(verb, min(verb + _MOST_WORDS_TO_AS, len(tokens) - 1)):
            if tokens[place].ends:
                break
            if tokens[place + 1].low == "as" and place + 2 < len(tokens):
                yield at, place + 2
                break


def _my_role_is(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield the same for "my role is", "my current job title is": the "my" and what follows."""
    for at, token in enumerate(tokens):
        words = [word.low for word in tokens[at : at + 6]]
        if token.low != "my" or "is" not in words:
            continue
        noun = words[1 : words.index("is")]
        if noun and noun[-1] in ("role", "title") and set(noun) <= {"current", "job", "official", "role", "title"}:
            yield at, at + len(noun) + 2


def _is_doubtful(tokens: Sequence[Token], at: int) -> bool:
    before = [token.low for token in tokens[:at]]
    return bool(before) and (before[-1] in _DOUBT or not _SUPPOSES.isdisjoint(before))


def _beside(tokens: Sequence[Token], end: int, names: Names) -> Phrase | None:
    """Return the role after a name and a comma, if it ends where a role may end."""
    if end >= len(tokens) or tokens[end - 1].after.strip() not in _DASHES:
        return None
    phrase = role_phrase(tokens, end, names.words)
    return phrase if phrase and _closes(tokens, phrase.whole) else None


def _closes(tokens: Sequence[Token], end: int) -> bool:
    return end >= len(tokens) or tokens[end - 1].ends or tokens[end].low in _AFTER_ROLE


def _before_name(tokens: Sequence[Token], at: int, names: Names) -> Phrase | None:
    """Return the role before the name it introduces: "joined by Senior Developer Ada Lee"."""
    if at == 0 or tokens[at - 1].after.strip() not in ("", ","):
        return None
    for start in range(max(1, at - _MOST_ROLE_WORDS_BEFORE_NAME), at):
        before = tokens[start - 1]
        company = {token.low for token in tokens[max(0, start - 6) : start - 1]}
        if before.low in _BEFORE_ROLE or (before.low in ("is", "are") and not _COMPANY.isdisjoint(company)):
            phrase = None if before.ends else role_phrase(tokens[:at], start, names.words)
            if phrase and phrase.whole == at:
                return phrase
    return None


def _is_presented(tokens: Sequence[Token], at: int) -> bool:
    return any(token.low in _PRESENTS for token in tokens[:at])


def _after_verb(tokens: Sequence[Token], at: int, end: int, names: Names) -> Phrase | None:
    """Return the role that a verb gives a name: "is a developer at …", "who's our …", "who leads the … team"."""
    if _is_doubtful(tokens, at):
        return None
    relative = end < len(tokens) and tokens[end].low in ("who", "who's")
    verb = end + (relative and tokens[end].low == "who")
    while verb < len(tokens) and tokens[verb].low in _ADVERBS:
        verb += 1
    if verb + 1 >= len(tokens) or tokens[verb].ends or (not relative and tokens[end - 1].ends):
        return None
    if tokens[verb].low in ("is", "who's"):
        start = verb + 1 + (tokens[verb + 1].low in _ADVERBS)
        return role_phrase(tokens, start, names.words) if start < len(tokens) else None
    if relative and tokens[verb].low in _LEADS:
        phrase = led_phrase(tokens, end, verb + 1 + (tokens[verb + 1].low == "up"), names.words)
        return phrase if phrase and _closes(tokens, phrase.whole) else None
    return None
