"""What a person types as a filter: names without case, numbers where unique, ISO dates."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.answer.filters import Asked, parse_filters
from api.episodes.library import find_episode
from api.errors import EpisodeUnknown, FilterError
from index.building.build import build
from index.generation import Generation
from index.passage import Filters
from index.store import open_generation
from ingest.library.records import Record, save_record, save_transcript
from ingest.transcript import Episode, Show, Transcript, Turn, Word

NO_FILTERS = Filters()


def save(home: Path, episode: Episode, *speakers: str, aliases: dict[str, str] | None = None) -> None:
    text = "The mast of the harbour was mended."
    turns = tuple(Turn(name, text, words=tuple(Word(word) for word in text.split())) for name in speakers)
    save_record(home, Record(episode, ()))
    save_transcript(home, Transcript(episode, turns, aliases or {}), "made by a test")


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory, encoder: object) -> Generation:
    home = tmp_path_factory.mktemp("filters")
    gds, river = Show("gds", "The Harbour Podcast"), Show("river", "The River Podcast")
    save(home, Episode("gds-1-aaaa", "1", gds, 1, published="2021-01-01"), "Kat Stevens", "Sam Orr")
    save(
        home,
        Episode("gds-2-bbbb", "2", gds, 2, published="2021-06-30"),
        "Sam Poe",
        "Kat (GDS)",
        aliases={"Kat (GDS)": "Kat Stevens"},
    )
    save(home, Episode("river-1-cccc", "3", river, 1), "Zoë O’Hara-Lee")
    save(home, Episode("river-77-dddd", "4", river, 77), "Sam")
    build(home, encoder)  # type: ignore[arg-type]
    return open_generation(home)


def found(generation: Generation, **asked: str) -> set[str]:
    """The episodes that the filters let in."""
    filters = parse_filters(Asked(**asked), generation)
    ids = generation.matching("passage", ["mast"], 100, filters)[0].ids
    return {identifier.split(".")[0] for identifier in ids}


ALL = {"gds-1-aaaa", "gds-2-bbbb", "river-1-cccc", "river-77-dddd"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ALL),
        ({"show": ""}, ALL),
        ({"show": "river"}, {"river-1-cccc", "river-77-dddd"}),
        ({"episode": "gds-2-bbbb"}, {"gds-2-bbbb"}),
        ({"episode": "77"}, {"river-77-dddd"}),
        ({"episode": "#77"}, {"river-77-dddd"}),
        ({"episode": "077"}, {"river-77-dddd"}),
        ({"speaker": "kat stevens"}, {"gds-1-aaaa", "gds-2-bbbb"}),
        ({"speaker": " KAT   stevens "}, {"gds-1-aaaa", "gds-2-bbbb"}),
        ({"speaker": "Stevens"}, {"gds-1-aaaa", "gds-2-bbbb"}),
        ({"speaker": "kat (gds)"}, {"gds-1-aaaa", "gds-2-bbbb"}),
        ({"speaker": "zoë"}, {"river-1-cccc"}),
        ({"speaker": "sam"}, {"river-77-dddd"}),
        ({"speaker": "Orr"}, {"gds-1-aaaa"}),
        ({"since": "2021-01-01"}, {"gds-1-aaaa", "gds-2-bbbb"}),
        ({"since": "2021-01-02"}, {"gds-2-bbbb"}),
        ({"until": "2021-06-30"}, {"gds-1-aaaa", "gds-2-bbbb"}),
        ({"since": "2021-01-01", "until": "2021-01-01"}, {"gds-1-aaaa"}),
        ({"since": "2022-01-01", "until": "2021-01-01"}, set()),
        ({"since": "20210102"}, {"gds-2-bbbb"}),
        ({"show": "river", "speaker": "Kat Stevens"}, set()),
    ],
)
def test_filters_let_in_what_they_name(asked: dict[str, str], expected: set[str], generation: Generation) -> None:
    """An empty filter is none; undated episodes lie outside any dates; filters that do not meet let nothing in."""
    assert found(generation, **asked) == expected


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"episode": "1"}, "number 1 is not unique; give one of the ids gds-1-aaaa, river-1-cccc"),
        ({"since": "yesterday"}, "since must be a date such as 2021-10-28, not 'yesterday'"),
        ({"until": "2021-02-30"}, "until must be a date such as 2021-10-28, not '2021-02-30'"),
        (
            {"until": "2" * 500},
            "until must be a date such as 2021-10-28, not '2222222222222222222222222222222222222222'",
        ),
    ],
)
def test_what_means_more_than_one_thing_or_no_date_is_said(
    asked: dict[str, str], message: str, generation: Generation
) -> None:
    """One line that names what was typed and what to give instead."""
    with pytest.raises(FilterError) as caught:
        parse_filters(Asked(**asked), generation)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"speaker": "Bob"}, "no speaker 'Bob' in this library"),
        ({"speaker": "Cat"}, "no speaker 'Cat' in this library; did you mean: Kat Stevens"),
        ({"speaker": "samm"}, "no speaker 'samm' in this library; did you mean: Sam, Sam Orr, Sam Poe"),
        ({"speaker": " kat  STEPHENS "}, "no speaker ' kat  STEPHENS ' in this library; did you mean: Kat Stevens"),
        ({"speaker": "OHara"}, "no speaker 'OHara' in this library; did you mean: Zoë O’Hara-Lee"),
        ({"speaker": "\udcff"}, "no speaker '\\udcff' in this library"),
        ({"show": "sea"}, "no searchable show 'sea' in this library"),
        ({"show": "rivers"}, "no searchable show 'rivers' in this library; did you mean: river"),
        (
            {"show": "the harbour podcast"},
            "no searchable show 'the harbour podcast' in this library; did you mean: gds, river",
        ),
        ({"show": "' OR 1=1 --"}, 'no searchable show "\' OR 1=1 --" in this library'),
        ({"show": "\udcff"}, "no searchable show '\\udcff' in this library"),
        (
            {"episode": "5"},
            "no searchable episode '5' in this library; did you mean: gds-2-bbbb, gds-1-aaaa, river-1-cccc",
        ),
        (
            {"episode": "#70"},
            "no searchable episode '#70' in this library; did you mean: river-77-dddd, gds-2-bbbb, gds-1-aaaa",
        ),
        (
            {"episode": "river-77"},
            "no searchable episode 'river-77' in this library; did you mean: river-77-dddd, river-1-cccc",
        ),
        ({"episode": "²"}, "no searchable episode '²' in this library"),
        ({"episode": "\udcff"}, "no searchable episode '\\udcff' in this library"),
    ],
)
def test_what_nobody_has_is_said_with_the_nearest_names(
    asked: dict[str, str], message: str, generation: Generation
) -> None:
    """At most three names that are like what was typed or a word of theirs is; of numbers, the nearest."""
    with pytest.raises(FilterError) as caught:
        parse_filters(Asked(**asked), generation)
    assert str(caught.value) == message


def test_an_endless_filter_is_refused_in_a_short_line(generation: Generation) -> None:
    """Only its beginning is compared and repeated."""
    for name in ("show", "episode", "speaker"):
        for letter in ("9", "x"):
            with pytest.raises(FilterError) as caught:
                parse_filters(Asked(**{name: letter * 100_000}), generation)
            assert len(str(caught.value)) < 250


def test_a_part_of_many_names_names_some(tmp_path: Path, encoder: object) -> None:
    """A dozen people of one name are not all listed."""
    save(tmp_path, Episode("a-1-aaaa", "1", Show("a", "A")), *(f"Sam {letter}" for letter in "ABCDEFGHIJKL"))
    build(tmp_path, encoder)  # type: ignore[arg-type]
    opened = open_generation(tmp_path)
    with pytest.raises(FilterError, match=r"'sam' may be Sam A or .* or Sam J or 2 more; give the full name"):
        parse_filters(Asked(speaker="sam"), opened)
    opened.close()


def test_a_part_of_two_names_is_said(tmp_path: Path, encoder: object) -> None:
    """Half a name that two people share is refused with both names; either whole name is taken."""
    save(tmp_path, Episode("a-1-aaaa", "1", Show("a", "A")), "Sam Orr", "Sam Poe")
    build(tmp_path, encoder)  # type: ignore[arg-type]
    opened = open_generation(tmp_path)
    with pytest.raises(FilterError, match="'sam' may be Sam Orr or Sam Poe; give the full name"):
        parse_filters(Asked(speaker="sam"), opened)
    assert parse_filters(Asked(speaker="sam poe"), opened) == Filters(speaker="Sam Poe")
    opened.close()


def test_nothing_asked_is_no_filter(generation: Generation) -> None:
    """Without filters, and with empty ones, nothing is restricted."""
    assert parse_filters(Asked(), generation) == parse_filters(Asked("", "", "", "", ""), generation) == NO_FILTERS


@given(asked=st.builds(Asked, *[st.none() | st.text(max_size=30)] * 5))
def test_any_text_is_a_filter_or_one_clear_line(asked: Asked, generation: Generation) -> None:
    """Whatever is typed, it filters, or it is a FilterError."""
    try:
        filters = parse_filters(asked, generation)
    except FilterError as error:
        assert "\n" not in str(error)
    else:
        generation.matching("passage", ["mast"], 5, filters)


def test_an_episode_that_is_not_there_is_named() -> None:
    """A command that needs one episode says which it did not find, in one line whatever was typed."""
    episodes = [Episode("a-1-aaaa", "1", Show("a", "A"), 1)]
    assert find_episode("1", episodes) == find_episode("a-1-aaaa", episodes) == episodes[0]
    for wanted in ("2", "a-1", "x" * 10_000, "9" * 10_000, ""):
        with pytest.raises(EpisodeUnknown, match="in this library; playback status lists them") as caught:
            find_episode(wanted, episodes)
        assert len(str(caught.value)) < 160
