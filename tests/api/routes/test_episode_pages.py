"""The pages of episodes: found in the list, read, heard and downloaded, without JavaScript."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from index.building.build import build
from index.chunk import PassageShape
from ingest.library.records import (
    Record,
    edited_on,
    load_record,
    load_transcript,
    recording,
    save_record,
    save_transcript,
)
from ingest.transcript import Divergence, Episode, Show, Transcript, Turn, Unheard, Unwritten, Word
from tests.api.markup import Element, Seen, seen

TIMED, GUESSED, UNTIMED, WAITING = "harbour-1-aaaa", "harbour-2-bbbb", "harbour-3-cccc", "harbour-4-eeee"
HOSTILE = "odd-2020-01-02-dddd"


@pytest.fixture
def opened(home: Path, encoder: Any) -> Callable[..., Seen]:
    """A page of a library that the test has changed."""

    def read(path: str, status: int = 200) -> Seen:
        with TestClient(create_app(Settings(home=home), encoder)) as client:
            return seen(client.get(path), status)

    return read


def changed(home: Path, identifier: str, **facts: Any) -> None:
    """Change facts of an episode."""
    record = load_record(home, identifier)
    save_record(home, replace(record, episode=replace(record.episode, **facts)))


def titles(page: Seen) -> list[str]:
    return [heading.text for heading in page.all("h3")]


def link(page: Seen, text: str) -> str:
    return next(str(found.attributes["href"]) for found in page.all("a") if found.text == text)


def test_the_list_has_every_episode_the_newest_first(client: TestClient) -> None:
    """Each with its number, date, length and people; one that waits says so."""
    page = seen(client.get("/episodes"))
    assert page.all("h2")[0].text == "5 episodes"
    assert titles(page) == [
        "The Harbour Podcast #4",
        "The quiet switch",
        "Moving the records",
        "</title><script>alert(1)</script>",
        "Letters",
    ]
    first, second = (item.text for item in page.all("li") if "Harbour Podcast" in item.text and "minutes" in item.text)
    for text in ("Episode 2", "1 March 2022", "15 minutes", "Mina Calder, Oluchi Varga"):
        assert text in first
    assert "10 minutes" in second
    assert [tag.text.strip() for tag in page.of_class("govuk-tag")] == ["No transcript yet"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=switch", ["The quiet switch"]),
        ("q=oluch", ["The quiet switch"]),
        ("person=Tobias+Renn", ["Moving the records"]),
        ("person=Oluchi+Varga&person=Mina+Renn", ["The quiet switch", "Letters"]),
        ("year=2021&year=2022&sort=oldest", ["Moving the records", "The quiet switch"]),
        ("show=odd", ["</title><script>alert(1)</script>"]),
        ("person=Mina+Calder&sort=title", ["Moving the records", "The quiet switch"]),
        ("q=nothing", []),
    ],
)
def test_words_facets_and_order_stand_in_the_address(client: TestClient, query: str, expected: list[str]) -> None:
    """A GET narrows and orders the list, and the form shows what was asked."""
    page = seen(client.get(f"/episodes?{query}"))
    assert titles(page) == expected
    wanted = [part.split("=") for part in query.split("&")]
    chosen = [box for box in page.all("input", type="checkbox") if "checked" in box.attributes]
    assert sorted([str(box.attributes["name"]), str(box.attributes["value"]).replace(" ", "+")] for box in chosen) == (
        sorted(part for part in wanted if part[0] not in ("q", "sort"))
    )
    words = page.all("input", type="search")[0].attributes.get("value") or ""
    assert words == next((value for name, value in wanted if name == "q"), "")
    if not expected:
        assert "search the transcripts" in page.all("main")[0].text


def test_choices_have_counts_and_can_be_taken_off(client: TestClient) -> None:
    """A choice says how many episodes it has; a link for each that is on leads to the list without it."""
    page = seen(client.get("/episodes?person=Mina+Calder&year=2021&sort=title"))
    labels = [label.text for label in page.of_class("govuk-checkboxes__label")]
    assert "2022 (1)" in labels
    assert "Mina Calder (1)" in labels
    assert link(page, "Remove filter: Mina Calder") == "/episodes?year=2021&sort=title"
    assert link(page, "Remove filter: 2021") == "/episodes?person=Mina+Calder&sort=title"
    assert link(page, "Show all episodes") == "/episodes"
    assert link(seen(client.get("/episodes?year=2021")), "Remove filter: 2021") == "/episodes"


def test_a_long_list_has_pages(opened: Callable[..., Seen], home: Path) -> None:
    """Fifty a page; links to the other pages keep what was asked."""
    for number in range(120):
        episode = Episode(
            f"tide-{number}", f"t{number}", Show("tide", "Tides"), number, f"Tide {number:03}", "2020-01-01"
        )
        save_record(home, Record(episode, ()))
    page = opened("/episodes?show=tide&sort=title&page=2")
    assert page.all("h2")[0].text == "120 of 125 episodes"
    assert titles(page) == [f"Tide {number:03}" for number in range(50, 100)]
    assert page.of_class("app-episodes")[0].attributes["start"] == "51"
    assert page.all("a", rel="prev")[0].attributes["href"] == "/episodes?show=tide&sort=title"
    assert page.all("a", rel="next")[0].attributes["href"] == "/episodes?show=tide&sort=title&page=3"
    assert page.all("a", **{"aria-current": "page"})[-1].text.strip() == "2"
    assert titles(opened("/episodes?show=tide&sort=title&page=99"))[-1] == "Tide 119"


def test_an_odd_address_of_the_list_is_refused_in_words(client: TestClient) -> None:
    """An order that does not exist, a page before the first, more choices than there are."""
    for query in ("sort=random", "page=0", "page=x", "&".join(["year=1"] * 101), "q=" + "x" * 2001):
        seen(client.get(f"/episodes?{query}"), 422)


def test_an_empty_library_says_what_to_run(empty: TestClient) -> None:
    """There is nothing to narrow, so there is no form."""
    page = seen(empty.get("/episodes"))
    assert "playback ingest SOURCE" in page.all("main")[0].text
    assert not page.all("form")


def turns_of(page: Seen) -> list[Element]:
    return page.of_class("app-turn")


def test_a_transcript_has_an_anchor_for_every_turn(client: TestClient) -> None:
    """Turns count from 0, as in the interface; words and names are there, and each time is a link that plays."""
    page = seen(client.get(f"/episodes/{TIMED}"))
    turns = turns_of(page)
    assert [turn.attributes["id"] for turn in turns] == ["turn-0", "turn-1", "turn-2", "turn-3"]
    assert "Tobias Renn" in turns[1].text
    assert "We kept every mooring record." in turns[1].text
    assert link(page, "0:08") == "?t=8#turn-1"
    assert link(page, "0:01") == "?t=1.5#turn-0"
    assert page.all("audio", src=f"/api/episodes/{TIMED}/audio", preload="none")


def test_facts_lead_to_the_list(client: TestClient) -> None:
    """People are links to their pages, which list their episodes; the publisher's page is there; the show is above."""
    page = seen(client.get(f"/episodes/{TIMED}"))
    person = seen(client.get(link(page, "Tobias Renn")))
    assert any(item["href"] == f"/episodes/{TIMED}" for item in (one.attributes for one in person.all("a")))
    assert link(page, "The publisher’s page") == "https://example.org/harbour/1"
    assert len(titles(seen(client.get(link(page, "The Harbour Podcast"))))) == 4
    facts = page.of_class("app-facts")[0].text
    for text in ("The Harbour Podcast", "Episode 1", "28 October 2021", "10 minutes"):
        assert text in facts


def test_an_edited_transcript_says_since_when(opened: Callable[..., Seen], home: Path) -> None:
    """Who reads it knows that its words were others, and when they changed."""
    assert "were edited" not in opened(f"/episodes/{TIMED}").all("main")[0].text
    transcript = load_transcript(home, TIMED)
    assert transcript is not None
    first = replace(transcript.turns[0], text=f"{transcript.turns[0].text} Indeed.", words=())
    save_transcript(home, replace(transcript, turns=(first, *transcript.turns[1:])), "edited")
    page = opened(f"/episodes/{TIMED}")
    date = edited_on(home, TIMED)
    assert [time.attributes["datetime"] for time in page.all("time") if time.attributes.get("datetime") == date] == [
        date
    ]
    assert "The words of this transcript were edited on" in page.all("main")[0].text


def test_a_corrected_name_says_what_was_heard(opened: Callable[..., Seen], home: Path) -> None:
    """Who doubts a spelling can see what the model wrote; a page without corrections has no such list."""
    title = "Names and terms that are not spelt as they were heard"
    assert title not in opened(f"/episodes/{TIMED}").all("main")[0].text
    transcript = load_transcript(home, TIMED)
    assert transcript is not None
    heard = Turn(None, "Kat <b>", words=(Word("Kat", heard="Cat"), Word("<b>", heard="<i>")))
    save_transcript(home, replace(transcript, turns=(heard, heard, *transcript.turns)), "heard")
    items = [item.text for item in opened(f"/episodes/{TIMED}").all("li") if "heard as" in item.text]
    assert items == ["Kat: heard as “Cat”, 2 times", "b: heard as “i”, 2 times"]


def test_what_episodes_repeat_is_said_to_be_an_advert(opened: Callable[..., Seen], home: Path, encoder: Any) -> None:
    """Beside the turn that holds it, with its first words; without an index, and in other turns, nothing is said."""
    mark = "[advert or announcement repeated in other episodes]"
    advert = "Bramble Hill mattresses are made of recycled bicycle chains, " * 4 + "because your back deserves better."
    for identifier in (TIMED, GUESSED, UNTIMED):
        transcript = load_transcript(home, identifier)
        assert transcript is not None
        turns = (*transcript.turns, Turn(None, advert, words=tuple(map(Word, advert.split()))))
        save_transcript(home, replace(transcript, turns=turns, heard_by="Whisper tiny.en"), "heard")
    assert mark not in opened(f"/episodes/{TIMED}").all("main")[0].text
    build(home, encoder)
    said = [turn.text for turn in turns_of(opened(f"/episodes/{TIMED}"))]
    assert [mark in text for text in said] == [False] * (len(said) - 1) + [True]
    assert "Not searched: “Bramble Hill mattresses are made" in said[-1]


def test_downloads_are_those_that_exist(client: TestClient) -> None:
    """Formats that need times are offered only where there are some."""
    for identifier, expected in ((TIMED, ["json", "vtt", "srt", "md", "txt"]), (UNTIMED, ["json", "md", "txt"])):
        page = seen(client.get(f"/episodes/{identifier}"))
        paths = [str(found.attributes["href"]) for found in page.all("a") if "download" in found.attributes]
        assert [path.rpartition(".")[2] for path in paths] == expected
        assert {client.get(path).status_code for path in paths} == {200}


def test_a_place_in_the_address_is_where_the_recording_begins(client: TestClient) -> None:
    """With ?t= the recording's address has the time, and the turn that is spoken then is marked."""
    for place in ("41.5", "0:41.5", "45"):
        page = seen(client.get(f"/episodes/{TIMED}?t={place}"))
        audio = page.all("audio")[0]
        assert str(audio.attributes["src"]).startswith(f"/api/episodes/{TIMED}/audio#t=4")
        assert audio.attributes["preload"] == "metadata"
        assert [turn.attributes["id"] for turn in turns_of(page) if "aria-current" in turn.attributes] == ["turn-2"]
    for odd in ("x", "-1", "1e400", '"><script>'):
        page = seen(client.get(f"/episodes/{TIMED}", params={"t": odd}))
        assert page.all("audio", src=f"/api/episodes/{TIMED}/audio")


def test_links_of_times_lead_to_their_turn(client: TestClient) -> None:
    """Without JavaScript a time opens the page with the recording at that time, and what was looked for stays."""
    page = seen(client.get(f"/episodes/{TIMED}?find=platform&q=money"))
    address = link(page, "0:08")
    assert address == "?q=money&find=platform&t=8#turn-1"
    target = seen(client.get(f"/episodes/{TIMED}{address.partition('#')[0]}"))
    assert [turn.attributes["id"] for turn in turns_of(target) if "aria-current" in turn.attributes] == ["turn-1"]
    assert target.all("mark")


def test_words_are_found_without_javascript(client: TestClient) -> None:
    """Each place is marked in the text and counted, with links to the turns; the words stay in the field."""
    page = seen(client.get(f"/episodes/{TIMED}?find=old+PLATFORM"))
    assert [mark.text for mark in page.all("mark")] == ["old platform", "old platform"]
    assert page.all("p", id="count")[0].text == "2 found in turn 1, 2"
    assert link(page, "2") == "#turn-1"
    assert page.all("input", name="find")[0].attributes["value"] == "old PLATFORM"
    assert seen(client.get(f"/episodes/{TIMED}?find=penguin")).all("p", id="count")[0].text == "0 found"
    for hostile in ("<b>", "&amp;", "(", "\\", ".*", "[a"):
        assert not seen(client.get(f"/episodes/{TIMED}", params={"find": hostile})).all("mark")


def picture(response: Any) -> ElementTree.Element:
    """The timeline of a page, which must be sound XML by itself."""
    text = response.text
    begin = text.index('<svg id="timeline"')
    return ElementTree.fromstring(text[begin : text.index("</figure>", begin)].partition("<figcaption")[0])


def test_the_timeline_shows_who_speaks_when_in_picture_and_words(client: TestClient) -> None:
    """A strip for each speaker, a description for who cannot see it, and a table with the same."""
    response = client.get(f"/episodes/{TIMED}")
    svg = picture(response)
    assert svg.attrib["role"] == "img"
    named = {element.attrib["id"]: element.text or "" for element in svg if "id" in element.attrib}
    assert set(svg.attrib["aria-labelledby"].split()) <= set(named)
    assert named["timeline-title"] == "Who speaks when"
    assert named["timeline-text"].startswith("Mina Calder 32%, Tobias Renn 68% of all that is said, in 10:00.")
    paths = [path.attrib["d"] for path in svg.iter("path") if path.attrib["class"] != "app-strip"]
    # Mina speaks from 1.5 to 6.9 and from 40 to 44.9 seconds of 600; nothing is drawn narrower than it can be seen.
    assert paths[0] == "M2.5 0h9v1h-9zM66.7 0h8.1v1h-8.1z"
    cells = [found.text for found in seen(response).elements if found.name in ("th", "td")]
    assert cells[5:10] == ["Mina Calder", "0:01", "2", "0:10", "32%"]
    assert not [element for element in svg.iter() if "style" in element.attrib]


def test_guessed_times_are_hatched_and_said_to_be_guessed(client: TestClient) -> None:
    """An estimate reads "about", in the transcript and in the table, and its stretch of the picture is hatched."""
    response = client.get(f"/episodes/{GUESSED}")
    assert "about 12:34" in seen(response).of_class("app-turn")[1].text
    assert [use.attrib["href"] for use in picture(response).iter("use")] == ["#guessed", "#guessed"]
    assert "about 1:00" in seen(response).all("table")[0].text
    assert "Hatched" in response.text
    assert "Hatched" not in client.get(f"/episodes/{TIMED}").text


def test_the_passages_of_a_question_are_on_the_timeline_and_listed(client: TestClient) -> None:
    """With ?q= the hits of this episode are marks in the picture and links below it."""
    response = client.get(f"/episodes/{TIMED}?q=Which+council+paid+for+the+lighthouse+database%3F")
    marks = [
        float(rect.attrib["x"].rstrip("%"))
        for rect in picture(response).iter("rect")
        if rect.attrib.get("class") == "app-mark"
    ]
    page = seen(response)
    listed = next(found for found in page.all("ul") if "council" in found.text)
    assert "0:46" in listed.text
    assert any(mark == pytest.approx(100 * 46 / 600, abs=0.1) for mark in marks)
    assert "turn-3" in link(page, "0:46")
    # Another episode's hits are not this one's, a guess is none the less one, and no question has no hits.
    other = client.get(f"/episodes/{GUESSED}?q=lighthouse").text
    assert "Nearest to “lighthouse” at about 12:34" in other
    assert "The harbour council" not in other
    assert "Nearest to" not in client.get(f"/episodes/{TIMED}?q=+").text


def test_a_turn_is_listed_once(base_of: Callable[..., Any], tmp_path: Path, encoder: Any) -> None:
    """Passages overlap, so several can be nearest for the same turn; a reader is led there once."""
    said = " ".join(f"The lighthouse of harbour {number} was painted white again." for number in range(12))
    base = base_of({"a": [("Mina", "What about the lighthouse?"), ("Tobias", said)]}, shape=PassageShape(20, 1))
    assert base.generation.manifest.passages > 3
    with TestClient(create_app(Settings(home=tmp_path), encoder)) as client:
        page = seen(client.get("/episodes/a?q=lighthouse"))
    listed = next(found for found in page.all("ul") if "painted" in found.text)
    assert listed.text.count("Tobias") == 1


def test_an_episode_is_read_without_an_index(opened: Callable[..., Seen], home: Path) -> None:
    """Where nothing was published there are no hits; everything else is there."""
    (home / "index" / "current").unlink()
    page = opened(f"/episodes/{TIMED}?q=council")
    assert len(turns_of(page)) == 4
    assert "Nearest" not in page.all("main")[0].text


def test_an_episode_without_times_has_no_picture(client: TestClient) -> None:
    """Its turns are linked by number, and there is nothing to play."""
    page = seen(client.get(f"/episodes/{UNTIMED}"))
    assert not page.all("svg")
    assert link(page, "Turn 1") == "#turn-0"
    assert "no recording" in page.all("main")[0].text


def test_an_episode_that_waits_says_so(client: TestClient) -> None:
    """Facts, and a sentence in place of the transcript; no script is loaded for nothing."""
    page = seen(client.get(f"/episodes/{WAITING}"))
    assert "no transcript of this episode yet" in page.all("main")[0].text
    assert not page.all("form")
    assert not [script for script in page.all("script") if "episode" in str(script.attributes.get("src"))]


@pytest.mark.parametrize(
    ("url", "tag"),
    [("https://cdn.example.org/1.mp3", "audio"), ("http://cdn.example.org/1.mp3", "a"), ("javascript:alert(1)", None)],
)
def test_a_recording_that_cannot_play_here_is_a_link(
    opened: Callable[..., Seen], home: Path, url: str, tag: str | None
) -> None:
    """The content policy plays https: only; http: is linked to, anything else is no recording."""
    changed(home, TIMED, audio_url=url)
    own = recording(home, TIMED)
    assert own is not None
    own.unlink()
    page = opened(f"/episodes/{TIMED}")
    found = {element.name for element in page.elements for value in element.attributes.values() if value == url}
    assert found == ({tag} if tag else set())


def test_what_text_and_recording_do_not_share_is_said(opened: Callable[..., Seen], home: Path) -> None:
    """Words that were not heard stand below their turn, words and sounds that are not written between the turns."""
    transcript = load_transcript(home, TIMED)
    assert transcript is not None
    unheard = (
        Unheard(1, "Moving away took nineteen months", 20.0, 24.0),
        Unheard(2, transcript.turns[2].text, 40.0, 44.0),
    )
    unwritten = (Unwritten("an <advert> plays", 0.0, 1.2), Unwritten("purple teapots of note", 30.0, 33.0))
    divergence = Divergence(0.871, unheard, unwritten)
    save_transcript(home, replace(transcript, divergence=divergence), "by a test")
    page = opened(f"/episodes/{TIMED}")
    assert [note.text for note in page.of_class("app-differs")] == [
        "In the recording but not in the transcript, 0:00 to 0:01: “an <advert> plays”",
        "Not heard in the recording at 0:20: “Moving away took nineteen months”",
        "In the recording but not in the transcript, 0:24 to 0:44: “purple teapots of note”",
        "This part was not heard in the recording at 0:40.",
        "In the recording but not in the transcript, 0:51 to 10:00: no words were heard.",
    ]
    assert "87% of these words were heard in the recording" in page.all("main")[0].text
    assert "Not heard" in turns_of(page)[1].text


def test_hostile_text_is_text(client: TestClient) -> None:
    """A show, title, name and words with markup are shown as they are, in picture, table and list too."""
    page = seen(client.get(f"/episodes/{HOSTILE}?q=walrus&find=%3C/blockquote%3E"))
    assert [mark.text for mark in page.all("mark")] == ["</blockquote>"]
    assert '<img src=x onerror="alert(4)">' in page.all("table")[0].text
    assert not page.all("img")
    assert not page.all("audio")
    assert not page.all("b")


@pytest.mark.parametrize(("heard_by", "named"), [("Whisper tiny.en", "Whisper tiny.en"), (None, "Whisper")])
def test_heard_words_say_which_model_heard_them(
    opened: Callable[..., Seen], home: Path, heard_by: str | None, named: str
) -> None:
    """Where nobody wrote the words the page names the model, if it is known, and elsewhere it says nothing of it."""
    assert "misheard" not in opened(f"/episodes/{TIMED}").all("main")[0].text
    transcript = load_transcript(home, TIMED)
    assert transcript is not None
    turns = tuple(replace(turn, timing="heard") for turn in transcript.turns)
    save_transcript(home, replace(transcript, turns=turns, heard_by=heard_by), "heard")
    page = opened(f"/episodes/{TIMED}")
    assert f"These are the words that {named} heard." in page.all("main")[0].text


def test_heard_words_that_were_made_again_were_not_edited(opened: Callable[..., Seen], home: Path) -> None:
    """They changed, for example because a later version spells them otherwise; nobody wrote them."""
    transcript = load_transcript(home, TIMED)
    assert transcript is not None
    turns = tuple(replace(turn, timing="heard") for turn in transcript.turns)
    first = replace(turns[0], text=f"{turns[0].text} Indeed.", words=())
    save_transcript(home, replace(transcript, turns=(first, *turns[1:]), heard_by="Whisper tiny.en"), "heard")
    text = opened(f"/episodes/{TIMED}").all("main")[0].text
    assert "The words of this transcript changed on" in text
    assert "were edited" not in text


def test_what_only_scripts_can_do_is_hidden_until_they_run(client: TestClient) -> None:
    """Without JavaScript there is no button that does nothing."""
    page = seen(client.get(f"/episodes/{TIMED}"))
    for name in ("follow", "steps", "keys", "back"):
        (element,) = [found for found in page.elements if found.attributes.get("id") == name]
        assert "hidden" in element.attributes


def test_four_hours_stay_small(opened: Callable[..., Seen], home: Path) -> None:
    """3,000 turns: at most 130 bytes of markup for each, and 6 kB of picture."""
    turns = tuple(
        Turn(("Ann", "Bob", "Cy")[n % 3], "Words.", 4.8 * n, 4.8 * n + 4, "aligned", 0.4) for n in range(3000)
    )
    transcript = load_transcript(home, TIMED)
    assert transcript is not None
    save_transcript(home, Transcript(transcript.episode, turns), "by a test")
    changed(home, TIMED, duration=14_400.0)
    with TestClient(create_app(Settings(home=home), None)) as client:
        text = client.get(f"/episodes/{TIMED}").text
    picture = text[text.index("<svg id") : text.index("</figure>")]
    assert len(picture) < 20_000
    assert len(text) - len(picture) < 3000 * 160


@pytest.mark.parametrize("method", ["get", "head"])
def test_an_unknown_episode_is_not_found(client: TestClient, method: str) -> None:
    """A page says so."""
    assert getattr(client, method)("/episodes/none", headers={"accept": "text/html"}).status_code == 404
