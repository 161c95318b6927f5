"""When a clip is heard again, which hearing is kept, and when a recording was not understood at all."""

import numpy as np
import pytest

from ingest.audio.load import SAMPLE_RATE
from ingest.speech import engines
from ingest.speech.hearing import can_be_said, is_unsure, lacks_words, not_understood, words_right
from ingest.speech.transcribe import best_hearing, levelled
from ingest.transcript import HeardWord


def said(count, start=0.2, step=0.4, probability=0.9):
    """So many different words, one after the other."""
    return [HeardWord(f"word{i}", start + i * step, start + (i + 1) * step, probability) for i in range(count)]


@pytest.mark.parametrize(
    ("words", "speech", "missing"),
    [
        (said(25), [(0.0, 10.4)], False),
        (said(12), [(0.0, 10.4)], True),  # the rest of the clip was dropped
        (said(12, start=5.2), [(0.0, 10.4)], True),  # its beginning
        ([*said(10), *said(10, start=6.4)], [(0.0, 10.6)], True),  # its middle
        ([*said(10), *said(10, start=6.4)], [(0.0, 4.4), (6.2, 10.6)], False),  # a pause is no speech
        ([], [(0.0, 3.0)], True),
        ([], [], False),
        ([HeardWord("yes", 0.2, 9.9, 0.9)] * 20, [(0.0, 10.0)], True),  # one word does not last ten seconds
        (said(6, step=1.4), [(0.0, 9.0)], True),  # evenly few
    ],
)
def test_words_are_missing_where_speech_stays_empty(words, speech, missing):
    """Too few words for the speech, or a second and a half of it without any."""
    assert lacks_words(words, speech) is missing


def test_doubt_is_about_the_mean():
    """One weak word among many is usual; without words there is nothing to doubt."""
    assert not is_unsure([*said(9), *said(1, probability=0.1)])
    assert is_unsure(said(9, probability=0.6))
    assert not is_unsure([])
    assert not is_unsure([HeardWord("a", 0, 1)])


def test_nobody_says_a_sentence_in_a_fifth_of_a_second():
    """Whisper makes "Thank you very much." of it; the fastest of speakers need longer."""
    assert not can_be_said(said(4), 0.2)
    assert can_be_said(said(4), 0.6)  # a quick remark, padded
    assert can_be_said(said(1), 0.2)
    assert can_be_said([], 0.01)


def test_the_hearing_with_more_right_words_is_worth_more():
    """Missing words cost, and so do invented ones."""
    assert words_right(said(10)) > words_right(said(8))
    assert words_right(said(10)) > words_right([*said(10), *said(10, probability=0.05)])
    assert words_right([]) == 0


CLIP, SPEECH = np.zeros(10 * SAMPLE_RATE, np.float32), [(0.0, 10.0)]


def engine(expecting, plain, again, rest=()):
    """A stand-in that hears so with a vocabulary, without one, by timestamps, and in a part of the clip."""

    def hear(clip, language, vocabulary):
        return list(rest) if len(clip) < len(CLIP) else expecting if vocabulary else plain

    return engines.Recogniser(hear, lambda clip, language: again, lambda clip: {"en": 1.0})


NOBODY = None  # heard by nobody: to ask for it is an error
LOOP = [HeardWord("the", 3.0 + i / 20, 3.0 + i / 20, 0.99) for i in range(90)]


@pytest.mark.parametrize(
    ("hearings", "kept"),
    [
        ((said(24), NOBODY, NOBODY), 0),
        ((said(6), NOBODY, said(24)), 2),
        ((said(6), NOBODY, said(5)), 0),
        ((said(6), NOBODY, LOOP), 0),
        ((said(24, probability=0.5), said(24, probability=0.6), NOBODY), 1),
        ((said(24, probability=0.6), said(24, probability=0.5), NOBODY), 0),
        ((said(6, probability=0.6), said(6, probability=0.5), said(24)), 2),
    ],
    ids=["enough", "rest dropped", "no better", "a loop", "misled by the vocabulary", "helped by it", "both"],
)
def test_a_doubtful_clip_is_heard_again_and_the_best_hearing_kept(hearings, kept):
    """Without the vocabulary if it may have misled, by timestamps if words are missing; a loop is not many words."""
    assert best_hearing(engine(*hearings), CLIP, "en", SPEECH, ("Pay",)) == hearings[kept]


def test_without_a_vocabulary_doubt_is_no_reason():
    """What is unsure but complete would sound the same again."""
    words = said(24, probability=0.5)
    assert best_hearing(engine(NOBODY, words, NOBODY), CLIP, "en", SPEECH, ()) == words


def test_speech_that_stays_empty_is_heard_by_itself():
    """After a pause Whisper may ignore another voice; its words stand where they were said, in order."""
    before, after = said(6), said(4, start=7.0)
    found = best_hearing(
        engine(NOBODY, [*before, *after], [], rest=[HeardWord(" we", 0.1, 0.3, 0.9)]),
        CLIP,
        "en",
        [(0.2, 2.6), (2.8, 8.6)],
        (),
    )
    assert [word.text for word in found] == [*(word.text for word in before), "we", *(word.text for word in after)]
    assert found[6].start == pytest.approx(2.7, abs=0.01)


def test_another_language_is_not_taken_for_english():
    """An English-only model that is unsure of nearly every word was given something else; others detect languages."""
    german = said(15, probability=0.39)
    reason = not_understood(german, "tiny.en")
    assert reason is not None
    assert "tiny.en knows only English" in reason
    assert "--model" in reason
    assert not_understood(german, "models/tiny.en") == reason
    assert not_understood(german, "small") is None
    assert not_understood(said(15, probability=0.75), "tiny.en") is None
    assert not_understood(german[:9], "tiny.en") is None
    assert not_understood([], "tiny.en") is None


def test_only_quiet_sound_is_made_louder():
    """For the voice detector: to one level, by a bounded factor, and never clipped speech louder still."""
    wave = np.sin(np.arange(SAMPLE_RATE, dtype=np.float32) * 0.3)
    assert np.array_equal(levelled(wave * np.float32(0.3)), wave * np.float32(0.3))
    quiet = levelled(wave * np.float32(0.0005))
    assert np.sqrt(np.mean(quiet**2)) == pytest.approx(0.03, rel=0.01)
    assert np.abs(levelled(wave * np.float32(1e-7))).max() < 1e-4
    assert not levelled(np.zeros(100, np.float32)).any()
    assert levelled(wave).dtype == np.float32
