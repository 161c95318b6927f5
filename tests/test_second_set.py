"""The second set of questions holds what its description says, and no word of the transcripts."""

import json
from collections import Counter
from pathlib import Path

from benchmarks.second_set import QUESTIONS, second_set
from ingest.library.records import Record, save_record, save_transcript
from ingest.transcript import Episode, Show, Transcript, Turn, Word

ROWS = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
FIELDS = {"id", "kind", "persona", "question", "answerable", "gold", "also"}


def test_it_has_the_questions_it_says() -> None:
    """By persona, each once, with a place for each that is answerable; places have numbers only."""
    assert len({row["id"] for row in ROWS}) == len({row["question"] for row in ROWS}) == len(ROWS) == 120
    assert Counter(row["persona"] for row in ROWS if row["answerable"]) == {
        "engineer": 40,
        "newcomer": 25,
        "writer": 25,
    }
    for row in ROWS:
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
