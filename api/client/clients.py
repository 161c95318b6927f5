"""The clients: each method sends the request of the same name in `api.client.calls` and returns its value."""

import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, Unpack

import httpx

from api.client import calls
from api.client.calls import Call, Filters, P, Pages
from api.client.events import Event, EventReader
from api.client.failure import RequestFailed, failure_of
from api.client.values import Answer, Earlier
from ingest.text.urls import is_remote, shown_address

_Q = ParamSpec("_Q")
_T = TypeVar("_T")
_SECONDS = 60.0  # the server answers or refuses within 50
_OK = 200


def _sends(call: Callable[_Q, Call[_T]]) -> "Callable[Concatenate[Playback, _Q], _T]":
    @wraps(call)
    def send(self: "Playback", /, *args: _Q.args, **kwargs: _Q.kwargs) -> _T:
        return self._result(call(*args, **kwargs))

    return send


def _sends_each(pages: Callable[_Q, Pages[P, _T]]) -> "Callable[Concatenate[Playback, _Q], Iterator[_T]]":
    @wraps(pages)
    def each(self: "Playback", /, *args: _Q.args, **kwargs: _Q.kwargs) -> Iterator[_T]:
        asked, page = pages(*args, **kwargs), 1
        while True:
            found = self._result(asked.call(page))
            yield from asked.held(found)
            if found.next is None:
                return
            page = found.next

    return each


def _awaits(call: Callable[_Q, Call[_T]]) -> "Callable[Concatenate[AsyncPlayback, _Q], Coroutine[Any, Any, _T]]":
    @wraps(call)
    async def send(self: "AsyncPlayback", /, *args: _Q.args, **kwargs: _Q.kwargs) -> _T:
        return await self._result(call(*args, **kwargs))

    return send


def _awaits_each(pages: Callable[_Q, Pages[P, _T]]) -> "Callable[Concatenate[AsyncPlayback, _Q], AsyncIterator[_T]]":
    @wraps(pages)
    async def each(self: "AsyncPlayback", /, *args: _Q.args, **kwargs: _Q.kwargs) -> AsyncIterator[_T]:
        asked, page = pages(*args, **kwargs), 1
        while True:
            found = await self._result(asked.call(page))
            for one in asked.held(found):
                yield one
            if found.next is None:
                return
            page = found.next

    return each


class Playback:
    """A client of the server at `address`; close it, or use it in a `with` block.

    `token` is needed for decisions only. `timeout` is in seconds. `transport` replaces httpx's own, for tests or
    another way to the server. Every method raises RequestFailed.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str | None = None,
        timeout: float = _SECONDS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(**_options(address, token, timeout), transport=transport)

    ask = _sends(calls.ask)
    search = _sends(calls.search)
    all_hits = _sends_each(calls.all_hits)
    gathered = _sends(calls.gathered)
    search_feed = _sends(calls.search_feed)
    verify = _sends(calls.verify)
    quote = _sends(calls.quote)
    clip = _sends(calls.clip)
    card = _sends(calls.card)
    episodes = _sends(calls.episodes)
    episode = _sends(calls.episode)
    about = _sends(calls.about)
    transcript = _sends(calls.transcript)
    transcript_text = _sends(calls.transcript_text)
    captions = _sends(calls.captions)
    chapters = _sends(calls.chapters)
    recording = _sends(calls.recording)
    lessons = _sends(calls.lessons)
    all_lessons = _sends_each(calls.all_lessons)
    lesson = _sends(calls.lesson)
    decide = _sends(calls.decide)
    people = _sends(calls.people)
    person = _sends(calls.person)
    terms = _sends(calls.terms)
    term = _sends(calls.term)
    topics = _sends(calls.topics)
    topic = _sends(calls.topic)
    start = _sends(calls.start)
    published_feed = _sends(calls.published_feed)
    health = _sends(calls.health)

    def ask_streamed(
        self, question: str, *, k: int | None = None, history: Sequence[Earlier] = (), **filters: Unpack[Filters]
    ) -> Iterator[Event]:
        """Ask the podcast and yield what arrives: the quotes, each statement, and last the whole answer."""
        call = calls.ask(question, k=k, history=history, **filters)
        request = _request(self._http, call, {"Accept": "text/event-stream"})
        reader, answer = EventReader(), None
        try:
            response = self._http.send(request, stream=True)
            try:
                if response.status_code != _OK:
                    raise failure_of(response.status_code, response.read())
                for line in response.iter_lines():
                    if (event := reader.event(line)) is not None:
                        answer = event
                        yield event
            finally:
                response.close()
        except (httpx.HTTPError, ValueError) as error:
            raise _unreached(request, error) from error
        _check_whole(answer)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _result(self, call: Call[_T]) -> _T:
        request = _request(self._http, call)
        try:
            response = self._http.send(request)
        except httpx.HTTPError as error:
            raise _unreached(request, error) from error
        return _read(call, response)


class AsyncPlayback:
    """The same for asyncio: every method of `Playback`, awaited or iterated with `async for`."""

    def __init__(
        self,
        address: str,
        *,
        token: str | None = None,
        timeout: float = _SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(**_options(address, token, timeout), transport=transport)

    ask = _awaits(calls.ask)
    search = _awaits(calls.search)
    all_hits = _awaits_each(calls.all_hits)
    gathered = _awaits(calls.gathered)
    search_feed = _awaits(calls.search_feed)
    verify = _awaits(calls.verify)
    quote = _awaits(calls.quote)
    clip = _awaits(calls.clip)
    card = _awaits(calls.card)
    episodes = _awaits(calls.episodes)
    episode = _awaits(calls.episode)
    about = _awaits(calls.about)
    transcript = _awaits(calls.transcript)
    transcript_text = _awaits(calls.transcript_text)
    captions = _awaits(calls.captions)
    chapters = _awaits(calls.chapters)
    recording = _awaits(calls.recording)
    lessons = _awaits(calls.lessons)
    all_lessons = _awaits_each(calls.all_lessons)
    lesson = _awaits(calls.lesson)
    decide = _awaits(calls.decide)
    people = _awaits(calls.people)
    person = _awaits(calls.person)
    terms = _awaits(calls.terms)
    term = _awaits(calls.term)
    topics = _awaits(calls.topics)
    topic = _awaits(calls.topic)
    start = _awaits(calls.start)
    published_feed = _awaits(calls.published_feed)
    health = _awaits(calls.health)

    async def ask_streamed(
        self, question: str, *, k: int | None = None, history: Sequence[Earlier] = (), **filters: Unpack[Filters]
    ) -> AsyncIterator[Event]:
        """Ask the podcast and yield what arrives: the quotes, each statement, and last the whole answer."""
        call = calls.ask(question, k=k, history=history, **filters)
        request = _request(self._http, call, {"Accept": "text/event-stream"})
        reader, answer = EventReader(), None
        try:
            response = await self._http.send(request, stream=True)
            try:
                if response.status_code != _OK:
                    raise failure_of(response.status_code, await response.aread())
                async for line in response.aiter_lines():
                    if (event := reader.event(line)) is not None:
                        answer = event
                        yield event
            finally:
                await response.aclose()
        except (httpx.HTTPError, ValueError) as error:
            raise _unreached(request, error) from error
        _check_whole(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def _result(self, call: Call[_T]) -> _T:
        request = _request(self._http, call)
        try:
            response = await self._http.send(request)
        except httpx.HTTPError as error:
            raise _unreached(request, error) from error
        return _read(call, response)


def _options(address: str, token: str | None, timeout: float) -> dict[str, Any]:
    try:
        is_address = is_remote(address) and bool(httpx.URL(address).host)
    except httpx.InvalidURL:
        is_address = False
    if not is_address:
        raise ValueError(f"the address of a server is such as https://quotes.example.org, not {address[:100]!r}")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return {"base_url": address, "timeout": timeout, "headers": headers}


def _request(
    http: httpx.Client | httpx.AsyncClient, call: Call[_T], headers: dict[str, str] | None = None
) -> httpx.Request:
    sent: dict[str, Any] = {"params": {name: _whole(value) for name, value in calls.sent(call.query).items()}}
    if call.body is not None:
        # Written here in ASCII, because httpx fails on halves of surrogate pairs.
        sent = {"content": json.dumps(calls.sent(call.body))}
        headers = {"Content-Type": "application/json", **(headers or {})}
    try:
        return http.build_request(call.method, call.path, headers=headers, **sent)
    except httpx.InvalidURL as error:
        raise RequestFailed(f"this cannot be asked for: {error}") from error


def _whole(value: Any) -> Any:
    """Return a value of a query that can be written as UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return [_whole(one) for one in value] if isinstance(value, list | tuple) else value


def _read(call: Call[_T], response: httpx.Response) -> _T:
    if response.status_code in call.statuses:
        try:
            return call.read(response.content)
        except ValueError as error:  # pydantic's ValidationError is one, and so is what is not UTF-8
            if response.status_code == _OK:
                address = shown_address(str(response.url))
                said = f"{address} sent something else than this client expects: is it Playback, of the same version?"
                raise RequestFailed(said, response.status_code) from error
    raise failure_of(response.status_code, response.content)


def _check_whole(last: Event | None) -> None:
    if not isinstance(last, Answer):
        raise RequestFailed("the server ended before the answer was whole; ask again", _OK)


def _unreached(request: httpx.Request, error: Exception) -> RequestFailed:
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    return RequestFailed(f"no answer from {shown_address(str(request.url))}: {reason}")
