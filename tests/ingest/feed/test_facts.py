"""Numbers, dates and durations of a feed's items, and the doubts about them."""

import pytest

from ingest.feed.fields import seconds_in, whole_number
from ingest.feed.parse import Feed, parse_feed

HEAD = """<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:podcast="https://podcastindex.org/namespace/1.0">
<channel><title>Tea show</title>"""


def feed_of(*items: str) -> Feed:
    bodies = "".join(
        f"<item><guid>g{n}</guid><description>Tea</description>{item}</item>" for n, item in enumerate(items)
    )
    return parse_feed(f"{HEAD}{bodies}</channel></rss>".encode(), "https://pods.example/tea/feed.xml")


def test_a_date_that_is_not_understood_is_named() -> None:
    """The line says which text it was; a date of the last change is taken only where no other is printed."""
    changed = "<atom:updated xmlns:atom='http://www.w3.org/2005/Atom'>2021-10-28T09:00:00Z</atom:updated>"
    feed = feed_of(
        f"<title>Pots</title><pubDate>32/13/2020</pubDate>{changed}",
        f"<title>Cups</title><pubDate> </pubDate>{changed}",
        "<title>Tea</title>",
    )
    assert [item.published for item in feed.items] == [None, "2021-10-28", None]
    assert feed.problems == ("item 1 (Pots): its date was not understood: '32/13/2020'",)


@pytest.mark.parametrize(
    ("printed", "number"),
    [("35", 35), ("#35", 35), ("Episode 035", 35), ("0", 0), ("3.5", None), ("-3", None), ("x", None), (None, None)],
)
def test_numbers(printed: str | None, number: int | None) -> None:
    """A field for a number is read when it holds one whole number."""
    assert whole_number(printed) == number


@pytest.mark.parametrize(
    ("inside", "number"),
    [
        ("<title>Talk #35: tea</title>", 35),
        ("<title>Talk #35: tea</title><podcast:episode>7</podcast:episode>", 7),
        ("<title>Talk #35: tea</title><itunes:episode>8</itunes:episode><podcast:episode>7</podcast:episode>", 8),
        ("<title>Talk #35: tea</title><itunes:episode> </itunes:episode>", 35),
        ("<title>Talk #35: tea</title><itunes:episode>none</itunes:episode>", 35),
        ("<title>Talk #35: tea</title><itunes:episodeType>Full</itunes:episodeType>", 35),
        ("<title>Talk #35: tea</title><itunes:episodeType>Trailer</itunes:episodeType>", None),
        ("<title>Talk #35: tea</title><itunes:episodeType>bonus</itunes:episodeType>", None),
        (
            "<title>Tea</title><itunes:episode>4</itunes:episode><itunes:episodeType>bonus</itunes:episodeType>",
            4,
        ),
        ("<title>Tea</title>", None),
    ],
)
def test_a_field_decides_the_number_before_the_title(inside: str, number: int | None) -> None:
    """The iTunes field, then podcast:episode, then the title; that of a trailer or a bonus numbers nothing."""
    feed = feed_of(inside)
    assert (feed.items[0].number, [line for line in feed.problems if "not" in line]) == (number, [])


def test_a_decimal_is_no_number_whatever_the_title_says() -> None:
    """The title of episode 2.5 is not asked; the line says what stood there."""
    feed = feed_of("<title>Episode 2: Pots</title><podcast:episode>2.5</podcast:episode>")
    assert feed.items[0].number is None
    assert feed.problems == ("item 1 (Episode 2: Pots): its episode number is not a whole number: '2.5'",)


def test_a_title_that_contradicts_the_field_is_told() -> None:
    """The field is used."""
    feed = feed_of("<title>Tea show Episode 13: Pots</title><itunes:episode>12</itunes:episode>")
    assert feed.items[0].number == 12
    (line,) = feed.problems
    assert line.endswith("its title and its episode number differ: 13 and 12, which is used")


def test_a_number_that_another_episode_has_is_not_given_twice() -> None:
    """A teaser and a repeat carry the title of their episode; in another season the number is another."""
    episode, season = "<itunes:episode>9</itunes:episode>", "<itunes:season>2</itunes:season>"
    feed = feed_of(
        f"<title>Episode 9: Pots</title>{episode}",
        "<title>Episode 9: Pots</title>",
        f"<title>Episode 9</title>{season}",
    )
    assert [item.number for item in feed.items] == [9, None, 9]


def test_the_habit_of_a_feed_numbers_its_titles() -> None:
    """Beside the numbers that its fields give, and not for what has a field."""
    feed = feed_of(
        "<title>12: Pots</title>",
        "<title>11: Cups</title>",
        "<title>10: Tea</title><itunes:episode>10</itunes:episode>",
        "<title>9: Jam</title>",
        "<title>8: Milk</title><itunes:episodeType>bonus</itunes:episodeType>",
        "<title>Hello</title>",
    )
    assert [item.number for item in feed.items] == [12, 11, 10, 9, None, None]


def test_a_sign_at_the_end_counts_only_where_nothing_else_numbers() -> None:
    """In a feed of numbered episodes "Listeners ask #1" is the first of such calls, alone it is the first episode."""
    titles = ("<title>24: Listeners ask #1</title>", "<title>25: Pots</title>", "<title>26: Cups</title>")
    assert [item.number for item in feed_of(*titles).items] == [24, 25, 26]
    numbered = "<title>Pots</title><itunes:episode>25</itunes:episode>"
    assert [item.number for item in feed_of("<title>Listeners ask #1</title>", numbered).items] == [None, 25]
    assert [item.number for item in feed_of("<title>Listeners ask #1</title>").items] == [1]


@pytest.mark.parametrize(
    ("printed", "seconds"),
    [
        ("1:21:59", 4919.0),
        ("00:56:30", 3390.0),
        ("34:12", 2052.0),
        ("1:02", 62.0),
        ("00:50:95", 3095.0),
        ("90:00", 5400.0),
        ("2094", 2094.0),
        ("45", 45.0),
        (" 2094.5 ", 2094.5),
        ("2094.512", 2094.512),
        ("59.904", 59.904),
        ("00:34:12.500", 2052.5),
        ("34 min", 2040.0),
        ("1 hr 5 min", 3900.0),
        ("1h 2m 3s", 3723.0),
        ("PT34M12S", 2052.0),
        ("18:30:00", 66_600.0),
        ("0", None),
        ("00:00:00", None),
        ("", None),
        (None, None),
        ("-5", None),
        ("-00:34:12", None),
        ("soon", None),
        ("about 34 min", None),
        ("1:2:3:4", None),
        ("00:34:12:00", None),
        ("34:12:00", None),
        ("25:00:00", None),
        ("540000", None),
        ("65000", None),
        ("99999999", None),
        ("3.600", None),
        ("34.12", None),
    ],
)
def test_durations(printed: str | None, seconds: float | None) -> None:
    """Every way in which feeds and pages print a duration is read; what is nonsense or has two meanings is unknown."""
    assert seconds_in(printed) == seconds


@pytest.mark.parametrize(
    ("printed", "size", "seconds"),
    [
        ("540000", 8_640_000, 540.0),
        ("65000", 1_040_000, 65.0),
        ("65000", 780_000_000, 65_000.0),
        ("34:12:00", 32_832_000, 2052.0),
        ("3.600", 57_600_000, 3600.0),
        ("34.12", 32_832_000, 2052.0),
        ("34.12", 545_920, 34.12),
        ("540000", 1, None),
        ("540000", 864_000_000_000, None),
        ("3600", 3_600_000_000, 3600.0),
        ("34:12", 12, 2052.0),
        ("1:02:00", 992_000, 3720.0),
    ],
)
def test_the_size_of_the_recording_decides_what_is_implausible(printed: str, size: int, seconds: float | None) -> None:
    """Only where the text alone does not, and only at a bit rate of speech or music; many feeds state any size."""
    assert seconds_in(printed, size) == seconds


def test_milliseconds_are_read_by_the_size_of_the_enclosure() -> None:
    """540000 with 8,640,000 bytes is nine minutes at 128 kbit/s."""
    sound = '<enclosure url="https://cdn.example/1.mp3" type="audio/mpeg" length="8640000"/>'
    feed = feed_of(f"<title>Tea</title>{sound}<itunes:duration>540000</itunes:duration>")
    assert (feed.items[0].duration, feed.problems) == (540.0, ())


def test_a_duration_that_is_not_understood_is_named() -> None:
    """Another element's is used instead, if it has one."""
    media = '<media:content url="https://cdn.example/1.mp3" type="audio/mpeg" duration="600"/>'
    feed = feed_of(
        "<title>Pots</title><itunes:duration>soon</itunes:duration>",
        f"<title>Cups</title><itunes:duration>0</itunes:duration>{media}",
    )
    assert [item.duration for item in feed.items] == [None, 600.0]
    assert feed.problems == (
        "item 1 (Pots): its duration was not understood: 'soon'",
        "item 2 (Cups): its duration was not understood: '0'",
    )
    assert [item.doubts for item in feed.items] == [
        ("its duration was not understood: 'soon'",),
        ("its duration was not understood: '0'",),
    ]


@pytest.mark.parametrize(("printed", "is_told"), [("10:04", False), ("20:00", True)])
def test_two_durations_that_contradict_each_other_are_told(printed: str, is_told: bool) -> None:
    """A few seconds are no contradiction; the iTunes field is used."""
    media = '<media:content url="https://cdn.example/1.mp3" type="audio/mpeg" duration="600"/>'
    feed = feed_of(f"<title>Pots</title><itunes:duration>{printed}</itunes:duration>{media}")
    assert feed.items[0].duration == seconds_in(printed)
    line = "item 1 (Pots): its durations differ: 20:00, which is used, and 10:00"
    assert feed.problems == ((line,) if is_told else ())
