"""Transcribe recordings into heard words with Whisper, by one of two engines (`ingest.speech.engines`).

Both engines get the same clips: at most 30 s of speech found by Silero, each decoded once, and once more if words seem
to be missing. So silence costs nothing, stays in the timeline, and gives Whisper no room to hallucinate; and no clip
can delay a recording for long.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ingest.audio.load import SAMPLE_RATE, blocks, probe
from ingest.errors import LibraryError
from ingest.speech.engines import Recogniser, open_recogniser, package, weights_available
from ingest.speech.heard import Heard, TranscriptionOptions, from_json, to_json
from ingest.speech.hearing import can_be_said, holes, is_unsure, lacks_words, words_right
from ingest.speech.postprocess import cleaned, in_speech, join_word_pieces, without_loops
from ingest.speech.windows import CLIP, PADDING, Region, Samples, clips, padded, windows
from ingest.storage.documents import exists
from ingest.storage.files import read_json, sha256_of, write_json
from ingest.transcript import HeardWord

logger = logging.getLogger(__name__)

SecondsProgress = Callable[[float, float], None]

WINDOW = 240.0  # seconds held in memory at once, and the most work lost when a run is interrupted
QUIET, MOST_GAIN = 0.03, 300.0  # root mean square of full scale to which quiet sound is raised, and by how much at most
LANGUAGE_CLIPS = 3  # clips that vote on the language; the first alone may be a jingle or a guest's greeting


def transcribe(
    path: Path, listening: TranscriptionOptions, progress: SecondsProgress | None = None, resume: Path | None = None
) -> Heard:
    """Return the words of a recording with their times in seconds.

    `progress` is called with (seconds done, total seconds), which never decrease and are equal in the last call. With
    `resume`, progress is saved to that file every four minutes of sound. A later call for the same audio, engine and
    model resumes from it, with the vocabulary recorded in it. The caller deletes the file when the result is stored.
    Raises AudioError for an unusable recording and ModelMissing for missing weights or packages.
    """
    total = probe(path).duration
    weights = weights_available(listening, download=True)
    key = sha256_of(path)
    done, heard = _resumed(resume, key, listening)
    tell = progress or (lambda _done, _total: None)
    seconds = done / SAMPLE_RATE
    for samples, regions in windows(blocks(path), done, _speech, WINDOW):
        tell(min(seconds, total), total)
        if regions:
            # No name keeps the engine: it must be gone before the next window's is loaded, or memory grows with each.
            heard = _listened(
                samples, regions, heard, open_recogniser(weights, listening), _shifted(tell, seconds, total)
            )
        done += len(samples)
        seconds = done / SAMPLE_RATE
        heard = replace(heard, duration=seconds)
        if resume is not None:
            write_json(resume, {**to_json(heard), "audio": key, "samples": done})
    tell(total, total)
    words = cleaned(heard.words, heard.duration, heard.vocabulary)
    removed = len(heard.words) - len(words)
    logger.info("%s: %d words heard, %d of them removed as hallucinations", path.name, len(heard.words), removed)
    return replace(heard, words=words)


def _speech(samples: Samples) -> list[Region]:
    """Return the regions of speech in seconds, found by the Silero model that ships with faster-whisper.

    They are not padded, so that the pauses between them keep their length: a clip is cut at the longest.
    """
    vad = package("faster_whisper.vad")
    options = vad.VadOptions(
        threshold=0.15,  # at the usual 0.5 it misses 46 of 810 words of the meetings that were measured, at 0.15 20
        neg_threshold=0.1,  # a region ends below it; the library's own choice, 0.01 here, would find hardly any pause
        min_speech_duration_ms=100,  # a shorter sound is a click
        min_silence_duration_ms=160,  # pauses at which clips may be cut
        speech_pad_ms=0,
        max_speech_duration_s=CLIP - 1,  # cut at the last short pause; 1 s for the padding of clips
    )
    found = vad.get_speech_timestamps(levelled(samples), options)
    return [(region["start"] / SAMPLE_RATE, region["end"] / SAMPLE_RATE) for region in found]


def levelled(samples: Samples) -> Samples:
    """Return the samples made louder if they are quiet; Silero finds nobody in them otherwise, though Whisper would."""
    loudness = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
    return samples if loudness >= QUIET else samples * np.float32(min(MOST_GAIN, QUIET / max(loudness, 1e-9)))


def _listened(
    samples: Samples, regions: list[Region], heard: Heard, recogniser: Recogniser, done: Callable[[float], None]
) -> Heard:
    """Transcribe one window and return `heard` with its words added."""
    stretches = padded(clips(regions, CLIP - 2 * PADDING), len(samples) / SAMPLE_RATE)
    sound = [samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)] for start, end in stretches]
    language = heard.language or _language(recogniser, sound)
    words: list[HeardWord] = []
    for (start, end), clip in zip(stretches, sound, strict=True):
        speech = [(first - start, last - start) for first, last in regions if start < last and first < end]
        found = best_hearing(recogniser, clip, language, speech, heard.vocabulary)
        if can_be_said(without_loops(found), end - start):  # of a loop one copy may be true
            words += [_moved(word, heard.duration + start, heard.duration + end) for word in found]
        done(end)
    spoken = [(heard.duration + start, heard.duration + end) for start, end in regions]
    return replace(heard, language=language, words=heard.words + tuple(in_speech(words, spoken)))


def best_hearing(
    recogniser: Recogniser, clip: Samples, language: str, speech: list[Region], vocabulary: Sequence[str]
) -> list[HeardWord]:
    """Return a clip's words; where the vocabulary may mislead, or words are missing, those of the best of two or three.

    Speech that all of them leave without a word is heard by itself: after a pause Whisper may ignore another voice.
    """
    words = join_word_pieces(recogniser.hear(clip, language, vocabulary))
    if vocabulary and is_unsure(words):
        words = _better(words, join_word_pieces(recogniser.hear(clip, language, ())))
    if not lacks_words(words, speech):
        return words
    words = _better(words, join_word_pieces(recogniser.hear_again(clip, language)))
    for start, end in holes(words, speech):
        rest = clip[round(start * SAMPLE_RATE) : round((end + PADDING) * SAMPLE_RATE)]
        words += [_moved(word, start, end) for word in join_word_pieces(recogniser.hear(rest, language, ()))]
    return sorted(words, key=lambda word: word.start)


def _better(first: list[HeardWord], second: list[HeardWord]) -> list[HeardWord]:
    return max(first, second, key=lambda words: words_right(without_loops(words)))


def _moved(word: HeardWord, start: float, end: float) -> HeardWord:
    """Return a clip's word with its times moved to the recording's timeline, and kept inside the clip."""
    first, last = (min(end, start + max(0.0, second)) for second in (word.start, word.end))
    return replace(word, start=round(first, 3), end=round(last, 3))


def _language(recogniser: Recogniser, sound: list[Samples]) -> str:
    votes: dict[str, float] = {}
    for clip in sound[:LANGUAGE_CLIPS]:
        for language, probability in recogniser.languages(clip).items():
            votes[language] = votes.get(language, 0.0) + probability
    if not votes:
        logger.warning("the model cannot detect languages; assuming that the recording is in English")
        return "en"
    return max(votes, key=lambda language: (votes[language], language))


def _shifted(tell: SecondsProgress, offset: float, total: float) -> Callable[[float], None]:
    return lambda seconds: tell(min(offset + seconds, total), total)


def _resumed(resume: Path | None, key: str, listening: TranscriptionOptions) -> tuple[int, Heard]:
    """Return the samples done and the words heard by an earlier run, if it had the same audio and model."""
    nothing = Heard((), None, listening.engine, listening.model, 0.0, listening.vocabulary)
    if resume is None or not exists(resume):
        return 0, nothing
    try:
        data = read_json(resume)
        earlier = from_json(data)
        same = (data["audio"], earlier.engine, earlier.model) == (key, listening.engine, listening.model)
        done = int(data["samples"])
    except (LibraryError, KeyError, TypeError, ValueError) as error:
        logger.warning("%s: cannot be resumed, so transcription starts again: %s", resume, error)
        return 0, nothing
    # If the earlier run has no language, it has not heard any speech yet.
    if not same or (earlier.language is not None and listening.language not in (None, earlier.language)):
        logger.info("%s: is from another recording, model or language, so transcription starts again", resume)
        return 0, nothing
    return done, earlier
