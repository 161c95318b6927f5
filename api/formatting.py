"""Format values for people (times, days, durations, episode names, cells of tables), check URLs to link; pure."""

import re
from collections.abc import Sequence
from datetime import date
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from ingest.text.clock import clock
from ingest.transcript import Episode, Timing

# Spreadsheets take a cell for a formula if it begins so, with or without blanks. Where they expect another separator,
# a cell also begins after that one (OWASP, "CSV Injection").
_FORMULA = re.compile(r"""((?:\A|[;|\t\n])[\s"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])""")
# Of a question's words that nobody says, so many are told.
_MOST_NEVER_SAID = 3


def when(start: float | None, timing: Timing | None) -> str | None:
    """Return a time as people read it: "12:30", "about 12:30" for an estimate, None if unknown."""
    if start is None:
        return None
    return f"about {clock(start)}" if timing == "estimated" else clock(start)


def episode_name(episode: Episode) -> str:
    """Return an episode's title, else its show with its number, date or id."""
    if episode.title:
        return episode.title
    rest = f"#{episode.number}" if episode.number is not None else episode.published or episode.id
    return f"{episode.show.title} {rest}"


def safe_link(url: str | None) -> str | None:
    """Return a web URL (http, https) or a path on this server unchanged; None for anything else.

    A URL with a name and password is refused too: the part before the "@" can imitate another site, and a feed's
    credentials may be a subscriber's secret.
    """
    if not url:
        return None
    # Browsers drop control characters and read "\" as "/", so a URL that holds one is not what it looks like.
    if "\\" in url or any(ord(character) <= ord(" ") for character in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme in ("http", "https"):
        return url if parts.netloc and "@" not in parts.netloc else None
    # A path that begins with two slashes is a URL of another server.
    return url if url.startswith("/") and not url.startswith("//") else None


def day(published: str | None) -> str | None:
    """Return an ISO date as "28 October 2021", None for None; text that is not a date is returned unchanged."""
    if not published:
        return None
    try:
        found = date.fromisoformat(published)
    except ValueError:
        return published
    return f"{found.day} {found:%B %Y}"


def length(seconds: float | None) -> str | None:
    """Return a duration as "35 minutes", None if unknown."""
    if seconds is None or seconds <= 0:
        return None
    minutes = max(1, round(seconds / 60))
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 passage", "34 passages"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def reason_notes(reason: str | None, never_said: Sequence[str]) -> list[str]:
    """Return why a question is not answered, and which of its words nobody says, a line each."""
    if reason == "unclear":
        return ["The question does not say what it is about."]
    words = " or ".join(f"“{word}”" for word in never_said[:_MOST_NEVER_SAID])
    if reason == "mentioned":
        notes = ["It speaks of this subject, but nothing that was found says this."]
    else:
        notes = ["Nobody speaks of this subject."] if reason == "not_mentioned" and not words else []
    return [*notes, f"Nobody says {words}."] if words else notes


def search_notes(also_searched_for: Sequence[str], not_held: Sequence[str]) -> list[str]:
    """Return what is to be said about a search, a line each: words that were added, and words that could not stand."""
    notes = [f"Also searched for: {', '.join(also_searched_for)}"] if also_searched_for else []
    if not_held:
        phrases = ", ".join(f"“{phrase}”" for phrase in not_held)
        notes.append(f"No passage that was searched holds these words: {phrases}")
    return notes


def cell(text: str) -> str:
    """Return the text of a table's cell, such that no spreadsheet takes it for a formula."""
    return _FORMULA.sub(r"\1'", text)


def urn_of(name: str) -> str:
    """Return an id for a feed or its entry that does not depend on the server's address."""
    return uuid5(NAMESPACE_URL, f"playback:{name}").urn
