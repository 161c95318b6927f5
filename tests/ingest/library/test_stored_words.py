"""A stored transcript whose words stay JSON until they are used is the same as one that is read whole."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import LibraryError
from ingest.library.records import episode_folder, load_transcript, save_transcript
from ingest.library.stored_words import StoredWords, open_stored
from ingest.transcript import Divergence, Episode, Role, Show, Transcript, Turn, Unheard, Word, to_json

EPISODE = Episode("a-1-aaaa", "guid", Show("a", "A"))
# Words that look like the keys of the file.
TRICKY = ',"words":[ ]},{"speaker": ]}],"divergence": {"text": },{ "x" \\ \\" [] {} é 船 ] } , " \u2028 \x1f'.split(" ")
TEXT = st.lists(st.sampled_from(TRICKY) | st.text(max_size=5), max_size=6).map(
    lambda words: " ".join(" ".join(words).split())
)
TIME = st.none() | st.integers(0, 9_000).map(lambda number: number / 1000)


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    text = draw(TEXT)
    words = tuple(
        Word(piece, draw(TIME), draw(TIME), draw(st.none() | st.just(0.5)), draw(st.none() | st.just("a")))
        for piece in text.split()
    )
    return Turn(draw(st.none() | TEXT), text, draw(TIME), draw(TIME), "heard", words=words)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(turns(), max_size=4), TEXT)
def test_it_is_the_transcript_that_was_saved(tmp_path: Path, said: list[Turn], label: str) -> None:
    """Whatever was said, also what looks like the keys of the file: turns, single words, slices and the JSON of all."""
    saved = Transcript(
        EPISODE,
        tuple(said),
        aliases={label: label},
        divergence=Divergence(0.5, (Unheard(0, label),)),
        roles={label: Role(label, 0, label)},
    )
    save_transcript(tmp_path, saved, "inputs")
    found = open_stored(tmp_path, EPISODE.id)
    assert found is not None
    transcript, size = found
    whole = load_transcript(tmp_path, EPISODE.id)
    assert whole is not None
    assert transcript == saved == whole
    assert to_json(transcript) == to_json(whole)
    assert size > sum(len(turn.text.encode()) for turn in said)
    for turn, before in zip(transcript.turns, said, strict=True):
        assert len(turn.words) == len(before.words)
        for at in range(-1, len(before.words) + 2):
            assert turn.words[at:] == before.words[at:]
            assert turn.words[:at] == before.words[:at]
            assert turn.words[at : at + 2] == before.words[at : at + 2]
        assert turn.words[::-1] == before.words[::-1]
        assert [turn.words[at] for at in range(len(turn.words))] == list(before.words)
        assert hash(turn) == hash(before)


def test_words_are_not_read_before_they_are_used(tmp_path: Path) -> None:
    """Opening a transcript of this library leaves the words of each turn as JSON."""
    save_transcript(tmp_path, Transcript(EPISODE, (Turn(None, "Aye.", words=(Word("Aye."),)),)), "inputs")
    found = open_stored(tmp_path, EPISODE.id)
    assert found is not None and isinstance(found[0].turns[0].words, StoredWords)


@pytest.mark.parametrize("layout", ["indented", "sorted", "words without text first", "without words"])
def test_a_file_that_is_laid_out_otherwise_is_read_whole(tmp_path: Path, layout: str) -> None:
    """The same JSON with blanks or in another order of keys gives the same transcript."""
    whole = Transcript(
        EPISODE,
        (Turn("Ada", "Aye aye.", words=(Word("Aye", 1.0, 2.0), Word("aye."))), Turn(None, "No.", words=(Word("No."),))),
    )
    if layout == "without words":
        whole = replace(whole, turns=())
    data = to_json(whole)
    if layout == "words without text first":
        for turn in data["turns"]:
            turn["words"] = [dict(reversed(word.items())) for word in turn["words"]]
    path = episode_folder(tmp_path, EPISODE.id) / "transcript.json"
    path.parent.mkdir(parents=True)
    compact = {
        "separators": None if layout == "indented" else (",", ":"),
        "indent": 1 if layout == "indented" else None,
    }
    path.write_text(json.dumps(data, sort_keys=layout == "sorted", **compact))
    found = open_stored(tmp_path, EPISODE.id)
    assert found is not None and found[0] == whole


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    """A changed letter of a word is noticed when the file is opened; a missing file is no transcript."""
    assert open_stored(tmp_path, EPISODE.id) is None
    save_transcript(tmp_path, Transcript(EPISODE, (Turn(None, "Aye.", words=(Word("Aye."),)),)), "inputs")
    path = episode_folder(tmp_path, EPISODE.id) / "transcript.json"
    path.write_bytes(path.read_bytes().replace(b"Aye", b"Nay"))
    with pytest.raises(LibraryError, match=r"transcript\.json cannot be read"):
        open_stored(tmp_path, EPISODE.id)


def test_words_of_a_later_version_are_refused(tmp_path: Path) -> None:
    """A word with a key that this version does not know is refused where it is read."""
    words = StoredWords(b'{"text":"Aye","mood":"glad"}')
    with pytest.raises(LibraryError, match="schema"):
        tuple(words)
