"""Turn a caption file's blocks into cues: parse tags, voices, labels and word times, and unroll rolling captions."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.captions.labels import CueLabel, label_of, names_speakers
from ingest.text.clock import seconds_of
from ingest.text.words import begins_clip, normalise, pieces

# The error of cues' and of single words' times, in seconds.
CUE_ERROR = 0.5
WORD_ERROR = 0.2

_TAG = re.compile(r"<([^<>]{0,500})>")
_TAG_NAME = re.compile(r"/?(v|c|i|b|u|s|em|strong|span|font|lang|ruby|rt|br|p)(?![\w-])", re.IGNORECASE)
_VOICE = re.compile(r"(/?)v(?:\.\S*)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_WORD_TIME = re.compile(r"\s*(?:\d{1,6}:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*")
_LINE_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_PLACE = re.compile(r"\{\\an?\d\}")  # "{\an8}" of SubStation, which also occurs in SRT
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
# Captions roll if more than half of them begin with the end of the one before, and half of those add new words. In
# other files the first share is rarely over 0.02, and people who say "yes" again and again add no new words.
_ROLLING = 0.5
_ROLLING_LINES = 4  # the most lines on a screen


@dataclass(frozen=True, slots=True)
class Block:
    """One caption as in its file: raw text with tags, times in seconds; `is_plain` if the format has no tags.

    `times` has the known starts of words as (number of the whitespace-separated piece, seconds).
    """

    start: float
    end: float
    text: str
    speaker: str | None = None
    id: str | None = None
    is_plain: bool = False
    times: tuple[tuple[int, float], ...] = ()
    error: float = CUE_ERROR


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: words of one speaker between two times in seconds; the lines of `text` are joined with "\\n".

    `times` has the known starts of words as (number of the whitespace-separated piece, seconds). `opens` says that the
    text marks a new turn here (a label, ">>"). `error` is the error bound of start and end in seconds.
    """

    start: float
    end: float
    text: str
    speaker: str | None = None
    id: str | None = None
    times: tuple[tuple[int, float], ...] = ()
    opens: bool = False
    error: float = CUE_ERROR


@dataclass(frozen=True, slots=True)
class _SpeakerRun:
    """A stretch of one speaker inside a cue; `first` is the number of its first piece in the cue."""

    speaker: str | None
    text: str
    first: int
    opens: bool = False


@dataclass(frozen=True, slots=True)
class _Voice:
    """A <v Name> tag, or a closing tag."""

    name: str | None


def cues_of(blocks: Iterable[Block]) -> tuple[Cue, ...]:
    """Return a file's spoken cues in file order, without tags, labels and the repeats of rolling captions."""
    cues = [cue for block in blocks for cue in _voices(block) if cue.text]
    if all(part_of(cue) for cue in cues):  # our own exports have no repeats and no labels in the text
        return tuple(cues)
    cues = _unrolled(cues)
    if not any(cue.speaker for cue in cues):
        cues = [cue for cue in _labelled(cues) if cue.text]
    return tuple(cues)


def part_of(cue: Cue) -> tuple[int, int] | None:
    """Return (turn, part) from a cue id of our own exports ("17-2": turn 17, part 2), None for any other id."""
    turn, dash, part = (cue.id or "").partition("-")
    is_ours = bool(dash) and turn.isdecimal() and part.isdecimal() and max(len(turn), len(part)) < 8
    return (int(turn), int(part)) if is_ours else None


def spread(lengths: Sequence[int], start: float, end: float, known: Mapping[int, float]) -> list[float]:
    """Return the start of each piece in seconds: the `known` starts, and between them in proportion to `lengths`.

    Known starts outside [start, end] or before the previous one are ignored.
    """
    edges = [(0, start)]
    for index, at in sorted(known.items()):
        if 0 <= index < len(lengths) and edges[-1][1] <= at <= end:
            edges.append((index, at))
    edges.append((len(lengths), end))
    starts: list[float] = []
    for (first, begin), (last, until) in pairwise(edges):
        total, passed = sum(lengths[first:last]), 0
        for length in lengths[first:last]:
            starts.append(begin + (until - begin) * passed / total if total else begin)
            passed += length
    return starts


def is_clip(text: str) -> bool:
    """Return whether a cue is only a mark that announces a clip ("[Music]")."""
    return not normalise(text) and begins_clip(text)


def protected(text: str) -> str:
    """Return text for SRT, which has no escapes: escape only what a reader would parse as a tag or a time."""
    text = _ENTITY.sub(lambda found: f"&amp;{found.group()[1:]}", text)
    if any(_is_tag(found[1]) for found in _TAG.finditer(text)):
        text = text.replace("<", "&lt;")
    return text.replace("-->", "--&gt;")


def _is_tag(inside: str) -> bool:
    return _TAG_NAME.match(inside) is not None or _WORD_TIME.fullmatch(inside) is not None


def _decoded(text: str) -> str:
    return _ENTITY.sub(lambda found: html.unescape(found.group()), text)


def _voices(block: Block) -> list[Cue]:
    """Return one cue per voice of a block, each with its text without tags and its share of the time."""
    if block.is_plain:
        text = _tidy(block.text)
        return [Cue(block.start, block.end, text, block.speaker, block.id, block.times, error=block.error)]
    spoken: list[tuple[str | None, list[str]]] = [(None, [])]
    times: dict[int, float] = {}
    count, is_inside = 0, False  # pieces so far; whether the text so far ends inside one
    for part in _parts(_PLACE.sub("", _LINE_BREAK.sub("\n", block.text))):
        if isinstance(part, float):
            times.setdefault(count, part)
        elif isinstance(part, str):
            continues_piece = is_inside and not part[:1].isspace()
            count += len(part.split()) - continues_piece
            is_inside = not part[-1:].isspace()
            spoken[-1][1].append(part)
        elif part.name != spoken[-1][0]:
            spoken.append((part.name, []))
            is_inside = False
    runs = _numbered((voice, _tidy("".join(texts)), False) for voice, texts in spoken)
    whole = Cue(block.start, block.end, " ".join(run.text for run in runs), None, block.id, tuple(times.items()))
    return list(_cut(replace(whole, error=WORD_ERROR if times else block.error), runs))


def _parts(text: str) -> Iterator[str | float | _Voice]:
    """Yield the parts of a caption's text in order: decoded text (never empty), the next word's seconds, voices."""
    position = 0
    for tag in _TAG.finditer(text):
        if not _is_tag(tag[1]):
            continue
        if before := _decoded(text[position : tag.start()]):
            yield before
        position = tag.end()
        if voice := _VOICE.fullmatch(tag[1]):
            yield _Voice(None if voice[1] else " ".join(_decoded(voice[2] or "").split()) or None)
        elif _WORD_TIME.fullmatch(tag[1]):
            yield round(seconds_of(tag[1]) or 0.0, 3)
    if rest := _decoded(text[position:]):
        yield rest


def _numbered(spoken: Iterable[tuple[str | None, str, bool]]) -> list[_SpeakerRun]:
    runs: list[_SpeakerRun] = []
    first = 0
    for speaker, text, opens in spoken:
        if text:
            runs.append(_SpeakerRun(speaker, text, first, opens))
            first += len(text.split())
    return runs


def _cut(cue: Cue, runs: Sequence[_SpeakerRun]) -> Iterator[Cue]:
    """Yield one cue per run; a run that begins inside the cue without a known time gets a time estimated by length."""
    if len(runs) == 1 and runs[0].first == 0:
        run = runs[0]
        yield replace(cue, text=run.text, speaker=run.speaker, opens=run.opens)
        return
    lengths = [0] * len(cue.text.split())  # labels and marks take no time
    for run in runs:
        for number, piece in enumerate(pieces(run.text), run.first):
            lengths[number] = 0 if piece.mark else len(piece.text)
    known = dict(cue.times)
    starts = spread(lengths, cue.start, cue.end, known)
    error = cue.error if known or len(runs) == 1 else max(cue.error, (cue.end - cue.start) / 4)
    edges = [cue.start, *(starts[run.first] for run in runs[1:]), cue.end]
    for run, (start, end) in zip(runs, pairwise(edges), strict=False):
        inside = range(run.first, run.first + len(run.text.split()))
        times = tuple((number - run.first, known[number]) for number in inside if number in known)
        yield Cue(round(start, 3), round(end, 3), run.text, run.speaker, cue.id, times, run.opens, error)


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _unrolled(cues: list[Cue]) -> list[Cue]:
    """Remove what rolling cues repeat of the cue before; in other files people who repeat themselves are kept."""
    repeats = [0, *(_repeated(before, cue) for before, cue in pairwise(cues))]
    adding = sum(0 < count < len(cue.text.split()) for count, cue in zip(repeats, cues, strict=False))
    repeating = sum(map(bool, repeats))
    rolls = len(cues) > 2 and repeating > _ROLLING * (len(cues) - 1) and adding >= _ROLLING * repeating
    unrolled: list[Cue] = []
    for index, (cue, words) in enumerate(zip(cues, repeats, strict=False)):
        is_copy = index > 0 and replace(cue, id=None) == replace(cues[index - 1], id=None)
        if is_copy or (rolls and words == len(cue.text.split())):
            continue
        unrolled.append(_without_first(cue, words) if rolls and words else cue)
    return unrolled


def _repeated(before: Cue, cue: Cue) -> int:
    """Return how many pieces at the start of a cue repeat the last whole lines of the cue before."""
    if cue.start > before.end + 1.0 or cue.start < before.start or cue.speaker != before.speaker:
        return 0
    words, lines = cue.text.split(), before.text.split("\n")[-_ROLLING_LINES:]
    tails = (" ".join(lines[first:]).split() for first in range(len(lines)))
    return next((len(tail) for tail in tails if words[: len(tail)] == tail), 0)


def _without_first(cue: Cue, count: int) -> Cue:
    lines: list[str] = []
    left = count
    for line in cue.text.split("\n"):
        words = line.split()
        lines.append(" ".join(words[left:]))
        left = max(0, left - len(words))
    times = tuple((number - count, at) for number, at in cue.times if number >= count)
    return replace(cue, text=_tidy("\n".join(lines)), times=times)


def _labelled(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Yield the cues with the labels in their text turned into speakers; each speaks until the next label or clip."""
    spoken = (line for cue in cues for line in cue.text.split("\n") if normalise(line))
    trusts_names = names_speakers([label_of(line) for line in spoken])
    speaker: str | None = None
    opens = False  # carried over to the next text if a label is alone on its line
    for cue in cues:
        if is_clip(cue.text):
            speaker, opens = None, False
            yield replace(cue, opens=trusts_names)
            continue
        labels = [label_of(line) for line in cue.text.split("\n")]
        is_dialogue = sum(label is not None and label.sign == "-" for label in labels) > 1
        runs: list[tuple[_SpeakerRun, list[str]]] = []
        count = 0
        for line, label in zip(cue.text.split("\n"), labels, strict=True):
            text, skipped = line, 0
            if label is not None and _opens_words(label, trusts_names, is_dialogue):
                name = label.name if trusts_names else None
                opens = opens or label.sign == ">>" or name is None or name != speaker
                speaker, text, skipped = name, label.text, label.pieces
            if text and (skipped or opens or not runs):
                runs.append((_SpeakerRun(speaker, "", count + skipped, opens), [text]))
                opens = False
            elif text:
                runs[-1][1].append(text)
            count += len(line.split())
        yield from _cut(cue, [replace(run, text="\n".join(texts)) for run, texts in runs])


def _opens_words(label: CueLabel, trusts_names: bool, is_dialogue: bool) -> bool:
    """Return whether a label opens a speaker's words; a single dash does not, it may continue the sentence before."""
    return bool(label.name and trusts_names) or label.sign == ">>" or (label.sign == "-" and is_dialogue)
