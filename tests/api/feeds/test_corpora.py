"""The feeds in ../shared, enriched: every element of the publisher's stays, and what is added can be read."""

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
import webvtt

from api.episodes.chapters import chapters_of
from api.feeds.captions import MOST_LINE, captions_text
from api.feeds.chapters import chapters_json
from api.feeds.published import published_feed
from index.building.build import build
from index.store import open_generation
from ingest.library.records import feeds, load_transcript
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from tests.api.feeds import antennapod
from tests.api.feeds.conftest import BASE
from tests.odd_feeds import PODCAST, without_additions

SHARED = Path(__file__).parents[3].parent / "shared"
pytestmark = pytest.mark.corpus


def enriched_home(name: str, home: Path, encoder, limit: int | None = None):
    source = SHARED / "corpora" / name / "feed.xml"
    if not source.is_file():
        pytest.skip(f"{source} is missing")
    episodes = register_source(str(source), home).episodes
    for episode in episodes[:limit]:
        ingest_episode(episode, home, IngestSettings(audio=False, allow=None))
    build(home, encoder)
    generation = open_generation(home)
    (feed,) = feeds(home)
    return source.read_bytes(), generation, published_feed(home, generation, feed.show.id, BASE).data, episodes[:limit]


def test_the_alignment_feed_keeps_its_elements_and_gains_chapters(tmp_path, encoder):
    """Its captions are the publisher's and stay alone; chapters ascend; captions of our own would be read as well."""
    data, generation, found, episodes = enriched_home("alignment", tmp_path, encoder)
    before, after = without_additions(data, found)
    assert before == after
    root = fromstring(found)
    assert found.count(b"<podcast:transcript") == data.count(b"<podcast:transcript")
    assert root.findall(f".//item/{{{PODCAST}}}chapters")
    for episode in episodes:
        transcript = load_transcript(tmp_path, episode.id)
        chapters = chapters_json(transcript, chapters_of(generation, transcript), BASE)
        if chapters is not None:
            starts = [start for start, _ in antennapod.chapters(json.dumps(chapters))]
            assert starts[0] == 0
            assert starts == sorted(set(starts))
        text = captions_text(transcript, "vtt")
        assert text is not None
        assert len(webvtt.from_string(text)) > 100
        assert max(len(line.partition(">")[2] if line.startswith("<v ") else line) for line in text.split("\n")) <= (
            MOST_LINE + text.count("&")
        )
        assert antennapod.vtt_segments(text)
        assert antennapod.json_segments(captions_text(transcript, "json"))
    generation.close()


def test_the_feed_of_sixty_interviews_has_no_time_that_is_an_estimate(tmp_path, encoder):
    """Their times are estimates: each item gets the text without times, and people where they are known."""
    data, generation, found, _ = enriched_home("engineering-lessons", tmp_path, encoder, limit=12)
    before, after = without_additions(data, found)
    assert before == after
    root = fromstring(found)
    kinds = [one.get("type") for one in root.iter(f"{{{PODCAST}}}transcript")]
    assert kinds == ["text/plain"] * 12
    assert not any(list(root.iter(f"{{{PODCAST}}}{name}")) for name in ("chapters", "soundbite"))
    people = list(root.iter(f"{{{PODCAST}}}person"))
    assert {person.get("role") for person in people} == {"host", "guest"}
    generation.close()


def test_the_page_of_the_seed_has_no_feed(tmp_path):
    """It is a text and no feed, and that is said in one line."""
    seed = next(iter(sorted((SHARED / "seed").glob("*.txt"))), None)
    if seed is None:
        pytest.skip("the seed is missing")
    register_source(str(seed), tmp_path)
    (feed,) = feeds(tmp_path)
    with pytest.raises(Exception, match="came from files, so it has no feed"):
        published_feed(tmp_path, None, feed.show.id, BASE)
