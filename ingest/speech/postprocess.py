"""Clean Whisper's output: remove loops, echoes of the prompt and words outside speech; pure."""

import math
import string
from collections.abc import Sequence
from dataclasses import replace

from ingest.speech.vocabulary import prompt
from ingest.text.words import normalise
from ingest.transcript import HeardWord

# A word may lie this many seconds outside speech, because voice activity and word times are that imprecise.
EDGE = 0.5
# A phrase of so many words may be said this often in a row, a longer one twice; Whisper's loops repeat dozens of times.
REPEATS = {1: 5, 2: 3, 3: 3}
# People who say "no" ten times take their time and are understood; Whisper's loops fill the last moments of a clip.
SPOKEN_PHRASE = 2  # words of a phrase that people repeat more often
SPOKEN_PACE = 5.0  # words a second that nobody passes who repeats himself
SPOKEN_PROBABILITY = 0.5  # of the words, in the mean
LONGEST_PHRASE = 25  # words; a loop of Whisper repeats one sentence
PROMPT_RUN = 6  # this many words in a row from the vocabulary are an echo of the prompt, not speech


def join_word_pieces(pieces: Sequence[HeardWord]) -> list[HeardWord]:
    """Join Whisper's pieces of one clip into words: a piece that starts with punctuation joins the piece before.

    "GOV" and ".UK" become "GOV.UK", with the first start, the last end and the lower probability. Pieces without a
    letter or digit ("♪", "…") or with half a character are left out.
    """
    words: list[HeardWord] = []
    for piece in pieces:
        if words and piece.text and piece.text[0] in string.punctuation:
            before = words.pop()
            piece = HeardWord(before.text + piece.text, before.start, piece.end, _least(before, piece))
        words.append(piece)
    stripped = (replace(word, text=" ".join(word.text.split())) for word in words)
    return [word for word in stripped if "�" not in word.text and any(map(str.isalnum, word.text))]


def in_speech(words: Sequence[HeardWord], regions: Sequence[tuple[float, float]]) -> list[HeardWord]:
    """Return the words that lie at least partly in speech; Whisper hallucinates words in silence and music."""
    return [
        word for word in words if any(word.start <= end + EDGE and word.end >= start - EDGE for start, end in regions)
    ]


def in_order(words: Sequence[HeardWord], duration: float) -> list[HeardWord]:
    """Return the words with times that never decrease and lie in 0…`duration` seconds, rounded down to milliseconds.

    A word that begins before its predecessor is moved to the predecessor's start. A word whose times are not finite, or
    that begins at or after the end, is left out. No word ends after the next one begins.
    """
    kept: list[HeardWord] = []
    for word in words:
        if not (math.isfinite(word.start) and math.isfinite(word.end)) or word.start >= duration:
            continue
        start = max(0.0, word.start, kept[-1].start if kept else 0.0)
        if kept and kept[-1].end > start:
            kept[-1] = replace(kept[-1], end=start)
        kept.append(replace(word, start=start, end=min(duration, max(start, word.end))))
    return [replace(word, start=_floor(word.start), end=_floor(word.end)) for word in kept]


def without_loops(words: Sequence[HeardWord]) -> list[HeardWord]:
    """Return the words without Whisper's loops: of a phrase that is repeated again and again, one copy is kept.

    People repeat single words and short phrases, so these must repeat more often to count as a loop (REPEATS), and
    however often they repeat, they are no loop if they last as long as speech does and are as sure (`_is_spoken`).
    """
    keys = [" ".join(normalise(word.text)) or word.text for word in words]
    kept: list[HeardWord] = []
    position = 0
    while position < len(words):
        size, times = _loop_at(keys, position)
        repeats = words[position : position + size * times]
        kept.extend(repeats if _is_spoken(repeats, size) else repeats[:size])
        position += size * times
    return kept


def without_prompt(words: Sequence[HeardWord], vocabulary: Sequence[str]) -> list[HeardWord]:
    """Return the words without echoes of the prompt: six or more in a row as they stand in the vocabulary."""
    expected = normalise(prompt(vocabulary))
    runs = {tuple(expected[i : i + PROMPT_RUN]) for i in range(len(expected) - PROMPT_RUN + 1)}
    if not runs:
        return list(words)
    spoken = [(key, index) for index, word in enumerate(words) for key in normalise(word.text)]
    echoed = {
        index
        for i in range(len(spoken) - PROMPT_RUN + 1)
        if tuple(key for key, _ in spoken[i : i + PROMPT_RUN]) in runs
        for _, index in spoken[i : i + PROMPT_RUN]
    }
    return [word for index, word in enumerate(words) if index not in echoed]


def cleaned(words: Sequence[HeardWord], duration: float, vocabulary: Sequence[str] = ()) -> tuple[HeardWord, ...]:
    """Return an episode's words without echoes and loops and with ordered times; these steps need all words at once."""
    return tuple(in_order(without_loops(without_prompt(words, vocabulary)), duration))


def _least(before: HeardWord, after: HeardWord) -> float | None:
    known = [word.probability for word in (before, after) if word.probability is not None]
    return min(known, default=None)


def _floor(seconds: float) -> float:
    return math.floor(seconds * 1000) / 1000  # rounded down, so never past the end


def _is_spoken(repeats: Sequence[HeardWord], size: int) -> bool:
    """Return whether somebody probably said a phrase of `size` words again and again."""
    seconds = repeats[-1].end - repeats[0].start
    known = [word.probability for word in repeats if word.probability is not None]
    is_sure = sum(known) >= SPOKEN_PROBABILITY * len(repeats)
    return size <= SPOKEN_PHRASE and is_sure and len(repeats) <= SPOKEN_PACE * seconds


def _loop_at(keys: Sequence[str], position: int) -> tuple[int, int]:
    """Return the size of the phrase that loops from this position and its number of repeats; (1, 1) without a loop."""
    for size in range(1, min(LONGEST_PHRASE, len(keys) - position) + 1):
        phrase = keys[position : position + size]
        times = 1
        while keys[position + times * size : position + (times + 1) * size] == phrase:
            times += 1
        if times > REPEATS.get(size, 2):
            return size, times
    return 1, 1
