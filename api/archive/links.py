"""Where the links of a page lead in an archive."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from api.archive.addresses import Held, held_at, recorded_at, relative


class Link(NamedTuple):
    """Where a link leads in an archive: `address` is None if the archive does not hold it.

    `outside` says that it leads to the web, `recorded` that it is a recording of the library.
    """

    address: str | None
    outside: bool = False
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class Links:
    """What is needed to resolve links: the app's public URL, the files of recordings by episode, and ids of people."""

    public_url: str
    recordings: dict[str, str]
    person_of: Callable[[str], str | None]

    def of(self, page: Held, led: list[str]) -> Callable[[str], Link]:
        """Return what resolves the links of a page; it adds the addresses they lead to to `led`."""

        def found(href: str) -> Link:
            own = href.removeprefix(self.public_url) if href.startswith(f"{self.public_url}/") else href
            if urlsplit(own).scheme or own.startswith("//"):
                return Link(href, outside=True)
            if own.startswith("#"):
                return Link(href)
            address, mark, fragment = own.partition("#")
            if (identifier := recorded_at(address)) is not None:
                file = self.recordings.get(identifier)
                return Link(file and relative(page.file, file) + mark + fragment, recorded=True)
            address = urljoin(page.request, address)
            held = held_at(address, self.person_of)
            if held is None:
                return Link(None)
            led.append(address)
            _, asks, query = address.partition("?")
            # What chooses no page of its own is for scripts: a time, words to find or to search for.
            rest = "" if "?" in held.request else asks + query
            if held.file == page.file and rest:
                return Link(rest + mark + fragment)
            return Link(relative(page.file, held.file) + rest + mark + fragment)

        return found
