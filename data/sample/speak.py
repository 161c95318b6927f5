"""Say a text with espeak-ng and learn at which sample each word sounds.

The library is asked for its own events, so the times are those of the synthesis and no estimate.
"""

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

# From espeak-ng's speak_lib.h.
_SYNCHRONOUS, _PHONEME_EVENTS = 2, 1
_CHARACTERS, _UTF8 = 1, 1
_RATE, _PITCH = 1, 3
_END_OF_EVENTS, _WORD, _PHONEME = 0, 1, 7

_WORDS_PER_MINUTE = 155
_MARK = re.compile(r"\s*\[[^\]]*\]([.,!?]?)")


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of espeak-ng by name, and its pitch in 0…99."""

    name: str
    pitch: int = 50


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word and the samples [start, end) in which it sounds."""

    text: str
    start: int
    end: int


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", ctypes.c_char * 8),
    )


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@cache
def _engine() -> tuple[ctypes.CDLL, int]:
    try:
        library = ctypes.CDLL("libespeak-ng.so.1")
    except OSError as error:
        raise SystemExit(f"espeak-ng is not installed ({error}): install libespeak-ng1 and run again") from error
    rate = library.espeak_Initialize(_SYNCHRONOUS, 200, None, _PHONEME_EVENTS)
    if rate <= 0:
        raise SystemExit("espeak-ng does not start: are its voices (espeak-ng-data) installed?")
    return library, rate


def sample_rate() -> int:
    """Return the samples per second that espeak-ng makes; exits with one line where it is not installed."""
    return _engine()[1]


def words(text: str) -> list[tuple[str, int, int]]:
    """Return the words of a turn with their characters [start, end); marks such as [laughs] are no words."""
    return [
        (found.group(), *found.span())
        for found in re.finditer(r"\S+", _sayable(text))
        if any(character.isalnum() for character in found.group())
    ]


def speak(text: str, voice: Voice) -> tuple[NDArray[np.int16], list[Spoken]]:
    """Return the samples of the text in that voice, and each of its words with the samples in which it sounds.

    A word starts with its first phoneme, so the silence before a plosive is not part of it. Exits with one line if
    a word is left without a time or the voice is unknown.
    """
    library, _ = _engine()
    if library.espeak_SetVoiceByName(voice.name.encode()) != 0:
        raise SystemExit(f"espeak-ng has no voice {voice.name!r}: see espeak-ng --voices=en")
    library.espeak_SetParameter(_RATE, _WORDS_PER_MINUTE, 0)
    library.espeak_SetParameter(_PITCH, voice.pitch, 0)
    said, places = _separated(text)
    chunks: list[NDArray[np.int16]] = []
    events: list[tuple[int, int, int, str]] = []

    def receive(wave: "ctypes._Pointer[ctypes.c_short]", count: int, event: "ctypes._Pointer[_Event]") -> int:
        if wave and count:
            chunks.append(np.ctypeslib.as_array(wave, (count,)).copy())
        index = 0
        while event[index].type != _END_OF_EVENTS:
            one = event[index]
            events.append((one.type, one.position - 1, one.sample, one.name.decode(errors="replace")))
            index += 1
        return 0

    callback = _CALLBACK(receive)
    library.espeak_SetSynthCallback(callback)
    data = said.encode()
    library.espeak_Synth(data, ctypes.c_size_t(len(data) + 1), 0, _CHARACTERS, 0, _UTF8, None, None)
    samples = np.concatenate(chunks)
    return samples, _placed(places, events, len(samples))


def _sayable(text: str) -> str:
    """Blank out marks and keep the length; the full stop after a mark moves to the word before it."""
    return _MARK.sub(lambda mark: mark[1].ljust(len(mark[0])), text)


def _separated(text: str) -> tuple[str, list[tuple[str, int, int]]]:
    """Put a word joiner behind each word: else espeak-ng says pairs such as "of the" under one event."""
    said, places = "", []
    for word, _, _ in words(text):
        places.append((word, len(said), len(said) + len(word)))
        said += word + ("\u2060 " if word[-1].isalnum() else " ")
    return said, places


def _placed(
    places: Sequence[tuple[str, int, int]], events: Sequence[tuple[int, int, int, str]], length: int
) -> list[Spoken]:
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    current: int | None = None
    for kind, position, sample, name in events:
        if kind == _WORD:
            found = next((index for index, (_, start, end) in enumerate(places) if start <= position < end), None)
            if found != current and current is not None:
                ends.setdefault(current, sample)
            current = found
        elif kind == _PHONEME and current is not None:
            if name.startswith("_"):
                ends.setdefault(current, sample)
            else:
                starts.setdefault(current, sample)
                ends.pop(current, None)  # a pause inside "forty-two" is not its end
    missing = [word for index, (word, _, _) in enumerate(places) if index not in starts]
    if missing:
        raise SystemExit(f"espeak-ng gives no time for {missing}: say it in other words")
    return [Spoken(word, starts[index], ends.get(index, length)) for index, (word, _, _) in enumerate(places)]
