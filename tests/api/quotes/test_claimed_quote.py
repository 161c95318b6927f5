"""Was it said: exact, near with every difference, or not found; by whom and when; and what was dropped is counted."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from api.answer import compose as answer
from api.app import create_app
from api.episodes.transcripts import open_transcript
from api.knowledge_base import KnowledgeBase, open_base
from api.quotes import verbatim_check
from api.quotes.claimed_quote import Verification, verify
from api.server.live_index import Live
from api.settings import Settings
from index.building.build import build
from index.generation import Generation
from ingest.library.records import Record, save_record, save_transcript
from ingest.text.words import normalise
from ingest.transcript import Episode, Show, Transcript, Turn, Word

SHOW = Show("tea", "The Tea Show")
OLD = "tea-1-aaaa"
NEW = "tea-2-bbbb"
LEAVES = (
    "We grow every leaf on the northern slope, where fog keeps the soil damp until noon. [laughs] Pickers start at "
    "four, because the sun bleaches anything left out. Nobody on our side has ever used a machine."
)
KETTLES = "Copper kettles lose their lining after eleven winters. Then a smith in the valley tins them again for us."
TALKS = {
    OLD: [
        ("Ada", "Welcome to the tea show, where we talk about tea."),
        ("Ben Okoro", LEAVES),
        ("Ada", "That is exactly what my grandmother told me."),
        ("Ben Okoro", KETTLES),
    ],
    NEW: [
        ("Cleo", "Welcome to the tea show, where we talk about tea."),
        ("Dev", "The harbour tax on imported porcelain was abolished by a single signature."),
        ("Cleo", "And İpek said that porcelain is what the guild wanted all along."),
    ],
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, encoder: Any) -> KnowledgeBase:
    """Two episodes about tea; Ben is also called Benny."""
    home = tmp_path_factory.mktemp("tea")
    for number, (identifier, talk) in enumerate(TALKS.items(), 1):
        episode = Episode(identifier, identifier, SHOW, number, "Talk", f"2021-01-0{number}", 90.0)
        turns = tuple(
            Turn(
                speaker, text, 20.0 * place, 20.0 * place + 19, "aligned", 0.4, None,
                tuple(Word(word, 20.0 * place + 0.3 * at, 20.0 * place + 0.3 * at + 0.2)
                      for at, word in enumerate(text.split())),
            )
            for place, (speaker, text) in enumerate(talk)
        )  # fmt: skip
        save_record(home, Record(episode, ()))
        save_transcript(home, Transcript(episode, turns, aliases={"Ben Okoro": "Benny Okoro"}), "made by a test")
    build(home, encoder)
    return open_base(Settings(home=home), encoder)


def marked(verification: Verification) -> list[tuple[str, str]]:
    return [(difference.said, difference.asked) for difference in verification.differences]


def test_verbatim_words_are_exact(base: KnowledgeBase) -> None:
    """Capitals, punctuation, line breaks and marks do not count; the citation is verbatim, with speaker and seconds."""
    found = verify(base, "KEEPS the soil\ndamp until noon — [applause] pickers start: at four")
    assert (found.result, found.differences) == ("exact", ())
    (citation,) = found.citations
    assert citation.quote == "keeps the soil damp until noon. [laughs] Pickers start at four,"
    assert (citation.episode.id, citation.turn, citation.speaker, citation.timing) == (OLD, 1, "Ben Okoro", "aligned")
    assert citation.start is not None
    assert 20.0 <= citation.start < 25.0


def test_every_place_is_cited_newest_first(base: KnowledgeBase) -> None:
    """What was said twice has two citations, that of the newer episode first."""
    found = verify(base, "Welcome to the tea show")
    assert found.result == "exact"
    assert [citation.episode.id for citation in found.citations] == [NEW, OLD]


@given(data=st.data())
def test_whatever_was_said_is_found(base: KnowledgeBase, data: st.DataObject) -> None:
    """Any three or more neighbouring words of a turn are exact there, whatever they are."""
    identifier = data.draw(st.sampled_from([OLD, NEW]))
    source = open_transcript(base.home, identifier)
    assert source is not None
    turn = data.draw(st.integers(0, len(source.transcript.turns) - 1))
    places = [place for place in source.places if place.turn == turn]
    first = data.draw(st.integers(0, len(places) - 3))
    last = data.draw(st.integers(first + 3, len(places)))
    text = source.transcript.turns[turn].text[places[first].start : places[last - 1].end]
    found = verify(base, text)
    assert found.result == "exact"
    assert (identifier, turn) in {(citation.episode.id, citation.turn) for citation in found.citations}
    for citation in found.citations:
        assert normalise(citation.quote) == normalise(text)


@pytest.mark.parametrize(
    ("text", "differences"),
    [
        (
            "Copper kettles lose their handles after eleven winters. Then a smith in the valley tins them again.",
            [("lining", "handles")],
        ),
        ("Copper kettles lose after eleven long winters. Then a smith", [("their lining", ""), ("", "long")]),
        ("Then a smith in the valley tins them once more.", [("again for us", "once more")]),
        ("My copper kettles lose their lining after eleven summers.", [("", "My"), ("winters", "summers")]),
        (
            "Tin pots lose their lining after eleven winters. Then a smith in the town",
            [("Copper kettles", "Tin pots"), ("valley", "town")],
        ),
        ("So: copper kettles lose their lining after eleven winters indeed", [("", "So"), ("", "indeed")]),
    ],
)
def test_near_words_come_with_every_difference(
    base: KnowledgeBase, text: str, differences: list[tuple[str, str]]
) -> None:
    """Changed, missing and added words are marked as the transcript and the asker wrote them; the quote is verbatim."""
    found = verify(base, text)
    assert found.result == "near"
    assert marked(found) == differences
    (citation,) = found.citations
    assert citation.quote in KETTLES
    assert (citation.speaker, citation.turn) == ("Ben Okoro", 3)


def test_sentences_joined_over_others_are_a_frankenquote(base: KnowledgeBase) -> None:
    """What was left out between two sentences of a turn is shown; each part is cited."""
    found = verify(
        base,
        "We grow every leaf on the northern slope, where fog keeps the soil damp. Nobody on our side has ever used "
        "a machine.",
    )
    assert found.result == "near"
    ((said, asked),) = marked(found)
    assert (said, asked) == (
        "until noon. [laughs] Pickers start at four, because the sun bleaches anything left out",
        "",
    )
    assert [citation.turn for citation in found.citations] == [1, 1]


@pytest.mark.parametrize(
    ("text", "turns", "elsewhere"),
    [
        (
            "because the sun bleaches anything left out. The harbour tax on imported porcelain was abolished",
            [(OLD, 1), (NEW, 1)],
            "The harbour tax on imported porcelain was abolished",
        ),
        (
            "Nobody on our side has ever used a machine. That is exactly what my grandmother told me.",
            [(OLD, 1), (OLD, 2)],
            "That is exactly what my grandmother told me",
        ),
    ],
)
def test_words_of_several_turns_are_a_frankenquote(
    base: KnowledgeBase, text: str, turns: list[tuple[str, int]], elsewhere: str
) -> None:
    """A text joined from two turns is near, both places are cited in its order, and the join is a difference."""
    found = verify(base, text)
    assert found.result == "near"
    assert [(citation.episode.id, citation.turn) for citation in found.citations] == turns
    assert marked(found) == [("", elsewhere)]


@pytest.mark.parametrize(
    "text",
    [
        "penguins inspect the printing press",
        "the soil was never damp and nobody in the valley grows a leaf with machines",
        "noon until damp soil the keeps fog where slope northern the on leaf every grow we",
        "zzz " * 400,
    ],
)
def test_what_nobody_said_is_not_found(base: KnowledgeBase, text: str) -> None:
    """Other words, the same words in other sentences, and the same words in another order are not found."""
    found = verify(base, text)
    assert (found.result, found.citations, found.differences) == ("not_found", (), ())


@pytest.mark.parametrize("speaker", ["Benny Okoro", "benny  OKORO", "okoro", None, "", "  "])
def test_the_right_speaker_is_exact(base: KnowledgeBase, speaker: str | None) -> None:
    """A speaker is named in whole or by some words of the name; no name asks nothing."""
    assert verify(base, "Copper kettles lose their lining", speaker).result == "exact"


def test_a_misattributed_quote_is_near(base: KnowledgeBase) -> None:
    """Right words under another name are near, with who did speak."""
    found = verify(base, "Copper kettles lose their lining", "Cleo")
    assert (found.result, marked(found)) == ("near", [("Benny Okoro", "Cleo")])
    assert found.citations[0].speaker == "Ben Okoro"
    changed = verify(base, "Copper kettles lose their good lining after eleven winters", "Cleo")
    assert marked(changed) == [("", "good"), ("Benny Okoro", "Cleo")]


def test_of_two_speakers_the_named_one_is_cited(base: KnowledgeBase) -> None:
    """Where two people said it, only the places of the named one are cited."""
    found = verify(base, "Welcome to the tea show", "Ada")
    assert found.result == "exact"
    assert [citation.speaker for citation in found.citations] == ["Ada"]


# --- over HTTP


def post(client: TestClient, **body: object) -> Any:
    return client.post("/api/quotes/verify", json=body)


def test_the_route_has_the_contracts_shape(client: TestClient) -> None:
    """POST /api/quotes/verify gives result, citations that resolve, and differences."""
    response = post(client, text="the harbour council paid for the lighthouse database")
    assert response.status_code == 200
    TypeAdapter(Verification).validate_python(response.json(), extra="forbid")
    (citation,) = response.json()["citations"]
    assert client.get(f"/api/quotes/{citation['id']}").json()["quote"] == citation["quote"]
    near = post(client, text="the harbour council paid for the lighthouse painting", speaker="Tobias").json()
    assert (near["result"], near["differences"]) == ("near", [{"said": "database", "asked": "painting"}])
    nothing = post(client, text="nobody ever said these words here").json()
    assert nothing == {"result": "not_found", "citations": [], "differences": [], "nearest": nothing["nearest"]}


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "two words"},
        {"text": "two words [laughs loudly]"},
        {"text": "word " * 401 + "w"},
        {"text": "x" * 2_001},
        {"text": None},
        {},
        {"text": "three good words", "speaker": "y" * 300},
    ],
)
def test_texts_out_of_bounds_are_refused(client: TestClient, empty: TestClient, body: dict[str, Any]) -> None:
    """3 to 400 words and at most 2,000 characters are compared; anything else is 422, on an empty library too."""
    for server in (client, empty):
        response = post(server, **body)
        assert (response.status_code, response.json()["errors"][0]["error"]) == (422, "ValidationError")


@pytest.mark.parametrize("text", ["a\0b c d", "\ud800 half a pair", "İ İ İ İ", "? a b c {{7*7}}", "a " * 400])
def test_odd_texts_are_answered(client: TestClient, text: str) -> None:
    """Anything within the bounds gets 200."""
    response = client.post(
        "/api/quotes/verify", content=json.dumps({"text": text}), headers={"content-type": "application/json"}
    )
    assert response.status_code == 200, response.text


def test_words_edited_away_are_not_confirmed(
    home: Path, encoder: Any, rewrite: Callable[[Path, str, int, str], None]
) -> None:
    """The index of yesterday confirms nothing that today's transcript does not hold."""
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        text = "the harbour council paid for the lighthouse database"
        assert post(client, text=text).json()["result"] == "exact"
        rewrite(home, "harbour-1-aaaa", 3, "Nothing like it is said here any more today.")
        assert post(client, text=text).json()["result"] == "not_found"


def test_the_first_to_ask_does_not_wait(home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server reads the words of its library before anybody asks, and once."""
    live = Live(Settings(home=home), encoder)
    live.warm()
    monkeypatch.setattr(Generation, "spoken", lambda generation: pytest.fail("read again"))
    assert verify(live.base(), "the harbour council paid for the lighthouse database").result == "exact"
    live.close()


def test_dropped_quotes_are_counted(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quote that fails its check never leaves, and the healthcheck says how many failed and why."""
    before = client.get("/healthcheck").json()["dropped_quotes"]
    assert set(before) == {"fabricated", "frankenquote", "misattributed", "mis-timed"}
    monkeypatch.setattr(answer, "fault_of", lambda quote, transcript: "misattributed")
    given = client.post("/api/answers", json={"question": "Which council paid for the lighthouse database?"}).json()
    assert (given["citations"], given["related"]) == ([], [])
    after = client.get("/healthcheck").json()["dropped_quotes"]
    assert after["misattributed"] > before["misattributed"]
    assert {name: count for name, count in after.items() if name != "misattributed"} == {
        name: count for name, count in before.items() if name != "misattributed"
    }


def test_counting_loses_nothing_among_threads() -> None:
    """Many threads may count at once."""
    before = verbatim_check.dropped()["mis-timed"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: verbatim_check.count_dropped("mis-timed"), range(2_000)))
    assert verbatim_check.dropped()["mis-timed"] == before + 2_000


# --- how it is said, and what is nearest


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory, encoder: Any) -> KnowledgeBase:
    """One turn with figures and abbreviations."""
    home = tmp_path_factory.mktemp("figures")
    episode = Episode("tea-1-aaaa", "1", SHOW, 1, "Figures", "2021-01-01", None)
    text = (
        "In 2005 the U.S. bought 5,000 kettles for £2.5 million. Ten per cent of them, don't ask me why, were copper. "
        "I looked after them for twenty-four years & a day."
    )
    save_record(home, Record(episode, ()))
    words = tuple(Word(word, None, None) for word in text.split())
    turns = (Turn("Ada", text, None, None, None, None, None, words),)
    save_transcript(home, Transcript(episode, turns), "made by a test")
    build(home, encoder)
    return open_base(Settings(home=home), encoder)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("in two thousand and five the US bought 5000 kettles", "In 2005 the U.S. bought 5,000 kettles"),
        ("kettles for two point five million pounds", "kettles for £2.5 million."),
        ("10% of them, dont ask me why", "Ten per cent of them, don't ask me why,"),
        ("I looked after them for 24 years and a day", "I looked after them for twenty-four years & a day."),
    ],
)
def test_figures_and_abbreviations_are_compared_as_they_are_said(figures: KnowledgeBase, text: str, quote: str) -> None:
    """However figures, sums and abbreviations are written, they are exact, and the quote is the transcript's."""
    found = verify(figures, text)
    assert (found.result, [citation.quote for citation in found.citations]) == ("exact", [quote])


def test_half_a_figure_is_a_difference(figures: KnowledgeBase) -> None:
    """Another sum is shown whole, as it is written on either side."""
    found = verify(figures, "In 2005 the US bought five hundred kettles for £2.5 million")
    assert (found.result, marked(found)) == ("near", [("5,000", "five hundred")])


def test_a_miss_has_the_three_nearest(base: KnowledgeBase) -> None:
    """What is not near is not found, with the whole sentences that share the most with it, the most alike first."""
    found = verify(base, "I think the sun bleaches the tea, and so we start before four every single morning")
    assert (found.result, len(found.nearest)) == ("not_found", 3)
    assert found.nearest[0].quote == "Pickers start at four, because the sun bleaches anything left out."
    assert verify(base, "zzz zzz zzz").nearest == ()
