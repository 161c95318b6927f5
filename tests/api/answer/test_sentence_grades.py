"""Sentences that define a term or introduce a person are known by forms of English, and other sentences are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.answer.asked_form import AskedForm
from api.answer.introducing import introduces
from index.mining.defining import defines, has_definition
from index.mining.introducing import asks_to_introduce
from index.mining.sentence_grades import LEAST_SCORE
from tests.growth import LINEAR, growth

ADA = ("Ada Moor", "Ada")
PERSON = AskedForm("person", "Ada Moor")


@pytest.mark.parametrize(
    "sentence",
    [
        "Tideline is a tool that keeps harbour maps in step.",
        "So Tideline, for those who never heard of it, is basically the idea of drawing every tide twice.",
        "It runs on Tideline, which is a small database for boats.",
        "We use Tideline – one of the harbour's shared platforms that forty ports rely on.",
        "And Tideline stands for tide and line.",
        "Tideline means that you draw the water and not the land: Tideline is about water.",
        "By Tideline we mean the whole chain of maps.",
        "The idea behind Tideline is that no map is ever finished.",
        "I wrote a library called Tideline, which draws tides.",
        "We call it Tideline because it draws lines.",
        "What we build at Tideline is a map for every port.",
        "Tideline is where the maps are kept.",
        "I think Tideline's a way of drawing.",
        "They were using Tideline, the drawing machine that runs by night.",
        "You write these lines into something which is called a Tideline.",
    ],
)
def test_sentences_that_define(sentence: str) -> None:
    """They say what a thing is, whatever softens or interrupts them."""
    assert defines(sentence, ["Tideline"]).score >= LEAST_SCORE


@pytest.mark.parametrize(
    ("sentence", "after", "defined"),
    [
        ("What is Tideline?", "It's a map of every tide that runs by itself.", True),
        ("And then people ask, what's a Tideline?", "So it is basically the idea of drawing every tide twice.", True),
        ("What is Tideline?", "It's a great tool.", False),
        ("What is Tideline?", "We never knew.", False),
        ("Why is Tideline?", "It's a map of every tide that runs by itself.", False),
        ("What is the price of Tideline?", "It's a secret that nobody tells.", False),
        ("What is Tideline?", "", False),
    ],
)
def test_who_asks_what_it_is_may_answer_it(sentence: str, after: str, defined: bool) -> None:
    """In the sentence that follows."""
    grade = defines(sentence, ["Tideline"], after)
    assert (grade.score >= LEAST_SCORE, grade.continues and defined) == (defined, defined)


@pytest.mark.parametrize(
    "sentence",
    [
        "Tideline is a great tool.",
        "Tideline is a bit of a pain.",
        "Tideline is a black box that nobody opens.",
        "Tideline was the exact opposite for us.",
        "In general, Tideline is the new Netloft.",
        "Tideline is not a database.",
        "Tideline is one of them.",
        "Is Tideline a database?",
        "The price of Tideline is a secret that nobody tells.",
        "If Tideline is a database that you like, use it.",
        "In Tideline, a map is a list of lines.",
        "When we built Tideline, a man of the harbour came by.",
        "Tideline is one of the things that we use.",
        "We use Tideline, a hosted one, the map is global.",
        "We looked at Tideline - the cache does not work for maps.",
        "We moved everything to Tideline last year.",
        "Tidelines2 is a tool that draws.",
        "A database is a tool that keeps what you write.",
    ],
)
def test_sentences_that_do_not_define(sentence: str) -> None:
    """Judgements, questions, conditions, parts of other phrases and other words define nothing."""
    assert defines(sentence, ["Tideline"]).score < LEAST_SCORE


def test_what_is_sure_counts_more() -> None:
    """What a thing is counts more than what it is for, and a noun with its purpose more than the noun alone."""
    is_a = defines("Tideline is a tool that draws maps.", ["Tideline"]).score
    assert is_a > defines("Tideline is a standard.", ["Tideline"]).score
    assert is_a > defines("Tideline lets you draw maps.", ["Tideline"]).score >= LEAST_SCORE


def test_a_short_form_may_be_spelled_out() -> None:
    """ "An SLO is a service-level objective" needs no further words; names match with hyphens, plurals, any case."""
    grade = defines("An SLO is a service-level objective.", ["slo", "service level objective"])
    assert grade.score == 1.0
    assert (
        defines(
            "Feature-flags are switches that turn code off; a Feature flag is a switch for code.", ["feature flag"]
        ).score
        == 1.0
    )


def test_the_next_sentence_may_define() -> None:
    """A short sentence names the thing and the next says what it is: both are needed."""
    grade = defines("So I wrote Tideline.", ["Tideline"], "It's basically a tool for drawing tides.")
    assert grade.score >= LEAST_SCORE
    assert grade.continues
    assert defines("So I wrote Tideline.", ["Tideline"], "It was late.").score < LEAST_SCORE


@pytest.mark.parametrize(
    "sentence",
    [
        "Hi, I'm Ada Moor, I'm a pilot at the Harbour Office.",
        "Hi I’m Ada and I work on Tideline.",
        "My name is Ada Moor.",
        "I'm the head of maps at Tideline.",
        "I am Senior Pilot on the night shift.",
        "I've been working at the Harbour Office since 2017.",
        "So I run a company called Tideline.",
        "I recently joined Tideline.",
    ],
)
def test_people_introduce_themselves(sentence: str) -> None:
    """By name, by what they are and by what they do, in their own turns."""
    assert introduces(PERSON, ADA, sentence, is_own=True).score >= LEAST_SCORE


@pytest.mark.parametrize(
    "sentence",
    [
        "I'm a big fan of Tideline.",
        "I'm a bit tired of maps.",
        "I've been looking forward to this since you joined.",
        "I am happy.",
        "I run into this every day.",
        "All the things I'm working on now are maps.",
        "Are you Ada?",
        "I'm Bo, I'm a baker.",
    ],
)
def test_other_sentences_of_a_person(sentence: str) -> None:
    """Tastes, moods and other people's names introduce nobody by name."""
    grade = introduces(PERSON, ADA, sentence, is_own=True)
    assert grade.score < LEAST_SCORE or "NAME" not in grade.reason


@pytest.mark.parametrize(
    "sentence",
    [
        "Today I am joined by Bo Reed, Baker, and Ada Moor, Senior Pilot at the Harbour Office.",
        "We have Ada here to talk about tides.",
        "Ada Moor is a pilot who draws maps.",
        "Ada Moor runs the night shift.",
        "And we have Ada from Tideline joining us today.",
    ],
)
def test_people_are_introduced_by_others(sentence: str) -> None:
    """A host says who somebody is."""
    assert introduces(PERSON, ADA, sentence, is_own=False).score >= LEAST_SCORE


@pytest.mark.parametrize(
    "sentence",
    [
        "Thanks, Ada.",
        "Ada, how do you draw tides?",
        "That's a warm welcome, Ada.",
        "Ada, welcome to the show.",
        "Bo is a baker who bakes.",
    ],
)
def test_people_are_spoken_to(sentence: str) -> None:
    """To say somebody's name introduces nobody."""
    assert introduces(PERSON, ADA, sentence, is_own=False).score < LEAST_SCORE


@pytest.mark.parametrize(
    ("form", "sentence", "is_own", "answers"),
    [
        (AskedForm("role", "co-pilot"), "As a co-pilot on the night shift, I'm responsible for the maps.", True, True),
        (
            AskedForm("role", "co-pilot"),
            "I am joined by Ada Moor, Senior Pilot and co-pilot on the night shift.",
            False,
            True,
        ),
        (AskedForm("role", "co-pilot"), "Every ship needs a co-pilot.", False, False),
        (AskedForm("role", "CEO", "Tideline"), "I'm the CEO of Tideline.", False, True),
        (AskedForm("role", "CEO", "Tideline"), "I'm the CEO of Ropeworks.", False, False),
        (AskedForm("joined", "Ada Moor", "Tideline"), "I've been with Tideline for five years.", True, True),
        (AskedForm("joined", "Ada Moor", "Tideline"), "Ada Moor joined Tideline in 2019.", False, True),
        (AskedForm("joined", "Ada Moor", "Tideline"), "I like Tideline.", True, False),
        (AskedForm("joined", "Ada Moor", "Tideline"), "I've been there for five years.", True, True),
        (AskedForm("joined", "Ada Moor", "Tideline"), "I've been with Ropeworks for five years.", True, False),
        (AskedForm("joined", "Ada Moor"), "I joined Tideline five years ago.", True, True),
        (AskedForm("made", "Tideline", verb="found"), "I founded Tideline with my sister.", False, True),
        (AskedForm("made", "Tideline", verb="create"), "Ada Moor, the creator of Tideline, is here.", False, True),
        (AskedForm("made", "Tideline", verb="create"), "Tideline was created by Ada Moor.", False, True),
        (AskedForm("made", "Tideline", verb="found"), "I found Tideline hard to learn.", False, False),
        (AskedForm("made", "Tideline", verb="create"), "I started working on Tideline.", False, False),
        (AskedForm("before", "Tideline", verb="run"), "So previously Tideline was running on paper.", False, True),
        (AskedForm("before", "Tideline", verb="run"), "Tideline runs on paper now.", False, False),
    ],
)
def test_roles_dates_and_makers(form: AskedForm, sentence: str, is_own: bool, answers: bool) -> None:
    """Each form of question has its forms of reply."""
    assert (introduces(form, [form.subject], sentence, is_own).score >= LEAST_SCORE) is answers


def test_a_host_asks_for_an_introduction() -> None:
    """What follows is one, whatever its words."""
    assert asks_to_introduce("Bo, would you mind introducing yourself too?")
    assert not asks_to_introduce("Would you mind starting?")


@given(
    st.text()
    | st.lists(st.sampled_from("Ada is a the I'm , . called X by we mean which \x00 - ( İ".split())).map(" ".join),
    st.text(max_size=20),
)
def test_any_text_has_a_grade(text: str, name: str) -> None:
    """Whatever is said and asked, a grade lies between 0 and 1."""
    for kind in ("person", "role", "joined", "before"):
        for is_own in (True, False):
            assert 0 <= introduces(AskedForm(kind, name, "X", "run"), [name], text, is_own).score <= 1
    assert 0 <= defines(text, [name], text).score <= 1
    assert has_definition(text, [name]) in (True, False)


@pytest.mark.parametrize(
    "part", ["I'm Ada ", "Ada, a ", "Ada is a , ", "as a ", "welcome Ada ", "Ada-", "one of the ", ". in "]
)
def test_hostile_sentences_are_read_in_linear_time(part: str) -> None:
    """Beginnings of forms that never end are read in proportion to their size."""

    def read(size: int) -> None:
        text = part * (size // len(part))
        defines(text, ["Ada"], text)
        for form in (PERSON, AskedForm("role", "Ada"), AskedForm("made", "Ada", verb="create")):
            introduces(form, ["Ada"], text, is_own=form is PERSON)

    assert growth(read, 2_000) < LINEAR
