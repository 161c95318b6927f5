"""A hostile feed with hostile notes and captions, through the real pipeline, to every page and form of its episodes."""

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.episodes.transcripts import OpenedTranscript, open_transcript
from api.quotes.quote import quote_at
from api.settings import Settings
from index.building.build import build
from ingest.pipeline import IngestSettings, Outcome, ingest_episode
from ingest.sources import register_source
from tests.api.commonmark import tokens
from tests.api.conftest import HashedStems
from tests.hostile.dangers import dangers, parsed, vocabulary

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:podcast="https://podcastindex.org/namespace/1.0">'
)


def in_xml(text: str) -> str:
    """A text in XML, without the characters that XML cannot hold."""
    return escape(
        "".join(letter for letter in text if letter in "\t\n\r" or " " <= letter < "\ud800" or letter > "\udfff")
    )


def notes_of(number: int, text: str) -> str:
    """Show notes in which the text stands once as text and once as the markup that it is."""
    return (
        "<p>The transcript follows:</p>"
        f"<p>Mina Calder:</p><p>Number{number} begins with {escape(text)} and goes on with a few more words.</p>"
        f"<p>Tobias Renn:</p><p>I answer {text} and then some more, so that it is worth reading.</p>"
        f"<p>{escape(text)}:</p><p>Whoever I am, I say {escape(text)} as well.</p>"
    )


def captions_of(number: int, text: str) -> tuple[str, str]:
    """A file of captions, its ending and its text, with the text raw in its words and names."""
    words = f"Number{number} begins with {text} and goes on."
    if number % 3 == 0:
        return "vtt", (
            f"WEBVTT {text}\n\nNOTE {text}\n\n{text}\n00:00:01.000 --> 00:00:05.000 align:{text}\n<v {text}>{words}\n\n"
            "00:00:05.000 --> 00:00:09.000\n<v Tobias Renn>I answer that at once.\n"
        )
    if number % 3 == 1:
        return "srt", (
            f"1\n00:00:01,000 --> 00:00:05,000\nMina: {words}\n\n"
            f"2\n00:00:05,000 --> 00:00:09,000\n{text}: I answer that.\n"
        )
    segments = [
        {"speaker": text, "startTime": 1.0, "endTime": 5.0, "body": words},
        {"speaker": "Tobias Renn", "startTime": 5.0, "endTime": 9.0, "body": f"I answer {text} at once."},
    ]
    return "json", json.dumps({"version": text, "segments": segments})


def item_of(number: int, text: str, captions: str | None) -> str:
    # Titles are text or HTML as the feed likes, so that in every second one the text is escaped once more.
    said = in_xml(escape(text) if captions else text)
    transcript = f'<podcast:transcript url="{captions}" type="text/plain"/>' if captions else ""
    notes = "" if captions else f"<content:encoded>{in_xml(notes_of(number, text))}</content:encoded>"
    return (
        f"<item><title>{said}</title><link>{said}</link><guid>{number} {said}</guid><description>{said}</description>"
        f'<enclosure url="{said}" type="audio/mpeg" length="1"/><itunes:episode>{number}</itunes:episode>'
        f"<pubDate>Thu, 03 Sep 2026 06:00:00 +0000</pubDate><itunes:duration>{said}</itunes:duration>"
        f'<podcast:person role="{said}" href="{said}">{said}</podcast:person><podcast:license url="{said}">{said}'
        f"</podcast:license>{transcript}{notes}</item>"
    )


def ingested(folder: Path, texts: tuple[str, ...]) -> list[Outcome]:
    """Ingest one feed with an episode of notes and one of captions for each text; nothing is fetched."""
    items = []
    for number, text in enumerate(texts):
        ending, captions = captions_of(number, text)
        name = f"{number}.{ending}"
        (folder / name).write_text(captions, "utf-8", errors="surrogatepass")
        items += [item_of(2 * number, text, None), item_of(2 * number + 1, text, name)]
    said = in_xml(texts[0])
    channel = f"<channel><title>{said}</title><link>{said}</link><description>{said}</description>{''.join(items)}"
    feed = folder / "feed.xml"
    feed.write_text(f"{_HEAD}{channel}</channel></rss>", "utf-8")
    home = folder / "home"
    source = register_source(str(feed), home)
    return [ingest_episode(episode, home, IngestSettings(audio=False)) for episode in source.episodes]


@pytest.fixture(scope="module")
def outcomes(texts: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Outcome]]:
    folder = tmp_path_factory.mktemp("fed")
    return folder / "home", ingested(folder, texts)


@pytest.fixture(scope="module")
def client(outcomes: tuple[Path, list[Outcome]]) -> Iterator[TestClient]:
    encoder = HashedStems()
    build(outcomes[0], encoder)
    with TestClient(create_app(Settings(home=outcomes[0]), encoder)) as opened:
        yield opened


@pytest.fixture(scope="module")
def quotes(outcomes: tuple[Path, list[Outcome]]) -> list[str]:
    """The id of the first quote of each episode."""
    sources = [open_transcript(outcomes[0], outcome.episode.id) for outcome in outcomes[1]]
    return [quote_at(source, 0, min(5, _words_of_first_turn(source))).id for source in sources if source is not None]


def _words_of_first_turn(source: OpenedTranscript) -> int:
    return sum(place.turn == source.places[0].turn for place in source.places)


def test_a_hostile_feed_is_ingested(texts: tuple[str, ...], outcomes: tuple[Path, list[Outcome]]) -> None:
    """Every item becomes an episode with a transcript, except those that name the same recording."""
    assert {outcome.status for outcome in outcomes[1]} == {"ingested"}
    assert len(outcomes[1]) > 2 * len(texts) - 5


def test_addresses_that_are_kept_lead_to_the_web(outcomes: tuple[Path, list[Outcome]]) -> None:
    """An episode has an address of the web, one of this server, or none."""
    for outcome in outcomes[1]:
        for address in (outcome.episode.page_url, outcome.episode.audio_url, outcome.episode.show.page_url):
            assert address is None or address.startswith(("https://", "http://", "/api/"))


def test_its_pages_do_nothing(
    client: TestClient, outcomes: tuple[Path, list[Outcome]], quotes: list[str], plain_vocabulary: set[tuple[str, str]]
) -> None:
    """Pages of every episode and of its first quote have our elements, attributes, scripts and links only."""
    assert len(quotes) == len(outcomes[1])
    paths = [f"/episodes/{outcome.episode.id}" for outcome in outcomes[1]]
    paths += [f"/quotes/{identifier}" for identifier in quotes]
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, response.text
        page = parsed(response.text)
        assert vocabulary(page) <= plain_vocabulary, path
        assert not dangers(page), path


def test_its_lists_do_nothing(client: TestClient) -> None:
    """Its show, its people and its titles are as harmless where many stand together."""
    for path in ("/", "/search", "/search?q=answer&k=50", "/episodes", "/episodes?page=5", "/?q=Who+begins+with+words"):
        response = client.get(path)
        assert response.status_code == 200
        assert not dangers(parsed(response.text)), path


def test_its_transcripts_can_be_had(client: TestClient, outcomes: tuple[Path, list[Outcome]]) -> None:
    """Every form of every transcript is written, and its Markdown holds no element and links only to the web."""
    for outcome in outcomes[1]:
        forms = {
            form: client.get(f"/api/episodes/{outcome.episode.id}/transcript.{form}")
            for form in ("json", "vtt", "srt", "md", "txt")
        }
        assert {response.status_code for response in forms.values()} == {200}
        found = tokens(forms["md"].text)
        assert not [token for token in found if token.type.startswith("html")], forms["md"].text
        for token in found:
            if token.type == "link_open":
                assert str(token.attrs["href"]).startswith(("http://", "https://")), forms["md"].text
