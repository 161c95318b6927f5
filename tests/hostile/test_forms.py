"""Every form in which words leave with a hostile text in every field: citations, cards, transcripts, JSON."""

import io
import json
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
import webvtt

from tests.api.commonmark import tokens
from tests.hostile.dangers import dangers, parsed
from tests.hostile.serving import Served

SERVER = "http://testserver"
# Blocks and marks that Markdown of ours holds; anything else would be markup out of a foreign text.
_CITATION_TOKENS = {"blockquote", "paragraph", "inline", "text", "text_special", "link"}
_TRANSCRIPT_TOKENS = {"heading", "paragraph", "inline", "text", "text_special", "link", "strong", "softbreak"}


def visible(text: str) -> str:
    """A stored text as a citation shows it: without what terminals obey."""
    return "".join(
        "\ufffd" if (ord(letter) < 32 and letter != "\n") or 127 <= ord(letter) < 160 else letter for letter in text
    )


def kinds(markdown: str) -> set[str]:
    return {token.type.removesuffix("_open").removesuffix("_close") for token in tokens(markdown)}


def turns_of(served: Served, identifier: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = served.client.get(f"/api/episodes/{identifier}/transcript.json").json()["turns"]
    return found


def test_citations_to_copy_are_words(hostile: Served) -> None:
    """Markdown has one link and no markup, HTML our elements, JSON-LD the same words, and a card is one frame."""
    for identifier, text in hostile.texts.items():
        address = f"/quotes/{hostile.quote(identifier)}"
        page = parsed(hostile.client.get(address).text)
        fields = {str(field.attributes["id"]): field.text for field in page.all("textarea")}
        markdown = fields["cite-markdown"]
        assert kinds(markdown) <= _CITATION_TOKENS, text
        links = [token.attrs["href"] for token in tokens(markdown) if token.type == "link_open"]
        assert links == [f"{SERVER}{address}"], text
        figure = parsed(fields["cite-html"])
        assert {element.name for element in figure.elements} == {"figure", "blockquote", "p", "figcaption", "a"}, text
        assert visible(text) in "\n".join(element.text for element in figure.all("p"))
        assert not dangers(figure), text
        assert visible(text) in json.loads(fields["cite-json-ld"])["text"]
        assert visible(text) in fields["cite-text"]
        card = hostile.client.get("/oembed", params={"url": f"{SERVER}{address}"}).json()["html"]
        assert card == fields["cite-embed"]
        assert [element.name for element in parsed(card).elements] == ["iframe"], text
        assert not dangers(parsed(card)), text


def test_addresses_in_json_ld_lead_to_the_web(hostile: Served) -> None:
    """An address of a feed that is none of the web is not in what machines read."""

    def addresses(value: object) -> list[str]:
        if isinstance(value, dict):
            named = [item for name, item in value.items() if name in ("url", "@id", "contentUrl", "license")]
            return [item for item in named if isinstance(item, str)] + [
                address for item in value.values() for address in addresses(item)
            ]
        return []

    for identifier in hostile.texts:
        page = parsed(hostile.client.get(f"/quotes/{hostile.quote(identifier)}").text)
        for address in addresses(json.loads(page.all("script", type="application/ld+json")[0].text)):
            assert address.startswith(("http://", "https://")), address


def test_transcripts_in_markdown_are_words(hostile: Served) -> None:
    """A transcript has no HTML and no link to anything but the publisher's page on the web."""
    for identifier, text in hostile.texts.items():
        markdown = hostile.client.get(f"/api/episodes/{identifier}/transcript.md").text
        assert kinds(markdown) <= _TRANSCRIPT_TOKENS, text
        for token in tokens(markdown):
            if token.type == "link_open":
                assert str(token.attrs["href"]).startswith(("http://", "https://")), text


def test_captions_hold_our_cues(hostile: Served) -> None:
    """WebVTT gives the words of the turns back, in cues of those turns and times; SRT has no cue at another time."""
    for identifier, text in hostile.texts.items():
        vtt = hostile.client.get(f"/api/episodes/{identifier}/transcript.vtt").text
        cues = webvtt.from_buffer(io.StringIO(vtt)).captions
        spoken = unescape(" ".join(cue.text for cue in cues)).split()
        assert spoken == " ".join(turn["text"] for turn in turns_of(hostile, identifier)).split(), text
        assert {str(cue.identifier).split("-")[0] for cue in cues} == {"0", "1"}, text
        srt = hostile.client.get(f"/api/episodes/{identifier}/transcript.srt").text
        starts = [cue.start_in_seconds for cue in webvtt.from_buffer(io.StringIO(srt), format="srt")]
        assert starts == sorted(starts)
        assert len(starts) == len(set(starts)) == srt.count(" --> ") > 1, text
        assert all(3 <= start <= 120 for start in starts), text


@pytest.mark.parametrize("kind", ["json", "txt"])
def test_transcripts_hold_the_text(hostile: Served, kind: str) -> None:
    """JSON and text give back what is stored, as JSON and text that no browser sniffs."""
    for identifier, text in hostile.texts.items():
        response = hostile.client.get(f"/api/episodes/{identifier}/transcript.{kind}")
        assert response.headers["content-type"].split(";")[0] == {"json": "application/json", "txt": "text/plain"}[kind]
        assert response.headers["x-content-type-options"] == "nosniff"
        held = response.text if kind == "txt" else "\n".join(turn["text"] for turn in turns_of(hostile, identifier))
        assert text in held


def test_questions_come_back_as_they_were_asked(hostile: Served) -> None:
    """The interface answers a hostile question in JSON that holds it, mended, as it is."""
    for text in hostile.given:
        response = hostile.client.post(
            "/api/answers",
            content=json.dumps({"question": text, "k": 1}),
            headers={"content-type": "application/json"},
        )
        assert response.status_code in (200, 422), text
        assert response.headers["content-type"] == "application/json"
        if response.status_code == 200:
            assert response.json()["question"].split() == text.replace("\ud800", "\ufffd").split()


def test_feedback_leads_back_to_the_answer(hostile: Served) -> None:
    """Feedback on a hostile question is kept as text, and its answer's address is one of this server."""
    for text in hostile.given:
        sent = urlencode({"q": text, "speaker": text, "verdict": "useful", "comment": text}, errors="replace")
        headers = {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}
        response = hostile.client.post("/feedback", content=sent, headers=headers, follow_redirects=False)
        assert response.status_code == 303, response.text
        assert response.headers["location"].startswith("/?q=")
        assert (
            parse_qs(urlsplit(response.headers["location"]).query)["q"][0].split()
            == text.replace("\ud800", "?").split()
        )


def test_errors_repeat_nothing_that_could_run(hostile: Served) -> None:
    """For programs, a hostile address is answered with the one shape of errors, as JSON."""
    for text in hostile.given:
        for path in ("/api/quotes/", "/api/episodes/", "/api/", "/oembed?url="):
            response = hostile.client.get(path + quote(text, safe="", errors="replace"))
            assert response.status_code == 404, path
            assert response.headers["content-type"] == "application/json"
            assert set(response.json()) == {"status_code", "errors"}
