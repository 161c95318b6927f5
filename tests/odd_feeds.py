"""Ten odd feeds that are RSS all the same, each with two items; and how two documents are compared."""

from xml.etree.ElementTree import Element, canonicalize, fromstring, tostring

PODCAST = "https://podcastindex.org/namespace/1.0"
_SOUND = '<enclosure url="https://cdn.example/{0}.mp3" type="audio/mpeg" length="9"/>'


def _item(number: int, more: str = "", name: str = "item") -> str:
    return f"<{name}><title>T{number}</title><guid>g{number}</guid>{_SOUND.format(number)}{more}</{name}>"


def _rss(*items: str, names: str = "", head: str = "") -> str:
    return f'<rss version="2.0"{names}><channel><title>Tea</title>{head}{"".join(items)}</channel></rss>'


_TWO = _rss(_item(1), _item(2))
ODD_FEEDS: dict[str, bytes] = {
    "one line": _TWO.encode(),
    "utf-16": _TWO.replace("T1", "Tea \U0001fad6").encode("utf-16"),
    "latin-1": ('<?xml version="1.0" encoding="iso-8859-1"?>\n' + _TWO.replace("T1", "Café")).encode("latin-1"),
    "end tags in text": _rss(
        _item(1, "<description><![CDATA[</item></channel> &amp; <item>]]></description><!-- </item> -->"),
        _item(2, "<!-- <item><guid>g1</guid></item> -->"),
    ).encode(),
    "another prefix": _rss(
        _item(1, '<p:transcript url="https://a.example/1.vtt" type="text/vtt"/>'),
        _item(2),
        names=f' xmlns:p="{PODCAST}"',
    ).encode(),
    "the prefix for something else": _rss(
        _item(1, "<podcast:mood>calm</podcast:mood>"), _item(2), names=' xmlns:podcast="urn:moods"'
    ).encode(),
    "the prefix for something else further down": _rss(
        _item(1, '<podcast:mood xmlns:podcast="urn:moods">calm</podcast:mood>'), _item(2)
    ).encode(),
    "instructions, tabs and a mark": b"\xef\xbb\xbf<?xml version='1.0'?>\r\n<?xml-stylesheet href='x.css'?>\r\n"
    + _rss("\r\n\t\t" + _item(1, "\r\n\t\t"), "\r\n\t\t" + _item(2, "\r\n\t\t"))
    .replace("</channel>", "\r\n\t</channel >")
    .replace('<rss version="2.0">', "<rss\n\tversion='2.0' >")
    .encode(),
    "an empty item and a nested one": _rss(
        "<item/>", _item(1, "<x:bag xmlns:x='urn:x'><x:item>no</x:item></x:bag>"), _item(2)
    ).encode(),
    "live items and unknown elements": _rss(
        f'<podcast:liveItem status="live" xmlns:podcast="{PODCAST}"><title>Now</title></podcast:liveItem>',
        _item(1, '<odd a="1" b="2">x<br/>y</odd><description>a ]]&gt; b</description>'),
        _item(2),
        head='<podcast:guid xmlns:podcast="https://github.com/Podcastindex-org/podcast-namespace">own</podcast:guid>',
    ).encode(),
}


def without_additions(original: bytes, enriched: bytes) -> tuple[str, str]:
    """Return both documents in canonical form, the second without podcast elements that the first lacks."""
    before, after = fromstring(original), fromstring(enriched)
    _remove_new(before, after)
    first, second = (canonicalize(tostring(root, encoding="unicode"), strip_text=True) for root in (before, after))
    return first, second


def _remove_new(before: Element, after: Element) -> None:
    """Remove the children that were added; additions stand last, and what is left must pair up."""
    for child in list(after)[len(before) :]:
        assert "podcastindex" in child.tag, child.tag
        after.remove(child)
    for one, other in zip(before, after, strict=True):
        _remove_new(one, other)
