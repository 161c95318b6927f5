"""The guards against what Whisper invents, on made-up words; how speech is cut into clips."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.audio.load import SAMPLE_RATE
from ingest.errors import LibraryError
from ingest.speech.heard import Heard, from_json, to_json
from ingest.speech.postprocess import cleaned, in_order, in_speech, join_word_pieces, without_loops, without_prompt
from ingest.speech.vocabulary import PROMPT, prompt
from ingest.speech.windows import LONGEST_PAUSE, clips, cut, padded, windows
from ingest.transcript import HeardWord


def said(text, start=0.0, step=0.5):
    return [HeardWord(word, start + i * step, start + (i + 1) * step, 0.9) for i, word in enumerate(text.split())]


def texts(words):
    return " ".join(word.text for word in words)


seconds = st.floats(-10, 200, allow_nan=False) | st.sampled_from([float("nan"), float("inf")])
any_words = st.lists(st.builds(HeardWord, st.sampled_from(["a", "b", "c", "d"]), seconds, seconds, st.just(0.5)))
speech = st.lists(st.tuples(st.floats(0, 4), st.floats(0.1, 40)), max_size=40).map(
    lambda gaps: [
        (sum(sum(pair) for pair in gaps[:i]) + gap, sum(sum(pair) for pair in gaps[: i + 1]))
        for i, (gap, _) in enumerate(gaps)
    ]
)


@given(any_words)
def test_times_run_forwards_within_the_recording(words):
    """Whatever an engine says, starts never fall, no word ends after the next begins, none lies past the end."""
    kept = in_order(words, 100.0)
    assert all(0 <= word.start <= word.end <= 100 for word in kept)
    assert all(before.end <= after.start for before, after in itertools.pairwise(kept))
    assert len(kept) <= len(words)


def test_words_in_order_keep_their_times():
    """Guards do not touch what is plausible."""
    words = said("so we moved to a serverless platform")
    assert cleaned(words, 60.0) == tuple(words)


def test_a_word_past_the_end_is_left_out_and_one_across_it_is_shortened():
    """A recording of ten seconds has no eleventh."""
    words = [HeardWord("almost", 9.5, 12.0), HeardWord("never", 10.0, 11.0)]
    assert in_order(words, 10.0) == [HeardWord("almost", 9.5, 10.0)]


def test_words_in_silence_are_invented():
    """Text outside of every stretch of speech goes; words at its edges stay."""
    words = [HeardWord("Hello", 1.8, 2.2), HeardWord("Thanks", 20.0, 20.4), HeardWord("bye", 30.2, 30.5)]
    assert texts(in_speech(words, [(2.0, 5.0), (28.0, 30.0)])) == "Hello bye"
    assert in_speech(words, []) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Thank you for watching. " * 9, "Thank you for watching."),
        ("and so I said I think it is. " + "I think it is. " * 3, "and so I said I think it is."),
        ("the the the the the the the the end", "the end"),
        ("no no no no not that", "no no no no not that"),
        ("very very very good", "very very very good"),
        ("go on, go on, go on, then", "go on, go on, go on, then"),
        (
            "we do it. we do it. Then we go home. Then we go home.",
            "we do it. we do it. Then we go home. Then we go home.",
        ),
    ],
)
def test_loops_are_kept_once_and_emphasis_is_kept_whole(text, kept):
    """A phrase again and again is a loop; a word said four times is how people talk."""
    assert texts(without_loops(said(text, step=0.15))) == kept


@pytest.mark.parametrize(
    ("step", "probability", "kept"),
    [(0.3, 0.9, 10), (0.05, 0.9, 1), (0.3, 0.3, 1)],
    ids=["said", "in no time", "unsure"],
)
def test_who_says_no_ten_times_is_told_from_a_loop(step, probability, kept):
    """By the sound: ten words that take three seconds and are understood were said."""
    words = [replace(word, probability=probability) for word in said("no " * 10, step=step)]
    assert len(without_loops(words)) == kept
    assert len(without_loops([*said("we asked"), *words, *said("then", 9.0)])) == kept + 3


def test_a_loop_over_several_clips_is_found():
    """The same invented line in clip after clip is one loop, whatever its case and punctuation."""
    words = [
        word
        for i in range(6)
        for word in said("Please subscribe to us!" if i % 2 else "please subscribe to us", 30.0 * i)
    ]
    assert texts(cleaned(words, 600.0)) == "please subscribe to us"


def test_an_echo_of_the_vocabulary_is_left_out():
    """Six words in a row as they stand in the prompt are an echo; a name that is said is not."""
    vocabulary = ("GOV.UK Pay", "Kat Stevens", "serverless", "Notify", "One Login")
    words = said("I am Kat Stevens and GOV.UK Pay, Kat Stevens, serverless, Notify, is serverless")
    assert texts(without_prompt(words, vocabulary)) == "I am Kat Stevens and is serverless"
    assert without_prompt(words, ()) == words


def test_pieces_become_words():
    """Punctuation without a blank joins its neighbours; signs of music and half characters are no words."""
    pieces = [" GOV", ".UK", " and", " re", "-use", " ♪", " …", " £5", ",000", " caf\ufffd", ""]
    heard = [HeardWord(text, i, i + 1, 1 - i / 100) for i, text in enumerate(pieces)]
    assert join_word_pieces(heard) == [
        HeardWord("GOV.UK", 0, 2, 0.99),
        HeardWord("and", 2, 3, 0.98),
        HeardWord("re-use", 3, 5, 0.96),
        HeardWord("£5,000", 7, 9, 0.92),
    ]


def test_the_prompt_holds_whole_entries_up_to_what_whisper_reads():
    """A long glossary is cut between entries."""
    assert prompt(("GDS", "GOV.UK")) == "GDS, GOV.UK"
    assert prompt(()) == ""
    long = prompt([f"Entry number {i}" for i in range(1000)])
    assert len(long) <= PROMPT
    assert long.split(", ")[-1].startswith("Entry number ")


@given(any_words)
def test_heard_words_survive_json(words):
    """What is written is what is read."""
    heard = Heard(tuple(in_order(words, 100.0)), "en", "faster-whisper", "small.en", 100.0, ("GDS",))
    assert from_json(json.loads(json.dumps(to_json(heard)))) == heard


@pytest.mark.parametrize("data", [{"schema": 99}, {"schema": 1, "words": []}, {"schema": 1, "words": [[1]]}])
def test_other_files_are_refused(data):
    """An unknown schema or a missing field is a LibraryError."""
    with pytest.raises(LibraryError):
        from_json(data)


@given(speech)
def test_clips_hold_all_speech_and_are_never_too_long(regions):
    """Every stretch of speech lies in clips of at most 30 s, in order, none overlapping, hardly any silence."""
    found = clips(regions)
    assert all(end - start <= 30 + 1e-6 for start, end in found)
    assert all(before[1] <= after[0] + 1e-6 for before, after in itertools.pairwise(found))
    for start, end in regions:
        covered = sum(max(0.0, min(end, stop) - max(start, begin)) for begin, stop in found)
        assert covered == pytest.approx(end - start, abs=1e-6)
    silent = sum(end - start for start, end in found) - sum(end - start for start, end in regions)
    assert silent <= LONGEST_PAUSE * max(0, len(regions) - 1) + 1e-6


def test_clips_are_cut_at_the_longest_pause_of_their_last_third():
    """Of the pauses 0.2, 1.5 and 0.3 s, the long one is the border; an earlier one is not, however long."""
    assert clips([(0, 17), (17.2, 22), (23.5, 27), (27.3, 34)]) == [(0, 22), (23.5, 34)]
    assert clips([(0, 10), (11.9, 22), (22.5, 27), (27.3, 34)]) == [(0, 22), (22.5, 34)]


@given(speech)
def test_padded_clips_stay_apart_and_within_the_sound(regions):
    """Each clip gets up to 0.2 s more on both sides; none reaches into another or past the end."""
    stretches = clips(regions)
    wider = padded(stretches, regions[-1][1] + 0.1 if regions else 0.0)
    assert all(
        0 <= start <= first and last <= end for (first, last), (start, end) in zip(stretches, wider, strict=True)
    )
    assert all(first - start <= 0.2 + 1e-9 for (first, _), (start, _) in zip(stretches, wider, strict=True))
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(wider))


def test_clips_end_at_long_silence():
    """Whisper is not given five seconds of silence to fill."""
    assert clips([(1, 4), (9, 12)]) == [(1, 4), (9, 12)]


def test_windows_are_cut_in_the_longest_pause_of_their_last_third():
    """A pause too early does not count, and without any the window ends where it ends."""
    assert cut([(0, 100), (190, 250), (254, 280), (281, 300)], 300) == 252
    assert cut([(0, 300)], 300) == 300
    assert cut([(0, 50)], 300) == 300


def test_windows_give_every_sample_once_and_the_same_after_an_interruption():
    """Going on from the end of any window gives the windows that would have come."""
    random = np.random.default_rng(0)
    sound = random.uniform(-1, 1, 60 * SAMPLE_RATE).astype(np.float32)
    sound[np.arange(len(sound)) // SAMPLE_RATE % 3 == 2] = 0

    def loud(samples):
        level = np.abs(samples[: len(samples) // 160 * 160]).reshape(-1, 160).max(axis=1) > 0.1
        edges = np.flatnonzero(np.diff(np.concatenate([[0], level.astype(int), [0]])))
        return [(start / 100, end / 100) for start, end in zip(edges[::2], edges[1::2], strict=True)]

    blocks = [sound[start : start + 7000] for start in range(0, len(sound), 7000)]
    whole = list(windows(blocks, 0, loud, 10.0))
    assert len(whole) > 5
    assert np.array_equal(np.concatenate([samples for samples, _ in whole]), sound)
    assert all((not samples[-1] and not samples[0]) or i in (0, len(whole) - 1) for i, (samples, _) in enumerate(whole))
    done = 0
    for i, (samples, _) in enumerate(whole):
        done += len(samples)
        rest = list(windows(blocks, done, loud, 10.0))
        assert [len(part) for part, _ in rest] == [len(part) for part, _ in whole[i + 1 :]]
        assert [regions for _, regions in rest] == [regions for _, regions in whole[i + 1 :]]
