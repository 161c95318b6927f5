"""Questions to start from: asked by a person, standing alone, answered at length, and found by the search."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build
from index.building.starter_questions import candidates
from index.chunk import PassageShape
from index.generation import MOST_STARTERS
from index.store import open_generation
from ingest.library.records import episode_folder
from ingest.transcript import Transcript

Talk = Callable[..., Transcript]

LONG = "The ferry timetable is kept by volunteers in every harbour. " + "We repair the engine each winter by hand. " * 6
GOOD = "How do volunteers keep the ferry timetable up to date?"


@pytest.mark.parametrize(
    ("question", "answer", "is_one"),
    [
        (GOOD, LONG, True),
        ("Lovely to meet you. " + GOOD, LONG, True),
        (GOOD, "By hand.", False),
        ("How do they keep it up to date in the harbour?", LONG, False),
        ("What was that like for the volunteers on the ferry?", LONG, False),
        ("So, volunteers keep the ferry timetable up to date?", LONG, False),
        ("How do volunteers keep the ferry timetable up to date.", LONG, False),
        ("How do volunteers [laughs] keep the ferry timetable up to date?", LONG, False),
        ("Why ferries?", LONG, False),
        ("What about the volunteers who keep the ferry timetable?", LONG, False),
    ],
)
def test_a_candidate_stands_alone_and_is_answered_at_length(
    question: str, answer: str, is_one: bool, transcript_of: Talk
) -> None:
    """Pointers, remarks, marks, two-word questions and short answers make no question to start from."""
    found = list(candidates(transcript_of("a-1-aaaa", ("Host", question), ("Guest", answer))))
    assert [candidate.question for candidate in found] == ([GOOD] if is_one else [])
    assert not list(candidates(transcript_of("a-1-aaaa", ("Host", question), ("Host", answer))))
    assert not list(candidates(transcript_of("a-1-aaaa", (None, question), ("Guest", answer))))


def test_a_generation_has_five_of_as_many_episodes_as_there_are(
    tmp_path: Path, transcript_of: Talk, save: Any, encoder: Any
) -> None:
    """Five questions come from five episodes; a library of two gives more than one of each."""
    subjects = "anchor bell chart deck engine galley hull".split()
    save(tmp_path, *(repairs(transcript_of, place, subject) for place, subject in enumerate(subjects)))
    build(tmp_path, encoder, shape=PassageShape(40, 0))
    generation = open_generation(tmp_path)
    questions = generation.starters()
    assert len(questions) == MOST_STARTERS
    assert len({subject for subject in subjects if any(subject in question for question in questions)}) == MOST_STARTERS
    assert all(question.endswith("?") for question in questions)
    generation.close()
    for place in range(2, len(subjects)):
        shutil.rmtree(episode_folder(tmp_path, f"e-{place}-aaaa"))
    build(tmp_path, encoder, shape=PassageShape(40, 0))
    generation = open_generation(tmp_path)
    assert len(set(generation.starters())) == 4
    generation.close()


def repairs(transcript_of: Talk, place: int, subject: str) -> Transcript:
    return transcript_of(
        f"e-{place}-aaaa",
        ("Host", f"How do volunteers repair the old {subject} every winter?"),
        ("Guest", f"Volunteers repair the old {subject} with care. " + f"The {subject} needs winter oil. " * 20),
        ("Host", f"Who pays for the paint of the {subject} in summer?"),
        ("Guest", f"The harbour pays for paint of the {subject}. " + "Paint costs money each summer. " * 20),
    )


@pytest.mark.parametrize("removed", range(4))
def test_the_questions_of_removed_episodes_leave_no_gap(
    removed: int, tmp_path: Path, transcript_of: Talk, save: Any, encoder: Any
) -> None:
    """Whichever episode is removed, its segment is merged with that of new ones."""
    subjects = "anchor bell chart deck".split()
    save(tmp_path, *(repairs(transcript_of, place, subject) for place, subject in enumerate(subjects)))
    build(tmp_path, encoder, shape=PassageShape(40, 0))
    shutil.rmtree(episode_folder(tmp_path, f"e-{removed}-aaaa"))
    save(tmp_path, *(repairs(transcript_of, place, subject) for place, subject in enumerate(("engine", "hull"), 4)))
    build(tmp_path, encoder, shape=PassageShape(40, 0))
    generation = open_generation(tmp_path)
    asked = " ".join(generation.starters())
    assert len(generation.manifest.segments) == 1
    generation.close()
    assert [subject for subject in subjects if subject in asked] == subjects[:removed] + subjects[removed + 1 :]


def test_an_empty_library_has_no_questions(tmp_path: Path, encoder: Any) -> None:
    """Nothing was asked, so nothing is offered."""
    build(tmp_path, encoder)
    generation = open_generation(tmp_path)
    assert generation.starters() == ()
    generation.close()
