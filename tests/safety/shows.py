"""A show from the items of a feed, ingested."""

from collections.abc import Iterable
from pathlib import Path

from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from ingest.transcript import Episode


def ingested_show(feed: Path, items: Iterable[str], home: Path) -> tuple[Episode, ...]:
    """Write a feed of these items, ingest every episode of it without audio, and return them."""
    feed.write_text(
        '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>A show</title>'
        f"{''.join(items)}</channel></rss>",
        "utf-8",
    )
    episodes = register_source(str(feed), home).episodes
    assert {ingest_episode(episode, home, IngestSettings(audio=False)).status for episode in episodes} == {"ingested"}
    return episodes
