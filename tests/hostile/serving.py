"""Servers over libraries that carry a text in every field, and the pages on which it shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from starlette.testclient import TestClient

from api.answer.question import replace_surrogates
from api.app import create_app
from api.episodes.transcripts import open_transcript
from api.quotes.quote import quote_at
from api.settings import Settings
from index.building.build import build
from ingest.library.records import Record, save_record, save_transcript
from ingest.transcript import Divergence, Episode, Role, Show, Transcript, Unheard, Unwritten
from tests.api.conftest import HashedStems, turn_of
from tests.api.lessons.scripted import miner_of
from tests.api.markup import Seen
from tests.hostile.dangers import parsed

# What the templates write where nobody is hostile: words, an address that may be linked, several lines, a mark.
PLAIN = ("plain words", "https://example.org/x", "two\nlines of words", "words [laughs] and words", "1 January 2021")
# Pages of what a library holds, and pages that are asked with a text.
STORED = [
    "/episodes/{id}",
    "/episodes/{id}?find={text}&q=number{number}",
    "/episodes/{id}/about",
    "/quotes/{quote}",
    "/embed/{quote}",
    "/people",
    "/?q=What+did+number{number}+say%3F&k=1",
    "/search?q=number{number}&k=2",
    "/verify?q=number{number}+said+it",
    "/lessons?episode={id}",
]
ASKED = [
    "/?q={text}&after={text}&k=1",
    "/?q=words&k=1&{filters}",
    "/search?q={text}&k=2",
    "/search?q=words&k=2&{filters}",
    "/episodes?q={text}&person={text}&show={text}&topic={text}&year={text}&page=1",
    "/lessons?theme={text}&person={text}&show={text}&page=1",
    "/lessons?kind={text}",
    "/lessons/report?theme={text}",
    "/lessons/review?theme={text}",
    "/lessons/{text}",
    "/episodes/{text}",
    "/episodes/{text}/about",
    "/quotes/{text}",
    "/embed/{text}",
    "/people/{text}",
    "/people?letter={text}",
    "/terms/{text}",
    "/terms?letter={text}",
    "/verify?q={text}&speaker={text}",
    "/verify?q=three+plain+words&speaker={text}",
    "/{text}",
]
_FILTERS = ("show", "episode", "speaker", "since", "until", "after", "cited")


@dataclass(frozen=True)
class Served:
    """A server over a library, with the text that each episode carries in every field, as stored and as given."""

    client: TestClient
    home: Path
    texts: dict[str, str]
    given: tuple[str, ...]

    def quote(self, episode: str) -> str:
        """The id of the quote that holds the text."""
        return quote_of(self.home, episode)


def quote_of(home: Path, episode: str) -> str:
    """The id of the quote that holds an episode's text."""
    source = open_transcript(home, episode)
    assert source is not None
    return quote_at(source, 0, sum(place.turn == 0 for place in source.places)).id


def address_of(home: Path, episode: str, text: str, path: str) -> str:
    """One of the paths above, filled in for an episode and the text that it carries."""
    sent = text.encode(errors="surrogatepass")
    fields = {"id": episode, "text": quote(sent, safe=""), "number": episode.split("-")[1]}
    if "{quote}" in path:
        fields["quote"] = quote_of(home, episode)
    if "{filters}" in path:
        fields["filters"] = urlencode(dict.fromkeys(_FILTERS, sent))
    return path.format(**fields)


def as_stored(text: str) -> str:
    """A text as a turn may hold it: no blank lines, no runs of blanks, no halves of pairs (contract)."""
    return "\n".join(" ".join(line.split()) for line in replace_surrogates(text).split("\n") if line.split())


def library_of(home: Path, texts: Sequence[str]) -> dict[str, str]:
    """One episode for each text, which stands in every field that the library keeps."""
    found = {}
    for number, text in enumerate(map(as_stored, texts)):
        identifier = f"hostile-{number}-aaaa"
        line = " ".join(text.split())
        episode = Episode(
            identifier,
            line,
            Show(f"show-{number % 5}", line, line),
            number,
            line,
            "2021-01-01",
            600.0,
            line,
            line,
            line,
        )
        turns = (
            turn_of(line, f"Number{number} said {text} about number{number} to us.", 3.0),
            turn_of(None, f"Somebody answered {text} to that.", 40.0, "estimated"),
        )
        divergence = Divergence(0.5, (Unheard(0, text, 1.0, 2.0),), (Unwritten(text, 5.0, 6.0),))
        save_record(home, Record(episode, ()))
        save_transcript(
            home, Transcript(episode, turns, {line: line}, divergence, {line: Role(text, 0, text)}), "made by a test"
        )
        found[identifier] = text
    return found


def served(home: Path, texts: tuple[str, ...]) -> Iterator[Served]:
    found = library_of(home, texts)
    encoder = HashedStems()
    with pytest.MonkeyPatch.context() as patch:  # every text is a lesson
        patch.setattr("index.mining.mine.find_lessons", miner_of(1, fewest_words=1))
        patch.setattr("index.mining.mine._follows", lambda *_: False)  # also what introduces somebody
        build(home, encoder)
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        yield Served(client, home, found, texts)


def pages_of(served: Served, path: str) -> Iterator[tuple[str, Seen]]:
    """Each page of one kind, with the text that it should show."""
    for (identifier, stored), text in zip(served.texts.items(), served.given, strict=True):
        address = address_of(served.home, identifier, text, path)
        response = served.client.get(address, headers={"accept": "text/html"})
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in response.headers["content-security-policy"]
        assert response.status_code < 500, f"{text!r}: {response.text}"
        yield stored, parsed(response.text)
