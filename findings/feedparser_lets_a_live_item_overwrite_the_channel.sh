#!/usr/bin/env bash
# feedparser 6.0.14 takes the link, description and guid of an announced live show for those of the channel.
#
# A good guess: podcast:liveItem, which it does not know as an item, is skipped or becomes an entry; what a channel says
# of itself directly stays.
# What happens: the element's children are read as if they stood in the channel. Its link and description replace the
# channel's own, its guid and enclosure become the channel's. The title stays. The feed is well-formed, `bozo` False.
# Output seen: link https://example.org/live
#              subtitle Tonight we talk live.
#              id live-1
#              recordings of the channel: https://example.org/live.mp3
# Why it matters: Playback shows a show's page beside its answers. While a live show is announced that link would lead
# elsewhere, so Playback takes the channel's own fields from the XML tree and feedparser's only where there are none.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet feedparser==6.0.14
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import feedparser

FEED = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0">
<channel><title>The Show</title><link>https://example.org/</link><description>Talks about gardens.</description>
%s
<item><title>One</title><guid isPermaLink="false">one</guid>
<enclosure url="https://example.org/1.mp3" length="1000" type="audio/mpeg"/></item>
</channel></rss>"""
LIVE = b"""<podcast:liveItem status="pending" start="2026-05-05T18:00:00Z" end="2026-05-05T19:00:00Z">
<title>Live special</title><link>https://example.org/live</link><description>Tonight we talk live.</description>
<guid isPermaLink="false">live-1</guid>
<enclosure url="https://example.org/live.mp3" length="1" type="audio/mpeg"/></podcast:liveItem>"""


def recordings(parsed):
    return [link.href for link in parsed.feed.links if link.rel == "enclosure"]


without, announced = feedparser.parse(FEED % b""), feedparser.parse(FEED % LIVE)
for parsed in (without, announced):
    print("bozo", parsed.bozo, "entries", len(parsed.entries), "title", parsed.feed.title)
    print("  link", parsed.feed.link)
    print("  subtitle", parsed.feed.subtitle)
    print("  id", parsed.feed.get("id"))
    print("  recordings of the channel:", *recordings(parsed))
if without.feed.link != "https://example.org/" or without.feed.subtitle != "Talks about gardens.":
    sys.exit("changed: the channel without a live item reads otherwise")
if announced.bozo or announced.feed.link != "https://example.org/live":
    sys.exit("changed: a live item no longer replaces the channel's link")
if announced.feed.subtitle != "Tonight we talk live." or announced.feed.get("id") != "live-1":
    sys.exit("changed: a live item no longer replaces the channel's description and guid")
if recordings(without) or recordings(announced) != ["https://example.org/live.mp3"]:
    sys.exit("changed: the recording of a live item is no longer the channel's")
print("as stated")
PYTHON
