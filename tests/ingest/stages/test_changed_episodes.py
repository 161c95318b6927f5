"""Episodes and feeds that change after they were ingested: nothing is doubled, nothing that was said is lost."""

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingest import pipeline, sources
from ingest.errors import SourceError, TransientError
from ingest.export import render
from ingest.fetch.client import Downloaded, Fetched
from ingest.item import Item, Link
from ingest.library import records
from ingest.library.records import (
    earlier_transcripts,
    edited_on,
    episode_folder,
    episode_ids,
    feeds,
    load_record,
    load_transcript,
    recording,
)
from ingest.library.register import register_items
from ingest.library.shows import FeedState
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import refresh_feed, register_source
from ingest.speech.heard import Heard
from ingest.stages import captions as caption_links
from ingest.stages import heard_words
from ingest.stages import recording as recordings
from ingest.storage import files
from ingest.transcript import HeardWord
from tests.ingest.conftest import SPOKEN

OLD, NEW = "https://old.example/feed", "https://new.example/feed"
NOTES = "".join(f"<p><strong>{name}:</strong> {text}</p>" for name, text in SPOKEN)


def entry(number: int, guid: str | None = "", notes: str = NOTES, url: str | None = None, more: str = "") -> str:
    name = "" if guid is None else f"<guid>{guid or f'g-{number}'}</guid>"
    audio = f'<enclosure url="{url}" type="audio/mpeg" length="1"/>' if url else ""
    title = f"<title>Episode {number}: Kettles {number}</title>"
    return f"<item>{title}{name}{audio}{more}<description><![CDATA[{notes}]]></description></item>"


def feed(*entries: str, moved: str = "") -> bytes:
    new = f"<itunes:new-feed-url>{moved}</itunes:new-feed-url>" if moved else ""
    names = 'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    head = f"<title>Tea show</title><link>https://tea.example/</link>{new}"
    return f'<rss version="2.0" {names}><channel>{head}{"".join(entries)}</channel></rss>'.encode()


@pytest.fixture
def web(monkeypatch):
    """A web of documents by address, where 301 leads elsewhere for good; notes what was asked, with which validator."""

    there = SimpleNamespace(documents={}, moved={}, temporary={}, asked=[])

    def fetch(url, *, client=None, etag=None, last_modified=None, **_):
        there.asked.append((url, etag))
        at = there.moved.get(url) or there.temporary.get(url) or url
        if at not in there.documents:
            raise SourceError(f"{url}: is not there (status 404)")
        tag = hashlib.sha256(there.documents[at]).hexdigest()[:8]
        gone = url in there.moved
        return Fetched(b"" if etag == tag else there.documents[at], at, tag, None, None, etag == tag, gone)

    monkeypatch.setattr(sources, "fetch", fetch)
    return there


@pytest.fixture
def sound(monkeypatch):
    """Recordings by address, and an engine that counts how often it listens."""

    there = SimpleNamespace(bytes_of={}, downloads=[], asked=[], heard=[])

    def download(url, target, **_):
        there.downloads.append(url)
        if url not in there.bytes_of:
            raise SourceError(f"{url}: is not there (status 404)")
        files.write_bytes(target, there.bytes_of[url])
        return Downloaded(files.sha256_of(target), etag=hashlib.sha256(there.bytes_of[url]).hexdigest())

    def is_unchanged(url, known, client):
        there.asked.append(url)
        return url in there.bytes_of and known.etag == hashlib.sha256(there.bytes_of[url]).hexdigest()

    def transcribe(path, listening, progress=None, resume=None):
        there.heard.append(path.read_bytes())
        words = [word for _, text in SPOKEN for word in text.split()]
        timed = tuple(HeardWord(word, 0.5 * n, 0.5 * n + 0.4) for n, word in enumerate(words))
        return Heard(timed, "en", listening.engine, listening.model, 20.0, listening.vocabulary)

    monkeypatch.setattr(recordings, "download", download)
    monkeypatch.setattr(recordings, "is_unchanged", is_unchanged)
    monkeypatch.setattr(recordings, "probe", lambda path: SimpleNamespace(duration=20.0))
    monkeypatch.setattr(heard_words, "transcribe", transcribe)
    monkeypatch.setattr(pipeline, "with_edges", lambda transcript, audio: transcript)
    monkeypatch.setattr(pipeline, "weights_available", lambda *_, **__: None)
    pipeline.forget_missing_weights()
    yield there
    pipeline.forget_missing_weights()


def stamps(home: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}


def run(found, home, audio=False):
    return [ingest_episode(episode, home, IngestSettings(audio=audio)) for episode in found.episodes]


# --- words


def test_edited_notes_are_known_to_be_edited(web, tmp_path, monkeypatch):
    """The day on which the words changed is in the transcript and its export; the words of before are kept."""
    web.documents[OLD] = feed(entry(1))
    (first,) = run(register_source(OLD, tmp_path), tmp_path)
    name = first.episode.id
    assert edited_on(tmp_path, name) is None
    assert "edited" not in json.loads(render(load_transcript(tmp_path, name), "json"))
    monkeypatch.setattr(records, "today", lambda: "2031-02-03")
    web.documents[OLD] = feed(entry(1, notes=NOTES.replace("four", "five")))
    (second,) = run(register_source(OLD, tmp_path), tmp_path)
    assert (second.status, second.episode.id, edited_on(tmp_path, name)) == ("ingested", name, "2031-02-03")
    assert json.loads(render(load_transcript(tmp_path, name), "json"))["edited"] == "2031-02-03"
    assert "four minutes" in earlier_transcripts(tmp_path, name)[0].turns[3].text
    monkeypatch.setattr(records, "today", lambda: "2032-01-01")
    run(replace(register_source(OLD, tmp_path)), tmp_path)
    ingest_episode(second.episode, tmp_path, IngestSettings(audio=False, again=True))
    assert edited_on(tmp_path, name) == "2031-02-03", "the same words made again are not edited again"


def test_notes_that_vanish_take_no_transcript_away(web, tmp_path):
    """A publisher who empties the notes leaves us what was said."""
    web.documents[OLD] = feed(entry(1))
    (first,) = run(register_source(OLD, tmp_path), tmp_path)
    web.documents[OLD] = feed(entry(1, notes="Coming soon."))
    (second,) = run(register_source(OLD, tmp_path), tmp_path)
    assert "its earlier transcript is kept" in second.message
    assert len(load_transcript(tmp_path, first.episode.id).turns) == 4


# --- guids


def test_a_changed_guid_is_the_same_episode_and_says_its_things_once(web, tmp_path):
    """Known by its recording, it keeps its id; mended words come through, though those of before were more."""
    audio = "https://cdn.example/1.mp3"
    web.documents[OLD] = feed(entry(1, url=audio))
    (first,) = run(register_source(OLD, tmp_path), tmp_path)
    shorter = NOTES.replace(" if nobody has filled it to the brim", " if you must know")
    web.documents[OLD] = feed(entry(1, guid="other", url=audio, notes=shorter))
    (second,) = run(register_source(OLD, tmp_path), tmp_path)
    assert (second.episode.id, second.episode.guid) == (first.episode.id, "other")
    assert episode_ids(tmp_path) == [first.episode.id]
    assert "if you must know" in load_transcript(tmp_path, first.episode.id).turns[3].text
    assert [item.guid for item in load_record(tmp_path, first.episode.id).items] == ["other"]


def test_guids_that_go_missing_double_nothing(web, tmp_path):
    """A feed that loses its guids and finds them again has the episodes that it had."""
    urls = [f"https://cdn.example/{n}.mp3" for n in (1, 2)]
    named = feed(*(entry(n, url=url) for n, url in zip((1, 2), urls, strict=True)))
    web.documents[OLD] = named
    before = [outcome.episode.id for outcome in run(register_source(OLD, tmp_path), tmp_path)]
    web.documents[OLD] = feed(*(entry(n, guid=None, url=url) for n, url in zip((1, 2), urls, strict=True)))
    assert [outcome.episode.id for outcome in run(register_source(OLD, tmp_path), tmp_path)] == before
    web.documents[OLD] = named
    assert [outcome.episode.id for outcome in run(register_source(OLD, tmp_path), tmp_path)] == before
    assert len(episode_ids(tmp_path)) == 2


def test_a_page_beside_the_feed_is_not_replaced_by_a_new_guid(tmp_path):
    """What another source said stays recorded, whatever the feed calls its item."""
    show = {"show_title": "Government Digital Service Podcast", "number": 35}
    page = Item("file:5eed", "page.txt", title="GDS Podcast #35", notes="Ann: Hello.", **show)
    listed = Item("g-35", "feed", title="#35", feed_url=OLD, notes="x", **show)
    (first,) = register_items(tmp_path, [page]).episodes
    register_items(tmp_path, [listed], FeedState(OLD))
    (last,) = register_items(tmp_path, [replace(listed, guid="h-35")], FeedState(OLD)).episodes
    assert last.id == first.id
    assert [item.guid for item in load_record(tmp_path, first.id).items] == ["file:5eed", "h-35"]


# --- recordings


def test_a_recording_published_again_is_heard_again_if_its_bytes_changed(web, sound, tmp_path):
    """As GDS did with episode 39: another address brings the new recording; the same bytes are not heard twice."""
    one, two, three = (f"https://cdn.example/{name}.mp3" for name in ("39", "39b", "39c"))
    sound.bytes_of = {one: b"first cut", two: b"first cut", three: b"second cut"}
    for url, downloads, heard in ((one, 1, 1), (one, 1, 1), (two, 2, 1), (three, 3, 2), (three, 3, 2)):
        web.documents[OLD] = feed(entry(39, url=url))
        (outcome,) = run(register_source(OLD, tmp_path), tmp_path, audio=True)
        assert outcome.ok
        assert (len(sound.downloads), len(sound.heard)) == (downloads, heard), url
    assert recording(tmp_path, outcome.episode.id).read_bytes() == b"second cut"
    assert len(episode_ids(tmp_path)) == 1


def test_a_recording_of_another_length_is_fetched_again(web, sound, tmp_path):
    """Another stated duration at the same address has its server asked; another query of it has not."""
    url = "https://cdn.example/1.mp3"
    sound.bytes_of = {url: b"first", f"{url}?t=1": b"first", f"{url}?t=2": b"other"}
    for query, seconds, downloads in (("", 60, 1), ("?t=1", 60, 1), ("?t=2", 61, 2)):
        more = f"<itunes:duration>{seconds}</itunes:duration>"
        web.documents[OLD] = feed(entry(1, url=url + query, more=more))
        run(register_source(OLD, tmp_path), tmp_path, audio=True)
        assert len(sound.downloads) == downloads


def test_a_recording_published_again_at_its_address_is_asked_for(web, sound, tmp_path):
    """Another date, or --again: its server says whether the bytes changed, and only then is it fetched and heard."""
    url = "https://cdn.example/1.mp3"
    sound.bytes_of = {url: b"first"}
    first, later = (f"<pubDate>Mon, 0{day} Jan 2024 08:00:00 GMT</pubDate>" for day in (1, 8))
    for more, content, asked, downloads in (
        (first, b"first", 0, 1),
        (first, b"other", 0, 1),  # nothing says that it changed
        (later, b"first", 1, 1),
        (later, b"first", 1, 1),
        (first, b"other", 2, 2),
    ):
        sound.bytes_of[url] = content
        web.documents[OLD] = feed(entry(1, url=url, more=more))
        (outcome,) = run(register_source(OLD, tmp_path), tmp_path, audio=True)
        assert (len(sound.asked), len(sound.downloads)) == (asked, downloads)
    assert sound.heard == [b"first", b"other"]
    sound.bytes_of[url] = b"third"
    ingest_episode(outcome.episode, tmp_path, IngestSettings(again=True))
    assert recording(tmp_path, outcome.episode.id).read_bytes() == b"third"


def test_a_run_that_was_stopped_between_recording_and_note_is_made_up_for(web, sound, tmp_path):
    """What is noted of the recording before is not taken for what is known of this one."""
    url = "https://cdn.example/1.mp3"
    sound.bytes_of = {url: b"first"}
    web.documents[OLD] = feed(entry(1, url=url))
    (first,) = run(register_source(OLD, tmp_path), tmp_path, audio=True)
    audio = episode_folder(tmp_path, first.episode.id) / "audio.mp3"
    note = audio.with_name("recording.json")
    files.write_bytes(audio, b"other")  # by a run with --again that was killed
    os.utime(audio, ns=(note.stat().st_mtime_ns + 1,) * 2)
    run(register_source(OLD, tmp_path), tmp_path, audio=True)
    assert json.loads(note.read_bytes())["audio_sha256"] == files.sha256_of(audio)


def test_notes_edited_around_a_transcript_make_nothing_again(web, tmp_path):
    """The transcript keeps its bytes, and with them the index."""
    web.documents[OLD] = feed(entry(1, notes=f"<p>Today: kettles.</p>{NOTES}"))
    (first,) = run(register_source(OLD, tmp_path), tmp_path)
    path = episode_folder(tmp_path, first.episode.id) / "transcript.json"
    before = path.read_bytes()
    web.documents[OLD] = feed(entry(1, notes=f"<p>Today: kettles and tea.</p>{NOTES}"))
    (second,) = run(register_source(OLD, tmp_path), tmp_path)
    assert (second.status, path.read_bytes()) == ("unchanged", before)


def test_a_new_recording_out_of_reach_takes_the_old_one_not_away(web, sound, tmp_path):
    """The copy stays, and is replaced when the new one can be had, also by one of another kind."""
    one, two = "https://cdn.example/1.mp3", "https://cdn.example/1.m4a"
    sound.bytes_of = {one: b"first"}
    web.documents[OLD] = feed(entry(1, url=one))
    (first,) = run(register_source(OLD, tmp_path), tmp_path, audio=True)
    web.documents[OLD] = feed(entry(1, url=two))
    assert run(register_source(OLD, tmp_path), tmp_path, audio=True)[0].status == "unchanged"
    assert recording(tmp_path, first.episode.id).name == "audio.mp3"
    sound.bytes_of[two] = b"second"
    run(register_source(OLD, tmp_path), tmp_path, audio=True)
    assert [path.name for path in episode_folder(tmp_path, first.episode.id).glob("audio.*")] == ["audio.m4a"]
    assert sound.heard == [b"first", b"second"]


def test_one_recording_under_two_addresses_is_heard_once(web, sound, tmp_path):
    """Two items with the same bytes stay two episodes, because the publisher lists two; the engine listens once."""
    urls = [f"https://cdn.example/{n}.mp3" for n in (1, 2)]
    sound.bytes_of = dict.fromkeys(urls, b"same")
    web.documents[OLD] = feed(entry(1, url=urls[0]), entry(2, url=urls[1]))
    assert [outcome.status for outcome in run(register_source(OLD, tmp_path), tmp_path, audio=True)] == ["ingested"] * 2
    assert len(sound.heard) == 1
    assert [load_transcript(tmp_path, name).turns[0].timing for name in episode_ids(tmp_path)] == ["aligned"] * 2


def test_what_was_heard_in_another_recording_times_nothing(web, sound, tmp_path, monkeypatch):
    """New recording and no weights: its times are guesses until it is heard, not those of the old one."""
    one, two = "https://cdn.example/1.mp3", "https://cdn.example/2.mp3"
    sound.bytes_of = {one: b"first", two: b"second"}
    web.documents[OLD] = feed(entry(1, url=one))
    (first,) = run(register_source(OLD, tmp_path), tmp_path, audio=True)
    assert load_transcript(tmp_path, first.episode.id).turns[0].timing == "aligned"
    files.write_bytes(episode_folder(tmp_path, first.episode.id) / "audio.mp3", b"second")
    run(register_source(OLD, tmp_path), tmp_path)
    assert load_transcript(tmp_path, first.episode.id).turns[0].timing == "estimated"


def test_a_recording_of_an_earlier_version_counts_as_the_present_one(web, sound, tmp_path):
    """Nothing is fetched again because this version notes where recordings came from."""
    url = "https://cdn.example/1.mp3"
    sound.bytes_of = {url: b"first"}
    web.documents[OLD] = feed(entry(1, url=url))
    (first,) = run(register_source(OLD, tmp_path), tmp_path, audio=True)
    (episode_folder(tmp_path, first.episode.id) / "recording.json").unlink()
    run(register_source(OLD, tmp_path), tmp_path, audio=True)
    assert len(sound.downloads) == 1
    web.documents[OLD] = feed(entry(1, url=url.replace("1.mp3", "2.mp3")))
    run(register_source(OLD, tmp_path), tmp_path, audio=True)
    assert len(sound.downloads) == 2, "and a change from then on is seen"


def test_a_local_copy_whose_note_was_not_written_gets_it(tmp_path, sound):
    """A run that was killed between copy and note leaves a library that the next run completes."""
    (tmp_path / "1.mp3").write_bytes(b"first")
    path = tmp_path / "feed.xml"
    path.write_bytes(feed(entry(1, url="1.mp3")))
    home = tmp_path / "home"
    (outcome,) = run(register_source(str(path), home), home, audio=True)
    note = episode_folder(home, outcome.episode.id) / "recording.json"
    before = note.read_bytes()
    note.unlink()
    run(register_source(str(path), home), home, audio=True)
    assert note.read_bytes() == before
    (tmp_path / "1.mp3").write_bytes(b"other")
    run(register_source(str(path), home), home, audio=True)
    assert sound.heard == [b"first", b"other"], "other bytes of the same length are another recording"


def test_damaged_heard_words_cost_a_transcript_nothing(web, sound, tmp_path):
    """Without weights what was heard cannot be had again: the episode says so, and keeps the transcript it has."""
    url = "https://cdn.example/1.mp3"
    sound.bytes_of = {url: b"first"}
    web.documents[OLD] = feed(entry(1, url=url))
    (first,) = run(register_source(OLD, tmp_path), tmp_path, audio=True)
    path = episode_folder(tmp_path, first.episode.id) / "heard.json"
    path.write_bytes(path.read_bytes()[:-9])
    (second,) = run(register_source(OLD, tmp_path), tmp_path)
    assert second.status == "failed"
    assert "heard.json is damaged; restore it from a backup, or delete it" in second.message
    assert load_transcript(tmp_path, first.episode.id).turns[0].timing == "aligned"
    (third,) = run(register_source(OLD, tmp_path), tmp_path, audio=True)
    assert (third.ok, len(sound.heard)) == (True, 2), "with weights it is heard again"


# --- captions


def vtt(spoken=SPOKEN, each=5):
    cues = (f"00:00:{each * n:02}.000 --> 00:00:{each * n + each:02}.000\n{text}" for n, (_, text) in enumerate(spoken))
    return "\n\n".join(("WEBVTT", *cues)).encode()


def captioned(*urls):
    kinds = {"vtt": "text/vtt", "json": "application/json", "html": "text/html"}
    links = (f'<podcast:transcript type="{kinds[url.partition("?")[0][-4:].strip(".")]}" url="{url}"/>' for url in urls)
    names = 'xmlns:podcast="https://podcastindex.org/namespace/1.0"'
    return entry(1, more="".join(links)).replace("<item>", f"<item {names}>")


@pytest.fixture
def captions(web, monkeypatch):
    """The web, also for captions; an address among those `down` is out of reach for now."""
    web.down = set()

    def fetch(url, **how):
        if url in web.down:
            web.asked.append((url, None))
            raise SourceError(f"{url}: failed (status 503)") from TransientError("failed")
        return sources.fetch(url, **how)

    monkeypatch.setattr(caption_links, "fetch", fetch)
    return web


def a_day_passes(path):
    long_ago = path.stat().st_mtime - caption_links.LOOK_AGAIN - 1
    os.utime(path, (long_ago, long_ago))


ONE, TWO = "https://tea.example/1.vtt", "https://tea.example/2.vtt"


@pytest.mark.parametrize("after", [[captioned(TWO)], [entry(1)]], ids=["moved", "gone"])
@pytest.mark.parametrize("damaged", [False, True])
def test_captions_that_cannot_be_had_any_more_take_no_times_away(captions, tmp_path, damaged, after):
    """At a new address that does not answer, or named no more: the stored captions serve, or their damage is said.

    A feed that names none leaves the times that they gave also when all is made anew.
    """
    captions.documents = {OLD: feed(captioned(ONE)), ONE: vtt()}
    (first,) = run(register_source(OLD, tmp_path), tmp_path)
    path = episode_folder(tmp_path, first.episode.id) / "captions.json"
    if damaged:
        path.write_bytes(path.read_bytes()[:-9])
    captions.documents[OLD] = feed(*after)
    (second,) = run(register_source(OLD, tmp_path), tmp_path)
    assert second.status == ("failed" if damaged else "unchanged")
    assert load_transcript(tmp_path, first.episode.id).turns[0].timing == "aligned"
    if after == [entry(1)]:
        ingest_episode(second.episode, tmp_path, IngestSettings(audio=False, again=True))
        assert load_transcript(tmp_path, first.episode.id).turns[0].timing == "aligned"


def test_captions_edited_at_their_address_are_seen_within_a_day(captions, tmp_path):
    """Asked for once a day, with the validator that their server gave; the same captions are not read again."""
    captions.documents = {OLD: feed(captioned(ONE)), ONE: vtt()}
    (first,) = run(register_source(OLD, tmp_path), tmp_path)
    name = first.episode.id
    path = episode_folder(tmp_path, name) / "captions.json"

    captions.asked.clear()
    run(register_source(OLD, tmp_path), tmp_path)
    assert ONE not in dict(captions.asked), "not asked before a day is over"
    before = path.read_bytes()
    a_day_passes(path)
    for asked in (1, 1):
        (outcome,) = run(register_source(OLD, tmp_path), tmp_path)
        assert (outcome.status, path.read_bytes()) == ("unchanged", before)
        assert [etag is not None for url, etag in captions.asked if url == ONE] == [True] * asked
    for broken in (None, b"<html>moved</html>", vtt()):
        a_day_passes(path)
        captions.documents[ONE] = broken
        if broken is None:
            del captions.documents[ONE]
        (outcome,) = run(register_source(OLD, tmp_path), tmp_path)
        assert (outcome.status, path.read_bytes()) == ("unchanged", before)
    a_day_passes(path)
    captions.documents[ONE] = vtt(each=7)
    (outcome,) = run(register_source(OLD, tmp_path), tmp_path)
    assert outcome.status == "ingested"
    assert load_transcript(tmp_path, name).turns[1].start == pytest.approx(7, abs=1)


JSON = "https://tea.example/1.json"


def segments(names=("Ann Smith", "Bob Jones")):
    said = [
        {"speaker": names[n % 2], "startTime": 5 * n, "endTime": 5 * n + 5, "body": text}
        for n, (_, text) in enumerate(SPOKEN)
    ]
    return json.dumps({"version": "1.0.0", "segments": said}).encode()


def test_a_lesser_link_takes_nothing_away_while_the_better_one_is_out_of_reach(captions, tmp_path):
    """Names and times that were had stay, though another format could be read meanwhile."""
    captions.documents = {OLD: feed(captioned(JSON, ONE)), JSON: segments(), ONE: vtt()}
    (first,) = run(register_source(OLD, tmp_path), tmp_path)
    path = episode_folder(tmp_path, first.episode.id) / "captions.json"
    before = path.read_bytes()
    captions.down = {JSON}
    ingest_episode(first.episode, tmp_path, IngestSettings(audio=False, again=True))
    assert path.read_bytes() == before
    captions.down, captions.documents = set(), {**captions.documents, OLD: feed(captioned(ONE))}
    del captions.documents[JSON]
    run(register_source(OLD, tmp_path), tmp_path)
    assert path.read_bytes() != before, "a better link that is listed no more has had its day"


def test_a_better_link_that_was_out_of_reach_is_tried_again(captions, tmp_path):
    """The lesser one serves for a day, not for ever."""
    captions.documents = {OLD: feed(captioned(JSON, ONE)), JSON: segments(), ONE: vtt()}
    captions.down = {JSON}
    (first,) = run(register_source(OLD, tmp_path), tmp_path)
    path = episode_folder(tmp_path, first.episode.id) / "captions.json"
    captions.down = set()
    captions.asked.clear()
    run(register_source(OLD, tmp_path), tmp_path)
    assert JSON not in dict(captions.asked)
    a_day_passes(path)
    run(register_source(OLD, tmp_path), tmp_path)
    assert json.loads(path.read_bytes())["url"] == JSON


def test_a_signature_in_an_address_makes_nothing_new(captions, tmp_path):
    """Another query is the same link: it is asked for once a day, and a new validator is kept."""
    one, two = f"{ONE}?signed=1", f"{ONE}?signed=2"
    captions.documents = {OLD: feed(captioned(one)), one: vtt(), two: vtt()}
    (first,) = run(register_source(OLD, tmp_path), tmp_path)
    path = episode_folder(tmp_path, first.episode.id) / "captions.json"
    captions.documents[OLD] = feed(captioned(two))
    captions.asked.clear()
    assert run(register_source(OLD, tmp_path), tmp_path)[0].status == "unchanged"
    assert two not in dict(captions.asked)
    a_day_passes(path)
    assert run(register_source(OLD, tmp_path), tmp_path)[0].status == "unchanged"
    assert two in dict(captions.asked)


# --- feeds


def test_a_feed_that_did_not_change_is_not_read(web, tmp_path):
    """A refresh sends the stored validator; unchanged, the episodes of before are returned and no file is written."""
    web.documents[OLD] = feed(entry(1), entry(2))
    run(register_source(OLD, tmp_path), tmp_path)
    before, (known,) = stamps(tmp_path), feeds(tmp_path)
    found = refresh_feed(known, tmp_path)
    assert web.asked[-1] == (OLD, known.etag)
    assert sorted(episode.id for episode in found.episodes) == episode_ids(tmp_path)
    assert {outcome.status for outcome in run(found, tmp_path)} == {"unchanged"}
    assert stamps(tmp_path) == before
    web.documents[OLD] = feed(entry(1), entry(2), entry(3))
    assert len(refresh_feed(known, tmp_path).episodes) == 3
    register_source(OLD, tmp_path)
    assert web.asked[-1] == (OLD, None), "who names a feed wants it read"


@pytest.mark.parametrize("way", ["301", "tag", "tag that leads on"])
def test_a_feed_that_moved_is_read_at_its_new_address(web, tmp_path, way):
    """A permanent redirect or itunes:new-feed-url: the episodes stay what they are and say their things once."""
    web.documents[OLD] = feed(entry(1), entry(2))
    before = [outcome.episode.id for outcome in run(register_source(OLD, tmp_path), tmp_path)]
    web.documents[NEW] = feed(entry(1, notes=NOTES.replace(" four", "")), entry(2))
    if way == "301":
        web.moved[OLD] = NEW
    else:
        web.documents[OLD] = feed(entry(1), entry(2), moved="https://go.example/" if "on" in way else NEW)
        web.moved["https://go.example/"] = NEW
    (known,) = feeds(tmp_path)
    assert [outcome.episode.id for outcome in run(refresh_feed(known, tmp_path), tmp_path)] == before
    (known,) = feeds(tmp_path)
    assert (known.url, known.earlier_urls) == (NEW, (OLD,))
    assert [item.feed_url for item in load_record(tmp_path, before[0]).items] == [NEW]
    assert "About minutes" in load_transcript(tmp_path, before[0]).turns[3].text
    run(refresh_feed(known, tmp_path), tmp_path)
    assert web.asked[-1][0] == NEW
    assert [outcome.episode.id for outcome in run(register_source(OLD, tmp_path), tmp_path)] == before
    assert len(episode_ids(tmp_path)) == 2


def test_a_private_feed_moves_within_its_origin_with_its_password(web, tmp_path):
    """The new address is public in the feed, so it has no password; on another host it gets none."""
    old, new = "https://me:secret@old.example/feed", "https://me:secret@old.example/new"
    web.documents = {old: feed(entry(1), moved="https://old.example/new"), new: feed(entry(1), moved=new)}
    assert register_source(old, tmp_path).problems == ()
    assert feeds(tmp_path)[0].url == new
    web.documents = {old: feed(entry(1), moved=NEW), NEW: feed(entry(1))}
    register_source(old, tmp_path / "other")
    assert web.asked[-1][0] == NEW


def test_a_private_feed_is_one_show_whatever_it_is_called(web, tmp_path):
    """Its items name their feed without the password, and it is the same feed: renamed, or moved with mended notes."""
    old, new = "https://me:secret@old.example/feed", "https://me:secret@old.example/new"
    web.documents[old] = feed(entry(1))
    (first,) = run(register_source(old, tmp_path), tmp_path)
    web.documents[old] = feed(entry(1)).replace(b"Tea show", b"Coffee show").replace(b"tea.example", b"coffee.example")
    refresh_feed(feeds(tmp_path)[0], tmp_path)
    assert (len(feeds(tmp_path)), episode_ids(tmp_path)) == (1, [first.episode.id])
    web.moved[old] = new
    web.documents[new] = feed(entry(1, notes=NOTES.replace(" if nobody has filled it to the brim", "")))
    run(refresh_feed(feeds(tmp_path)[0], tmp_path), tmp_path)
    assert len(load_record(tmp_path, first.episode.id).items) == 1
    assert "brim" not in load_transcript(tmp_path, first.episode.id).turns[3].text


def test_a_redirect_for_now_moves_nothing(web, tmp_path):
    """302 and 307 lead elsewhere today; tomorrow the old address is asked again."""
    web.documents[NEW] = feed(entry(1))
    web.temporary[OLD] = NEW
    run(register_source(OLD, tmp_path), tmp_path)
    assert feeds(tmp_path)[0].url == OLD


@pytest.mark.parametrize("there", [b"", feed(entry(7, guid="stranger"))])
def test_a_move_to_somebody_elses_feed_is_not_followed(web, tmp_path, there):
    """What the feed names must list what the feed lists; otherwise the old address is read, and the line says so."""
    web.documents[OLD] = feed(entry(1), moved=NEW)
    if there:
        web.documents[NEW] = there
    found = register_source(OLD, tmp_path)
    assert [episode.guid for episode in found.episodes] == ["g-1"]
    assert "says it has moved, but was read at its old address" in found.problems[0]
    assert feeds(tmp_path)[0].url == OLD


def test_two_feeds_that_name_each_other_end(web, tmp_path):
    """One step is taken at a time."""
    web.documents = {OLD: feed(entry(1), moved=NEW), NEW: feed(entry(1), moved=OLD)}
    for _ in range(3):
        assert len(register_source(OLD, tmp_path).episodes) == 1
    assert len(episode_ids(tmp_path)) == 1


def test_an_episode_that_its_feed_no_longer_lists_stays(web, tmp_path, monkeypatch):
    """Feeds list their latest episodes only, so that one is missing means nothing; since when is known."""
    web.documents[OLD] = feed(entry(1), entry(2))
    first, second = (outcome.episode.id for outcome in run(register_source(OLD, tmp_path), tmp_path))
    assert feeds(tmp_path)[0].unlisted == {}
    for day, listed, unlisted in (
        ("2031-01-01", (2,), {first: "2031-01-01"}),
        ("2031-01-02", (2,), {first: "2031-01-01"}),
        ("2031-01-03", (1, 2), {}),
        ("2031-01-04", (1,), {second: "2031-01-04"}),
    ):
        monkeypatch.setattr("ingest.library.shows.today", lambda day=day: day)
        web.documents[OLD] = feed(*(entry(number) for number in listed))
        register_source(OLD, tmp_path)
        assert feeds(tmp_path)[0].unlisted == unlisted
    assert load_transcript(tmp_path, second) is not None


def test_a_local_feed_is_the_same_by_any_path(tmp_path, monkeypatch):
    """Typed in full or not, it says what it said: no file of the library is written."""
    path = tmp_path / "feed.xml"
    path.write_bytes(feed(entry(1), entry(2), entry(1, guid="g-9", url="9.mp3")))
    home = tmp_path / "home"
    monkeypatch.chdir(tmp_path)
    run(register_source("feed.xml", home), home)
    before = stamps(home)
    for source in (str(path), "./feed.xml"):
        assert {outcome.status for outcome in run(register_source(source, home), home)} == {"unchanged"}
    assert {outcome.status for outcome in run(refresh_feed(feeds(home)[0], home), home)} == {"unchanged"}
    assert stamps(home) == before


def test_the_guid_of_a_local_feed_may_change_too(tmp_path):
    """Its items have no address; they share the name of their file."""
    path = tmp_path / "feed.xml"
    path.write_bytes(feed(entry(1, url="1.mp3")))
    home = tmp_path / "home"
    (first,) = run(register_source(str(path), home), home)
    path.write_bytes(feed(entry(1, guid="other", url="1.mp3", notes=NOTES.replace("four", "five"))))
    (second,) = run(register_source(str(path), home), home)
    assert second.episode.id == first.episode.id
    assert len(load_record(home, first.episode.id).items) == 1
    assert "five" in load_transcript(home, first.episode.id).turns[3].text


def test_a_duration_that_only_the_recording_told_follows_it(tmp_path):
    """Published again and longer, the episode is as long as its new recording."""
    (episode,) = register_items(
        tmp_path, [Item("g", "f", show_title="Tea", enclosure=Link("https://a.example/1.mp3"))]
    ).episodes
    record = load_record(tmp_path, episode.id)
    folder = episode_folder(tmp_path, episode.id)
    for seconds in (60.0, 75.5):
        note = {"schema": 1, "address": "x", "stated": None, "audio_sha256": "1", "duration": seconds}
        files.write_bytes(folder / "audio.mp3", b"sound")
        files.write_json(folder / "recording.json", note)
        record = pipeline._with_recording(tmp_path, record, folder / "audio.mp3")
        assert load_record(tmp_path, episode.id).episode.duration == seconds
