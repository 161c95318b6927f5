"""Questions about one episode that they name: which it is, and that it is searched first."""

from pathlib import Path

import pytest

from api.answer.asked_episode import AskedEpisode, asked_episode
from api.answer.compose import Answer
from api.answer.conversation import Asking, ask
from api.answer.question import parse_question
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from index.building.build import build
from index.passage import Filters
from ingest.library.removal import remove_episode
from ingest.transcript import Episode
from tests.api.conftest import HARBOUR, HashedStems, save, turn_of

HOST = "Bo Ash"
EPISODES = {
    "a-1-aaaa": ("Painting ropes", "Ada Moss", "We painted the ropes with tar in the autumn because rats eat ropes."),
    "b-1-bbbb": ("Painting ropes and masts", "Cy Elm", "We painted the masts with varnish in the spring for the race."),
    "c-1-cccc": ("Rats on the pier?", "Cy Elm", "We painted the pier in spring, and the rats came back at night."),
    "d-1-dddd": ("Letters", "Di Oak", "The letters on the buoys were painted in winter."),
    "e-1-eeee": ("Letters", "Ed Fir", "The letters on the boats were painted with chalk."),
    "f-1-ffff": ("???", "Gil Yew", "The quay was painted in the dark, and nobody knows why."),
}
A, B, C = "a-1-aaaa", "b-1-bbbb", "c-1-cccc"


@pytest.fixture
def base(tmp_path: Path, encoder: HashedStems) -> KnowledgeBase:
    """Six talks of one host with guests, of whom one comes twice; two have the same title."""
    for number, (identifier, (title, guest, said)) in enumerate(EPISODES.items(), 1):
        episode = Episode(identifier, identifier, HARBOUR, number, title, f"2021-01-{number:02}")
        asked = "Welcome to the harbour. What did you paint this year, and why was it painted?"
        save(tmp_path, episode, turn_of(HOST, asked, 0.0), turn_of(guest, said, 60.0))
    build(tmp_path, encoder)
    return open_base(Settings(home=tmp_path), encoder)


def answer(base: KnowledgeBase, question: str, filters: Filters | None = None) -> Answer:
    return ask(base, Asking(parse_question(question), filters=filters or Filters()))


@pytest.mark.parametrize(
    ("question", "episode", "about"),
    [
        ("In the episode with Ada Moss, what did they paint?", A, "what did they paint"),
        ("in the interview with ada moss what did they paint", A, "what did they paint"),
        ("So from the conversation with Ada Moss: why tar?", A, "why tar"),
        ("In the episode with Ada Moss - which tar?", A, "which tar"),
        ("What did they paint in the episode with Ada Moss?", A, "What did they paint"),
        ("In the episode about painting ropes, what was painted?", A, "what was painted"),
        ("In the episode Painting ropes and masts, what was painted?", B, "what was painted"),
        ("In the episode “Painting ropes and masts”, what was painted?", B, "what was painted"),
        ("What was painted in the episode called 'Painting Ropes'?", A, "What was painted"),
        ("In the episode about rats on the pier, what was painted?", C, ""),
        ("What was painted, in the episode about rats on the pier?", C, "What was painted"),
    ],
)
def test_which_episode_is_asked_about(base: KnowledgeBase, question: str, episode: str, about: str) -> None:
    """By a guest's full name or the whole title, in any case; the longer of two titles that begin alike."""
    assert asked_episode(base, question) == AskedEpisode(episode, about or "what was painted")


@pytest.mark.parametrize(
    "question",
    [
        "In the episode with Ada, what did they paint?",  # a part of a name
        "In the episode with Cy Elm, what did they paint?",  # a guest of two
        f"In the episode with {HOST}, what did they paint?",  # who asks is no guest
        "In the episode about letters, what did they paint?",  # two have the title
        "In the episode about ropes, what did they paint?",  # a part of a title
        "In the episode with Ada Mosses, what did they paint?",
        "In the episode about painting ropes and ships, what was painted?",  # a title goes on
        "In the episode with Ada Moss and Cy Elm, what did they paint?",
        "In the episode , what was painted?",  # one title has no word
        "In the episode ???, what was painted?",
        "What was painted in the episode ???",
        "In the episode with Ada Moss, what was that?",
        "In the episode with Ada Moss",
        "What did Ada Moss paint?",
        "What happened with Ada Moss?",
        "",
    ],
)
def test_other_questions_name_none(base: KnowledgeBase, question: str) -> None:
    """They are searched everywhere."""
    assert asked_episode(base, question) is None


def test_the_named_episode_is_searched_first(base: KnowledgeBase) -> None:
    """All quotes are from there, and what was asked of it is shown."""
    question = "In the episode with Ada Moss, what did they paint with tar?"
    found = answer(base, question)
    assert found.status != "unanswerable"
    assert {one.episode.id for one in (*found.citations, *found.related)} == {A}
    assert (found.question, found.rewritten_question) == (question, "what did they paint with tar")
    assert "varnish" in answer(base, "Which masts were painted with varnish?").citations[0].quote


def test_what_it_does_not_say_is_searched_everywhere(base: KnowledgeBase) -> None:
    """As if no episode had been named."""
    found = answer(base, "Which letters on buoys were painted, in the episode with Ada Moss?")
    assert "buoys" in (*found.citations, *found.related)[0].quote
    assert found.rewritten_question is None


def test_the_filter_of_the_reader_comes_first(base: KnowledgeBase) -> None:
    """Who chose another episode gets that."""
    found = answer(base, "In the episode with Ada Moss, what was painted in spring?", Filters(episode=C))
    assert {one.episode.id for one in (*found.citations, *found.related)} <= {C}


def test_a_removed_episode_is_not_named(base: KnowledgeBase) -> None:
    """Before the next index is published too; then a title that two had is one's."""
    remove_episode(base.home, A, "asked for", purge=False)
    remove_episode(base.home, "d-1-dddd", "asked for", purge=False)
    assert asked_episode(base, "In the episode with Ada Moss, what did they paint?") is None
    assert asked_episode(base, "In the episode about letters, what did they paint?") is not None
