"""Make the sample show: from the show notes beside this file to recordings, word times, captions and feed.

Run `python data/sample/make_sample.py` after changing a text; it needs espeak-ng (libespeak-ng1) and PyAV.
`<name>.txt` is the source of truth for what is said: the show notes with their official text. Written from it:
`<name>.mp3`, `<name>.words.json` (exact word times), `<name>.vtt` (captions without names, with words misheard)
and `feed.xml`. The same text gives the same feed and captions; another version of espeak-ng gives other times.
"""

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from speak import Voice, sample_rate, speak

HERE = Path(__file__).parent
BIT_RATE = 24_000  # bits per second: clear enough for one synthetic voice, 180 kB a minute
LEAD_IN, BETWEEN_TURNS, LEAD_OUT = 0.6, 0.35, 0.8  # seconds of silence
PEAK = 0.7  # of full scale, so that the encoder does not clip
LICENCE = '<podcast:license url="https://creativecommons.org/licenses/by/4.0/">cc-by-4.0</podcast:license>'
CHANNEL = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:podcast="https://podcastindex.org/namespace/1.0">
<channel>
<title>The Moving Day podcast</title>
<link>https://example.org/moving-day</link>
<description>A sample show: how an invented public office moved its service to another platform.
The people are invented and the voices are synthetic.</description>
<language>en-GB</language>
<copyright>The authors of Playback, CC BY 4.0; the texts also under the MIT licence</copyright>
<itunes:author>Harbour Permits Office (invented)</itunes:author>
<itunes:category text="Government"/>
<itunes:explicit>false</itunes:explicit>
<itunes:type>serial</itunes:type>
{LICENCE}
<podcast:medium>podcast</podcast:medium>
ITEMS
</channel>
</rss>
"""

MARKER = re.compile(r"The transcript (of|for) the episode follows:")
LABEL = re.compile(r"((?:[A-Z][a-z]+ )+[A-Z][a-z]+):")
CLIP = "[Audio starts]"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the feed says of an episode beside its notes; `misheard` are the captions' mistakes, official → heard."""

    name: str
    number: int
    title: str
    published: str
    guest: str
    misheard: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Recording:
    """The size of a recording in bytes and its duration in seconds."""

    size: int
    duration: float


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A spoken word, the turn it belongs to (counted from 0, clips too) and its seconds."""

    turn: int
    text: str
    start: float
    end: float


HOST = "Mina Calder"
VOICES = {
    "Mina Calder": Voice("gmw/en+f3", pitch=55),
    "Tobias Renn": Voice("gmw/en-GB-scotland+m3", pitch=35),
    "Oluchi Varga": Voice("gmw/en-GB-x-rp+f1", pitch=30),
    "Idris Falkland": Voice("gmw/en-GB-x-gbcwmd+m7", pitch=40),
    None: Voice("gmw/en-US+m1", pitch=60),
}
EPISODES = (
    Facts(
        "1-rehearsal",
        1,
        "Rehearsing the data move",
        "Thu, 03 Sep 2026 06:00:00 +0000",
        "Tobias Renn",
        {
            "Tobias Renn": "Tobias Wren",
            "Harbour Permits Office": "harbor permits office",
            "leave Capstan": "leave cap stand",
            "nineteen hours": "19 hours",
            "the indexes": "the index is",
            "dual writes": "jewel rights",
            "a checksum": "a check some",
            "rollback": "roll back",
            "with a stopwatch": "with stopwatch",
            "in under": "and under",
            "each shift": "each ship",
        },
    ),
    Facts(
        "2-switch",
        2,
        "The quiet Tuesday",
        "Thu, 10 Sep 2026 06:00:00 +0000",
        "Oluchi Varga",
        {
            "Oluchi Varga": "a Lucci Vargo",
            "Book a Mooring": "booking mooring",
            "one DNS record": "one DNA's record",
            "lookups": "look ups",
            "feature flag": "future flag",
            "that it rounded": "it rounded",
            "runbook": "run book",
            "forty-two": "42",
            "on-call rota": "uncle rotor",
            "the fax gateway": "the facts gateway",
        },
    ),
    Facts(
        "3-afterwards",
        3,
        "What it cost and who was told",
        "Thu, 17 Sep 2026 06:00:00 +0000",
        "Idris Falkland",
        {
            "Idris Falkland": "Interest Falkland",
            "Fennick Lock": "Phoenix lock",
            "About one boater in nine": "About 1 voter in 9",
            "a clerk": "a Clark",
            "harbour master": "harbor master",
            "£410,000": "410 thousand pounds",
            "Decommissioning": "The commissioning",
            "last Capstan": "last captain",
            "scream test": "screen test",
            "the fee rules": "the free rules",
        },
    ),
)


def read_notes(text: str) -> tuple[str, list[tuple[str | None, str]]]:
    """Return the description of the show notes and the turns of their official text; a clip has no speaker."""
    description: list[str] = []
    turns: list[tuple[str | None, list[str]]] = []
    in_transcript = False
    for line in (line.strip() for line in text.splitlines()):
        label = LABEL.fullmatch(line)
        if MARKER.fullmatch(line):
            in_transcript = True
        elif not line or not line.strip("-"):
            continue
        elif not in_transcript:
            description.append(line)
        elif label or line == CLIP:
            turns.append((label[1] if label else None, []))
        else:
            turns[-1][1].append(line)
    return "\n".join(description), [(speaker, "\n".join(lines)) for speaker, lines in turns]


def record(turns: Sequence[tuple[str | None, str]]) -> tuple[NDArray[np.int16], list[TimedWord]]:
    """Speak the turns one after the other; return the samples and the words with their seconds."""
    rate = sample_rate()
    parts = [_silence(LEAD_IN)]
    timed: list[TimedWord] = []
    offset = len(parts[0])
    for number, (speaker, text) in enumerate(turns):
        samples, spoken = speak(text, VOICES[speaker])
        timed += [
            TimedWord(number, word.text, round((offset + word.start) / rate, 3), round((offset + word.end) / rate, 3))
            for word in spoken
        ]
        parts += [samples, _silence(BETWEEN_TURNS)]
        offset += len(samples) + len(parts[-1])
    parts.append(_silence(LEAD_OUT))
    whole = np.concatenate(parts).astype(np.float64)
    return (whole * (PEAK * 32767 / np.abs(whole).max())).astype(np.int16), timed


def write_mp3(samples: NDArray[np.int16], path: Path) -> Recording:
    """Write mono samples at espeak-ng's rate as mp3, with the header by which players skip the encoder's delay."""
    import av  # the feed and the captions can be made without it

    rate = sample_rate()
    with av.open(str(path), "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=rate, layout="mono")
        stream.bit_rate = BIT_RATE
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16p", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return Recording(path.stat().st_size, len(samples) / rate)


def captions(words: Sequence[TimedWord], misheard: Mapping[str, str]) -> str:
    """Return WebVTT without speaker names; cues begin and end with their words, as a recogniser would cut them."""
    blocks = ["WEBVTT"]
    cue: list[TimedWord] = []
    heard = _misheard(words, misheard)
    for word, following in zip(heard, [*heard[1:], None], strict=True):
        cue.append(word)
        sentence_ends = word.text[-1] in ".?!" and len(cue) >= 4
        clause_ends = word.text[-1] in ",:;" and len(cue) >= 9
        if following is None or sentence_ends or clause_ends or len(cue) == 14 or following.start - word.end > 1.0:
            text = html.escape(" ".join(one.text for one in cue), quote=False)
            blocks.append(f"{_clock(cue[0].start)} --> {_clock(word.end)}\n{text}")
            cue = []
    return "\n\n".join(blocks) + "\n"


def feed(episodes: Sequence[tuple[Facts, str, Recording]]) -> str:
    """Return the RSS feed of the episodes, each with its notes as text; files are named relative to the feed."""
    return CHANNEL.replace("ITEMS", "\n".join(map(_item, episodes)))


def _item(episode: tuple[Facts, str, Recording]) -> str:
    facts, notes, recording = episode
    description, _ = read_notes(notes)
    minutes, seconds = divmod(round(recording.duration), 60)
    return f"""<item>
<title>{facts.title}</title>
<guid isPermaLink="false">moving-day-{facts.number}</guid>
<link>https://example.org/moving-day/{facts.number}</link>
<pubDate>{facts.published}</pubDate>
<description>{html.escape(description, quote=False)}</description>
<enclosure url="{facts.name}.mp3" length="{recording.size}" type="audio/mpeg"/>
<itunes:episode>{facts.number}</itunes:episode>
<itunes:duration>{minutes // 60:02}:{minutes % 60:02}:{seconds:02}</itunes:duration>
<itunes:explicit>false</itunes:explicit>
<podcast:transcript url="{facts.name}.vtt" type="text/vtt" language="en-GB" rel="captions"/>
<podcast:person role="host">{HOST}</podcast:person>
<podcast:person role="guest">{facts.guest}</podcast:person>
{LICENCE}
<content:encoded><![CDATA[{_html(notes)}]]></content:encoded>
</item>"""


def _html(notes: str) -> str:
    """Lay the notes out as GDS did: a paragraph for each line, labels and separators with no-break spaces."""
    lines = (html.escape(line.rstrip(" "), quote=False).replace("\u00a0", "&nbsp;") for line in notes.splitlines())
    return "\n".join(f"<p>{line}</p>" for line in lines)


def _misheard(words: Sequence[TimedWord], misheard: Mapping[str, str]) -> list[TimedWord]:
    """Replace phrases by what a recogniser might have heard, in the time of the phrase."""
    rules = {tuple(official.split()): heard.split() for official, heard in misheard.items()}
    result: list[TimedWord] = []
    index = 0
    while index < len(words):
        for official, heard in rules.items():
            span = words[index : index + len(official)]
            if tuple(word.text.rstrip(".,:;?!") for word in span) == official:
                result += _spread(span, heard)
                index += len(official)
                break
        else:
            result.append(words[index])
            index += 1
    return result


def _spread(span: Sequence[TimedWord], heard: Sequence[str]) -> list[TimedWord]:
    stop = span[-1].text[len(span[-1].text.rstrip(".,:;?!")) :]
    texts = [*heard[:-1], heard[-1] + stop]
    times = [(word.start, word.end) for word in span]
    if len(texts) != len(span):
        edges = np.linspace(span[0].start, span[-1].end, len(texts) + 1).round(3).tolist()
        times = list(pairwise(edges))
    return [TimedWord(span[0].turn, text, *time) for text, time in zip(texts, times, strict=True)]


def _silence(seconds: float) -> NDArray[np.int16]:
    return np.zeros(round(seconds * sample_rate()), dtype=np.int16)


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    return f"{milliseconds // 60_000:02}:{milliseconds // 1000 % 60:02}.{milliseconds % 1000:03}"


def main() -> None:
    """Write every file that is made from the notes."""
    episodes = []
    for facts in EPISODES:
        notes = (HERE / f"{facts.name}.txt").read_text("utf-8")
        samples, words = record(read_notes(notes)[1])
        recording = write_mp3(samples, HERE / f"{facts.name}.mp3")
        lines = ",\n".join(
            json.dumps({"turn": word.turn, "text": word.text, "start": word.start, "end": word.end}, ensure_ascii=False)
            for word in words
        )
        (HERE / f"{facts.name}.words.json").write_text(f"[\n{lines}\n]\n", "utf-8")
        (HERE / f"{facts.name}.vtt").write_text(captions(words, facts.misheard), "utf-8")
        episodes.append((facts, notes, recording))
        print(f"{facts.name}: {recording.duration:.1f} s, {len(words)} words, {recording.size} bytes")
    (HERE / "feed.xml").write_text(feed(episodes), "utf-8")


if __name__ == "__main__":
    main()
