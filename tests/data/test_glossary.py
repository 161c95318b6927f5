"""The glossary explains the words of UK digital government, each with a source."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

GLOSSARY = Path(__file__).parents[2] / "data" / "glossary.json"


@pytest.fixture(scope="module")
def terms() -> list[dict[str, Any]]:
    data = json.loads(GLOSSARY.read_text("utf-8"))
    assert data["schema"] == 1
    return data["terms"]


def test_there_are_at_least_60_terms(terms: list[dict[str, Any]]) -> None:
    """The glossary holds what issue 3 asks for, and more."""
    assert len(terms) >= 60


def test_every_term_has_definition_and_source(terms: list[dict[str, Any]]) -> None:
    """A definition is one sentence of at most 40 words; a source is a public https page."""
    for term in terms:
        assert set(term) == {"term", "expansion", "definition", "source", "aliases"}, term
        assert term["term"] == term["term"].strip() != ""
        assert term["expansion"] is None or term["expansion"].strip()
        assert 5 <= len(term["definition"].split()) <= 40, term
        assert term["definition"].endswith(".") and ". " not in term["definition"], term
        source = urlsplit(term["source"])
        assert source.scheme in ("http", "https") and source.hostname and "." in source.hostname, term


def test_no_name_means_two_things(terms: list[dict[str, Any]]) -> None:
    """Without case, no term or alias stands twice, and no alias repeats its expansion."""
    names = [name.casefold() for term in terms for name in (term["term"], *term["aliases"])]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    for term in terms:
        assert (term["expansion"] or "").casefold() not in [alias.casefold() for alias in term["aliases"]]


def test_terms_are_in_order(terms: list[dict[str, Any]]) -> None:
    """Terms are sorted without case, so that a change shows as one line."""
    assert [term["term"] for term in terms] == sorted((term["term"] for term in terms), key=str.casefold)


@pytest.mark.parametrize(
    ("term", "expansion"),
    [
        ("GDS", "Government Digital Service"),
        ("CDDO", "Central Digital and Data Office"),
        ("TCoP", "Technology Code of Practice"),
        ("LDD", "Local Digital Declaration"),
        ("DSA", "Data Standards Authority"),
        ("NCSC", "National Cyber Security Centre"),
        ("PCI DSS", "Payment Card Industry Data Security Standard"),
        ("WCAG", "Web Content Accessibility Guidelines"),
        ("SRE", "site reliability engineering"),
    ],
)
def test_acronyms_are_spelt_out(terms: list[dict[str, Any]], term: str, expansion: str) -> None:
    """Acronyms of the podcast stand there with what they stand for."""
    assert next(one["expansion"] for one in terms if one["term"] == term) == expansion


@pytest.mark.parametrize(
    "name", ["GOV.UK Pay", "GOV.UK Notify", "AWS Fargate", "ECS", "EC2", "One Login", "Service Standard"]
)
def test_products_are_known(terms: list[dict[str, Any]], name: str) -> None:
    """Products and standards are found by their name or an alias."""
    assert any(name in (term["term"], *term["aliases"]) for term in terms)
