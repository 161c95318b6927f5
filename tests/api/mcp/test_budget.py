"""What goes to a model is bounded, and says what was left out."""

import json
import random
import re
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")

from api.cli import main
from api.episodes.transcripts import open_transcript
from api.mcp.budget import fits, fitted, size, tokens, written
from api.mcp.cursor import cursor_at, offset_of
from api.mcp.episodes import MOST_PART_TOKENS
from api.mcp.results import EpisodesTold, LessonsTold, QuoteTold, SearchTold
from api.mcp.schemas import output_schema
from api.mcp.shapes import EpisodeShape, QuoteShape
from api.quotes.quote import quote_at
from ingest.library.records import load_transcript, transcript_ids
from ingest.transcript import Episode
from tests.api.conftest import HARBOUR, save, turn_of
from tests.api.mcp.calls import called, counter, refused, server, told_by, within

SHARED = Path(__file__).parents[4] / "shared"

ENGLISH = (
    "We moved the register of boats in one night, because the council's supplier had gone out of business and nobody "
    "mended the security holes any more. It took nineteen months, two rehearsals, and 4,711 mooring records. "
)


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH * 5,
        written({"id": "harbour-1-aaaa.7re.1l.u3ulb5qbqk", "start": 192.41, "timing": None, "quote": ENGLISH}),
        "".join(chr(0x4E00 + 7 * number) for number in range(500)),
        "\U0001f600\U0001f680" * 100,
        "Это случилось ночью, когда паромы стоят. " * 20,
        ENGLISH.upper(),
    ],
    ids=["English", "JSON", "Chinese", "pictures", "Russian", "capitals"],
)
def test_the_estimate_is_above_what_an_encoder_counts(text: str) -> None:
    """GPT-2's byte pairs make no more tokens than are counted."""
    assert counter()(text) <= tokens(text)


def test_the_list_of_tools_leaves_room_for_a_conversation(served_home, encoder) -> None:
    """Every client sends it to its model, so all tools with both schemas have at most 5,000 tokens of GPT-2."""
    tools = within(server(served_home, encoder), lambda client: client.list_tools()).model_dump(
        mode="json", by_alias=True, exclude_none=True
    )
    assert counter()(written(tools["tools"])) <= 5_000


def test_a_shape_that_is_written_out_elsewhere_is_there() -> None:
    """What the short form of quotes and episodes names: the fields between two of another tool's result."""
    quote, line = (
        output_schema(QuoteTold)["properties"],
        output_schema(EpisodesTold)["$defs"]["EpisodeLine"]["properties"],
    )
    for name, shape, fields in (("QuoteShape", QuoteShape, quote), ("EpisodeShape", EpisodeShape, line)):
        said = output_schema(LessonsTold if name == "QuoteShape" else SearchTold)["$defs"][name]["description"]
        (first, last), names = re.findall(r"from (\w+) to (\w+)", said)[0], list(fields)
        assert names[names.index(first) : names.index(last) + 1] == list(shape.model_fields)


def test_a_list_is_cut_from_its_end_and_the_least_needed_list_first() -> None:
    """What is left fits, two more would not, and the better list is whole."""
    told = {"best": [ENGLISH] * 3, "rest": [ENGLISH] * 40}
    shown = fitted(told, ("rest", "best"), 2_000)
    assert fits(shown, 2_000)
    assert len(shown["best"]) == 3
    assert 0 < len(shown["rest"]) < 40
    assert not fits({**shown, "rest": [ENGLISH] * (len(shown["rest"]) + 2)}, 2_000)
    assert fitted(told, ("rest", "best"), 10**6) == told
    assert fitted({"best": [ENGLISH * 99], "rest": ["x"]}, ("rest", "best"), 1_000) == {"best": [], "rest": ["x"]}


def test_a_cursor_counts_for_the_same_arguments_only() -> None:
    """It comes back as the place that it was made of."""
    cursor = cursor_at("search", {"query": "x"}, 321)
    assert offset_of(cursor, "search", {"query": "x"}) == 321
    assert offset_of("", "search", {}) == 0


@pytest.fixture(scope="module")
def long_home(tmp_path_factory) -> Path:
    """An episode of long turns, one of them a single sentence without a stop, one in Chinese, one a single word."""
    chosen = random.Random(7)
    words = [f"{letter}{end}" for letter in "bcdfglmnprst" for end in ("arrow", "oat", "ight", "end", "ore")]
    said = [
        " ".join(" ".join(chosen.choices(words, k=14)).capitalize() + "." for _ in range(50)),
        " ".join(chosen.choices(words, k=600)),
        "港" * 600,
        "x" * 2_500,
        "Short and sweet. [laughs]",
    ]
    home = tmp_path_factory.mktemp("long")
    turns = (turn_of(f"Ada {'BCDEF'[place]}", text, 100.0 * place) for place, text in enumerate(said))
    save(home, Episode("long-1-aaaa", "l1", HARBOUR, 1, "Talk", "2021-01-01"), *turns)
    many = (turn_of("Ada Bell", " ".join(chosen.choices(words, k=200)), 100.0 * place) for place in range(120))
    save(home, Episode("many-2-bbbb", "l2", HARBOUR, 2, "Talks", "2021-01-02"), *many)
    return home


@pytest.mark.parametrize("most", [2_000, 4_000, 20_000])
def test_a_long_transcript_comes_in_bounded_parts_and_is_whole(long_home, encoder, most) -> None:
    """Each part is within its bound, however the turns are made; put together, they are the transcript."""
    read: dict[int, str] = {}

    async def all_pages(client: Any) -> list[Any]:
        pages = [await client.call_tool("get_transcript", {"episode": "long-1-aaaa", "max_tokens": most})]
        while cursor := pages[-1].structured_content["next_cursor"]:
            given = {"episode": "long-1-aaaa", "max_tokens": most, "cursor": cursor}
            pages.append(await client.call_tool("get_transcript", given))
            assert len(pages) < 200
        return pages

    for page in within(server(long_home, encoder), all_pages):
        told = told_by("get_transcript", page)
        assert size(told) <= most
        assert bool(told["next_cursor"]) == bool(told["cut"])
        for turn in told["turns"]:
            assert turn["text"]
            assert tokens(turn["text"]) <= MOST_PART_TOKENS
            read[turn["turn"]] = read.get(turn["turn"], "") + turn["text"]
    transcript = load_transcript(long_home, "long-1-aaaa")
    assert transcript is not None
    assert read == {number: turn.text for number, turn in enumerate(transcript.turns)}


def test_the_rest_of_a_resource_comes_from_the_tool(long_home, encoder) -> None:
    """A transcript as a resource is cut at 20,000 tokens, and its cursor goes on in get_transcript."""
    door = server(long_home, encoder)
    uri = "playback://episodes/many-2-bbbb/transcript"
    (held,) = within(door, lambda client: client.read_resource(uri)).contents
    assert tokens(held.text) <= 20_000
    told = json.loads(held.text)
    assert "get_transcript" in told["cut"]
    rest = called(door, "get_transcript", episode="many-2-bbbb", cursor=told["next_cursor"])
    last, first = told["turns"][-1], rest["turns"][0]
    assert (first["turn"], first["part"]) in {(last["turn"], last["part"] + 1), (last["turn"] + 1, 1)}


def test_what_cannot_be_sent_whole_is_not_cut_to_pieces(long_home, encoder) -> None:
    """A quote of 2,500 letters is left out, or refused by its id; no quote is ever shortened."""
    door = server(long_home, encoder)
    opened = open_transcript(long_home, "long-1-aaaa")
    assert opened is not None
    assert called(door, "get_quote", id=quote_at(opened, opened.begins[4], 3).id)["quote"] == "Short and sweet."
    said = refused(door, "get_quote", {"id": quote_at(opened, opened.begins[3], 1).id})
    assert said.startswith("these words are too long to be a quote; read them with get_transcript")


def test_a_long_question_leaves_room_for_its_answer(served_home, encoder) -> None:
    """Its page's address is left out where it would take the room of the quotes; a refusal is never long."""
    door = server(served_home, encoder)
    told = called(door, "answer", question="Кто заплатил за базу данных маяка? " * 10)
    assert told["url"] is None
    assert size(told) <= 4_000
    assert called(door, "answer", question="Кто заплатил?")["url"].startswith("https://quotes.example.org/?q=")
    asked = {"question": "港" * 2_000}
    assert len(refused(door, "answer", asked)) < 200
    assert size(called(door, "answer", **asked, max_tokens=20_000)) <= 20_000


@pytest.mark.corpus
def test_the_longest_of_sixty_interviews_keeps_the_bound(tmp_path, encoder) -> None:
    """Every page of its transcript, at the usual and the hard bound, has fewer tokens of GPT-2 than are allowed."""
    feed = SHARED / "corpora" / "engineering-lessons" / "feed.xml"
    if not feed.is_file():
        pytest.skip("the interviews are missing")
    assert main(["--home", str(tmp_path), "ingest", str(feed), "--no-audio", "--no-index", "--quiet"]) == 0
    count = counter()
    spoken = {name: load_transcript(tmp_path, name) for name in transcript_ids(tmp_path)}
    longest = max(spoken, key=lambda name: sum(len(turn.text) for turn in spoken[name].turns))
    door = server(tmp_path, encoder)
    most = {}
    for bound in (4_000, 20_000):

        async def all_pages(client: Any, bound: int = bound) -> list[Any]:
            given = {"episode": longest, "max_tokens": bound}
            pages = [await client.call_tool("get_transcript", given)]
            while cursor := pages[-1].structured_content["next_cursor"]:
                pages.append(await client.call_tool("get_transcript", {**given, "cursor": cursor}))
            return pages

        pages = within(door, all_pages)
        most[bound] = max(2 * count(page.content[0].text) for page in pages), len(pages)
        assert most[bound][0] <= bound
        texts = "".join(turn["text"] for page in pages for turn in told_by("get_transcript", page)["turns"])
        assert texts == "".join(turn.text for turn in spoken[longest].turns)
    uri = f"playback://episodes/{longest}/transcript"
    (held,) = within(door, lambda client: client.read_resource(uri)).contents
    assert count(held.text) <= 20_000
    sys.stdout.write(f"\n{longest}: tokens of the largest page and pages by bound: {most}\n")
