"""Read HTML, or text with some HTML in it, into blocks of text: paragraphs, headings, cells, lines."""

import re
from collections.abc import Collection, Sequence
from html.parser import HTMLParser
from typing import NamedTuple

from ingest.shownotes.tables import turns_in_table
from ingest.text.clock import seconds_of

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
_CELLS = frozenset({"td", "th"})

# Podcasting 2.0 transcripts print <cite>Name:</cite><time>0:05</time><p>…; in other texts both stand inside sentences.
_CITE_AND_TIME = re.compile(r"</cite\s*>\s*<time\b|</time\s*>\s*<cite\b", re.IGNORECASE)
_TAG_OPENS = re.compile(r"(?=<[A-Za-z/!?])")
# "<o:p>", which Word puts into every paragraph.
_OFFICE_TAG = re.compile(r"[a-z]{1,2}\d?:[A-Za-z]+")
_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9:]*)")
_CLOSING_TAG = re.compile(r"</([A-Za-z][A-Za-z0-9]*)\s*>")
# Somebody called Mark: an element's name in a title's letters, of an element that HTML wants closed.
_NAME_AS_TAG = re.compile(r"<([A-Z][a-z]{2,})>")
_MAY_STAY_OPEN = frozenset(
    "area base body br col colgroup dd dt embed head hr html img input li link meta option p param source tbody td "
    "tfoot th thead tr wbr".split()
)
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)")
_LINE_ENDS = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
# Invisible characters, which would stick to a name; line ends and tabs already count as whitespace.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f\ufeff\u200b\u2060]")
_PLACE = re.compile(r"[?&#](?:t|start|time)=([0-9hms:.]{1,12})(?=$|[&#,])", re.IGNORECASE)
# A reference to a footnote is a link within the page whose text is a number or a sign. A link back from the note shows
# an arrow, or leads to "fnref1" or "cite_ref-1"; "ref1" is a note itself.
_REFERENCE = re.compile(r"\s*[\[(]?(?:\d{1,3}|[ivx]{1,4}|[*†‡§↩⤴↑^\ufe0e\ufe0f]{1,3})[\])]?\s*")
_ARROWS = frozenset("↩⤴")
_LEADS_BACK = re.compile(r"[^\W_][_-]?ref")
_BACK = "↩"


class Chunk(NamedTuple):
    """A stretch of text: whether it was bold, its heading's level (0: none), whether and to what second it linked."""

    text: str
    bold: bool = False
    level: int = 0
    link: bool = False
    time: float | None = None


def read_blocks(notes: str) -> tuple[list[list[Chunk]], list[str]]:
    """Return the chunks of each block in order, and the http(s) targets of links. Takes linear time; never raises."""
    reader = _Reader(_CITE_AND_TIME.search(notes) is not None)
    reader.feed(_harmless(_INVISIBLE.sub("", notes)))
    reader.close()
    return reader.blocks, reader.targets


def place_of(target: str) -> float | None:
    """Return the seconds of the place in a recording that a link leads to ("…?t=75", "…#t=1m15s"), None for others."""
    found = _PLACE.search(target)
    return None if found is None else seconds_of(found[1])


def _harmless(notes: str) -> str:
    """Escape everything that is not a complete HTML tag: html.parser takes quadratic time for unfinished tags."""
    notes = _without_comments(notes.replace("<![CDATA[", "").replace("]]>", ""))
    closed = frozenset(map(str.lower, _CLOSING_TAG.findall(notes))) | _MAY_STAY_OPEN
    return _BARE_AMPERSAND.sub("&amp;", "".join(_harmless_piece(piece, closed) for piece in _TAG_OPENS.split(notes)))


def _harmless_piece(piece: str, closed: Collection[str]) -> str:
    """Escape a piece of text that begins with "<" unless it is a tag; `closed` are the names that closing tags have."""
    if not piece.startswith("<") or len(piece) < 2 or not (piece[1].isalpha() or piece[1] in "/!?"):
        return piece.replace("<", "&lt;")
    end = piece.find(">")
    if end < 0:
        return piece.replace("<", "&lt;")
    if piece[1] in "!?":
        return piece[end + 1 :].replace("<", "&lt;")
    name = _TAG_NAME.match(piece)
    is_name = (called := _NAME_AS_TAG.match(piece)) is not None and called[1].lower() not in closed
    is_tag = name is not None and (name[1].lower() in _ELEMENTS or _OFFICE_TAG.fullmatch(name[1]) is not None)
    if not is_tag or is_name:
        return piece.replace("<", "&lt;")
    return piece[0] + piece[1:].replace("<", "&lt;")


def _without_comments(notes: str) -> str:
    kept: list[str] = []
    position = 0
    while (start := notes.find("<!--", position)) >= 0 and (end := notes.find("-->", start + 4)) >= 0:
        kept.append(notes[position:start])
        position = end + 3
    return "".join(kept) + notes[position:]


class _Reader(HTMLParser):
    """Collects the text of each block as chunks; counts open tags instead of building a tree, so nesting is cheap."""

    def __init__(self, splits_cite_and_time: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.targets: list[str] = []
        self.blocks: list[list[Chunk]] = [[]]
        self._apart = frozenset({"cite", "time"}) if splits_cite_and_time else frozenset()
        self._bold = 0
        self._bold_outside = 0  # open bold tags outside the block: an unclosed <strong> ends with its paragraph
        self._in_block = False
        self._heading = False
        self._level = 0
        self._link = False
        self._place: float | None = None
        self._fragment = ""  # of a link within the page
        self._preformatted = 0
        self._dropping: str | None = None
        self._tables = 0  # open tables; only the outermost is read as one
        self._rows: list[list[int]] = []  # the number of the first block of each cell

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._dropping is not None:
            if tag == "body":
                self._dropping = None
            return
        if tag in _DROPPED:
            self._dropping = tag
        elif tag in _BOLD:
            self._bold += 1
        elif tag == "br" or tag in self._apart:
            self.blocks.append([])
        elif tag == "a":
            self._open_link(attrs)
        elif tag in _BLOCKS:
            self._open_block(tag)
            self._open_table_part(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._dropping is not None:
            if tag == self._dropping:
                self._dropping = None
        elif tag in _BOLD:
            self._bold = max(self._bold - 1, 0)
        elif tag == "a":
            self._link, self._place, self._fragment = False, None, ""
        elif tag in self._apart:
            self.blocks.append([])
        elif tag in _BLOCKS:
            self._close_block(tag)
            if tag == "table" and self._tables:
                self._tables -= 1
                self._close_table()

    def handle_data(self, data: str) -> None:
        if self._dropping is not None:
            return
        if self._fragment and _REFERENCE.fullmatch(data):
            is_back = not _ARROWS.isdisjoint(data) or _LEADS_BACK.search(self._fragment) is not None
            data = _BACK if is_back else ""
        # Outside all blocks, and in <pre>, a line end in the source is a line end in the text.
        parts = [data] if self._in_block and not self._preformatted else _LINE_ENDS.split(data)
        bold = self._bold > 0 or self._heading
        chunks = [Chunk(part, bold, self._level, self._link, self._place) for part in parts]
        self.blocks[-1].append(chunks[0])
        self.blocks.extend([chunk] for chunk in chunks[1:])

    def _open_block(self, tag: str) -> None:
        self.blocks.append([])
        if self._in_block:
            self._bold = self._bold_outside
        self._bold_outside = self._bold
        self._in_block = tag not in ("body", "html", "hr")
        self._heading = tag in _HEADINGS
        self._level = _LEVELS.get(tag, 0)
        self._link, self._place, self._fragment = False, None, ""
        self._preformatted += tag == "pre"

    def _close_block(self, tag: str) -> None:
        self.blocks.append([])
        if self._in_block:
            self._bold = self._bold_outside
        self._in_block = False
        self._heading = False
        self._level = 0
        if tag == "pre":
            self._preformatted = max(self._preformatted - 1, 0)

    def _open_table_part(self, tag: str) -> None:
        self._tables += tag == "table"
        if self._tables == 1 and tag == "tr":
            self._rows.append([])
        elif self._tables == 1 and tag in _CELLS and self._rows:
            self._rows[-1].append(len(self.blocks) - 1)

    def _close_table(self) -> None:
        """Replace the blocks of a table of turns by a time, a name and the words for each row."""
        if self._tables or not any(self._rows):
            return
        begins = [number for row in self._rows for number in row]
        ends = dict(zip(begins, [*begins[1:], len(self.blocks)], strict=True))
        rows = [[self.blocks[number : ends[number]] for number in row] for row in self._rows]
        turns = turns_in_table([["".join(_texts(cell)) for cell in row] for row in rows if row])
        self._rows = []
        if turns is None:
            return
        blocks = self.blocks[: begins[0]]
        cells = [row for row in rows if row][1:]
        for turn, row in zip(turns, cells, strict=True):
            blocks += [[Chunk(text, bold)] for text, bold in ((turn.time, False), (turn.label, True)) if text]
            blocks += [block for column in turn.words for block in row[column]]
        self.blocks = [*blocks, []]

    def _open_link(self, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Keep the http(s) target of an <a>, and note whether it links anywhere."""
        for name, value in attrs:
            self._link = self._link or (name == "href" and bool(value))
            if name == "href" and value and value.strip().lower().startswith(("http://", "https://")):
                self.targets.append("".join(value.split()))
            if name == "href" and value:
                self._place = place_of(value)
                self._fragment = value.partition("#")[2].lower() if value.startswith("#") else ""


def _texts(cell: Sequence[Sequence[Chunk]]) -> list[str]:
    return [chunk.text for block in cell for chunk in block]
