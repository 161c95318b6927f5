"""Say once what word-highlight (karaoke) captions show again and again: one line whose mark moves from word to word."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.captions.cues import Block, part_of
from ingest.captions.tags import VOICE_TAG, WORD_TIME, decoded, lined, tags_in, text_of

_GAP = 0.6  # seconds; the copies of one line follow each other closely
_FEWEST_STEPS = 3  # a file is of this kind if a mark moves over this many words of one line
_SIGNS = "*_~[]{}<>«»‹›→▶"
_MARKS = re.compile(rf"<[^<>]*>|[\s{re.escape(_SIGNS.replace('<', '').replace('>', ''))}]+")
_PIECE = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class _Line:
    """A block's words as printed; `looks` are (tags around it, word), `key` is the words without any mark."""

    voice: str
    words: tuple[str, ...]
    looks: tuple[tuple[str, str], ...]

    @property
    def key(self) -> tuple[str, ...]:
        return (self.voice, *(word.strip(_SIGNS).casefold() or word for word in self.words))


def said_once(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with the copies of one highlighted line joined to one, which has the times of its words.

    The mark may be a tag (<u>, <c>, <b>, a colour), capitals or a sign ("*word*"); copies without a mark may stand
    between. It moves over the words or grows. In files where no mark moves over three words of a line nothing changes,
    so that people who repeat themselves are kept.
    """
    plain = [_MARKS.sub("", block.text).casefold() for block in blocks]
    if sum(one == other for one, other in pairwise(plain)) < _FEWEST_STEPS - 1:
        return list(blocks)
    groups = list(_groups(blocks))
    steps = [_steps(group) for group in groups]
    if not any(len(set(found.values())) >= _FEWEST_STEPS for found in steps):
        return list(blocks)
    return [block for group, found in zip(groups, steps, strict=True) for block in _joined(group, found)]


def _groups(blocks: Sequence[Block]) -> Iterator[list[tuple[Block, _Line | None]]]:
    """Yield stretches of blocks with the same words, close to each other."""
    group: list[tuple[Block, _Line | None]] = []
    key: tuple[str, ...] | None = None
    for block in blocks:
        line = None if block.is_plain or part_of(block) else _line(lined(block.text))
        own = line.key if line else None
        is_copy = bool(group) and own is not None and own == key and abs(block.start - group[-1][0].end) <= _GAP
        if group and not (is_copy and not _begins_again(line, group)):
            yield group
            group = []
        group.append((block, line))
        key = own
    if group:
        yield group


def _begins_again(line: _Line | None, group: Sequence[tuple[Block, _Line | None]]) -> bool:
    """Return whether a line is marked again as in its first copy: its first word alone, not so just before."""
    first, before = group[0][1], group[-1][1]
    if line is None or first is None or before is None or line.looks != first.looks or line.looks == before.looks:
        return False
    tags = [tag for tag, _ in first.looks]
    return tags[0] != tags[1] if len(tags) > 1 else bool(tags[0])


def _line(raw: str) -> _Line | None:
    """Return a block's line, None for one without words, with times inside or with several voices."""
    text, opened = [], [(0, "")]  # the text without tags; from which character on which tags are open
    tags: list[str] = []
    voices: list[str] = []
    length = position = 0
    for start, end, inside in tags_in(raw):
        part = decoded(raw[position:start])
        text.append(part)
        length, position = length + len(part), end
        if WORD_TIME.fullmatch(inside):
            return None
        if VOICE_TAG.fullmatch(inside):
            voices += [] if inside.startswith("/") else [raw[start:end]]
        elif not inside.startswith("/"):
            tags.append(inside)
        elif tags:
            tags.pop()
        opened.append((length, " ".join(tags)))
    text.append(decoded(raw[position:]))
    words, looks = [], []
    place = 0
    for found in _PIECE.finditer("".join(text)):
        word = found.group()
        first = found.start() + next((n for n, letter in enumerate(word) if letter.isalnum()), 0)
        while place + 1 < len(opened) and opened[place + 1][0] <= first:
            place += 1
        words.append(word)
        looks.append((opened[place][1], word))
    return _Line("".join(voices), tuple(words), tuple(looks)) if words and len(voices) < 2 else None


def _steps(group: Sequence[tuple[Block, _Line | None]]) -> dict[int, float]:
    """Return when the mark reaches each word that it reaches, empty if no mark moves through these copies."""
    lines = [(block.start, line.looks) for block, line in group if line]
    if len(lines) < 2:
        return {}
    first, base = lines[0]
    at: dict[int, float] = {}
    for start, looks in lines[1:]:
        changed = [n for n, (look, before) in enumerate(zip(looks, base, strict=True)) if look != before]
        new = [n for n in changed if n not in at]
        if len(new) > max(2, len(base) // 2):
            return {}
        at.update((n, start) for n in new)
    is_marked = base[0][0] != base[1 % len(base)][0] or base[0][1] != _plain([looks[0][1] for _, looks in lines])
    if at and (is_marked or at.get(0, first) >= at.get(1, first)):
        at[0] = first  # the first copy has its first word marked
    times = [time for _, time in sorted(at.items())]
    return dict(sorted(at.items())) if all(one <= other for one, other in pairwise(times)) else {}


def _joined(group: Sequence[tuple[Block, _Line | None]], steps: dict[int, float]) -> Iterator[Block]:
    """Yield one block for the copies of a line over which a mark moves, all blocks of any other group."""
    lines = [line for _, line in group if line]
    if len(lines) < 2 or not (steps or (len(lines[0].words) == 1 and len({line.looks for line in lines}) > 1)):
        yield from (block for block, _ in group)
        return
    block = group[0][0]
    words = iter([_plain(forms) for forms in zip(*(line.words for line in lines), strict=True)])
    rows = [" ".join(next(words) for _ in row.split()) for row in text_of(block.text).split("\n")]
    text = lines[0].voice + html.escape("\n".join(rows), quote=False)
    yield replace(block, end=max(one.end for one, _ in group), text=text, times=tuple(steps.items()))


def _plain(forms: Sequence[str]) -> str:
    """Return the form of a word without the mark: without signs if only some copies have them, not in capitals."""
    if len(set(forms)) == 1:
        return forms[0]
    counts = Counter(forms)
    return max(counts, key=lambda form: (form == form.strip(_SIGNS), not form.isupper(), counts[form]))
