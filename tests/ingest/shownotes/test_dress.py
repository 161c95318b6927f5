"""One conversation in several dresses: labels in lower case, list signs, times in links; its words stay the same."""

import pytest

from ingest.shownotes.parse import parse_notes

SAID = [
    ("Mara", "Good morning and welcome to the lamp hour, a show on light."),
    ("Tom Okafor", "Thank you for having me, it is a pleasure to be here."),
    ("Mara", "Tell us, who taught you how to trim a wick?"),
    ("Tom Okafor", "My aunt did, in a tower by the sea."),
]
SECONDS = [1.0, 6.0, 11.0, 15.0]


def _lines(row: str, heading: str = "Transcript\n\n", between: str = "\n\n") -> str:
    rows = (
        row.format(name=name, lower=name.lower(), text=text, s=int(second), clock=f"0:{int(second):02}")
        for (name, text), second in zip(SAID, SECONDS, strict=True)
    )
    return heading + between.join(rows)


@pytest.mark.parametrize(
    "notes",
    [
        _lines("{lower}: {text}"),
        _lines("{lower}:\n{text}"),
        _lines("<p>{lower}: {text}</p>", "<h2>Transcript</h2>", ""),
        _lines("<p><b>{lower}:</b> {text}</p>", "<h2>Transcript</h2>", ""),
        "<h2>Transcript</h2><dl>" + _lines("<dt>{lower}</dt><dd>{text}</dd>", "", "") + "</dl>",
    ],
    ids=["inline", "own line", "paragraphs", "bold", "definition list"],
)
def test_labels_may_all_be_in_lower_case(notes: str) -> None:
    """Where most paragraphs begin with words before a colon that come back in turns, these are the speakers."""
    found = parse_notes(notes)

    assert [(turn.speaker, turn.text) for turn in found.turns] == [(name.lower(), text) for name, text in SAID]


@pytest.mark.parametrize(
    "notes",
    [
        _lines("- [{clock}] {name}: {text}"),
        _lines("* {clock} {name}: {text}"),
        _lines("{clock} - 0:59 {name}: {text}"),
        _lines("{clock} --> 0:59\n{name}: {text}"),
        _lines('<p><a href="/1?t={s}">{clock}</a></p><p><b>{name}:</b> {text}</p>', "<h2>Transcript</h2>"),
        _lines('<p><a href="https://l.example/1?t={s}">{clock}</a> <b>{name}:</b> {text}</p>', "<h2>Transcript</h2>"),
    ],
    ids=["bullet", "star", "range before", "range above", "link above", "link before"],
)  # fmt: skip
def test_times_before_labels_are_times(notes: str) -> None:
    """Behind a list sign, as a range without brackets, or as a link's text: a time is the turn's and no word of it."""
    found = parse_notes(notes)

    assert [(turn.speaker, turn.text) for turn in found.turns] == SAID
    assert [turn.start for turn in found.turns] == SECONDS


@pytest.mark.parametrize(
    "notes",
    [
        _lines('<p><b>{name}:</b> {text} <a href="https://l.example/1?t={s}">{clock}</a></p>', "<h2>Transcript</h2>"),
        _lines("**{name}:** {text} [{clock}](https://l.example/1?t={s})", "## Transcript\n\n"),
        _lines("{name}:: {text}"),
    ],
    ids=["link behind", "Markdown link behind", "two colons"],
)
def test_signs_around_a_turn_are_no_words(notes: str) -> None:
    """A time in a link at the end of a turn is not said, and neither is a second colon."""
    assert [(turn.speaker, turn.text) for turn in parse_notes(notes).turns] == SAID


def test_a_sign_behind_a_bold_name_is_no_part_of_it() -> None:
    """A star that belongs to the name, not to the markup, does not hide the label."""
    notes = "## Transcript\n\n" + "\n\n".join(f"**{name}:** {text}" for name, text in [*SAID, ("Kit*", "So did mine.")])

    assert [turn.speaker for turn in parse_notes(notes).turns][-1] == "Kit"


def test_names_in_brackets_may_be_two_people() -> None:
    """A colon behind a bracket belongs to the label, also where only one name comes back alone."""
    said = [*SAID[:2], ("Mara & Tom Okafor", "We baked our own bread."), SAID[3]]
    notes = "Transcript\n\n" + "\n\n".join(f"[{name}]: {text}" for name, text in said)

    assert [(turn.speaker, turn.text) for turn in parse_notes(notes).turns] == said


@pytest.mark.parametrize("row", ["[{}]: {}", "[0:05] {}: {}", "- {}: {}"])
def test_the_last_turn_may_name_a_page(row: str) -> None:
    """A turn with an address is no footer, if its label also opens others, whatever stands before the name."""
    said = [*SAID, ("Mara", "You find all our plans at lamps.example/plans, as ever.")]
    notes = (
        "Transcript\n\n" + "\n\n".join(row.format(*turn) for turn in said) + "\n\nLinks:\n\n- https://lamps.example\n"
    )

    assert [(turn.speaker, turn.text) for turn in parse_notes(notes).turns] == said


@pytest.mark.parametrize(
    "notes",
    [
        "Transcript\n\n" + "\n\n".join(f"{name}:\n{text}" for name, text in [*SAID, ("danu", "So did mine.")]),
        "Transcript: " + " ".join(f"{name}: {text}" for name, text in [*SAID, ("Danu ♪", "So did mine.")]),
    ],
    ids=["own line", "one line"],
)
def test_a_label_that_stands_once_closes_the_turn_before(notes: str) -> None:
    """In lower case on a line of its own, or with a sign in a text without line breaks: its words are not another's."""
    found = parse_notes(notes)

    assert [(turn.speaker, turn.text) for turn in found.turns][:4] == SAID
    assert found.turns[4].text == "So did mine."
    assert found.turns[4].speaker in (None, "Danu")


def test_short_replies_behind_times_are_no_names() -> None:
    """In a text of times and speech without labels nobody is called "Yeah, exactly."."""
    lines = [
        "Yeah, exactly.",
        "So we built it anew.",
        "Oh, cool.",
        "How long did it take?",
        "Yeah, exactly.",
        "A year.",
    ]
    notes = "\n\n".join(f"00:0{minute}:07 {line}" for minute, line in enumerate(lines))

    assert [turn.speaker for turn in parse_notes(notes, stated=True).turns if turn.speaker] == []
