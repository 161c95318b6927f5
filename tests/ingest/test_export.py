"""Transcripts are written as files that others can read and that come back as the same turns."""

import io
import json
from dataclasses import replace
from itertools import pairwise

import pytest
import webvtt
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest.captions.cues import is_clip
from ingest.captions.labels import label_of
from ingest.captions.turns import read_captions, turns_of
from ingest.errors import SourceError
from ingest.export import Format, podcasting_json, render
from ingest.transcript import Episode, Show, Transcript, Turn, Word, from_json

EPISODE = Episode("gds-1-abcd", "guid", Show("gds", "GDS Podcast"), title="Sprint --> 1", published="2021-10-28")


def spoken(speaker: str | None, text: str, start: float, end: float) -> Turn:
    """A turn whose words share its time evenly."""
    words = text.split()
    edges = [round(start + (end - start) * index / len(words), 3) for index in range(len(words) + 1)]
    timed = (Word(word, *edge) for word, edge in zip(words, pairwise(edges), strict=True))
    return Turn(speaker, text, start, end, "published", 0.5, words=tuple(timed))


def transcript(*turns: Turn) -> Transcript:
    return Transcript(EPISODE, turns)


def again(data: str, name: str = "x") -> list[tuple[str | None, str, float | None]]:
    turns = turns_of(read_captions(data.encode(), name))
    return [(turn.speaker, " ".join(turn.text.split()), turn.start) for turn in turns]


def kept(*turns: Turn) -> list[tuple[str | None, str, float | None]]:
    return [(turn.speaker, " ".join(turn.text.split()), turn.start) for turn in turns]


LONG = "We moved the service step by step and nobody noticed. " * 5
TALK = (
    spoken("Ann Lee", "Good morning.\nHow are <you> & yours? " + LONG, 1.25, 40.5),
    spoken("Ann Lee", "Remember: a --> b [laughs]", 41, 43.001),
    spoken(None, "Who is this?", 44, 45),
    spoken(None, "Me.", 45, 46.5),
    spoken("Bob", "&lt;i&gt; is <i>markup</i> &amp; so on", 46.5, 50),
)

names = st.sampled_from(["Ann Lee", "Bob", "Dr. Zoë O'Neil", "KAT", None])
vtt_names = st.one_of(st.none(), st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20))
words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
texts = st.lists(
    words | st.sampled_from(["[laughs]", "\n", "&amp;", "<i>", "-->", "Note:", "<v"]), min_size=1, max_size=60
)


@st.composite
def turns(draw: st.DrawFn, speakers: st.SearchStrategy[str | None] = vtt_names) -> tuple[Turn, ...]:
    """Turns in the order of their numbers, of which some overlap, lack the times of their words or have no length."""
    made: list[Turn] = []
    for _ in range(draw(st.integers(1, 6))):
        lines = " ".join(draw(texts)).split("\n")
        text = "\n".join(line.strip() for line in lines if line.strip())
        assume(text)
        start = draw(st.integers(0, 400_000)) / 1000
        end = round(start + draw(st.integers(0, 60_000)) / 1000, 3)
        turn = spoken(draw(speakers), text, start, end)
        made.append(turn if draw(st.booleans()) else replace(turn, words=()))
    return tuple(made)


@given(turns())
def test_webvtt_comes_back_as_the_same_turns(turns: tuple[Turn, ...]) -> None:
    """Speakers, words and starts to the millisecond survive WebVTT, turns of one speaker stay apart."""
    assert again(render(transcript(*turns), "vtt")) == kept(*turns)


@given(turns())
def test_podcasting_json_comes_back_as_the_same_turns(turns: tuple[Turn, ...]) -> None:
    """Podcasting 2.0 JSON keeps the texts with their lines too."""
    back = turns_of(read_captions(json.dumps(podcasting_json(transcript(*turns))).encode(), "x"))
    assert [(turn.speaker, turn.text, turn.start) for turn in back] == [(t.speaker, t.text, t.start) for t in turns]


@given(turns())
def test_the_contracts_json_comes_back_whole(turns: tuple[Turn, ...]) -> None:
    """JSON is the contract's transcript, one line per turn, and can be ingested again."""
    whole = transcript(*turns)
    data = render(whole, "json")
    assert from_json(json.loads(data)) == whole
    assert [turn.text for turn in turns_of(read_captions(data.encode(), "x.json"))] == [turn.text for turn in turns]


@given(turns(names))
def test_srt_comes_back_as_the_same_turns(turns: tuple[Turn, ...]) -> None:
    """SRT keeps turns too, where no turn begins like a label or with the words of the one before it."""
    assume(all(label_of(" ".join(turn.text.split())) is None and not is_clip(turn.text) for turn in turns))
    assume(len({turn.text.split()[0] for turn in turns}) == len(turns))
    assert again(render(transcript(*turns), "srt")) == kept(*turns)


@given(turns())
def test_another_reader_accepts_webvtt_and_finds_every_word(turns: tuple[Turn, ...]) -> None:
    """What we write is valid WebVTT: webvtt-py reads it strictly, cues in order, none without a length."""
    captions = webvtt.from_string(render(transcript(*turns), "vtt"), strict=True)
    starts = [caption.start_time.in_milliseconds() for caption in captions]
    assert starts == sorted(starts)
    assert all(caption.end_time > caption.start_time for caption in captions)
    assert sum(len(caption.text.split()) for caption in captions) == sum(len(turn.text.split()) for turn in turns)


@pytest.mark.parametrize("form", ["vtt", "srt"])
def test_a_talk_comes_back(form: Format) -> None:
    """A known talk with every difficulty in it is the same afterwards."""
    assert again(render(transcript(*TALK), form)) == kept(*TALK)


def test_another_reader_accepts_srt() -> None:
    """What we write is SRT with counters: webvtt-py finds as many cues as there are."""
    data = render(transcript(*TALK), "srt")
    assert len(webvtt.from_buffer(io.StringIO(data), format="srt").captions) == data.count("-->")


@pytest.mark.parametrize("end", [30, 100])
def test_captions_are_short_and_stand_at_their_words(end: float) -> None:
    """A caption is at most about 7 seconds or 84 characters and starts with its first word."""
    turn = spoken("Ann", LONG, 10, end)
    cues = read_captions(render(transcript(turn), "vtt").encode(), "x")
    starts = {word.start for word in turn.words}
    assert len(cues) > 4
    assert all(len(cue.text) <= 84 and cue.end - cue.start <= 7.001 and cue.start in starts for cue in cues)


def test_webvtt_as_written() -> None:
    """The whole file: title, identifiers of turn and part, voices, escapes."""
    turns = (spoken("A&B", "Is 1 < 2?", 1, 2), Turn(None, "Yes.", 3661.0015, 3662, "estimated", 15))
    expected = """WEBVTT

NOTE Sprint -> 1

NOTE Times of some turns are estimates.

0-1
00:00:01.000 --> 00:00:02.000
<v A&amp;B>Is 1 &lt; 2?

1-1
01:01:01.002 --> 01:01:02.000
Yes.
"""
    assert render(transcript(*turns), "vtt") == expected


def test_a_mark_makes_no_time_an_estimate() -> None:
    """Nobody says it, so it needs no time; words without one do."""
    said = spoken("Ann", "Good morning.", 20, 21)
    assert "estimates" not in render(transcript(Turn(None, "[no words heard]"), said), "vtt")
    assert "estimates" in render(transcript(Turn(None, "Hello."), said), "vtt")


def test_srt_as_written() -> None:
    """The label stands at the first caption of a turn; ">>" tells turns apart that no name does."""
    turns = (
        spoken("Ann", "Hi.", 1, 2),
        spoken("Ann", "Ho.", 2, 3),
        spoken(None, "Hm.", 3, 4),
        spoken("Bob", "Oh.", 4, 5),
    )
    texts = [block.split("\n")[2] for block in render(transcript(*turns), "srt").strip().split("\n\n")]
    assert texts == ["Ann: Hi.", ">> Ann: Ho.", ">> Hm.", ">> Bob: Oh."]


def test_untimed_turns_stand_between_their_neighbours() -> None:
    """A turn without a time is not lost; it lies in the gap it falls into."""
    turns = (spoken("Ann", "one", 10, 12), Turn("Bob", "two"), Turn("Cy", "three"), spoken("Ann", "four", 20, 21))
    back = turns_of(read_captions(render(transcript(*turns), "vtt").encode(), "x"))
    assert [(turn.text, turn.start, turn.end) for turn in back] == [
        ("one", 10, 12),
        ("two", 12, 16),
        ("three", 16, 20),
        ("four", 20, 21),
    ]


@pytest.mark.parametrize("form", ["vtt", "srt"])
def test_captions_of_a_transcript_without_times_are_refused(form: Format) -> None:
    """Times are never made up: the error says what to use instead."""
    with pytest.raises(SourceError, match=rf"^gds-1-abcd has no times, .* {form}; use md, txt or json$"):
        render(transcript(Turn("Ann", "Hi.")), form)


def test_markdown_as_written() -> None:
    """Names and times, "about" where a time is a guess, no markup from the text, nobody's words set apart."""
    turns = (
        spoken("Ann *A*", "# One_two _three_ [laughs] [x](y)\n1. <b>", 750, 751),
        Turn("Bob", "Hi.", 3750.9, 3751, "estimated", 15),
        Turn(None, "Who?"),
    )
    expected = r"""# Sprint --> 1

GDS Podcast · 2021-10-28

**Ann \*A\*:** [12:30] \# One_two \_three\_ [laughs] [x]\(y)

1\. \<b>

**Bob:** [about 1:02:30] Hi.

[Clip]

Who?
"""
    assert render(transcript(*turns), "md") == expected


def test_text_as_written() -> None:
    """Names and words, a blank line between turns, nobody's words set apart."""
    assert (
        render(transcript(Turn("Ann", "Hi.\nThere."), Turn(None, "Who?")), "txt")
        == "Ann: Hi.\nThere.\n\n[Clip]\n\nWho?\n"
    )
    assert render(transcript(Turn(None, "Who?"), Turn(None, "Me.")), "txt") == "Who?\n\nMe.\n"
