"""Gathering: which passages are about a question, counted, by episode, on pages."""

from collections.abc import Callable

import pytest

from api.answer import gather as gathering
from api.answer.contract_json import page_json
from api.answer.gather import EpisodeHits, Gathered, by_episode, gather, pages_of
from api.answer.question import parse_question
from api.answer.relevance import Relevance
from api.knowledge_base import KnowledgeBase
from index.passage import Filters
from ingest.library.removal import remove_episode
from tests.api.lighthouses import LIGHTHOUSES

MakeBase = Callable[..., KnowledgeBase]
QUESTION = parse_question("lighthouse")


@pytest.fixture
def base(base_of: MakeBase) -> KnowledgeBase:
    return base_of(LIGHTHOUSES)


@pytest.fixture
def found(base: KnowledgeBase) -> Gathered:
    return gather(base, QUESTION)


def shown(pages: list[list[EpisodeHits]]) -> list[list[tuple[str, int, int]]]:
    """Each page as (episode, passages shown, passages in all)."""
    return [[(group.episode.id, len(group.hits), group.total) for group in page] for page in pages]


@pytest.mark.parametrize(
    ("cosine", "coverage", "is_about"),
    [
        (0.6, 0.0, True),
        (0.59, 0.0, False),
        (0.31, 1.0, True),
        (0.29, 1.0, False),
        (0.46, 0.5, True),
        (0.44, 0.5, False),
    ],
)
def test_the_nearer_a_sentence_the_fewer_words_it_needs(cosine: float, coverage: float, is_about: bool) -> None:
    """A cosine of 0.6 is enough without a word in common, one of 0.3 with all of them."""
    assert Relevance(cosine, coverage).is_about == is_about


def test_the_figures_of_a_hit_are_those_of_its_nearest_sentence_and_all_its_words(found: Gathered) -> None:
    """One of the three words of "Every lighthouse burns." is asked for: a cosine of 1/√3, all words covered."""
    one = next(each for each in found.hits if "Every lighthouse" in each.hit.passage.text)
    assert one.relevance.cosine == pytest.approx(3**-0.5, abs=1e-3)
    assert one.relevance.coverage == pytest.approx(1.0)
    other = next(each for each in found.hits if "Penguins" in each.hit.passage.text)
    assert other.relevance == Relevance(0.0, 0.0)


def test_all_that_is_about_it_is_counted(found: Gathered) -> None:
    """Six passages of two episodes are about lighthouses, one more has the word; the rest is neither."""
    assert {(group.episode.id, group.total) for group in by_episode(found.about)} == {
        ("five-1-aaaa", 5),
        ("one-2-aaaa", 1),
    }
    assert all("lighthouse" in hit.passage.text for hit in found.about)
    assert found.mentions == 1


def test_the_verdict_on_a_passage_does_not_depend_on_the_rest_of_the_library(base_of: MakeBase) -> None:
    """The same passages count when their episode is the only one (Law 10)."""
    alone = gather(base_of({"five-1-aaaa": LIGHTHOUSES["five-1-aaaa"]}), QUESTION)
    among = gather(base_of(LIGHTHOUSES), QUESTION)
    five = [hit.passage.text for hit in among.about if hit.episode.id == "five-1-aaaa"]
    assert len(among.hits) > len(alone.hits)
    assert sorted(hit.passage.text for hit in alone.about) == sorted(five)


def test_a_sentence_that_two_hits_share_counts_once(base_of: MakeBase) -> None:
    """Neighbouring passages overlap; the second one has nothing of its own to say about lighthouses."""
    said = [*(f"Ferry{number} sleeps in winter{number}." for number in range(60)), "The lighthouse burns oil."]
    said += [f"Harbour{number} wakes in summer{number}." for number in range(60)]
    found = gather(base_of({"a-1-aaaa": [("Ada", " ".join(said))]}), QUESTION)
    assert sum("lighthouse" in one.hit.passage.text for one in found.hits) == 2
    assert len(found.about) == 1
    assert found.mentions == 0


def test_pages_show_three_passages_of_an_episode_and_every_episode_once(found: Gathered) -> None:
    """The best episode comes first; no page is longer than asked; an episode is not torn apart."""
    groups = by_episode(found.about)
    assert shown(pages_of(found.about, 20)) == [[(each.episode.id, min(3, each.total), each.total) for each in groups]]
    assert all(sum(count for _, count, _ in page) <= 3 for page in shown(pages_of(found.about, 3)))
    assert [len(page) for page in shown(pages_of(found.about, 3))] == [1, 1]
    assert pages_of((), 3) == []


def test_the_pages_of_one_episode_hold_all_its_passages(base: KnowledgeBase) -> None:
    """Filtered to an episode, nothing is left out."""
    found = gather(base, QUESTION, Filters(episode="five-1-aaaa"))
    pages = pages_of(found.about, 2)
    assert [len(page[0].hits) for page in pages] == [2, 2, 1]
    assert [hit for page in pages for hit in page[0].hits] == list(found.about)


def test_the_pages_of_the_interface_hold_every_hit_once(base: KnowledgeBase, found: Gathered) -> None:
    """In the order of their ranks, relevant or not; the last page names no next one, and behind it there is nothing."""
    ranks, page, following = [], 0, 1
    while following:
        page = following
        result = page_json(base, gather(base, QUESTION, least=page * 3 + 1), page, 3)
        ranks += [hit["rank"] for hit in result["hits"]]
        following = result["next"]
    assert ranks == list(range(1, len(found.hits) + 1))
    assert page == -(-len(ranks) // 3)
    assert page_json(base, found, page + 1, 3)["hits"] == []


def test_reading_ends_after_many_hits_with_nothing_of_the_question(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But `least` are read in any case, so that a page of them can be shown; the counts stay the same."""
    monkeypatch.setattr(gathering, "IDLE_HITS", 1)
    few = gather(base, QUESTION)
    assert [one.relevance.has_words for one in few.hits].count(False) == 1
    assert not few.hits[-1].relevance.has_words
    more = gather(base, QUESTION, least=len(few.hits) + 2)
    assert len(more.hits) == len(few.hits) + 2
    assert (more.about, more.mentions, more.counted) == (few.about, few.mentions, len(few.hits))


def test_the_most_that_is_gathered_is_bounded(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much there is."""
    monkeypatch.setattr(gathering, "MOST_GATHERED", 4)
    assert len(gather(base, QUESTION, least=9).hits) == 4


def test_a_removed_episode_is_not_gathered(base: KnowledgeBase) -> None:
    """Not even before the next generation is published."""
    remove_episode(base.home, "five-1-aaaa", "asked for", purge=False)
    assert {hit.episode.id for hit in gather(base, QUESTION).about} == {"one-2-aaaa"}
