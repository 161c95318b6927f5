#!/usr/bin/env bash
# feedparser 6.0.14 reads "2021/10/28" as the first day of the month in which it runs, and "28-10-2021" as 2028-10-20.
#
# A good guess: a date that it cannot read gives no `published_parsed`, as "October 28, 2021" does; what it returns has
# the day, month and year that are printed.
# What happens: the last of its readers tries forms of ISO 8601 at the beginning of the text only, down to four digits
# of a year or two of a century, and ignores the rest. Parts that are missing are those of the day on which it runs. So
# one feed gives other dates in another month, and of seconds since 1970 the first five digits become a year and a day.
# Impossible days roll over. `bozo` is False and nothing is logged.
# Output seen, as if read on 2020-02-15 and on 2030-07-15:
#   2021/10/28     2021-02-01  2021-07-01
#   2021年10月28日  2021-02-01  2021-07-01
#   28-10-2021     2028-10-20  2028-10-20
#   1635411600     2016-12-19  2016-12-19
#   2021-02-30     2021-03-02  2021-03-02
# Why it matters: a citation would state a date that nobody printed, and `--since` would filter by it. Playback takes
# only the text of a date from feedparser and reads it itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet feedparser==6.0.14
"$folder/venv/bin/python" - <<'PYTHON'
import calendar
import sys
import time

import feedparser
from feedparser.datetimes import iso8601

PRINTED = ("2021/10/28", "2021年10月28日", "28-10-2021", "1635411600", "2021-02-30")
SEEN = {"2021/10/28": ("2021-02-01", "2021-07-01"), "2021年10月28日": ("2021-02-01", "2021-07-01")}
SEEN |= {"28-10-2021": ("2028-10-20",) * 2, "1635411600": ("2016-12-19",) * 2, "2021-02-30": ("2021-03-02",) * 2}


class Clock:
    """The module `time` on another day."""

    def __init__(self, day):
        self.now = time.gmtime(calendar.timegm(time.strptime(day, "%Y-%m-%d")))

    def __getattr__(self, name):
        return getattr(time, name)

    def gmtime(self, *seconds):
        return time.gmtime(*seconds) if seconds else self.now


def date_of(printed):
    feed = f"<rss version='2.0'><channel><title>T</title><item><title>One</title><pubDate>{printed}</pubDate></item>"
    parsed = feedparser.parse((feed + "</channel></rss>").encode())
    if parsed.bozo:
        sys.exit(f"changed: {printed} makes the feed bozo")
    moment = parsed.entries[0].get("published_parsed")
    return moment and time.strftime("%Y-%m-%d", moment)


read = {printed: [] for printed in PRINTED}
for day in ("2020-02-15", "2030-07-15"):
    iso8601.time = Clock(day)
    for printed in PRINTED:
        read[printed].append(date_of(printed))
for printed, dates in read.items():
    print(printed, *dates)
if date_of("October 28, 2021") is not None or date_of("2021-10-28") != "2021-10-28":
    sys.exit("changed: other dates are read than before")
for printed, dates in read.items():
    if tuple(dates) != SEEN[printed]:
        sys.exit(f"changed: {printed} is read as {dates}")
print("as stated")
PYTHON
