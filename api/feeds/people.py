"""Who is heard in an episode, as `podcast:person` elements."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from api.people.profile import page_address
from index.mined.episode import Voice
from ingest.feed.elements import podcast_elements
from ingest.speakers.names import fold

MOST_NAME = 128  # characters, the standard's limit
_MOST = 50
_KEPT = ("role", "group", "img", "href")


@dataclass(frozen=True, slots=True)
class Person:
    """A name with the attributes of its element."""

    name: str
    attributes: tuple[tuple[str, str], ...]


def people_of(voices: Sequence[Voice], channel: Element, base: str) -> list[Person]:
    """Return who is heard in an episode, hosts first; [] if the channel names everybody.

    An item's people replace the channel's, so the channel's are repeated.
    """
    stated = [
        Person(name, tuple((key, value) for key in _KEPT if (value := element.get(key))))
        for element in podcast_elements(channel, "person")
        if (name := " ".join((element.text or "").split()))
    ]
    known = {fold(person.name) for person in stated}
    heard = [
        Person(voice.name, (("role", "host" if voice.asks else "guest"), *_page(voice.name, base)))
        for voice in sorted(voices, key=lambda voice: (not voice.asks, -voice.words))
        if fold(voice.name) not in known and len(voice.name) <= MOST_NAME
    ]
    return [*stated, *heard][:_MOST] if heard else []


def _page(name: str, base: str) -> list[tuple[str, str]]:
    address = page_address(name)
    return [] if address is None else [("href", f"{base}{address}")]
