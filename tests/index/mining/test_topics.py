"""Topics: groups of passages named by their own phrases, which stay while the library grows."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build
from index.building.purging import drop_others
from index.generation import Generation
from index.mined.overview import Person, Said, Span, Spoke, Term, Topic
from index.mining.topics import topics_of
from index.store import open_generation
from ingest.library.removal import remove_episode
from ingest.transcript import Transcript
from tests.index.mining.subjects import interview

QUESTIONS = {
    "lamp": "How do keepers clean a brass lamp?",
    "harvest": "When does the apple harvest begin?",
    "engine": "Which railway has the oldest steam engine?",
}


def episodes(transcript_of: Callable[..., Transcript], first: int, last: int) -> list[Transcript]:
    """Episodes with these numbers, each about two of the subjects."""
    names = [*QUESTIONS]
    found = []
    for number in range(first, last):
        chosen = [names[number % 3], names[(number + 1) % 3]]
        turns = interview(*((QUESTIONS[name], name) for name in chosen), sentences=60 + number)
        found.append(transcript_of(f"a-{number}-aaaa", *turns, published=f"2021-01-{number + 1:02}"))
    return found


@pytest.fixture(scope="module")
def published(
    tmp_path_factory: pytest.TempPathFactory,
    new_encoder: Callable[[], Any],
    save: Callable[..., None],
    transcript_of: Callable[..., Transcript],
) -> Path:
    """Fifteen episodes about three subjects, published; nobody writes to it."""
    home = tmp_path_factory.mktemp("published")
    save(home, *episodes(transcript_of, 0, 15))
    build(home, new_encoder())
    return home


@pytest.fixture
def library(published: Path, tmp_path: Path) -> Path:
    """The same, which the test may change."""
    return shutil.copytree(published, tmp_path, dirs_exist_ok=True)


def topics(home: Path) -> tuple[Topic, ...]:
    return open_generation(home).overview.topics


def test_topics_are_named_by_what_people_say(published: Path) -> None:
    """Each subject is one of the topics or part of one; its phrases are said; a topic says which episodes it is in."""
    found = topics(published)
    assert 2 <= len(found) <= 4
    phrases = " ".join(phrase for topic in found for phrase in topic.phrases)
    assert all(name in phrases for name in ("brass lamp", "apple harvest", "steam engine"))
    generation = open_generation(published)
    assert sum(topic.passages for topic in found) == generation.manifest.passages
    for topic in found:
        assert topic.title.split(", ")[0] in topic.phrases
        assert topic.id
        assert sum(share for _, share in topic.episodes) == pytest.approx(1, abs=0.01)


def test_a_small_library_has_none(
    tmp_path: Path, encoder: Any, save: Callable[..., None], transcript_of: Callable[..., Transcript]
) -> None:
    """Fewer than thirty passages are read sooner than sorted."""
    save(tmp_path, *episodes(transcript_of, 0, 1))
    build(tmp_path, encoder)
    assert topics(tmp_path) == ()


def test_topics_stay_when_an_episode_is_added(
    library: Path, encoder: Any, save: Callable[..., None], transcript_of: Callable[..., Transcript]
) -> None:
    """Id, title and centre are the same, so every passage keeps its topic; only numbers change."""
    before = topics(library)
    save(library, *episodes(transcript_of, 15, 16))
    build(library, encoder)
    after = topics(library)
    assert {(one.id, one.title, one.phrases, one.centre) for one in before} == {
        (one.id, one.title, one.phrases, one.centre) for one in after
    }
    assert sum(one.passages for one in after) > sum(one.passages for one in before)


def test_equal_libraries_have_equal_topics(
    library: Path,
    tmp_path_factory: pytest.TempPathFactory,
    encoder: Any,
    save: Callable[..., None],
    transcript_of: Callable[..., Transcript],
) -> None:
    """To the last digit, whatever the order in which episodes came."""
    other = tmp_path_factory.mktemp("other")
    save(other, *reversed(episodes(transcript_of, 0, 15)))
    build(other, encoder)
    assert topics(other) == topics(library)


def test_what_is_no_longer_said_names_no_topic(
    tmp_path: Path, encoder: Any, save: Callable[..., None], transcript_of: Callable[..., Transcript]
) -> None:
    """Of a purged subject no word is left in the overview."""
    everything = episodes(transcript_of, 0, 18)
    with_engine = [each for each in everything if "boiler" in each.turns[1].text + each.turns[3].text]
    others = [each for each in everything if each not in with_engine]
    save(tmp_path, *with_engine, *others)
    build(tmp_path, encoder)
    assert "boiler" in json.dumps([one.phrases for one in topics(tmp_path)])
    for each in with_engine:
        remove_episode(tmp_path, each.episode.id, "asked for", purge=True)
    build(tmp_path, encoder)
    drop_others(tmp_path)
    assert "boiler" not in json.dumps([[one.id, one.title, one.phrases] for one in topics(tmp_path)])


def test_terms_and_people_of_a_topic(library: Path) -> None:
    """Terms that its passages say more than others, and guests of its episodes; never a host for asking."""
    generation: Generation = open_generation(library)
    said = Said("a-0-aaaa", Span(0, 3))
    term = Term("boiler", ("boiler",), said, said, None, None, None, (), (("a-1-aaaa", 9),))
    spoke = tuple(Spoke(f"a-{number}-aaaa", 600, 0.9, False) for number in range(15))
    guest = Person("bo", ("Bo Reed",), None, (), spoke)
    host = Person("ada", ("Ada Pole",), None, (), tuple(replace(one, asks=True) for one in spoke))
    found, _ = topics_of(generation, (guest, host), (term,), generation.overview.topics)
    engine = next(one for one in found if "steam engine" in one.phrases)
    assert "boiler" in engine.terms
    assert {one.people for one in found} == {("bo",)}


def test_topics_of_other_weights_are_not_taken_over(library: Path, new_encoder: type) -> None:
    """Vectors of another encoder cannot be compared with the centres."""
    other = new_encoder()
    other.weights, other.dimension = "1" * 64, 24
    build(library, other)
    assert topics(library)


def test_a_topic_whose_title_is_no_longer_said_is_not_taken_over(published: Path) -> None:
    """Though passages still lie near its centre; another phrase that has gone is only left out."""
    generation = open_generation(published)
    first, *others = generation.overview.topics
    phrases = (*first.phrases, "zebra stripes")
    found, _ = topics_of(generation, (), (), (replace(first, id="kept", phrases=phrases), *others))
    assert [one.phrases for one in found if one.id == "kept"] == [first.phrases]
    gone = replace(first, id="zebra-stripes", title=f"{first.phrases[0]}, zebra stripes", phrases=phrases)
    found, _ = topics_of(generation, (), (), (gone, *others))
    assert "zebra stripes" not in [phrase for topic in found for phrase in topic.phrases]
    assert {one.id for one in others} <= {one.id for one in found}
    assert "zebra-stripes" not in {one.id for one in found}


def test_passages_come_in_one_order_whatever_the_segments(
    tmp_path: Path, encoder: Any, save: Callable[..., None], transcript_of: Callable[..., Transcript]
) -> None:
    """By episode id, so that a library has the same topics however it was published."""
    later, earlier = episodes(transcript_of, 0, 2)[::-1]
    for each in (later, earlier):
        save(tmp_path, each)
        build(tmp_path, encoder)
    places = [place for found, _ in open_generation(tmp_path).passage_vectors() for place in found]
    assert [episode for _, episode in places] == sorted(episode for _, episode in places)
    assert len(places) == open_generation(tmp_path).manifest.passages
