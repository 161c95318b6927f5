"""No feed makes us ask a machine that is not on the public internet, wherever its address stands."""

import http.server
import socket
import threading
from collections.abc import Iterator
from html import escape
from pathlib import Path

import httpcore
import pytest

from ingest.errors import SourceError
from ingest.fetch.client import FetchLimits, download, fetch, open_client
from ingest.fetch.public_addresses import addresses_of, is_public
from ingest.pipeline import IngestSettings, Outcome, ingest_episode
from ingest.sources import register_source
from tests.safety.forbidden import forbidden
from tests.safety.network import PUBLIC, Network, canary_network

_HEAD = (
    '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>'
    "<title>A show</title>"
)
_NOTES = "<description>{}</description>".format(
    escape(
        "<p>The transcript follows:</p>"
        "<p>Mina Calder:</p><p>Words that are said and go on with a few more words.</p>"
        "<p>Tobias Renn:</p><p>I answer them and then some more, so that it is worth reading.</p>"
    )
)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    monkeypatch.setattr("ingest.fetch.retry.time.sleep", lambda seconds: None)
    with canary_network(monkeypatch) as found:
        yield found


def ingested(folder: Path, items: list[str], monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
    """What becomes of the items of a feed when recordings are wanted."""
    monkeypatch.setattr("ingest.pipeline.weights_available", lambda *args, **options: None)
    feed = folder / "feed.xml"
    feed.write_text(f"{_HEAD}{''.join(items)}</channel></rss>", "utf-8")
    source = register_source(str(feed), folder / "home")
    return [ingest_episode(episode, folder / "home", IngestSettings()) for episode in source.episodes]


def test_the_canary_hears(network: Network) -> None:
    """A public address does reach the canary, so that silence means something."""
    assert fetch(f"http://{PUBLIC}/x").data == b"secret"
    assert len(network.contacts) == len(network.dialled) == 1


def test_there_are_enough_addresses() -> None:
    """At least two hundred, no two alike."""
    assert len(set(forbidden(1))) >= 200


def test_as_a_feed(network: Network, tmp_path: Path) -> None:
    """The address of a feed is refused in one line, and nothing is written."""
    for address in forbidden(network.port):
        with pytest.raises(SourceError) as error:
            register_source(address, tmp_path / "home")
        assert len(str(error.value).splitlines()) == 1, address
        assert network.dialled == [], address
    assert network.contacts == []
    assert not (tmp_path / "home").exists()


def test_as_a_recording(network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An enclosure at such an address is not asked for, and leaves no file."""
    addresses = forbidden(network.port)
    items = [
        f'<item><guid>{n}</guid><title>Talk {n}</title><enclosure url="{escape(address)}" type="audio/mpeg"/></item>'
        for n, address in enumerate(addresses)
    ]
    outcomes = ingested(tmp_path, items, monkeypatch)
    assert len(outcomes) > 200
    assert {outcome.status for outcome in outcomes} == {"failed"}
    assert [path.name for path in (tmp_path / "home").rglob("*audio*")] == []
    assert network.dialled == network.contacts == []


def test_as_a_redirect(network: Network) -> None:
    """A server that may be asked cannot send us on to one that may not."""
    addresses = forbidden(network.port)

    class Redirects(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            number = self.path.strip("/")
            self.send_response(302 if number.isdecimal() else 404)
            if number.isdecimal():
                self.send_header("Location", addresses[int(number)].encode().decode("latin-1"))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Redirects) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        port = server.server_address[1]
        network.allowed.add(("127.0.0.1", port))
        with open_client(frozenset({f"127.0.0.1:{port}"})) as client:
            for number, address in enumerate(addresses):
                with pytest.raises(SourceError):
                    fetch(f"http://127.0.0.1:{port}/{number}", client=client)
                assert network.dialled == [], address
        server.shutdown()
    assert network.contacts == []


def test_as_a_transcript(network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A podcast:transcript at such an address is not asked for; the episode's notes are ingested all the same."""
    items = [
        f"<item><guid>{n}</guid><title>Talk {n}</title>{_NOTES}"
        f'<podcast:transcript url="{escape(address)}" type="text/vtt"/></item>'
        for n, address in enumerate(forbidden(network.port))
    ]
    outcomes = ingested(tmp_path, items, monkeypatch)
    assert len(outcomes) > 200
    assert {outcome.status for outcome in outcomes} == {"ingested"}
    assert network.dialled == network.contacts == []


def test_as_an_image(network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of ours fetches images, from wherever: not even a name is looked up."""
    items = [
        f"<item><guid>{n}</guid><title>Talk {n}</title>{_NOTES.replace('Words', escape(escape(image)) + 'Words')}"
        f'<itunes:image href="{escape(address)}"/><podcast:images srcset="{escape(address)} 300w"/>'
        f'<media:thumbnail url="{escape(address)}"/><media:content url="{escape(address)}" medium="image"/>'
        f'<enclosure url="{escape(address)}" type="image/png"/></item>'
        for n, address in enumerate((*forbidden(network.port), f"http://{PUBLIC}/x.png"))
        for image in [f'<img src="{escape(address)}">']
    ]
    items.insert(
        0, f'<image><url>http://{PUBLIC}/show.png</url></image><itunes:image href="http://{PUBLIC}/show.png"/>'
    )
    outcomes = ingested(tmp_path, items, monkeypatch)
    assert len(outcomes) > 200
    assert {outcome.status for outcome in outcomes} == {"ingested"}
    assert network.lookups == network.dialled == network.contacts == []


@pytest.mark.parametrize("to_file", [False, True])
def test_a_name_whose_address_changes_between_check_and_use(network: Network, tmp_path: Path, to_file: bool) -> None:
    """The address that was checked is the one that is used; the next answer of the name's server does not matter."""
    network.names["rebound.example"] = [PUBLIC, "127.0.0.1"]
    if to_file:
        download("http://rebound.example/x", tmp_path / "x")
    else:
        fetch("http://rebound.example/x")
    assert network.lookups.count("rebound.example") == 1
    assert network.dialled == [(PUBLIC, 80)]
    assert b"Host: rebound.example\r\n" in network.contacts[0]
    with pytest.raises(SourceError, match="is not on the public internet"):
        fetch("http://rebound.example/x")
    assert len(network.dialled) == 1


def test_a_name_with_one_forbidden_address_is_refused(network: Network) -> None:
    """Each address of every family is looked at: the second could be used where the first does not answer."""
    for address in ("::1", "fe80::1", "fd00::1", "64:ff9b::a00:1", "2002:a00:1::", "::ffff:10.0.0.1", "10.0.0.1"):
        network.names["mixed.example"] = [address]
        with pytest.raises(SourceError, match=r"^mixed\.example: is not on the public internet"):
            fetch("http://mixed.example/")
    assert network.dialled == []


def test_a_resolver_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver has no time-out, so a name that hangs is given up in time, and again when it is asked."""
    hanging, answered = threading.Event(), []

    def hang(*args: object, **options: object) -> None:
        hanging.wait(60)
        answered.append(args)
        raise socket.gaierror("too late")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with pytest.raises(SourceError, match=r"^http://slow\.example/: did not answer in time \(the name slow\.example"):
        fetch("http://slow.example/", limits=FetchLimits(seconds=0.4, backoff=0.0, attempts=2))
    with pytest.raises(httpcore.ConnectTimeout):
        addresses_of("slow.example", 80, 0.1)
    assert answered == []
    hanging.set()


@pytest.mark.parametrize(
    ("address", "public"),
    [("2a00:1450::5efe:808:808", True), ("2a00:1450::5efe:a00:1", False), ("2002:808:808::5efe:7f00:1", False)],
)
def test_isatap_is_judged_by_what_it_carries(address: str, public: bool) -> None:
    """An IPv6 address that a tunnel turns into an IPv4 one is as public as that (RFC 5214)."""
    assert is_public(address) is public
