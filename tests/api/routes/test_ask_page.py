"""Ask: the question's box, the answer with its cards, the refusal, the follow-up; all without a script."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.answer.compose import Answer, Statement
from api.answer.conversation import Asking, ask
from api.answer.question import parse_question
from api.app import create_app
from api.quotes.citation_formats import as_text
from api.routes import ask_page
from api.settings import Settings
from index.building.build import build
from tests.api.conftest import HashedStems
from tests.api.markup import Element, Seen, seen

TIMED = "harbour-1-aaaa"
LIGHTHOUSE = "/?q=Which+council+paid+for+the+lighthouse+database%3F"


def cards(page: Seen) -> list[str]:
    return [" ".join(card.text.split()) for card in page.of_class("app-card")]


def test_the_first_page_says_whose_quotes_answer(
    client: TestClient, base_of: Callable[..., Any], encoder: HashedStems, tmp_path: Path
) -> None:
    """How many episodes can be asked, and of which podcast; an answer's page needs no introduction."""
    count = client.get("/healthcheck").json()["counts"]["episodes"]
    assert f"quotes from {count} episodes of 2 shows: who said it" in seen(client.get("/")).all("main")[0].text
    assert "who said it" not in seen(client.get(LIGHTHOUSE)).all("main")[0].text
    base_of({"one-1-aaaa": [("Ada Bell", "The ferry was late.")]})
    with TestClient(create_app(Settings(home=tmp_path), encoder)) as opened:
        (episode,) = opened.get("/api/episodes").json()["episodes"]
        said = f"quotes from 1 episode of {episode['show']['title']}: who said it"
        assert said in seen(opened.get("/")).all("main")[0].text
        (card,) = cards(seen(opened.get("/?q=Was+the+ferry+late%3F")))
        assert "Ada Bell Talk" in card, "the only show is not named again"


def test_an_answer_shows_quotes_that_can_be_heard(client: TestClient, served_base: Any) -> None:
    """A card has the words, who said them, where and when, the recording at the second, transcript and citation."""
    page = seen(client.get(LIGHTHOUSE))
    for text in (
        "“The harbour council paid for the lighthouse database from its winter budget.”",
        "Tobias Renn",
        "The Harbour Podcast",
        "Moving the records",
        "28 October 2021",
        "0:46",
    ):
        assert text in cards(page)[0]
    fragment = f"/api/episodes/{TIMED}/audio#t=46.0,51.9"
    assert page.all("audio", preload="none", src=fragment)
    play = page.of_class("app-play")[0]
    assert (play.attributes["href"], play.attributes["data-start"]) == (fragment, "46.0")
    assert play.text.startswith("Play from here")
    assert page.all("a", href=f"/episodes/{TIMED}#turn-3")
    citation = ask(served_base, Asking(parse_question("Which council paid for the lighthouse database?"))).citations[0]
    copy = page.of_class("app-copy")[0]
    assert copy.attributes == {
        "class": "govuk-link app-copy",
        "href": f"{citation.url}#cite",
        "data-text": as_text(citation, "http://testserver"),
    }
    assert page.all("a", href=citation.url)
    assert page.all("input", name="q")[0].attributes["value"] == "Which council paid for the lighthouse database?"


def test_the_numbers_of_cards_are_those_of_the_citations(client: TestClient, served_base: Any) -> None:
    """Cards are numbered from 1 in the order of the answer's citations, each an anchor of its own."""
    answer = ask(served_base, Asking(parse_question("Which council paid for the lighthouse database?")))
    page = seen(client.get(LIGHTHOUSE))
    assert len(page.of_class("app-card")) == len(answer.citations) > 0
    for number, card in enumerate(page.of_class("app-card"), 1):
        assert card.attributes["id"] == f"quote-{number}"
        assert answer.citations[number - 1].quote in card.text.replace("\u201c", "")


def test_each_quote_stands_in_context(client: TestClient, served_base: Any) -> None:
    """A card has what was said before and after its quote, which a link to the card itself shows."""
    answer = ask(served_base, Asking(parse_question("Which council paid for the lighthouse database?")))
    page = seen(client.get(LIGHTHOUSE))
    marked = [mark.text for mark in page.all("mark")]
    assert marked == [citation.quote for citation in answer.citations]
    links = [link.attributes["href"] for link in page.of_class("app-show")]
    assert links == [f"#quote-{number}" for number in range(1, len(marked) + 1)]
    assert [heading.text for heading in page.all("h4")] == ["What was said around quote 1"]
    around = [" ".join(turn.text.split()) for turn in page.of_class("app-around")]
    assert around == [
        "Mina Calder And where did the money come from in the end?",
        "Tobias Renn The harbour council paid for the lighthouse database from its winter budget.",
    ]


def test_left_out_words_of_the_context_are_marked(
    home: Path, encoder: HashedStems, rewrite: Callable[[Path, str, int, str], None]
) -> None:
    """An ellipsis stands where the turn, or the turn before, goes on, and none where all of it is shown."""
    long = " ".join(f"word{number}" for number in range(70))
    paid = "The harbour council paid for the lighthouse database from its winter budget."
    for number, text, wanted in (
        (
            2,
            f"{long}.",
            ["Mina Calder … " + " ".join(f"word{number}" for number in range(10, 70)) + ".", "Tobias Renn " + paid],
        ),
        (3, f"{paid} {long}.", ["Mina Calder", f"Tobias Renn {paid} " + " ".join(long.split()[:60]) + " …"]),
        (3, f"{long}. {paid}", ["Tobias Renn … " + " ".join(long.split()[10:]) + f". {paid}"]),
    ):
        rewrite(home, TIMED, number, text)
        build(home, encoder)
        with TestClient(create_app(Settings(home=home), encoder)) as opened:
            page = seen(opened.get(f"{LIGHTHOUSE}&k=1"))
        assert page.all("mark")[0].text == paid
        around = [" ".join(turn.text.split()) for turn in page.of_class("app-around")]
        assert len(around) == len(wanted)
        assert all(shown.startswith(words) for shown, words in zip(around, wanted, strict=True)), around


def test_a_quote_that_changed_meanwhile_is_still_shown(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its context, and without a link to it."""
    monkeypatch.setattr(ask_page, "context_of", lambda home, citation: None)
    page = seen(client.get(LIGHTHOUSE))
    assert "from its winter budget" in cards(page)[0]
    assert page.all("audio")
    assert not page.of_class("app-show")
    assert not page.of_class("app-context")


def test_every_link_of_an_answer_leads_somewhere(client: TestClient) -> None:
    """Links of an answer open, and the anchor is on the page they lead to."""
    page = seen(client.get(LIGHTHOUSE))
    for link in page.all("a"):
        address, _, anchor = str(link.attributes["href"]).partition("#")
        if address.startswith(("/", "http://testserver")) and "audio" not in address:
            target = client.get(address)
            assert target.status_code == 200, address
            assert not anchor or f'id="{anchor}"' in target.text, link.attributes["href"]


def test_the_title_says_how_it_went(client: TestClient) -> None:
    """The title of a page is what a screen reader says first: the outcome, then the question."""
    titles = {
        path: seen(client.get(path)).all("title")[0].text for path in ("/", LIGHTHOUSE, "/?q=walrus&since=2030-01-01")
    }
    assert titles["/"] == "Ask the podcast – Playback"
    assert titles[LIGHTHOUSE].partition(":")[0] in ("Answered", "Touched on")
    assert titles["/?q=walrus&since=2030-01-01"] == "Not answered: walrus – Playback"


def test_confidence_is_said_in_words(client: TestClient) -> None:
    """How sure Playback is stands above the quotes, with the date of the newest, and no bare number."""
    main = " ".join(seen(client.get(LIGHTHOUSE)).all("main")[0].text.split())
    assert any(f"Playback is {words} that this answers the question" in main for words in ("fairly sure", "not sure"))
    assert "The newest episode quoted is from 28 October 2021." in main


def test_an_estimate_is_said_to_be_one(client: TestClient) -> None:
    """A guessed time reads "about 12:34"."""
    assert "about 12:3" in cards(seen(client.get("/?q=quiet+Tuesday+before+breakfast&episode=2")))[0]


def test_what_is_not_answered_is_said(client: TestClient) -> None:
    """Without evidence the page says so and pretends nothing; the nearest quotes have no numbers."""
    page = seen(client.get("/?q=walrus&since=2030-01-01"))
    assert page.all("h2")[0].text == "The podcast does not answer this"
    assert not page.of_class("app-card")
    page = seen(client.get("/?q=Which+penguin+invented+the+telephone+database%3F"))
    assert page.all("h2")[0].text == "The podcast does not answer this"
    assert len(page.of_class("app-card")) <= 3
    assert not page.of_class("app-card__number")
    assert "They may be about something else" in page.all("main")[0].text


def test_filters_stay_in_the_address_and_the_form(client: TestClient) -> None:
    """The form is a GET whose fields show what was asked, so that a page can be sent to somebody."""
    page = seen(client.get("/?q=switch&show=harbour&speaker=Oluchi&since=2022-01-01&until=2022-12-31&episode=2&k=3"))
    fields = [field for field in page.all("input") if field.attributes.get("id") not in (None, "next")]
    values = {str(element.attributes["name"]): element.attributes["value"] for element in fields}
    assert values == {
        "q": "switch", "speaker": "Oluchi", "since": "2022-01-01", "until": "2022-12-31", "episode": "2", "k": "3"
    }  # fmt: skip
    assert "selected" in page.all("option", value="harbour")[0].attributes
    assert page.all("form")[0].attributes["method"] == "get"
    assert "Refine (filters are on)" in page.all("summary")[0].text
    assert len(page.of_class("app-card")) <= 3
    assert seen(client.get("/?q=switch&show=&speaker=&since=&until=&episode=&k=")).of_class("app-card")


def test_an_answer_has_an_address_to_copy(client: TestClient) -> None:
    """The address holds the question and the filters that were set, nothing else, and opens the same answer."""
    page = seen(client.get("/?q=What+switch%3F&speaker=Oluchi&since=&k=&thanks=yes"))
    link = next(link for link in page.of_class("app-copy") if "link to this answer" in link.text)
    assert link.attributes["href"] == "http://testserver/?q=What+switch%3F&speaker=Oluchi"
    assert cards(seen(client.get(str(link.attributes["href"])))) == cards(page)


def test_an_unknown_show_is_said_beside_its_field(client: TestClient) -> None:
    """The address of a show that was removed, or never was, names the nearest shows."""
    page = seen(client.get("/?q=x&show=harbor"), 422)
    reason = "No searchable show 'harbor' in this library; did you mean: harbour"
    assert page.all("a", href="#show")[0].text == reason
    assert reason in page.all("p", id="show-error")[0].text
    assert "show-error" in str(page.all("select", id="show")[0].attributes["aria-describedby"])


def sent(page: Seen) -> list[tuple[str, str]]:
    """The hidden fields of a page's follow-up form, as a browser would send them."""
    hidden = [
        (str(field.attributes["name"]), str(field.attributes["value"])) for field in page.all("input", type="hidden")
    ]
    return hidden[: next((place for place, (name, _) in enumerate(hidden) if name == "q"), len(hidden))]


def thread(page: Seen) -> Element:
    """The part of a page that shows the conversation so far."""
    return page.all("section", **{"aria-labelledby": "thread"})[0]


def test_the_thread_stands_above_the_answer(client: TestClient, served_base: Any) -> None:
    """Earlier questions stand oldest first with their first quote, closed, and a link to it; then the new question."""
    first = "Which council paid for the lighthouse database?"
    page = seen(client.get("/", params=[("q", first)]))
    assert not page.all("h2", id="thread")
    assert "You asked:" not in page.all("main")[0].text
    quote = ask(served_base, Asking(parse_question(first))).citations[0]
    for question in ("And why was that?", "And who rehearsed it?"):
        page = seen(client.get("/", params=[*sent(page), ("q", question)]))
    assert page.all("h2", id="thread")[0].text == "Earlier in this conversation"
    assert [heading.text for heading in page.all("h3")][:2] == [first, "And why was that?"]
    earlier = thread(page)
    assert quote.quote in earlier.text
    assert "First quote: Tobias Renn, Moving the records" in earlier.text
    assert page.all("a", href=f"/quotes/{quote.id}")
    assert "open" not in page.all("details", class_="govuk-details")[-1].attributes
    headings = [heading.attributes.get("id") for heading in page.all("h2")]
    assert headings == ["thread", "answer"]
    main = " ".join(page.all("main")[0].text.split())
    assert "You asked: And who rehearsed it?" in main
    assert f"Searched for: {first} And why was that? And who rehearsed it?" in main


def test_a_thread_says_where_it_has_no_quote(client: TestClient) -> None:
    """An earlier question without quotes, and one whose quote is gone, stand there all the same."""
    asked = [("after", "Where?"), ("cited", ""), ("after", "Why?"), ("cited", "gone.1.3.aaaaaaaaaa")]
    lines = thread(seen(client.get("/", params=[*asked, ("q", "And how?")]))).text.split("\n")
    said = [line.strip() for line in lines if line.strip()]
    assert said == [
        "Earlier in this conversation", "Where?", "No quote answered this.", "Why?",
        "The quote that answered this has changed or is gone."
    ]  # fmt: skip


@pytest.mark.parametrize("query", ["q=x&after=", "q=x&cited=y", "q=x&after=+&cited=y", "q=x&after=&after=&cited="])
def test_odd_threads_are_read_politely(client: TestClient, query: str) -> None:
    """Blank questions, and quotes without a question, are no thread."""
    assert not seen(client.get(f"/?{query}")).all("h2", id="thread")
    assert thread(seen(client.get("/?q=x&after=%00&cited=%00")))


@pytest.mark.parametrize("query", ["&after=y" * 11, "&after=" + "y" * 2_001, "&after=y&cited=" + "z" * 1_000])
def test_a_thread_is_bounded(client: TestClient, query: str) -> None:
    """At most ten questions of at most 2,000 characters, with at most eight quotes each."""
    assert client.get(f"/?q=x{query}", headers={"accept": "text/html"}).status_code == 422


def test_a_mended_follow_up_stays_in_its_thread(client: TestClient) -> None:
    """An empty follow-up is said to be empty; asked again from there, it still follows the first question."""
    first = "Which council paid for the lighthouse database?"
    page = seen(client.get("/", params=[("after", first), ("cited", "id"), ("q", "")]), 422)
    assert sent(page) == [("after", first), ("cited", "id")]


def test_an_answer_in_a_thread_has_an_address_to_copy(client: TestClient) -> None:
    """The address holds the whole thread, so that it opens the same answer."""
    asked = [("after", "Where?"), ("cited", ""), ("after", "Why?"), ("cited", "a.0.3.aaaaaaaaaa b.0.3.aaaaaaaaaa")]
    page = seen(client.get("/", params=[*asked, ("q", "And how?")]))
    link = next(link for link in page.of_class("app-copy") if "link to this answer" in link.text)
    again = seen(client.get(str(link.attributes["href"])))
    assert thread(again).text == thread(page).text
    assert sent(again) == sent(page)


def test_a_follow_up_carries_what_was_asked_before(client: TestClient) -> None:
    """The second box sends the earlier question, its best quote and the filters; what was searched is said."""
    page = seen(client.get("/?q=Why+did+the+office+leave+the+old+platform%3F&show=harbour"))
    form = next(form for form in page.all("form") if form.attributes.get("aria-label") == "Follow-up question")
    assert form.attributes["action"] == "/#answer"
    hidden = {str(field.attributes["name"]): field.attributes["value"] for field in page.all("input", type="hidden")}
    assert hidden["after"] == "Why did the office leave the old platform?"
    assert hidden["show"] == "harbour"
    followed = client.get("/", params={**hidden, "q": "And how long did that take?"})
    assert "Searched for:" in seen(followed).all("main")[0].text


@pytest.mark.parametrize(
    ("path", "field", "reason"),
    [
        ("/?q=+", "q", "The question is empty"),
        ("/?q=" + "x" * 2001, "q", "2,001 characters"),
        ("/?q=x&speaker=Mina", "speaker", "Mina Calder"),
        ("/?q=x&speaker=Olushi", "speaker", "No speaker 'Olushi' in this library; did you mean: Oluchi Varga"),
        ("/?q=x&episode=9", "episode", "No searchable episode '9'"),
        ("/?q=x&since=28+October", "since", "“Published from” must be a date"),
        ("/?q=x&until=x", "until", "“Published until” must be a date"),
    ],
)
def test_a_refused_question_stands_in_its_box_with_the_reason(
    client: TestClient, path: str, field: str, reason: str
) -> None:
    """What is wrong is said in a summary that links to the field, beside it and in the title; nothing is lost."""
    page = seen(client.get(path), 422)
    assert reason in page.of_class("govuk-error-summary")[0].text
    assert page.all("a", href=f"#{field}")
    assert reason in page.all("p", id=f"{field}-error")[0].text
    described = str(page.all("input", id=field)[0].attributes["aria-describedby"]).split()
    assert f"{field}-error" in described
    assert page.all("title")[0].text.startswith("Error: ")
    assert ("open" in page.all("details")[0].attributes) == (field != "q")


def test_several_faults_are_all_said(client: TestClient) -> None:
    """Each wrong filter is named, so that one try mends them all."""
    page = seen(client.get("/?q=x&speaker=Mina&since=1&until=2"), 422)
    assert len(page.of_class("govuk-error-message")) == 3


def test_a_hostile_question_is_text(client: TestClient) -> None:
    """Markup in a question, a filter or an earlier question is shown and not built."""
    question = '"><script>alert(6)</script>'
    hostile = {"q": question, "after": question, "cited": question}
    assert seen(client.get("/", params=hostile)).all("h3")[0].text == question
    page = seen(client.get("/", params=hostile | {"show": question, "episode": question}), 422)
    assert page.all("input", id="q")[0].attributes["value"] == question
    assert question in page.all("title")[0].text
    assert all("src" in script.attributes for script in page.all("script"))


def test_an_empty_library_says_what_to_run(empty: TestClient) -> None:
    """The page of an empty library works, and tells the command."""
    assert "playback ingest SOURCE" in seen(empty.get("/")).all("main")[0].text
    assert "playback ingest SOURCE" in seen(empty.get("/?q=x"), 503).all("main")[0].text
    assert "The question is empty" in seen(empty.get("/?q="), 422).all("main")[0].text


def test_questions_to_start_from_come_from_the_index(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What hosts asked is offered, each as a link that asks it; markup in it is text."""
    monkeypatch.setattr(
        "api.server.live_index.Live.starters", lambda live: ("Why & how did <b>you</b> move?", "Who paid?")
    )
    page = seen(client.get("/"))
    links = {link.text: link.attributes["href"] for link in page.all("a")}
    assert links["Why & how did <b>you</b> move?"] == "/?q=Why+%26+how+did+%3Cb%3Eyou%3C%2Fb%3E+move%3F"
    assert links["Who paid?"] == "/?q=Who+paid%3F"
    assert not page.all("b")


def test_the_first_page_waits_for_no_model(base_of: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the encoder is being loaded the box and the questions to start from are there already."""
    asked = "Why did the ferry office leave paper harbour maps behind?"
    said = "The ferry office lost a paper harbour map in every storm. " * 5
    base_of({"a": [("Mina", asked), ("Tobias", said)]})
    monkeypatch.setattr("api.server.live_index.Live.warm", lambda self: None)
    monkeypatch.setattr("api.server.live_index.open_base", lambda *_: pytest.fail("the first page loaded the encoder"))
    with TestClient(create_app(Settings(home=tmp_path))) as client:
        page = seen(client.get("/"))
    assert page.all("input", id="q")
    assert asked in [link.text for link in page.all("a")]


def test_a_broken_index_leaves_the_box(home: Path, encoder: Any) -> None:
    """A file that is not what was published is said to those who ask; the first page is there."""
    (home / "index" / "1" / "passages.sqlite").write_bytes(b"not what was published")
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        assert seen(client.get("/")).all("input", id="q")
        assert "playback index --rebuild" in seen(client.get("/?q=boats"), 503).all("main")[0].text


def test_a_term_of_the_glossary_is_explained_below_its_quote(base_of: Any, tmp_path: Any, encoder: Any) -> None:
    """The first card that says "MVP" marks it and says what it means, without a script; the quote stays verbatim."""
    base_of({"a": [("Ada", "Our fishing MVP was a paper form for trawlers, nothing more than that.")]})
    with TestClient(create_app(Settings(home=tmp_path), encoder)) as client:
        page = seen(client.get("/?q=What+was+the+fishing+MVP+for+trawlers%3F"))
    assert page.all("a", href="#term-mvp")[0].text == "MVP"
    meaning = page.all("div", id="term-mvp")[0].text
    assert "minimum viable product" in meaning
    assert (
        page.of_class("app-quote")[0].text == "“Our fishing MVP was a paper form for trawlers, nothing more than that.”"
    )


def test_statements_of_a_model_carry_the_numbers_of_their_quotes(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prose stands above the cards, each statement with links to the quotes it rests on; markup in it is text."""

    def in_prose(found: Answer, model: Any) -> Any:
        statement = Statement("The council <b>paid</b> for its MVP.", (found.citations[0].id, "gone.1.3.aaaaaaaaaa"))
        return lambda stop: replace(found, composer="a model", statements=(statement,))

    monkeypatch.setattr(ask_page, "rewording_of", in_prose)
    page = seen(client.get(LIGHTHOUSE))
    prose = page.of_class("govuk-body-l")[0].text
    assert prose == "The council <b>paid</b> for its MVP. [1]"
    assert page.all("a", href="#quote-1")[0].attributes["aria-label"] == "Quote 1"
    assert page.all("article", id="quote-1")
    assert "minimum viable product" in page.all("div", id="term-mvp")[0].text
