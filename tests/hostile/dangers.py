"""What a page would do that nobody wrote into it."""

import json

from tests.api.markup import Element, Seen

# Attributes whose value a browser follows, loads or sends to.
_ADDRESSES = frozenset("action background cite data formaction href manifest ping poster src srcset xlink:href".split())
_ADDRESS_TAGS = ("og:url", "og:audio")


def parsed(html: str) -> Seen:
    """The elements of a page or of a piece of one; each must be closed."""
    page = Seen()
    page.feed(html)
    page.close()
    assert not page.open
    return page


def vocabulary(page: Seen) -> set[tuple[str, str]]:
    """Every element of a page with each of its attributes; "" stands for the element itself."""
    return {(element.name, name) for element in page.elements for name in ("", *element.attributes)}


def dangers(page: Seen) -> list[str]:
    """The scripts and addresses of a page that no template of ours writes."""
    found = []
    for element in page.elements:
        if element.name == "script" and not _is_ours(element):
            found.append(f"script: {element.attributes} {element.text}")
        for name, value in element.attributes.items():
            is_address = name in _ADDRESSES or (
                name == "content" and element.attributes.get("property") in _ADDRESS_TAGS
            )
            if is_address and not _leads_to_web_or_here(value or ""):
                found.append(f"{element.name} {name}: {value}")
    return found


def _is_ours(script: Element) -> bool:
    if script.attributes == {"type": "application/ld+json"}:
        json.loads(script.text)
        return True
    return (script.attributes.get("src") or "").startswith("/assets/") and not script.text.strip()


def _leads_to_web_or_here(address: str) -> bool:
    """Whether an address is one of the web or of this server, read as browsers read it."""
    read = "".join(letter for letter in address.strip("".join(map(chr, range(33)))) if letter not in "\t\n\r").lower()
    if read.startswith(("http://", "https://")):
        return True
    return read == "" or read[0] in "#?" or (read[0] == "/" and read[1:2] not in ("/", "\\"))
