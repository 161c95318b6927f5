"""Calls of the client for every operation of the description, each with all its parameters, and some plain ones."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from api.client import Playback
from api.client.values import Earlier

QUESTION = "Who paid for the lighthouse database?"
EPISODE = "harbour-1-aaaa"
FILTERS = {
    "show": "harbour", "episode": EPISODE, "speaker": "Tobias Renn", "since": "2021-01-01", "until": "2021-12-31",
}  # fmt: skip
LESSONS = {
    "theme": "platform", "kind": ["cause", "remedy"], "show": "harbour", "person": "Renn", "year": "2021",
    "state": ("proposed", "accepted"), "episode": EPISODE,
}  # fmt: skip


class Known(NamedTuple):
    """A method of the client with its arguments."""

    name: str
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = MappingProxyType({})


def known_calls(client: Playback) -> dict[tuple[str, str], list[Known]]:
    """Calls by method and path of the description; the first one of each gives every parameter."""
    quote = client.ask(QUESTION).citations[0].id
    lesson = client.lessons().lessons[0].id
    person, term, topic = client.people().people[1].id, client.terms().terms[0].id, client.topics().topics[0].id
    history = [Earlier(question="Who won?"), Earlier(question=QUESTION, citations=(quote,))]
    return {
        ("post", "/api/answers"): [
            Known("ask", (QUESTION,), {"k": 3, "history": history, **FILTERS}),
            Known("ask", (QUESTION,)),
            Known("ask", ("Who won the football match?",)),
        ],
        ("get", "/api/search"): [
            Known("search", ("lighthouse",), {"k": 2, "page": 1, **FILTERS}),
            Known("search", ("lamp",), {"k": 2, "page": 2}),
        ],
        ("get", "/api/search.{extension}"): [
            Known("gathered", ("lamp", form), FILTERS) for form in ("csv", "md", "json")
        ],
        ("get", "/search.atom"): [Known("search_feed", ("lamp",), FILTERS), Known("search_feed", ("lamp & <oil>",))],
        ("post", "/api/quotes/verify"): [
            Known("verify", ("paid for the lighthouse database from its summer budget",), {"speaker": "Renn"}),
            Known("verify", ("words that nobody ever said here",)),
        ],
        ("get", "/api/quotes/{identifier}"): [Known("quote", (quote,))],
        ("get", "/api/episodes"): [Known("episodes")],
        ("get", "/api/episodes/{identifier}"): [Known("episode", (EPISODE,)), Known("episode", ("harbour-4-eeee",))],
        ("get", "/api/episodes/{identifier}/about"): [Known("about", (EPISODE,)), Known("about", ("tide-1-aaaa",))],
        ("get", "/api/episodes/{identifier}/transcript.{extension}"): [
            *(Known("transcript_text", (EPISODE, form)) for form in ("vtt", "srt", "md", "txt")),
            Known("transcript", (EPISODE,)),
            Known("transcript", ("harbour-3-cccc",)),
        ],
        ("get", "/api/episodes/{identifier}/audio"): [Known("recording", (EPISODE,))],
        ("get", "/api/quotes/{identifier}/clip.{extension}"): [
            Known("clip", (quote, form)) for form in ("opus", "m4a", "vtt")
        ],
        ("get", "/api/quotes/{identifier}/card.{extension}"): [Known("card", (quote, form)) for form in ("svg", "png")],
        ("get", "/api/episodes/{identifier}/captions.{extension}"): [
            Known("captions", (EPISODE, form)) for form in ("vtt", "srt", "json")
        ],
        ("get", "/api/episodes/{identifier}/chapters.json"): [Known("chapters", ("tide-0-aaaa",))],
        ("get", "/feeds/{show}.xml"): [Known("published_feed", ("harbour",))],
        ("get", "/api/lessons"): [
            Known("lessons", (), {"limit": 3, "page": 1, **LESSONS}),
            Known("lessons", (), {"limit": 2, "page": 2}),
        ],
        ("get", "/api/lessons/{identifier}"): [Known("lesson", (lesson,))],
        ("post", "/api/lessons/{identifier}"): [
            Known("decide", (lesson, "note"), {"by": "Ada", "value": "seen"}),
            Known("decide", (lesson, "accept"), {"by": "Ada"}),
        ],
        ("get", "/api/people"): [Known("people")],
        ("get", "/api/people/{identifier}"): [Known("person", (person,)), Known("person", ("Tobias Renn",))],
        ("get", "/api/terms"): [Known("terms")],
        ("get", "/api/terms/{term}"): [Known("term", (term,))],
        ("get", "/api/topics"): [Known("topics")],
        ("get", "/api/topics/{identifier}"): [Known("topic", (topic,))],
        ("get", "/api/start"): [Known("start")],
        ("get", "/healthcheck"): [Known("health")],
    }  # fmt: skip
