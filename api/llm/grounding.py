"""Keep the sentences of a language model's reply that their cited quotes support; drop all others.

A sentence is supported if every word is in the cited quotes, names their speaker, is a function word or a reporting
word; if its numbers count the same things as in the quotes and its names appear together as they do there; if it
negates what the quotes negate and nothing else; and if it holds no URL, markup or control character. So no text from
the question, a title or another quote can enter, in any language or disguise. A quote that gives orders to a language
model supports nothing. The check covers wording only: a sentence that combines the right words wrongly can still pass,
and so can a claim that an attacker's own quote makes.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from api.answer.compose import MOST_STATEMENTS, Statement
from api.llm.injection import gives_orders
from api.quotes.citation import Citation
from index.function_words import is_function_word, negates
from index.keywords import stems
from ingest.alignment.spoken_form import spoken_form
from ingest.text.words import without_marks

# Each cited quote alone must hold at least this share of a sentence's subject words.
LEAST_PART = 0.3
_FEWEST_WORDS = 2
_MOST_SENTENCES = 12
# The unit of a number ("nineteen months") must follow it within this many words in the quote.
_UNIT_DISTANCE = 4

_MARK = re.compile(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_SENTENCE = re.compile(r"\S.*?(?:[.!?…][\"'”’)]*(?:\s*\[\d{1,3}(?:\s*[,;]\s*\d{1,3})*\])*(?=\s|$)|$)")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_CLAUSE = re.compile(r"[.!?…;:,–—\n]+")
# URLs, Markdown and HTML, including entities, which HTML would turn into characters. Also a sign before a number, which
# changes its value.
_FORBIDDEN = re.compile(
    r"[<>\[\]{}`*|\\~^_@]|://|\bh(?:tt|xx)ps?\b|\bwww\b|\bmailto\b|&#?\w+;"
    r"|\w[\u3002\uff0e\uff61\u2024]\w|(?<!\w)[-+±\u2212\u2013]\d",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['’ʼ]s(?=\W*\Z)")
_EDGES = re.compile(r"^\W+|\W+\Z")
_DOTTED = re.compile(r"[^\W_]\.[^\W_]")
_YEAR = re.compile(r"^\W*(?:1[1-9]|20)\d\d\W*\Z")
# Number words as `ingest.alignment.spoken_form` writes them, and other words of quantity. "One" is a function word.
_NUMBERS = frozenset(
    "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion "
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth twentieth thirtieth hundredth "
    "half double triple quarter quarters twice thrice dozen dozens hundreds thousands millions billions percent "
    "pounds dollars euros".split()
)
# Words that report who says something and how, or link a sentence to the one before; they claim nothing themselves.
REPORTING = frozenset(
    "speaker speakers guest guests host hosts podcast episode episodes interview conversation quote quotes "
    "add adds added agree agrees agreed argue argues argued ask asks asked answer answers answered believe believes "
    "believed emphasise emphasises emphasised feel feels felt highlight highlights highlighted note notes noted point "
    "points pointed recall recalls recalled remark remarks remarked remember remembers remembered say stress stresses "
    "stressed suggest suggests suggested summarise summarises warn warns warned "
    "example examples reason reasons way ways thing things namely respectively".split()
)
# A speaker label that looks like a person's name. Any other label (a sentence, a URL, a sum) supports nothing.
_PERSON = re.compile(r"[^\W\d_]+\.?(?:[ '’ʼ-]+[^\W\d_]+\.?){0,4}")

# The words of one letter, and the remainders of "it's", "don't", "I'd" and "I'm".
_LETTERS = frozenset("aistdm")


class SentencePiece(NamedTuple):
    """A whitespace-separated piece of a sentence: as written, and as the words one would say."""

    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuotedWords:
    """The content of cited quotes: words in spoken order, stems, names, numbers, dotted words, clauses."""

    words: tuple[str, ...]
    stems: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[tuple[str, ...]]
    dotted: frozenset[str]
    clauses: tuple[str, ...]

    def holds(self, phrase: Sequence[str]) -> bool:
        """Say whether the quotes hold these words one after the other."""
        return f" {' '.join(phrase)} " in f" {' '.join(self.words)} "


def supported_statements(reply: str, citations: Sequence[Citation]) -> tuple[Statement, ...]:
    """Return the supported sentences of a reply as at most four statements with the ids of the quotes they cite.

    Citation numbers count from [1] in the order of `citations` and are removed from the text. Returns () if no sentence
    is supported.
    """
    groups: list[tuple[list[str], tuple[str, ...]]] = []
    for sentence in sentences_of(reply):
        numbers = [int(number) for mark in _MARK.findall(sentence) for number in re.findall(r"\d+", mark)]
        cited = [citations[number - 1] for number in dict.fromkeys(numbers) if 0 < number <= len(citations)]
        text = _without_numbers(sentence)
        cited = [citation for citation in cited if _supports(text, citation)]
        if not cited or any(gives_orders(citation.quote) for citation in cited):
            continue
        if not is_supported(text, cited):
            continue
        ids = tuple(citation.id for citation in cited)
        if groups and groups[-1][1] == ids:
            groups[-1][0].append(text)
        elif len(groups) == MOST_STATEMENTS:
            texts, before = groups[-1]
            groups[-1] = [*texts, text], tuple(dict.fromkeys((*before, *ids)))
        else:
            groups.append(([text], ids))
    return tuple(Statement(" ".join(texts), ids) for texts, ids in groups)


def _supports(sentence: str, citation: Citation) -> bool:
    """Say whether a quote supports enough of a sentence itself, and not only a name or a number in it."""
    evidence = evidence_of([citation])
    words = _subject_words(_pieces(sentence))
    return len(words - _unsupported(words, evidence)) >= LEAST_PART * len(words)


def is_supported(sentence: str, cited: Sequence[Citation]) -> bool:
    """Say whether the cited quotes support a sentence, given without citation numbers (rules: module docstring)."""
    if _FORBIDDEN.search(sentence) or any(unicodedata.category(character)[0] == "C" for character in sentence):
        return False
    evidence = evidence_of(cited)
    pieces = _pieces(sentence)
    return (
        _numbers_are_held(pieces, evidence)
        and _names_are_held(pieces, evidence)
        and _words_are_held(pieces, evidence)
        and _negates_alike(sentence, evidence)
    )


def evidence_of(cited: Sequence[Citation]) -> QuotedWords:
    """Return the content of the quotes and their speakers' names; marks such as [laughs] do not count."""
    quotes = [without_marks(citation.quote) for citation in cited]
    speakers = [citation.speaker for citation in cited if citation.speaker and _PERSON.fullmatch(citation.speaker)]
    # The colon keeps the speaker's first name from being the first word of a text, whose capital would not count.
    texts = [*quotes, *(f": {speaker}" for speaker in speakers)]
    pieces = [_pieces(text) for text in texts]
    # An empty word between texts, so that no phrase can span two of them.
    words = tuple(word for text in pieces for word in (*(word for piece in text for word in piece.words), ""))
    return QuotedWords(
        words=words,
        stems=frozenset(stems(" ".join(words))) | frozenset(words) - {""},
        names=frozenset(word for text in pieces for piece in _capitals(text) for word in piece.words),
        numbers=frozenset(run for text in pieces for run, _ in _number_runs(text)),
        dotted=frozenset(_core(piece.text) for text in pieces for piece in text if _DOTTED.search(piece.text)),
        clauses=tuple(clause for text in quotes for clause in _CLAUSE.split(text) if clause.strip()),
    )


def sentences_of(reply: str, most: int = _MOST_SENTENCES) -> list[str]:
    """Return the first sentences of a reply, each with its citation numbers; a line's end also ends a sentence."""
    lines = (_BULLET.sub("", line) for line in reply.splitlines())
    return list(islice((found.group() for line in lines for found in _SENTENCE.finditer(line)), most))


def has_enough(reply: str) -> bool:
    """Say whether a reply has more sentences than `supported_statements` looks at."""
    return len(sentences_of(reply, _MOST_SENTENCES + 1)) > _MOST_SENTENCES


def whole_sentences(reply: str) -> str:
    """Return a reply that was cut off, without its last sentence, which may lack words."""
    before, line_end, last = reply.rstrip().rpartition("\n")
    begins = [found.start() for found in _SENTENCE.finditer(last)]
    return f"{before}{line_end}{last[: begins[-1]] if begins else ''}".strip()


def _without_numbers(sentence: str) -> str:
    text = re.sub(r"\s+([.,;:!?…])", r"\1", " ".join(_MARK.sub(" ", sentence).split()))
    return f"{text}." if text and text[-1].isalnum() else text


def _pieces(text: str) -> list[SentencePiece]:
    return [SentencePiece(piece, spoken_form(_POSSESSIVE.sub("", piece))) for piece in text.split()]


def _core(piece: str) -> str:
    return _EDGES.sub("", _POSSESSIVE.sub("", piece)).casefold()


def _number_runs(pieces: Sequence[SentencePiece]) -> list[tuple[tuple[str, ...], int]]:
    """Return each number as its spoken words, with the index of the piece after it."""
    runs: list[tuple[list[str], int]] = []
    is_open = False
    for place, piece in enumerate(pieces):
        digits = any(character.isdigit() for character in piece.text)
        for word in piece.words:
            # "One" is a number only inside another number ("twenty-one") or if it is written as a digit.
            if word in _NUMBERS or (word in ("one", "oh") and (digits or is_open)):
                if is_open:
                    runs[-1] = [*runs[-1][0], word], place + 1
                else:
                    runs.append(([word], place + 1))
                is_open = True
            else:
                is_open = False
        is_open = is_open and piece.text[-1].isalnum()
    return [(tuple(words), after) for words, after in runs]


def _numbers_are_held(pieces: Sequence[SentencePiece], evidence: QuotedWords) -> bool:
    for run, after in _number_runs(pieces):
        if run not in evidence.numbers:
            return False
        unit = "" if _YEAR.match(pieces[after - 1].text) else _unit(pieces, after)
        if unit and not _near(run, unit, evidence.words):
            return False
    # Refuse numeric characters that are not decimal digits ("½", "²"): `spoken_form` misreads or ignores them.
    return all(not character.isnumeric() or character.isdecimal() for piece in pieces for character in piece.text)


def _unit(pieces: Sequence[SentencePiece], after: int) -> str:
    """Return the word that a number counts, which is the next one; "" if a stop or a function word comes first."""
    if after >= len(pieces) or not pieces[after - 1].text[-1].isalnum():
        return ""
    words = pieces[after].words
    return words[0] if words and not is_function_word(words[0]) else ""


def _near(run: tuple[str, ...], unit: str, words: Sequence[str]) -> bool:
    wanted, length = stems(unit), len(run)
    return any(
        tuple(words[place : place + length]) == run
        and any(stems(word) == wanted for word in words[place + length : place + length + _UNIT_DISTANCE])
        for place in range(len(words) - length + 1)
    )


def _capitals(pieces: Sequence[SentencePiece]) -> list[SentencePiece]:
    """Return the pieces with a capital, except function words and the capital that begins the text."""
    found = []
    for place, piece in enumerate(pieces):
        inner = piece.text.lstrip("\"'“‘(")[1:] if place == 0 else piece.text
        if any(character.isupper() for character in inner) and not all(map(is_function_word, piece.words)):
            found.append(piece)
    return found


def _names_are_held(pieces: Sequence[SentencePiece], evidence: QuotedWords) -> bool:
    if any(_DOTTED.search(piece.text) and _core(piece.text) not in evidence.dotted for piece in pieces):
        return False
    run: list[str] = []
    capitals = _capitals(pieces)
    for place, piece in enumerate(pieces):
        # The first word always has a capital, so it counts as a name only if the quotes use it as one.
        if piece in capitals or (place == 0 and not evidence.names.isdisjoint(piece.words)):
            run += piece.words
            if not evidence.holds(run):
                return False
            if not piece.text[-1].isalnum() and not _POSSESSIVE.search(piece.text):
                run = []
        else:
            run = []
    return True


def _words_are_held(pieces: Sequence[SentencePiece], evidence: QuotedWords) -> bool:
    said = {word for piece in pieces for word in piece.words}
    # Refuse names spelt out in letters: "G r i m m".
    if any(len(word) == 1 and word.isalpha() and word not in evidence.words for word in said - _LETTERS):
        return False
    words = _subject_words(pieces)
    return len(words) >= _FEWEST_WORDS and not _unsupported(words, evidence)


def _subject_words(pieces: Sequence[SentencePiece]) -> set[str]:
    """Return the words that say what a sentence is about; numbers are checked separately."""
    words = {word for piece in pieces for word in piece.words if len(word) > 1 and not is_function_word(word)}
    return words - _NUMBERS - REPORTING


def _unsupported(words: set[str], evidence: QuotedWords) -> set[str]:
    return {word for word in words if word not in evidence.stems and evidence.stems.isdisjoint(stems(word))}


def _negates_alike(sentence: str, evidence: QuotedWords) -> bool:
    """Say whether a negated sentence cites a negated quote, and any other sentence repeats no negated clause."""
    if negates(sentence):
        return any(map(negates, evidence.clauses))
    wanted = {stem for word in sentence.split() if not is_function_word(_core(word)) for stem in stems(word)}
    shared = [(len(wanted.intersection(stems(clause))), negates(clause)) for clause in evidence.clauses]
    most = max((count for count, _ in shared), default=0)
    whole = len(wanted & evidence.stems)
    # A clause says the same as the sentence only if it holds all of the sentence's evidence.
    return most < whole or any(count == most and not denied for count, denied in shared)
