"""What is read: pages, Markdown, folders, sitemaps and feeds; each document once, and a reason for what is not."""

from pathlib import Path

import httpx
import pytest

from api.links.sources import Document, documents
from ingest.fetch.polite import Guest

POST = "<p>A post about boats.</p>"
SITE = {
    "/robots.txt": ("text/plain", "User-agent: *\nDisallow: /secret"),
    "/post": ("text/html", f"<html><head><title>T</title><script>x</script></head><body>{POST}</body></html>"),
    "/post.md": ("text/markdown", "# A post\n\nabout *boats*"),
    "/sitemap.xml": (
        "application/xml",
        '<?xml version="1.0"?><!-- made --><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<url><loc>https://a.example/post</loc></url><url><loc>https://a.example/secret</loc></url>"
        "<url><loc>https://a.example/post</loc></url><url><loc>file:///etc/passwd</loc></url></urlset>",
    ),
    "/sitemaps.xml": (
        "application/xml",
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<sitemap><loc>https://a.example/sitemap.xml</loc></sitemap></sitemapindex>",
    ),
    "/feed.xml": (
        "application/rss+xml",
        '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Blog</title>'
        "<item><link>https://a.example/full</link><description>Short</description>"
        f"<content:encoded><![CDATA[{POST}]]></content:encoded></item>"
        "<item><link>https://a.example/post</link><description>Short</description></item>"
        "<item><description>Only this.</description></item></channel></rss>",
    ),
    "/atom.xml": (
        "application/atom+xml",
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link rel="self" href="https://a.example/x"/>'
        '<link href="https://a.example/entry"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
        '<p>A post about <a href="https://b.example/quotes/x">boats</a>.</p></div></content></entry></feed>',
    ),
    "/bomb.xml": (
        "application/xml",
        '<!DOCTYPE x [<!ENTITY a "b">]><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">&a;</urlset>',
    ),
    "/broken.xml": ("application/xml", "<rss><channel><item></rss>"),
}


def read(*sources: str) -> list[Document]:
    """The documents of sources, on a site of these pages, without waiting."""

    def answer(request: httpx.Request) -> httpx.Response:
        kind, text = SITE.get(request.url.path, ("text/html", ""))
        status = 200 if request.url.path in SITE else 404
        return httpx.Response(status, text=text, headers={"content-type": kind})

    client = httpx.Client(transport=httpx.MockTransport(answer))
    return list(documents(sources, Guest(client, sleep=lambda _: None, now=lambda: 0.0)))


def texts(found: list[Document]) -> dict[str, str | None]:
    return {one.name: one.problem or " / ".join(block.text for block in one.blocks) for one in found}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://a.example/post", {"https://a.example/post": "A post about boats."}),
        ("https://a.example/post#x", {"https://a.example/post": "A post about boats."}),
        ("https://a.example/post.md", {"https://a.example/post.md": "A post / about boats"}),
        (
            "https://a.example/sitemap.xml",
            {
                "https://a.example/post": "A post about boats.",
                "https://a.example/secret": "its robots.txt asks programs not to read it",
                "file:///etc/passwd": "was not read: a sitemap lists web pages or sitemaps of them",
            },
        ),
        (
            "https://a.example/feed.xml",
            {
                "https://a.example/full": "A post about boats.",
                "https://a.example/post": "A post about boats.",
                "https://a.example/feed.xml": "Only this.",
            },
        ),
        ("https://a.example/atom.xml", {"https://a.example/entry": "A post about boats."}),
        ("https://a.example/none", {"https://a.example/none": "was not found (status 404); check the address"}),
    ],
)
def test_what_an_address_holds(source: str, expected: dict[str, str]) -> None:
    """Pages are read, sitemaps and feeds lead to pages, entries with a text are read as they are."""
    assert texts(read(source)) == expected


def test_a_sitemap_of_sitemaps_is_followed_and_pages_are_read_once() -> None:
    """Whatever leads to a page, it is one document."""
    found = read("https://a.example/sitemaps.xml", "https://a.example/sitemap.xml", "https://a.example/post")
    assert [one.name for one in found if not one.problem] == ["https://a.example/post"]


@pytest.mark.parametrize("name", ["bomb", "broken"])
def test_hostile_xml_is_a_reason(name: str) -> None:
    """A document type or broken XML is not read, and says why."""
    (found,) = read(f"https://a.example/{name}.xml")
    assert (found.problem or "").startswith("cannot be read as XML")


def test_a_folder_is_read_without_hidden_files_and_links(tmp_path: Path) -> None:
    """Drafts in order; nothing that another program keeps there, and nothing outside."""
    (tmp_path / "posts").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("posts/b.md", "posts/a.html", ".git/c.md", "posts/d.png", "posts/e.txt"):
        (tmp_path / name).write_text("A *draft*", "utf-8")
    (tmp_path / "posts" / "f.md").symlink_to(tmp_path / ".git" / "c.md")
    found = read(str(tmp_path))
    assert [(Path(one.name).name, one.blocks[0].text) for one in found] == [
        ("a.html", "A *draft*"), ("b.md", "A draft"), ("e.txt", "A draft"),
    ]  # fmt: skip


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    """A missing file, an empty folder, binary data and a name that is none are problems, not errors."""
    (tmp_path / "binary.md").write_bytes(b"a\0b" * 10)
    (tmp_path / "empty").mkdir()
    for source in (tmp_path / "none.md", tmp_path / "empty", tmp_path / "binary.md", "a\0b"):
        (found,) = read(str(source))
        assert found.problem
