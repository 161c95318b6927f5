"""A speaker's role goes with the quote and stands in the transcript where they first speak."""

from pathlib import Path

from starlette.testclient import TestClient

from api.app import create_app
from api.episodes.transcripts import place_words
from api.quotes.citation import citation_of
from api.quotes.quote import quote_at
from api.settings import Settings
from ingest.library.records import Record, save_record, save_transcript
from ingest.transcript import Episode, OfficialTurn, Role, Show, Transcript, untimed

EPISODE = Episode("tea-1-abcd", "g-1", Show("tea", "Tea show"))
TALK = (
    ("Bo Finch", "Welcome."),
    ("Ada Lee", "I'm the head of tea <b>and</b> cakes."),
    ("Bo Finch", "Good."),
    ("Ada Lee", "It is a fine thing to be."),
)
TURNS = tuple(untimed(OfficialTurn(*said)) for said in TALK)
TRANSCRIPT = Transcript(EPISODE, TURNS, roles={"Ada Lee": Role("head of tea <b>and</b> cakes", 1, TURNS[1].text)})


def test_a_citation_has_the_role_that_is_said() -> None:
    """Whatever its speaker says is cited with it; the citations of others have null."""
    source = place_words(TRANSCRIPT)
    later = citation_of(quote_at(source, len(source.places) - 3, 3))
    assert (later.speaker, later.role) == ("Ada Lee", "head of tea <b>and</b> cakes")
    assert citation_of(quote_at(source, 0, 1)).role is None


def test_pages_show_the_role(tmp_path: Path) -> None:
    """On a quote, and once in the transcript, at the first turn of the speaker; escaped like all that is said."""
    save_record(tmp_path, Record(EPISODE, ()))
    save_transcript(tmp_path, TRANSCRIPT, "made by a test")
    source = place_words(TRANSCRIPT)
    shown = "Ada Lee</strong>, head of tea &lt;b&gt;and&lt;/b&gt; cakes"
    with TestClient(create_app(Settings(home=tmp_path))) as client:
        transcript = client.get(f"/episodes/{EPISODE.id}").text
        quote = client.get(f"/quotes/{quote_at(source, len(source.places) - 3, 3).id}").text
    assert transcript.count(shown) == 1
    assert transcript.index('id="turn-1"') < transcript.index(shown) < transcript.index('id="turn-2"')
    assert shown.replace("</strong>", "</a></strong>") in quote  # the name leads to the person's page
