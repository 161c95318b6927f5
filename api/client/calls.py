"""Every request that the HTTP interface takes, as a value: its path, what is sent, and how its response is read.

Both clients send these, so each request and its parameters are written once. None and empty lists are not sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Generic, Literal, Protocol, TypedDict, TypeVar, Unpack
from urllib.parse import quote as quoted

from pydantic import TypeAdapter

from api.client.values import (
    About,
    Answer,
    Earlier,
    Entry,
    Episode,
    EpisodesResponse,
    HealthResponse,
    LessonResponse,
    LessonsResponse,
    PeopleResponse,
    Profile,
    QuoteResponse,
    SearchHit,
    SearchResponse,
    Start,
    TermsResponse,
    TopicPage,
    TopicsResponse,
    TranscriptResponse,
    Verification,
)

_MOST_HITS = _MOST_LESSONS = 100  # that the interface gives at a time
_OK, _UNAVAILABLE = 200, 503

T = TypeVar("T")
TranscriptFormat = Literal["vtt", "srt", "md", "txt"]
CaptionFormat = Literal["vtt", "srt", "json"]
ClipFormat = Literal["opus", "m4a", "vtt"]
CardFormat = Literal["svg", "png"]
SearchFormat = Literal["csv", "md", "json"]


class Filters(TypedDict, total=False):
    """Filters of an answer or a search; all that are given must match."""

    show: str
    episode: str | int
    speaker: str
    since: str
    until: str


class LessonFilters(TypedDict, total=False):
    """Filters of lessons; of several values one must match."""

    theme: str | Sequence[str]
    kind: str | Sequence[str]
    show: str | Sequence[str]
    person: str | Sequence[str]
    year: str | Sequence[str]
    state: str | Sequence[str]
    episode: str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request and how its response is read; `statuses` are those of a response that is read so."""

    method: Literal["GET", "POST"]
    path: str
    read: Callable[[bytes], T]
    query: dict[str, Any] | None = None
    body: dict[str, Any] | None = None
    statuses: tuple[int, ...] = (_OK,)


class Page(Protocol):
    """A page of a list; `next` is the number of the next page, None if this is the last."""

    @property
    def next(self) -> int | None:
        """Return the number of the next page."""


P = TypeVar("P", bound=Page)


@dataclass(frozen=True, slots=True)
class Pages(Generic[P, T]):
    """A list that comes in pages: the request for a page by its number, and what a page holds."""

    call: Callable[[int], Call[P]]
    held: Callable[[P], Sequence[T]]


def ask(
    question: str, *, k: int | None = None, history: Sequence[Earlier] = (), **filters: Unpack[Filters]
) -> Call[Answer]:
    """Ask the podcast: an answer made of at most `k` verified quotes, or that the podcast does not answer this.

    `history` are earlier questions of the conversation with the ids of the quotes that answered them, oldest first.
    """
    body = {"question": question, "k": k, "history": [asdict(earlier) for earlier in history], **filters}
    return Call("POST", "/api/answers", _as(Answer), body=body)


def search(
    q: str, *, k: int | None = None, page: int | None = None, **filters: Unpack[Filters]
) -> Call[SearchResponse]:
    """Find passages: a page of `k` hits (10 unless given, at most 100), best first, with how many there are."""
    return Call("GET", "/api/search", _as(SearchResponse), query={"q": q, "k": k, "page": page, **filters})


def all_hits(q: str, **filters: Unpack[Filters]) -> Pages[SearchResponse, SearchHit]:
    """Find passages, best first, one page after the other: of the 500 best, also those that only hold the words."""
    return Pages(lambda page: search(q, k=_MOST_HITS, page=page, **filters), lambda found: found.hits)


def gathered(q: str, form: SearchFormat, **filters: Unpack[Filters]) -> Call[str]:
    """Gather everything that is about a question, each passage with its best quote, as the text of a file."""
    return Call("GET", f"/api/search.{_part(form)}", bytes.decode, query={"q": q, **filters})


def search_feed(q: str, **filters: Unpack[Filters]) -> Call[str]:
    """Return the Atom feed of a search: the 50 newest passages about it."""
    return Call("GET", "/search.atom", bytes.decode, query={"q": q, **filters})


def verify(text: str, *, speaker: str | None = None) -> Call[Verification]:
    """Say whether a text of 3 to 400 words was said: exactly, nearly (with every difference) or not at all."""
    return Call("POST", "/api/quotes/verify", _as(Verification), body={"text": text, "speaker": speaker})


def quote(identifier: str) -> Call[QuoteResponse]:
    """Return a quote by its id, with the words around it and whether its words have changed."""
    return Call("GET", f"/api/quotes/{_part(identifier)}", _as(QuoteResponse))


def clip(identifier: str, form: ClipFormat) -> Call[bytes]:
    """Return the recording of a quote, or its captions, as the bytes of a file."""
    return Call("GET", f"/api/quotes/{_part(identifier)}/clip.{_part(form)}", bytes)


def card(identifier: str, form: CardFormat) -> Call[bytes]:
    """Return a quote as a square picture, as the bytes of a file."""
    return Call("GET", f"/api/quotes/{_part(identifier)}/card.{_part(form)}", bytes)


def episodes() -> Call[EpisodesResponse]:
    """Return every episode, newest first."""
    return Call("GET", "/api/episodes", _as(EpisodesResponse))


def episode(identifier: str) -> Call[Episode]:
    """Return what is known of an episode."""
    return Call("GET", f"/api/episodes/{_part(identifier)}", _as(Episode))


def about(identifier: str) -> Call[About]:
    """Return what an episode was made from, which text was chosen and why, and what was not understood."""
    return Call("GET", f"/api/episodes/{_part(identifier)}/about", _as(About))


def transcript(identifier: str) -> Call[TranscriptResponse]:
    """Return an episode's transcript, turn by turn, with the words and times of each."""
    return Call("GET", f"/api/episodes/{_part(identifier)}/transcript.json", _as(TranscriptResponse))


def transcript_text(identifier: str, form: TranscriptFormat) -> Call[str]:
    """Return an episode's transcript as the text of a file; vtt and srt need a transcript with times."""
    return Call("GET", f"/api/episodes/{_part(identifier)}/transcript.{_part(form)}", bytes.decode)


def captions(identifier: str, form: CaptionFormat) -> Call[str]:
    """Return an episode's captions as podcast apps want them; only if its times are no estimates."""
    return Call("GET", f"/api/episodes/{_part(identifier)}/captions.{_part(form)}", bytes.decode)


def chapters(identifier: str) -> Call[str]:
    """Return an episode's chapters as the JSON that podcast apps read; only if its times are no estimates."""
    return Call("GET", f"/api/episodes/{_part(identifier)}/chapters.json", bytes.decode)


def recording(identifier: str) -> Call[bytes]:
    """Return the library's recording of an episode, whole, in memory."""
    return Call("GET", f"/api/episodes/{_part(identifier)}/audio", bytes)


def lessons(
    *, limit: int | None = None, page: int | None = None, **filters: Unpack[LessonFilters]
) -> Call[LessonsResponse]:
    """Return a page of `limit` lessons (40 unless given, at most 100): accepted ones first, then by score."""
    return Call("GET", "/api/lessons", _as(LessonsResponse), query={"limit": limit, "page": page, **filters})


def all_lessons(**filters: Unpack[LessonFilters]) -> Pages[LessonsResponse, LessonResponse]:
    """Return all lessons, one page after the other."""
    return Pages(lambda page: lessons(limit=_MOST_LESSONS, page=page, **filters), lambda found: found.lessons)


def lesson(identifier: str) -> Call[LessonResponse]:
    """Return a lesson by its id, or by the id of one that is merged under it."""
    return Call("GET", f"/api/lessons/{_part(identifier)}", _as(LessonResponse))


def decide(identifier: str, action: str, *, by: str, value: str | None = None) -> Call[LessonResponse]:
    """Decide about a lesson (accept, reject, propose, retitle, tag, untag, merge, note); needs the token."""
    body = {"action": action, "value": value, "by": by}
    return Call("POST", f"/api/lessons/{_part(identifier)}", _as(LessonResponse), body=body)


def people() -> Call[PeopleResponse]:
    """Return everybody who speaks, by name."""
    return Call("GET", "/api/people", _as(PeopleResponse))


def person(identifier: str) -> Call[Profile]:
    """Return somebody's names, roles with the quotes that state them, episodes, lessons and years."""
    return Call("GET", f"/api/people/{_part(identifier)}", _as(Profile))


def terms() -> Call[TermsResponse]:
    """Return the names and abbreviations that the podcast uses, in the order of the alphabet."""
    return Call("GET", "/api/terms", _as(TermsResponse))


def term(term: str) -> Call[Entry]:
    """Return what a term is and is short for, each with its quote; by its id or a spelling in any case."""
    return Call("GET", f"/api/terms/{_part(term)}", _as(Entry))


def topics() -> Call[TopicsResponse]:
    """Return what the library often talks about, the most spoken of first."""
    return Call("GET", "/api/topics", _as(TopicsResponse))


def topic(identifier: str) -> Call[TopicPage]:
    """Return a topic with its terms, people and quotes, and where to begin in it."""
    return Call("GET", f"/api/topics/{_part(identifier)}", _as(TopicPage))


def start() -> Call[Start]:
    """Return where a newcomer begins: what the podcast is, terms, people, themes, and episodes in order."""
    return Call("GET", "/api/start", _as(Start))


def published_feed(show: str) -> Call[bytes]:
    """Return the publisher's feed of a show with transcripts, chapters, people and soundbites added."""
    return Call("GET", f"/feeds/{_part(show)}.xml", bytes)


def health() -> Call[HealthResponse]:
    """Return the state of the server and of its index, also if it can answer no question."""
    return Call("GET", "/healthcheck", _as(HealthResponse), statuses=(_OK, _UNAVAILABLE))


def _as(kind: type[T]) -> Callable[[bytes], T]:
    hashable: Any = kind

    def read(content: bytes) -> T:
        found: T = reader_of(hashable).validate_json(content)
        return found

    return read


@cache
def reader_of(kind: Any) -> TypeAdapter[Any]:
    """Return what reads values of a type from JSON, made once; it ignores fields that it does not know."""
    return TypeAdapter(kind)


def sent(fields: dict[str, Any] | None) -> dict[str, Any]:
    """Return fields without those that are not given."""
    return {name: value for name, value in (fields or {}).items() if value is not None and value not in ((), [])}


def _part(text: str) -> str:
    """Return a text as one part of a path; half a surrogate pair becomes a question mark."""
    return quoted(text.encode("utf-8", "replace"), safe="")
