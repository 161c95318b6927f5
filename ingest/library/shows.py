"""Match an item to its show, and update the show's feed record after the feed was read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ingest.item import Item
from ingest.library.identity import same_show, show_id
from ingest.library.records import FeedRecord, today
from ingest.reference.catalogue import find_show, known_shows
from ingest.text.urls import without_credentials
from ingest.transcript import Show


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed's address and the server's validators, kept with the show for the next conditional request.

    `earlier` are previous addresses that redirected here permanently. `document` are the feed's bytes, and `places` the
    numbers of the items among all items in them, from 0.
    """

    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    earlier: tuple[str, ...] = ()
    document: bytes | None = None
    places: tuple[int, ...] = ()


def show_of(item: Item, shows: Mapping[str, FeedRecord], feed: FeedState) -> Show:
    """Return the item's show, from the library or new (Law 5 of the design)."""
    if known := find_show(item.show_title, (item.feed_url, item.show_link)):
        return Show(known.id, known.title, known.page_url)
    title = item.show_title or "recordings"
    for record in shows.values():
        if _is_address_of(record, item, feed) or same_show(record.show, title, item.show_link):
            # A show first found in a folder gets its page from its feed; another feed with that title stays separate.
            return replace(record.show, page_url=record.show.page_url or item.show_link)
    taken = {*shows, *(known.id for known in known_shows())}
    return Show(show_id(title, taken), title, item.show_link)


def with_guids(show: FeedRecord, guids: Iterable[str], feed: FeedState | None) -> FeedRecord:
    """Return the show with these guids added, and with the current state of its feed."""
    updated = replace(show, guids=tuple(dict.fromkeys((*show.guids, *guids))))
    if feed is None or feed.url is None:
        return updated
    earlier = dict.fromkeys((*show.earlier_urls, *feed.earlier))
    earlier.pop(feed.url, None)
    return replace(updated, url=feed.url, etag=feed.etag, last_modified=feed.last_modified, earlier_urls=tuple(earlier))


def with_listing(show: FeedRecord, episodes: Iterable[str]) -> FeedRecord:
    """Return the show with the episodes its feed now lists, and the date since when each other one is missing."""
    now = set(episodes)
    gone = sorted({*show.listed, *show.unlisted} - now)
    unlisted = {name: show.unlisted.get(name) or today() for name in gone}
    return replace(show, listed=tuple(sorted(now)), unlisted=unlisted)


def addresses_of(show: FeedRecord, feed: FeedState) -> frozenset[str]:
    """Return the current and earlier addresses of a show's feed, including those in `feed`.

    They have no credentials, so that they compare equal to `Item.feed_url`.
    """
    known = (show.url, *show.earlier_urls, feed.url, *feed.earlier)
    return frozenset(without_credentials(address) for address in known if address is not None)


def _is_address_of(record: FeedRecord, item: Item, feed: FeedState) -> bool:
    """Return whether the item comes from a current or earlier address of the show's feed, or from its new address."""
    known = addresses_of(record, FeedState())
    return not known.isdisjoint((item.feed_url, *(without_credentials(address) for address in feed.earlier)))
