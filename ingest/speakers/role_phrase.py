"""Find the phrase in a sentence that names somebody's work: "head of product at the Tea Board"; pure.

The grammar of a phrase: an article, words that describe the work, a word for a worker, and a part after "of" or "at".
It must end where a phrase can end, so "a developer first" and "a manager at heart" are not roles.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest.speakers.role_words import (
    AFTER_WORKER,
    AND,
    ARTICLES,
    CUTTING,
    FUNCTION_WORDS,
    GROUPS,
    HERE,
    HOSTS,
    IDIOMS,
    NEED_FIELD,
    NEED_PLACE_OR_FIELD,
    NEED_PLACE_OR_TITLE,
    NOT_NOW,
    PREPOSITIONS,
    SURNAMES,
    TIMES,
    WORKERS,
)
from ingest.speakers.tokens import Token

MOST_ROLE_WORDS = 12
_MOST_CORE_WORDS = 8
_MOST_LISTED = 4  # parts between commas in the name of an organisation

_CHIEF = re.compile(r"C[A-Z]{1,3}O|[SE]?VP|MD|PM")
_AGENT = re.compile(r"\w{2,}(?:er|or|ist|ian|ant|eer|yst)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A role as tokens [first, last), at most 12 of them, and facts about its form."""

    first: int
    last: int
    whole: int  # its end with all parts after "of" and "at", which may be more than 12 tokens
    titled: bool  # several words, each capitalised as in a title
    placed: bool  # says of what, at what or for whom
    host: bool  # a part in the conversation


def role_phrase(tokens: Sequence[Token], at: int, names: Collection[str]) -> Phrase | None:
    """Return the role that begins at a token, without its article, or None.

    `names` are the folded words of speakers' names, which are never part of a role.
    """
    first, article, several = opening = _after_article(tokens, at)
    end = _core(tokens, opening, names)
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
    if not article and not placed and _worker(core[-1].low) in SURNAMES:
        return None
    if not several and not _says_enough(core, titled, placed):
        return None
    return Phrase(begin, fitting[-1], ends[-1], titled, placed and not several, _worker(core[-1].low) in HOSTS)


def led_phrase(tokens: Sequence[Token], first: int, at: int, names: Collection[str]) -> Phrase | None:
    """Return "who leads the design team" as a role from token `first`; the group led begins at token `at`.

    Without an article or a capital ("who leads teams") it is not a role.
    """
    if at >= len(tokens) or not (tokens[at].low in ARTICLES or tokens[at].capital):
        return None
    end = _object_end(tokens, at, names)
    ends = [] if end is None else _tails(tokens, end, names)
    fitting = [last for last in ends if last - first <= MOST_ROLE_WORDS]
    return Phrase(first, fitting[-1], ends[-1], titled=False, placed=True, host=False) if fitting else None


def _object_end(tokens: Sequence[Token], at: int, names: Collection[str]) -> int | None:
    """Return where the noun phrase at a token ends ("the design team"), None if no noun phrase begins there."""
    begin = at
    while begin < len(tokens) and begin - at < 2 and tokens[begin].low in ARTICLES and not tokens[begin].ends:
        begin += 1
    if begin >= len(tokens) or tokens[begin].low in TIMES | IDIOMS or tokens[begin].text[0].isdigit():
        return None
    end = begin
    while end < len(tokens):
        word = tokens[end]
        if word.low in AND:
            goes_on = end > begin and _goes_on(tokens, end, names, has_article=begin > at)
        elif not _is_content(word) or _is_name(word, names):
            goes_on = False
        else:
            follows_name = end > begin and tokens[end - 1].capital and not word.capital
            goes_on = not follows_name or _group_follows(tokens, end)
        if not goes_on:
            break
        end += 1
        if tokens[end - 1].ends:
            end = _after_list(tokens, end, names)
            break
    return end if end > begin else None


class _Opening(NamedTuple):
    """The token after the article, whether there is an article, and whether it is "one of the"."""

    first: int
    article: bool
    several: bool


def _after_article(tokens: Sequence[Token], at: int) -> _Opening:
    words = [word.low for word in tokens[at : at + 3]]
    if words[:2] == ["one", "of"] and words[2:] and words[2] in ARTICLES:
        return _Opening(at + 3, article=True, several=True)
    has_article = bool(words) and words[0] in ARTICLES and not tokens[at].ends
    return _Opening(at + has_article, has_article, several=False)


def _core(tokens: Sequence[Token], opening: _Opening, names: Collection[str]) -> int | None:
    """Return where the title after an opening ends: at a word for a worker, else before an "and"."""
    first = end = opening.first
    stops = []
    while end < min(len(tokens), first + _MOST_CORE_WORDS):
        word = tokens[end]
        if word.low in AND and end > first:
            stops.append(end)
        elif not _is_content(word) or word.low in PREPOSITIONS:
            break
        end += 1
        if word.ends:
            break
    for stop in reversed([*stops, end]):
        core = tokens[first:stop]
        if core and _is_role_title(core, opening) and not any(_is_outside(word, names) for word in core):
            return stop
    return None


def _is_role_title(core: Sequence[Token], opening: _Opening) -> bool:
    head = core[-2] if len(core) > 1 and core[-1].low in AFTER_WORKER else core[-1]
    if opening.several:
        return head.low.endswith("s") and _worker(head.low.removesuffix("s")) in WORKERS
    if not opening.article and not core[0].capital and _is_mixed(core):
        return False
    if _is_worker(head):
        return True
    # A rarer word for a worker is recognised by a full title: "a Fast Streamer at the Tea Board".
    return opening.article and _is_titled(core) and _AGENT.fullmatch(head.text) is not None


def _is_mixed(core: Sequence[Token]) -> bool:
    """Return whether the title starts after the first words: "I'm meeting Director Lee", "I'm afraid Director …"."""
    return core[0].low.endswith("ing") or any(word.capital and not word.text.isupper() for word in core[1:])


def _is_worker(word: Token) -> bool:
    return _worker(word.low) in WORKERS or _CHIEF.fullmatch(word.text) is not None


def _is_titled(core: Sequence[Token]) -> bool:
    return len(core) > 1 and all(word.capital or word.low in AND for word in core)


def _says_enough(core: Sequence[Token], titled: bool, placed: bool) -> bool:
    head = _worker(core[-1].low)
    if not _is_worker(core[-1]) and core[-1].low not in AFTER_WORKER:
        return placed
    if head in NEED_FIELD:
        return len(core) > 1
    if head in NEED_PLACE_OR_TITLE:
        return titled or placed
    return head not in NEED_PLACE_OR_FIELD or placed or len(core) > 1


def _worker(word: str) -> str:
    return word if word in WORKERS else re.sub(r"^(?:co|vice|sub)-?", "", word.rpartition("/")[2])


def _is_outside(word: Token, names: Collection[str]) -> bool:
    return word.low in NOT_NOW or word.low.startswith("ex-") or _is_name(word, names)


def _is_name(word: Token, names: Collection[str]) -> bool:
    return word.capital and word.low in names


def _tails(tokens: Sequence[Token], end: int, names: Collection[str]) -> list[int]:
    """Return the ends a role may have: after its title, and after each "of …" or "at …" that follows."""
    ends = [end]
    while end + 1 < len(tokens) and not tokens[end - 1].ends:
        begin = end + (tokens[end].low in HERE and not tokens[end].ends)
        if tokens[begin].low not in PREPOSITIONS or tokens[begin].ends:
            break
        last = _object_end(tokens, begin + 1, names)
        if last is None:
            break
        ends.append(last)
        end = last
    return ends


def _may_end(tokens: Sequence[Token], end: int) -> bool:
    """Return whether a role may end here; "engineer at heart", "lead to", "writer by night" would be cut in two."""
    if end >= len(tokens) or tokens[end - 1].ends:
        return True
    return tokens[end].low not in CUTTING


def _is_content(word: Token) -> bool:
    if word.low in PREPOSITIONS or (word.low in FUNCTION_WORDS and not _is_name_like(word)):
        return False
    return word.capital or not word.low.endswith("ly")


def _is_name_like(word: Token) -> bool:
    """Return whether a function word is written as an abbreviation: "IT", "US", "WHO"."""
    return len(word.text) > 1 and word.text.isupper()


def _group_follows(tokens: Sequence[Token], at: int) -> bool:
    """Return whether the lower-case words from here name a group: "Pay [migration team]", not "Pay [doing things]"."""
    last = at
    while last < len(tokens) and _is_content(tokens[last]) and not tokens[last].capital:
        last += 1
        if tokens[last - 1].ends:
            break
    return last > at and tokens[last - 1].low in GROUPS


def _goes_on(tokens: Sequence[Token], at: int, names: Collection[str], has_article: bool) -> bool:
    """Return whether the "and" at a token joins words of one name or field: "Work and Pensions"."""
    if at + 1 >= len(tokens) or tokens[at].ends:
        return False
    before, after = tokens[at - 1], tokens[at + 1]
    if not _is_content(after) or _is_name(after, names):
        return False
    if before.capital or after.capital:
        return before.capital and after.capital
    ends = after.ends or at + 2 >= len(tokens) or tokens[at + 2].low in PREPOSITIONS
    return ends and not has_article


def _after_list(tokens: Sequence[Token], end: int, names: Collection[str]) -> int:
    """Return where a name with commas ends ("Digital, Culture, Media and Sport"), else `end`."""
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
        if word + 1 < len(tokens) and tokens[word].low in AND and not tokens[word - 1].ends:
            last = tokens[word + 1]
            return word + 2 if last.capital and last.low not in names else end
        position = word
    return end
