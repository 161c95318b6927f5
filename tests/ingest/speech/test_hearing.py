"""When a clip is heard again, which hearing is kept, and when a recording was not understood at all."""

import numpy as np
import pytest

from ingest.audio.load import SAMPLE_RATE
from ingest.speech import engines
from ingest.speech.hearing import can_be_said, is_unsure, lacks_words, not_understood, words_right
from ingest.speech.transcribe import better_hearing, levelled
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


@pytest.mark.parametrize(
    ("first", "second", "expecting", "kept"),
    [
        (said(24), None, True, "first"),
        (said(6), said(24), False, "second"),
        (said(6), said(5), False, "first"),
        (said(6), [HeardWord("the", 3.0 + i / 20, 3.0 + i / 20, 0.99) for i in range(90)], False, "first"),  # a loop
        (said(24, probability=0.5), said(24, probability=0.8), True, "second"),
        (said(24, probability=0.5), None, False, "first"),
    ],
    ids=["enough", "rest dropped", "no better", "a loop", "misled by the vocabulary", "unsure without one"],
)
def test_a_doubtful_clip_is_heard_again_and_the_better_hearing_kept(first, second, expecting, kept):
    """Only if words are missing or the vocabulary may have misled; a loop is not many words."""
    asked = []
    recogniser = engines.Recogniser(
        lambda clip, language: first if len(clip) == len(CLIP) else [],
        lambda clip, language: asked.append(language) or second,
        lambda clip: {"en": 1.0},
    )
    found = better_hearing(recogniser, CLIP, "en", SPEECH, expecting)
    assert found == (first if kept == "first" else second)
    assert asked == ([] if second is None else ["en"])


def test_speech_that_stays_empty_is_heard_by_itself():
    """After a pause Whisper may ignore another voice; its words stand where they were said, in order."""
    before, after = said(6), said(4, start=7.0)
    recogniser = engines.Recogniser(
        lambda clip, language: [*before, *after] if len(clip) == len(CLIP) else [HeardWord(" we", 0.1, 0.3, 0.9)],
        lambda clip, language: [],
        lambda clip: {"en": 1.0},
    )
    found = better_hearing(recogniser, CLIP, "en", [(0.2, 2.6), (2.8, 8.6)], is_expecting=False)
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
    assert levelled(wave * 0.3) is not None
    assert np.array_equal(levelled(wave * np.float32(0.3)), wave * np.float32(0.3))
    quiet = levelled(wave * np.float32(0.0005))
    assert np.sqrt(np.mean(quiet**2)) == pytest.approx(0.03, rel=0.01)
    assert np.abs(levelled(wave * np.float32(1e-7))).max() < 1e-4
    assert not levelled(np.zeros(100, np.float32)).any()
    assert levelled(wave).dtype == np.float32
