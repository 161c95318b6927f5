"""What a page costs on its way to a reader."""

import pytest
from starlette.testclient import TestClient

from api.pages.render import FOLDER, GOVUK
from tests.api.markup import seen

MOST_BYTES = 60_000
LIGHTHOUSE = "/?q=Which+council+paid+for+the+lighthouse+database%3F"


def sent(client: TestClient, path: str) -> int:
    """Bytes of a response as a browser receives it: status line, headers and compressed body."""
    with client.stream("GET", path, headers={"accept": "text/html", "accept-encoding": "gzip"}) as response:
        head = sum(len(name) + len(value) + len(": \r\n") for name, value in response.headers.raw)
        return len("HTTP/1.1 200 OK\r\n\r\n") + head + sum(len(chunk) for chunk in response.iter_raw())


ABOUT = "/episodes/harbour-1-aaaa/about"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        LIGHTHOUSE,
        "/search",
        "/verify",
        "/episodes",
        "/people",
        "/terms",
        "/start",
        "/topics",
        "/lessons",
        "/docs",
        ABOUT,
    ],
)
def test_a_first_page_is_light(client: TestClient, path: str) -> None:
    """With its styles, scripts and images a page is at most 60 kB over the wire, with nothing kept from before."""
    page = seen(client.get(path))
    loaded = [str(link.attributes["href"]) for link in page.all("link") if link.attributes["rel"] != "canonical"]
    loaded += [str(script.attributes["src"]) for script in page.all("script") if "src" in script.attributes]
    loaded += [str(image.attributes["src"]) for image in page.all("img")]
    assert (FOLDER / "assets" / GOVUK[0]).exists() == any("/govuk/" in address for address in loaded)
    assert sent(client, path) + sum(sent(client, address) for address in loaded) <= MOST_BYTES
