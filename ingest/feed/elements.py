"""The elements of a feed's checked tree: items, and what stands in them under a name or the podcast namespace; pure."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, tostring

_ITEMS = ("item", "entry")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{1,8}){0,4}")


def inner_markup(element: Element) -> str:
    """Return an element's content as published; unescaped markup is serialised again."""
    inside = (element.text or "") + "".join(tostring(child, encoding="unicode") for child in element)
    return inside.strip()


def item_elements(root: Element) -> Iterator[Element]:
    """Yield the elements that feedparser turns into entries, lazily, in the same order."""
    homes = {
        "",
        namespace_of(root),
        *(namespace_of(child) for child in root if local_name(child) in ("channel", *_ITEMS)),
    }
    yield from (element for element in root.iter() if local_name(element) in _ITEMS and namespace_of(element) in homes)


def own_text(element: Element, name: str) -> str:
    """Return the text of the first child with this name in the feed's own namespace, else an empty string."""
    texts = (
        child.text for child in element if local_name(child) == name and namespace_of(child) == namespace_of(element)
    )
    return next((text.strip() for text in texts if text and text.strip()), "")


def podcast_elements(element: Element, name: str) -> list[Element]:
    """Return the children with this name in the podcast namespace, in order."""
    return [child for child in element if local_name(child) == name and is_podcast(child)]


def podcast_text(element: Element, name: str) -> str | None:
    """Return the text of the first such child, None without one."""
    return next((child.text for child in podcast_elements(element, name)), None)


def is_podcast(element: Element) -> bool:
    """Return whether an element is in the podcast namespace, whose several addresses all name the Podcast Index."""
    return "podcastindex" in namespace_of(element).lower()


def language_of(element: Element) -> str | None:
    """Return the language an element states (language, dc:language, xml:lang), in lower case, None without one."""
    stated = (child.text for child in element if local_name(child) == "language")
    tags = (*stated, element.get("{http://www.w3.org/XML/1998/namespace}lang"))
    return next((tag.strip().lower() for tag in tags if tag and _LANGUAGE.fullmatch(tag.strip())), None)


def local_name(element: Element) -> str:
    """Return an element's name without its namespace, in lower case."""
    return str(element.tag).rpartition("}")[2].lower()


def namespace_of(element: Element) -> str:
    """Return an element's namespace, "" without one."""
    return str(element.tag).rpartition("}")[0].removeprefix("{")
