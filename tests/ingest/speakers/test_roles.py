"""Roles are what somebody says, verbatim; where nobody says one there is none."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.shownotes.parse import parse_notes
from ingest.speakers.roles import find_roles
from ingest.stages.assemble import assemble
from ingest.transcript import Episode, Role, Show, Turn
from tests.growth import LINEAR, growth

SHARED = Path(__file__).parents[3].parent / "shared"
FILLER = "The kettles were cold and nobody in the house minded that very much at all. "


def said_by_ada(text: str) -> str | None:
    """The role of Ada Lee, who says this after a greeting."""
    role = find_roles([Turn("Bo Finch", "Hello."), Turn("Ada Lee", text)], {}).get("Ada Lee")
    return role.role if role else None


def said_of_guests(text: str) -> dict[str, str]:
    """The roles of everybody after a host has said this."""
    turns = [Turn("Bo Finch", text), Turn("Ada Lee", "Hello."), Turn("Kit Brown", "Hi.")]
    return {label: role.role for label, role in find_roles(turns, {}).items()}


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("My name is Ada Lee and I am Senior Kettle and Cup Manager at TBD.", "Senior Kettle and Cup Manager at TBD"),
        ("Hi I'm Ada Lee, I’m a Senior Developer on TEA.UK Pots.", "Senior Developer on TEA.UK Pots"),
        ("I’m the head of product and delivery at the Tea Board.", "head of product and delivery at the Tea Board"),
        ("Hi, I'm Ada Lee, Head of Product for Kettles, and I've been here ages.", "Head of Product for Kettles"),
        ("Hello. I'm Ada. I'm a developer.", "developer"),
        ("I'm Ada and I'm the Creative Channels Manager here at TBD.", "Creative Channels Manager here at TBD"),
        ("I'm Ada, I'm a content designer on the TEA.UK Pots team.", "content designer on the TEA.UK Pots team"),
        ("My name is Ada and I work for the Tea Board as a performance analyst.", "performance analyst"),
        ("My current role is Head of Leaves at the Tea Board.", "Head of Leaves at the Tea Board"),
        ("I'm the Director General of the Tea Board.", "Director General of the Tea Board"),
        (
            "I am Deputy Director at the Office for Tea and Cakes and I love it.",
            "Deputy Director at the Office for Tea and Cakes",
        ),
        (
            "I'm a Fast Streamer at the Department for Kettles, Cups, Tea and Cakes.",
            "Fast Streamer at the Department for Kettles, Cups, Tea and Cakes",
        ),
        ("I'm Ada Lee, I'm co-founder and CTO of Kettle.io.", "co-founder and CTO of Kettle.io"),
        (
            "Hi, I'm Ada - I'm currently lead developer on the kettle team working on pipes.",
            "lead developer on the kettle team",
        ),
        ("I'm Ada, one of the co-founders of Kettle.", "one of the co-founders of Kettle"),
        ("I'm Ada. I'm an IT manager.", "IT manager"),
        ("I'm your host, Ada Lee.", "host"),
    ],
)
def test_people_say_what_they_do(text: str, role: str) -> None:
    """A role is the words of the sentence from the title to what it is of or at, without the article."""
    assert said_by_ada(text) == role


@pytest.mark.parametrize(
    "text",
    [
        "I am happy to be here.",
        "I'm from London.",
        "I'm going to talk about the head of product.",
        "I am joined by the head of product.",
        "I'm Ada, and this is my colleague, head of design at the Tea Board.",
        "I'm Ada Lee.",
        # not now, or not yet
        "I was a developer at start-ups.",
        "I'm a former director at the Tea Board.",
        "I'm Ada, previously a developer at the Tea Board.",
        "I'm Ada, ex-developer at the Tea Board.",
        "I used to work as a developer at the Tea Board.",
        # not so
        "I'm not a developer at the Tea Board.",
        "If I'm a developer at a bank, I want speed.",
        "People say I'm the head of something at the Tea Board.",
        "Am I the director of this team?",
        "I'm Ada and I'm a software engineer at heart.",
        "I'm a programmer first and a teacher second.",
        "I'm Ada, I'm an engineer by background.",
        "I'm a bit of a tech evangelist.",
        # somebody else's words
        'And he goes, "I\'m the director of the Tea Board."',
        "He wrote: “Hi. I'm the director of the Tea Board. Bye.”",
        # no roles
        "I'm a big fan of kettles.",
        "I'm Ada and I'm a cat owner.",
        "I'm a New Yorker.",
        "I'm Ada and I'm a mother of two.",
        "I'm an advocate for testing.",
        "I'm meeting Director of Cakes.",
        "I'm a developer tool enthusiast at the Tea Board.",
        "I'm lead to believe that.",
        "I'm in charge of the kettle.",
        "I'm Ada, the developer's best friend.",
        # nobody says where or of what, and no name stands near
        "I'm a developer.",
    ],
)
def test_nothing_is_guessed(text: str) -> None:
    """What is past, supposed, denied, quoted or no work is no role."""
    assert said_by_ada(text) is None


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (
            "I am joined by Ada Lee, Senior Tea Engineer, and Kit Brown, Senior Developer and co-Tech Lead on Pots.",
            {"Ada Lee": "Senior Tea Engineer", "Kit Brown": "Senior Developer and co-Tech Lead on Pots"},
        ),
        (
            "With me is Ada Lee, Regional Director of the Northern office.",
            {"Ada Lee": "Regional Director of the Northern office"},
        ),
        ("Ada Lee, who leads the kettle team at TBD, is here.", {"Ada Lee": "who leads the kettle team at TBD"}),
        (
            "I'm joined by Senior Developer Ada Lee and by our head of tea, Kit Brown.",
            {"Ada Lee": "Senior Developer", "Kit Brown": "head of tea"},
        ),
        (
            "With me are Ada, a developer at Kettles, and Kit, who's the tech lead.",
            {"Ada Lee": "developer at Kettles", "Kit Brown": "tech lead"},
        ),
        ("Ada Lee is a senior software engineer.", {"Ada Lee": "senior software engineer"}),
        ("We have Ada Lee (Head of Leaves at TBD) today.", {"Ada Lee": "Head of Leaves at TBD"}),
        (
            "Ada Lee, Developer at Pots and Kit Brown, Designer at Cups.",
            {"Ada Lee": "Developer at Pots", "Kit Brown": "Designer at Cups"},
        ),
        (
            "Joining me is the Chief Executive of the Tea Board, Ada Lee.",
            {"Ada Lee": "Chief Executive of the Tea Board"},
        ),
        (
            "Here are Zoe Green, Chief Operating Officer, Ada Lee, Director of Tea, and Kit.",
            {"Ada Lee": "Director of Tea"},
        ),
        ("I am your host, Bo Finch, and with me is my co-host, Ada Lee.", {"Bo Finch": "host", "Ada Lee": "co-host"}),
    ],
)
def test_hosts_introduce_people(text: str, roles: dict[str, str]) -> None:
    """Who is named with a role beside the name has that role, and nobody else."""
    assert said_of_guests(text) == roles


@pytest.mark.parametrize(
    "text",
    [
        "Ada Lee was the head of tea.",
        "Ada Lee is not the head of tea.",
        "Ada Lee is a former director at the Tea Board.",
        "Is Ada Lee the head of tea?",
        "If Ada Lee is the director of tea, then fine.",
        "Ada Brown is the head of tea.",
        "Mary Ada is the head of tea.",
        "Ada, lead the way.",
        "Ada, head of the table over there.",
        "Ada Lee, Jo Head and Kit Brown are here.",
        "Ada Lee, who leads by example, is here.",
        "As you say to Ada Lee, head of tea at TBD means work.",
        "Thanks to Ada Lee, developers are happy.",
        "I talk with Kit about Ada, my partner in crime.",
        "She said Ada Lee is a developer who knows.",
    ],
)
def test_a_name_beside_other_words_is_no_introduction(text: str) -> None:
    """Vocatives, questions, namesakes and lists of names give nobody a role."""
    assert said_of_guests(text) == {}


def test_the_sentence_and_turn_come_with_the_role() -> None:
    """Whoever doubts a role can read where it is said."""
    turns = [Turn("Bo", "Welcome.\nHi, Ada?"), Turn("Ada Lee", "Thanks, Dr. Bo. I'm the head of tea! It's good.")]
    assert find_roles(turns, {}) == {"Ada Lee": Role("head of tea", 1, "I'm the head of tea!")}


def test_what_people_say_of_themselves_counts_first() -> None:
    """One's own words before those of others, any role before that of a host, and the first of equals."""
    turns = [
        Turn("Bo Finch", "I'm your host, Bo Finch, with Ada Lee, Tea Engineer. I'm the editor of Kettle News."),
        Turn("Ada Lee", "I'm a senior tea engineer at TBD. I'm also the chair of the Cup Club."),
    ]
    roles = find_roles(turns, {})
    assert roles["Ada Lee"].role == "senior tea engineer at TBD"
    assert roles["Bo Finch"].role == "editor of Kettle News"


def test_late_roles_need_a_name_beside_them() -> None:
    """In the middle of a talk "I'm the head of …" may be anything; with the own name it is an introduction."""
    talk = [Turn("Ada Lee", FILLER * 100), Turn("Kit Brown", FILLER * 100)]
    assert find_roles([*talk, Turn("Ada Lee", "So I'm the head of tea at TBD.")], {}) == {}
    assert find_roles([*talk, Turn("Ada Lee", "So I'm Ada Lee, the head of tea at TBD.")], {})["Ada Lee"].role
    assert find_roles([*talk, Turn("Jo Moss", "Ada Lee is the head of tea at TBD.")], {}) == {}


def test_somebody_who_comes_later_is_introduced_later() -> None:
    """In an episode of several parts the host introduces each guest right before they speak."""
    talk = [Turn("Bo Finch", FILLER * 200)]
    introduction = Turn("Bo Finch", "With me is Ada Lee, Director of the Northern office.")
    assert find_roles([*talk, introduction, Turn("Ada Lee", "Hi.")], {})["Ada Lee"].turn == 1
    late = [*talk, introduction, *[Turn("Bo Finch", FILLER)] * 3, Turn("Ada Lee", "Hi.")]
    assert find_roles(late, {}) == {}


def test_every_label_of_a_person_has_the_role() -> None:
    """A label that stands for another name is the same person; a first name of two people is nobody's."""
    turns = [Turn("Lis Lee", "Hi, I'm Liz Lee, a tea engineer at TBD."), Turn("Liz Lee", "Yes."), Turn("Bo", "No.")]
    assert {label: role.role for label, role in find_roles(turns, {"Lis Lee": "Liz Lee"}).items()} == {
        "Lis Lee": "tea engineer at TBD",
        "Liz Lee": "tea engineer at TBD",
    }
    two = [Turn("Bo", "With me are Ada, a developer at TBD, and Ada."), Turn("Ada Lee", "Hi."), Turn("Ada Moss", "Hi.")]
    assert find_roles(two, {}) == {}


def test_clips_and_parts_have_no_roles() -> None:
    """Nobody is named in a clip, and "Host" is no person."""
    assert (
        find_roles([Turn(None, "I'm the head of tea at TBD."), Turn("Speaker 1", "I'm a developer at TBD.")], {}) == {}
    )


def test_a_role_is_short_and_holds_no_mark() -> None:
    """At most twelve words, ended where a phrase ends; a laugh ends it too."""
    long = "I'm the head of design for the big old house in the green field at the end of the road of the town."
    role = said_by_ada(long)
    assert role == "head of design for the big old house in the green field"
    assert said_by_ada("I'm Ada, a Senior Tea [laughs] Designer at TBD.") is None


def test_assembling_fills_the_roles() -> None:
    """The transcript of official text carries them."""
    notes = (
        "The transcript of the episode follows:\n---------\nAda Lee:\nI'm the head of tea at TBD.\n\nBo Finch:\nHello."
    )
    made = assemble(Episode("t-1", "g", Show("t", "Tea")), parse_notes(notes), (), None)
    assert made.roles == {"Ada Lee": Role("head of tea at TBD", 0, "I'm the head of tea at TBD.")}


PARTS = st.sampled_from(
    [
        *"I'm I am Ada Lee Kit Brown , . ? ! the a head of tea and developer at TBD Senior Designer my name is".split(),
        *'with me who leads team former [laughs] " “ ” ( ) one of our founders not if was for & - GOV.UK'.split(),
        *"I’m Dr. CTO _ 7 ' co- \n".split(" "),
    ]
)


@given(
    st.lists(
        st.tuples(st.sampled_from(["Ada Lee", "Kit", "Kit Brown", None]), st.lists(PARTS, max_size=40)), max_size=5
    )
)
def test_roles_are_verbatim(talk: list[tuple[str | None, list[str]]]) -> None:
    """Every role stands in its sentence, the sentence in its turn, and its person is a speaker."""
    turns = [Turn(speaker, " ".join(parts)) for speaker, parts in talk]
    for label, role in find_roles(turns, {"Kit": "Kit Brown"}).items():
        assert label in {turn.speaker for turn in turns}
        assert role.role in role.sentence
        assert role.sentence in turns[role.turn].text
        assert 0 < len(role.role.split()) <= 13  # "&" and "-" may stand between words
        assert role.role == role.role.strip()


@given(st.text(st.sampled_from("I'm a.head of \n,&“\"AdaLe-"), max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """No text raises."""
    find_roles([Turn("Ada Lee", text), Turn(text[:9], text)], {})


@pytest.mark.parametrize(
    "part", ["I'm a head of ", ".", "Ada Lee, ", "I'm Ada. ", "my role is ", "and ", "I am Ada Lee, a lead at T. "]
)
def test_hostile_text_is_read_in_linear_time(part: str) -> None:
    """Text without stops, of stops alone, of names or of beginnings of roles is read in proportion to its size."""
    assert growth(lambda size: find_roles([Turn("Ada Lee", part * (size // len(part)))], {}), 4_000) < LINEAR


def test_the_seed_says_what_its_speakers_do() -> None:
    """The episode of the first source introduces all its speakers; every role is found."""
    path = SHARED / "seed" / "000_a05989a179aab178.txt"
    if not path.exists():
        pytest.skip("needs shared/seed")
    text = parse_notes(path.read_text(encoding="utf-8"))
    found = find_roles([Turn(turn.speaker, turn.text) for turn in text.turns], text.aliases)
    assert set(found) == {turn.speaker for turn in text.turns}
