"""What one source says about one episode, before it is matched to an episode of the library."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A file of an episode: its absolute URL or local path, and its media type if the source states one."""

    url: str
    type: str | None = None
    language: str | None = None
    rel: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed, or one file or group of files in a folder; an unknown field is None.

    `guid` is the publisher's, else "file:<SHA-256>". `notes` is the unchanged HTML or text. `origin` names the source
    in messages (a feed's URL, a file's name). `published` is an ISO date, `duration` is in seconds. `people` are the
    names the feed gives (podcast:person). `transcripts` are captions and transcripts in the order they are listed.
    `audio_sha256` is the hash of a local recording. `language` is the tag of the language spoken in it ("en-gb"), in
    lower case. `doubts` has a line for each part that was not understood.
    """

    guid: str
    origin: str
    show_title: str | None = None
    show_link: str | None = None
    feed_url: str | None = None
    title: str | None = None
    number: int | None = None
    season: int | None = None
    published: str | None = None
    duration: float | None = None
    page_url: str | None = None
    notes: str | None = None
    licence: str | None = None
    enclosure: Link | None = None
    transcripts: tuple[Link, ...] = ()
    people: tuple[str, ...] = ()
    audio_sha256: str | None = None
    language: str | None = None
    doubts: tuple[str, ...] = ()
