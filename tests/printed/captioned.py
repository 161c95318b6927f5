"""Caption files as they are published: a conversation in one layout with what tools and people add to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from hypothesis import strategies as st

from tests.printed.captions import LAYOUTS, CaptionLayout, Part, as_json, known, minutes_only, parts_of, stamp
from tests.printed.conversation import Said, conversations
from tests.printed.odd_labels import ODD_LABELS, SOUNDS, odd_labels
from tests.printed.promises import ANY_LABEL, LeftOut, doses, why_not

_CREDITS = (
    "Transcribed by https://otter.ai",
    "Subtitles by the Amara.org community",
    "Captions by Kit Pell",
    "Transcribed by Kit Pell",
)
_HEADS = ("Kind: captions\nLanguage: en\n", "NOTE made by a tool\n", "STYLE\n::cue { color: white }\n")

ADDITIONS = (
    "credits",
    "music first",
    "colon in the first cue",
    "sounds inside",
    "two lines",
    "head",
    "settings",
    "CRLF and BOM",
    "ids",
    "over 99 minutes",
)
DECORATIONS = (*ADDITIONS, *ODD_LABELS)

# What is not promised, and why; see `tests.printed.promises`.
LEFT_OUT: LeftOut = {
    (ANY_LABEL, "voices"): "no names are printed",
    (ANY_LABEL, "words"): "no names are printed",
    ("lower case", "capitals"): "capitals are not lower case",
    ("handle", "capitals"): "capitals hide what is a handle's",
    ("sound", "brackets"): "nobody prints brackets in brackets",
    ("pronouns", "brackets"): "nobody prints brackets in brackets",
    ("nickname", "brackets"): "nobody prints brackets in brackets",
    ("role", "brackets"): "nobody prints brackets in brackets",
    ("lower case", "no colon"): "without a colon it reads like a sound",
    ("two lines", "no colon"): "names in so few lines are those of a film, which names only who cannot be seen",
    ("credits", "pure"): "such files hold nothing but speech",
    ("music first", "pure"): "such files hold nothing but speech",
    ("sounds inside", "pure"): "such files hold nothing but speech",
    ("two lines", "pure"): "their lines are what they are",
    ("colon in the first cue", "pure"): "such files hold nothing but speech",
    ("colon in the first cue", "names"): "a name or not: only the words of a song tell",
    ("two lines", "json"): "JSON has no lines",
    ("head", "json"): "JSON has no head",
    ("head", "srt"): "SRT has no head",
    ("settings", "json"): "JSON has no cue settings",
    ("settings", "srt"): "SRT has no cue settings",
    ("ids", "json"): "JSON has no cue ids",
    ("CRLF and BOM", "json"): "JSON is one line",
    ("over 99 minutes", "json"): "JSON counts seconds",
    ("over 99 minutes", "srt"): "SRT prints hours",
    ("over 99 minutes", "stamped"): "the layout has times of its own",
    ("music first", "colon in the first cue"): "one first cue is enough",
}


@dataclass(frozen=True, slots=True, repr=False)
class Captioned:
    """One caption file and the truth about it: what was said, and what the file can tell of it."""

    text: str
    name: str
    said: tuple[Said, ...]
    layout: CaptionLayout
    decorations: tuple[str, ...]

    def __repr__(self) -> str:
        """Show what a person needs to see why a draw failed."""
        return f"{', '.join(self.decorations) or 'no decorations'}\n{self.text}"


def left_out(layout: str, decoration: str, others: Sequence[str] = ()) -> str | None:
    """Return why a decoration is not promised in a layout together with others, None if it is."""
    shape = LAYOUTS[layout]
    about = {shape.form, shape.knows, *shape.traits} | ({"stamped"} if shape.stamp else set())
    return why_not(LEFT_OUT, decoration, about, others)


@st.composite
def captioned(draw: st.DrawFn, layout: str, decorations: Sequence[str] | None = None) -> Captioned:
    """Draw a conversation and print it as captions with these decorations; by default with a random dose of them."""
    chosen = draw(doses(DECORATIONS, partial(left_out, layout))) if decorations is None else list(decorations)
    shape = LAYOUTS[layout]
    turns = draw(conversations())
    if kinds := [decoration for decoration in chosen if decoration in ODD_LABELS]:
        turns = odd_labels(kinds[0], draw, turns)
    if "over 99 minutes" in chosen:
        turns = [replace(said, start=said.start + 6_000, end=said.end + 6_000) for said in turns]
    elif "music first" in chosen or "colon in the first cue" in chosen:
        turns = [replace(said, start=said.start + 5, end=said.end + 5) for said in turns]
    truth = known(shape, turns)
    parts = parts_of(turns, draw(st.integers(4, 10)))
    if "sounds inside" in chosen:
        parts = _with_sounds(draw, parts)
    if "two lines" in chosen:
        parts = [_on_two_lines(part) for part in parts]
    first = turns[0].start
    if "music first" in chosen:
        parts.insert(0, Part(("[Music]",), first - 4.0, first - 0.5, None))
    if "colon in the first cue" in chosen:
        song = "Music: Blue Lamps by The Wicks"
        parts.insert(0, Part(tuple(song.split()), first - 4.0, float(first), None))
        truth[0] = replace(truth[0], paragraphs=(song, *truth[0].paragraphs), start=first - 4)
    if "credits" in chosen:
        words = draw(st.sampled_from(_CREDITS)).split()
        parts.append(Part(tuple(words), turns[-1].end + 2.0, turns[-1].end + 4.0, None))
    text = as_json(shape.data(parts)) if shape.data else _file(draw, shape, parts, chosen)
    return Captioned(text, f"t.{shape.form}", tuple(truth), shape, tuple(chosen))


def _with_sounds(draw: st.DrawFn, parts: Sequence[Part]) -> list[Part]:
    chosen = draw(st.sets(st.integers(0, len(parts) - 1), min_size=1, max_size=3))
    sound = draw(st.sampled_from(SOUNDS))
    return [
        replace(part, words=(*part.words[:2], sound, *part.words[2:])) if number in chosen else part
        for number, part in enumerate(parts)
    ]


def _on_two_lines(part: Part) -> Part:
    middle = (len(part.words) + 1) // 2
    lower = part.words[middle:]
    # Two lines with a dash each are a dialogue, whatever was meant.
    if not lower or lower[0] in ("-", "–"):
        return part
    return replace(part, words=(*part.words[:middle], f"\n{lower[0]}", *lower[1:]))


def _file(draw: st.DrawFn, shape: CaptionLayout, parts: Sequence[Part], chosen: Sequence[str]) -> str:
    """Return a WebVTT or SRT file."""
    assert shape.cues is not None
    as_printed = shape.stamp or (minutes_only if "over 99 minutes" in chosen else stamp)
    settings = " align:start position:0%" if "settings" in chosen else ""
    blocks = []
    for number, cue in enumerate(shape.cues(parts), 1):
        times = f"{as_printed(cue[0])} --> {as_printed(cue[1])}{settings}"
        text = cue[2]
        if shape.form == "srt":
            times = times.replace(".", ",")
        identifier = f"{number}\n" if shape.form == "srt" or "ids" in chosen else ""
        escaped = text.replace("&", "&amp;").replace(">>", "&gt;&gt;") if shape.form == "vtt" else text
        blocks.append(f"{identifier}{times}\n{escaped}\n")
    head = ["WEBVTT\n"] if shape.form == "vtt" else []
    if "head" in chosen:
        extra = draw(st.sampled_from(_HEADS))
        head = [head[0] + extra] if extra.startswith("Kind") else [*head, extra]
    whole = "\n".join([*head, *blocks])
    return "\ufeff" + whole.replace("\n", "\r\n") if "CRLF and BOM" in chosen else whole
