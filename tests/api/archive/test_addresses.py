"""Addresses and files of an archive: one file for each, none outside, whatever stands in a name."""

from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.archive.addresses import held_at, recorded_at, relative
from api.archive.folder import _NAME
from api.archive.links import Link, Links
from api.archive.rewrite import classic, rewritten

PUBLIC = "https://quotes.example.org"


def file_of(address: str) -> str | None:
    held = held_at(address, {"Ada Moor": "ada-moor", "ada-moor": "ada-moor"}.get)
    return None if held is None else held.file


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/", "index.html"),
        ("/episodes", "episodes/index.html"),
        ("/episodes?page=1", "episodes/index.html"),
        ("/episodes?page=2", "episodes/page/2/index.html"),
        ("/episodes?topic=boats", "episodes/topic/boats/index.html"),
        ("/lessons?theme=boats&page=3", "lessons/theme/boats/page/3/index.html"),
        ("/episodes/a-1-aaaa?t=12.5", "episodes/a-1-aaaa/index.html"),
        ("/episodes/a-1-aaaa/about", "episodes/a-1-aaaa/about/index.html"),
        ("/quotes/a-1-aaaa.1.2.abc", "quotes/a-1-aaaa.1.2.abc/index.html"),
        ("/search?q=boats", "search/index.html"),
        ("/people/Ada%20Moor", "people/ada-moor/index.html"),
        ("/lessons.csv", "lessons.csv"),
        ("/lessons/report", "lessons/report/index.html"),
        ("/api/people/ada-moor", "api/people/ada-moor.json"),
        ("/api/episodes/a-1-aaaa/transcript.vtt", "api/episodes/a-1-aaaa/transcript.vtt"),
    ],
)
def test_addresses_have_files(address: str, file: str) -> None:
    """What an archive holds, and where."""
    assert file_of(address) == file


@pytest.mark.parametrize(
    "address",
    "/?q=boats /search?q=boats&speaker=Ada /lessons/review /lessons.csv?theme=boats /docs /oembed?url=x /healthcheck "
    "/people/Nobody /api/answers /episodes?q=boats /lessons?theme=a&theme=b /feedback /openapi.json "
    "/api/episodes/a-1-aaaa/audio".split(),
)
def test_what_needs_a_server_has_none(address: str) -> None:
    """Answers, filters, operations and programs' addresses are not in an archive."""
    assert file_of(address) is None


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_no_name_leaves_the_folder(name: str) -> None:
    """Dots, slashes, blanks and letters of any language become plain names of files."""
    for address in (f"/terms/{quote(name, safe='')}", f"/episodes?{urlencode({'topic': name})}"):
        file = file_of(address)
        assert file is not None
        assert _NAME.fullmatch(file)
        assert file.isascii()
        assert ".." not in file.split("/")
        assert file == file.lower(), "some systems know no capitals"


def test_alike_names_have_files_of_their_own() -> None:
    """Names that differ in capitals, accents or marks alone do not share a page."""
    names = ["Go", "go", "gö", "go!", "GO", "g/o", "go.", ".go"]
    assert len({file_of(f"/terms/{quote(name, safe='')}") for name in names}) == len(names)


@pytest.mark.parametrize("name", ["con", "aux", "nul", "com1", "lpt9", "con.txt"])
def test_no_name_is_a_device_of_windows(name: str) -> None:
    """Windows makes no file or folder of these names, with any ending; longer ones stay."""
    assert file_of(f"/terms/{name}") != f"terms/{name}/index.html"
    assert file_of(f"/api/terms/{name}") != f"api/terms/{name}.json"
    assert file_of(f"/terms/{name.replace('.', '-')}s") == f"terms/{name.replace('.', '-')}s/index.html"


def test_links_are_relative() -> None:
    """From any depth to any other."""
    assert relative("index.html", "episodes/a/index.html") == "episodes/a/index.html"
    assert relative("episodes/a/about/index.html", "index.html") == "../../../index.html"
    assert relative("quotes/a/index.html", "quotes/b/index.html") == "../b/index.html"
    assert recorded_at("/api/episodes/a-1/audio#t=3") == "a-1"


def test_a_page_is_rewritten() -> None:
    """Every kind of link of a page, and what becomes of it."""
    page = held_at("/quotes/q.1", lambda name: None)
    assert page is not None
    led: list[str] = []
    links = Links(PUBLIC, {"a": "recordings/a.mp3"}, lambda name: None)
    html = (
        '<!doctype html><meta charset="utf-8"><link rel="canonical" href="https://x.example/1">'
        '<link rel="modulepreload" href="/assets/g.js">'
        '<link rel="stylesheet" href="/assets/a.css"><link rel="alternate" href="/oembed?url=1">'
        '<script type="module" src="/assets/app.js"></script>'
        '<a class="b" href="/episodes/e?t=1&amp;find=x#turn-2">read &amp; hear</a>'
        '<a href="/quotes/q.2" rel="nofollow">longer</a><a href="/docs">operations</a><a href="#here">here</a>'
        f'<a href="{PUBLIC}/lessons/l?">lesson</a><a href="https://elsewhere.example/">out</a>'
        '<audio controls src="/api/episodes/a/audio#t=1,2"></audio>'
        '<audio src="/api/episodes/b/audio" aria-label="B"></audio>'
        '<audio src="https://cdn.example/b.mp3" aria-label="Of &lt;B&gt;"></audio>'
        '<a href="/api/episodes/b/audio">Play</a>'
    )
    found = rewritten(html, links.of(page, led))
    _, _, body = found.partition(">\n<meta http-equiv=")
    assert body.partition(">")[2] == (
        '<link rel="canonical" href="https://x.example/1"><link rel="stylesheet" href="../../assets/a.css">'
        '<script defer src="../../assets/app.js"></script>'
        '<a class="b" href="../../episodes/e/index.html?t=1&amp;find=x#turn-2">read &amp; hear</a>'
        'operations<a href="#here">here</a><a href="../../lessons/l/index.html">lesson</a>'
        '<a href="https://elsewhere.example/">out</a>'
        '<audio controls src="../../recordings/a.mp3#t=1,2"></audio>'
        '<p class="govuk-body">This archive holds no recording.</p>'
        '<p class="govuk-body"><a class="govuk-link" href="https://cdn.example/b.mp3" rel="noopener">'
        "Of &lt;B&gt;</a>, elsewhere</p>"
    )
    assert "/quotes/q.2" not in led
    assert "/episodes/e?t=1&find=x" in led


def test_links_of_a_page_to_itself_keep_their_query() -> None:
    """A time of the same transcript is for the page's script."""
    page = held_at("/episodes/e", lambda name: None)
    assert page is not None
    link = Links(PUBLIC, {}, lambda name: None).of(page, [])
    assert link("?t=3#turn-1") == Link("?t=3#turn-1")
    assert link("//elsewhere.example/x") == Link("//elsewhere.example/x", outside=True)


def test_a_module_becomes_a_classic_script() -> None:
    """What the first script exports is seen by the second, whose own names are its own."""
    assert classic("const a = 1;\nexport function f() {}\n") == '"use strict";\nconst a = 1;\nfunction f() {}\n'
    assert classic('import { f } from "./app.js";\n\nconst a = 2;\n') == '"use strict";\n{\n\nconst a = 2;\n}\n'
