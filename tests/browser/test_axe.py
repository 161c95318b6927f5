"""axe-core on every page and state: no violation of WCAG 2.2 A or AA, and none of its best practices."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.sample_site import AXE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is missing: npm ci in api/pages"),
]

ANSWER = "/?q=Why+could+the+office+not+stay+on+Capstan%3F"
STATES = {
    "ask": "/",
    "answer": ANSWER,
    "no answer": "/?q=who+invented+the+telephone",
    "faults": "/?q=x&since=never&until=x",
    "no question": "/?q=",
    "thanks": f"{ANSWER}&thanks=yes",
    "filtered": "/?q=boats&speaker=Tobias&since=2020-01-01&k=3",
    "interface": "/docs",
    "not found": "/nowhere",
    "no quote": "/quotes/none",
    "no episode": "/episodes/none",
    "odd parameter": "/?q=x&k=none",
    "search": "/search",
    "hits": "/search?q=rehearsal",
    "search faults": "/search?q=x&since=never",
    "episodes": "/episodes",
    "an episode": "{episode}",
    "a turn": "{episode}?t=100",
    "a quote": "{quote}",
    "a quote to embed": "{embed}",
}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


def violations(page: Any) -> list[str]:
    """What axe finds, as "rule: where"."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("tags => axe.run({ runOnly: tags })", TAGS)
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", [1280, 360])
def test_no_page_violates_the_guidelines(open_page: Callable[..., Any], state: str, width: int) -> None:
    """No violation on any page, wide and narrow."""
    page = open_page("/", viewport={"width": width, "height": 900})
    answer = page.request.post("/api/answers", data={"question": "Why could the office not stay on Capstan?"}).json()
    citation = (answer["citations"] or answer["related"])[0]
    known = {
        "episode": f"/episodes/{citation['episode']['id']}",
        "quote": citation["url"],
        "embed": f"/embed/{citation['id']}",
    }
    page.goto(STATES[state].format_map(known))
    assert violations(page) == []


def test_opened_parts_violate_nothing(open_page: Callable[..., Any]) -> None:
    """What a reader opens is sound too: the filters, and a recording that plays."""
    page = open_page(ANSWER)
    page.get_by_text("Refine").click()
    page.locator(".app-play").first.click()
    assert violations(page) == []


def test_plain_pages_violate_nothing(open_page: Callable[..., Any]) -> None:
    """Without scripts too; axe itself needs them, so the markup is judged in a page that ran none of ours."""
    plain = open_page(ANSWER, java_script_enabled=False)
    page = open_page("/nowhere")
    page.set_content(plain.content().replace('type="module"', 'type="text/plain"'))
    assert violations(page) == []
