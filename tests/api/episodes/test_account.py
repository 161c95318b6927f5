"""The account of an episode: each value with its source, each source with what it gave, each doubt once."""

from dataclasses import replace

import pytest

from api.episodes.about import About
from api.episodes.about_words import sections_of
from api.episodes.account import about_of
from api.episodes.stored import Stored
from ingest.captions.cues import Cue
from ingest.item import Item, Link
from ingest.library.outcome import State
from ingest.library.records import Record
from ingest.shownotes.parse import OfficialText
from ingest.speech.heard import Heard
from ingest.stages.assemble import assemble
from ingest.stages.captions import Captions
from ingest.stages.official_text import Copy
from ingest.transcript import Divergence, Episode, HeardWord, OfficialTurn, Show, Unheard

FEED = "https://ann:secret@pods.example/feed.xml?token=secret"
SAID = "the old harbour office kept every single mooring record on yellow paper until the winter"
EPISODE = Episode("harbour-1-aaaa", "h1", Show("harbour", "The Harbour"), 1, "Letters", "2021-10-28", 16.0)
TURNS = (OfficialTurn("Ann Lee", f"Welcome. I heard that {SAID}."), OfficialTurn(None, f"Yes, {SAID}."))
OFFICIAL = OfficialText(turns=TURNS)
CUES = (Cue(0.0, 8.0, f"welcome I heard that {SAID}"), Cue(8.0, 15.0, f"yes {SAID}"))
HEARD = Heard(
    tuple(
        HeardWord(word, 0.5 * place, 0.5 * place + 0.4, 0.9)
        for place, word in enumerate(f"welcome I heard that {SAID} yes {SAID}".split())
    ),
    "en",
    "faster-whisper",
    "/models/tiny.en",
    16.0,
)
LINKS = (Link("/home/ann/show/1.vtt", "text/vtt", "en"), Link("https://pods.example/1.srt?token=secret", "text/srt"))


def item(**fields) -> Item:
    return Item(**{"guid": "h1", "origin": FEED, "title": "Letters", "number": 1, **fields})


def stored(*items: Item, made: bool = True, **fields) -> Stored:
    """What a library holds after these sources were ingested, with the transcript that they give."""
    held = Stored(Record(EPISODE, items or (item(),)), **fields)
    cues = held.captions.cues if held.captions else ()
    transcript = assemble(EPISODE, held.official or OfficialText(), cues, held.heard)
    return replace(held, transcript=transcript if made and transcript.turns else None)


def doubts(about: About, kind: str) -> list[str]:
    return [doubt.text for doubt in about.doubts if doubt.kind == kind]


def words(about: About) -> str:
    """The whole account as people read it."""
    return "\n".join(
        f"{section.title}: {row.name}: {row.text} {' '.join(row.lines)}"
        for section in sections_of(about)
        for row in section.rows
    )


def test_each_fact_names_the_source_that_states_it() -> None:
    """The used value first, with its source; a file's other title and the recording's length stand beside it."""
    feed = item(published="2021-10-28", duration=16.0)
    file = item(guid="file:1", origin="/home/ann/show/Letters to.txt", title="Letters to", number=None)
    facts = about_of(stored(file, feed, measured=19.5)).facts
    assert [(fact.name, fact.value, fact.source, fact.used) for fact in facts] == [
        ("title", "Letters", "https://pods.example/feed.xml?…", True),
        ("title", "Letters to", "Letters to.txt", False),
        ("number", 1, "https://pods.example/feed.xml?…", True),
        ("published", "2021-10-28", "https://pods.example/feed.xml?…", True),
        ("duration", 16.0, "https://pods.example/feed.xml?…", True),
        ("duration", 19.5, "the recording", False),
    ]


def test_an_unknown_fact_has_no_source() -> None:
    """Null with null, and "not known" in words; nothing is made up."""
    bare = replace(EPISODE, number=None, published=None)
    about = about_of(Stored(Record(bare, (item(number=None),))))
    assert [(fact.value, fact.source) for fact in about.facts if fact.name == "number"] == [(None, None)]
    assert "Number: not known" in words(about)


@pytest.mark.parametrize(
    ("fields", "text", "gave", "times"),
    [
        ({"official": OFFICIAL}, "notes", ("words", None, None), {("estimated", "the length of the text")}),
        (
            {"official": OFFICIAL, "captions": Captions("", CUES)},
            "notes",
            ("words", "times", None),
            {("aligned", "the captions")},
        ),
        (
            {"official": OFFICIAL, "captions": Captions("", CUES), "heard": HEARD},
            "notes",
            ("words", "nothing", "times"),
            {("aligned", "the words that Whisper tiny.en heard")},
        ),
        (
            {"captions": Captions("", CUES), "heard": HEARD},
            "captions without names",
            (None, "words", "nothing"),
            {("published", "the captions")},
        ),
        (
            {
                "official": replace(OFFICIAL, truncated=True),
                "captions": Captions("", tuple(replace(cue, speaker="Ann Lee") for cue in CUES)),
            },
            "captions with names",
            ("nothing", "words", None),
            {("published", "the captions")},
        ),
        ({"heard": HEARD}, "heard words", (None, None, "words"), {("heard", "Whisper tiny.en")}),
    ],
)
def test_each_source_says_what_it_gave(fields, text, gave, times) -> None:
    """Words, times or nothing: as `assemble` made the transcript of the same sources."""
    official = fields.get("official")
    count = sum(len(turn.text.split()) for turn in TURNS)
    copies = () if official is None else (Copy(FEED, 3, False, False), Copy(FEED, count, False, official.truncated))
    about = about_of(stored(copies=copies, **fields))
    sources = about.sources
    found = (
        sources.notes[1].gave if copies else None,
        sources.captions and sources.captions.gave,
        sources.heard and sources.heard.gave,
    )
    assert (about.choice.text, found) == (text, gave)
    assert [copy.gave for copy in sources.notes[:1]] == ["nothing"][: len(copies)]
    assert {(part.timing, part.source) for part in about.choice.times} == times
    assert about.choice.current


def test_printed_times_are_told_from_those_of_captions() -> None:
    """ "published" can mean either: in an account of notes it is what stands in them."""
    timed = replace(OFFICIAL, turns=(replace(TURNS[0], start=0.0), replace(TURNS[1], start=8.0)))
    times = about_of(stored(official=timed)).choice.times
    assert [(part.timing, part.turns, part.source) for part in times] == [
        ("published", 2, "the times printed in the notes")
    ]


def test_each_link_says_what_became_of_it() -> None:
    """The first failed with its reason, the second was used, the third was not needed."""
    third = Link("https://pods.example/1.txt", "text/plain")
    captions = Captions(
        "",
        CUES,
        problems=("/home/ann/show/1.vtt: cannot be read: No such file or directory",),
        url="https://pods.example/1.srt?token=other",
    )
    about = about_of(stored(item(transcripts=(third, *LINKS)), captions=captions))
    assert [(link.address, link.kind, link.state, link.reason) for link in about.sources.transcripts] == [
        ("1.vtt", "vtt", "failed", "cannot be read: No such file or directory"),
        ("https://pods.example/1.srt?…", "srt", "used", None),
        ("https://pods.example/1.txt", "text", "not needed", None),
    ]
    assert about.sources.transcripts[0].language == "en"
    assert not doubts(about, "problem")  # the failure stands beside its link


def test_links_of_which_nothing_is_kept_say_so() -> None:
    """No link counts as used if nothing of it is kept; the outcome says why."""
    state = State("failed", "nothing to ingest: /home/ann/show/1.vtt: is empty", "2026-01-02T03:04:05+00:00")
    about = about_of(stored(item(transcripts=LINKS), state=state))
    assert [link.state for link in about.sources.transcripts] == ["nothing kept", "nothing kept"]
    assert about.choice.text == "none"
    assert "failed on 2 January 2026, 03:04 UTC: nothing to ingest: 1.vtt: is empty" in words(about)


def test_captions_of_a_file_came_from_the_first_link_that_did_not_fail() -> None:
    """Captions of a local file name no address, and earlier versions named none at all."""
    captions = Captions("", CUES, problems=("/home/ann/show/1.vtt: no captions found",))
    about = about_of(stored(item(transcripts=LINKS), captions=captions))
    assert [link.state for link in about.sources.transcripts] == ["failed", "used"]


def test_doubts_are_told_with_what_was_printed() -> None:
    """Labels as they stand with their number, lines left out of either text, problems, dropped times, no speaker."""
    official = replace(
        OFFICIAL,
        turns=(replace(TURNS[0], start=0.0), replace(TURNS[1], start=4000.0)),
        problems=("truncated: the text was cut off", "its notes look odd"),
        left_out=("Support us on …",),
        unread_labels=("THE 2ND WITNESS", "Dr. X", "THE 2ND WITNESS"),
    )
    captions = Captions("", CUES, left_out=("Captions by …", "Captions by …"), problems=("something odd",))
    about = about_of(stored(official=official, captions=captions))
    assert doubts(about, "problem") == [
        "notes: truncated: the text was cut off",
        "its notes look odd",
        "captions: something odd",
    ]
    (labels,) = [doubt for doubt in about.doubts if doubt.kind == "labels"]
    assert [(line.text, line.count) for line in labels.lines] == [("THE 2ND WITNESS", 2), ("Dr. X", 1)]
    assert labels.text.endswith(": 2")
    left_out = [[(line.text, line.count) for line in doubt.lines] for doubt in about.doubts if doubt.kind == "left out"]
    assert left_out == [[("Support us on …", 1)], [("Captions by …", 2)]]
    (dropped,) = doubts(about, "times")
    assert "past the end of the recording" in dropped
    assert "turn 1 at 1:06:40" in dropped
    assert doubts(about, "speakers") == ["turns without a speaker: 1 of 2"]
    assert "“THE 2ND WITNESS” (2 times)" in words(about)


def test_doubts_about_facts_are_told_first() -> None:
    """What a feed says that was not understood, once, and a stated duration that the recording contradicts."""
    odd = item(duration=16.0, doubts=("its date was not understood: 'Octember'",))
    about = about_of(stored(odd, odd, official=OFFICIAL, measured=400.0))
    assert [doubt.text for doubt in about.doubts if doubt.kind == "facts"] == [
        "https://pods.example/feed.xml?…: its date was not understood: 'Octember'",
        "said to last 0:16, but its recording lasts 6:40",
    ]
    assert about.doubts[0].kind == "facts"


def test_notes_that_are_not_what_is_said_are_told() -> None:
    """The captions are used, and the doubt says why the notes' text was not."""
    other = replace(OFFICIAL, turns=(OfficialTurn("Bob Ray", "kettles and cups of tea by the river " * 9),))
    about = about_of(stored(official=other, captions=Captions("", CUES)))
    assert about.choice.text == "captions without names"
    assert "contradicts the captions" in doubts(about, "words")[0]
    assert "because the notes' text is not what is said" in words(about)


def test_labels_and_times_of_a_text_that_lost_are_no_doubts() -> None:
    """What is not in the transcript makes nothing in it doubtful; a text's own problems are told all the same."""
    lost = replace(
        OFFICIAL,
        turns=(TURNS[0], replace(TURNS[1], start=4000.0)),
        truncated=True,
        unread_labels=("Dr. X",),
        problems=("truncated: the text was cut off",),
    )
    captions = Captions("", tuple(replace(cue, speaker="Ann Lee") for cue in CUES))
    about = about_of(stored(official=lost, captions=captions))
    assert about.choice.text == "captions with names"
    assert [doubt.text for doubt in about.doubts] == ["notes: truncated: the text was cut off"]


def test_an_episode_without_doubts_says_so() -> None:
    """Both speakers named, all heard: no doubt, and "none" in words."""
    official = replace(OFFICIAL, turns=tuple(replace(turn, speaker="Ann Lee") for turn in TURNS))
    about = about_of(stored(official=official, captions=Captions("", CUES)))
    assert about.doubts == ()
    assert words(about).endswith("Doubts: None: none ")


def test_differences_are_told_in_brief() -> None:
    """What was not heard is named by its first words, with the share that was heard."""
    held = stored(official=OFFICIAL, captions=Captions("", CUES))
    assert held.transcript is not None
    missing = Unheard(1, " ".join(["lost"] * 25), 8.0, 12.0)
    transcript = replace(held.transcript, divergence=Divergence(0.5, (missing,)))
    found = doubts(about_of(replace(held, transcript=transcript)), "differences")
    assert any(text.startswith("50.0% of the words were heard; not heard: 25 words at 0:08 (“lost") for text in found)


def test_another_recording_is_one_doubt() -> None:
    """That text and recording do not belong together is told once."""
    words = tuple(
        HeardWord(word, place, place + 0.4) for place, word in enumerate("something else entirely".split() * 9)
    )
    about = about_of(stored(official=replace(OFFICIAL, marked=True), heard=replace(HEARD, words=words)))
    assert len(doubts(about, "differences")) == 1
    assert "another recording" in doubts(about, "differences")[0]


def test_words_of_another_language_are_not_used_and_the_reason_is_told() -> None:
    """As in ingestion: an English-only model that was unsure of every word has heard nothing that counts."""
    unsure = replace(HEARD, words=tuple(replace(word, probability=0.2) for word in HEARD.words))
    about = about_of(stored(heard=unsure, made=False))
    assert (about.choice.text, about.sources.heard and about.sources.heard.gave) == ("none", "nothing")
    assert "tiny.en knows only English" in doubts(about, "words")[0]


def test_a_transcript_of_other_sources_is_not_explained_by_the_present_ones() -> None:
    """If an earlier run made the transcript from another text, no source is said to have given its words."""
    held = replace(stored(official=OFFICIAL), official=OfficialText(), captions=Captions("", CUES))
    about = about_of(held)
    assert not about.choice.current
    assert about.sources.captions is not None
    assert about.sources.captions.gave == "nothing"
    assert "an earlier run made the transcript" in doubts(about, "words")[0]
    assert "Choices: Words: those of an earlier run" in words(about)
    aligned = stored(official=OFFICIAL, captions=Captions("", CUES))
    other = about_of(replace(aligned, official=replace(OFFICIAL, turns=TURNS[:1])))
    assert other.sources.captions is not None
    assert other.sources.captions.gave == "nothing"
    assert [part.source for part in other.choice.times] == ["a source of an earlier run"]
    kept = about_of(replace(held, captions=None))
    assert "the transcript of an earlier run is kept" in doubts(kept, "words")[0]


def test_no_folder_password_or_query_is_told() -> None:
    """The account is public: files by their names, addresses without what may be secret, in messages too."""
    file = item(guid="file:1", origin="/home/ann/my show/1 a.txt", enclosure=Link("/home/ann/my show/1 a.mp3"))
    messages = (
        "/home/ann/my show/1 a.mp3: cannot be read",
        "no weights in /root/.cache/models/small.en; see https://pods.example/a/b/c",
    )
    state = State("failed", "; ".join(messages))
    about = about_of(stored(file, item(transcripts=LINKS), state=state, copies=(Copy(FEED, 3, False, False),)))
    for text in (words(about), str(about)):
        assert not [part for part in ("/home", "/root", "my show/", "secret", "ann:") if part in text]
    assert about.outcome is not None
    assert about.outcome.message == ("1 a.mp3: cannot be read; no weights in small.en; see https://pods.example/a/b/c")


def test_long_lists_are_cut_in_words_alone() -> None:
    """A text of hundreds of odd labels makes no endless page; the values have all of them."""
    labels = tuple(f"Label {number}" for number in range(120))
    about = about_of(stored(official=replace(OFFICIAL, unread_labels=labels)))
    (doubt,) = [doubt for doubt in about.doubts if doubt.kind == "labels"]
    assert len(doubt.lines) == 120
    assert "“Label 49” and 70 more" in words(about)
