"""The questions that are kept as places hold what their description says, and no word of the transcripts."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.halves import READERS, TRAINING
from benchmarks.second_set import QUESTIONS, THIRD, second_set
from ingest.library.records import Record, save_record, save_transcript
from ingest.transcript import Episode, Show, Transcript, Turn, Word

ROWS = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
READERS_ROWS = [json.loads(line) for line in READERS.read_text("utf-8").splitlines()]
THIRD_ROWS = [json.loads(line) for line in THIRD.read_text("utf-8").splitlines()]
TRAINING_ROWS = [json.loads(line) for line in TRAINING.read_text("utf-8").splitlines()]
FIELDS = {"id", "kind", "persona", "question", "answerable", "gold", "also"}


def test_it_has_the_questions_it_says() -> None:
    """By persona."""
    assert len(ROWS) == 120
    assert Counter(row["persona"] for row in ROWS if row["answerable"]) == {
        "engineer": 40,
        "newcomer": 25,
        "writer": 25,
    }


def test_the_readers_asked_as_many_as_it_says() -> None:
    """About each of 60 interviews at least 28 with quotes, and 12 that nothing answers."""
    answerable = [row for row in READERS_ROWS if row["answerable"]]
    assert (len(READERS_ROWS), len(answerable)) == (2441, 1721)
    about = Counter(row["id"].partition("-")[2].rpartition("-")[0] for row in answerable)
    assert len(about) == 60
    assert min(about.values()) >= 28
    assert min(Counter(row["id"].partition("-")[2].rpartition("-")[0] for row in READERS_ROWS).values()) >= 40


def test_those_an_encoder_learned_from_are_others() -> None:
    """About each of the 60 interviews at least 89, all answerable, none asked by the readers before."""
    assert len(TRAINING_ROWS) == 5448
    assert all(row["answerable"] for row in TRAINING_ROWS)
    about = Counter(row["gold"][0]["episode"] for row in TRAINING_ROWS)
    assert len(about) == 60
    assert min(about.values()) >= 89
    assert not {row["question"].lower() for row in TRAINING_ROWS} & {row["question"].lower() for row in READERS_ROWS}


def test_the_third_set_has_the_questions_it_says() -> None:
    """Fifteen and five about each of twenty interviews that the second set has not; none that was learned from."""
    assert len(THIRD_ROWS) == 400
    about = Counter(row["gold"][0]["episode"] for row in THIRD_ROWS if row["answerable"])
    assert [*about.values()] == [15] * 20
    assert not about.keys() & {place["episode"] for row in ROWS for place in row["gold"]}
    asked = {row["question"].lower() for row in THIRD_ROWS}
    assert not asked & {row["question"].lower() for row in (*TRAINING_ROWS, *READERS_ROWS)}


@pytest.mark.parametrize(
    "rows", [ROWS, READERS_ROWS, TRAINING_ROWS, THIRD_ROWS], ids=["second", "readers", "training", "third"]
)
def test_each_question_is_there_once(rows: list[dict[str, Any]]) -> None:
    """With a place for each that is answerable; places have numbers only."""
    assert len({row["id"] for row in rows}) == len({row["question"] for row in rows}) == len(rows)
    for row in rows:
        assert row.keys() == FIELDS
        assert bool(row["gold"]) == row["answerable"]
        for place in row["gold"] + row["also"]:
            assert place.keys() == {"episode", "turn", "start", "end"}
            assert 0 <= place["start"] < place["end"]


def test_places_become_the_words_that_stand_there(tmp_path: Path) -> None:
    """In a library that holds the interviews: here each turn's characters are its own numbers."""
    for guid in {place["episode"] for row in ROWS for place in row["gold"] + row["also"]}:
        places = [place for row in ROWS for place in row["gold"] + row["also"] if place["episode"] == guid]
        texts = ["word"] * (1 + max(place["turn"] for place in places))
        for place in places:
            text = "".join(str(number % 10) for number in range(max(place["end"], len(texts[place["turn"]]))))
            texts[place["turn"]] = text
        episode = Episode(f"x-{guid[-20:]}", guid, Show("x", "X"), None, guid, None)
        turns = tuple(Turn("Ada", text, None, None, None, None, None, (Word(text, None, None),)) for text in texts)
        save_record(tmp_path, Record(episode, ()))
        save_transcript(tmp_path, Transcript(episode, turns), "made by a test")
    found = {question.id: question for question in second_set(tmp_path)}
    for row in ROWS:
        for place, gold in zip(row["gold"] + row["also"], found[row["id"]].gold + found[row["id"]].also, strict=True):
            assert gold.quote == "".join(str(number % 10) for number in range(place["start"], place["end"]))
            assert (gold.episode, gold.turn, gold.speaker) == (place["episode"], place["turn"], "Ada")
