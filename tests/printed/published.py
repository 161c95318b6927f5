"""Show notes as they are published: a conversation in one layout with what publishers put around and into it."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from hypothesis import strategies as st

from tests.printed.conversation import Said, clock, conversations
from tests.printed.notes import LAYOUTS, Layout, numbered
from tests.printed.odd_labels import ODD_LABELS, SOUNDS, odd_labels
from tests.printed.promises import ANY_LABEL, LeftOut, doses, why_not

Kind = Literal["line", "heading", "subheading", "bold", "link", "item"]
Aside = tuple[Kind, str]

_MARKERS: tuple[Aside, ...] = (
    ("line", "Full transcript below:"),
    ("line", "The transcript of the episode follows:"),
    ("line", "TRANSCRIPT"),
    ("bold", "Transcript"),
    ("bold", "Transcript:"),
    ("heading", "Full Transcript"),
    ("heading", "Episode transcript"),
    ("line", "Transcript:"),
    ("line", "Here is the full transcript:"),
    ("line", "Transcription"),
)
_BEFORE: tuple[Aside, ...] = (
    ("line", "Guests: two keepers of lamps."),
    ("item", "00:00 Welcome"),
    ("item", "12:30 The storm"),
    ("link", "The book of lamps"),
    ("line", "Music: Blue Lamps by The Wicks"),
    ("line", "Find us on Steamgram: @lampshow"),
)
_PLATFORM: tuple[Aside, ...] = (
    ("link", "Support the show"),
    ("link", "Become a supporter of this podcast"),
    ("line", "Hosted on Acast. See acast.com/privacy for more information."),
    ("line", "© 2024 Lamp Media. All rights reserved."),
    ("line", "Support this podcast: https://lamps.example/support"),
    ("line", "Learn more about your ad choices. Visit megaphone.fm/adchoices"),
    ("line", "★ Support this podcast on Patreon ★"),
)
_BELOW: tuple[Aside, ...] = (
    ("line", "Follow us on Steamgram and write to us at our inbox."),
    ("line", "Twitter: @lampshow"),
    ("line", "Music: Blue Lamps by The Wicks"),
    ("line", "Produced by Kit Pell."),
    ("link", "Send us a message"),
    ("line", "Subscribe: Apple Podcasts | Spotify | RSS"),
    ("line", "Email: hello@lamps.example"),
)
_LISTS: tuple[Aside, ...] = (("heading", "Links"), ("line", "Links mentioned in this episode:"), ("bold", "Resources:"))
_LINKS = ("The book of lamps: https://lamps.example/book", "Harbour museum – https://museum.example", "Lens shop")
_CREDITS = (
    "Transcribed by https://otter.ai",
    "Transcribed by Kit Pell",
    "Transcript by Kit Pell.",
    "Transcription: Kit Pell",
    "This transcript was made by a computer and may contain errors.",
)
_HEADINGS = ("The early days", "What we do now", "How it began", "Storms and repairs")
_BREAKS = ("Break: [14:55]", "Advert: [12:10]", "[Break]", "[AD BREAK]", "[Music]", "[Music plays]", "***")

AROUND = tuple(
    "marker|no marker|description|footer|link list|credits|headings|bold headings|breaks|hours|over 99 minutes|"
    "times inside|sounds inside|first unnamed".split("|")
)
DECORATIONS = (*AROUND, *ODD_LABELS)

# What is not promised, and why; see `tests.printed.promises`.
LEFT_OUT: LeftOut = {
    (ANY_LABEL, "no names"): "a number stands where the name would",
    (ANY_LABEL, "no marker"): "with half of the names unread nothing says that it is a conversation",
    **{
        (kind, "one line"): "without line breaks an odd label is the end of a sentence"
        for kind in ODD_LABELS
        if kind not in ("first names", "sound", "pronouns")
    },
    ("lower case", "capitals"): "capitals are not lower case",
    ("handle", "capitals"): "capitals hide what is a handle's",
    ("sound", "brackets"): "nobody prints brackets in brackets",
    ("pronouns", "brackets"): "nobody prints brackets in brackets",
    ("nickname", "brackets"): "nobody prints brackets in brackets",
    ("headings", "text"): "without markup a heading is a paragraph of the turn before",
    ("headings", "cells"): "nothing fits between two rows or inside a paragraph without breaks",
    ("headings", "one line"): "nothing fits between two rows or inside a paragraph without breaks",
    ("bold headings", "text"): "without markup a heading is a paragraph of the turn before",
    ("bold headings", "no colon"): "bold names alone on their line look the same",
    ("bold headings", "cells"): "nothing fits between two rows or inside a paragraph without breaks",
    ("bold headings", "one line"): "nothing fits between two rows or inside a paragraph without breaks",
    ("breaks", "cells"): "nothing fits between two rows or inside a paragraph without breaks",
    ("breaks", "one line"): "nothing fits between two rows or inside a paragraph without breaks",
    ("no marker", "one line"): "where the speech begins in one line is a guess",
    ("no marker", "credits"): "a line about the transcript is a marker of its own",
    ("no marker", "marker"): "one or the other",
    ("no marker", "first unnamed"): "nothing says that the first words are speech",
    ("headings", "bold headings"): "one kind of heading is enough",
    ("hours", "over 99 minutes"): "one or the other",
    ("hours", "untimed"): "no times are printed",
    ("over 99 minutes", "untimed"): "no times are printed",
    ("over 99 minutes", "frames"): "frames are printed with hours",
    ("hours", "frames"): "frames are printed with hours",
    ("first unnamed", "sound"): "the first block has no name for a sound",
    ("first unnamed", "named"): "an unnamed block needs a tag that says that it is one",
}


@dataclass(frozen=True, slots=True, repr=False)
class Published:
    """One text and the truth about it: what was said, and whether its times are printed."""

    text: str
    said: tuple[Said, ...]
    timed: bool
    decorations: tuple[str, ...]

    def __repr__(self) -> str:
        """Show what a person needs to see why a draw failed."""
        return f"{', '.join(self.decorations) or 'no decorations'}\n{self.text}"


@dataclass(slots=True)
class _Notes:
    """Notes in the making: the turns, and the lines before, between and after them."""

    turns: list[Said]
    marker: Aside | None
    before: list[Aside]
    opening: list[Aside] = field(default_factory=list)
    between: dict[int, Aside] = field(default_factory=dict)
    after: list[Aside] = field(default_factory=list)


def left_out(layout: str, decoration: str, others: Sequence[str] = ()) -> str | None:
    """Return why a decoration is not promised in a layout together with others, None if it is."""
    shape = LAYOUTS[layout]
    about = {shape.form, *shape.traits, "timed" if shape.timed else "untimed"}
    about |= {"frames"} if "frames" in layout else set()
    about |= set() if "<cite>" in layout else {"named"}
    return why_not(LEFT_OUT, decoration, about, others)


@st.composite
def published(draw: st.DrawFn, layout: str, decorations: Sequence[str] | None = None) -> Published:
    """Draw a conversation and print it in a layout with these decorations; by default with a random dose of them."""
    chosen = draw(doses(DECORATIONS, partial(left_out, layout))) if decorations is None else list(decorations)
    shape = LAYOUTS[layout]
    turns = draw(conversations(clear="no marker" in chosen))
    if "no names" in shape.traits:
        turns = numbered(turns)
    marker: Aside = ("line", "Transcript:") if shape.form == "text" else ("heading", "Transcript")
    notes = _Notes(turns, marker, [("line", "A talk on lamps and on those who keep them.")])
    for decoration in chosen:
        if decoration in ODD_LABELS:
            notes.turns = odd_labels(decoration, draw, notes.turns)
        else:
            _DECORATE[decoration](draw, notes)
    return Published(_text(shape, notes), tuple(notes.turns), shape.timed, tuple(chosen))


def _text(shape: Layout, notes: _Notes) -> str:
    def lines(asides: Sequence[Aside]) -> list[str]:
        return [_aside(shape, aside) for aside in asides]

    inline = shape.around == ("<p>", "</p>")
    blocks = [
        block
        for number, said in enumerate(notes.turns)
        for block in (
            *([_aside(shape, notes.between[number], inline)] if number in notes.between else []),
            shape.turn(said),
        )
    ]
    body = shape.around[0] + shape.between.join(blocks) + shape.around[1]
    head = lines([*notes.before, *([notes.marker] if notes.marker else []), *notes.opening])
    return ("\n" if shape.form == "html" else "\n\n").join([*head, body, *lines(notes.after)]) + "\n"


def _aside(shape: Layout, aside: Aside, inline: bool = False) -> str:
    """Return a line that is not speech in the form of the layout."""
    kind, text = aside
    if shape.form == "html":
        escaped = html.escape(text)
        tags = {
            "heading": "<h2>{}</h2>",
            "subheading": "<h3>{}</h3>",
            "bold": "<p><b>{}</b></p>",
            "item": "<ul><li>{}</li></ul>",
        }
        tags["link"] = '<p><a href="https://lamps.example/more">{}</a></p>'
        if inline:
            return f"<b>{escaped}</b>" if kind in ("heading", "subheading", "bold") else escaped
        return tags.get(kind, "<p>{}</p>").format(escaped)
    if shape.form == "markdown":
        forms = {
            "heading": "## {}",
            "subheading": "### {}",
            "bold": "**{}**",
            "item": "- {}",
            "link": "[{}](https://lamps.example/more)",
        }
        return forms.get(kind, "{}").format(text)
    return {"item": "- {}", "link": "{}: https://lamps.example/more"}.get(kind, "{}").format(text)


def _marker(draw: st.DrawFn, notes: _Notes) -> None:
    notes.marker = draw(st.sampled_from(_MARKERS))


def _no_marker(_: st.DrawFn, notes: _Notes) -> None:
    notes.marker = None


def _description(draw: st.DrawFn, notes: _Notes) -> None:
    notes.before += draw(st.lists(st.sampled_from(_BEFORE), min_size=1, max_size=4, unique=True))


def _footer(draw: st.DrawFn, notes: _Notes) -> None:
    # Only a first line that nobody would say makes the others a footer.
    notes.after.append(draw(st.sampled_from(_PLATFORM)))
    notes.after += draw(st.lists(st.sampled_from((*_PLATFORM, *_BELOW)), max_size=3, unique=True))


def _link_list(draw: st.DrawFn, notes: _Notes) -> None:
    notes.after.append(draw(st.sampled_from(_LISTS)))
    notes.after += [("item", link) for link in draw(st.lists(st.sampled_from(_LINKS), min_size=1, unique=True))]


def _credits(draw: st.DrawFn, notes: _Notes) -> None:
    place = notes.opening if draw(st.booleans()) else notes.after
    place.append(("line", draw(st.sampled_from(_CREDITS))))


def _between(kinds: Sequence[Kind], texts: Sequence[str]) -> Callable[[st.DrawFn, _Notes], None]:
    def put(draw: st.DrawFn, notes: _Notes) -> None:
        places = st.integers(1, len(notes.turns) - 1)
        for text in draw(st.lists(st.sampled_from(texts), min_size=1, max_size=3, unique=True)):
            notes.between[draw(places)] = (draw(st.sampled_from(kinds)), text)

    return put


def _hours(_: st.DrawFn, notes: _Notes) -> None:
    notes.turns = [replace(said, clock=clock(said.start, hours=True)) for said in notes.turns]


def _over_99_minutes(_: st.DrawFn, notes: _Notes) -> None:
    later = [replace(said, start=said.start + 6_000, end=said.end + 6_000) for said in notes.turns]
    notes.turns = [replace(said, clock=f"{said.start // 60}:{said.start % 60:02}") for said in later]


def _inside(draw: st.DrawFn, notes: _Notes, printed: Callable[[Said], str]) -> None:
    """Put something that is no word between two words of some turns."""
    for number in draw(st.sets(st.integers(0, len(notes.turns) - 1), min_size=1, max_size=3)):
        said = notes.turns[number]
        words = said.paragraphs[0].split()
        if len(words) < 2:
            continue
        place = draw(st.integers(1, len(words) - 1))
        first = " ".join([*words[:place], printed(said), *words[place:]])
        notes.turns[number] = replace(said, paragraphs=(first, *said.paragraphs[1:]))


def _times_inside(draw: st.DrawFn, notes: _Notes) -> None:
    _inside(draw, notes, lambda said: f"[{clock(said.start + 1)}]")


def _sounds_inside(draw: st.DrawFn, notes: _Notes) -> None:
    _inside(draw, notes, lambda _: draw(st.sampled_from(SOUNDS)))


def _first_unnamed(_: st.DrawFn, notes: _Notes) -> None:
    notes.turns[0] = replace(notes.turns[0], label="", speakers=frozenset({None}))


_DECORATE: dict[str, Callable[[st.DrawFn, _Notes], None]] = {
    "marker": _marker,
    "no marker": _no_marker,
    "description": _description,
    "footer": _footer,
    "link list": _link_list,
    "credits": _credits,
    "headings": _between(("subheading", "heading"), _HEADINGS),
    "bold headings": _between(("bold",), _HEADINGS),
    "breaks": _between(("line",), _BREAKS),
    "hours": _hours,
    "over 99 minutes": _over_99_minutes,
    "times inside": _times_inside,
    "sounds inside": _sounds_inside,
    "first unnamed": _first_unnamed,
}
