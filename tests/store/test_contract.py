"""What a library promises, in files and in PostgreSQL alike: each test runs on both stores."""

import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.answer.feedback import Feedback, append_feedback
from api.episodes.library import episode_of
from api.episodes.listing import entries_of
from api.episodes.transcripts import open_transcript
from api.errors import EpisodeGone, EpisodeUnknown, FeedbackFull, QuoteGone
from api.quotes.quote import quote_at
from api.quotes.resolve import resolve
from index.building.inputs import look
from index.maintenance.backup import backup, restore
from ingest.doctor import library as checking
from ingest.doctor.library import examine_library
from ingest.errors import DecisionsFull, LibraryError, SourceError
from ingest.item import Item, Link
from ingest.library import decisions
from ingest.library.decisions import append_decision, broken_lines, decision_files, decision_of, read_decisions
from ingest.library.feed_document import kept_document
from ingest.library.outcome import load_state
from ingest.library.records import (
    FEEDBACK,
    earlier_transcripts,
    edited_on,
    episode_folder,
    episode_ids,
    episodes_folder,
    feeds,
    has_episode,
    load_record,
    load_transcript,
    records,
    save_transcript,
    transcript_ids,
)
from ingest.library.register import FeedState, register_items
from ingest.library.removal import bring_back, removal_of, removals, remove_episode, remove_show
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.storage import documents
from ingest.storage.documents import append_line, entries, exists, matching, stamp, stamps, touch
from ingest.storage.files import lock, read_bytes, read_json, sha256_of, write_bytes, write_json
from ingest.transcript import OfficialTurn, Transcript, untimed

RSS = (
    b"<rss><channel>"
    + b"".join(b"<item><guid>g-%d</guid><title>Talk %d</title></item>" % (number, number) for number in (1, 2, 3))
    + b"</channel></rss>"
)
FEED = FeedState("https://tea.example/feed", '"1"', document=RSS, places=(0, 1, 2))
ALONE = FeedState("https://tea.example/feed")
SECRET = "The kettle was never mine."
QUOTE = "tea-show-1.0.5.0123456789"


def item(number: int, **facts: object) -> Item:
    address = Link(f"https://tea.example/{number}.mp3")
    known = {"title": f"Talk {number}", "number": number, "notes": SECRET, "enclosure": address}
    return Item(f"g-{number}", "f", show_title="Tea show", feed_url=FEED.url, **{**known, **facts})


def transcript_of(home: Path, identifier: str, words: str) -> Transcript:
    return Transcript(load_record(home, identifier).episode, (untimed(OfficialTurn("Ann", words)),))


@pytest.fixture
def library(home: Path) -> list[str]:
    """The ids of three episodes with transcripts, each with an earlier one."""
    ids = [episode.id for episode in register_items(home, [item(n) for n in (1, 2, 3)], FEED).episodes]
    for identifier in ids:
        save_transcript(home, transcript_of(home, identifier, "Before."), "1")
        save_transcript(home, transcript_of(home, identifier, SECRET), "2")
    return ids


def everything(home: Path) -> bytes:
    """The bytes of every document of a library."""
    paths = documents.tree(home / "library")
    return b"".join(map(read_bytes, paths))


def test_what_was_registered_is_read_again(home: Path, library: list[str]) -> None:
    """Records, feeds with their bytes, and registering the same again changes nothing."""
    assert episode_ids(home) == sorted(library) == transcript_ids(home)
    assert [record.items for record in records(home)] == [(item(n),) for n in (1, 2, 3)]
    [feed] = feeds(home)
    assert (feed.url, feed.etag, feed.listed) == (FEED.url, '"1"', tuple(sorted(library)))
    assert kept_document(home, feed) == FEED.document
    before = {path: stamp(path) for path in documents.tree(home / "library")}
    assert [episode.id for episode in register_items(home, [item(n) for n in (1, 2, 3)], FEED).episodes] == library
    assert {path: stamp(path) for path in documents.tree(home / "library")} == before


def test_transcripts_keep_their_history(home: Path, library: list[str]) -> None:
    """The earlier words are there, newest first, and the date on which they changed; other episodes keep theirs."""
    save_transcript(home, transcript_of(home, library[0], "A third time."), "3")
    current = load_transcript(home, library[0])
    assert current is not None and current.turns[0].text == "A third time."
    assert [one.turns[0].text for one in earlier_transcripts(home, library[0])] == [SECRET, "Before."]
    assert edited_on(home, library[0]) == current.edited is not None
    assert [one.turns[0].text for one in earlier_transcripts(home, library[1])] == ["Before."]


def test_a_quote_is_carried_from_earlier_words(home: Path, library: list[str]) -> None:
    """An id that was made before an edit leads to today's words, and after a removal says why it does not."""
    save_transcript(home, transcript_of(home, library[0], f"Hello there. {SECRET}"), "3")
    opened = open_transcript(home, library[0])
    assert opened is not None
    quote = quote_at(opened, 2, 5)
    assert resolve(home, quote.id).quote.text == SECRET.rstrip(".") or SECRET in resolve(home, quote.id).quote.text
    save_transcript(home, transcript_of(home, library[0], f"Good day. Well then. {SECRET}"), "4")
    assert resolve(home, quote.id).quote.text == quote.text
    remove_episode(home, library[0], "by law", purge=False)
    with pytest.raises(QuoteGone, match="by law"):
        resolve(home, quote.id)


def test_a_removed_episode_is_kept_aside_and_comes_back(home: Path, library: list[str]) -> None:
    """It is in no list, its files wait with the reason, its feed does not bring it back, and a person does."""
    (episode_folder(home, library[1])).mkdir(parents=True, exist_ok=True)
    (episode_folder(home, library[1]) / "audio.mp3").write_bytes(b"sound")
    found = remove_episode(home, library[1], "the speaker\nasked", purge=False)
    assert episode_ids(home) == sorted({*library} - {library[1]})
    assert removals(home) == [found]
    assert not has_episode(home, library[1])
    with pytest.raises(EpisodeGone, match="the speaker asked"):
        episode_of(home, library[1])
    aside = home / "library" / "removed" / library[1]
    assert {"audio.mp3", "episode.json", "removed.json", "transcript.json"} <= set(entries(aside))
    left_out = register_items(home, [item(n) for n in (1, 2, 3)], FEED).left_out
    assert [line.split()[0] for line in left_out] == [library[1]]
    assert bring_back(home, library[1])
    assert removal_of(home, library[1]) is None
    assert {"audio.mp3", "episode.json", "transcript.json"} <= set(entries(episode_folder(home, library[1])))
    assert entries(home / "library" / "removed") == []


def test_a_purged_episode_leaves_no_text(home: Path, library: list[str]) -> None:
    """Notes, transcripts, guid, title, recording and decisions are gone; the note with hashes remains."""
    (episode_folder(home, library[1])).mkdir(parents=True, exist_ok=True)
    (episode_folder(home, library[1]) / "audio.mp3").write_bytes(b"sound")
    decided = replace(decision_of("note", f"{library[1]}.0.5.0123456789", "Ann", "kettle note"), words=SECRET)
    append_decision(home, "tea-show", decided)
    others = everything(home).count(SECRET.encode())
    remove_episode(home, library[1], "by law", purge=True)
    whole = everything(home)
    assert b"Talk 2" not in whole and b"g-2" not in whole and b"kettle note" not in whole
    assert 0 < whole.count(SECRET.encode()) < others
    assert entries(home / "library" / "removed" / library[1]) == ["removed.json"]
    assert [feed.document for feed in feeds(home)] == [None]
    register_items(home, [item(n) for n in (1, 2, 3)], FEED)
    assert library[1] not in episode_ids(home)


def test_a_removed_show_is_not_read_again(home: Path, library: list[str]) -> None:
    """Its feed's bytes go, and what its feed lists is left out."""
    [feed] = feeds(home)
    remove_show(home, feed.show.id, "ended")
    [feed] = feeds(home)
    assert feed.removed is not None and feed.document is None and kept_document(home, feed) is None
    assert register_items(home, [item(4)], ALONE).episodes == ()


def test_decisions_are_lines_in_their_order(home: Path, library: list[str]) -> None:
    """Each is there as it was written; a broken line is named and skipped; a full file is refused."""
    made = [replace(decision_of("tag", QUOTE, "Ann", f"tag {n}"), words="some words") for n in range(5)]
    for decision in made:
        append_decision(home, "tea-show", decision)
    assert read_decisions(home) == made
    [path] = decision_files(home)
    write_bytes(path, read_bytes(path) + b"no json\n" + b'{"cut o')
    assert (read_decisions(home), broken_lines(path)) == (made, [6, 7])
    append_decision(home, "tea-show", made[0])
    assert (len(read_decisions(home)), broken_lines(path)) == (6, [6, 7])


def test_an_empty_file_of_lines_is_there(home: Path) -> None:
    """A crash or a refused line leaves one; it is read as empty, and the next line is its first."""
    path = home / "library" / "decisions" / "x.jsonl"
    write_bytes(path, b"")
    found = stamp(path)
    assert found is not None and (found.size, read_bytes(path), exists(path)) == (0, b"", True)
    assert append_line(path, b"one\n", 10) and append_line(path, b"two\n", 10)
    assert read_bytes(path) == b"one\ntwo\n"


def test_a_full_file_of_lines_takes_no_more(home: Path, library: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Decisions and feedback are refused, and what is there stays."""
    decision = replace(decision_of("accept", QUOTE, "Ann"), words="some words")
    append_decision(home, "tea-show", decision)
    monkeypatch.setattr(decisions, "MOST_STORED_BYTES", 300)
    with pytest.raises(DecisionsFull):
        append_decision(home, "tea-show", decision)
    assert read_decisions(home) == [decision]
    monkeypatch.setattr("api.answer.feedback.MOST_STORED_BYTES", 150)
    home.mkdir(exist_ok=True)
    append_feedback(home, Feedback("Why?", (), "useful", ""))
    with pytest.raises(FeedbackFull):
        append_feedback(home, Feedback("Why?", (), "useful", "again and again"))
    assert read_bytes(home / FEEDBACK).count(b"\n") == 1


def test_an_episode_is_ingested_once_and_its_outcome_kept(home: Path) -> None:
    """A second run finds nothing to do; the third failure puts a poisoned episode into quarantine."""
    notes = "<p>Ann: Hello and welcome to the show.</p><p>Bob: Thank you, it is good to be here today.</p>"
    [episode] = register_items(home, [item(1, notes=notes * 3)], ALONE).episodes
    settings = IngestSettings(audio=False, allow=None)
    assert ingest_episode(episode, home, settings).status == "ingested"
    assert ingest_episode(episode, home, settings).status == "unchanged"
    state = load_state(home, episode.id)
    assert state is not None and state.status == "ingested"
    assert (transcript_ids(home), [one.has_transcript for one in entries_of(home)]) == ([episode.id], [True])
    with lock(episode_folder(home, episode.id), wait=False) as held:
        assert held
        assert ingest_episode(episode, home, settings).status == "busy"
    assert ingest_episode(episode, home, settings).status == "unchanged"


def test_one_holds_a_lease_and_everybody_a_lock_in_turn(home: Path) -> None:
    """A held lease is refused at once; what is counted under a lock is never counted twice."""
    with lock(home / "library" / "feeds", wait=False) as first, lock(home / "library" / "feeds", wait=False) as second:
        assert (first, second) == (True, False)
    with lock(home / "library" / "feeds", wait=False) as again:
        assert again
    path = home / "library" / "feeds" / "count.json"
    write_json(path, {"schema": 1, "count": 0})

    def count() -> None:
        for _ in range(5):
            with lock(episodes_folder(home)):
                write_json(path, {"schema": 1, "count": read_json(path)["count"] + 1})

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_json(path)["count"] == 15


def test_a_stamp_changes_with_the_content(home: Path) -> None:
    """Also when the size stays; a missing document has none; a time that is set is kept to the microsecond."""
    path = home / "library" / "feeds" / "a.json"
    assert stamp(path) is None
    seen = set()
    for letter in b"abc":
        write_bytes(path, bytes([letter]))
        seen.add(stamp(path))
    assert len(seen) == 3
    touch(path, 1_700_000_000_123_456_000)
    found = stamp(path)
    assert found is not None and (found.size, found.changed) == (1, 1_700_000_000_123_456_000)


def test_names_with_signs_of_patterns_stay_apart(home: Path) -> None:
    """A percent sign and an underscore mean themselves, and a longer name is no part of a folder."""
    for name in ("a_b", "axb", "a%b", "a_b-2", "a_bc"):
        write_json(episodes_folder(home) / name / "episode.json", {"schema": 1})
    assert episode_ids(home) == ["a%b", "a_b", "a_b-2", "a_bc", "axb"]
    documents.remove_folder(episodes_folder(home) / "a_b")
    assert episode_ids(home) == ["a%b", "a_b-2", "a_bc", "axb"]
    assert matching(episodes_folder(home) / "axb", "epi*.json") == [episodes_folder(home) / "axb" / "episode.json"]


def test_damage_is_found_and_derived_files_are_made_again(home: Path) -> None:
    """A document whose checksum does not match is refused, and doctor makes a derived one anew."""
    notes = "<p>Ann: Hello and welcome to the show.</p><p>Bob: Thank you, it is good to be here today.</p>"
    [episode] = register_items(home, [item(1, notes=notes * 3)], ALONE).episodes
    ingest_episode(episode, home, IngestSettings(audio=False, allow=None))
    path = episode_folder(home, episode.id) / "transcript.json"
    whole = read_bytes(path)
    write_bytes(path, whole.replace(b"Hello", b"Jello"))
    with pytest.raises(LibraryError, match="checksum"):
        load_transcript(home, episode.id)
    found = {finding.path: finding.outcome for finding in examine_library(home)}
    assert found[f"library/episodes/{episode.id}/transcript.json"] == "repaired"
    again = load_transcript(home, episode.id)
    assert again is not None and again.turns[0].text.startswith("Hello")
    assert [one for one in examine_library(home) if one.outcome != "note"] == []


def test_doctor_takes_no_episode_that_comes_or_goes_for_damage(
    home: Path, library: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One registered while folders are listed is no stranger, one removed before its turn is no broken folder."""
    whole = checking.subfolders
    others: list[threading.Thread] = []

    def listed(folder: Path) -> list[str]:
        found = whole(folder)
        if not others:
            others.append(threading.Thread(target=register_items, args=(home, [item(9)], ALONE)))
            others[0].start()
            others[0].join(1.0)
        return [*found, "gone-1"]

    monkeypatch.setattr(checking, "subfolders", listed)
    monkeypatch.setattr(checking, "_removed", lambda *given: iter(()))
    found = [one for one in examine_library(home) if one.outcome != "note" and "lease" not in one.problem]
    others[0].join()
    assert found == []


def test_a_backup_is_the_same_of_either_store(home: Path, library: list[str], tmp_path: Path) -> None:
    """Restored into a folder, it holds every document byte for byte."""
    home.mkdir(exist_ok=True)
    append_feedback(home, Feedback("Why?", (), "useful", ""))
    append_decision(home, "tea-show", replace(decision_of("accept", QUOTE, "Ann"), words="words"))
    done = backup(home, tmp_path / "kept.tar.gz")
    assert (done.episodes, done.problems) == (3, ())
    restore(tmp_path / "kept.tar.gz", tmp_path / "other")
    kept = {path.relative_to(home): read_bytes(path) for path in documents.tree(home / "library")}
    assert {
        path.relative_to(tmp_path / "other"): path.read_bytes()
        for path in documents.tree(tmp_path / "other" / "library")
    } == kept
    assert (tmp_path / "other" / FEEDBACK).read_bytes() == read_bytes(home / FEEDBACK)


def test_the_index_sees_the_same_inputs(home: Path, library: list[str]) -> None:
    """What a generation is made of is found by its content, and a second look reads nothing anew."""
    found = look(home, {})
    assert list(found) == sorted(library)
    assert found[library[0]].transcript == sha256_of(episode_folder(home, library[0]) / "transcript.json")
    assert look(home, found).keys() == found.keys()


def test_what_is_missing_is_said_in_the_same_words(home: Path, library: list[str]) -> None:
    """An unknown episode, a missing file, and one of a newer version."""
    with pytest.raises(EpisodeUnknown, match="no episode 'nobody'"):
        episode_of(home, "nobody")
    with pytest.raises(LibraryError, match=r"episode\.json cannot be read: .*No such file"):
        load_record(home, "nobody")
    path = episode_folder(home, library[0]) / "episode.json"
    write_json(path, {"schema": 9})
    with pytest.raises(LibraryError, match="has schema 9; this version reads schema 1"):
        load_record(home, library[0])
    with (
        pytest.raises(SourceError, match="is being ingested by another process"),
        lock(episode_folder(home, library[1]), wait=False),
    ):
        remove_episode(home, library[1], "", purge=False)
    assert exists(episode_folder(home, library[1]) / "episode.json")
    assert append_line(home / "library" / "decisions" / "x.jsonl", b"x\n", 0) is False


def test_a_folder_that_may_not_be_read_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One such episode does not take the list of all others with it."""
    for name in ("a-1", "b-2"):
        write_json(episode_folder(tmp_path, name) / "episode.json", {"schema": 1})
    whole = os.stat

    def refusing(path: Any, **given: Any) -> os.stat_result:
        if "a-1" in str(path):
            raise PermissionError(13, "Permission denied")
        return whole(path, **given)

    monkeypatch.setattr(os, "stat", refusing)
    assert list(stamps(episodes_folder(tmp_path), "episode.json")) == episode_ids(tmp_path) == ["b-2"]
