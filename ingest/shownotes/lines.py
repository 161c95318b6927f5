"""Turn published show notes (HTML, Markdown or plain text) into lines of text that record what was bold."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from ingest.item import Link
from ingest.text.clock import TIME

# A tag with any other name is text that somebody wrote ("<laughs>"), not markup.
_ELEMENTS = frozenset(
    "a abbr address article aside audio b base big blockquote body br button caption center cite code col colgroup "
    "data dd del details dfn dialog div dl dt em embed fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 "
    "head header hr html i iframe img input ins kbd label legend li link main mark menu meta nav noscript object ol "
    "option p param picture pre q s samp script section select small source span strike strong style sub summary sup "
    "svg table tbody td template textarea tfoot th thead time title tr tt u ul var video wbr".split()
)
_BOLD = frozenset({"b", "strong"})
_LEVELS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_HEADINGS = frozenset({*_LEVELS, "dt", "th"})
_BLOCKS = _HEADINGS | frozenset(
    "address article aside blockquote body center dd details div dl figcaption figure footer form header hr html li "
    "main menu nav ol p pre section summary table tbody td tfoot thead tr ul".split()
)
_DROPPED = frozenset({"script", "style", "template", "title"})

_TAG_OPENS = re.compile(r"(?=<[A-Za-z/!?])")
_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9:]*)")
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)")
_LINE_ENDS = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile(r"\s+")
# Invisible characters, which would stick to a name; line ends and tabs already count as whitespace.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f\ufeff\u200b\u2060]")

_MARKDOWN_HEADING = re.compile(r"(#{1,6}) +(\S.*?)(?: +#+)?$")
_MARKDOWN_LABEL = re.compile(
    rf"(?P<time>[\[(]?{TIME}[\])]?\s+)?"
    r"(?P<sign>\*\*|__|\*|_)(?=\S)(?P<inside>[^*]{1,90}?)(?P=sign)(?P<colon> ?:)?"
)
_MARKDOWN_LINK = re.compile(r"\[((?:[^\[\]\\]|\\.|\[[^\[\]]{0,80}\]){1,200})\]\((https?://[^\s()]{1,2000})\)")
_MARKDOWN_BOLD = re.compile(r"\*\*(?=\S)([^*]{1,2000}?)(?<=\S)\*\*")
_MARKDOWN_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|])")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text with single spaces; characters [bold_start, bold_end) are its first bold run (may be empty).

    `heading` is the level of a heading (1 to 6), 0 for other lines. `linked` says that all of it is the text of links.
    """

    text: str
    bold_start: int = 0
    bold_end: int = 0
    heading: int = 0
    linked: bool = False


def read_lines(notes: str) -> tuple[list[Line], list[Link]]:
    """Return the non-blank lines of show notes in order, and their http(s) links, each target once.

    HTML, Markdown and plain text may be mixed. Entities are decoded, unknown tags stay as text, the content of script
    and style is dropped. Takes linear time for any input; never raises.
    """
    reader = _Reader()
    reader.feed(_harmless(_INVISIBLE.sub("", notes)))
    reader.close()
    lines = [line for chunks in reader.finished() for line in _lines(chunks)]
    markdown = any(_is_markdown(line) for line in lines)
    targets = reader.targets
    if markdown:
        lines = [_without_markdown(line, targets) for line in lines]
    return [line for line in lines if line.text], [Link(url) for url in dict.fromkeys(targets)]


def _harmless(notes: str) -> str:
    """Escape everything that is not a complete HTML tag: html.parser takes quadratic time for unfinished tags."""
    notes = _without_comments(notes.replace("<![CDATA[", "").replace("]]>", ""))
    return _BARE_AMPERSAND.sub("&amp;", "".join(_harmless_piece(piece) for piece in _TAG_OPENS.split(notes)))


def _harmless_piece(piece: str) -> str:
    if not piece.startswith("<") or len(piece) < 2 or not (piece[1].isalpha() or piece[1] in "/!?"):
        return piece.replace("<", "&lt;")
    end = piece.find(">")
    if end < 0:
        return piece.replace("<", "&lt;")
    if piece[1] in "!?":
        return piece[end + 1 :].replace("<", "&lt;")
    name = _TAG_NAME.match(piece)
    if name is None or name[1].lower() not in _ELEMENTS:
        return piece.replace("<", "&lt;")
    return piece[0] + piece[1:].replace("<", "&lt;")


def _without_comments(notes: str) -> str:
    kept: list[str] = []
    position = 0
    while (start := notes.find("<!--", position)) >= 0 and (end := notes.find("-->", start + 4)) >= 0:
        kept.append(notes[position:start])
        position = end + 3
    return "".join(kept) + notes[position:]


# A stretch of text, whether it was bold, the level of its heading (0: none), and whether it was in a link.
_Chunk = tuple[str, bool, int, bool]


class _Reader(HTMLParser):
    """Collects the text of each block as chunks; counts open tags instead of building a tree, so nesting is cheap."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.targets: list[str] = []
        self._blocks: list[list[_Chunk]] = [[]]
        self._bold = 0
        self._bold_outside = 0  # open bold tags outside the block: an unclosed <strong> ends with its paragraph
        self._in_block = False
        self._heading = False
        self._level = 0
        self._level = 0
        self._link = False
        self._preformatted = 0
        self._dropping: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._dropping is not None:
            if tag == "body":
                self._dropping = None
            return
        if tag in _DROPPED:
            self._dropping = tag
        elif tag in _BOLD:
            self._bold += 1
        elif tag == "br":
            self._blocks.append([])
        elif tag == "a":
            self._link = self._keep_target(attrs)
        elif tag in _BLOCKS:
            self._open_block(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._dropping is not None:
            if tag == self._dropping:
                self._dropping = None
        elif tag in _BOLD:
            self._bold = max(self._bold - 1, 0)
        elif tag == "a":
            self._link = False
        elif tag in _BLOCKS:
            self._close_block(tag)

    def handle_data(self, data: str) -> None:
        if self._dropping is not None:
            return
        bold = self._bold > 0 or self._heading
        if self._in_block and not self._preformatted:
            self._blocks[-1].append((data, bold, self._level, self._link))
            return
        # Outside all blocks, and in <pre>, a line end in the source is a line end in the text.
        first, *others = _LINE_ENDS.split(data)
        self._blocks[-1].append((first, bold, self._level, self._link))
        self._blocks.extend([(other, bold, self._level, self._link)] for other in others)

    def finished(self) -> Iterator[list[_Chunk]]:
        """Yield the chunks of each block in order."""
        yield from self._blocks

    def _open_block(self, tag: str) -> None:
        self._blocks.append([])
        if self._in_block:
            self._bold = self._bold_outside
        self._bold_outside = self._bold
        self._in_block = tag not in ("body", "html", "hr")
        self._heading = tag in _HEADINGS
        self._level = _LEVELS.get(tag, 0)
        self._link = False
        self._preformatted += tag == "pre"

    def _close_block(self, tag: str) -> None:
        self._blocks.append([])
        if self._in_block:
            self._bold = self._bold_outside
        self._in_block = False
        self._heading = False
        self._level = 0
        if tag == "pre":
            self._preformatted = max(self._preformatted - 1, 0)

    def _keep_target(self, attrs: Sequence[tuple[str, str | None]]) -> bool:
        """Keep the http(s) target of an <a>, and return whether it links anywhere."""
        linked = False
        for name, value in attrs:
            linked = linked or (name == "href" and bool(value))
            if name == "href" and value and value.strip().lower().startswith(("http://", "https://")):
                self.targets.append("".join(value.split()))
        return linked


def _lines(chunks: Sequence[_Chunk]) -> Iterator[Line]:
    """Yield the line made of the chunks of one block, unless it is blank."""
    parts: list[str] = []
    length = 0
    start = end = -1
    over = False  # the first bold run has ended
    level = 0
    linked = True
    for raw, bold, heading, link in chunks:
        text = _BLANKS.sub(" ", raw)
        if text.startswith(" ") and (not parts or parts[-1].endswith(" ")):
            text = text[1:]
        if not text:
            continue
        if text.strip():
            if bold and not over:
                start = length if start < 0 else start
                end = length + len(text)
            over = over or (start >= 0 and not bold)
            level = level or heading
            linked = linked and (link or not any(map(str.isalnum, text)))
        parts.append(text)
        length += len(text)
    line = "".join(parts).rstrip()
    if line:
        yield Line(line, max(start, 0), max(min(end, len(line)), 0), level, linked and any(map(str.isalnum, line)))


def _is_markdown(line: Line) -> bool:
    found = _MARKDOWN_LABEL.match(line.text)
    return (found is not None and found["sign"] in ("**", "__")) or _MARKDOWN_HEADING.match(line.text) is not None


def _delimits(label: re.Match[str], text: str) -> bool:
    """Return whether emphasis at the start of a line marks a label and not the first words of a sentence."""
    ends = label["colon"] is not None or label["inside"].endswith(":") or label.end() == len(text)
    return ends or label["sign"] in ("**", "__")


def _without_markdown(line: Line, targets: list[str]) -> Line:
    """Return the line without Markdown markup; the targets of its links are appended to `targets`."""
    text = line.text
    start, end = line.bold_start, line.bold_end
    level, linked = line.heading, line.linked

    def link(found: re.Match[str]) -> str:
        targets.append(found[2])
        return found[1]

    if heading := _MARKDOWN_HEADING.match(text):
        level, text = len(heading[1]), heading[2]
        start, end = 0, len(text)
    elif (label := _MARKDOWN_LABEL.match(text)) and _delimits(label, text):
        name = label["inside"] + (label["colon"] or "")
        time = label["time"] or ""
        text = time + name + text[label.end() :]
        start, end = len(time), len(time + name)
    linked = linked or _MARKDOWN_LINK.fullmatch(text.strip("-*• ")) is not None
    text = text[:end] + _MARKDOWN_BOLD.sub(r"\1", _MARKDOWN_LINK.sub(link, text[end:]))
    text = _MARKDOWN_ESCAPE.sub(r"\1", text)
    return Line(text.strip(), start, min(end, len(text.strip())), level, linked)
