import re
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import SourceError
from ingest.feed.fields import plain_text, resolved
from ingest.feed.parse import Feed, looks_like_feed, parse_feed
from ingest.item import Link
from tests.growth import LINEAR, growth

URL = "https://pods.example/tea/feed.xml"
SHARED = Path(__file__).parents[3].parent / "shared"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:podcast="https://podcastindex.org/namespace/1.0">
<channel><title>Tea show</title><link>https://tea.example/</link>"""
TAIL = "</channel></rss>"
SOUND = '<enclosure url="https://cdn.example/1.mp3" type="audio/mpeg" length="9"/>'


def rss(*items: str, head: str = "", opening: str = HEAD) -> bytes:
    return (opening + head + "".join(f"<item>{item}</item>" for item in items) + TAIL).encode()


def item_of(inside: str, base: str = URL):
    (item,) = parse_feed(rss(inside), base).items
    return item


def broken(number: int, text: str = "Kettles") -> str:
    return f"<title>Episode {number}</title><guid>g{number}</guid><description>{text}</description>"


def test_every_field_of_an_item_is_read():
    """RSS, iTunes and Podcasting 2.0 fields each come out as the plain value that the model names."""
    item = item_of(
        """<title>Tea talk #35: Kettles &amp; pots</title><guid isPermaLink="false">abc-1</guid>
        <link>/e/35</link><pubDate>Thu, 28 Oct 2021 23:30:00 -0500</pubDate>
        <itunes:duration>1:21:59</itunes:duration><itunes:season>2</itunes:season><itunes:episode>35</itunes:episode>
        <enclosure url="audio/a b.mp3" type="audio/mpeg" length="12"/><description>&lt;p&gt;Hi&lt;/p&gt;</description>
        <podcast:transcript url="35.vtt" type="text/vtt" language="en" rel="captions"/>
        <podcast:transcript url="https://o.example/35.json" type="application/json"/>
        <podcast:person role="host">Ada Host</podcast:person><podcast:person>Bo Guest</podcast:person>
        <podcast:license>cc-by-4.0</podcast:license>"""
    )
    assert (item.guid, item.title, item.number, item.season) == ("abc-1", "Tea talk #35: Kettles & pots", 35, 2)
    assert (item.published, item.duration, item.page_url) == ("2021-10-29", 4919.0, "https://pods.example/e/35")
    assert item.enclosure == Link("https://pods.example/tea/audio/a%20b.mp3", "audio/mpeg")
    assert item.transcripts == (
        Link("https://pods.example/tea/35.vtt", "text/vtt", "en", "captions"),
        Link("https://o.example/35.json", "application/json"),
    )
    assert (item.people, item.licence, item.notes) == (("Ada Host", "Bo Guest"), "cc-by-4.0", "<p>Hi</p>")
    assert (item.show_title, item.show_link, item.feed_url) == ("Tea show", "https://tea.example/", URL)


def test_the_channel_is_read():
    """Title, link, licence and the feed's new address are those of the channel, not of what is nested in it."""
    head = (
        "<itunes:new-feed-url>https://new.example/feed</itunes:new-feed-url><podcast:license>OGL 3</podcast:license>"
        "<podcast:liveItem><title>Live!</title><link>https://live.example</link></podcast:liveItem>"
        "<podcast:person>Ada Host</podcast:person>"
    )
    feed = parse_feed(rss(SOUND, head=head), URL)
    assert (feed.title, feed.link, feed.new_url) == ("Tea show", "https://tea.example/", "https://new.example/feed")
    assert (feed.licence, feed.items[0].licence, feed.items[0].people) == ("OGL 3", "OGL 3", ("Ada Host",))


def test_atom_is_read():
    """An Atom feed gives the same items as RSS, its XHTML written out as HTML."""
    feed = parse_feed(
        b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Tea</title><link href="https://tea.example/"/>
        <entry><id>urn:1</id><title>Ep. 7: Pots</title><published>2021-10-28T10:00:00Z</published>
        <link href="https://tea.example/7"/><link rel="enclosure" href="7.mp3" type="audio/mpeg"/>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p><strong>Ada:</strong> Hi.</p></div></content>
        </entry></feed>""",
        URL,
    )
    (item,) = feed.items
    assert (item.guid, item.number, item.published) == ("urn:1", 7, "2021-10-28")
    assert (item.page_url, item.notes) == ("https://tea.example/7", "<p><strong>Ada:</strong> Hi.</p>")
    assert item.enclosure == Link("https://pods.example/tea/7.mp3", "audio/mpeg")


def test_rss_1_is_read():
    """RSS 1.0 keeps its items beside the channel."""
    feed = parse_feed(
        b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
        <channel><title>Tea</title><link>https://tea.example/</link></channel>
        <item rdf:about="https://tea.example/1"><title>One</title><description>Notes.</description></item></rdf:RDF>""",
        URL,
    )
    assert [(item.guid, item.notes, item.show_title) for item in feed.items] == [
        ("https://tea.example/1", "Notes.", "Tea")
    ]


@pytest.mark.parametrize("order", ["cds", "dcs", "sdc", "scd"])
def test_the_longest_notes_win_in_any_order(order):
    """The text with the transcript is taken wherever the publisher put it, with its markup as it came."""
    long = "<p><strong>Ada Host:</strong></p><p>" + "kettle " * 50 + "</p>"
    texts = {
        "c": "<content:encoded><![CDATA[<p>Buy tea.</p>]]></content:encoded>",
        "d": f"<description><![CDATA[{long}]]></description>",
        "s": "<itunes:summary>Short words.</itunes:summary>",
    }
    assert item_of("".join(texts[letter] for letter in order)).notes == long


def test_of_two_copies_the_one_with_markup_is_taken():
    """content:encoded comes before a description and a summary of the same words."""
    inside = (
        "<description>Ada: Hi Bo.</description><itunes:summary>Ada: Hi Bo.</itunes:summary>"
        "<content:encoded><![CDATA[<p><b>Ada:</b> Hi&nbsp;Bo.<script>x</script></p>]]></content:encoded>"
    )
    assert item_of(inside).notes == "<p><b>Ada:</b> Hi&nbsp;Bo.<script>x</script></p>"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Thu, 28 Oct 2021 09:00:00 +0100", "2021-10-28"),
        ("2021-10-28T23:30:00-05:00", "2021-10-29"),
        ("28 Oct 2021", "2021-10-28"),
        ("yesterday", None),
        ("Thu, 99 Foo 0001", None),
        ("", None),
    ],
)
def test_dates(date, expected):
    """A date is that of UTC; one that cannot be read is unknown and costs nothing else."""
    assert item_of(f"<pubDate>{date}</pubDate>{SOUND}").published == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Tea &amp;amp; pots", "Tea & pots"),
        ("Tea &amp; pots", "Tea & pots"),
        ("&lt;b&gt;Bold&lt;/b&gt; tea", "Bold tea"),
        ("Tea&lt;img src=x onerror=alert(1)&gt;", "Tea"),
        ("<![CDATA[A <3 B]]>", "A <3 B"),
        ("Te\u202ea\u200b  \n time", "Tea time"),
        ("x" * 600, "x" * 499 + "…"),
    ],
)
def test_titles_are_plain_text(printed, expected):
    """No markup, no control characters, references decoded once, at most 500 characters."""
    assert item_of(f"<title>{printed}</title>{SOUND}").title == expected


@given(st.text(max_size=200))
def test_plain_text_has_no_tags_and_no_hidden_characters(text):
    """Whatever stands in a field, its plain text is one line without control characters."""
    plain = plain_text(text)
    assert plain is None or (plain == " ".join(plain.split()) and plain.replace("\u200d", "").replace("\u200c", ""))


def test_an_item_without_guid_gets_the_same_one_each_time():
    """It is file:<SHA-256> of what is printed: recording, else page, else title and date; other items get others."""
    insides = (
        SOUND,
        "<link>https://tea.example/2</link><description>x</description>",
        "<title>A</title><description>x</description>",
        "<title>A</title><description>y</description>",
    )
    once, again = (parse_feed(rss(*insides), base) for base in (URL, "/srv/elsewhere/feed.xml"))
    assert [item.guid for item in once.items] == [item.guid for item in again.items]
    assert len({item.guid for item in once.items}) == 4
    assert all(re.fullmatch("file:[0-9a-f]{64}", item.guid) for item in once.items)


def test_two_items_with_one_guid_are_both_kept():
    """Identity decides later; the feed only says so."""
    feed = parse_feed(rss(broken(1), broken(1, "Pots")), URL)
    assert [item.notes for item in feed.items] == ["Kettles", "Pots"]
    assert feed.problems == ("item 2 (Episode 1): has the guid of an earlier item: g1",)


def test_an_item_without_anything_usable_is_left_out():
    """A title alone, or only a picture, is no episode; the others stay."""
    feed = parse_feed(rss("<title>Soon</title>", '<enclosure url="a.jpg" type="image/jpeg"/>', SOUND), URL)
    assert len(feed.items) == 1
    assert feed.problems == (
        "item 1 (Soon): has no notes, recording or transcript; it was left out",
        "item 2 (no title): has no notes, recording or transcript; it was left out",
    )


def test_what_many_items_have_in_common_is_said_in_few_lines():
    """The first five are named, the others counted; other problems keep their lines."""
    feed = parse_feed(rss(*(f"<title>{n}</title><pubDate>soon</pubDate>" for n in range(9)), broken(1)), URL)
    assert [line for line in feed.problems if "date" in line] == [
        *(f"item {n + 1} ({n}): its date was not understood: 'soon'" for n in range(5)),
        "the same for 4 more items: its date was not understood",
    ]
    assert "the same for 4 more items: has no notes, recording or transcript; it was left out" in feed.problems


def test_audio_comes_before_other_enclosures():
    """The recording is the audio file, wherever it stands among the enclosures."""
    inside = '<enclosure url="a.pdf" type="application/pdf"/><enclosure url="a.mp4" type="video/mp4"/>' + SOUND
    assert item_of(inside).enclosure == Link("https://cdn.example/1.mp3", "audio/mpeg")


def test_addresses_of_a_local_feed_are_files_beside_it():
    """Relative addresses become paths in the feed's folder, URLs stay URLs, and a page has no local address."""
    item = item_of(
        """<enclosure url="audio/one%20two.mp3" type="audio/mpeg"/><podcast:transcript url="./110.asr.vtt"/>
        <podcast:transcript url="https://o.example/1.srt"/><link>page.html</link>""",
        base="/srv/feeds/feed.xml",
    )
    assert item.enclosure is not None
    assert item.enclosure.url == "/srv/feeds/audio/one two.mp3"
    assert [link.url for link in item.transcripts] == ["/srv/feeds/110.asr.vtt", "https://o.example/1.srt"]
    assert (item.page_url, item.feed_url) == (None, None)


@pytest.mark.parametrize("base", [URL, "/srv/feeds/feed.xml"])
@pytest.mark.parametrize(
    "reference", ["file:///etc/passwd", "javascript:alert(1)", "data:audio/mpeg;base64,AAAA", "ftp://h.example/1.mp3"]
)
def test_other_schemes_are_refused(base, reference):
    """Only http and https, or a file beside the feed; the item stays and the problem is named."""
    feed = parse_feed(rss(f'<description>Hi</description><enclosure url="{reference}" type="audio/mpeg"/>'), base)
    assert feed.items[0].enclosure is None
    assert "its recording was not used" in feed.problems[0]


@pytest.mark.parametrize(
    "reference",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "a/../../b.vtt",
        "%2e%2e/b.vtt",
        "..%2Fb",
        "%2fetc%2fpasswd",
        "..\\b",
        "a%00b",
        "d/",
    ],
)
def test_a_local_feed_names_no_path_elsewhere(reference):
    """Nothing in a feed reaches out of its folder, however it is written."""
    with pytest.raises(ValueError, match=r"."):
        resolved(reference, "/srv/feeds/feed.xml")


@given(st.text(alphabet="./\\%2efa:b ", max_size=20))
def test_a_resolved_path_stays_in_the_folder(reference):
    """Whatever dots, slashes and escapes are combined, a resolved path lies in the feed's folder."""
    try:
        path = resolved(reference, "/srv/feeds/feed.xml")
    except ValueError:
        return
    # "//host" names a web server, as on any page.
    assert path.startswith("https://") or Path(path).is_relative_to("/srv/feeds")
    assert ".." not in Path(path).parts


def test_the_scheme_of_an_address_is_lower_case():
    """What reads the link tells a web address by its beginning."""
    assert resolved("HTTPS://H.example/A.mp3", "/srv/feed.xml") == "https://H.example/A.mp3"


def test_the_feeds_address_is_the_one_that_was_asked_for():
    """A redirect's target may change; items keep the address by which the show is known."""
    (item,) = parse_feed(
        rss('<enclosure url="1.mp3"/>'), "https://cdn.example/x/feed", "https://pods.example/feed"
    ).items
    assert (item.feed_url, item.origin) == ("https://pods.example/feed", "https://pods.example/feed")
    assert item.enclosure == Link("https://cdn.example/x/1.mp3")


def test_a_password_in_the_feeds_address_goes_nowhere():
    """Neither messages nor relative addresses carry the feed's password."""
    feed = parse_feed(rss('<enclosure url="1.mp3" type="audio/mpeg"/>'), "https://ada:secret@pods.example/feed")
    assert "secret" not in repr(feed)
    with pytest.raises(SourceError) as error:
        parse_feed(b"", "https://ada:secret@pods.example/feed")
    assert "secret" not in str(error.value)


UMLAUT = broken(1, "Käse – naïve")


@pytest.mark.parametrize(
    "data",
    [
        rss(UMLAUT),
        b"\xef\xbb\xbf" + rss(UMLAUT),
        b"\n  " + rss(UMLAUT),
        rss(UMLAUT).decode().encode("utf-16"),
        rss(UMLAUT).decode().replace('encoding="UTF-8"', "").encode("utf-16-be"),
        rss(UMLAUT).decode().encode("cp1252"),
        rss(UMLAUT).decode().replace("UTF-8", "ISO-8859-1").encode("cp1252"),
        rss(UMLAUT).decode().replace("UTF-8", "ISO-8859-1").encode(),
        rss(UMLAUT).decode().replace("UTF-8", "no-such-code").encode(),
        rss(UMLAUT).decode().replace("UTF-8", "punycode").encode(),
        b"Warning: a server's own words\n" + rss(UMLAUT),
    ],
)
def test_encodings_are_found_out(data):
    """Marks, wrong and missing declarations and leading blanks never change the text."""
    assert parse_feed(data, URL).items[0].notes == "Käse – naïve"


def test_references_of_html_and_lone_ampersands_are_read():
    """&nbsp; is no XML, and & alone neither, but feeds are full of them."""
    item = item_of("<title>Q&A &ndash; tea & pots&nbsp;&bogus; &#0;&#x1F;</title><description>a &lt; b</description>")
    assert (item.title, item.notes) == ("Q&A – tea & pots &bogus;", "a < b")


def test_items_before_a_break_survive():
    """A feed that ends in mid-item loses that item alone, and says so."""
    whole = rss(broken(1), broken(2), broken(3))
    feed = parse_feed(whole[: whole.index(b"<guid>g3") + 5], URL)
    assert [item.title for item in feed.items] == ["Episode 1", "Episode 2"]
    assert feed.title == "Tea show"
    assert "item 3 (Episode 3) is cut off; it was left out" in feed.problems


@given(st.integers(min_value=0, max_value=len(rss(broken(1), broken(2)))))
def test_a_feed_cut_anywhere_is_read_or_refused(length):
    """Wherever the transfer stopped, whole items are read and nothing but SourceError is raised."""
    whole = rss(broken(1), broken(2))
    try:
        items = parse_feed(whole[:length], URL).items
    except SourceError:
        assert length < len(HEAD)
    else:
        assert len(items) == whole[:length].count(b"</item>")


def test_markup_that_was_not_protected_stays_in_the_notes():
    """An unclosed <br> in one item, even hundreds, costs neither that item's text nor the others."""
    notes = "<p>Ada: Hi.<br>" + "<br>tea " * 200
    feed = parse_feed(rss(broken(1), broken(2, notes), broken(3)), URL)
    assert [item.notes for item in feed.items] == ["Kettles", notes.strip(), "Kettles"]


def test_a_transcript_comes_before_longer_notes():
    """Names before colons that come back are one, unless they are few words beside the longest text."""
    talk = "<p>Ann: I like tea a lot.</p><p>Jo: So do I.</p>" * 3
    links = "<p>Website: tea.example</p><p>Email: a@tea.example</p>" * 2
    notes, spoken = "<p>All on the kettle of the week.</p>" * 6, "<p><b>Ann</b></p><p>I like tea a lot.</p>" * 20
    for short, long, taken in ((talk, notes, talk), (links, spoken, spoken)):
        item = item_of(
            f"<description><![CDATA[{short}]]></description><content:encoded><![CDATA[{long}]]></content:encoded>"
        )
        assert item.notes == taken


def test_an_item_beyond_mending_is_left_out_alone():
    """The items around it are read, and it is named."""
    feed = parse_feed(rss(broken(1), "<title>Bad one</title><x <y></z>", broken(3)), URL)
    assert [item.title for item in feed.items] == ["Episode 1", "Episode 3"]
    assert "item 2 (Bad one) is broken; it was left out" in feed.problems


def test_elements_nested_too_deep_cost_their_item():
    """A hundred levels are in no feed; as markup of the notes they stay text, as anything else the item goes."""
    deep = "<b>" * 200 + "</b>" * 200
    feed = parse_feed(rss(broken(1), broken(2, f"tea {deep}"), broken(3) + f"<x>{deep}</x>"), URL)
    assert [item.notes for item in feed.items] == ["Kettles", f"tea {deep}"]
    assert "item 3 (Episode 3) is broken; it was left out" in feed.problems


def test_prefixes_that_nobody_declared_are_read():
    """A feed that forgets xmlns:itunes still gives its durations."""
    feed = parse_feed(rss(broken(1) + "<itunes:duration>34:12</itunes:duration>", opening="<rss><channel>"), URL)
    assert feed.items[0].duration == 2052.0


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b'{"version": "https://jsonfeed.org"}', "is JSON"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is a PNG image"),
        (b"\0\1\2\3" * 9, "is binary data"),
        (b"just words", "is text"),
        (b"<opml version='2.0'><body/></opml>", "is XML with the root <opml>"),
        (b"<!doctype html><html><title>Tea</title></html>", "is an HTML page, not a feed; give"),
        (
            b"<html><link rel=alternate type=application/rss+xml href='/feed?a=1&amp;b=2'><feed >",
            "is an HTML page, not a feed; look for its RSS link: https://pods.example/feed?a=1&b=2",
        ),
        (b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss><channel/></rss>", "declares a document type"),
    ],
)
def test_what_is_no_feed_is_named(data, says):
    """One line says where, what it is instead, and what to do."""
    with pytest.raises(SourceError) as error:
        parse_feed(data, URL)
    assert str(error.value).startswith(f"{URL}: {says}")
    assert "\n" not in str(error.value)


def test_a_feed_is_recognised_by_its_beginning():
    """Any encoding and any prolog; a page or other XML is none."""
    feed = rss(broken(1))
    assert looks_like_feed(feed) and looks_like_feed(feed[:500]) and looks_like_feed(feed.decode().encode("utf-16"))
    assert looks_like_feed(b"<?xml-stylesheet href='a'?><!-- <html> --><feed xmlns='http://www.w3.org/2005/Atom'>")
    for other in (
        b"",
        b"<html><feed xmlns='a'>",
        b"{}",
        b"<opml><rss version='2.0'>",
        b"Ada: I like <rss>.",
        b"WEBVTT",
    ):
        assert not looks_like_feed(other)


def test_an_empty_feed_has_no_items_and_says_so():
    """A show that has published nothing is no error here."""
    assert parse_feed(rss(), URL) == Feed(
        "Tea show", "https://tea.example/", (), ("the feed has no items",), None, None
    )


BOMBS = ("<a>", "<item>", "<item><title>", "<![CDATA[", "<!--", "<title>", "<item ", "&", "&#", "<a:b c:d='", "<?xml ")


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("closing", ["", "</item></channel></rss>", "</description></item></channel></rss>"])
def test_hostile_input_costs_little_and_only_its_item(bomb, closing):
    """One thing over and over is read in proportion to its size and leaves the item before it."""

    def read(size):
        hostile = f"<rss><channel><item>{broken(1)}</item><item><description>{bomb * (size // len(bomb))}{closing}"
        assert parse_feed(hostile.encode(), URL).items[0].guid == "g1"

    assert growth(read, 4_000) < LINEAR


def test_a_feed_that_is_too_large_is_refused():
    """More than 50 MiB are not parsed."""
    with pytest.raises(SourceError, match=r"bytes are too many for a feed; the limit is 52,428,800"):
        parse_feed(rss() + b" " * 50 * 2**20, URL)


@given(st.binary(max_size=300), st.integers(min_value=0, max_value=500))
def test_damaged_bytes_never_raise_anything_else(noise, place):
    """Noise in the middle of a feed gives a feed or a SourceError of one line."""
    whole = rss(broken(1) + SOUND)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            parse_feed(whole[:place] + noise + whole[place:], URL)
        except SourceError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize(("folder", "count"), [("alignment", 6), ("engineering-lessons", 60)])
def test_the_corpora_come_out_whole(folder, count):
    """Notes are byte for byte the published text, and every item has guid, number, date and duration."""
    path = SHARED / "corpora" / folder / "feed.xml"
    if not path.exists():
        pytest.skip("the shared corpora are not here")
    data = path.read_bytes()
    feed = parse_feed(data, str(path))
    assert (len(feed.items), feed.problems) == (count, ())
    # Read with patterns alone, as a reference that shares nothing with the parser.
    text = data.decode()
    notes = [found.strip() for found in re.findall(r"<content:encoded><!\[CDATA\[(.*?)\]\]>", text, re.DOTALL)]
    assert [item.notes for item in feed.items] == notes
    assert [item.guid for item in feed.items] == re.findall(r"<guid[^>]*>(.*?)</guid>", text)
    clocks = re.findall(r"<itunes:duration>(?:(\d+):)?(\d+):(\d+)</itunes:duration>", text)
    assert [item.duration for item in feed.items] == [int(h or 0) * 3600 + int(m) * 60 + int(s) for h, m, s in clocks]
    assert [str(item.number) for item in feed.items] == re.findall(r"<itunes:episode>(\d+)<", text)
    assert all(item.published and re.fullmatch(r"\d{4}-\d\d-\d\d", item.published) for item in feed.items)
    linked = [str(path.parent / name) for name in re.findall(r'<podcast:transcript url="(.*?)"', text)]
    assert [link.url for item in feed.items for link in item.transcripts] == linked
