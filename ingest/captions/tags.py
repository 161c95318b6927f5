"""Read the tags in captions: voices become speakers, times of words are kept, all other markup is dropped."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.captions.cues import WORD_ERROR, Block, Cue, cut, is_clip, numbered, tidy
from ingest.text.clock import seconds_of
from ingest.text.words import normalise

_TAG = re.compile(r"<([^<>]{0,500})>")
_TAG_NAME = re.compile(r"/?(v|c|i|b|u|s|em|strong|span|font|lang|ruby|rt|br|p)(?![\w-])", re.IGNORECASE)
VOICE_TAG = re.compile(r"(/?)v(?:\.\S*)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
WORD_TIME = re.compile(r"\s*(?:\d{1,6}:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*")
_LINE_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_OVERRIDE = re.compile(r"\{\\[a-zA-Z][^{}\n]{0,60}\}")  # "{\an8}", "{\i1}" of SubStation, which also occur in SRT
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
# A file in which a voice holds until the next names a speaker only where another begins; so hardly ever twice in a row.
_MOST_REPEATS = 0.1
_SENTENCE_ENDS = (".", "?", "!", "…")
_FEW_ENDS = 0.1  # a text with a smaller share of cues that end a sentence is written without signs


@dataclass(frozen=True, slots=True)
class Voice:
    """A <v Name> tag, with the name as printed ("-" and "" name nobody); `closes` for a closing tag."""

    name: str
    closes: bool = False

    @property
    def speaker(self) -> str | None:
        """The speaker's name, None if the tag only says that a new one speaks."""
        return self.name if any(map(str.isalnum, self.name)) else None


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch of a block's text under one voice; None before the first tag and after a closing one."""

    voice: Voice | None
    text: str


@dataclass(frozen=True, slots=True)
class _Read:
    """A block's runs, the known starts of its pieces, and whether a voice in it is closed."""

    runs: tuple[_Run, ...]
    times: tuple[tuple[int, float], ...]
    closes: bool


def spoken_cues(blocks: Sequence[Block], is_own: bool = False) -> list[list[Cue]]:
    """Return for each block one cue per voice in it, with its share of the time and of the text without tags.

    In our own exports (`is_own`) every voice is a name and ends with its cue.

    By the standard a voice ends with its cue. It is taken to hold until the next voice, or until a mark that begins a
    clip, if the whole file is written so: no voice is ever closed, there are at least two, cues without one stand
    between, and hardly any voice is the same as the one before (else the file names a speaker in each of their cues),
    or far more cues have no voice.
    In any other file with sentences it holds for one that goes on in lower case.
    """
    read = [_read(block) for block in blocks]
    holds = not is_own and not any(block.is_plain for block in blocks) and _voices_hold(read)
    # Empty voices on all words tell nothing; a dash, or an empty voice on some words, says that a new speaker begins.
    tells_new = not is_own and any(run.voice is None or run.voice.name for block in read for run in block.runs)
    held: Voice | None = None
    ends = sum(run.text.endswith(_SENTENCE_ENDS) for block in read for run in block.runs)
    has_ends = ends > _FEW_ENDS * len(read)
    said = ""
    found = []
    for block, parts in zip(blocks, read, strict=True):
        begins_clip = is_clip("".join(run.text for run in parts.runs))
        if begins_clip if holds else not (has_ends and _goes_on(said, parts)):
            held = None
        found.append(list(_cues(block, parts, held, tells_new, is_own)))
        said = parts.runs[-1].text if parts.runs else said
        if not is_own and any(run.voice for run in parts.runs):
            held = parts.runs[-1].voice
    return found


def lined(raw: str) -> str:
    """Return a caption with line breaks for <br>, and without SubStation's styles and places."""
    return _OVERRIDE.sub("", _LINE_BREAK.sub("\n", raw))


def text_of(raw: str) -> str:
    """Return a caption's decoded text without tags, with its own spaces and line breaks."""
    return "".join(part for part in parts_of(raw) if isinstance(part, str))


def parts_of(raw: str) -> Iterator[str | float | Voice]:
    """Yield the parts of a caption's text in order: decoded text (never empty), the next word's seconds, voices."""
    text = lined(raw)
    position = 0
    for start, end, inside in tags_in(text):
        if before := decoded(text[position:start]):
            yield before
        position = end
        if voice := VOICE_TAG.fullmatch(inside):
            yield Voice(" ".join(decoded(voice[2] or "").split()), closes=bool(voice[1]))
        elif WORD_TIME.fullmatch(inside):
            yield round(seconds_of(inside) or 0.0, 3)
    if rest := decoded(text[position:]):
        yield rest


def decoded(text: str) -> str:
    """Return a text with its character references replaced, in one step: "&amp;lt;" becomes "&lt;"."""
    return _ENTITY.sub(lambda found: html.unescape(found.group()), text)


def tags_in(raw: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and inside of each tag of a caption, in order."""
    for tag in _TAG.finditer(raw):
        if _is_tag(tag[1]):
            yield tag.start(), tag.end(), tag[1]


def protected(text: str) -> str:
    """Return text for SRT, which has no escapes: escape only what a reader would parse as a tag or a time."""
    text = _ENTITY.sub(lambda found: f"&amp;{found.group()[1:]}", text)
    if any(_is_tag(found[1]) for found in _TAG.finditer(text)):
        text = text.replace("<", "&lt;")
    return text.replace("-->", "--&gt;")


def _is_tag(inside: str) -> bool:
    return _TAG_NAME.match(inside) is not None or WORD_TIME.fullmatch(inside) is not None


def _read(block: Block) -> _Read:
    if block.is_plain:
        voice = Voice(block.speaker) if block.speaker else None
        return _Read((_Run(voice, tidy(block.text)),), block.times, closes=False)
    spoken: list[tuple[Voice | None, list[str]]] = [(None, [])]
    times: dict[int, float] = dict(block.times)
    closes = False
    count, is_inside = 0, False  # pieces so far; whether the text so far ends inside one
    for part in parts_of(block.text):
        if isinstance(part, float):
            times.setdefault(count, part)
        elif isinstance(part, str):
            continues_piece = is_inside and not part[:1].isspace()
            count += len(part.split()) - continues_piece
            is_inside = not part[-1:].isspace()
            spoken[-1][1].append(part)
        else:
            closes = closes or part.closes
            voice = None if part.closes else part
            if voice != spoken[-1][0] or (voice and not voice.speaker):
                spoken.append((voice, []))
                is_inside = False
    runs = tuple(_Run(voice, tidy("".join(texts))) for voice, texts in spoken)
    return _Read(tuple(run for run in runs if run.text), tuple(times.items()), closes)


def _goes_on(said: str, block: _Read) -> bool:
    """Return whether a block without a voice continues the sentence that was `said` before it."""
    first = block.runs[0] if block.runs else None
    is_open = said[-1:].isalnum() or said[-1:] in (",", ";")
    return is_open and first is not None and first.voice is None and first.text[:1].islower()


def _voices_hold(blocks: Sequence[_Read]) -> bool:
    """Return whether this file's voices hold until the next one, see `spoken_cues`."""
    runs = [run for block in blocks for run in block.runs]
    voices = [run.voice for run in runs if run.voice]
    repeats = sum(one.speaker is not None and one == other for one, other in pairwise(voices))
    unvoiced = sum(run.voice is None and bool(normalise(run.text)) for run in runs)
    return (
        len(voices) > 1
        and not any(block.closes for block in blocks)
        and unvoiced > 0
        and (repeats <= _MOST_REPEATS * len(voices) or 2 * repeats <= unvoiced)
    )


def _cues(block: Block, read: _Read, held: Voice | None, tells_new: bool, is_own: bool) -> Iterator[Cue]:
    """Yield the cues of one block, each opened by its voice if that has no name."""
    spoken: list[tuple[str | None, str, bool]] = []
    for run in read.runs:
        held = None if run.voice else held  # it speaks until another voice begins, not behind its end
        voice = run.voice or held
        speaker = None if voice is None else (voice.name or None) if is_own else voice.speaker
        spoken.append((speaker, run.text, tells_new and run.voice is not None and speaker is None))
    if runs := numbered(spoken):
        error = WORD_ERROR if read.times and not block.is_plain else block.error
        text = " ".join(run.text for run in runs)
        yield from cut(Cue(block.start, block.end, text, None, block.id, read.times, error=error), runs)
