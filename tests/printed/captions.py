"""Layouts in which captions are published: WebVTT, SRT and JSON, with and without names."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from tests.printed.conversation import Said

_TICK = 0.01
_SIGN_BEHIND: re.Pattern[str] = re.compile(r"([.,?!:;])$")


@dataclass(frozen=True, slots=True)
class Part:
    """A few words of one turn from `start` to `end` in seconds; `said` is None for a cue of no turn."""

    words: tuple[str, ...]
    start: float
    end: float
    said: Said | None
    first: bool = False

    @property
    def text(self) -> str:
        """The words as they stand in the cue; a word may begin a line."""
        return " ".join(self.words).replace(" \n", "\n")

    @property
    def starts(self) -> list[float]:
        """The start of each word, and the end of the last."""
        step = (self.end - self.start) / len(self.words)
        return [round(self.start + step * number, 3) for number in range(len(self.words) + 1)]


Cue = tuple[float, float, str]  # from, to (seconds), text as printed
Stamp = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class CaptionLayout:
    """How the parts of a conversation become cues (or JSON), and what a reader can know from them.

    `knows` "names": who speaks; "voices": where the voice changes; "words": only what is said. `timed`: a turn's start
    is known to the second. `loose`: signs are apart from words. `traits` as in `tests.printed.notes`.
    """

    form: Literal["vtt", "srt", "json"]
    cues: Callable[[Sequence[Part]], Iterator[Cue]] | None = None
    data: Callable[[Sequence[Part]], Any] | None = None
    knows: Literal["names", "voices", "words"] = "names"
    stamp: Stamp | None = None
    timed: bool = True
    loose: bool = False
    traits: frozenset[str] = frozenset()


def parts_of(turns: Sequence[Said], size: int) -> list[Part]:
    """Return the turns cut into parts of at most `size` words, which share their turn's time."""
    parts: list[Part] = []
    for said in turns:
        words = said.text.split()
        step = (said.end - said.start) / len(words)
        for first in range(0, len(words), size):
            chosen = tuple(words[first : first + size])
            start, end = said.start + step * first, said.start + step * (first + len(chosen))
            parts.append(Part(chosen, round(start, 3), round(end, 3), said, first == 0))
    return parts


def stamp(seconds: float, hours: bool = True) -> str:
    """Return seconds as WebVTT prints them; without `hours` as minutes, however many, and seconds."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, rest = divmod(whole, 60)
    clock = f"{minutes // 60:02}:{minutes % 60:02}" if hours else f"{minutes:02}"
    return f"{clock}:{rest:02}.{thousandths:03}"


def minutes_only(seconds: float) -> str:
    """Return seconds as minutes and seconds: "101:02.500"."""
    return stamp(seconds, hours=False)


def _plain_below_a_minute(seconds: float) -> str:
    return f"{seconds:.3f}" if seconds < 60 else f"{int(seconds // 60)}:{seconds % 60:06.3f}"


def _plain_seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _each(first: str, later: str = "{text}") -> Callable[[Sequence[Part]], Iterator[Cue]]:
    """Return a printer of one cue a part; a turn's first part has another form than those after it."""

    def cues(parts: Sequence[Part]) -> Iterator[Cue]:
        for part in parts:
            form = "{text}" if part.said is None else first if part.first else later
            name = part.said.label if part.said else ""
            yield part.start, part.end, form.format(name=name, capitals=name.upper(), text=part.text)

    return cues


def _arrows_inside(parts: Sequence[Part]) -> Iterator[Cue]:
    """Yield cues that go on over a change of voice, which ">>" shows inside the line."""
    for one, other in zip(parts[::2], [*parts[1::2], None], strict=False):
        both = [one] if other is None else [one, other]
        text = " ".join(f">> {part.text}" if part.first and part.start > parts[0].start else part.text for part in both)
        yield one.start, both[-1].end, text


def _rolling(parts: Sequence[Part]) -> Iterator[Cue]:
    """Yield two lines, the upper one of them said before, with the times of the words in the lower one.

    The last line may stand alone once more, as those before it do; here it does in every second file.
    """
    before = " "
    for number, part in enumerate(parts, 1):
        starts = part.starts
        rest = "".join(f"<{stamp(at)}><c> {word}</c>" for word, at in zip(part.words[1:], starts[1:], strict=False))
        yield part.start, part.end - _TICK, f"{before}\n{part.words[0]}{rest}"
        if number < len(parts) or number % 2 == 0:
            yield part.end - _TICK, part.end, f"{part.text}\n "
        before = part.text


def _rolling_plainly(parts: Sequence[Part]) -> Iterator[Cue]:
    before = ""
    for part in parts:
        yield part.start, part.end, f"{before}\n{part.text}".strip()
        before = part.text


def _karaoke(opening: str, closing: str, rests: bool) -> Callable[[Sequence[Part]], Iterator[Cue]]:
    """Return a printer of a line once for each word, which is marked; with `rests` once more without a mark."""

    def cues(parts: Sequence[Part]) -> Iterator[Cue]:
        for part in parts:
            for number, (word, start, end) in enumerate(zip(part.words, part.starts, part.starts[1:], strict=False)):
                marked = [*part.words[:number], f"{opening}{word}{closing}", *part.words[number + 1 :]]
                yield start, end - (0.05 if rests else 0), " ".join(marked)
                if rests:
                    yield end - 0.05, end, part.text

    return cues


def _label(part: Part) -> str | None:
    return part.said.label if part.said else None


def _segments(parts: Sequence[Part]) -> Any:
    segments = [{"speaker": _label(p), "startTime": p.start, "endTime": p.end, "body": p.text} for p in parts]
    return {"version": "1.0.0", "segments": segments}


def _single_words(parts: Sequence[Part]) -> Any:
    """Return a segment for each word and for each sign after a word."""
    segments = [
        {"speaker": _label(part), "startTime": start, "endTime": end, "body": piece}
        for part in parts
        for word, start, end in zip(part.words, part.starts, part.starts[1:], strict=False)
        for piece in _SIGN_BEHIND.split(word)
        if piece
    ]
    return {"version": "1.0.0", "segments": segments}


def _podlove(parts: Sequence[Part]) -> Any:
    people = list(dict.fromkeys(_label(part) for part in parts))
    return [
        {
            "start": stamp(part.start),
            "start_ms": round(part.start * 1000),
            "end": stamp(part.end),
            "end_ms": round(part.end * 1000),
            "speaker": str(people.index(_label(part)) + 3),
            "voice": _label(part),
            "text": part.text,
        }
        for part in parts
    ]


def _milliseconds(parts: Sequence[Part]) -> Any:
    return [{"start": round(p.start * 1000), "end": round(p.end * 1000), "text": p.text} for p in parts]


def _whisper(parts: Sequence[Part]) -> Any:
    segments = [{"id": n, "start": p.start, "end": p.end, "text": f" {p.text}"} for n, p in enumerate(parts)]
    return {"text": "".join(f" {p.text}" for p in parts), "segments": segments, "language": "en"}


_GIVEN = frozenset({"given"})  # a tag or a key says what is a name
_CAPITALS = frozenset({"capitals"})
_BRACKETS = frozenset({"brackets"})
_BRACKETS_ALONE = _BRACKETS | {"no colon"}
_REPEATS = frozenset({"repeats", "pure"})  # lines stand there more than once
_PURE = frozenset({"pure"})  # nothing but speech

LAYOUTS: dict[str, CaptionLayout] = {
    "<v Name>": CaptionLayout("vtt", _each("<v {name}>{text}", "<v {name}>{text}"), traits=_GIVEN),
    "<v Name></v>": CaptionLayout("vtt", _each("<v {name}>{text}</v>", "<v {name}>{text}</v>"), traits=_GIVEN),
    "<v Name> until the next": CaptionLayout("vtt", _each("<v {name}>{text}"), traits=_GIVEN),
    "<v ->": CaptionLayout("vtt", _each("<v ->{text}</v>"), knows="voices"),
    "plain seconds": CaptionLayout(
        "vtt", _each("<v {name}>{text}", "<v {name}>{text}"), stamp=_plain_seconds, traits=_GIVEN
    ),
    "plain seconds below a minute": CaptionLayout(
        "vtt", _each("<v {name}>{text}", "<v {name}>{text}"), stamp=_plain_below_a_minute, traits=_GIVEN
    ),
    "Name: text": CaptionLayout("vtt", _each("{name}: {text}")),
    "Name: text in every cue": CaptionLayout("srt", _each("{name}: {text}", "{name}: {text}")),
    "Name: text in SRT": CaptionLayout("srt", _each("{name}: {text}")),
    "[Name] text": CaptionLayout("srt", _each("[{name}] {text}"), traits=_BRACKETS_ALONE),
    "[Name]: text": CaptionLayout("srt", _each("[{name}]: {text}"), traits=_BRACKETS),
    "(Name) text": CaptionLayout("srt", _each("({name}) {text}"), traits=_BRACKETS_ALONE),
    ">> NAME: text": CaptionLayout("vtt", _each(">> {capitals}: {text}"), traits=_CAPITALS),
    "- Name: text": CaptionLayout("vtt", _each("- {name}: {text}")),
    ">> text": CaptionLayout("vtt", _each(">> {text}"), knows="voices"),
    ">> inside a line": CaptionLayout("vtt", _arrows_inside, knows="voices", timed=False, traits=_PURE),
    "rolling": CaptionLayout("vtt", _rolling, knows="words", traits=_REPEATS),
    "rolling without marks": CaptionLayout("srt", _rolling_plainly, knows="words", traits=_REPEATS),
    "karaoke <u>": CaptionLayout("vtt", _karaoke("<u>", "</u>", True), knows="words", traits=_REPEATS),
    "karaoke <b>": CaptionLayout("vtt", _karaoke("<b>", "</b>", False), knows="words", traits=_REPEATS),
    "karaoke <font>": CaptionLayout(
        "srt", _karaoke('<font color="#00ff00">', "</font>", False), knows="words", traits=_REPEATS
    ),
    "no names": CaptionLayout("vtt", _each("{text}"), knows="words"),
    "JSON: speaker": CaptionLayout("json", data=_segments, traits=_GIVEN),
    "JSON: voice": CaptionLayout("json", data=_podlove, traits=_GIVEN),
    "JSON: single words and signs": CaptionLayout("json", data=_single_words, loose=True, traits=_GIVEN | _PURE),
    "JSON: milliseconds": CaptionLayout("json", data=_milliseconds, knows="words"),
    "JSON: Whisper": CaptionLayout("json", data=_whisper, knows="words"),
}


def known(layout: CaptionLayout, turns: Sequence[Said]) -> list[Said]:
    """Return the turns as far as captions in this layout tell: without names, or without voices."""
    if layout.knows == "names":
        return list(turns)
    unnamed = [replace(said, speakers=frozenset({None})) for said in turns]
    return unnamed if layout.knows == "voices" else [replace(said, person="") for said in unnamed]


def as_json(data: Any) -> str:
    """Return data as a JSON file holds it."""
    return json.dumps(data, ensure_ascii=False)
