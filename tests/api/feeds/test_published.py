"""A show's feed as it is published: what is added, for whom, at which addresses, and what is refused."""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, fromstring

import feedparser
import pytest

from api.cli import main
from api.errors import FeedUnknown
from api.feeds.chapters import chapters_json
from api.feeds.people import people_of
from api.feeds.published import published_feed
from api.feeds.soundbites import soundbites_of
from api.lessons.decide import decide
from api.lessons.register import register_of
from index.mined.episode import Chapter, Voice
from ingest.item import Item
from ingest.library.decisions import decision_of
from ingest.library.feed_document import keep_document
from ingest.library.records import FeedRecord, Record, feeds, load_record, load_transcript, save_feed, save_record
from ingest.library.removal import remove_show
from ingest.storage.files import write_bytes
from ingest.transcript import Show, Transcript
from tests.api.conftest import turn_of
from tests.api.feeds.antennapod import chapters as antennapod_chapters
from tests.api.feeds.conftest import BASE, SAMPLE, SHOW, plain, replace_document
from tests.api.feeds.test_captions import EPISODE
from tests.odd_feeds import PODCAST, without_additions

BLOCK = b"<itunes:block>Yes</itunes:block>"
NODE_MODULES = Path(__file__).parents[3] / "api" / "pages" / "node_modules"


@pytest.fixture
def own_home(sample_home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sample_home, tmp_path / "home")


@pytest.fixture(scope="module")
def published(sample_home, sample_generation) -> bytes:
    return published_feed(sample_home, sample_generation, SHOW, BASE).data


def elements(item: Element, name: str) -> list[Element]:
    return item.findall(f"{{{PODCAST}}}{name}")


def test_everything_of_the_publishers_is_still_there(published):
    """Canonically equal without the additions; and each line that is gone has its namespace and nothing else added."""
    original = plain((SAMPLE / "feed.xml").read_bytes())
    before, after = without_additions(original, published)
    assert before == after
    added = f' xmlns:podcast="{PODCAST}"'.encode()
    assert re.sub(rb"  <podcast:.*\n", b"", published.replace(added, b"", 1)) == original


def test_each_item_has_captions_people_and_soundbites(published, sample_client, sample_home):
    """With the attributes of the standard, at addresses that this server answers, for pages of any site."""
    root = fromstring(published)
    for item in root.findall(".//item"):
        links = elements(item, "transcript")
        assert [link.get("type") for link in links] == ["text/vtt", "application/json", "application/x-subrip"]
        for link in links:
            assert link.get("rel") == "captions"
            assert link.get("url").startswith(f"{BASE}/api/")
            response = sample_client.get(urlsplit(link.get("url")).path)
            assert response.status_code == 200
            assert response.headers["content-type"].split(";")[0] == link.get("type")
            assert response.headers["access-control-allow-origin"] == "*"
        people = [(person.text, person.get("role")) for person in elements(item, "person")]
        assert people[0] == ("Mina Calder", "host")
        assert [role for _, role in people] == ["host", "guest"]
        assert [unquote(one.get("href")) for one in elements(item, "person")] == [
            f"{BASE}/people/{n}" for n, _ in people
        ]
        bites = elements(item, "soundbite")
        assert 1 <= len(bites) <= 3
        for bite in bites:
            assert float(bite.get("startTime")) > 0
            assert 15 <= float(bite.get("duration")) <= 120
            assert 0 < len(bite.text) <= 128
    assert [one.text for one in root.findall(f"channel/{{{PODCAST}}}guid")] == ["06c56e38-f352-557d-9636-cf64dccf859a"]


def test_soundbites_begin_and_end_with_sentences(sample_home, sample_generation):
    """Each starts where a sentence's first word does, and ends with its last."""
    lessons = register_of(sample_home, sample_generation).entries
    for identifier in {entry.episode_id for entry in lessons}:
        transcript = load_transcript(sample_home, identifier)
        words = [word for turn in transcript.turns for word in turn.words if word.start is not None]
        opens = {words[0].start} | {b.start for a, b in itertools.pairwise(words) if a.text[-1] in ".?!]"}
        closes = {word.end for word in words if word.text[-1] in ".?!"}
        opens |= {turn.start for turn in transcript.turns}
        mine = [entry for entry in lessons if entry.episode_id == identifier]
        for one in soundbites_of(sample_home, identifier, mine):
            assert min(abs(one.start - time) for time in opens) < 0.02
            assert min(abs(one.start + one.duration - time) for time in closes) < 0.03


def test_a_lesson_that_people_rejected_is_no_soundbite(own_home, sample_generation):
    """What a person decides holds in the feed too, at once."""
    first = published_feed(own_home, sample_generation, SHOW, BASE).data
    entry = next(one for one in register_of(own_home, sample_generation).entries if one.title.encode() in first)
    decide(own_home, sample_generation, entry.id, decision_of("reject", entry.id, "a person", None))
    second = published_feed(own_home, sample_generation, SHOW, BASE).data
    assert f">{entry.title}</podcast:soundbite>".encode() in first
    assert f">{entry.title}</podcast:soundbite>".encode() not in second


def test_what_the_publisher_has_is_not_doubled(own_home, sample_generation):
    """The sample's own transcripts and people stay, and none are added beside them."""
    data = replace_document(own_home, lambda data: data)
    found = published_feed(own_home, sample_generation, SHOW, BASE).data
    for name in (b"<podcast:transcript", b"<podcast:person"):
        assert found.count(name) == data.count(name)
    assert found.count(b"<podcast:soundbite") >= 3


def test_estimated_times_are_never_published(served_home, served_base, tmp_path):
    """An episode with estimates gets the text without times, one with times gets captions; both keep their items."""
    home = shutil.copytree(served_home, tmp_path / "home")
    items = []
    for number, name in enumerate(("harbour-1-aaaa", "harbour-2-bbbb", "harbour-3-cccc"), 1):
        items.append(f"<item><title>T</title><guid>h{number}</guid><description>Words</description></item>")
        record = load_record(home, name)
        save_record(home, Record(record.episode, (Item(f"h{number}", "feed"),)))
    data = f"<rss version='2.0'><channel><title>Harbour</title>{''.join(items)}</channel></rss>".encode()
    show = Show("harbour", "The Harbour Podcast")
    save_feed(home, FeedRecord(show, "https://pods.example/h", document=keep_document(home, "harbour", data)))
    root = fromstring(published_feed(home, served_base.generation, "harbour", BASE).data)
    links = [
        [link.get("url").rpartition("/")[2] for link in elements(item, "transcript")] for item in root.iter("item")
    ]
    assert links == [["captions.vtt", "captions.json", "captions.srt"], ["transcript.txt"], ["transcript.txt"]]
    assert not any(elements(item, "soundbite") or elements(item, "chapters") for item in list(root.iter("item"))[1:])


def test_the_untimed_addresses_answer(client):
    """The text of an episode with estimates is there for all; its captions and chapters are not."""
    text = client.get("/api/episodes/harbour-2-bbbb/transcript.txt")
    assert (text.status_code, text.headers["access-control-allow-origin"]) == (200, "*")
    for name in ("captions.vtt", "captions.json", "chapters.json"):
        assert client.get(f"/api/episodes/harbour-2-bbbb/{name}").status_code == 404
    assert client.get("/api/episodes/harbour-1-aaaa/captions.doc").status_code == 404
    assert client.get("/api/episodes/harbour-4-eeee/captions.vtt").status_code == 404


def chaptered(*starts: float | None, timing: str = "aligned") -> tuple[Transcript, list[Chapter]]:
    turns = tuple(turn_of("Ada Host", "Words.", 10.0 * place, timing) for place in range(len(starts)))
    return Transcript(EPISODE, turns), [Chapter(f"C{n} " * 60, n, n, start) for n, start in enumerate(starts)]


def test_chapters_are_whole_ascending_seconds():
    """By AntennaPod's rules, which reads whole numbers: each later than the one before, and none moved."""
    found = chapters_json(*chaptered(3.2, 61.9, 61.2, None, 180.0), BASE)
    assert found["version"] == "1.2.0"
    assert [type(one["startTime"]) for one in found["chapters"]] == [int] * 3
    assert [start for start, _ in antennapod_chapters(json.dumps(found))] == [3, 61, 180]
    assert max(len(one["title"]) for one in found["chapters"]) <= 128
    assert found["chapters"][2]["url"] == f"{BASE}/episodes/tea-1-aaaa#turn-4"


@pytest.mark.parametrize("case", [chaptered(3.0), chaptered(0.0, 60.0, timing="estimated"), chaptered(1.0, None)])
def test_one_chapter_or_estimates_are_none(case):
    """A list of one says nothing, and an estimate is no fact."""
    assert chapters_json(*case, BASE) is None


def test_an_items_people_repeat_the_channels():
    """An app shows an item's people instead of the channel's; attributes stay; a name is not doubled by its case."""
    channel = fromstring(
        f'<channel xmlns:p="{PODCAST}">'
        '<p:person role="Host" img="https://a.example/a.png">Ada Host</p:person></channel>'
    )
    guest = Voice("Bo Guest", ("Bo",), 50, False)
    found = people_of([Voice("ada host", ("Ada",), 90, True), guest, Voice("N" * 129, ("N",), 1, False)], channel, BASE)
    assert [person.name for person in found] == ["Ada Host", "Bo Guest"]
    assert found[0].attributes == (("role", "Host"), ("img", "https://a.example/a.png"))
    assert people_of([Voice("Ada Host", ("Ada",), 90, True)], channel, BASE) == []


def test_the_server_gives_the_feed_and_says_when_it_is_unchanged(sample_client, published):
    """The same bytes as the command; with a validator; from pages of any site."""
    response = sample_client.get(f"/feeds/{SHOW}.xml")
    assert response.content == published
    assert response.headers["content-type"] == "application/rss+xml"
    assert response.headers["access-control-allow-origin"] == "*"
    again = sample_client.get(f"/feeds/{SHOW}.xml", headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    unknown = sample_client.get("/feeds/nobody.xml")
    assert (unknown.status_code, unknown.json()["errors"][0]["error"]) == (404, "FeedUnknown")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda home: write_bytes(home / "library/feeds" / f"{SHOW}.xml", b"<rss/>"), "run playback refresh first"),
        (lambda home: remove_show(home, SHOW, "by law"), "was removed from this library"),
        (
            lambda home: save_feed(home, replace(feeds(home)[0], url="https://me:secret@pods.example/f")),
            "holds a password or a token",
        ),
        (
            lambda home: save_feed(home, replace(feeds(home)[0], url="https://pods.example/f?auth=0123456789abcdef")),
            "holds a password or a token",
        ),
        (
            lambda home: replace_document(home, lambda data: data.replace(b"<item>", BLOCK + b"<item>", 1)),
            "asks not to list the feed",
        ),
        (lambda home: save_feed(home, replace(feeds(home)[0], url=None)), "came from files"),
    ],
)
def test_what_cannot_be_published_is_said_in_one_line(own_home, change: Callable[[Path], None], says):
    """An old library, a removed show, a private feed, a show without a feed."""
    change(own_home)
    with pytest.raises(FeedUnknown, match=says):
        published_feed(own_home, None, SHOW, BASE)


def test_an_atom_feed_is_published_as_it_is(own_home):
    """The podcast namespace is made for RSS; the line says so."""
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>1</id></entry></feed>'
    replace_document(own_home, lambda _: atom)
    found = published_feed(own_home, None, SHOW, BASE)
    assert found.data == atom
    assert found.media_type == "application/atom+xml"
    assert "an Atom feed" in found.notes[0]


def test_a_broken_feed_is_published_repaired(own_home, sample_generation):
    """Well-formed, with its additions, and the line says what was wrong."""
    replace_document(own_home, lambda data: plain(data).replace(b"The quiet Tuesday</title>", b"Q & A</title>"))
    found = published_feed(own_home, sample_generation, SHOW, BASE)
    assert fromstring(found.data).findall(".//item")[1].findtext("title") == "Q & A"
    assert "it is published repaired" in found.notes[0]
    assert found.data.count(b"<podcast:person") == 6


def test_the_command_needs_to_know_where_the_service_is(own_home, tmp_path, monkeypatch, capfdbinary):
    """Without PLAYBACK_PUBLIC_URL one line; with it the feed goes to a file, or as it is to standard output."""
    monkeypatch.delenv("PLAYBACK_PUBLIC_URL", raising=False)
    assert main(["--home", str(own_home), "publish-feed", SHOW]) == 1
    assert b"set PLAYBACK_PUBLIC_URL" in capfdbinary.readouterr().err
    monkeypatch.setenv("PLAYBACK_PUBLIC_URL", f"{BASE}/")
    assert main(["--home", str(own_home), "publish-feed", SHOW, "--output", str(tmp_path / "f.xml")]) == 0
    assert f'url="{BASE}/api/episodes/'.encode() in (tmp_path / "f.xml").read_bytes()
    assert main(["--home", str(own_home), "publish-feed", SHOW, "--output", str(tmp_path / "no" / "f.xml")]) == 1
    done = capfdbinary.readouterr()
    assert b"cannot be written" in done.err
    assert main(["--home", str(own_home), "publish-feed", SHOW]) == 0
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == (tmp_path / "f.xml").read_bytes()


def test_feedparser_reads_what_was_added(published):
    """It keeps the last of several elements, and all else of the items as it was."""
    found = feedparser.parse(published)
    assert not found.bozo
    assert found.feed.podcast_guid == "06c56e38-f352-557d-9636-cf64dccf859a"
    for entry, item in zip(found.entries, fromstring(published).iter("item"), strict=True):
        assert entry.id == item.findtext("guid")
        for name in ("transcript", "person", "soundbite"):
            last = elements(item, name)[-1].attrib
            assert entry[f"podcast_{name}"] == {key.lower(): value for key, value in last.items()}


@pytest.mark.long
def test_partytime_reads_what_was_added(published, tmp_path):
    """An npm parser of the namespace: transcripts, people with roles, soundbites and the guid, with their values."""
    if not (NODE_MODULES / "podcast-partytime").is_dir():
        pytest.skip("npm has not installed podcast-partytime")
    (tmp_path / "feed.xml").write_bytes(published)
    program = (
        "const {parseFeed} = require('podcast-partytime');"
        "const feed = parseFeed(require('fs').readFileSync(process.argv[1], 'utf8'));"
        "console.log(JSON.stringify(feed));"
    )
    done = subprocess.run(
        ["node", "-e", program, str(tmp_path / "feed.xml")],
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"], "NODE_PATH": str(NODE_MODULES), "LOG_LEVEL": "silent"},
    )
    feed = json.loads(done.stdout[done.stdout.index(b"{") :])
    root = fromstring(published)
    assert feed["guid"] == root.findtext(f"channel/{{{PODCAST}}}guid")
    items = {item.findtext("guid"): item for item in root.iter("item")}
    assert {item["guid"] for item in feed["items"]} == set(items)
    for read in feed["items"]:
        item = items[read["guid"]]
        assert [(one["url"], one["type"], one["rel"]) for one in read["podcastTranscripts"]] == [
            # It knows SRT under an older name of its type.
            (one.get("url"), one.get("type").replace("x-subrip", "srt"), one.get("rel"))
            for one in elements(item, "transcript")
        ]
        assert [(one["name"], one["role"].lower(), one["group"].lower()) for one in read["podcastPeople"]] == [
            (one.text, one.get("role"), "cast") for one in elements(item, "person")
        ]
        assert [(one["startTime"], one["duration"], one["title"]) for one in read["podcastSoundbites"]] == [
            (float(one.get("startTime")), float(one.get("duration")), one.text) for one in elements(item, "soundbite")
        ]
