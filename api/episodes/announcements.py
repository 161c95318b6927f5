"""Adverts and announcements that several episodes of a show repeat, by turn, for readers of the transcript; pure."""

from collections.abc import Iterable

from ingest.alignment.divergence import first_words
from ingest.transcript import Transcript

_SHOWN_WORDS = 12  # enough to see where one begins


def announcements_of(transcript: Transcript, unsearched: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Return the first words of what is not searched, by the number of its turn.

    `unsearched` are sentences of the live generation as (turn, text); those of an earlier transcript are left out.
    """
    found: dict[int, list[str]] = {}
    for turn, text in unsearched:
        if turn < len(transcript.turns) and text in transcript.turns[turn].text:
            found.setdefault(turn, []).extend(text.split())
    return {turn: first_words(" ".join(words), _SHOWN_WORDS) for turn, words in found.items()}
