"""Where to begin: what the podcast says it is, terms, people, quotes of topics, and episodes with reasons."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build
from index.generation import Generation
from index.mined.episode import Lesson
from index.mined.overview import Beginning, Person, Said, Span, Spoke, Term, Topic
from index.mining.beginnings import beginnings_of, says_what_it_is
from index.sentences import ends_as_question
from index.store import open_generation
from ingest.transcript import Transcript
from tests.index.mining.subjects import interview

WELCOME = "Hello and welcome to Tidewater, the podcast about harbours and the people who keep them."
ASKED = (("How do keepers clean a brass lamp?", "lamp"), ("When does the apple harvest begin?", "harvest"))


@pytest.fixture(scope="module")
def generation(
    tmp_path_factory: pytest.TempPathFactory,
    new_encoder: Callable[[], Any],
    save: Callable[..., None],
    transcript_of: Callable[..., Transcript],
) -> Generation:
    """Four episodes; the second one says what the podcast is."""
    home: Path = tmp_path_factory.mktemp("begin")
    for number in range(4):
        turns = interview(*ASKED)
        if number == 1:
            turns = [("Ada Pole", f"{WELCOME} I am Ada."), *turns]
        if number == 3:
            turns = [("Bo Reed", WELCOME.replace("Tidewater", "my own show")), *turns]
        save(home, transcript_of(f"a-{number}-aaaa", *turns, published=f"2021-01-0{number + 1}"))
    build(home, new_encoder())
    return open_generation(home)


def whole(generation: Generation, *known: Any, topics: tuple[Topic, ...] | None = None) -> dict[str, Beginning]:
    found = generation.overview.topics if topics is None else topics
    people, terms = known or ((), ())
    return dict(beginnings_of(generation, people, terms, found))


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (WELCOME, "Hello and welcome to Tidewater."),
        (WELCOME, "On this show today we speak about tides."),
        ("This is the podcast where we talk to keepers.", "This is episode nine of the show about keepers."),
    ],
)
def test_what_a_podcast_is_beats_what_an_episode_is(better: str, worse: str) -> None:
    """A sentence that says what the show is about says more than one that only greets, or is about today."""
    assert says_what_it_is(better) > says_what_it_is(worse)


@pytest.mark.parametrize(
    "text", ["", "We keep every record.", "Is this the podcast about harbours?", "this is " * 50_000]
)
def test_most_sentences_do_not_say_what_a_podcast_is(text: str) -> None:
    """Nor do questions, or texts made to cost time."""
    assert says_what_it_is(text) == 0


def test_the_podcast_is_told_in_its_own_words(generation: Generation) -> None:
    """The whole sentence, where a host said it, though a guest said as much of another one later."""
    about = whole(generation)[""].about
    assert about is not None
    assert about.episode_id == "a-1-aaaa"
    assert generation.text_at(about.episode_id, about.span) == WELCOME


def test_hosts_come_before_guests(generation: Generation) -> None:
    """At most two of them, then who says most."""
    spoke = {
        name: (Spoke("a-0-aaaa", words, 0.5, asks),)
        for name, words, asks in (
            ("host-1", 10, True),
            ("host-2", 20, True),
            ("host-3", 30, True),
            ("guest-1", 500, False),
            ("guest-2", 900, False),
        )
    }
    people = tuple(Person(name, (name,), None, (), episodes) for name, episodes in spoke.items())
    assert whole(generation, people, ())[""].people == ("host-1", "host-2", "guest-2")


def test_terms_are_those_that_somebody_defines(generation: Generation) -> None:
    """The ones in most episodes first; without a definition a term helps nobody."""
    said = Said("a-0-aaaa", Span(0, 7))
    terms = tuple(
        Term(
            name,
            (name,),
            said,
            said,
            said if defined else None,
            None,
            None,
            (),
            tuple((f"a-{n}-aaaa", 1) for n in range(count)),
        )
        for name, count, defined in (("rare", 1, True), ("vague", 4, False), ("usual", 3, True))
    )
    assert whole(generation, (), terms)[""].terms == ("usual", "rare")


def test_a_theme_has_a_guests_whole_sentence(generation: Generation) -> None:
    """No question, nothing of a host, one quote per episode, and each topic has a beginning of its own."""
    found = whole(generation)
    topics = generation.overview.topics
    assert set(found) == {"", *(topic.id for topic in topics)}
    for topic in topics:
        themes = found[topic.id].themes
        assert len({said.episode_id for _, said in themes}) == len(themes) > 0
        for _, said in themes:
            text = generation.text_at(*said)
            assert len(text.split()) == said.span.words
            assert not ends_as_question(text)
            assert {row[3] for row in generation.spoken() if row[4] == text.strip()} == {"Bo Reed"}


def test_no_theme_is_told_by_a_host(generation: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    """If everybody asks, nobody is quoted."""
    monkeypatch.setattr(generation, "askers", lambda episode: frozenset({"Ada Pole", "Bo Reed"}))
    assert whole(generation)[""].themes == ()


def test_the_first_episode_says_much_about_most_topics(generation: Generation) -> None:
    """Then comes one for each topic, none twice, each with its reason."""

    def topic(name: str, *episodes: str) -> Topic:
        centre = generation.overview.topics[0].centre
        return Topic(name, name, (name,), (), (), tuple((each, 0.5) for each in episodes), 9, centre)

    topics = (topic("tides", "a-0-aaaa", "a-2-aaaa"), topic("ropes", "a-2-aaaa", "a-3-aaaa"))
    steps = whole(generation, topics=topics)[""].steps
    assert [(one.episode_id, one.reason) for one in steps] == [
        ("a-2-aaaa", "It says much about 2 of 2 topics"),
        ("a-0-aaaa", "It says much about tides"),
        ("a-3-aaaa", "It says much about ropes"),
    ]
    assert [one.reason for one in whole(generation, topics=topics[:1])[""].steps] == ["It says much about tides"] * 2


def test_a_share_of_a_large_library_is_not_nothing(generation: Generation) -> None:
    """In whole percent where there is one."""
    (first, *_) = generation.overview.topics
    shares = (("a-0-aaaa", 0.254), ("a-2-aaaa", 0.01), ("a-3-aaaa", 0.0049))
    steps = whole(generation, topics=[replace(first, episodes=shares)])[first.id].steps
    assert [one.reason.partition(" of ")[0] for one in steps] == ["25%", "1%", "less than 1%"]


def test_nothing_is_chosen_where_nothing_was_found(generation: Generation) -> None:
    """No topics, no people, no terms: only what the podcast says of itself."""
    found = whole(generation, topics=())
    assert set(found) == {""}
    assert (found[""].themes, found[""].steps, found[""].people) == ((), (), ())


def test_a_lesson_is_a_better_quote_than_a_sentence(generation: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    """If one lies in a passage near the centre of the topic, whatever its score is."""
    topic = generation.overview.topics[0]
    plain = {said for _, said in whole(generation)[topic.id].themes}
    first = min(generation.stretch("a-2-aaaa", 0, 999), key=lambda one: (topic.phrases[0] not in one.text, one.text))
    span = Span(first.sentence.first_word, first.sentence.words)
    lesson = Lesson("a-2-aaaa", first.sentence.turn, span, "Bo Reed", "advice", 0.01, "x")
    monkeypatch.setattr(
        generation.mined, "lessons", lambda most, episode: [lesson] if episode == lesson.episode_id else []
    )
    assert Said("a-2-aaaa", lesson.span) not in plain
    assert whole(generation)[topic.id].themes[0] == (topic.id, Said("a-2-aaaa", lesson.span))
