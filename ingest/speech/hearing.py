"""Judge what Whisper heard in a clip: whether words seem to be missing, and which of two hearings is better; pure."""

from collections.abc import Sequence
from pathlib import PurePath

from ingest.speech.windows import Region
from ingest.transcript import HeardWord

# Measured with tiny.en on meetings and on clear speech (docs/adr/0018). People say 2.5 to 3.5 words per second of
# speech, and rarely pause for more than a second where the voice detector finds speech.
FEWEST = 1.8  # words per second of speech
LONGEST_HOLE = 1.5  # seconds of speech without a word
UNSURE = 0.8  # mean probability of words; below it the expected vocabulary may have misled the model
FASTEST = 10.0  # words per second of a clip; nobody speaks faster, but of a fifth of a second Whisper makes a sentence
ENGLISH_ONLY = ".en"  # ends the names of Whisper's English-only models
# The mean of the AMI meetings is 0.80, of the German in tests/ingest/speech/sounds 0.34 (tiny.en).
UNDERSTOOD, LEAST_WORDS = 0.5, 10  # mean probability of an episode's words; fewer words say nothing about a language
_SHORT_PAUSE = 0.4  # seconds of silence that do not part two regions of speech
_LONGEST_WORD = 1.0  # seconds; a longer word is one whose end was not found
_COST = 0.3  # of a word that is probably wrong; one that is missing costs as much as one that is right gains


def lacks_words(words: Sequence[HeardWord], speech: Sequence[Region]) -> bool:
    """Return whether a clip's words are too few for its regions of speech, or leave a long stretch of it empty."""
    seconds = sum(end - start for start, end in speech)
    return len(words) < FEWEST * seconds or bool(holes(words, speech))


def can_be_said(words: Sequence[HeardWord], seconds: float) -> bool:
    """Return whether so many words fit in a clip of so many seconds."""
    return len(words) <= FASTEST * seconds


def holes(words: Sequence[HeardWord], speech: Sequence[Region]) -> list[Region]:
    """Return the stretches of speech of a second and a half or more in which no word was heard, in order."""
    found: list[Region] = []
    for start, end in _joined(speech):
        covered = start
        inside = sorted((word for word in words if word.end > start and word.start < end), key=_start)
        for word in inside:
            found.append((covered, word.start))
            covered = max(covered, min(word.end, word.start + _LONGEST_WORD))
        found.append((covered, end))
    return [(start, end) for start, end in found if end - start >= LONGEST_HOLE]


def is_unsure(words: Sequence[HeardWord]) -> bool:
    """Return whether the mean probability of the words is low; without words it is not."""
    return bool(words) and sum(map(_probability, words)) < UNSURE * len(words)


def words_right(words: Sequence[HeardWord]) -> float:
    """Return how many of the words are expected to be right, less a share of those that are expected to be wrong.

    The hearing of a clip with the higher value makes fewer errors: an error is a word that is missing, wrong or too
    many.
    """
    return sum(probability - _COST * (1 - probability) for probability in map(_probability, words))


def not_understood(words: Sequence[HeardWord], model: str) -> str | None:
    """Return why the words are no text if an English-only model was given another language, else None.

    Such a model cannot tell languages apart; it makes English of any, but is unsure of nearly every word.
    """
    name = PurePath(model).name
    if not name.endswith(ENGLISH_ONLY) or len(words) < LEAST_WORDS:
        return None
    mean = sum(map(_probability, words)) / len(words)
    if mean >= UNDERSTOOD:
        return None
    return (
        f"{name} knows only English and was unsure of nearly every word (mean probability {mean:.2f}), so this is "
        "another language or mostly noise; name a model that knows the language, such as --model small"
    )


def _probability(word: HeardWord) -> float:
    return 1.0 if word.probability is None else word.probability


def _joined(regions: Sequence[Region]) -> list[Region]:
    """Return the regions with those that touch as one; the voice detector parts speech at every short pause."""
    joined: list[Region] = []
    for start, end in regions:
        if joined and start - joined[-1][1] < _SHORT_PAUSE:
            start, _ = joined.pop()
        joined.append((start, end))
    return joined


def _start(word: HeardWord) -> float:
    return word.start
