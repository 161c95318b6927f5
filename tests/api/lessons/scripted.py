"""A miner that proposes every stretch of `length` sentences of a turn that no asker says, the longest as the best."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, get_args

import pytest

from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from index.building.build import build
from index.mined.episode import Lesson, LessonKind, Span
from index.passage import Sentence
from ingest.library.records import Record, load_transcript, save_record, save_transcript
from ingest.transcript import Episode, Transcript
from tests.api.conftest import HARBOUR, HashedStems, turn_of

KINDS: tuple[LessonKind, ...] = get_args(LessonKind)


def miner_of(length: int = 1, fewest_words: int = 6) -> Callable[..., tuple[Lesson, ...]]:
    """Return a miner to stand in for `index.mining.lessons.find.find_lessons`."""

    def find(
        transcript: Transcript,
        sentences: Sequence[Sentence],
        exchanges: Any,
        askers: frozenset[str],
        terms: Any,
        vectors: Any,
    ) -> tuple[Lesson, ...]:
        found = []
        for number, group in groupby(sentences, lambda one: one.turn):
            turn, mine = transcript.turns[number], list(group)
            if turn.speaker is None or turn.speaker in askers:
                continue
            for first in range(0, len(mine), length):
                said = mine[first : first + length]
                words = sum(one.words for one in said)
                if words < fewest_words:
                    continue
                text = turn.text[said[0].start : said[-1].end]
                found.append(
                    Lesson(
                        transcript.episode.id,
                        number,
                        Span(said[0].first_word, words),
                        transcript.aliases.get(turn.speaker, turn.speaker),
                        KINDS[words % len(KINDS)],
                        min(1.0, words / 40),
                        " ".join(text.split()[:8]),
                        tuple(word for word in ("platform", "rehearsals", "council") if word in text),
                        None if number == 0 else Span(said[0].first_word, 1),
                    )
                )
        return tuple(sorted(found, key=lambda one: -one.score))

    return find


def publish(home: Path, length: int = 1, encoder: Any = None) -> KnowledgeBase:
    """Build a generation with the scripted miner, and open it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.mining.mine.find_lessons", miner_of(length))
        build(home, encoder or HashedStems(), rebuild=True)
    return open_base(Settings(home=home), encoder or HashedStems())


def save(home: Path, identifier: str, turns: list[tuple[str | None, str]], year: int = 2021) -> None:
    """Save an episode of the harbour show; a turn is (speaker, text)."""
    episode = Episode(identifier, identifier, HARBOUR, None, f"Talk {identifier}", f"{year}-01-02", 6000.0)
    spoken = tuple(turn_of(who, text, 100.0 * place) for place, (who, text) in enumerate(turns))
    save_record(home, Record(episode, ()))
    save_transcript(home, Transcript(episode, spoken), "made by a test")


def reword(home: Path, identifier: str, change: Callable[[str], str]) -> None:
    """Change the text of every turn of an episode, as ingesting a corrected text does."""
    transcript = load_transcript(home, identifier)
    assert transcript is not None
    turns = tuple(turn_of(turn.speaker, change(turn.text), turn.start) for turn in transcript.turns)
    save_transcript(home, replace(transcript, turns=turns), "rewritten by a test")
