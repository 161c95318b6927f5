"""Episode numbers in titles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.feed.numbers import habitual_numbers, number_in
from tests.growth import LINEAR, growth


@pytest.mark.parametrize(
    "title",
    [
        "Episode 12",
        "Episode 12: The pot",
        "Episode 12 (part 2)",
        "Episode 12 The pot",
        "Ep.12 – The pot",
        "EP12: The pot",
        "episode_12",
        "episode-12",
        "Ep 12 with Ann",
        "Episode 12 w/ Ann",
        "#12 the pot",
        "#12",
        "S02E12",
        "S2 E12 - The pot",
        "Season 2, Episode 12: The pot",
        "[S2 | Ep. 12] The pot",
        "2x12 The pot",
        "Folge 12 – Die Kanne",
        "Épisode 12 : la théière",
        "Show 12 – The pot",
        "Tea Hour, Episode 12: The pot",
        "The tea podcast #12: The pot",
        "The tea podcast, episode #12 - an interview",
        "Tea talk #12: The pot",
        "The pot #12",
        "The pot (#12)",
        "The pot [Ep. 12]",
        "The pot | Ep. 12",
        "The pot – Episode 12",
    ],
)
def test_a_title_may_number_its_episode(title: str) -> None:
    """Words for an episode or a sign stand before the number, at the beginning or at the end of the title."""
    assert number_in(title, "Tea Hour") == 12


@pytest.mark.parametrize(
    "title",
    [
        "Trailer: the road to episode 100",
        "Trailer – Episode 100",
        "Bonus: what we cut from episode 12",
        "Bonus Episode 5: Pots",
        "Teaser: Episode 12 - The pot",
        "Episode 12 Trailer",
        "Episode 12 (Rebroadcast)",
        "Episode 12: The pot - Teaser",
        "#29 The pot [RERUN]",
        "Best of episode 12",
        "Best of: Episode 12",
        "Introducing: Episode 1 of our new show",
        "Top #5: our worst cups",
        "Our cups: top #5",
        "Pots, part #2",
        "The 100th episode",
        "Part 2 of episode 7",
        "What episode 12 did to us",
        "Episode 12 outtakes",
        "episode 100 is coming",
        "Ep. 2.5",
        "Episode 2.5: a short one",
        "#5.5 Pots",
        "Episodes 12 & 13",
        "Episode 12-13: Pots",
        "Episode 12 and 13",
        "Episode 2021-10-28",
        "Episode 12/6/2019",
        "The #1 mistake of our time",
        "Inside the Episode: S2E10",
        "Tea with Ann, Episode 154 - Listener mail #2",
        "24: Listeners ask #1",
        "C# 7 – what is new",
        "12 Years of tea",
        "2021: the year in tea",
        "Apollo 13: a look back",
        "Depisode 9",
        "50% off",
        "",
        None,
    ],
)
def test_a_number_of_something_else_is_none(title: str | None) -> None:
    """Trailers, parts, lists, decimals, dates, ranges and mentions of another episode number nothing."""
    assert number_in(title, "Tea Hour") is None


HABITS = [
    "{n}: {word}",
    "{n}. {word}",
    "{n} - {word}",
    "{n:03} {word}",
    "CRE{n} {word}",
    "Tea Hour {n}: {word}",
    "No. {n}: {word}",
    "ep {n} about {word}",
    "{word} | LUP {n}",
    "{word} - {n}",
    "{word} ({n})",
    "{word}: Folge {n}",
]
WORDS = ("kettles", "pots", "cups", "saucers", "leaves", "water", "milk", "scones", "jam", "cream")


@pytest.mark.parametrize("form", HABITS)
@pytest.mark.parametrize("newest_first", [True, False])
def test_a_number_at_the_same_place_of_most_titles_is_the_episodes(form: str, newest_first: bool) -> None:
    """In either order, with a few titles that have none."""
    numbers = range(41, 51)
    titles = [form.format(n=n, word=word) for n, word in zip(numbers, WORDS, strict=True)]
    titles = titles[::-1] if newest_first else titles
    expected = dict(enumerate(reversed(numbers) if newest_first else numbers))
    titles += ["Summer break", "Trailer: 51 is coming", "Thank you"]
    assert habitual_numbers(titles, ()) == expected


@pytest.mark.parametrize(
    "titles",
    [
        ["10: ways to brew", "The pot", "The cup", "The kettle", "12: cups"],
        ["12: cups", "10: ways to brew"],
        ["5: cups", "7: jams", "9: pots", "The pot", "The cup", "The kettle", "The spoon"],
        ["Top 10: cups", "Top 5: pots", "Top 10: leaves", "Top 5: scones"],
        ["Top 9: cups", "Top 5: pots", "Top 11: leaves", "Top 4: scones", "Top 12: jam"],
        ["Review 2019", "Review 2020", "Review 2021"],
        ["Tea news 04/07/2015", "Tea news 04/14/2015", "Tea news 04/21/2015"],
        ["18.03.2022 – News", "17.03.2022 – News", "16.03.2022 – News"],
        ["0.00000015: Ann", "0.00000014: Bo", "0.00000013: Cy"],
        ["v3.9.0", "v3.8.11", "v3.8.10"],
        ["Bonus 3: pots", "Bonus 2: cups", "Bonus 1: jam"],
        ["Inside the pot 3", "Inside the pot 2", "Inside the pot 1"],
    ],
)
def test_numbers_that_do_not_count_the_episodes_are_no_habit(titles: list[str]) -> None:
    """Too few, repeated, in no order, years, dates, versions, extras, or numbers that other episodes have."""
    assert habitual_numbers(titles, {1, 2, 3}) == {}


@given(st.text(alphabet="Episode #12345.:-()[]|SE ", max_size=60))
def test_a_number_stands_in_the_title(title: str) -> None:
    """Whatever the title, its number is one of the whole numbers in it."""
    number = number_in(title)
    assert number is None or str(number) in title


@pytest.mark.parametrize("bomb", ["Episode ", "#", "1", "a ", "- ", "(", "[Ep. ", "show ", "S1", " | x"])
def test_a_long_title_costs_little(bomb: str) -> None:
    """The time grows with the length of the titles, whatever they repeat."""

    def read(size: int) -> None:
        title = bomb * size
        number_in(title)
        habitual_numbers([title] * 3, ())

    assert growth(read, 200) < LINEAR
