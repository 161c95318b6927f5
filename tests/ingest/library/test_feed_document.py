"""The bytes of a feed are kept as they came, checked, and without what was purged."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from index.maintenance.backup import backup, restore
from ingest.doctor.library import examine_library
from ingest.library.feed_document import document_path, kept_document
from ingest.library.records import FeedRecord, feeds, save_feed
from ingest.library.removal import remove_episode, remove_show
from ingest.sources import refresh_feed, register_source

SECRET = "The kettle was never mine."
FEED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Tea show</title>\n'
    "<item><title>Talk 1</title><guid>g1</guid><description>Words &#x2615;</description></item>\n"
    f"<item><title>Talk 2</title><guid>g2</guid><description>{SECRET}</description></item>\n"
    "</channel></rss>\n"
).encode()
ADDRESS = "https://tea.example/feed"


@pytest.fixture
def feed_file(tmp_path: Path) -> Path:
    path = tmp_path / "feed.xml"
    path.write_bytes(FEED)
    return path


def only_feed(home: Path) -> FeedRecord:
    (feed,) = feeds(home)
    return feed


def test_the_bytes_are_kept_as_they_came(tmp_path, feed_file):
    """Private, whole, and not written again when nothing changed."""
    home = tmp_path / "home"
    register_source(str(feed_file), home)
    path = document_path(home, "tea-show")
    assert path.read_bytes() == FEED
    assert path.stat().st_mode & 0o077 == 0
    written = path.stat().st_ino
    register_source(str(feed_file), home)
    assert path.stat().st_ino == written
    feed_file.write_bytes(FEED + b"<!-- new -->")
    register_source(str(feed_file), home)
    assert kept_document(home, only_feed(home)) == FEED + b"<!-- new -->"


def test_of_a_purged_episode_nothing_stays_in_the_feed(tmp_path, feed_file):
    """Its words go with the bytes, and when the feed is read again its item is cut out of them."""
    home = tmp_path / "home"
    episodes = register_source(str(feed_file), home).episodes
    remove_episode(home, episodes[1].id, "by law", purge=True)
    assert not any(SECRET.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert kept_document(home, only_feed(home)) is None
    register_source(str(feed_file), home)
    kept = kept_document(home, only_feed(home))
    assert kept == FEED.replace(FEED[FEED.index(b"<item><title>Talk 2") : FEED.index(b"\n</channel>")], b"")
    assert not any(SECRET.encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_of_a_removed_show_no_bytes_stay(tmp_path, feed_file):
    """The feed is not read again, so its bytes would be old."""
    home = tmp_path / "home"
    register_source(str(feed_file), home)
    remove_show(home, "tea-show", "")
    assert not document_path(home, "tea-show").exists()


def test_a_library_without_the_bytes_asks_for_the_whole_feed(tmp_path, monkeypatch):
    """A library of an earlier version would otherwise be told that nothing changed, and never get them."""
    home, asked = tmp_path / "home", []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("if-none-match"))
        if asked[-1] is not None:
            return httpx.Response(304)
        return httpx.Response(200, content=FEED, headers={"etag": '"1"'})

    monkeypatch.setattr("ingest.sources.open_client", lambda allow: httpx.Client(transport=httpx.MockTransport(answer)))
    register_source(ADDRESS, home)
    refresh_feed(only_feed(home), home)
    document_path(home, "tea-show").unlink()
    save_feed(home, replace(only_feed(home), document=None))
    refresh_feed(only_feed(home), home)
    refresh_feed(only_feed(home), home)
    assert asked == [None, '"1"', None, '"1"']
    assert kept_document(home, only_feed(home)) == FEED


def test_doctor_takes_away_bytes_that_are_not_those_of_the_record(tmp_path, feed_file):
    """They cannot be mended here, but the next refresh reads them again; whole ones are left alone."""
    home = tmp_path / "home"
    register_source(str(feed_file), home)
    assert [found for found in examine_library(home) if "feeds" in found.path] == []
    path = document_path(home, "tea-show")
    path.write_bytes(FEED[:-1])
    (found,) = [found for found in examine_library(home) if "feeds" in found.path]
    assert (found.outcome, found.path) == ("repaired", "library/feeds/tea-show.xml")
    assert not path.exists()


def test_a_backup_holds_the_bytes(tmp_path, feed_file):
    """They come back with the rest of the library."""
    home = tmp_path / "home"
    register_source(str(feed_file), home)
    backup(home, tmp_path / "all.tar")
    restore(tmp_path / "all.tar", tmp_path / "again")
    assert kept_document(tmp_path / "again", only_feed(tmp_path / "again")) == FEED
