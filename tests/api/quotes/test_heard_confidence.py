"""Words that only Whisper wrote say so and how surely they were heard; they rank lower and are never certain."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.answer.compose import Answer, ask, find
from api.answer.confidence import CONFIDENT, as_surely_as_heard
from api.answer.hits import open_hits
from api.answer.question import parse_question
from api.app import create_app
from api.episodes.transcripts import open_transcript, place_words
from api.knowledge_base import KnowledgeBase, open_base
from api.quotes.citation import Citation, citation_of
from api.quotes.citation_formats import as_html, as_markdown, as_text, quotation
from api.quotes.heard_confidence import WEAK, heard_confidence, heard_remark, share_right, weak_words
from api.quotes.quote import quote_at
from api.settings import Settings
from api.terminal.text import answer_text, hits_text
from index.building.build import build
from index.fitted import usual
from ingest.library.records import Record, episode_folder, save_record, save_transcript
from ingest.transcript import Episode, Show, Timing, Transcript, Turn, Word
from tests.api.conftest import HashedStems
from tests.api.markup import seen

MISHEARD, SURELY = "as heard, may be misheard", "as heard by Whisper"
PAID = "The harbour council paid for the lighthouse database from its winter budget."
QUESTION = "Harbour council paid lighthouse database winter budget?"
FERRY = "The ferry was late again because nobody had mended its engine in time."
Save = Callable[..., KnowledgeBase]


def heard_turn(text: str, probabilities: list[float | None], start: float = 0.0) -> Turn:
    """A turn that Whisper heard, half a second a word."""
    words = tuple(
        Word(piece, start + 0.5 * place, start + 0.5 * place + 0.4, probability)
        for place, (piece, probability) in enumerate(zip(text.split(), probabilities, strict=True))
    )
    return Turn(None, text, start, words[-1].end, "heard", 0.5, None, words)


def like(text: str, probability: float | None) -> Turn:
    """A turn whose words were all heard with this probability."""
    return heard_turn(text, [probability] * len(text.split()))


@pytest.fixture
def base_with(tmp_path: Path, encoder: HashedStems) -> Save:
    """Make the opened base of a library with one episode of these turns."""

    def made(*turns: Turn) -> KnowledgeBase:
        episode = Episode("tea-1-aaaa", "g1", Show("tea", "Tea"), 1, "Talk", "2021-01-01")
        save_record(tmp_path, Record(episode, ()))
        save_transcript(tmp_path, Transcript(episode, turns), "made by a test")
        build(tmp_path, encoder)
        return open_base(Settings(home=tmp_path), encoder)

    return made


@pytest.fixture
def client(tmp_path: Path, encoder: HashedStems) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=tmp_path), encoder)) as opened:
        yield opened


def answer_of(base: KnowledgeBase) -> Answer:
    return ask(base, parse_question(QUESTION))


def cited(base: KnowledgeBase) -> Citation:
    return answer_of(base).citations[0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.data())
def test_it_is_the_mean_probability_of_the_words(probabilities: list[float], data: st.DataObject) -> None:
    """Of exactly the words of the quote, whatever is said around it."""
    turn = heard_turn(" ".join(f"w{place}" for place in range(len(probabilities))), list(probabilities))
    first = data.draw(st.integers(0, len(probabilities) - 1))
    last = data.draw(st.integers(first, len(probabilities) - 1))
    pieces = turn.text.split()
    start = len(" ".join(pieces[:first])) + (first > 0)
    end = start + len(" ".join(pieces[first : last + 1]))
    assert heard_confidence(turn, start, end) == pytest.approx(mean(probabilities[first : last + 1]))


@pytest.mark.parametrize("timing", ["published", "aligned", "estimated", None])
def test_words_that_people_wrote_have_none(timing: Timing | None) -> None:
    """Only where Whisper alone gave the words are they in doubt."""
    turn = replace(like(PAID, 0.3), timing=timing)
    assert heard_confidence(turn, 0, len(PAID)) is None
    assert share_right(turn.timing, None) == 1
    assert heard_remark(turn.timing, None) is None


def test_marks_do_not_count() -> None:
    """A mark was not heard as words, so it has no probability."""
    turn = heard_turn("[music] Good morning all", [None, 0.5, 0.7, 0.9])
    assert heard_confidence(turn, 0, len(turn.text)) == pytest.approx(0.7)
    assert heard_confidence(turn, 0, len("[music]")) is None


def test_the_weak_words_are_named() -> None:
    """Those that are about as likely to be wrong as right, in order, each once, without the punctuation around them."""
    turn = heard_turn("Their eye, link is new eye", [0.9, 0.2, 0.49, None, 0.5, 0.3])
    assert weak_words(turn, 0, len(turn.text)) == ("eye", "link")
    assert weak_words(turn, len("Their eye, "), len(turn.text)) == ("link", "eye")


def test_the_page_of_a_quote_names_its_weak_words(base_with: Save, client: TestClient) -> None:
    """Only those of the quote, not of the sentences around it; and nothing where there are none."""
    home = base_with(heard_turn(f"{FERRY} {PAID}", [0.1] * 13 + [0.9, 0.4] + [0.9] * 9 + [0.3])).home
    opened = open_transcript(home, "tea-1-aaaa")
    assert opened is not None
    page = client.get(f"/quotes/{quote_at(opened, 13, 12).id}").text
    assert "Whisper was least sure of “harbour”, “budget”." in page
    assert "least sure" not in client.get(cited(base_with(like(PAID, 0.9))).url).text


def test_unknown_is_not_sure() -> None:
    """Heard words of unknown probability, from an earlier version, are in doubt."""
    assert share_right("heard", None) < WEAK
    assert heard_remark("heard", None) == MISHEARD


@pytest.mark.parametrize(("probability", "remark"), [(0.6, MISHEARD), (None, MISHEARD), (0.97, SURELY)])
def test_every_door_says_so(
    base_with: Save,
    client: TestClient,
    probability: float | None,
    remark: str,
) -> None:
    """Card, quote page, frame, search, terminal and every format to copy."""
    base = base_with(like(PAID, probability))
    citation = cited(base)
    other = ({MISHEARD, SURELY} - {remark}).pop()
    for page in (f"/?q={QUESTION}", citation.url, f"/embed/{citation.id}", "/search?q=lighthouse"):
        facts = seen(client.get(page)).of_class("app-facts")[-1]  # the search page also has those of the episode
        assert remark.capitalize().replace("whisper", "Whisper") in facts.text
        assert other.removeprefix("as") not in facts.text
    for text in (as_text(citation, ""), as_markdown(citation, ""), as_html(citation, "")):
        assert remark in text
    assert quotation(citation, "")["description"] == remark
    assert remark in answer_text(answer_of(base))
    assert remark in hits_text(open_hits(base, find(base, parse_question(QUESTION), 1)))


def test_every_json_has_it(base_with: Save, client: TestClient, tmp_path: Path) -> None:
    """Answer, stream, quote and verification give the same number, to three decimals."""
    base_with(heard_turn(PAID, [0.9, 0.95, 1.0] * 4))
    asked = {"question": QUESTION}
    answer = client.post("/api/answers", json=asked).json()
    (citation,) = answer["citations"]
    assert citation["heard_confidence"] == 0.95
    assert client.get(f"/api/quotes/{citation['id']}").json()["heard_confidence"] == 0.95
    verified = client.post("/api/quotes/verify", json={"text": PAID}).json()["citations"]
    assert [one["heard_confidence"] for one in verified] == [0.95]
    stream = client.post("/api/answers", json=asked, headers={"Accept": "text/event-stream"}).text
    (first,) = json.loads(stream.split("\n")[1].removeprefix("data: "))
    assert first["heard_confidence"] == 0.95


def test_what_people_wrote_is_not_marked(base_with: Save, client: TestClient) -> None:
    """No door doubts words that somebody wrote, and their quotes say null."""
    citation = cited(base_with(replace(like(PAID, None), timing="aligned")))
    assert citation.heard_confidence is None
    for page in (f"/?q={QUESTION}", citation.url, f"/embed/{citation.id}", "/search?q=lighthouse"):
        assert "as heard" not in client.get(page).text.lower()
    assert "heard" not in as_text(citation, "")
    assert "description" not in quotation(citation, "")


def test_among_equals_the_surer_words_come_first(base_with: Save) -> None:
    """Of two turns that say the same, the one that was heard more surely is quoted, wherever it stands."""
    for one, other in ((0.5, 0.9), (0.9, 0.5)):
        assert cited(base_with(like(PAID, one), like(PAID, other))).heard_confidence == 0.9


def test_a_damaged_transcript_harms_no_answer_from_another_episode(
    base_with: Save, encoder: HashedStems, tmp_path: Path
) -> None:
    """How surely its words were heard counts as unknown; only an answer that would quote it fails."""
    base_with(like(FERRY, 0.9))
    other = Episode("tea-2-bbbb", "g2", Show("tea", "Tea"), 2, "More", "2021-01-02")
    save_record(tmp_path, Record(other, ()))
    save_transcript(tmp_path, Transcript(other, (like(PAID, 0.96),)), "made by a test")
    build(tmp_path, encoder)
    (episode_folder(tmp_path, "tea-1-aaaa") / "transcript.json").write_text("{")
    answer = ask(open_base(Settings(home=tmp_path), encoder), parse_question(QUESTION), k=1)
    assert [citation.quote for citation in answer.citations] == [PAID]


def test_doubt_lowers_the_score_smoothly(base_with: Save) -> None:
    """The same words score the less the less surely they were heard, and the most where somebody wrote them."""
    turns = [like(PAID, probability) for probability in (0.0, 0.3, 0.6, 0.9, 1.0)]
    scores = [cited(base_with(turn)).score for turn in turns]
    assert scores == sorted(set(scores))
    assert scores[-1] == cited(base_with(replace(turns[0], timing="aligned"))).score
    assert scores[-1] - scores[0] < 0.1


def test_better_words_win_over_surer_ones(base_with: Save) -> None:
    """Doubt is a small thing beside what the words say: what answers the question is quoted first."""
    answer = ask(base_with(like(FERRY, 0.99), like(PAID, 0.7)), parse_question("Which council paid for the database?"))
    assert (answer.citations or answer.related)[0].quote == PAID


@pytest.mark.parametrize("probability", [None, 0.0, WEAK - 0.01])
def test_no_answer_rests_surely_on_weak_words(base_with: Save, client: TestClient, probability: float | None) -> None:
    """Such an answer touches on the question at most, in JSON and in the words of the page; it is not withheld."""
    sure = answer_of(base_with(replace(like(PAID, None), timing="aligned")))
    assert sure.status == "answered"
    doubted = answer_of(base_with(like(PAID, probability)))
    assert (doubted.status, doubted.citations[0].quote) == ("partial", PAID)
    assert usual().touches <= doubted.confidence < CONFIDENT
    main_text = " ".join(seen(client.get(f"/?q={QUESTION}")).all("main")[0].text.split())
    assert "The podcast touches on this" in main_text or "The podcast may answer this" in main_text
    assert "Playback is not sure that this answers the question" in main_text


def test_surely_heard_words_answer(base_with: Save) -> None:
    """An answer is as sure as its first quote's words, and no surer."""
    answer = answer_of(base_with(like(PAID, 0.96)))
    assert answer.status == "answered"
    assert answer.confidence == pytest.approx(min(0.96, answer_of(base_with(like(PAID, 1.0))).confidence))


@given(st.floats(0, 1), st.none() | st.floats(0, 1))
def test_doubt_never_raises_a_confidence(estimate: float, probability: float | None) -> None:
    """It lowers an answer to "touches on this" at most, and a refusal stays as it is."""
    transcript = Transcript(Episode("tea-1-aaaa", "g1", Show("tea", "Tea")), (like(PAID, probability),))
    citation = citation_of(quote_at(place_words(transcript), 0, 12))
    fitted = usual()
    lowered = as_surely_as_heard(estimate, (citation,), fitted)
    assert lowered <= estimate
    assert (lowered >= fitted.touches) == (estimate >= fitted.touches)
    if heard_remark("heard", citation.heard_confidence) == MISHEARD:
        assert lowered < CONFIDENT
    written = replace(citation, timing="aligned", heard_confidence=None)
    assert as_surely_as_heard(estimate, (written,), fitted) == estimate
    assert as_surely_as_heard(estimate, (), fitted) == estimate
