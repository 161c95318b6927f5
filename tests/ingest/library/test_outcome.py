"""What is kept of an episode's failures, and when it is left alone."""

import json

import pytest

from ingest import pipeline
from ingest.errors import AudioError, LibraryError, ModelMissing, SourceError, TransientError
from ingest.item import Item, Link
from ingest.library.outcome import MOST_ATTEMPTS, load_state, source_of
from ingest.library.records import load_record
from ingest.library.register import register_items
from ingest.library.shows import FeedState
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.shownotes.parse import OfficialText
from ingest.sources import register_source
from ingest.stages import captions as caption_links
from ingest.stages.official_text import Official
from ingest.transcript import OfficialTurn

FEED = FeedState("https://tea.example/feed")
TURN = OfficialTurn("Ann", "Hello and welcome to the tea show, my name is Ann Smith.")


def item(**facts) -> Item:
    return Item("g-1", "f", show_title="Tea show", title="Talk", feed_url=FEED.url, **{"notes": "x", **facts})


@pytest.fixture
def failing(monkeypatch):
    """Makes every episode fail with an error, or not with None; counts how often one was tried."""

    class Failing:
        error: Exception | None = AudioError("audio.mp3: no sound can be decoded")
        tries = 0

    def official(*_):
        Failing.tries += 1
        if Failing.error is not None:
            raise Failing.error
        return Official("1", OfficialText((TURN,), aliases={}))

    monkeypatch.setattr(pipeline, "official_of", official)
    return Failing


def caused(cause: Exception) -> SourceError:
    try:
        raise SourceError("https://tea.example/1.mp3: cannot be reached; try again later") from cause
    except SourceError as error:
        return error


def runs(home, count=1, again=False) -> list[str]:
    (episode,) = register_items(home, [item()], FEED).episodes
    return [ingest_episode(episode, home, IngestSettings(audio=False, again=again)).status for _ in range(count)]


def test_the_third_failure_in_a_row_puts_an_episode_in_quarantine(tmp_path, failing):
    """Two failures are tried again; after the third it is left alone, not ok, and the reason is still said."""
    assert runs(tmp_path, 5) == ["failed", "failed", "quarantined", "quarantined", "quarantined"]
    assert failing.tries == MOST_ATTEMPTS == 3
    (episode,) = register_items(tmp_path, [item()], FEED).episodes
    outcome = ingest_episode(episode, tmp_path, IngestSettings(audio=False))
    assert not outcome.ok
    assert outcome.message.startswith(
        "audio.mp3: no sound can be decoded; failed 3 times; it is tried again with --again"
    )
    state = load_state(tmp_path, episode.id)
    assert (state.status, state.attempts, state.at[:2]) == ("quarantined", 3, "20")


def test_again_and_naming_it_try_it_once_more(tmp_path, failing):
    """`--again` tries; a failure then leaves it in quarantine. Its id as a source lets it out for three attempts."""
    runs(tmp_path, 3)
    assert runs(tmp_path, again=True) == ["quarantined"]
    assert failing.tries == 4
    (episode,) = register_items(tmp_path, [item()], FEED).episodes
    assert register_source(episode.id, tmp_path).episodes == (episode,)
    assert runs(tmp_path, 4) == ["failed", "failed", "quarantined", "quarantined"]


def test_a_changed_source_is_tried_anew(tmp_path, failing):
    """Mended notes, another recording or a local file with other bytes begin to count from one."""
    captions = tmp_path / "1.vtt"
    captions.write_text("WEBVTT\n")
    home = tmp_path / "home"
    local = {"transcripts": (Link(str(captions), "text/vtt"),)}
    (episode,) = register_items(home, [item(**local)], FEED).episodes

    def statuses(count):
        return [ingest_episode(episode, home, IngestSettings(audio=False)).status for _ in range(count)]

    assert statuses(4)[2:] == ["quarantined", "quarantined"]
    captions.write_text("WEBVTT \n")
    assert statuses(4) == ["failed", "failed", "quarantined", "quarantined"]
    register_items(home, [item(**local, enclosure=Link("https://tea.example/2.mp3"))], FEED)
    assert statuses(1) == ["failed"]
    before = source_of(load_record(home, episode.id))
    register_items(home, [item(**local, enclosure=Link("https://tea.example/2.mp3"), notes="mended")], FEED)
    assert source_of(load_record(home, episode.id)) != before


def test_a_success_forgets_the_failures(tmp_path, failing):
    """Only failures in a row count."""
    assert runs(tmp_path, 2) == ["failed", "failed"]
    error, failing.error = failing.error, None
    assert runs(tmp_path, 2) == ["ingested", "unchanged"]
    failing.error = error
    assert runs(tmp_path, 3) == ["failed", "failed", "quarantined"]


@pytest.mark.parametrize(
    "error",
    [
        caused(TransientError("cannot be reached")),
        caused(OSError(28, "No space left on device")),
        OSError(28, "No space left on device"),
        PermissionError(13, "Permission denied"),
        ModelMissing("no weights for 'small.en'"),
        LibraryError("official.json has schema 9"),
    ],
)
def test_what_is_not_the_episodes_fault_is_never_held_against_it(tmp_path, failing, error):
    """A network that is down for a day and a full disk put nothing in quarantine."""
    undecodable, failing.error = failing.error, error
    assert runs(tmp_path, 5) == ["failed"] * 5
    failing.error = undecodable
    assert runs(tmp_path, 2) == ["failed", "failed"]
    failing.error = error
    assert runs(tmp_path, 2) == ["failed", "failed"]
    failing.error = undecodable
    assert runs(tmp_path, 1) == ["quarantined"], "nor does it forget the episode's own failures"


@pytest.mark.parametrize("reachable", [False, True])
def test_captions_out_of_reach_are_no_failure_of_the_episode(tmp_path, monkeypatch, reachable):
    """A server that does not answer may answer tomorrow; one that sends no captions has failed."""

    def fetched(url, **_):
        raise caused(TransientError("did not answer")) if not reachable else SourceError(f"{url}: is not there")

    monkeypatch.setattr(caption_links, "fetch", fetched)
    (episode,) = register_items(
        tmp_path, [item(transcripts=(Link("https://tea.example/1.vtt", "text/vtt"),))], FEED
    ).episodes
    statuses = [ingest_episode(episode, tmp_path, IngestSettings(audio=False)).status for _ in range(4)]
    assert statuses == (["failed", "failed", "quarantined", "quarantined"] if reachable else ["failed"] * 4)


def test_an_error_of_the_disk_is_one_clear_line(tmp_path, monkeypatch):
    """The outcome says what to do, not which number the kernel gave."""
    (episode,) = register_items(tmp_path, [item()], FEED).episodes
    monkeypatch.setattr(pipeline, "_ingest", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    outcome = ingest_episode(episode, tmp_path, IngestSettings(audio=False))
    assert outcome.status == "failed"
    assert "no space is left on the disk; free some" in outcome.message.lower()


def test_a_state_of_an_earlier_version_is_read(tmp_path, failing):
    """Before attempts were counted a state was a word and a line; it counts as none."""
    (episode,) = register_items(tmp_path, [item()], FEED).episodes
    path = tmp_path / "library" / "episodes" / episode.id / "state.json"
    path.write_text(json.dumps({"schema": 1, "status": "failed", "message": "x"}))
    assert load_state(tmp_path, episode.id).attempts == 0
    assert runs(tmp_path, 3) == ["failed", "failed", "quarantined"]
    path.write_text("{")
    assert load_state(tmp_path, episode.id) is None
    path.write_text(json.dumps({"schema": 1, "status": "failed", "message": "x", "colour": "red"}))
    with pytest.raises(LibraryError, match="is not a state of schema 1"):
        load_state(tmp_path, episode.id)
