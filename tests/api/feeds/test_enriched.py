"""Additions to a feed: everything of the publisher's stays, byte for byte, and parsers read what was added."""

from xml.etree.ElementTree import fromstring

import feedparser
import pytest

from api.feeds.enriched import NAMESPACE, Addition, enriched, is_rss, podcast_guid
from ingest.feed.places import layout_of
from tests.odd_feeds import ODD_FEEDS, without_additions

FEEDS = [pytest.param(data, id=name) for name, data in ODD_FEEDS.items()]
NASTY = "<b>\"Ada\" & 'Bo' ]]> é \U0001fad6 \x00\x0b"
ADDED = [
    Addition("transcript", (("url", "https://q.example/a?b=1&c=2"), ("type", "text/vtt"))),
    Addition("person", (("role", "host"), ("href", 'https://q.example/"x"')), NASTY),
]


@pytest.mark.parametrize("data", FEEDS)
def test_without_additions_the_bytes_are_the_same(data):
    """Nothing is parsed and written again."""
    layout = layout_of(data, "feed")
    assert enriched(layout, [], {0: [], 1: []}) == data


@pytest.mark.parametrize("data", FEEDS)
def test_every_element_of_the_publishers_stays(data):
    """Without what was added it is the original in canonical form, and the original's bytes are in it in order."""
    layout = layout_of(data, "feed")
    numbers = [number for number, place in enumerate(layout.items) if place is not None]
    found = enriched(layout, [Addition("guid", text="abc")], dict.fromkeys(numbers, ADDED))
    original, left = without_additions(data, found)
    assert left == original
    rest = iter(found)
    assert all(byte in rest for byte in data), "the original is a subsequence of the result"
    root = fromstring(found)
    people = root.findall(f".//item/{{{NAMESPACE}}}person")
    assert [person.text for person in people] == ["<b>\"Ada\" & 'Bo' ]]> é \U0001fad6 "] * 2
    assert {person.get("href") for person in people} == {'https://q.example/"x"'}


def test_the_publishers_own_elements_win():
    """An item with a transcript of its own gets none, the other does; a podcast guid that is there stays alone."""
    found = enriched(layout_of(ODD_FEEDS["another prefix"], "feed"), [], {0: ADDED, 1: ADDED}).decode()
    assert found.count(":transcript ") == 2
    assert found.count("https://a.example/1.vtt") == 1
    live = ODD_FEEDS["live items and unknown elements"]
    assert enriched(layout_of(live, "feed"), [Addition("guid", text="new")], {}) == live


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("one line", "podcast"),
        ("another prefix", "podcast"),
        ("the prefix for something else", "podcast2"),
        ("the prefix for something else further down", "podcast2"),
    ],
)
def test_the_prefix_is_one_that_means_nothing_else(name, prefix):
    """Parsers without namespaces look for "podcast"; where that has another meaning, another prefix is declared."""
    found = enriched(layout_of(ODD_FEEDS[name], "feed"), [], {1: ADDED}).decode()
    assert f'xmlns:{prefix}="{NAMESPACE}"' in found
    assert f"<{prefix}:person " in found


def test_feedparser_reads_additions_and_all_else():
    """The same items with the same guids and enclosures, and the person that was added."""
    before = feedparser.parse(ODD_FEEDS["one line"])
    after = feedparser.parse(enriched(layout_of(ODD_FEEDS["one line"], "feed"), [], {0: ADDED[:1], 1: ADDED[:1]}))
    assert not after.bozo
    for one, other in zip(before.entries, after.entries, strict=True):
        assert other.podcast_transcript == {"url": "https://q.example/a?b=1&c=2", "type": "text/vtt"}
        assert {key: value for key, value in other.items() if key != "podcast_transcript"} == dict(one)


def test_an_addition_stands_on_a_line_of_its_own_where_the_end_tag_does():
    """Indented one step further than the end tag."""
    data = b"<rss version='2.0'><channel>\r\n  <item>\r\n    <guid>1</guid>\r\n  </item>\r\n</channel></rss>"
    found = enriched(layout_of(data, "feed"), [], {0: [Addition("guid", text="x")]})
    assert b"</guid>\r\n    <podcast:guid>x</podcast:guid>\r\n  </item>" in found


@pytest.mark.parametrize(
    ("address", "guid"),
    [
        # The examples of the podcast namespace's own page on this element.
        ("https://podnews.net/rss", "9b024349-ccf0-5f69-a609-6b82873eab3c"),
        ("https://mp3s.nashownotes.com/pc20rss.xml", "917393e3-1b1e-5cef-ace4-edaa54e1f810"),
        ("http://user:secret@podnews.net/rss///", "9b024349-ccf0-5f69-a609-6b82873eab3c"),
    ],
)
def test_the_guid_is_that_of_the_namespaces_rule(address, guid):
    """UUIDv5 of the address without scheme, password and slashes at its end."""
    assert podcast_guid(address) == guid


def test_only_rss_is_enriched():
    """The podcast namespace is made for RSS; Atom and RSS 1.0 are no RSS 2.0."""
    assert is_rss(layout_of(ODD_FEEDS["utf-16"], "feed"))
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>1</id></entry></feed>'
    assert not is_rss(layout_of(atom, "feed"))
