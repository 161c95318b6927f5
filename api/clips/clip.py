"""A quote as a short recording: exactly its words, with captions and with credits in the file."""

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from api.episodes.transcripts import open_transcript
from api.errors import NoClip
from api.feeds.captions import vtt_of
from api.quotes.citation import Citation, citation_of
from api.quotes.citation_formats import name_of, one_line, title_of
from api.quotes.quote import Quote
from api.quotes.resolve import resolve
from index.sentences import words_within
from ingest.audio.load import CLIP_RATE, EXACT_SEEK, LONGEST, LONGEST_CUT, cut
from ingest.library.records import recording
from ingest.transcript import Turn, Word

MEDIA_TYPES = {"opus": "audio/ogg", "m4a": "audio/mp4", "vtt": "text/vtt; charset=utf-8"}
# Seconds before the first and after the last word in which the sound grows and fades.
FADE = 0.02


@dataclass(frozen=True, slots=True)
class Clip:
    """A quote's sound as mono samples of CLIP_RATE, its captions as WebVTT, and the file's credits."""

    samples: np.ndarray
    captions: str
    tags: Mapping[str, str]


def has_clip(home: Path, citation: Citation) -> bool:
    """Return whether a quote can be heard on its own: its times are no estimate, and its recording is here."""
    is_exact = citation.start is not None and citation.end is not None and citation.timing not in (None, "estimated")
    return is_exact and importlib.util.find_spec("av") is not None and recording(home, citation.episode.id) is not None


def clip_of(home: Path, identifier: str, base: str | None) -> Clip:
    """Return the clip of a quote; `base` is the start of this service's addresses, None without one.

    Raises NoClip if the quote has no sound or no exact times, or if the recording ends before its words do; otherwise
    what `cut` and `resolve` raise.
    """
    quote, audio, start, end = _placed(home, identifier)
    begin = _begin(start)
    samples = cut(audio, begin, end + FADE)
    missing = end - begin - len(samples) / CLIP_RATE
    if not len(samples) or missing > EXACT_SEEK + (quote.timing_error or 0.0):
        lacks = f"ends {missing:.1f} s before these words do" if len(samples) else "ends before these words begin"
        raise NoClip(f"the recording of {quote.episode.id} {lacks}; it may be another one than was transcribed")
    return Clip(_faded(samples, start - begin), _captions(home, quote, begin), _tags(citation_of(quote), base))


def captions_of(home: Path, identifier: str) -> str:
    """Return the captions of a quote's clip without reading its sound; raises NoClip and what `resolve` raises."""
    quote, _, start, _ = _placed(home, identifier)
    return _captions(home, quote, _begin(start))


def _placed(home: Path, identifier: str) -> tuple[Quote, Path, float, float]:
    """Return a quote, its recording, and the seconds at which it begins and ends there."""
    quote = resolve(home, identifier).quote
    audio = recording(home, quote.episode.id)
    if quote.start is None or quote.end is None or quote.timing in (None, "estimated"):
        raise NoClip("when this was said is only an estimate, so it cannot be cut out of the recording")
    if not 0 < quote.end - quote.start <= LONGEST_CUT - 2 * FADE:
        raise NoClip(f"this takes {quote.end - quote.start:.0f} s; a clip has at most {LONGEST_CUT:.0f}")
    if quote.end > LONGEST - FADE:
        raise NoClip(f"no recording lasts {quote.end / 3600:.0f} hours, so these times are wrong")
    if audio is None:
        raise NoClip(f"the library has no recording of {quote.episode.id}; run playback ingest without --no-audio")
    return quote, audio, quote.start, quote.end


def _begin(start: float) -> float:
    return max(0.0, start - FADE)


def _faded(samples: np.ndarray, lead: float) -> np.ndarray:
    """Return the samples with a fade of `lead` seconds at the start, and of FADE seconds at the end."""
    shape = np.ones(len(samples), np.float32)
    before, after = min(round(lead * CLIP_RATE), len(samples)), min(round(FADE * CLIP_RATE), len(samples))
    shape[:before] = np.linspace(0, 1, before, endpoint=False)
    shape[len(samples) - after :] *= np.linspace(1, 0, after)
    return np.round(samples * shape).astype(np.int16)


def _captions(home: Path, quote: Quote, begin: float) -> str:
    """Return the quote as captions that count from the start of the clip."""
    opened = open_transcript(home, quote.episode.id)
    words: Sequence[Word] = ()
    if opened is not None:
        places = opened.placed(quote.first_word, quote.words)
        words = words_within(opened.transcript.turns[quote.turn], places[0].start, places[-1].end)
    if [word.text for word in words] != quote.text.split():
        words = ()  # the quote begins or ends within a word
    assert quote.start is not None and quote.end is not None
    said = Turn(
        quote.speaker,
        quote.text,
        quote.start - begin,
        quote.end - begin,
        quote.timing,
        words=tuple(replace(word, start=_moved(word.start, begin), end=_moved(word.end, begin)) for word in words),
    )
    return vtt_of((said,))


def _moved(time: float | None, begin: float) -> float | None:
    return None if time is None else max(0.0, time - begin)


def _tags(citation: Citation, base: str | None) -> dict[str, str]:
    """Return the credits: who says it, in which episode of which show, its licence and its address."""
    show, episode = one_line(citation.episode.show.title), citation.episode
    tags = {
        "title": title_of(citation),
        "artist": one_line(citation.speaker or show),
        "album": show,
        "date": episode.published,
        "copyright": one_line(episode.licence) if episode.licence else None,
        "comment": f"{base}{citation.url}" if base else f"{name_of(episode)}, {show}",
    }
    return {name: value[:500] for name, value in tags.items() if value}
