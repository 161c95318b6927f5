"""Every page with a hostile text in every field: it is shown, and nothing of it becomes markup, a link or a script."""

import csv
from io import StringIO
from xml.etree import ElementTree

import pytest

from tests.api.commonmark import tokens
from tests.hostile.dangers import dangers, parsed, vocabulary
from tests.hostile.serving import ASKED, STORED, Served, pages_of

_ATOM = {"feed", "entry", "id", "title", "updated", "author", "name", "link", "summary", "content"}


@pytest.mark.parametrize("path", STORED)
def test_a_hostile_library_is_shown_and_does_nothing(
    hostile: Served, plain_vocabulary: set[tuple[str, str]], path: str
) -> None:
    """The text stands on the page as it came; elements, attributes, scripts and links are those of plain words."""
    for text, page in pages_of(hostile, path):
        assert vocabulary(page) <= plain_vocabulary, text
        assert not dangers(page), text
        shown = page.all("main")[0].text
        if path == "/people":  # names that differ in blanks and capitals alone are one person's
            assert "".join(text.casefold().split()) in "".join(shown.casefold().split()), text
        else:
            assert " ".join(text.split()) in " ".join(shown.split()), text


@pytest.mark.parametrize("path", ASKED)
def test_a_hostile_request_does_nothing(hostile: Served, plain_vocabulary: set[tuple[str, str]], path: str) -> None:
    """Whatever stands in an address, the page has only our elements, attributes, scripts and links."""
    for text, page in pages_of(hostile, path):
        assert vocabulary(page) <= plain_vocabulary, text
        assert not dangers(page), text


def test_a_hostile_library_downloads_as_words(hostile: Served) -> None:
    """Everything about a question has our markup and links only, whatever the words, names and titles are."""
    for number, text in enumerate(hostile.texts.values()):
        asked = {"q": f"Number{number} said {text} about number{number} to us.", "show": f"show-{number % 5}"}
        found = tokens(hostile.client.get("/api/search.md", params=asked).text)
        assert any(token.type == "blockquote_open" for token in found), text
        assert not [token for token in found if token.type in ("html_block", "html_inline", "image")], text
        links = [str(token.attrs["href"]) for token in found if token.type == "link_open"]
        assert all(link.startswith("http://testserver/quotes/") for link in links), text
        feed = ElementTree.fromstring(hostile.client.get("/search.atom", params=asked).text)
        assert {each.tag.partition("}")[2] for each in feed.iter()} <= _ATOM, text
        addresses = [each.attrib["href"] for each in feed.iter() if "href" in each.attrib]
        assert all(address.startswith("http://testserver/") for address in addresses), text
        table = hostile.client.get("/api/search.csv", params=asked).text
        cells = [cell for row in csv.reader(StringIO(table, newline="")) for cell in row]
        assert not [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@"))], text


def test_lists_of_hostile_names_do_nothing(hostile: Served, many_plain: Served) -> None:
    """The pages that show many names together are as harmless: empty forms with their choices, and the list."""
    for path in (
        "/",
        "/search",
        "/episodes",
        "/episodes?page=2",
        "/episodes?sort=title",
        "/episodes?show=show-1",
        "/start",
        "/topics",
    ):
        page = parsed(hostile.client.get(path).text)
        assert vocabulary(page) <= vocabulary(parsed(many_plain.client.get(path).text)), path
        assert not dangers(page), path
