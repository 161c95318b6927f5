"""Episodes taken out of the library: in one step, kept aside or gone, and not brought back by their feed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import LibraryError, SourceError
from ingest.item import Item, Link
from ingest.library import removal
from ingest.library.records import episode_folder, episode_ids, feeds, load_record, load_transcript, save_transcript
from ingest.library.register import FeedState, register_items
from ingest.library.removal import bring_back, removal_of, removals, remove_episode, remove_show, removed_folder
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from ingest.storage.files import lock
from ingest.transcript import OfficialTurn, Transcript, untimed

FEED = FeedState("https://tea.example/feed", '"1"')
SECRET = "The kettle was never mine."


def item(number: int, **facts) -> Item:
    address = Link(f"https://tea.example/{number}.mp3")
    known = {"title": f"Talk {number}", "number": number, "notes": SECRET, "enclosure": address}
    return Item(f"g-{number}", "f", show_title="Tea show", feed_url=FEED.url, **{**known, **facts})


@pytest.fixture
def library(tmp_path) -> list[str]:
    """Three episodes with transcripts, the second of them with an earlier one and a recording; their ids."""
    episodes = register_items(tmp_path, [item(n) for n in (1, 2, 3)], FEED).episodes
    for episode in episodes:
        save_transcript(tmp_path, Transcript(episode, (untimed(OfficialTurn("Ann", "Before.")),)), "1")
        save_transcript(tmp_path, Transcript(episode, (untimed(OfficialTurn("Ann", SECRET)),)), "2")
    (episode_folder(tmp_path, episodes[1].id) / "audio.mp3").write_bytes(b"sound")
    return [episode.id for episode in episodes]


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_removed_episode_is_kept_aside_with_reason_and_date(tmp_path, library):
    """It is in no list any more; all its files are still on the disk, with when and why."""
    before = files_of(episode_folder(tmp_path, library[1]))
    found = remove_episode(tmp_path, library[1], "the speaker\nasked  for it", purge=False)
    assert episode_ids(tmp_path) == sorted([library[0], library[2]])
    assert (found.removed.reason, found.purged, len(found.removed.date)) == ("the speaker asked for it", False, 10)
    assert removals(tmp_path) == [found]
    after = files_of(removed_folder(tmp_path) / library[1])
    assert {name: data for name, data in after.items() if name != "removed.json"} == before


def test_a_purged_episode_leaves_no_text(tmp_path, library):
    """Notes, transcripts, earlier transcripts, recording, guid and title are gone from every file of the library."""
    remove_episode(tmp_path, library[1], "by law", purge=True)
    whole = b"".join(files_of(tmp_path / "library").values())
    assert list(files_of(removed_folder(tmp_path))) == [f"{library[1]}/removed.json"]
    for told in (b"Talk 2", b"g-2", b"tea.example/2.mp3", b"sound"):
        assert told not in whole
    assert whole.count(SECRET.encode()) == 2 * 2, "notes and transcript of each of the other two"
    assert removal_of(tmp_path, library[1]).sentence.endswith("by law")


@pytest.mark.parametrize("purge", [False, True])
def test_its_feed_does_not_bring_it_back(tmp_path, library, purge):
    """Neither as it was nor under another guid or recording; the others come as ever."""
    remove_episode(tmp_path, library[1], "asked for", purge)
    for changed in ({}, {"enclosure": Link("https://tea.example/other.mp3")}, {"title": "Talk two"}):
        found = register_items(tmp_path, [item(1), item(2, **changed), item(3)], FEED)
        assert [episode.id for episode in found.episodes] == [library[0], library[2]]
        assert len(found.left_out) == 1
        assert found.left_out[0].startswith(f"{library[1]}  left out: removed from this library on ")
        assert found.left_out[0].endswith(": asked for")
    renamed = Item(**{field: getattr(item(2), field) for field in Item.__slots__ if field != "guid"}, guid="other")
    assert len(register_items(tmp_path, [item(1), renamed, item(3)], FEED).episodes) == 2
    assert len(episode_ids(tmp_path)) == 2


def test_another_episode_beside_it_comes_in(tmp_path, library):
    """What a feed lists as two is two: one that is called the same is not the one that was removed."""
    remove_episode(tmp_path, library[1], "asked for", purge=False)
    other = Item("h-2", "f", "Tea show", feed_url=FEED.url, title="Talk 2", number=2, notes="x")
    assert [episode.guid for episode in register_items(tmp_path, [item(2), other], FEED).episodes] == ["h-2"]
    assert register_items(tmp_path / "empty", [other], FEED).episodes[0].id == episode_ids(tmp_path)[-2]


@pytest.mark.parametrize("purge", [False, True])
def test_again_brings_it_back_under_its_id(tmp_path, library, purge):
    """What was kept comes back whole; of a purged one only what its feed still says, under the id of before."""
    before = files_of(episode_folder(tmp_path, library[1]))
    remove_episode(tmp_path, library[1], "asked for", purge)
    episodes = register_items(tmp_path, [item(1), item(2), item(3)], FEED, again=True).episodes
    assert [episode.id for episode in episodes] == library
    assert (files_of(episode_folder(tmp_path, library[1])) == before) is not purge
    assert (load_transcript(tmp_path, library[1]) is None) is purge
    assert removals(tmp_path) == []
    assert register_items(tmp_path, [item(1), item(2), item(3)], FEED).episodes == episodes, "and stays"
    remove_episode(tmp_path, library[1], "again", purge=False)
    assert [found.removed.reason for found in removals(tmp_path)] == ["again"]


def test_naming_an_episode_brings_it_back(tmp_path, library):
    """Its id as a source is that episode; of a purged one there is nothing to bring back, and that is said."""
    remove_episode(tmp_path, library[1], "asked for", purge=False)
    assert [episode.id for episode in register_source(library[1], tmp_path).episodes] == [library[1]]
    assert library[1] in episode_ids(tmp_path)
    remove_episode(tmp_path, library[1], "by law", purge=True)
    with pytest.raises(SourceError, match="by law; nothing of it was kept: ingest its source with --again"):
        register_source(library[1], tmp_path)
    with pytest.raises(SourceError):
        register_source("../episodes", tmp_path)


def test_a_lone_file_brings_back_itself(tmp_path):
    """Who names the file wants the episode; a folder that holds it does not say so."""
    folder = tmp_path / "tea"
    folder.mkdir()
    (folder / "talk.txt").write_text("Ann Smith: Hello and welcome to the show.\n\nBob Jones: Thank you for having me.")
    home = tmp_path / "home"
    (episode,) = register_source(str(folder), home).episodes
    remove_episode(home, episode.id, "asked for", purge=False)
    found = register_source(str(folder), home)
    assert (found.episodes, len(found.left_out)) == ((), 1)
    assert register_source(str(folder / "talk.txt"), home).episodes == (episode,)


def test_a_removed_show_takes_in_nothing_until_it_is_asked_for_again(tmp_path, library):
    """New episodes of its feed stay out too, with one line; `again` takes the show and its episodes back."""
    remove_show(tmp_path, "tea-show", "it ended")
    for identifier in library:
        remove_episode(tmp_path, identifier, "it ended", purge=False)
    found = register_items(tmp_path, [item(n) for n in (1, 2, 3, 4)], FEED)
    assert found.episodes == ()
    assert len(found.left_out) == 1
    assert "the show was removed" in found.left_out[0]
    assert feeds(tmp_path)[0].removed.reason == "it ended"
    assert feeds(tmp_path)[0].etag is None, "the next request for it must not be answered with: as before"
    assert len(register_items(tmp_path, [item(n) for n in (1, 2, 3, 4)], FEED, again=True).episodes) == 4
    assert feeds(tmp_path)[0].removed is None


def test_an_episode_that_is_being_ingested_is_not_removed(tmp_path, library):
    """What another process writes would come back as a folder without facts; the answer says what to do."""
    program = "import sys\nfrom pathlib import Path\nfrom ingest.storage.files import lock\n"
    program += "with lock(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    command = [sys.executable, "-c", program, str(episode_folder(tmp_path, library[0]))]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[3], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(SourceError, match="is being ingested by another process"):
            remove_episode(tmp_path, library[0], "", purge=True)
        other.kill()
    assert len(episode_ids(tmp_path)) == 3
    assert remove_episode(tmp_path, library[0], "", purge=True).removed.reason == removal.NO_REASON


def test_an_episode_removed_a_moment_ago_is_not_ingested(tmp_path, library):
    """A run that has it on its list leaves it alone, and leaves no folder behind."""
    episode = load_record(tmp_path, library[0]).episode
    remove_episode(tmp_path, library[0], "asked for", purge=False)
    outcome = ingest_episode(episode, tmp_path, IngestSettings(audio=False))
    assert (outcome.status, outcome.ok) == ("skipped", True)
    assert "asked for" in outcome.message
    assert not episode_folder(tmp_path, library[0]).exists()


@pytest.mark.parametrize("purge", [False, True])
def test_a_removal_that_is_cut_short_is_ended_by_the_next(tmp_path, library, monkeypatch, purge):
    """Stopped before or after each rename and unlink, the episode is whole, or removed; the same call again ends it."""
    steps = 0
    for name in ("rename", "replace", "unlink"):
        original = getattr(Path, name)

        def counted(path, *rest, original=original, **named):
            nonlocal steps
            steps -= 1
            if steps == 0:
                raise KeyboardInterrupt
            return original(path, *rest, **named)

        monkeypatch.setattr(Path, name, counted)
    before = files_of(episode_folder(tmp_path, library[1]))
    for stop in range(1, 40):
        steps = stop
        try:
            remove_episode(tmp_path, library[1], "asked for", purge)
        except KeyboardInterrupt:
            steps = 0
            if removal_of(tmp_path, library[1]) is None:
                now = files_of(episode_folder(tmp_path, library[1]))
                assert {name: now.get(name) for name in before} == before
            else:
                assert library[1] not in episode_ids(tmp_path)
                assert len(register_items(tmp_path, [item(1), item(2), item(3)], FEED).episodes) == 2
        else:
            break
    assert stop > 2
    kept = files_of(removed_folder(tmp_path) / library[1])
    assert list(kept) == ["removed.json"] if purge else {name: kept[name] for name in before} == before


def test_bringing_back_is_one_step_too(tmp_path, library, monkeypatch):
    """Stopped after the rename, the note that is left means nothing, and goes with the next removal."""
    remove_episode(tmp_path, library[1], "first", purge=False)
    with monkeypatch.context() as stopped:
        stopped.setattr(Path, "unlink", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt), lock(tmp_path / "library" / "episodes"):
            bring_back(tmp_path, library[1])
    assert library[1] in episode_ids(tmp_path)
    assert (removals(tmp_path), removal_of(tmp_path, library[1])) == ([], None)
    assert remove_episode(tmp_path, library[1], "second", purge=False).removed.reason == "second"


def test_a_purged_episode_that_comes_back_is_never_unknown(tmp_path, library, monkeypatch):
    """Until the library has it again its quotes say that it is gone; what a crash leaves of the note means nothing."""
    remove_episode(tmp_path, library[1], "by law", purge=True)
    with monkeypatch.context() as stopped:
        stopped.setattr("ingest.library.register.save_record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            register_items(tmp_path, [item(2)], FEED, again=True)
    assert removal_of(tmp_path, library[1]).removed.reason == "by law"
    with monkeypatch.context() as stopped:
        stopped.setattr("ingest.library.register.forget_removal", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            register_items(tmp_path, [item(2)], FEED, again=True)
    assert removals(tmp_path) == []
    assert remove_episode(tmp_path, library[1], "second", purge=False).removed.reason == "second"
    assert "episode.json" in files_of(removed_folder(tmp_path) / library[1])


def test_a_damaged_note_is_named(tmp_path, library):
    """What was removed is never guessed at."""
    remove_episode(tmp_path, library[1], "asked for", purge=False)
    path = removed_folder(tmp_path) / library[1] / "removed.json"
    path.write_bytes(path.read_bytes().replace(b"asked", b"nobody"))
    with pytest.raises(LibraryError, match=r"removed\.json cannot be read: its checksum does not match"):
        removals(tmp_path)


def test_the_folder_is_synced_after_the_rename(tmp_path, library, monkeypatch):
    """A power cut after the answer takes nothing back."""
    steps: list[str] = []
    sync, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda number: (steps.append("sync"), sync(number))[1])
    monkeypatch.setattr(Path, "rename", lambda path, target: (steps.append("rename"), rename(path, target))[1])
    remove_episode(tmp_path, library[1], "asked for", purge=False)
    assert steps[steps.index("rename") :] == ["rename", "sync", "sync"]
