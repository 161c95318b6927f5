"""The lessons of a person are those of the register, whatever people decided about them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.knowledge_base import KnowledgeBase
from api.lessons.decide import decide
from api.lessons.register import register_of
from api.people.profile import profile_of
from ingest.library.decisions import decision_of
from tests.api.conftest import library_of
from tests.api.lessons.scripted import publish

NAME = "Tobias Renn"


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    library_of(tmp_path)
    base = publish(tmp_path)
    yield base
    base.generation.close()


def told(base: KnowledgeBase) -> dict[str, str]:
    """The titles of the lessons of a person, by address."""
    return {one.url: one.title for one in profile_of(base.home, base.generation, NAME).lessons}


def test_lessons_are_shown_as_people_left_them(base: KnowledgeBase) -> None:
    """Under the title that somebody gave, and not at all if somebody rejected them."""
    mine = [one for one in register_of(base.home, base.generation).entries if one.speaker == NAME]
    assert told(base) == {f"/lessons/{one.id}": one.title for one in mine}
    first, second, *others = mine
    for identifier, action, value in ((first.id, "reject", None), (second.id, "retitle", "It took long")):
        decide(base.home, base.generation, identifier, decision_of(action, identifier, "Ann", value))
    left = {f"/lessons/{one.id}": one.title for one in others}
    assert told(base) == {f"/lessons/{second.id}": "It took long"} | left
