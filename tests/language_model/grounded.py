"""What must hold of an answer, whatever the model wrote; every rule is checked by other means than api.llm's own."""

import re
from collections.abc import Mapping
from typing import Any

from api.llm.grounding import REPORTING
from api.llm.rewrite import INSTRUCTIONS
from index.function_words import is_function_word
from index.keywords import stems
from ingest.alignment.spoken_form import spoken_form
from ingest.text.words import normalise
from tests.language_model.served_model import EXAMPLES, NAME

Answer = Mapping[str, Any]

_RUN = 4
# Fields that a model must never change.
_SAME = ("question", "status", "citations", "related", "confidence")


def assert_sound(answer: Answer, without_model: Answer) -> None:
    """Assert that an answer differs from the one without a model in its words alone, and that those are the quotes'."""
    assert {name: answer[name] for name in _SAME} == {name: without_model[name] for name in _SAME}
    if answer["composer"] == "extractive":
        assert answer["statements"] == without_model["statements"]
        return
    assert answer["composer"] == NAME
    assert 0 < len(answer["statements"]) <= 4
    quotes = {citation["id"]: citation for citation in answer["citations"]}
    for statement in answer["statements"]:
        assert statement["citations"]
        held = " ".join(f"{quotes[one]['quote']} {quotes[one]['speaker'] or ''}" for one in statement["citations"])
        assert foreign_words(statement["text"], held) == [], statement
        assert copied(statement["text"], held) == [], statement
        assert not re.search(r"[<>\[\]{}|*`@]|://", statement["text"]), statement


def foreign_words(text: str, held: str) -> list[str]:
    """Return the words of a text that are not held in another, and are no words of grammar or of reporting."""
    known = set(stems(held))
    words = [word for piece in text.split() for word in spoken_form(piece)]
    return [
        word
        for word in words
        if not known.intersection(stems(word)) and not is_function_word(word) and word not in REPORTING
    ]


def copied(text: str, held: str) -> list[str]:
    """Return the runs of four words that a text has from the instructions or the examples, and not from `held`."""
    sources = _runs(INSTRUCTIONS) | _runs(EXAMPLES.read_text("utf-8"))
    return sorted((_runs(text) & sources) - _runs(held))


def _runs(text: str) -> set[str]:
    words = normalise(text)
    return {" ".join(words[place : place + _RUN]) for place in range(len(words) - _RUN + 1)}
