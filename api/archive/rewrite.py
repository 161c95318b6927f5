"""Turn a page of the app into a page of an archive: relative links, classic scripts, and a content policy in it."""

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

from api.archive.links import Link

# `file:` is for browsers to which the files of a disk are no common origin.
_FROM_HERE = "'self' file:"
# A search runs WebAssembly, and a module that came as text (see archive.js).
_SEARCHES = " blob: 'wasm-unsafe-eval'"

_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function )", re.MULTILINE)

Attributes = list[tuple[str, str | None]]


def rewritten(html: str, link: Callable[[str], Link], searches: bool = False) -> str:
    """Return a page with its links replaced.

    A link to what the archive lacks becomes its text. One that plays a recording which the archive lacks goes with its
    text, and so does a control of the server (nofollow), such as one that makes a quote longer. A player without its
    recording becomes a link to the publisher's or a sentence.
    """
    rewriter = _Rewriter(link, _policy(searches))
    rewriter.feed(html)
    rewriter.close()
    return "".join(rewriter.parts)


def classic(script: str) -> str:
    """Return one of our modules as a classic script, because browsers load no modules from a disk.

    Functions that a module exports are seen by all scripts of a page. A module that imports is a block of its own.
    """
    text = _EXPORT.sub("", _IMPORT.sub("", script))
    return f'"use strict";\n{{\n{text}}}\n' if text != _EXPORT.sub("", script) else f'"use strict";\n{text}'


def _policy(searches: bool) -> str:
    return (
        f"default-src 'none'; script-src {_FROM_HERE}{_SEARCHES if searches else ''}; style-src {_FROM_HERE}; "
        f"img-src {_FROM_HERE}; media-src {_FROM_HERE}; form-action 'none'; base-uri 'none'"
    )


class _Rewriter(HTMLParser):
    """Copies a page tag by tag; our own templates made it, so it is well-formed."""

    def __init__(self, link: Callable[[str], Link], policy: str) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self._link = link
        self._policy = policy
        self._is_dropping = False  # inside a link that goes with its text
        self._is_unlinking = False  # inside a link whose text stays
        self._is_player_gone = False  # before the end of a player that was replaced

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Copy a tag, with its addresses replaced."""
        if self._is_dropping:
            return
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self._anchor(attrs, given)
        elif tag == "link":
            self._head_link(attrs, given)
        elif tag == "audio":
            self._player(attrs, given)
        elif tag == "script" and given.get("src"):
            self._write(tag, [("defer", None), ("src", self._link(given["src"] or "").address)])
        else:
            self._copy()
            if tag == "meta" and "charset" in given:
                self.parts.append(
                    f'\n<meta http-equiv="Content-Security-Policy" content="{escape(self._policy, quote=False)}">'
                )

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        """Copy a tag that closes itself."""
        del tag, attrs
        if not self._is_dropping:
            self._copy()

    def handle_endtag(self, tag: str) -> None:
        """Copy an end."""
        if tag == "a" and (self._is_dropping or self._is_unlinking):
            self._is_dropping = self._is_unlinking = False
        elif tag == "audio" and self._is_player_gone:
            self._is_player_gone = False
        elif not self._is_dropping:
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Copy text."""
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        """Copy a named character."""
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Copy a numbered character."""
        self._keep(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        """Copy the document type."""
        self._keep(f"<!{decl}>")

    def handle_comment(self, data: str) -> None:
        """Leave comments out."""

    def _anchor(self, attrs: Attributes, given: dict[str, str | None]) -> None:
        if "nofollow" in (given.get("rel") or ""):
            self._is_dropping = True
            return
        found = self._link(given["href"] or "")
        if found.address is not None:
            self._write("a", [(name, found.address if name == "href" else value) for name, value in attrs])
        elif found.recorded:
            self._is_dropping = True
        else:
            self._is_unlinking = True

    def _head_link(self, attrs: Attributes, given: dict[str, str | None]) -> None:
        if given.get("rel") == "canonical":
            self._copy()
        elif given.get("rel") != "modulepreload" and (found := self._link(given.get("href") or "")).address:
            self._write("link", [(name, found.address if name == "href" else value) for name, value in attrs])

    def _player(self, attrs: Attributes, given: dict[str, str | None]) -> None:
        found = self._link(given.get("src") or "")
        if found.address is not None and not found.outside:
            self._write("audio", [(name, found.address if name == "src" else value) for name, value in attrs])
            return
        label = escape(given.get("aria-label") or "Recording")
        if found.outside:
            said = f'<a class="govuk-link" href="{escape(found.address or "")}" rel="noopener">{label}</a>, elsewhere'
        else:
            said = "This archive holds no recording."
        self.parts.append(f'<p class="govuk-body">{said}</p>')
        self._is_player_gone = True

    def _write(self, tag: str, attrs: Attributes) -> None:
        written = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs)
        self.parts.append(f"<{tag}{written}>")

    def _copy(self) -> None:
        self.parts.append(self.get_starttag_text() or "")

    def _keep(self, text: str) -> None:
        if not self._is_dropping:
            self.parts.append(text)
