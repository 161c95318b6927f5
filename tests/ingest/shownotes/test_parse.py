"""The layouts in which show notes print a transcript, in small texts of our own."""

import pytest

from ingest.item import Link
from ingest.shownotes.parse import OfficialText, parse_notes

MARKER = "The transcript of the episode follows:"
MARA, TOM = "Mara Lindqvist", "Tom Okafor"
HELLO = "Hello, this is the lamp hour. I am Mara Lindqvist."
THANKS = "Thank you, Mara."
ABOUT = "Who winds the clock of a lighthouse?"


def _turns(text: OfficialText) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in text.turns]


def _html(text: str) -> str:
    return "".join(f"<p>{line.strip() or '&nbsp;'}</p>\n" for line in text.split("\n"))


def _broken(text: str) -> str:
    return "<div>" + "<br />\n".join(text.split("\n")) + "</div>"


BOTH = [(MARA, HELLO), (TOM, THANKS)]
PLAIN = f"{MARA}:\n{HELLO}\n \n{TOM}: \n{THANKS}"

LINKED = (
    f"{MARA} talks to {TOM}.\nWe also hear:\n- Ana Fletcher - Keeper, Harbour\nRead a transcript of this show online."
)

LAYOUTS: dict[str, tuple[str, str | None, list[tuple[str | None, str]]]] = {
    "dashes before the marker": (f"{ABOUT}\n \n---------\n{MARKER}\n{PLAIN}", ABOUT, BOTH),
    "dashes after the marker": (f"{ABOUT}\n{MARKER}\n-------------\n \n{PLAIN}", ABOUT, BOTH),
    "two paragraphs above": (f"{ABOUT}\nTake our survey.\n{MARKER}\n---\n{PLAIN}", f"{ABOUT}\nTake our survey.", BOTH),
    "a full transcript": (f"{ABOUT}\n-----------\nA full transcript of the episode follows:\n{PLAIN}", ABOUT, BOTH),
    "marker glued to the description": (
        f"{ABOUT} A full transcript of the episode follows:\n\n\n{MARA}: {HELLO}\n\n\n{TOM}: {THANKS}",
        ABOUT,
        BOTH,
    ),
    "no marker": (f"{MARA}: \n\n{HELLO}\n\n \n\n{TOM}:\n\n{THANKS}", None, BOTH),
    "marker and dashes on one line": (f"{ABOUT}\n{MARKER} ---------\n{MARA}: {HELLO}\n{TOM}: {THANKS}", ABOUT, BOTH),
    "blank lines all around": (
        f"{ABOUT}\n\n\n---------\n\n\n \n\n\n{MARKER}\n\n\n \n\n\n{MARA}: {HELLO}",
        ABOUT,
        BOTH[:1],
    ),
    "a link to a transcript is no marker": (LINKED, LINKED, []),
    "a label without its colon": (
        f"{MARKER}\n{MARA}:\n{HELLO}\n \n{MARA}\nAnd now?\n \n{TOM}:\nNow.",
        None,
        [BOTH[0], (MARA, "And now?"), (TOM, "Now.")],
    ),
    "labels on their own line and before the text": (
        f"{MARKER}\n{MARA}: \n{HELLO}\n \n{MARA}: Come in.\n \n{TOM}: \n{THANKS}",
        None,
        [BOTH[0], (MARA, "Come in."), BOTH[1]],
    ),
    "first names later": (
        f"{MARKER}\n{MARA}: {HELLO}\n{TOM}: Hi.\nMara: What is a lamp?\nTom: A light.",
        None,
        [BOTH[0], (TOM, "Hi."), (MARA, "What is a lamp?"), (TOM, "A light.")],
    ),
    "a list inside a turn": (
        f"{MARKER}\n{MARA}:\nThe aims are: \n \nOne lamp for all;\n \nless oil;\n \nand no wind.\n \nTom, who are you?",
        None,
        [(MARA, "The aims are:\nOne lamp for all;\nless oil;\nand no wind.\nTom, who are you?")],
    ),
    "a bullet inside a turn": (
        f"{MARKER}\n{MARA}:\nTrue or not?\n- A lamp is a clock.\n{TOM}:\nNot.",
        None,
        [(MARA, "True or not?\n- A lamp is a clock."), (TOM, "Not.")],
    ),
    "a note that looks like a label": (
        f"{ABOUT}\nLamp update note: the sound was mended.\n---\n{MARKER}\n{MARA}: {HELLO}",
        f"{ABOUT}\nLamp update note: the sound was mended.",
        BOTH[:1],
    ),
    "the guest begins": (f"{MARKER}\n{TOM}:\nOver to you.\n{MARA}:\n{HELLO}", None, [(TOM, "Over to you."), BOTH[0]]),
    "all line breaks lost": (
        f"{ABOUT} {MARKER} -------------   {MARA}: {HELLO}   {TOM}: {THANKS}   And more.",
        ABOUT,
        [BOTH[0], (TOM, f"{THANKS} And more.")],
    ),
    "marks and broken-off speech": (
        f"{MARKER}\n{MARA}:\nIt is oil [laughs] that burns and---in the end.\n{TOM}:\nHmm..nice --",
        None,
        [(MARA, "It is oil [laughs] that burns and---in the end."), (TOM, "Hmm..nice --")],
    ),
    "a clip": (
        f"{MARKER}\n{MARA}:\nListen.\n[Audio starts]\nThe sea is loud.\n{MARA}:\nLovely.",
        None,
        [(MARA, "Listen."), (None, "The sea is loud."), (MARA, "Lovely.")],
    ),
    "brackets that explain": (
        f"{MARKER}\n{TOM}:\nI was at the Lamp Board [LB] and at LWO [Lamp Works Office].",
        None,
        [(TOM, "I was at the Lamp Board [LB] and at LWO [Lamp Works Office].")],
    ),
    "quotation marks of all kinds": (
        f"{MARKER}\n{MARA}:\nIt’s Tom's lamp, LB.UK‘s oil, ‘so-called’ – “fine”, £5 for 24/7.",
        None,
        [(MARA, "It’s Tom's lamp, LB.UK‘s oil, ‘so-called’ – “fine”, £5 for 24/7.")],
    ),
    "false starts": (f"{MARKER}\n{TOM}:\nYou th-I-do you know?", None, [(TOM, "You th-I-do you know?")]),
}


@pytest.mark.parametrize("wrapped", [str, _html, _broken, lambda text: text.replace("\n", "\r\n")])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_its_turns(layout, wrapped) -> None:
    """Each layout, as text or as HTML, gives exactly its turns and its description."""
    raw, description, turns = LAYOUTS[layout]

    found = parse_notes(wrapped(raw))

    assert turns == _turns(found)
    assert description == found.description
    assert not found.lossy
    assert not found.truncated


def test_names_that_differ_from_the_introduction_get_an_alias() -> None:
    """A short first name and another spelling stay as printed, with the introduced name beside them."""
    found = parse_notes(
        f"{MARKER}\n{MARA}:\nToday: Daniel Fenn and Anne Stewart.\nDan Fenn:\nHi.\nAnne Steward:\nHello."
    )

    assert [turn.speaker for turn in found.turns] == ["Mara Lindqvist", "Dan Fenn", "Anne Steward"]
    assert found.aliases == {"Dan Fenn": "Daniel Fenn", "Anne Steward": "Anne Stewart"}


def test_a_first_name_that_two_people_bear_stays() -> None:
    """Nobody is guessed: with two Toms "Tom" stays Tom."""
    found = parse_notes(f"{MARKER}\n{TOM}: Hi.\nTom Fenn: Hello.\nTom: It is me.\nTom: Again.")

    assert [turn.speaker for turn in found.turns] == [TOM, "Tom Fenn", "Tom", "Tom"]


def test_known_people_complete_first_names() -> None:
    """Where the labels never print the full name, people known from elsewhere give it."""
    found = parse_notes(f"{MARKER}\nMara: Hello.\nTom: Hi.\nMara: Bye.", names=[MARA, TOM, "Tom Fenn"])

    assert [turn.speaker for turn in found.turns] == [MARA, "Tom", MARA]


def test_a_lossy_copy_is_told() -> None:
    """Where half of the labels have no text the copy is lossy, and empty labels make no turns."""
    found = parse_notes(
        f"{ABOUT}\n---\n{MARKER}\n{MARA}:\n{TOM}:\n{MARA}:\nA second paragraph.\n[Audio starts]\n{MARA}:\n{TOM}:"
    )

    assert _turns(found) == [(MARA, "A second paragraph.")]
    assert found.lossy
    assert "lossy: 4 of 5 labels have no text" in found.problems


def test_a_label_followed_by_a_mark_is_a_turn_without_words() -> None:
    """Marks are no words but they are text: the turn stays, and the copy is not lossy."""
    found = parse_notes(f"{MARKER}\n{MARA}:\nWell?\n{TOM}:\n[laughs]\n{MARA}:\nOh.")

    assert _turns(found) == [(MARA, "Well?"), (TOM, "[laughs]"), (MARA, "Oh.")]
    assert not found.lossy


COPY = f"{ABOUT}\n \n---------\n{MARKER}\n{MARA}:\n{HELLO}\n \n{TOM}: \nThen the lamp went o"


@pytest.mark.parametrize("wrapped", [str, _html])
def test_a_directory_page_with_the_text_twice(wrapped) -> None:
    """The first real input's layout: furniture, the text twice and cut off, a chart of other shows."""
    page = (
        f"34 min\n\nLamp Hour #7: Clocks Lamp Hour Podcast\n\n    • Governo\n\n{COPY}\n\n{COPY}\n\n34 min\n\nTop\n\nChá"
    )

    found = parse_notes(wrapped(page))

    assert _turns(found) == [(MARA, HELLO), (TOM, "Then the lamp went o")]
    assert (found.description, found.title, found.duration) == (ABOUT, "Lamp Hour #7: Clocks", 2040.0)
    assert found.truncated


def test_a_show_page_without_a_marker() -> None:
    """The show's description and the title, each twice, are not the episode's description."""
    found = parse_notes(
        "19 episodes\n\nThe hour looks at lamps.\n\nLamp Hour Podcast Harbour\n\n"
        "    • Government\n    • 5.0, 13 Ratings\n\n"
        f"The hour looks at lamps.\n\n    Lamp Hour #7: Clocks\n\n    Lamp Hour #7: Clocks\n\n    {MARA}: \n    {HELLO}"
        f" \n     \n    {TOM}:\n    {THANKS}"
    )

    assert _turns(found) == BOTH
    assert (found.description, found.title) == (None, "Lamp Hour #7: Clocks")


def test_a_page_with_provider_notices() -> None:
    """The notes begin after the last notice, in whatever language it is."""
    found = parse_notes(
        "Artwork\n\nInnhold levert av Harbour. Alt innhold ...\nApp - Podcast\n\nLamp Hour #7: Clocks\n\n10:17\n \n"
        "Del\n \n\nManage episode 286000000 series 2890000\nInnhold levert av Harbour. ...\n\n"
        f"{ABOUT}\n\n{MARKER}\n\n---\n\n{PLAIN}"
    )

    assert _turns(found) == BOTH
    assert (found.description, found.duration, found.title) == (ABOUT, 617.0, "Lamp Hour #7: Clocks")


def test_a_page_with_a_breadcrumb_and_an_iso_date() -> None:
    """A glued breadcrumb, the title three times and a date stand before the description."""
    title = "Lamp Hour #7: Clocks"
    found = parse_notes(
        f"DiscoverLamp Hour Podcast{title}\n{title}\n\n{title}\n\nUpdate: 2021-10-28\nShare\n\nDescription\n\n"
        f"{ABOUT}\n\n\n{MARKER}\n\n\n---\n\n\n{PLAIN}"
    )

    assert _turns(found) == BOTH
    assert (ABOUT, "2021-10-28", title) == (found.description, found.published, found.title)


def test_a_date_line_ends_the_transcript() -> None:
    """On a page of several episodes the first one ends where the next one's date stands."""
    day, before = "Tuesday Mar 01, 2022", "Tuesday Jan 25, 2022"
    found = parse_notes(
        f"Episodes\n{day}\nLamp Hour #7: Clocks\n{day}\n{day}\n{ABOUT}\n---\n{MARKER}\n{MARA}: {HELLO}\n"
        f"{before}\nLamp Hour #6: Oil\n{before}\nWe ask about oil."
    )

    assert BOTH[:1] == _turns(found)
    assert (found.description, found.published) == (ABOUT, "2022-03-01")


@pytest.mark.parametrize(
    "text",
    [
        f"{MARKER}\n{MARA} (Harbour) [00:12]: {HELLO}\n{TOM} [00:20]: {THANKS}",
        f"**{MARA} (Harbour):** [00:12] {HELLO}\n\n**{TOM}:** (00:00:20) {THANKS}",
        f"## Transcript\n\n[00:12] **{MARA} (Harbour):** {HELLO}\n\n[00:20] **{TOM}:** {THANKS}",
        f"{MARKER}\n{MARA} (Harbour)  00:12\n{HELLO}\n\n{TOM}  00:20\n{THANKS}",
        f"<p>{MARKER}</p><p><b>{MARA} (Harbour)</b> [00:12]:</p><p>{HELLO}</p><p><b>{TOM}</b> [00:20]: {THANKS}</p>",
    ],
)
def test_printed_times_and_roles(text) -> None:
    """A time beside a label is the turn's start and not in its text; a role stays in the label, with an alias."""
    found = parse_notes(text)

    assert [(f"{MARA} (Harbour)", HELLO, 12.0), (TOM, THANKS, 20.0)] == [
        (turn.speaker, turn.text, turn.start) for turn in found.turns
    ]
    assert {f"{MARA} (Harbour)": MARA} == found.aliases


def test_names_of_many_kinds() -> None:
    """Accents, particles, titles, parts in the conversation, capitals, a speaker with a number, single letters."""
    names = [
        "Dr Jane O'Neil-Smith",
        "Ludwig van der Berg",
        "José Núñez",
        "Host",
        "Speaker 1",
        "Q",
        "All",
        "MARA LINDQVIST",
    ]
    found = parse_notes(MARKER + "\n" + "\n".join(f"{name}:\nWe look at it." for name in names))

    assert names == [turn.speaker for turn in found.turns]


def test_lines_with_a_colon_that_are_no_labels() -> None:
    """Speech that ends or begins with a colon stays in its turn."""
    speech = [
        "Here is it:",
        "So the question is: why?",
        "Today: lamps.",
        "Note: it is wet.",
        "Key Points:",
        "first, the oil;",
        "second, the wick.",
        "I said to Tom Okafor: go.",
    ]
    found = parse_notes(f"{MARKER}\n{MARA}:\n" + "\n".join(speech) + f"\n{TOM}:\n{THANKS}\n{MARA}:\nYes.")

    assert [(MARA, "\n".join(speech)), (TOM, THANKS), (MARA, "Yes.")] == _turns(found)


@pytest.mark.parametrize(
    "notes",
    [
        "Host: Mara Lindqvist\nGuest: Tom Okafor\nLinks:\nhttps://example.org\nMusic: Ana Fletcher",
        "<p><strong>Guest Bio:</strong> Tom is a keeper. He winds.</p><p><strong>Show Links:</strong> none.</p>",
        "Lamps are here: take one. We like them.\nSubscribe: now.\nFollow: us.",
        "",
        " \n&nbsp;\n",
    ],
)
def test_notes_without_a_transcript_give_no_turns(notes) -> None:
    """Headings, credits and links are a description."""
    assert parse_notes(notes).turns == ()


def test_links_stand_beside_the_text() -> None:
    """Targets of links are kept, each once, if they are web addresses; scripts and styles leave nothing."""
    found = parse_notes(
        "<style>p:x{}</style><p>See <a href='https://example.org/a?b=1&amp;c=2'>this</a>, "
        "<a href='javascript:x()'>that</a>"
        " and <a href='https://example.org/a?b=1&amp;c=2'>this</a>.</p><script>Mara: x</script>"
    )

    assert found.description == "See this, that and this."
    assert (Link("https://example.org/a?b=1&c=2"),) == found.links


def test_text_is_as_published_but_for_blanks_and_entities() -> None:
    """Entities are decoded once, runs of blanks are one space, what is no tag stays text."""
    found = parse_notes(
        f"<p>{MARKER}</p><p>{MARA}:</p><p>R&amp;D &lt;b&gt;\n 1 < 2&nbsp;&nbsp; <hums> &amp;amp; AT&T.</p>"
    )

    assert _turns(found) == [(MARA, "R&D <b> 1 < 2 <hums> &amp; AT&T.")]


@pytest.mark.parametrize(
    ("truncated", "last"),
    [
        (True, "Then we"),
        (True, "Then we…Read more"),
        (True, "Then we,"),
        (False, "Then we--"),
        (False, "Then we left."),
        (False, "“Then we left.”"),
        (False, "Then we left. [laughs]"),
    ],
)
def test_a_text_that_is_cut_off_is_told(truncated, last) -> None:
    """A last turn that ends in mid-sentence, or a directory's "Read more", makes the copy truncated."""
    found = parse_notes(f"{MARKER}\n{MARA}:\n{HELLO}\n{TOM}:\n{last}")

    assert truncated == found.truncated
    assert "Read more" not in found.turns[-1].text


def test_speech_without_stops_is_not_cut_off() -> None:
    """Where paragraphs end without stops all along, the last one does not count as cut."""
    assert not parse_notes(f"{MARKER}\n{MARA}:\nhello there\n{TOM}:\nhi you\n{MARA}:\nbye then").truncated


@pytest.mark.parametrize(
    ("printed", "text", "start"),
    [
        ("[about 12:30] So we moved.", "So we moved.", None),
        ("[about 1:02:30] [laughs] So we moved.", "[laughs] So we moved.", None),
        ("[12:30] So we moved.", "So we moved.", 750.0),
        ("So we moved.\n\n[about 12:30] was a joke.", "So we moved.\n[about 12:30] was a joke.", None),
        ("We left it [about 12:30] and moved.", "We left it [about 12:30] and moved.", None),
        ("[about twelve] So we moved.", "[about twelve] So we moved.", None),
        ("About 12:30 we moved.", "About 12:30 we moved.", None),
    ],
)
def test_an_estimate_that_our_markdown_prints_is_neither_speech_nor_a_time(
    printed: str, text: str, start: float | None
) -> None:
    """An "[about 12:30]" before a turn's words is left out and stays unknown; elsewhere it is what somebody said."""
    notes = f"{MARKER}\n\n**{MARA}:** [about 0:04] {HELLO}\n\n**{TOM}:** {printed}\n\n**{MARA}:** Good.\n"
    turns = parse_notes(notes).turns
    assert [(turn.speaker, turn.text, turn.start) for turn in turns] == [
        (MARA, HELLO, None),
        (TOM, text, start),
        (MARA, "Good.", None),
    ]
