"""People are joined by their full names alone, terms by their spellings and stated expansions."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index.building.build import build
from index.mined.episode import Span
from index.mined.overview import Overview, Person, Said, Term
from index.mining.slugs import MOST_LETTERS, slug_of
from index.mining.term_list import ids_of
from index.models.encoder import Encoder
from index.store import open_generation
from ingest.speakers.roles import find_roles
from ingest.transcript import Transcript

MakeOverview = Callable[..., Overview]


@pytest.fixture
def overview_of(
    tmp_path: Path, encoder: Encoder, transcript_of: Callable[..., Transcript], save: Callable[..., None]
) -> MakeOverview:
    def made(*episodes: list[tuple[str | None, str]], aliases: dict[str, str] | None = None) -> Overview:
        for number, turns in enumerate(episodes, 1):
            facts = {"published": f"202{number}-01-01", "number": number, "aliases": aliases or {}}
            transcript = transcript_of(f"a-{number}-aaaa", *turns, **facts)
            save(tmp_path, replace(transcript, roles=find_roles(transcript.turns, transcript.aliases)))
        build(tmp_path, encoder)
        return open_generation(tmp_path).overview

    return made


def people(overview: Overview) -> dict[str, Person]:
    return {one.id: one for one in overview.people}


def terms(overview: Overview) -> dict[str, Term]:
    return {one.id: one for one in overview.terms}


def test_one_full_name_is_one_person(overview_of: MakeOverview) -> None:
    """With the roles and shares of each episode, the newest first."""
    found = people(
        overview_of(
            [("Ada Moor", "I'm Ada Moor, and I'm a deck officer at Tideline."), ("Bo Reed", "I am not quite sure.")],
            [("Ada Moor", "I'm Ada Moor, and I'm a harbour engineer at Tideline.")],
        )
    )
    assert [*found] == ["ada-moor", "bo-reed"]
    assert [held.role for held in found["ada-moor"].roles] == [
        "harbour engineer at Tideline",
        "deck officer at Tideline",
    ]
    assert [spoke.episode_id for spoke in found["ada-moor"].episodes] == ["a-2-aaaa", "a-1-aaaa"]
    assert [spoke.share for spoke in found["ada-moor"].episodes] == [1.0, round(12 / 17, 4)]


def test_a_person_keeps_the_id(overview_of: MakeOverview) -> None:
    """Although a name that comes before it in the alphabet has the same letters."""
    first = [("José García", "The tide is late today.")]
    assert people(overview_of(first))["jose-garcia"].names == ("José García",)
    found = people(overview_of(first, [("Jose Garcia", "The tide is early today.")]))
    assert {name: one.names for name, one in found.items()} == {
        "jose-garcia": ("José García",),
        "jose-garcia-2": ("Jose Garcia",),
    }


def test_a_bare_first_name_is_somebody_else_in_each_episode(overview_of: MakeOverview) -> None:
    """Nor is it somebody of that first name who speaks elsewhere."""
    found = people(
        overview_of(
            [("Ada", "We went out to sea.")], [("Ada", "We stayed at home.")], [("Ada Moor", "We did both of it.")]
        )
    )
    assert [(one.id, one.names, len(one.episodes)) for one in found.values()] == [
        ("ada-a-1-aaaa", ("Ada",), 1),
        ("ada-a-2-aaaa", ("Ada",), 1),
        ("ada-moor", ("Ada Moor",), 1),
    ]


def test_a_stated_alias_joins(overview_of: MakeOverview) -> None:
    """The transcript says whose first name it is."""
    found = people(
        overview_of([("Ada", "We went out to sea.")], [("Ada Moor", "So did we.")], aliases={"Ada": "Ada Moor"})
    )
    assert [(one.names, len(one.episodes)) for one in found.values()] == [(("Ada Moor", "Ada"), 2)]


def test_spellings_and_long_forms_are_one_term(overview_of: MakeOverview) -> None:
    """By case, by plural and by a stated expansion; first and latest use are by the date of the episode."""
    found = terms(
        overview_of(
            [("Ada Moor", "The Harbour Safety Engineers met. We like the TideHub for maps.")],
            [("Ada Moor", "We do Harbour Safety Engineering, or HSE. We left the Tidehub, as we do.")],
            [("Ada Moor", "An HSE uses the TideHub each day.")],
        )
    )
    assert found["hse"].expansion == "Harbour Safety Engineering"
    assert found["hse"].names[0] == "HSE"
    assert found["tidehub"].names == ("TideHub", "Tidehub")
    assert found["tidehub"].episodes == (("a-3-aaaa", 1), ("a-2-aaaa", 1), ("a-1-aaaa", 1))
    assert (found["tidehub"].first.episode_id, found["tidehub"].latest.episode_id) == ("a-1-aaaa", "a-3-aaaa")
    assert "hse" in found["tidehub"].related


def test_a_term_keeps_the_id(overview_of: MakeOverview) -> None:
    """Also when it gets another usual spelling, and when it is joined with another and parted again."""
    long = [("Ada Moor", "We like Harbour Safety Engineering here. All Harbour Safety Engineering is slow.")]
    both = [("Ada Moor", "We do Harbour Safety Engineering, or HSE, and the HSE is calm.")]
    short = [("Ada Moor", "The HSE is late, and the HSE is calm.")]
    assert [*terms(overview_of(long))] == ["harbour-safety-engineering"]
    found = terms(overview_of(long, both))
    assert {name: one.names for name, one in found.items()} == {
        "harbour-safety-engineering": ("HSE", "Harbour Safety Engineering")
    }
    assert {name: one.names for name, one in terms(overview_of(long, short)).items()} == {
        "harbour-safety-engineering": ("HSE",),
        "harbour-safety-engineering-2": ("Harbour Safety Engineering",),
    }


def test_the_id_of_a_term_stays_with_its_usual_spelling() -> None:
    """A part of a term with another spelling gets a new id, and no id is given twice."""
    said = Said("a-1-aaaa", Span(0, 3))

    def term(identifier: str, *names: str) -> Term:
        return Term(identifier, names, said, said, None, None, None, (), ())

    parted = {"net loft": ("Net Loft",), "netloft": ("NetLoft", "Netloft")}
    assert ids_of(parted, [term("netloft", "Net Loft", "NetLoft", "Netloft")]) == {
        "net loft": "netloft",
        "netloft": "netloft-2",
    }
    joined = {"hse": ("HSE", "Harbour Safety")}
    before = [term("harbour-safety", "Harbour Safety", "Safety"), term("hse-2", "HSE")]
    assert ids_of(joined, before) == {"hse": "hse-2"}
    renamed = {"hse": ("HSE", "Harbour Safety")}
    assert ids_of(renamed, [term("harbour-safety", "Harbour Safety")]) == {"hse": "harbour-safety"}
    assert ids_of({"hse": ("HSE",), "sea": ("SEA",)}, []) == {"hse": "hse", "sea": "sea"}


def test_what_the_library_writes_small_or_says_once_is_no_term(overview_of: MakeOverview) -> None:
    """Two uses or a definition, and a capital in most uses."""
    found = terms(
        overview_of(
            [("Ada Moor", "We like the Lantern, we like Netloft, and Seabox is a tool that we use. We met Bo.")],
            [("Bo Reed", "A lantern is a lantern, and the lantern went out. They use Tideline with Tideline.")],
        )
    )
    assert [*found] == ["seabox", "tideline"]


def test_ids_are_unique_and_safe() -> None:
    """Accents are left out, an id that is taken gets a number, and a name without Latin letters still has an id."""
    assert slug_of("GOV.UK Pay") == "gov-uk-pay"
    assert slug_of("José Ñandú") == "jose-nandu"
    assert slug_of("Østby Groß Łódź") == slug_of("østby gross łódź") == "ostby-gross-lodz"
    assert slug_of("Ada Moor", {"ada-moor", "ada-moor-2"}) == "ada-moor-3"
    assert len(slug_of("x" * 500)) == MOST_LETTERS
    assert slug_of("船") != slug_of("海")
    assert slug_of("<script>") == "script"
