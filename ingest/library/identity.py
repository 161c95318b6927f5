"""Decide which shows and episodes are the same, and give them ids (Law 5 of the design); pure."""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from ingest.item import Item
from ingest.transcript import Show

# A fact that two items may have in common: its kind and its values.
Key = tuple[str | int | None, ...]

_SHOW_ID_LETTERS = 20
_SUFFIX_LETTERS = 4
_LONG_SUFFIX_LETTERS = 8


def slug(text: str) -> str:
    """Return the text as lower-case ASCII letters and digits joined by hyphens; empty if nothing is left."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")


def show_id(title: str, taken: Collection[str]) -> str:
    """Return a new show's id: the slug of its title, at most 20 characters, "-2"… if another show has it."""
    base = _shortened(slug(title)) or _letters(title, _LONG_SUFFIX_LETTERS)
    candidate, count = base, 1
    while candidate in taken:
        count += 1
        candidate = f"{base}-{count}"
    return candidate


def episode_id(show: Show, item: Item, taken: Collection[str]) -> str:
    """Return a new episode's id, `<show>-<number or date>-<4 characters>`, with more characters if that is taken.

    The characters are the lower-case base 32 of the SHA-256 of show id and guid, so the same input gives the same id.
    """
    middle = str(item.number) if item.number is not None else item.published
    length = _SUFFIX_LETTERS if middle else _LONG_SUFFIX_LETTERS
    letters = _letters(f"{show.id}\n{item.guid}", 52)
    stem = f"{show.id}-{middle}" if middle else show.id
    while (candidate := f"{stem}-{letters[:length]}") in taken:
        length += 1
    return candidate


def same_show(one: Show, title: str | None, link: str | None) -> bool:
    """Return whether a source's show is `one`: the titles are equal, and the pages do not differ if both are known."""
    if not title or _name(title) != _name(one.title):
        return False
    return not link or not one.page_url or _address(link) == _address(one.page_url)


def same_episode(
    item: Item,
    known: Sequence[tuple[str, Sequence[Item]]],
    names: Collection[str],
    listed: bool,
    beside: Collection[str] = (),
) -> str | None:
    """Return the id of the episode of the same show that the item belongs to, else None.

    `known` holds the show's episodes with the items they came from. `names` are the show's names. `listed` says that
    the catalogue lists the show, so that a number alone is enough. `beside` are the guids in the item's feed: two items
    listed together are one episode only if they have the same recording address.
    The first rule that finds an episode decides. One exception: if the recording's address and the title both belong to
    another episode, that one wins over the guid, which was copied with an item or swapped.
    """
    file = _file_hash(item)
    core = title_core(item, names)
    can_match_title = core != "" or item.number is not None

    def is_titled(other: Item) -> bool:
        return can_match_title and _dated_alike(other, item) and title_core(other, names) == core

    by_guid = _first_match((lambda other: other.guid == item.guid,), known)
    by_recording = _first_match((lambda other: same_recording(item, other),), known)
    if by_guid is not None and by_recording is not None:
        titled = [identifier for identifier, items in known if any(map(is_titled, items))]
        return by_recording if by_recording in titled and by_guid not in titled else by_guid
    if found := by_guid or by_recording:
        return found
    likely = (
        lambda other: file is not None and _file_hash(other) == file,
        lambda other: listed and item.number is not None and other.number == item.number,
        is_titled,
    )
    others = [
        (identifier, items)
        for identifier, items in known
        if not any(other.guid in beside and other.guid != item.guid for other in items)
    ]
    return _first_match(likely, others)


def certain_keys(item: Item) -> tuple[Key, ...]:
    """Return the keys that make two items of a show one episode whatever else differs: guid and recording address."""
    enclosure = _enclosure(item)
    return (("guid", item.guid), *((("enclosure", enclosure),) if enclosure else ()))


def likely_keys(item: Item, names: Collection[str], listed: bool) -> tuple[Key, ...]:
    """Return an item's likely keys; items that a rule of `same_episode` finds likely equal share at least one."""
    keys: list[Key] = []
    if (file := _file_hash(item)) is not None:
        keys.append(("file", file))
    if item.number is not None:
        core = title_core(item, names)
        keys += [("title", core, item.season, item.number)] + ([("number", item.number)] if listed else [])
    elif item.published is not None and (core := title_core(item, names)):
        keys.append(("title", core, item.published))
    return tuple(keys)


def same_recording(one: Item, other: Item) -> bool:
    """Return whether two items have a recording at the same web address."""
    address = _enclosure(one)
    return address is not None and address == _enclosure(other)


def with_distinct_guids(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return a feed's items with new guids where the publisher gave one guid to different episodes.

    The last one listed (in most feeds the oldest) keeps the guid. The others get a guid from their recording, else from
    their page or title and date, as items without a guid do.
    """
    last = {item.guid: item for item in items}
    return tuple(_renamed(item) if are_different_episodes(item, last[item.guid]) else item for item in items)


def are_different_episodes(one: Item, other: Item) -> bool:
    """Return whether two items of one feed are different episodes, whatever their guids.

    They are if titles and recordings both differ, or, if one has no recording, titles and numbers (or dates).
    """
    if one.title == other.title:
        return False
    if one.enclosure is None or other.enclosure is None:
        return not _dated_alike(one, other)
    return one.enclosure.url != other.enclosure.url


def title_core(item: Item, names: Iterable[str]) -> str:
    """Return a title's letters and digits without the show's names, "podcast", "episode", "#" and the number."""
    title = (item.title or "").casefold()
    for name in sorted(names, key=len, reverse=True):
        title = title.replace(name.casefold(), " ")
    title = re.sub(r"\b(podcast|episode|ep)\b", " ", title)
    if item.number is not None:
        title = re.sub(rf"#?\b0*{item.number}\b", " ", title)
    return "".join(character for character in title if character.isalnum())


def _shortened(text: str) -> str:
    """Cut a slug to at most 20 characters, at a hyphen if it has one."""
    if len(text) <= _SHOW_ID_LETTERS:
        return text
    whole_words = text[: _SHOW_ID_LETTERS + 1].rpartition("-")[0]
    return whole_words or text[:_SHOW_ID_LETTERS]


def _first_match(rules: Iterable[Callable[[Item], bool]], known: Sequence[tuple[str, Sequence[Item]]]) -> str | None:
    matches = (identifier for rule in rules for identifier, items in known if any(map(rule, items)))
    return next(matches, None)


def _name(title: str) -> str:
    """Return a title in the form for comparison; it keeps all scripts, of which a slug keeps only Latin."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", title).casefold()).strip() or title


def _dated_alike(one: Item, other: Item) -> bool:
    """Return whether season and number agree, or without numbers the dates: a title (a weekly "News") is not enough."""
    if one.number is None and other.number is None:
        return one.published is not None and one.published == other.published
    return (one.season, one.number) == (other.season, other.number)


def _enclosure(item: Item) -> str | None:
    if item.enclosure is None or not item.enclosure.url.startswith(("http://", "https://")):
        return None
    # Keep the query: some hosts identify the recording there, and two episodes must never become one.
    return item.enclosure.url.split("://", 1)[1]


def _renamed(item: Item) -> Item:
    about = item.enclosure.url if item.enclosure else item.page_url or f"{item.title}\n{item.published}"
    return replace(item, guid=f"file:{hashlib.sha256(about.encode()).hexdigest()}")


def _file_hash(item: Item) -> str | None:
    return item.audio_sha256 or (item.guid if item.guid.startswith("file:") else None)


def _address(url: str) -> str:
    """Return the host and path of a page's address; scheme, query and a trailing slash do not make a different show."""
    parts = urlsplit(url)
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}"


def _letters(text: str, count: int) -> str:
    return base64.b32encode(hashlib.sha256(text.encode()).digest()).decode().lower().rstrip("=")[:count]
