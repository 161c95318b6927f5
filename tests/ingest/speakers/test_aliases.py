"""Short labels: whose surname or initials they are, and where nobody is guessed."""

import pytest

from ingest.speakers.aliases import full_names, names_of_labels, short_names
from tests.growth import LINEAR, growth

ANN, JO = "Ann Lee", "Jo van Brown"


@pytest.mark.parametrize("label", ["Brown", "BROWN", "Dr Brown", "Prof. Brown", "JB", "J.B."])
def test_a_surname_and_initials_stand_for_the_one_who_has_them(label: str) -> None:
    """Printed in capitals or with a title too; the full name may be a label or known from elsewhere."""
    assert short_names([label], [ANN, JO], (), "") == {label: JO}
    assert short_names([label], [], [ANN, JO], "") == {label: JO}


def test_the_text_may_say_whose_initials_they_are() -> None:
    """ "Ann Lee (AL)" and "I am Ann Lee" name her."""
    assert short_names(["AL", "Lee"], [], (), "With Ann Lee (AL) and others.") == {"AL": ANN, "Lee": ANN}
    assert short_names(["Lee"], [], (), "Hello, I am Ann Lee.") == {"Lee": ANN}


@pytest.mark.parametrize(
    ("label", "people"),
    [("Lee", [ANN, "Kit Lee"]), ("AL", [ANN, "Ada Locke"]), ("Host", [ANN]), ("Al", [ANN]), ("AL", ["ANN LEE"])],
)
def test_in_doubt_a_short_label_is_nobodys(label: str, people: list[str]) -> None:
    """Two people fit, a part in the conversation, or what may be a first name: "Al", and "AL" among capitals."""
    assert short_names([label], people, (), "") == {}


def test_a_title_makes_no_other_person_of_a_first_name() -> None:
    """ "Ann" is one person though she is printed as "Dr Ann Lee" and as "Ann Lee"."""
    assert full_names(["Dr Ann Lee", "Ann Lee", "Ann"], (), "") == {"Ann": "Dr Ann Lee"}


def test_labels_of_captions_have_full_names_and_aliases() -> None:
    """A first name becomes the full name, a surname gets it as an alias, an addition is no part of it."""
    full, aliases = names_of_labels([ANN, "Ann", "Jo Brown (Tea Board)", "BROWN"], "")

    assert full == {"Ann": ANN}
    assert aliases == {"Jo Brown (Tea Board)": "Jo Brown", "BROWN": "Jo Brown"}


def test_who_is_spoken_of_later_is_not_who_speaks() -> None:
    """People are introduced at the beginning of captions."""
    assert names_of_labels(["Ann"], "Welcome, this is Ann Lee.")[0] == {"Ann": ANN}
    assert names_of_labels(["Ann"], f"{'Tea. ' * 4_000}I worked with Ann Lee.") == ({}, {})


@pytest.mark.parametrize("text", ["Ann Lee (AL) ", "A (AB) ", "(AL)", "Ann "])
def test_initials_in_long_texts(text: str) -> None:
    """They are looked for in proportion to the length."""
    assert growth(lambda size: short_names(["AL"], [], (), text * size), 2_000) < LINEAR
