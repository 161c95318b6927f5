"""200 mutated posts about the sample show: every fault is found, and what is right is left alone."""

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from api.links.blocks import html_blocks, markdown_blocks
from api.links.check import FAULTS, Finding
from api.links.look_up import Library
from api.links.run import findings_in, library_of
from api.links.sources import Document
from api.quotes.quote import Quote
from index.building.build import build
from index.store import open_generation
from ingest.library.records import episode_ids, load_transcript, save_transcript
from ingest.library.removal import remove_episode
from tests.api.conftest import turn_of
from tests.api.links.mutated_posts import BASE, Post, posts, quotes_of
from tests.parts import one_in

REASON = "the guest asked for it"


class Edited(NamedTuple):
    """The sample show after some words were edited and its last episode was withdrawn."""

    home: Path
    library: Library
    right: list[Quote]
    faulty: dict[str, list[Quote]]


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory, sample_home: Path, encoder: Any) -> Edited:
    """The quotes are taken before: those of edited turns have changed, those of the last episode are withdrawn."""
    home = tmp_path_factory.mktemp("edited") / "home"
    shutil.copytree(sample_home, home)
    before = quotes_of(home)
    _, second, third = episode_ids(home)
    transcript = load_transcript(home, second)
    assert transcript is not None
    turns = list(transcript.turns)
    for number, turn in enumerate(turns):
        if number % 2 and len(turn.text.split()) > 20:
            words = turn.text.split(" ")
            words[8] = "carefully" + "".join(letter for letter in words[8] if letter in ".,")
            turns[number] = turn_of(turn.speaker, " ".join(words), turn.start)
    save_transcript(home, replace(transcript, turns=tuple(turns)), "edited by a test")
    remove_episode(home, third, REASON, purge=False)
    build(home, encoder)
    library = library_of(home, open_generation(home), BASE)
    today = {(quote.episode.id, quote.text) for quote in quotes_of(home)}
    right = [quote for quote in before if (quote.episode.id, quote.text) in today]
    changed = [quote for quote in before if quote.episode.id == second and (second, quote.text) not in today]
    withdrawn = [quote for quote in before if quote.episode.id == third]
    assert min(len(right), len(changed), len(withdrawn)) >= 5
    faulty = {"never said": right, "wrong speaker": right, "changed": changed, "withdrawn": withdrawn}
    return Edited(home, library, right, faulty)


def findings(library: Library, post: Post) -> list[Finding]:
    read = markdown_blocks if post.is_markdown else html_blocks
    return findings_in(library, Document("post", read(post.text)))


@pytest.mark.parametrize("seed", one_in(12, range(18, 30)))
def test_every_fault_of_200_posts_is_found_and_nothing_else(edited: Edited, seed: int) -> None:
    """0 missed, and at most 1 % of the right statements are taken for wrong."""
    missed: list[str] = []
    alarms: list[str] = []
    counts: Counter[str] = Counter()
    for post in posts(200, edited.right, edited.faulty, seed=seed):
        found = [finding.status for finding in findings(edited.library, post)]
        counts.update(post.statuses)
        if len(found) != len(post.statuses):
            missed.append(f"{found} for {post.statuses}:\n{post.text}")
            continue
        for place, (expected, given) in enumerate(zip(post.statuses, found, strict=True)):
            if place == post.wrong and given != expected:
                missed.append(f"{given} for {expected}:\n{post.text}")
            elif place != post.wrong and given in FAULTS:
                alarms.append(f"{given} at {place}:\n{post.text}")
    assert sum(counts.values()) - counts["holds"] == 200
    assert not missed, f"{len(missed)} missed\n" + "\n---\n".join(missed[:6])
    assert len(alarms) <= 0.01 * counts["holds"], f"{len(alarms)}\n" + "\n---\n".join(alarms[:6])


def test_right_posts_are_left_alone(edited: Edited) -> None:
    """In posts without a fault, every statement is found and holds."""
    alarms = [
        (post.text, [finding.reason for finding in found if finding.status in FAULTS])
        for post in posts(60, edited.right, edited.faulty, seed=4, mutated=False)
        for found in [findings(edited.library, post)]
        if len(found) != len(post.statuses) or any(finding.status in FAULTS for finding in found)
    ]
    assert not alarms, "\n---\n".join(map(str, alarms[:5]))


@pytest.mark.parametrize(
    "form",
    [
        "“{words}” ([The Moving Day]({link}))",
        '"{words}" ([Transcript]({link}))',
        "1. First:\n   > {words}\n   > ([hear]({link}))\n",
        "> {words}\n\nJane Smith, who runs our team, sent me [this quote]({link}).",
        "> {words}\n>\n> [Moving Day]({link}) (via Jane Smith)",
        "Varga's rule, as [w]e heard it: “[{letter}]{rest}” ([hear]({link}))",
        "In “What it cost and who was told” of Moving Day somebody says “{words}” ([hear]({link})).",
        "In the Moving Day episode “What it cost and who was told” they talk of [this]({link}).",
    ],
)
def test_what_strangers_write_beside_right_words_is_no_fault(edited: Edited, form: str) -> None:
    """Names of shows, headings, sentences after a block quote, an altered first letter, titles in quotation marks."""
    text = next(quote for quote in edited.right if len(quote.text.split()) > 8)
    words = " ".join(text.text.split())
    post = form.format(words=words, letter=words[0].lower(), rest=words[1:], link=f"{BASE}/quotes/{text.id}")
    found = findings_in(edited.library, Document("post", markdown_blocks(post)))
    assert [(one.status, one.reason) for one in found if one.status in FAULTS] == []
    assert found
