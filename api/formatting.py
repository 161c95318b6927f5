"""Values in words: times, days, lengths, names of episodes, addresses that may be linked; pure."""

from datetime import date
from urllib.parse import urlsplit

from ingest.text.clock import clock
from ingest.transcript import Episode, Timing


def when(start: float | None, timing: Timing | None) -> str | None:
    """Return a time as people read it: "12:30", "about 12:30" for an estimate, None if unknown."""
    if start is None:
        return None
    return f"about {clock(start)}" if timing == "estimated" else clock(start)


def episode_name(episode: Episode) -> str:
    """Return an episode's title, else its show and number or date."""
    if episode.title:
        return episode.title
    rest = f"#{episode.number}" if episode.number is not None else episode.published or episode.id
    return f"{episode.show.title} {rest}"


def safe_link(url: str | None) -> str | None:
    """Return an address of the web (http, https) or a path of this server; None for anything else.

    One with a name and password is none either: before the "@" it can look like another site, and what a feed sends
    there may be a secret of whoever subscribed.
    """
    if not url:
        return None
    # Browsers drop control characters and read "\" as "/", so an address that holds one is not what it looks like.
    if "\\" in url or any(ord(character) <= ord(" ") for character in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme in ("http", "https"):
        return url if parts.netloc and "@" not in parts.netloc else None
    # Two slashes begin another server's address, even where no name follows them.
    return url if url.startswith("/") and not url.startswith("//") else None


def day(published: str | None) -> str | None:
    """Return an ISO date as "28 October 2021", None if there is none."""
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
