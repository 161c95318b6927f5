"""Official text and captions on disk: what is not speech and which labels were not read is kept with them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.item import Item, Link
from ingest.library.records import Record, episode_folder, save_record
from ingest.shownotes.parse import OfficialText
from ingest.speech.heard import Heard, to_json
from ingest.stages import captions, official_text
from ingest.stages.captions import Captions, captions_of
from ingest.stages.heard_words import kept_heard
from ingest.stages.official_text import Copy, kept_copies, kept_official_text, official_of, used_copy
from ingest.storage.files import write_json
from ingest.transcript import Episode, HeardWord, OfficialTurn, Show

EPISODE = Episode("show-1-aaaa", "1", Show("show", "The Show"))
VTT = "WEBVTT\n\n00:01.000 --> 00:04.000\nSome words about the harbour.\n"
READ = OfficialText(
    turns=(OfficialTurn(None, "Who is that?"),),
    marked=True,
    left_out=("Support us on our page …", "Transcribed by a friend"),
    unread_labels=("THE 2ND WITNESS",),
)


def record_of(home: Path, tmp_path: Path) -> Record:
    (tmp_path / "one.vtt").write_text(VTT)
    item = Item("1", "feed.xml", notes="notes", transcripts=(Link(str(tmp_path / "one.vtt"), "text/vtt"),))
    record = Record(EPISODE, (item,))
    save_record(home, record)
    return record


def stored(home: Path, name: str) -> Path:
    return episode_folder(home, EPISODE.id) / name


def without(path: Path, data: dict[str, object], names: list[str], part: str | None) -> None:
    """Write a file as a version did that did not know these fields."""
    fields = {key: value for key, value in data.items() if key not in ("sha256", *names)}
    if part is not None:
        fields[part] = {key: value for key, value in fields[part].items() if key not in names}  # type: ignore[attr-defined]
    path.write_text(json.dumps(fields))


def test_what_the_notes_reader_left_out_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`marked`, `left_out` and `unread_labels` come back as they were, from the stage and from the stored file."""
    monkeypatch.setattr(official_text, "parse_notes", lambda notes, names, *, stated=False: READ)
    record = record_of(tmp_path, tmp_path)
    assert official_of(tmp_path, record, Captions(""), again=False).text == READ
    assert official_of(tmp_path, record, Captions(""), again=False).text == READ
    assert kept_official_text(tmp_path, EPISODE.id) == READ


def test_an_official_text_of_an_earlier_version_opens(tmp_path: Path) -> None:
    """A file without the new fields is read with their defaults."""
    official_of(tmp_path, record_of(tmp_path, tmp_path), Captions(""), again=False)
    path = stored(tmp_path, "official.json")
    without(path, json.loads(path.read_text()), ["marked", "left_out", "unread_labels"], "text")
    text = kept_official_text(tmp_path, EPISODE.id)
    assert text is not None
    assert (text.marked, text.left_out, text.unread_labels) == (False, (), ())


def test_captions_of_an_earlier_version_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Captions without `left_out` are read as they are, without reading their link again."""
    record = record_of(tmp_path, tmp_path)
    captions_of(tmp_path, record, again=False)
    path = stored(tmp_path, "captions.json")
    data = json.loads(path.read_text())
    assert data["left_out"] == []
    without(path, data, ["left_out"], None)
    monkeypatch.setattr(captions, "read_caption_file", None)
    again = captions_of(tmp_path, record, again=False)
    assert again.left_out == ()
    assert [cue.text for cue in again.cues] == ["Some words about the harbour."]


def test_the_copies_and_the_one_that_was_used_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each copy of the notes with its words; an earlier version did not write whether a marker opened it."""
    read = {"long": replace(READ, turns=(OfficialTurn(None, "Who is that over there?"),)), "short": READ}
    monkeypatch.setattr(official_text, "parse_notes", lambda notes, names, *, stated=False: read[notes])
    record = Record(EPISODE, (Item("1", "a.xml", notes="short"), Item("1", "b.xml", notes="long")))
    text = official_of(tmp_path, record, Captions(""), again=False).text
    copies = kept_copies(tmp_path, EPISODE.id)
    assert copies == (Copy("a.xml", 3, False, False, True), Copy("b.xml", 5, False, False, True))
    assert used_copy(text, copies) == 1
    path = stored(tmp_path, "official.json")
    data = json.loads(path.read_text())
    data["copies"] = [{key: value for key, value in copy.items() if key != "marked"} for copy in data["copies"]]
    without(path, data, [], None)
    assert [copy.marked for copy in kept_copies(tmp_path, EPISODE.id)] == [False, False]
    assert used_copy(OfficialText(), (Copy("a.xml", 0, False, False),)) is None


def test_an_episode_without_official_text_has_no_copies(tmp_path: Path) -> None:
    assert kept_copies(tmp_path, EPISODE.id) == ()


@pytest.mark.parametrize(("noted", "is_kept"), [("same", True), ("other", False), (None, True)])
def test_heard_words_are_those_of_the_present_recording(tmp_path: Path, noted: str | None, is_kept: bool) -> None:
    """Words heard in an earlier recording are not taken for those of the present one, by the recording's note."""
    heard = Heard((HeardWord("Hello", 0.0, 0.5),), "en", "faster-whisper", "tiny.en", 1.0)
    write_json(stored(tmp_path, "heard.json"), {**to_json(heard), "key": {"audio_sha256": "same"}})
    if noted is not None:
        write_json(stored(tmp_path, "recording.json"), {"schema": 1, "audio_sha256": noted})
    assert kept_heard(tmp_path, EPISODE.id) == (heard if is_kept else None)
