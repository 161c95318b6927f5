"""The limits of a request, the meaning of its failure, and retries after transient errors."""

import email.utils
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from ingest.errors import SourceError, TransientError

logger = logging.getLogger(__name__)

_Result = TypeVar("_Result")
# The longest Retry-After that is believed, in seconds; a number with more digits is longer anyway.
_A_YEAR = 365 * 24 * 3600.0
_MOST_DIGITS = 12
# Statuses of transient errors, after which the same request may succeed.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_ADVICE = {
    401: "asks for a password; put it into the address (https://name:password@…)",
    403: "refuses access; check that the address is public",
    404: "was not found; check the address",
    410: "has been removed permanently; look for the show's new address",
}


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How large a response may be, how long a request may take and how often it is tried; times in seconds.

    `size` limits the bytes of the decoded body, `seconds` the total time with all retries and waits. A body must
    deliver at least `rate` bytes per second over each `window`.
    """

    size: int = 50 * 2**20
    seconds: float = 120.0
    rate: float = 1_024.0
    window: float = 30.0
    attempts: int = 4
    backoff: float = 1.0
    longest_wait: float = 60.0


def retry(once: Callable[[], _Result], name: str, limits: FetchLimits, deadline: float) -> _Result:
    """Call `once` and retry after transient errors; the wait doubles each time, or is what the server asks if longer.

    `deadline` is in seconds of the monotonic clock. Raises SourceError, one line that begins with `name`, when the
    attempts or the time run out.
    """
    for attempt in range(1, limits.attempts + 1):
        try:
            return once()
        except TransientError as error:
            wait = max(limits.backoff * 2 ** (attempt - 1), error.wait or 0.0)
            too_long = wait > limits.longest_wait or time.monotonic() + wait > deadline
            if attempt == limits.attempts or too_long:
                hint = f"try again in {wait:.0f} s" if error.wait else "try again later"
                raise SourceError(f"{name}: {error}; {hint}") from error
            logger.info("%s: %s; retrying in %.1f s", name, error, wait)
            time.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def status_message(status: int) -> str:
    """Return what an unsuccessful status means and what the user can do about it."""
    meaning, semicolon, advice = _ADVICE.get(
        status, "failed; try again later" if status >= 500 else "was refused; check the address"
    ).partition(";")
    return f"{meaning} (status {status}){semicolon}{advice}"


def retry_after_seconds(retry_after: str | None) -> float | None:
    """Return the seconds in a Retry-After header (a number or a date), at most a year; None without a valid one."""
    text = (retry_after or "").strip()
    if text.isdecimal():
        return float(min(int(text[:_MOST_DIGITS]), _A_YEAR))
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), _A_YEAR)
