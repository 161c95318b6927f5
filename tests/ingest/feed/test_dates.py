"""Dates as feeds print them."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.feed.dates import date_in
from tests.growth import LINEAR, growth

MOMENTS = st.datetimes(datetime(2002, 1, 1), datetime(2029, 12, 31))
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    "printed",
    [
        "Thu, 28 Oct 2021 09:00:00 +0100",
        "Thursday, 28 October 2021 09:00:00 GMT",
        "Thu 28 Oct 2021 09:00:00 GMT",
        "Thu,28 Oct 2021 09:00 GMT",
        "Thursday, 28 October 2021 at 9am",
        "Thu 28 Oct 09:00:00 GMT 2021",
        "2021-10-28Z",
        "28. 10. 2021",
        "Thu, 28 Oct 2021 9:0:0",
        "Thu, 28 Oct 2021 09:00:00GMT",
        "Thu, 28 Oct 2021 09:00:00 Europe/London",
        "Thu, 28 Oct 2021 09:00:00 CEST",
        "Thu, 28 Oct, 2021 09:00:00 GMT-05:00",
        "Thu, 28th Oct 2021",
        "Thu, 28-Oct-2021 10:00:00 GMT",
        "28 Oct 2021",
        "28 October 2021 at 09:00",
        "October 28, 2021",
        "Oct 28, 2021 9:00 AM",
        "Thu, Oct 28 2021 09:00:00 GMT",
        "Thu Oct 28 2021 09:00:57 GMT+0000 (Coordinated Universal Time)",
        "Thu Oct 28 2021 09:00:57 GMT+0200 (CEST)",
        "Thu Oct 28 09:00:57 2021",
        "Thu Oct 28 09:00:57 UTC 2021",
        "2021-10-28",
        "2021-10-28T09:00:00Z",
        "2021-10-28T09:00:00.123456+01:00",
        "2021-10-28T09:00+0100",
        "2021-10-28 09:00:00 UTC",
        "2021-10-28 09:00:00 +0000",
        "20211028",
        "20211028T090000Z",
        "20211028090000",
        "2021/10/28 09:00",
        "2021.10.28",
        "2021년 10월 28일",
        "2021年10月28日 09:00",
        "28/10/2021",
        "10/28/2021 9:00 PM",
        "28.10.2021 09:00",
        "28-10-2021",
        "1635411600",
        "1635411600000",
        "Do, 28. Oktober 2021 09:00:00 +0200",
        "Do, 28 Okt 2021 09:00:00 +0200",
        "jeu., 28 oct. 2021 09:00:00 +0200",
        "28 octobre 2021",
        "28 de octubre de 2021",
        "28 ottobre 2021",
        "qui, 28 out 2021 09:00:00 -0300",
        "Πεμ, 28 Οκτ 2021 10:00:00 GMT",
        "28 октября 2021",
        "Thu, 28 Oct 21 09:00:00 GMT",
        "  Thu, 28 Oct 2021\n 09:00:00  GMT ",
    ],
)
def test_the_forms_that_feeds_use_are_read(printed: str) -> None:
    """Long and short names, several languages, any separator, seconds of Unix: day, month and year stand there."""
    assert date_in(printed) == "2021-10-28"


@pytest.mark.parametrize(
    "printed",
    [
        "2021-10",
        "2021",
        "October 2021",
        "28 Oct",
        "28",
        "21-10-28",
        "2021-301",
        "2021-W43-4",
        "--10-28",
        "28 Oct 21",
        "Wed, 28 Oct 21 09:00:00 GMT",
        "Wed, 01 Jan 70 00:00:00 GMT",
        "Thu, 28 Oct 202 10:00:00 GMT",
        "Mon, 31 Feb 2020 10:00:00 GMT",
        "2021-02-31T10:00:00Z",
        "2021-13-01",
        "2021-00-00",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "0001-01-01T00:00:00Z",
        "32/13/2020",
        "05/06/2021",
        "5.6.2021",
        "28 jui 2021",
        "28 listopada 2021",
        "2021102809",
        "9999999999",
        "1970-01-01T00:00:00Z",
        "Wed, 31 Dec 1969 19:00:00 EST",
        "-2021-10-28",
        "12021-10-28",
        "Mon, 15 Jan 2020 10:00:00 GMT 2019",
        "28 Oct 2021 - 30 Oct 2021",
        "yesterday",
        "TBD",
        "",
        None,
    ],
)
def test_a_date_is_never_guessed(printed: str | None) -> None:
    """What lacks a part, is not in the calendar, has two meanings or was never set is no date."""
    assert date_in(printed) is None


@pytest.mark.parametrize(
    ("printed", "date"),
    [
        ("Thu, 28 Oct 2021 23:30:00 -0500", "2021-10-29"),
        ("Thu, 28 Oct 2021 23:30:00 EST", "2021-10-29"),
        ("Thu, 28 Oct 2021 11:30 PM -0500", "2021-10-29"),
        ("Thu, 28 Oct 2021 12:30 AM +0100", "2021-10-27"),
        ("2021-10-28T00:30:00+01:00", "2021-10-27"),
        ("20211028T233000-0500", "2021-10-29"),
        ("Thu, 28 Oct 2021 23:30:00 +9999", "2021-10-28"),
        ("2021-10-28T23:30:00-05", "2021-10-29"),
        ("2021-10-28T23:30:00-05:0", "2021-10-28"),
        ("Thu, 28 Oct 2021 25:30:00 -0500", "2021-10-28"),
        ("Thu, 28 Oct 2021 23:30:00 XYZ", "2021-10-28"),
        ("05/05/2021", "2021-05-05"),
    ],
)
def test_the_date_is_that_of_utc(printed: str, date: str) -> None:
    """Where time or zone are missing, unknown or impossible, the printed date stands."""
    assert date_in(printed) == date


@given(MOMENTS, ZONES, st.sampled_from(["rfc", "iso", "seconds", "javascript", "month first"]))
def test_every_moment_is_read_back(moment: datetime, zone: timezone, form: str) -> None:
    """Whatever the moment and the zone, each of the usual forms gives the date of UTC."""
    moment = moment.replace(microsecond=0, tzinfo=zone)
    printed = {
        "rfc": format_datetime(moment),
        "iso": moment.isoformat(),
        "seconds": str(int(moment.timestamp())),
        "javascript": f"{moment:%a %b %d %Y %H:%M:%S GMT%z (Somewhere)}",
        "month first": f"{moment:%B %d, %Y %I:%M %p %z}",
    }[form]
    assert date_in(printed) == moment.astimezone(UTC).date().isoformat()


@given(st.text(alphabet="0123456789-/.:, TZoctamp+()é年", max_size=40))
def test_a_date_stands_in_its_text(text: str) -> None:
    """Whatever is printed, nothing raises an error, and the year stands in the text, or it is a number of seconds."""
    date = date_in(text)
    if date is not None:
        year = int(date[:4])
        assert any(str(near) in text for near in (year - 1, year, year + 1)) or text.strip().isdecimal()


def test_a_long_text_costs_little() -> None:
    """Hostile texts are read in proportion to their length."""
    assert growth(lambda size: [date_in(bomb * size) for bomb in ("1 ", "a ", "(", "1-", "2021 ")], 2_000) < LINEAR
