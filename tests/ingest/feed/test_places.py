"""Where items and channel stand in a feed's bytes; everything else there is left alone."""

import pytest

from ingest.errors import SourceError
from ingest.feed.parse import parse_feed
from ingest.feed.places import layout_of, without_items
from tests.odd_feeds import ODD_FEEDS

FEEDS = [pytest.param(data, id=name) for name, data in ODD_FEEDS.items()]


@pytest.mark.parametrize("data", FEEDS)
def test_each_item_stands_where_its_tags_are(data):
    """The bytes from a place's start to its end are that item, and end tags begin where they are said to."""
    layout = layout_of(data, "feed")
    assert layout.repaired is None
    assert layout.data == data
    assert layout.with_texts({}) == data
    places = [place for place in layout.items if place is not None]
    for number, place in enumerate(places, 1):
        text = data[place.start : place.end].decode(layout.encoding, "replace")
        assert text.startswith("<item>")
        assert f"<guid>g{number}</guid>" in text
        assert data[place.close : place.end].decode(layout.encoding) == "</item>"
    assert data[layout.channel_close :].decode(layout.encoding).startswith("</channel")
    assert len(places) == 2


@pytest.mark.parametrize("data", FEEDS)
def test_an_item_can_be_cut_out(data):
    """The other item is still read, and nothing of the first is left but what a comment says."""
    feed = parse_feed(data, "https://tea.example/feed")
    cut = parse_feed(without_items(data, [feed.places[0]], "feed"), "https://tea.example/feed")
    assert [item.guid for item in feed.items] == ["g1", "g2"]
    assert [item.guid for item in cut.items] == ["g2"]


def test_the_podcast_elements_that_are_there_are_known():
    """Each item and the channel with their own, not with those of others."""
    layout = layout_of(ODD_FEEDS["another prefix"], "feed")
    assert [place.podcast for place in layout.items] == [{"transcript"}, frozenset()]
    layout = layout_of(ODD_FEEDS["live items and unknown elements"], "feed")
    assert layout.channel_podcast == {"guid", "liveitem"}
    assert [place.podcast for place in layout.items] == [frozenset(), frozenset()]


def test_a_feed_that_is_not_well_formed_is_repaired_and_says_so():
    """A lone ampersand and an entity of HTML: the layout's bytes are well-formed and hold the same items."""
    data = ODD_FEEDS["one line"].replace(b"T1", b"Tea & caf&eacute;")
    layout = layout_of(data, "feed")
    assert "not well-formed" in layout.repaired
    assert parse_feed(layout.data, "https://tea.example/feed").items[0].title == "Tea & café"
    assert layout_of(layout.data, "feed").repaired is None


def test_a_document_type_is_refused():
    """What the parser of feeds refuses is refused here."""
    with pytest.raises(SourceError, match="document type"):
        layout_of(b'<!DOCTYPE rss [<!ENTITY a "b">]>' + ODD_FEEDS["one line"], "feed")


def test_items_inside_an_item_that_is_cut_out_go_with_it():
    """Nothing of the outer one is written again after the inner one."""
    data = b"<rss><channel><item><guid>a</guid><item><guid>b</guid></item><title>secret</title></item></channel></rss>"
    assert without_items(data, [0, 1], "feed") == b"<rss><channel></channel></rss>"
