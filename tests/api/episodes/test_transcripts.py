"""Opened transcripts: the places of words, and how many transcripts stay in memory."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.episodes import transcripts
from api.episodes.transcripts import open_transcript, place_words
from ingest.library.records import Record, save_record, save_transcript
from ingest.text.words import normalise
from ingest.transcript import Episode, OfficialTurn, Show, Transcript, untimed

SHOW = Show("a", "A")


def transcript_of(identifier: str, *texts: str) -> Transcript:
    episode = Episode(identifier, identifier, SHOW)
    return Transcript(episode, tuple(untimed(OfficialTurn("Ada", text)) for text in texts))


def save(home: Path, transcript: Transcript) -> str:
    save_record(home, Record(transcript.episode, ()))
    save_transcript(home, transcript, "inputs")
    return transcript.episode.id


@given(
    st.lists(st.sampled_from(["Aye aye.", "[laughs]", "", "İstanbul, İ!", "ship-to-shore [music] é", "—"]), max_size=5),
    st.integers(-1, 12),
    st.integers(-1, 12),
)
def test_the_places_of_some_words_are_those_of_all(texts: list[str], first: int, count: int) -> None:
    """Every stretch of words has the places it has among all; a turn's words are its own, counted as in the index."""
    opened = place_words(transcript_of("a-1-aaaa", *texts))
    everything = opened.places
    assert opened.count == len(everything) == sum(len(normalise(text)) for text in texts)
    expected = everything[first : first + count] if first >= 0 and count > 0 else ()
    assert tuple(opened.placed(first, count)) == expected
    assert opened.words(first, count) == [place.word for place in expected]
    for turn in range(len(texts)):
        assert tuple(opened.places_in(turn)) == tuple(place for place in everything if place.turn == turn)
    assert [opened.turn_at(number) for number in range(opened.count)] == [place.turn for place in everything]


def test_transcripts_kept_in_memory_have_a_limit_in_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was not used for longest is forgotten first; a single one stays, however long it is."""
    names = [save(tmp_path, transcript_of(f"a-{number}-aaaa", "Aye aye. " * 2_000)) for number in range(4)]
    size = (tmp_path / "library" / "episodes" / names[0] / "transcript.json").stat().st_size
    monkeypatch.setattr(transcripts, "MOST_KEPT_BYTES", int(3.5 * size))
    opened = [open_transcript(tmp_path, name) for name in names[:3]]
    assert open_transcript(tmp_path, names[0]) is opened[0], "used again"
    open_transcript(tmp_path, names[3])
    assert open_transcript(tmp_path, names[0]) is opened[0]
    assert open_transcript(tmp_path, names[2]) is opened[2]
    again = open_transcript(tmp_path, names[1])
    assert again == opened[1]
    assert again is not opened[1]
    monkeypatch.setattr(transcripts, "MOST_KEPT_BYTES", 1)
    assert open_transcript(tmp_path, names[3]) is open_transcript(tmp_path, names[3])


def test_a_changed_file_replaces_what_was_kept(tmp_path: Path) -> None:
    """A transcript that was written again is read again, and the earlier one takes no memory any more."""
    name = save(tmp_path, transcript_of("a-1-aaaa", "Aye."))
    before = open_transcript(tmp_path, name)
    save(tmp_path, transcript_of("a-1-aaaa", "Nay."))
    after = open_transcript(tmp_path, name)
    assert before is not None and after is not None
    assert (before.words(0, 1), after.words(0, 1)) == (["aye"], ["nay"])
    assert [key for key in transcripts._kept if key[0] == tmp_path] == [(tmp_path, name)]
