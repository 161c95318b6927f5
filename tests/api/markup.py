"""What a browser would build of a page."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_VOID = {"meta", "link", "input", "br", "img", "hr", "source", "rect", "path", "line", "circle"}


@dataclass
class Element:
    """An element with its attributes and all text inside."""

    name: str
    attributes: dict[str, str | None]
    text: str = ""

    def has_class(self, name: str) -> bool:
        return name in (self.attributes.get("class") or "").split()


@dataclass
class Seen(HTMLParser):
    """The elements of a page; each must be closed where it was opened."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))  # <rect/> in SVG

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].name == tag, f"<{self.open[-1].name}> is closed by </{tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, tag: str, /, **attributes: str) -> list[Element]:
        """The elements with these values of attributes; one underscore at the end of a name is left out."""
        wanted = {key.rstrip("_"): value for key, value in attributes.items()}
        return [
            element for element in self.elements if element.name == tag and wanted.items() <= element.attributes.items()
        ]

    def of_class(self, name: str) -> list[Element]:
        return [element for element in self.elements if element.has_class(name)]


def seen(response: Any, status: int = 200) -> Seen:
    """Parse a response that must be a page with this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    parsed = Seen()
    parsed.feed(response.text)
    parsed.close()
    assert not parsed.open
    return parsed
