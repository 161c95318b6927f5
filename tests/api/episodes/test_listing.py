"""What the list of episodes knows of each, read once and again when a file has changed."""

import json
from pathlib import Path

import pytest

from api.episodes.listing import entries_of, entry_of, people_of
from ingest.errors import LibraryError
from ingest.item import Item
from ingest.library.records import Record, episode_folder, save_record, save_transcript
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from ingest.transcript import Episode, Show, Transcript, Turn

TEA = Show("tea", "Tea show")
NOTES = """<p>A chat about copper kettles.</p><p>The transcript of the episode follows:</p>
<p><b>Ann Lee:</b> Hello and welcome to the tea show, where we talk about pots and cups and the DNS.</p>
<p><b>Bob Ray:</b> Thank you. We looked at the DNS again and again until the DNS was the only thing left to see.</p>
<p><b>Ann Lee:</b> Thank you for coming in today, it was lovely.</p>"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """One episode ingested through a feed."""
    (tmp_path / "feed.xml").write_text(
        '<rss version="2.0"><channel><title>Tea show</title><item><title>Boiling</title><guid>t1</guid>'
        f"<pubDate>Thu, 28 Oct 2021 10:00:00 GMT</pubDate><description><![CDATA[{NOTES}]]></description>"
        "</item></channel></rss>"
    )
    for episode in register_source(str(tmp_path / "feed.xml"), tmp_path / "home").episodes:
        assert ingest_episode(episode, tmp_path / "home", IngestSettings(audio=False)).status == "ingested"
    return tmp_path / "home"


def test_an_entry_holds_people_topics_and_the_words_it_is_found_by(home: Path) -> None:
    """The description is what stands before the transcript; words of the transcript are not among those searched."""
    (entry,) = entries_of(home)
    assert entry.people == ("Ann Lee", "Bob Ray")
    assert entry.topics == ("DNS",)
    assert entry.year == "2021"
    assert entry.description == "A chat about copper kettles."
    assert {"boiling", "tea", "show", "ann", "ray", "copper", "kettles"} <= entry.words
    assert "lovely" not in entry.words
    assert entry.has_transcript
    assert entry_of(home, entry.episode.id) == entry


def test_what_changed_is_read_again(home: Path) -> None:
    """A transcript that is replaced gives the new people at the next look."""
    episode = entries_of(home)[0].episode
    save_transcript(home, Transcript(episode, (Turn("Cy Poe", "Nothing of interest."),)), "changed by a test")
    (entry,) = entries_of(home)
    assert entry.people == ("Cy Poe",)
    assert entry.topics == ()


def test_nothing_is_read_while_nothing_changes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look parses no file."""
    before = entries_of(home)
    monkeypatch.setattr(json, "loads", lambda *_: pytest.fail("a file was read again"))
    assert entries_of(home) == before


def test_people_are_those_who_speak_then_those_the_sources_name(home: Path) -> None:
    """A name stands there once however it is written; the catalogue's people of a known episode come last."""
    episode = Episode("gds-35-aaaa", "g", Show("gds", "GDS Podcast"), 35, "Notify", "2021-10-28")
    save_record(home, Record(episode, (Item("g", "feed.xml", people=("LAURA STEVENS", "Zoe New")),)))
    save_transcript(home, Transcript(episode, (Turn("Laura Stevens", "Hello."), Turn("Host", "Hello."))), "by a test")
    people = entry_of(home, "gds-35-aaaa").people
    assert people[:2] == ("Laura Stevens", "Zoe New")
    assert "Host" not in people
    assert len(people) > 2
    assert entries_of(home)[0].episode.id == "gds-35-aaaa", "equally new, by id"


def test_labels_are_replaced_by_the_name_they_stand_for() -> None:
    """Two labels of one person are one person; parts such as "Speaker 1" are nobody."""
    turns = tuple(Turn(label, "Words.") for label in ("AL", "Ann Lee", None, "Speaker 1", "Bob"))
    episode = Episode("tea-1-aaaa", "t1", TEA)
    assert people_of(Transcript(episode, turns, {"AL": "Ann Lee"})) == ("Ann Lee", "Bob")


def test_an_episode_that_waits_is_listed(home: Path) -> None:
    """Without transcript, notes and date an episode has its title's words, and comes last."""
    save_record(home, Record(Episode("tea-9-zzzz", "t9", TEA, 9, "Steeping"), ()))
    entry = entries_of(home)[-1]
    assert (entry.episode.id, entry.people, entry.topics, entry.year) == ("tea-9-zzzz", (), (), None)
    assert entry.words == {"steeping", "tea", "show"}
    assert not entry.has_transcript


def test_a_damaged_episode_is_left_out_and_logged(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The others are listed; asked for itself it is an error that names the file."""
    identifier = entries_of(home)[0].episode.id
    (episode_folder(home, identifier) / "official.json").write_text('{"schema": 1}')
    assert entries_of(home) == ()
    assert "official.json" in caplog.text
    with pytest.raises(LibraryError, match=r"official\.json"):
        entry_of(home, identifier)


def test_an_empty_library_has_no_entries(tmp_path: Path) -> None:
    """A folder that does not exist yet."""
    assert entries_of(tmp_path / "nothing") == ()
