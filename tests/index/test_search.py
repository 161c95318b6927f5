"""Ranked hits: as many as exist, filtered before ranking, none saying what a better one says."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.building.build import build
from index.chunk import PassageShape
from index.generation import Generation
from index.passage import Filters, Passage
from index.search import Query, search, trigrams, walk
from index.store import open_generation
from ingest.transcript import Episode, Show, Transcript

Talk = Callable[..., Transcript]
SHOWS = (Show("harbour", "The Harbour Podcast"), Show("river", "The River Podcast"))
SPEAKERS = ("Ada Brewer", "Bo Ash", None)
WORDS = (
    "mast rope sail keel anchor deck galley tide quay ferry pilot chart storm lamp bell oar net hull cabin crew".split()
)


@dataclass(frozen=True)
class Library:
    """An opened generation with what was put into it."""

    generation: Generation
    encoder: Any
    transcripts: tuple[Transcript, ...]

    def ask(self, text: str, k: int, filters: Filters | None = None) -> Any:
        query = Query(text, self.encoder.encode_query(text), tuple(self.generation.terms(text)))
        return search(self.generation, query, k, filters or Filters())

    def passages(self) -> list[Passage]:
        everything = self.generation.nearest("passage", self.encoder.encode_query("all"), 10_000)
        return self.generation.passages(everything.ids)


def episodes(transcript_of: Talk) -> Iterator[Transcript]:
    """Twenty episodes of two shows, three speakers and random words, some undated; and two copies of the first."""
    chance = random.Random(5)
    for number in range(20):
        turns = [
            (SPEAKERS[(number + place) % 3], " ".join(chance.choices(WORDS, k=12)) + f" in {number} {place}.")
            for place in range(4)
        ]
        yield transcript_of(
            f"a-{number}-aaaa",
            *turns,
            number=number,
            show=SHOWS[number % 2],
            published=None if number % 5 == 0 else f"2021-{1 + number % 12:02}-15",
        )
    for copy in range(2):
        chance = random.Random(5)
        turns = [(SPEAKERS[place % 3], " ".join(chance.choices(WORDS, k=12)) + f" in 0 {place}.") for place in range(4)]
        yield transcript_of(f"b-{copy}-aaaa", *turns)


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, transcript_of: Talk, save: Any, new_encoder: type[Any]
) -> Iterator[Library]:
    home: Path = tmp_path_factory.mktemp("search")
    transcripts = tuple(episodes(transcript_of))
    save(home, *transcripts)
    build(home, new_encoder(), shape=PassageShape(30, 1))
    generation = open_generation(home)
    yield Library(generation, new_encoder(), transcripts)
    generation.close()


FILTERS = st.builds(
    Filters,
    show=st.none() | st.sampled_from(["harbour", "river", "sea"]),
    episode=st.none() | st.sampled_from(["a-3-aaaa", "a-6-aaaa", "b-0-aaaa", "nothing"]),
    speaker=st.none() | st.sampled_from(["Ada Brewer", "Bo Ash", "Nobody"]),
    since=st.none() | st.sampled_from(["2020-01-01", "2021-04-15", "2021-09-01", "2022-01-01"]),
    until=st.none() | st.sampled_from(["2020-01-01", "2021-04-15", "2021-09-01", "2022-01-01"]),
    without=st.frozensets(st.sampled_from(["a-3-aaaa", "a-6-aaaa", "b-0-aaaa", "nothing"])),
)


def lets_in(filters: Filters, passage: Passage, episode: Episode) -> bool:
    """The filters written down plainly."""
    date = episode.published
    return (
        episode.id not in filters.without
        and filters.show in (None, episode.show.id)
        and filters.episode in (None, episode.id)
        and (filters.speaker is None or filters.speaker in passage.speakers)
        and (filters.since is None or (date is not None and date >= filters.since))
        and (filters.until is None or (date is not None and date <= filters.until))
    )


@given(filters=FILTERS, k=st.integers(1, 60), words=st.lists(st.sampled_from([*WORDS, "unheard"]), max_size=5))
def test_a_filtered_search_is_full(filters: Filters, k: int, words: list[str], library: Library) -> None:
    """Filters restrict before ranking: there are k hits, or every other passage they let in repeats one of the hits."""
    question = " ".join(words)
    found = library.ask(question, k, filters)
    assert all(lets_in(filters, hit.passage, hit.episode) for hit in found)
    assert [hit.rank for hit in found] == list(range(1, len(found) + 1))
    assert sorted((hit.score for hit in found), reverse=True) == [hit.score for hit in found]
    if len(found) < k:
        kept = [trigrams(hit.passage.text) for hit in found]
        for passage in library.passages():
            if lets_in(filters, passage, library.generation.episode(passage.episode_id)):
                mine = trigrams(passage.text)
                assert any(2 * len(mine & other) > min(len(mine), len(other)) for other in kept)


@given(k=st.integers(1, 90), words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=6))
def test_no_two_hits_say_the_same(k: int, words: list[str], library: Library) -> None:
    """No two hits share more than half of the shorter's word trigrams, and none has over 180 words."""
    found = library.ask(" ".join(words), k)
    for one, other in combinations([trigrams(hit.passage.text) for hit in found], 2):
        assert 2 * len(one & other) <= min(len(one), len(other))
    assert all(len(hit.passage.text.split()) <= 180 for hit in found)


@pytest.mark.parametrize("filters", [Filters(), Filters(speaker="Bo Ash")])
def test_a_walk_finds_what_a_search_finds(filters: Filters, library: Library) -> None:
    """In the same order and to the same number, but each hit is read when it is asked for."""
    query = Query("mast rope", library.encoder.encode_query("mast rope"), tuple(library.generation.terms("mast rope")))
    hits = library.ask("mast rope", 15, filters)
    assert tuple(walk(library.generation, query, 15, filters)) == hits
    walked = walk(library.generation, query, 500, filters)
    assert tuple(islice(walked, 15)) == hits


def test_words_rank_the_first_hits_anew(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a search and in a walk, the hit that matches the question's words comes first; the others keep their order."""
    before = [hit.passage for hit in library.ask("mast rope", 15)]
    monkeypatch.setattr("index.search.match", lambda _, sentences: 9.0 if sentences[0].text in before[9].text else 0.0)
    hits = library.ask("mast rope", 15)
    assert [hit.passage for hit in hits] == [before[9], *before[:9], *before[10:]]
    query = Query("mast rope", library.encoder.encode_query("mast rope"), tuple(library.generation.terms("mast rope")))
    assert tuple(walk(library.generation, query, 15)) == hits


def test_the_passage_that_says_it_is_first(library: Library) -> None:
    """Asked for the words of a passage, that passage or its copy is the first hit."""
    for transcript in library.transcripts[:6]:
        turn = transcript.turns[2]
        assert turn.text in library.ask(turn.text, 1)[0].passage.text


def test_a_hit_is_verbatim_with_its_episode(library: Library) -> None:
    """Each line of a hit's text stands so in a turn of its episode, whose facts come with it."""
    known = {transcript.episode.id: transcript for transcript in library.transcripts}
    for hit in library.ask("mast in the storm", 50):
        transcript = known[hit.episode.id]
        assert hit.episode == transcript.episode
        assert all(any(line in turn.text for turn in transcript.turns) for line in hit.passage.text.split("\n"))


@pytest.mark.parametrize("question", ["", "?", "unheard", "\x00", "mast " * 400, "「」", "AND OR NOT", "2"])
def test_strange_questions_have_hits(question: str, library: Library) -> None:
    """A question that matches no word is still ranked by meaning."""
    assert len(library.ask(question, 3)) == 3


def test_the_same_question_has_the_same_hits(library: Library) -> None:
    """Ranking has no chance in it."""
    assert library.ask("rope and sail", 20) == library.ask("rope and sail", 20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One two, three FOUR", {("one", "two", "three"), ("two", "three", "four")}),
        ("One two", {("one", "two")}),
        ("[laughs]", set()),
    ],
)
def test_trigrams_are_of_words_in_normal_form(text: str, expected: set[tuple[str, ...]]) -> None:
    """Case, punctuation and marks do not count; a text of one or two words is compared whole."""
    assert trigrams(text) == expected


def test_a_search_in_many_copies_finds_what_is_not_a_copy(
    tmp_path: Path, transcript_of: Talk, save: Any, new_encoder: type[Any]
) -> None:
    """Three hundred repeats of one advert do not crowd out the only other passage that exists."""
    advert = ("Ada", "Rope and sail for every boat at the lowest price.")
    save(tmp_path, *(transcript_of(f"a-{number}-aaaa", advert) for number in range(300)))
    save(tmp_path, transcript_of("b-1-aaaa", ("Bo", "A lamp was lit.")))
    build(tmp_path, new_encoder())
    generation = open_generation(tmp_path)
    found = Library(generation, new_encoder(), ()).ask("rope and sail", 5)
    assert [hit.passage.text for hit in found] == [advert[1], "A lamp was lit."]
    generation.close()


@pytest.mark.parametrize(("shared", "hits"), [(7, 2), (8, 1)])
def test_half_of_the_trigrams_is_the_border(
    shared: int, hits: int, tmp_path: Path, transcript_of: Talk, save: Any, new_encoder: type[Any]
) -> None:
    """Of ten trigrams five may be shared (seven words in a row), six may not (eight)."""
    save(tmp_path, transcript_of("a-1-aaaa", ("Ada", " ".join(WORDS[:12]) + ".")))
    save(tmp_path, transcript_of("b-1-aaaa", ("Bo", " ".join([*WORDS[:shared], *WORDS[12 : 24 - shared]][:12]) + ".")))
    build(tmp_path, new_encoder())
    generation = open_generation(tmp_path)
    assert len(Library(generation, new_encoder(), ()).ask("mast", 5)) == hits
    generation.close()


def test_what_an_episode_is_about_decides_between_passages_that_say_the_same(
    tmp_path: Path, transcript_of: Talk, save: Any, encoder: Any
) -> None:
    """Of two passages as good as each other the one is first whose episode speaks, elsewhere, of what was asked."""
    said = ("Ada", "The old rope broke in the night and we had to splice it by hand before dawn.")
    fill = [("Bo", f"Nothing else was said of it in the {word} that year, number {number}.") for number, word in
            enumerate(WORDS)]  # fmt: skip
    for about in (0, 1):
        home = tmp_path / str(about)
        others = (("Bo", "Our ferries are old, and a ferry needs a harbour for ferries."), ("Bo", "We only ever row."))
        save(home, *(transcript_of(f"e-{at}-aaaa", said, *fill, others[at == about]) for at in (0, 1)))
        build(home, encoder, shape=PassageShape(12, 0))
        generation = open_generation(home)
        words = tuple(generation.terms("who had the rope on the ferry"))
        hits = search(generation, Query("", encoder.encode_query("rope broke night splice dawn"), words), 50)
        first = next(hit for hit in hits if "rope broke" in hit.passage.text)
        assert first.episode.id == f"e-{1 - about}-aaaa"
        generation.close()
