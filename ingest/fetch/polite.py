"""Read pages of other people's sites as a guest: as robots.txt allows, and one request a second of each host."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import httpx

from ingest.errors import SourceError
from ingest.fetch.client import MOST_REDIRECTS, Fetched, FetchLimits, fetch
from ingest.text.encoding import decode_text
from ingest.text.urls import shown_address

# The product in the User-Agent header, by which robots.txt addresses us.
AGENT = "gds-playback"
PAUSE = 1.0  # seconds between requests of a host, unless its robots.txt asks for more
_LONGEST_PAUSE = 60.0
PAGE_LIMITS = FetchLimits(size=10 * 2**20, seconds=60.0, attempts=3)
_ROBOTS_LIMITS = FetchLimits(size=500 * 2**10, seconds=30.0, attempts=2)


@dataclass(slots=True)
class Guest:
    """A client, what each host's robots.txt says or why nobody knows, and from when each may be asked again."""

    client: httpx.Client
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    rules: dict[str, RobotFileParser | SourceError] = field(default_factory=dict)
    free_at: dict[str, float] = field(default_factory=dict)


def visit(guest: Guest, url: str) -> Fetched:
    """Get a page when its host may be asked; raises SourceError if it cannot be read or robots.txt forbids it.

    Wherever redirects lead counts as a page too.
    """
    address = url
    for _ in range(MOST_REDIRECTS + 1):
        fetched = _asked(guest, address)
        if not fetched.redirect:
            return fetched
        address = fetched.url
    raise SourceError(f"{shown_address(url)}: redirects more than {MOST_REDIRECTS} times; give the final address")


def _asked(guest: Guest, url: str) -> Fetched:
    try:
        parts = urlsplit(url)
        host = parts.netloc.casefold()
    except ValueError as error:
        raise SourceError(f"{shown_address(url)}: is not a valid address; check it") from error
    if host not in guest.rules:
        guest.rules[host] = _rules(guest, host, f"{parts.scheme}://{parts.netloc}/robots.txt")
    rules = guest.rules[host]
    if isinstance(rules, SourceError):  # then nothing is allowed (RFC 9309, 2.3.1)
        raise SourceError(f"{shown_address(url)}: what its host allows is not known: {rules}")
    if not rules.can_fetch(AGENT, url):
        raise SourceError(f"{shown_address(url)}: its robots.txt asks programs not to read it")
    _wait(guest, host)
    return fetch(url, client=guest.client, limits=PAGE_LIMITS, follow=False)


def _rules(guest: Guest, host: str, address: str) -> RobotFileParser | SourceError:
    """Return a host's rules, none if it has no robots.txt; if they cannot be read, the error that says why."""
    rules = RobotFileParser()
    _wait(guest, host)
    try:
        rules.parse(decode_text(fetch(address, client=guest.client, limits=_ROBOTS_LIMITS).data).splitlines())
    except SourceError as error:
        if error.status is None or not 400 <= error.status < 500:
            return error
        rules.parse([])
    return rules


def _wait(guest: Guest, host: str) -> None:
    rules = guest.rules.get(host)
    asked = rules.crawl_delay(AGENT) if isinstance(rules, RobotFileParser) else None
    pause = min(_LONGEST_PAUSE, max(PAUSE, float(asked or 0)))
    wait = guest.free_at.get(host, 0.0) - guest.now()
    if wait > 0:
        guest.sleep(wait)
    guest.free_at[host] = guest.now() + pause
