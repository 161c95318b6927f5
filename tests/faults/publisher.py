"""A publisher whose feed changes: what it lists, the files beside it, and the web server that gives them out."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Who says what of a thing; each episode is about another one, so that no two say the same.
TALK = (
    ("Ann Lee", "Hello and welcome to the harbour, today we speak about the {0}."),
    ("Bo Long", "The {0} was mended in winter because a storm had bent it."),
    ("Ann Lee", "Who paid for the new {0} and for the work that it took?"),
    ("Bo Long", "The town paid for the {0}, and nobody was paid for the work."),
    ("Ann Lee", "Thank you for coming all the way down to the {0}."),
)
NAMES = (
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0"'
)

Turns = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Entry:
    """An item of the feed; None is left out of it.

    `who` is the true episode. It is printed as the item's licence, which identifies nothing, so that the library itself
    says of every item whose it is. `recording` and `captions` are paths on the publisher's server.
    """

    who: str
    guid: str | None
    title: str
    turns: Turns = ()
    number: int | None = None
    day: int = 1  # of January 2024
    seconds: int | None = None
    recording: str | None = None
    captions: str | None = None


@dataclass(frozen=True)
class Site:
    """All that the publisher's server gives out; `feeds` are the paths of the feed, `moved` leads elsewhere for good.

    `says_moved` is the path that the feed names as its new one. `broken` is the place, among the items, of one whose
    XML is broken.
    """

    entries: tuple[Entry, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    title: str = "Harbour"
    link: str | None = "https://harbour.example/"
    feeds: tuple[str, ...] = ("/feed.xml",)
    moved: Mapping[str, str] = field(default_factory=dict)
    says_moved: str | None = None
    broken: int | None = None

    def entry(self, who: str) -> Entry:
        """Return the first item of a true episode."""
        return next(entry for entry in self.entries if entry.who == who)

    def changed(self, who: str, **facts: object) -> "Site":
        """Return the site with other facts of a true episode."""
        return replace(
            self,
            entries=tuple(replace(entry, **facts) if entry.who == who else entry for entry in self.entries),  # type: ignore[arg-type]
        )

    def holding(self, files: Mapping[str, bytes | None]) -> "Site":
        """Return the site with other files; None takes one away."""
        held = {**self.files, **files}
        return replace(self, files={path: data for path, data in held.items() if data is not None})


def talk(thing: str) -> Turns:
    """What is said of a thing."""
    return tuple((name, text.format(thing)) for name, text in TALK)


def sound(*texts: str) -> bytes:
    """A recording, which here is nothing but the words in it; see `listened_to`."""
    return " ".join(texts).encode()


def sound_of(turns: Turns) -> bytes:
    """A recording of what is said."""
    return sound(*(text for _, text in turns))


def captions_of(turns: Turns) -> bytes:
    """Captions without speakers, a cue of four seconds for each turn."""
    cues = (
        f"00:00:{4 * place:02}.000 --> 00:00:{4 * place + 4:02}.000\n{text}\n" for place, (_, text) in enumerate(turns)
    )
    return ("WEBVTT\n\n" + "\n".join(cues)).encode()


def site() -> Site:
    """Return what the publisher begins with: an episode each with captions, a recording, text alone, sound alone."""
    mast, rope, sail, bell = (
        Entry(thing, f"g-{number}", f"Episode {number}: The {thing}", talk(thing), number, number, 60)
        for number, thing in enumerate(("mast", "rope", "sail", "bell"), 1)
    )
    return Site(
        (
            replace(bell, recording="/bell.mp3", turns=()),
            sail,
            replace(rope, recording="/rope.mp3"),
            replace(mast, recording="/mast.mp3", captions="/mast.vtt"),
        ),
        {
            "/mast.mp3": sound_of(talk("mast")),
            "/mast.vtt": captions_of(talk("mast")),
            "/rope.mp3": sound_of(talk("rope")),
            "/bell.mp3": sound_of(talk("bell")),
        },
    )


def document(there: Site, address: str) -> bytes:
    """Return the feed; `address` is that of the server."""
    items = [_item(entry, address) for entry in there.entries]
    if there.broken is not None:
        items[there.broken] = items[there.broken].replace("</title>", "</titel>")
    link = "" if there.link is None else f"<link>{there.link}</link>"
    moved = (
        "" if there.says_moved is None else f"<itunes:new-feed-url>{address}{there.says_moved}</itunes:new-feed-url>"
    )
    head = f"<title>{escape(there.title)}</title>{link}{moved}"
    return f'<rss version="2.0" {NAMES}><channel>{head}{"".join(items)}</channel></rss>'.encode()


def _item(entry: Entry, address: str) -> str:
    said = "".join(f"<p><strong>{name}:</strong> {escape(text)}</p>" for name, text in entry.turns)
    said = said and f"<p>The transcript follows:</p>{said}"
    parts = [
        f"<title>{escape(entry.title)}</title>",
        f"<pubDate>{entry.day:02} Jan 2024 08:00:00 GMT</pubDate>",
        f"<description><![CDATA[{said or 'Coming soon.'}]]></description>",
        f"<podcast:license>{entry.who}</podcast:license>",
    ]
    parts += [] if entry.guid is None else [f'<guid isPermaLink="false">{escape(entry.guid)}</guid>']
    parts += [] if entry.number is None else [f"<itunes:episode>{entry.number}</itunes:episode>"]
    parts += [] if entry.seconds is None else [f"<itunes:duration>{entry.seconds}</itunes:duration>"]
    if entry.recording is not None:
        parts.append(f'<enclosure url="{address}{entry.recording}" type="audio/mpeg" length="1"/>')
    if entry.captions is not None:
        parts.append(f'<podcast:transcript url="{address}{entry.captions}" type="text/vtt"/>')
    return f"<item>{''.join(parts)}</item>"


class Publisher:
    """A server that runs; set `site` to change what it gives out. `asked` are the paths and statuses of its answers."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.site = site()
        self.asked: list[tuple[str, int]] = []

    @property
    def host(self) -> str:
        """What --allow-host is to be given."""
        return self.address.removeprefix("http://")

    def feed(self, path: str = "/feed.xml") -> str:
        """Return the address of the feed."""
        return self.address + path

    def answer(self, path: str, tag: str | None) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body for a path that was asked with a validator."""
        if path in self.site.moved:
            return 301, {"Location": self.address + self.site.moved[path]}, b""
        data = document(self.site, self.address) if path in self.site.feeds else self.site.files.get(path)
        if data is None:
            return 404, {}, b""
        own = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        return (304, {"ETag": own}, b"") if tag == own else (200, {"ETag": own}, data)


@contextmanager
def publishing() -> Iterator[Publisher]:
    """Run the publisher's server on a free port of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(lambda: publisher)) as server:
        publisher = Publisher(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield publisher
        finally:
            server.shutdown()
            thread.join()


def _handler(publisher: Callable[[], Publisher]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = publisher().answer(self.path, self.headers.get("If-None-Match"))
            publisher().asked.append((self.path, status))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
