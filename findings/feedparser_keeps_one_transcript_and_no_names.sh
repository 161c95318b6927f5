#!/usr/bin/env bash
# feedparser 6.0.14 keeps one transcript of an episode, and of its people everything but the names.
#
# A good guess: repeated elements become a list, as enclosures and links do, and an element's text is its value.
# What happens: of several podcast:transcript, podcast:person and podcast:soundbite elements only the last one is left,
# and only its attributes: a person's name and a soundbite's title, which are the texts, are nowhere in the result.
# The feed is well-formed and `bozo` stays False.
# Output seen: podcast_transcript {'url': '.../1.srt', 'type': 'application/x-subrip'}
#              podcast_person {'role': 'guest'}
#              podcast_soundbite {'starttime': '173.0', 'duration': '60.0'}
# Why it matters: Playback wants the transcript with the best times (WebVTT, here lost) and the names of who speaks.
# It reads the podcast: fields from the XML tree itself.
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
<channel><title>The Show</title><link>https://example.org/</link><description>Talks.</description>
<item><title>One</title><guid isPermaLink="false">one</guid>
<enclosure url="https://example.org/1.mp3" length="1000" type="audio/mpeg"/>
<podcast:transcript url="https://example.org/1.vtt" type="text/vtt" rel="captions"/>
<podcast:transcript url="https://example.org/1.srt" type="application/x-subrip"/>
<podcast:person role="host">Ada Example</podcast:person>
<podcast:person role="guest">Ben Example</podcast:person>
<podcast:soundbite startTime="73.0" duration="60.0">Why tomatoes split</podcast:soundbite>
<podcast:soundbite startTime="173.0" duration="60.0">What straw is for</podcast:soundbite>
</item></channel></rss>"""

parsed = feedparser.parse(FEED)
entry = parsed.entries[0]
print("bozo", parsed.bozo)
for name in ("podcast_transcript", "podcast_person", "podcast_soundbite"):
    print(name, dict(entry[name]))
everything = repr(parsed)
if parsed.bozo or entry.podcast_transcript.get("url") != "https://example.org/1.srt" or "1.vtt" in everything:
    sys.exit("changed: the first transcript is no longer lost")
if "Ada" in everything or "Ben" in everything:
    sys.exit("changed: the names of the people are no longer lost")
if "73.0" in everything.replace("173.0", "") or "tomatoes" in everything or "straw" in everything:
    sys.exit("changed: the first soundbite or the titles are no longer lost")
print("as stated")
PYTHON
