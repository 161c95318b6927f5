"""Write the newest passages about a question as an Atom feed (RFC 4287), so that a reader sees what is new since.

Words, names and titles are untrusted: the XML writer escapes them, and control characters are left out before.
"""

from collections.abc import Sequence
from datetime import date
from xml.etree import ElementTree

from api.answer.gather import Gathered, quoted
from api.answer.gathered_formats import cited_as
from api.answer.hits import OpenedHit, open_hits
from api.formatting import urn_of
from api.knowledge_base import KnowledgeBase
from api.quotes.citation_formats import name_of, one_line, title_of
from index.passage import Hit

MOST_ENTRIES = 50
_NAMESPACE = "http://www.w3.org/2005/Atom"
# An entry needs a time; a passage of an episode without a date is never news.
_UNDATED = "1970-01-01"


def search_atom(base: KnowledgeBase, gathered: Gathered, address: str, page: str, own: str) -> str:
    """Return the feed of a search, at most 50 passages, of the newest episodes first.

    `address` is this server's URL without a slash at the end; `page` and `own` are the paths of the search page and of
    the feed. Ids do not depend on the server's name. An entry keeps its id as long as its quote's words stay.
    """
    newest = sorted(gathered.about, key=lambda hit: hit.episode.published or "", reverse=True)[:MOST_ENTRIES]
    found = open_hits(base, quoted(base, gathered, newest))
    feed = ElementTree.Element("feed", xmlns=_NAMESPACE)
    _add(feed, "id", urn_of(own))
    _add(feed, "title", one_line(f"Playback: {gathered.question.asked}"))
    _add(feed, "updated", _time(newest))
    _add(ElementTree.SubElement(feed, "author"), "name", "Playback")
    ElementTree.SubElement(feed, "link", rel="self", type="application/atom+xml", href=f"{address}{own}")
    ElementTree.SubElement(feed, "link", rel="alternate", type="text/html", href=f"{address}{page}")
    _add_entries(feed, found, address)
    text: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return text.decode()


def _add_entries(feed: ElementTree.Element, found: Sequence[OpenedHit], address: str) -> None:
    known: set[str] = set()
    for one in found:
        cited = cited_as(one)
        identifier = urn_of(cited.id or one.hit.passage.id)
        if identifier in known:  # passages overlap, and two may have the same best quote
            continue
        known.add(identifier)
        entry = ElementTree.SubElement(feed, "entry")
        _add(entry, "id", identifier)
        _add(entry, "title", title_of(cited))
        _add(entry, "updated", _time([one.hit]))
        _add(ElementTree.SubElement(entry, "author"), "name", one_line(cited.speaker or cited.episode.show.title))
        ElementTree.SubElement(entry, "link", rel="alternate", type="text/html", href=f"{address}{cited.url}")
        _add(entry, "summary", name_of(cited.episode))
        _add(entry, "content", "\n".join(map(one_line, cited.quote.split("\n")))).set("type", "text")


def _time(hits: Sequence[Hit]) -> str:
    """Return the date of the newest of some hits as the time that Atom wants."""
    published = hits[0].episode.published if hits else None
    try:
        found = date.fromisoformat(published or _UNDATED)
    except ValueError:
        found = date.fromisoformat(_UNDATED)
    return f"{found.isoformat()}T00:00:00Z"


def _add(parent: ElementTree.Element, tag: str, text: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, tag)
    made.text = text
    return made
