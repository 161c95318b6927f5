"""The shared show notes: all 30 layouts, the first real input, and two feeds, where they are on this machine."""

import json
import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ingest.shownotes.parse import parse_notes

SHARED = Path(__file__).parents[3].parent / "shared"
SECONDS = {"34 min": 2040.0, "10:17": 617.0}

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not on this machine")


def _paragraphs(raw: str) -> str:
    return "".join(f"<p>{line.strip() or '&nbsp;'}</p>\n" for line in raw.split("\n"))


@needs_shared
@pytest.mark.parametrize("wrapped", [str, _paragraphs, lambda raw: raw.replace("\n", "\r\n")])
def test_all_layouts_give_exactly_what_is_expected(wrapped) -> None:
    """Turns, description, times, flags and aliases of every layout seen so far."""
    for layout in json.loads((SHARED / "fixtures" / "show_notes.json").read_text(encoding="utf-8")):
        expected = layout["expect"]

        found = parse_notes(wrapped(layout["raw"]))

        assert expected["turns"] == [[turn.speaker, turn.text] for turn in found.turns], layout["id"]
        assert expected["description"] == found.description, layout["id"]
        assert expected.get("lossy", False) == found.lossy, layout["id"]
        assert expected.get("truncated", False) == found.truncated, layout["id"]
        assert expected.get("aliases", {}) == found.aliases, layout["id"]
        assert SECONDS.get(expected.get("duration")) == found.duration, layout["id"]
        assert expected.get("title", found.title) == found.title, layout["id"]
        assert expected.get("published", found.published) == found.published, layout["id"]


@needs_shared
def test_the_first_real_input() -> None:
    """A directory's page: the text once, its title without the show's name, cut off in the last turn."""
    found = parse_notes(next((SHARED / "seed").glob("*.txt")).read_text(encoding="utf-8"))

    assert len(found.turns) == 8
    assert {"Vanessa Schneider", "Kat Stevens", "Jonathan Harden"} == {turn.speaker for turn in found.turns}
    assert found.turns[-1].text == "So obviously, I've only been here for t"
    assert found.title is not None
    assert found.title.endswith("migrated GOV.UK Pay")
    assert (found.duration, found.truncated, found.lossy) == (2040.0, True, False)
    assert found.description is not None
    assert found.description.startswith("Wondered how")


def _expected(notes: str) -> list[tuple[str, str]]:
    turns: list[tuple[str, list[str]]] = []
    for paragraph in re.findall(r"<p>(.*?)</p>", notes, re.DOTALL):
        text = " ".join(unescape(paragraph).split())
        if label := re.match(r"<strong>(.*?):</strong>", paragraph):
            turns.append((unescape(label[1]), []))
        elif turns and text:
            turns[-1][1].append(text)
    return [(speaker, "\n".join(texts)) for speaker, texts in turns if texts]


@needs_shared
@pytest.mark.corpus
@pytest.mark.parametrize("bold", [True, False])
@pytest.mark.parametrize("corpus", ["engineering-lessons", "alignment"])
def test_every_word_of_the_feeds_is_under_its_speaker(corpus: str, bold: bool) -> None:
    """Every bold name opens a turn and every other paragraph is its text; the same where the print is lost."""
    feed = ElementTree.parse(SHARED / "corpora" / corpus / "feed.xml")
    for element in feed.iter("{http://purl.org/rss/1.0/modules/content/}encoded"):
        notes = element.text or ""

        found = parse_notes(notes if bold else re.sub(r"</?strong>", "", notes))

        assert _expected(notes) == [(turn.speaker, turn.text) for turn in found.turns]
        assert not found.lossy
        assert not found.truncated
