import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import LibraryError
from ingest.speech.turns import LONG_PAUSE_WORDS, PAUSE, SHORT_PAUSE, VERY_LONG_WORDS, turns_heard
from ingest.transcript import (
    Divergence,
    Episode,
    HeardWord,
    OfficialTurn,
    Role,
    Show,
    Transcript,
    Turn,
    Unheard,
    Unwritten,
    Word,
    from_json,
    to_json,
    untimed,
    with_episode,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SECONDS = st.integers(0, 10_000_000).map(lambda milliseconds: milliseconds / 1000)
MAYBE_SECONDS = st.none() | SECONDS
WORDS = st.builds(Word, TEXT, MAYBE_SECONDS, MAYBE_SECONDS, MAYBE_SECONDS, st.none() | TEXT)
TURNS = st.builds(
    Turn,
    speaker=st.none() | TEXT,
    text=TEXT,
    start=MAYBE_SECONDS,
    end=MAYBE_SECONDS,
    timing=st.sampled_from([None, "published", "aligned", "heard", "estimated"]),
    timing_error=MAYBE_SECONDS,
    confidence=MAYBE_SECONDS,
    words=st.lists(WORDS, max_size=4).map(tuple),
)
DIVERGENCES = st.builds(
    Divergence,
    coverage=SECONDS,
    unheard=st.lists(st.builds(Unheard, st.integers(0, 99), TEXT, MAYBE_SECONDS, MAYBE_SECONDS), max_size=3).map(tuple),
    unwritten=st.lists(st.builds(Unwritten, TEXT, SECONDS, SECONDS), max_size=3).map(tuple),
)
EPISODES = st.builds(
    Episode,
    id=TEXT,
    guid=TEXT,
    show=st.builds(Show, TEXT, TEXT, st.none() | TEXT),
    number=st.none() | st.integers(0, 99_999),
    title=st.none() | TEXT,
    published=st.none() | TEXT,
    duration=MAYBE_SECONDS,
    page_url=st.none() | TEXT,
    audio_url=st.none() | TEXT,
    licence=st.none() | TEXT,
)
TRANSCRIPTS = st.builds(
    Transcript,
    EPISODES,
    st.lists(TURNS, max_size=4).map(tuple),
    st.dictionaries(TEXT, TEXT, max_size=3),
    st.none() | DIVERGENCES,
    st.dictionaries(TEXT, st.builds(Role, TEXT, st.integers(0, 99), TEXT), max_size=3),
    heard_by=st.none() | TEXT,
)
EPISODE = Episode("tea-1-abcd", "g-1", Show("tea", "Tea show"))


@given(TRANSCRIPTS)
def test_a_transcript_comes_back_from_json(transcript):
    """Every transcript, times in milliseconds, survives its JSON exactly."""
    written = json.dumps(to_json(transcript), ensure_ascii=False, allow_nan=False)
    assert from_json(json.loads(written)) == transcript


def test_the_json_is_that_of_the_contract():
    """Names and nesting are promises to others; what is unknown is null."""
    turn = Turn("Ann", "Hi [laughs]", 1.00049, 2.0, "aligned", 0.4, 0.9, (Word("Hi", 1.00049, 2.0), Word("[laughs]")))
    role = Role("head of tea", 0, "I'm the head of tea.")
    whole = Transcript(EPISODE, (turn,), {"A": "Ann"}, Divergence(0.5, (Unheard(0, "Hi"),)), {"Ann": role})
    assert to_json(whole) == {
        "schema": 1,
        "episode": {
            "id": "tea-1-abcd",
            "guid": "g-1",
            "show": {"id": "tea", "title": "Tea show", "page_url": None},
            "number": None,
            "title": None,
            "published": None,
            "duration": None,
            "page_url": None,
            "audio_url": None,
            "licence": None,
        },
        "aliases": {"A": "Ann"},
        "roles": {"Ann": {"role": "head of tea", "turn": 0, "sentence": "I'm the head of tea."}},
        "turns": [
            {
                "speaker": "Ann",
                "text": "Hi [laughs]",
                "start": 1.0,
                "end": 2.0,
                "timing": "aligned",
                "timing_error": 0.4,
                "confidence": 0.9,
                "words": [
                    {"text": "Hi", "start": 1.0, "end": 2.0},
                    {"text": "[laughs]", "start": None, "end": None},
                ],
            }
        ],
        "divergence": {
            "coverage": 0.5,
            "unheard": [{"turn": 0, "text": "Hi", "start": None, "end": None}],
            "unwritten": [],
        },
    }


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"schema": 2}, "schema 2"),
        ({"schema": None}, "schema None"),
        ({"turns": [{"speaker": "Ann"}]}, "not of schema 1"),
        ({"turns": [{"speaker": "Ann", "text": "Hi", "words": [], "colour": "red"}]}, "not of schema 1"),
        ({"episode": {}}, "not of schema 1"),
        ({"divergence": {"coverage": 1.0}}, "not of schema 1"),
        ({"roles": {"Ann": {"role": "head of tea"}}}, "not of schema 1"),
        ({"roles": {"Ann": "head of tea"}}, "not of schema 1"),
    ],
)
def test_a_transcript_of_another_schema_is_refused(change, complaint):
    """A reader that does not know a field or a schema says so instead of dropping it."""
    with pytest.raises(LibraryError, match=complaint):
        from_json(to_json(Transcript(EPISODE, ())) | change)


def test_a_transcript_without_roles_is_read():
    """Files written before roles were known stay good."""
    data = to_json(Transcript(EPISODE, (Turn("Ann", "Hi"),)))
    del data["roles"]
    assert from_json(data) == Transcript(EPISODE, (Turn("Ann", "Hi"),))


def test_an_untimed_turn_keeps_its_words_in_order():
    """The words of a turn are its text's pieces, without times."""
    turn = untimed(OfficialTurn("Ann", "Hello [laughs]\nyou  there."))
    assert [word.text for word in turn.words] == ["Hello", "[laughs]", "you", "there."]
    assert (turn.start, turn.end, turn.timing, turn.timing_error) == (None, None, None, None)


def test_a_transcript_can_be_put_under_new_facts():
    """Only the episode changes."""
    transcript = Transcript(EPISODE, (Turn("Ann", "Hi"),))
    other = Episode("tea-1-abcd", "g-1", Show("tea", "Tea show"), title="New")
    assert with_episode(transcript, other) == Transcript(other, (Turn("Ann", "Hi"),))


def heard(word: Word) -> str:
    return word.text if word.heard is None else word.heard


@given(st.lists(st.tuples(st.sampled_from(["one", "two", "GOV.UK"]), st.floats(0, 3), st.floats(0.1, 1)), max_size=40))
def test_heard_words_become_turns_without_losing_one(spoken):
    """Every heard word is in one turn, in order, with its own times and probability, and nobody is named."""
    words, clock = [], 0.0
    for text, pause, length in spoken:
        words.append(HeardWord(text, clock + pause, clock + pause + length, length))
        clock += pause + length
    turns = turns_heard(words)
    assert [(heard(word), word.start, word.end, word.probability) for turn in turns for word in turn.words] == [
        (word.text, word.start, word.end, word.probability) for word in words
    ]
    assert {turn.speaker for turn in turns} <= {None}
    assert {turn.timing for turn in turns} <= {"heard"}
    assert all((turn.start, turn.end) == (turn.words[0].start, turn.words[-1].end) for turn in turns)
    assert all(turn.text == " ".join(word.text for word in turn.words) for turn in turns)


def test_a_pause_ends_a_turn_and_a_short_one_ends_a_long_turn():
    """1.5 s of silence end any turn, 0.6 s one of 150 words where a sentence ends, else one of 300."""

    def counts(*pauses: float, text: str = "Word.") -> list[int]:
        words, clock = [], 0.0
        for pause in (0.0, *pauses):
            words.append(HeardWord(text, clock + pause, clock + pause + 0.5))
            clock += pause + 0.5
        return [len(turn.words) for turn in turns_heard(words)]

    assert counts(PAUSE - 0.1, PAUSE, 0.0) == [2, 2]
    assert counts(*[0.0] * (LONG_PAUSE_WORDS - 2), SHORT_PAUSE + 0.01, 0.0) == [LONG_PAUSE_WORDS + 1]
    assert counts(*[0.0] * (LONG_PAUSE_WORDS - 1), SHORT_PAUSE + 0.01, 0.0) == [LONG_PAUSE_WORDS, 2]
    for length, expected in ((LONG_PAUSE_WORDS, [LONG_PAUSE_WORDS + 2]), (VERY_LONG_WORDS, [VERY_LONG_WORDS, 2])):
        assert counts(*[0.0] * (length - 1), SHORT_PAUSE + 0.01, 0.0, text="word,") == expected


def test_a_turn_is_as_sure_as_its_words_on_average():
    """Confidence is the mean of what the engine gives, None where it gives none."""
    known = [HeardWord("a", 0, 1, 0.5), HeardWord("b", 1, 2, 1.0), HeardWord("c", 2, 3)]
    assert [turn.confidence for turn in turns_heard(known)] == [0.75]
    assert [turn.confidence for turn in turns_heard(known[2:])] == [None]
    assert turns_heard([]) == ()
