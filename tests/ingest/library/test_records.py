import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import LibraryError
from ingest.item import Item, Link
from ingest.library import records
from ingest.library.records import FeedRecord, Record
from ingest.storage import files
from ingest.transcript import Episode, Show, Transcript, Turn

SHOW = Show("tea", "Tea show", "https://tea.example/")
EPISODE = Episode("tea-1-abcd", "g-1", SHOW, number=1, title="Kettles — “hot”", duration=12.5)
ITEM = Item(
    "g-1",
    "https://tea.example/feed.xml",
    title="Kettles",
    notes="Ann: Hello.",
    enclosure=Link("https://tea.example/1.mp3", "audio/mpeg"),
    transcripts=(Link("https://tea.example/1.vtt", "text/vtt", "en", "captions"),),
    people=("Ann", "Bob"),
    doubts=("its date was not understood: 'Octember'",),
)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def transcript(*texts: str) -> Transcript:
    return Transcript(EPISODE, tuple(Turn("Ann", text) for text in texts))


def test_an_episode_comes_back_as_it_was_written(tmp_path):
    """An episode with all its sources survives the disk; so does a show with its feed."""
    records.save_record(tmp_path, Record(EPISODE, (ITEM, replace(ITEM, guid="g-2", enclosure=None))))
    feed = FeedRecord(SHOW, "https://tea.example/feed.xml", '"tag"', "Mon, 01 Jan 2024 00:00:00 GMT", ("g-1", "g-2"))
    records.save_feed(tmp_path, feed)
    assert records.load_record(tmp_path, EPISODE.id) == Record(
        EPISODE, (ITEM, replace(ITEM, guid="g-2", enclosure=None))
    )
    assert records.feeds(tmp_path) == [feed]
    assert [record.episode for record in records.records(tmp_path)] == [EPISODE]


def test_an_empty_library_is_empty(tmp_path):
    """Nothing is created by looking."""
    assert records.episode_ids(tmp_path) == []
    assert records.feeds(tmp_path) == []
    assert list(records.transcripts(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_comes_back_from_the_disk(tmp_path_factory, value):
    """Whatever text a publisher writes, the file gives it back."""
    path = tmp_path_factory.getbasetemp() / "json" / "file.json"
    files.write_json(path, {"schema": 1, "value": value})
    assert files.read_json(path)["value"] == value


@pytest.mark.parametrize("place", [12, 40, 80, 100, -2])
def test_one_letter_that_changed_is_found(tmp_path, place):
    """Disks forget single bits: a file that is not what was written is refused, whatever it says now."""
    path = tmp_path / "file.json"
    files.write_json(path, {"schema": 1, "value": "About four minutes, if nobody filled it to the brim."})
    whole = bytearray(path.read_bytes())
    whole[place] ^= 1
    path.write_bytes(whole)
    with pytest.raises(LibraryError, match="cannot be read"):
        files.read_json(path)
    assert files.read_if_whole(path) is None


@pytest.mark.parametrize("written", ['{"schema":1,"value":2}', '{"sha256": "0", "schema": 1, "value": 2}', "{}"])
def test_a_file_without_a_seal_is_read(tmp_path, written):
    """Files of earlier versions, and those that a person wrote, have nothing to be compared with."""
    path = tmp_path / "file.json"
    path.write_text(written)
    if written == "{}":
        with pytest.raises(LibraryError, match="schema None"):
            files.read_json(path)
    else:
        assert files.read_json(path) == {"schema": 1, "value": 2}


def test_a_show_of_an_earlier_version_is_read(tmp_path):
    """What was not noted then has its default; what is noted now comes back."""
    path = records.feeds_folder(tmp_path) / "tea.json"
    path.parent.mkdir(parents=True)
    show = {"id": "tea", "title": "Tea show", "page_url": "https://tea.example/"}
    path.write_text(
        json.dumps({"schema": 1, "show": show, "url": None, "etag": None, "last_modified": None, "guids": ["g-1"]})
    )
    assert records.feeds(tmp_path) == [FeedRecord(SHOW, guids=("g-1",))]
    whole = FeedRecord(
        SHOW, "https://tea.example/feed", '"1"', None, ("g-1",), ("https://old.example/feed",), ("tea-1-abcd",),
        {"tea-2-abcd": "2031-01-01"}, records.Withdrawal("2031-01-02", "it ended"),
    )  # fmt: skip
    records.save_feed(tmp_path, whole)
    assert records.feeds(tmp_path) == [whole]


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    """A full disk or a failing rename raises; the file that was there stays whole, no piece is left beside it."""

    def fail(*_):
        raise OSError(28, "No space left on device")

    path = tmp_path / "deep" / "file.json"
    files.write_json(path, {"schema": 1, "value": "old"})
    monkeypatch.setattr(os, "fsync", fail) if step == "fsync" else monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        files.write_json(path, {"schema": 1, "value": "new"})
    assert list(path.parent.iterdir()) == [path]
    assert files.read_json(path)["value"] == "old"


def test_a_file_is_safe_before_it_gets_its_name(tmp_path, monkeypatch):
    """The data are synced before the rename, and the folder after it: a power cut loses neither."""
    steps = []
    sync, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda number: (steps.append("sync"), sync(number))[1])
    monkeypatch.setattr(Path, "replace", lambda path, target: (steps.append("rename"), rename(path, target))[1])
    files.write_bytes(tmp_path / "file", b"data")
    assert steps == ["sync", "rename", "sync"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'{"schema": 2, "episode": {}, "items": []}', "schema 2"),
        (b'{"episode": {}, "items": []}', "schema None"),
        (b"[1]", "schema None"),
        (b'{"schema": 1, "epis', "cannot be read"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b'{"schema": 1}', "not an episode"),
        (b'{"schema": 1, "episode": {"id": 1}, "items": []}', "not an episode"),
    ],
)
def test_a_file_of_an_unknown_schema_is_refused_by_name(tmp_path, content, complaint):
    """A broken or newer file is never guessed at: one line names the file and what is wrong with it."""
    path = records.episode_folder(tmp_path, "tea-1-abcd") / "episode.json"
    files.write_bytes(path, content)
    with pytest.raises(LibraryError, match=complaint) as raised:
        records.load_record(tmp_path, "tea-1-abcd")
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_feed_of_an_unknown_schema_is_refused_by_name(tmp_path):
    """The same holds for the files of shows."""
    records.save_feed(tmp_path, FeedRecord(SHOW))
    path = tmp_path / "library" / "feeds" / "tea.json"
    for change, complaint in (({"colour": "red"}, "not a feed"), ({"schema": 2}, "schema 2")):
        path.write_text(json.dumps(json.loads(path.read_text()) | change))
        with pytest.raises(LibraryError, match=complaint):
            records.feeds(tmp_path)


def test_an_earlier_transcript_is_kept_when_its_words_differ(tmp_path):
    """Old quotes must resolve: other words go to transcript-<hash>.json, other times alone do not."""
    records.save_transcript(tmp_path, transcript("Hello there.", "Bye."), "1")
    timed = replace(
        transcript("Hello there.", "Bye."), turns=(Turn("Ann", "Hello there.", 1.0, 2.0), Turn("Bob", "Bye."))
    )
    records.save_transcript(tmp_path, timed, "2")
    assert records.earlier_transcripts(tmp_path, EPISODE.id) == []
    records.save_transcript(tmp_path, transcript("Hello here.", "Bye."), "3")
    assert records.earlier_transcripts(tmp_path, EPISODE.id) == [timed]
    records.save_transcript(tmp_path, transcript("Hello."), "4")
    os.utime(next(records.episode_folder(tmp_path, EPISODE.id).glob("transcript-*.json")), (0, 0))
    texts = {earlier.turns[0].text for earlier in records.earlier_transcripts(tmp_path, EPISODE.id)}
    assert texts == {"Hello there.", "Hello here."}
    assert records.load_transcript(tmp_path, EPISODE.id) == transcript("Hello.")


def test_words_that_go_and_come_back_are_kept_once(tmp_path):
    """Switching between two texts fills no disk."""
    for text in ("One.", "Two.", "One.", "Two.", "One."):
        records.save_transcript(tmp_path, transcript(text), text)
    assert len(records.earlier_transcripts(tmp_path, EPISODE.id)) == 2


def test_a_damaged_transcript_is_replaced_and_a_newer_one_is_not(tmp_path):
    """What cannot be read holds no words worth keeping; what another version wrote is not ours to overwrite."""
    path = records.episode_folder(tmp_path, EPISODE.id) / "transcript.json"
    files.write_bytes(path, b'{"schema": 1, "turns": [')
    records.save_transcript(tmp_path, transcript("Hello."), "1")
    assert records.load_transcript(tmp_path, EPISODE.id) == transcript("Hello.")
    files.write_bytes(path, b'{"schema": 7, "turns": []}')
    with pytest.raises(LibraryError, match="schema 7"):
        records.save_transcript(tmp_path, transcript("Hello."), "1")
    assert json.loads(path.read_text())["schema"] == 7


def test_transcripts_come_under_the_present_facts(tmp_path):
    """A title that the publisher mended is the title of the transcript too, without writing it again."""
    records.save_record(tmp_path, Record(EPISODE, (ITEM,)))
    records.save_transcript(tmp_path, transcript("Hello."), "1")
    records.save_record(tmp_path, Record(replace(EPISODE, title="New"), (ITEM,)))
    assert [found.episode.title for found in records.transcripts(tmp_path)] == ["New"]


def test_only_whole_recordings_count(tmp_path):
    """A download on its way is no recording."""
    folder = records.episode_folder(tmp_path, EPISODE.id)
    files.write_bytes(folder / "audio.mp3.part", b"half")
    assert records.recording(tmp_path, EPISODE.id) is None
    files.write_bytes(folder / "audio.mp3", b"whole")
    assert records.recording(tmp_path, EPISODE.id) == folder / "audio.mp3"


def test_a_lock_is_held_by_one_and_freed_by_the_kernel(tmp_path):
    """Another process's lock is seen at once, and gone as soon as that process is killed."""
    program = "import sys\nfrom pathlib import Path\nfrom ingest.storage.files import lock\n"
    program += "with lock(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "x")],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with other:
        assert other.stdout.readline() == b"held\n"
        with files.lock(tmp_path / "x", wait=False) as held:
            assert not held
        other.kill()
    with files.lock(tmp_path / "x", wait=False) as held:
        assert held


def test_a_lock_is_never_shared(tmp_path):
    """Two that do not wait: one gets it, the other is told so."""
    with files.lock(tmp_path, wait=False) as first, files.lock(tmp_path, wait=False) as second:
        assert (first, second) == (True, False)


def test_a_hash_is_of_the_value_and_not_of_its_spelling():
    """The same facts give the same hash in any order of keys; dataclasses count as their fields."""
    assert files.hash_of({"a": 1, "b": ["é"]}) == files.hash_of({"b": ["é"], "a": 1})
    assert files.hash_of([Link("x")]) == files.hash_of([{"url": "x", "type": None, "language": None, "rel": None}])
    assert files.hash_of([1, 2]) != files.hash_of([2, 1])
    assert files.hash_of("abc") == "6cc43f858fbb763301637b5af970e2a46b46f461f27e5a0f41e009c59b827b25"
