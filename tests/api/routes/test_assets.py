"""Assets: names that change with the content, kept for good, sent compressed; nothing else under /assets."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.pages.render import FOLDER
from api.routes.assets import read_assets
from tests.api.markup import seen


def loaded(client: TestClient) -> list[str]:
    page = seen(client.get("/"))
    links = [str(link.attributes["href"]) for link in page.all("link")]
    return links + [str(script.attributes["src"]) for script in page.all("script")]


def test_assets_are_kept_for_good(client: TestClient) -> None:
    """What a page loads has a hash in its name, never expires, and names its kind."""
    kinds = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
    for address in loaded(client):
        assert re.fullmatch(r"/assets/[\w/]+-[0-9a-f]{12}\.(css|js|svg)", address)
        headers = client.get(address).headers
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        assert headers["content-type"] == kinds[address.rpartition(".")[2]]
        assert headers["vary"] == "Accept-Encoding"


def test_assets_are_sent_compressed_to_those_who_take_it(client: TestClient) -> None:
    """With gzip the same bytes arrive in fewer; without it they are sent as they are."""
    for address in loaded(client):
        plain = client.get(address, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        with client.stream("GET", address, headers={"accept-encoding": "gzip"}) as response:
            sent = b"".join(response.iter_raw())
        assert response.headers["content-encoding"] == "gzip"
        assert int(response.headers["content-length"]) == len(sent)
        assert gzip.decompress(sent) == plain.content
        assert len(sent) < len(plain.content) or len(plain.content) < 300


@pytest.mark.parametrize(
    "path",
    ["app.css", "style.css", "../render.py", "%2e%2e/render.py", "app-000000000000.css", "govuk", "", "//etc/passwd"],
)
def test_nothing_else_is_there(client: TestClient, path: str) -> None:
    """Only the hashed names lead to a file."""
    assert client.get(f"/assets/{path}").status_code == 404


def test_a_name_changes_with_its_content_and_with_what_it_imports(tmp_path: Path) -> None:
    """A script names the hashed file of the one it imports, so a change there gives both new names."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "base.js").write_text("export const a = 1;\n")
    (tmp_path / "deep" / "other.css").write_text("b { color: red }")
    (tmp_path / "also.js").write_text('import { a } from "./base.js";\n')
    (tmp_path / "notes.txt").write_text("not for readers")
    before = read_assets(tmp_path)
    assert set(before) == {"base.js", "also.js", "deep/other.css"}
    assert before["also.js"].body.decode() == 'import { a } from "' + before["base.js"].address + '";\n'
    (tmp_path / "base.js").write_text("export const a = 2;\n")
    after = read_assets(tmp_path)
    assert after["base.js"].address != before["base.js"].address
    assert after["also.js"].address != before["also.js"].address
    assert after["deep/other.css"] == before["deep/other.css"]


def test_our_scripts_import_what_is_there() -> None:
    """Every import of our scripts was replaced by a hashed name that is served."""
    held = read_assets(FOLDER / "assets")
    served = {asset.address for asset in held.values()}
    for name, asset in held.items():
        if name.endswith(".js") and not name.startswith("govuk/"):
            for imported in re.findall(r' from "([^"]+)"', asset.body.decode()):
                assert imported in served, name


def test_our_own_styles_and_scripts_are_small() -> None:
    """Own styles stay under 12 kB and own scripts under 11 kB, as they are written."""
    sizes = {path.name: path.stat().st_size for path in (FOLDER / "assets").iterdir() if path.is_file()}
    assert sum(size for name, size in sizes.items() if name.endswith(".css")) < 12_000
    assert sum(size for name, size in sizes.items() if name.endswith(".js")) < 11_000


def test_styles_load_nothing() -> None:
    """No style names a font, a picture or another address, and none carries GOV.UK's typeface or crown."""
    for path in (FOLDER / "assets").rglob("*.css"):
        text = path.read_text("utf-8").lower()
        assert not [word for word in ("url(", "@import", "@font-face", "gds transport", "crown-") if word in text], path


def test_pages_and_json_are_compressed_and_recordings_are_not(client: TestClient) -> None:
    """Text travels compressed; a recording keeps its length and its ranges, so that players can seek."""
    taken = {"accept-encoding": "gzip"}
    for path in ("/", "/docs", "/api/episodes", "/openapi.json"):
        response = client.get(path, headers=taken)
        assert response.headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in response.headers["vary"]
    audio = "/api/episodes/harbour-1-aaaa/audio"
    whole = client.get(audio, headers=taken)
    assert "content-encoding" not in whole.headers
    assert int(whole.headers["content-length"]) == len(whole.content)
    part = client.get(audio, headers=taken | {"range": "bytes=0-999"})
    assert (part.status_code, part.headers["content-length"]) == (206, "1000")
    assert "content-encoding" not in part.headers


def test_an_answer_in_events_is_not_collected_to_be_compressed(client: TestClient) -> None:
    """Events leave as they come."""
    headers = {"accept-encoding": "gzip", "accept": "text/event-stream"}
    response = client.post("/api/answers", json={"question": "Who paid for the lighthouse?"}, headers=headers)
    assert "content-encoding" not in response.headers
    assert response.text.startswith("event: citations")


def test_without_npm_pages_are_plainly_styled(served_home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where govuk-frontend was not built the pages load the plain style instead, and nothing that is missing."""
    from api import app as module
    from api.settings import Settings

    def without(folder: Path) -> dict[str, Any]:
        return {name: asset for name, asset in read_assets(folder).items() if not name.startswith("govuk/")}

    monkeypatch.setattr(module, "read_assets", without)
    with TestClient(module.create_app(Settings(home=served_home), encoder)) as client:
        addresses = loaded(client)
        assert [address for address in addresses if "/plain-" in address]
        assert not [address for address in addresses if "govuk" in address]
        assert {client.get(address).status_code for address in addresses} == {200}
