"""Every page with a hostile text in every field: it is shown, and nothing of it becomes markup, a link or a script."""

import pytest

from tests.hostile.dangers import dangers, parsed, vocabulary
from tests.hostile.serving import ASKED, STORED, Served, pages_of


@pytest.mark.parametrize("path", STORED)
def test_a_hostile_library_is_shown_and_does_nothing(
    hostile: Served, plain_vocabulary: set[tuple[str, str]], path: str
) -> None:
    """The text stands on the page as it came; elements, attributes, scripts and links are those of plain words."""
    for text, page in pages_of(hostile, path):
        assert vocabulary(page) <= plain_vocabulary, text
        assert not dangers(page), text
        shown = " ".join(page.all("main")[0].text.split())
        assert " ".join(text.split()) in shown, text


@pytest.mark.parametrize("path", ASKED)
def test_a_hostile_request_does_nothing(hostile: Served, plain_vocabulary: set[tuple[str, str]], path: str) -> None:
    """Whatever stands in an address, the page has only our elements, attributes, scripts and links."""
    for text, page in pages_of(hostile, path):
        assert vocabulary(page) <= plain_vocabulary, text
        assert not dangers(page), text


def test_lists_of_hostile_names_do_nothing(hostile: Served, many_plain: Served) -> None:
    """The pages that show many names together are as harmless: empty forms with their choices, and the list."""
    for path in ("/", "/search", "/episodes", "/episodes?page=2", "/episodes?sort=title", "/episodes?show=show-1"):
        page = parsed(hostile.client.get(path).text)
        assert vocabulary(page) <= vocabulary(parsed(many_plain.client.get(path).text)), path
        assert not dangers(page), path
