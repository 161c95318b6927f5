"""Read a page or a draft into blocks of text with their links, block quotes and lines; pure."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

import nh3
from markdown_it import MarkdownIt

from ingest.errors import SourceError

_INLINE = frozenset(
    "a abbr b bdi bdo br cite code em i iframe ins kbd mark q s small span strong sub sup time u".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote caption dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header "
    "hr li main nav ol p section summary table tbody tfoot thead tr ul".split()
)
# A row of a table is one block, because a quote, its speaker and its link often stand in its cells.
_CELLS = frozenset({"td", "th"})
_DROPPED = {"pre", "script", "style", "title", "template", "textarea", "select", "svg", "noscript", "del"}
_ATTRIBUTES = {"a": {"href"}, "blockquote": {"cite"}, "q": {"cite"}, "iframe": {"src"}, "*": {"data-line"}}
_ATTRIBUTIONS = frozenset({"cite", "footer", "figcaption"})
# Soft hyphens and characters without width, which stand inside words and are not seen.
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
# Parsers of HTML take time with the square of the depth.
_MOST_DEPTH = 1_000
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
# These end by themselves, or hold nothing.
_ENDING = frozenset(
    "p li dt dd tr td th thead tbody tfoot option br hr img input meta link wbr col area base embed source track html "
    "head body".split()
)
_MARKS = re.compile("[\"“”„«»‘’']")
_FOOTNOTE = re.compile(r"\s*[\[(]?\d{1,3}[\])]?\s*")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?=\n|\Z)", re.DOTALL)
_WORDS = re.compile(r"[A-Za-z0-9]{2,}(?: [A-Za-z0-9]{2,}){0,3}")


@dataclass(frozen=True, slots=True)
class Link:
    """A link over the characters [start, end) of its block."""

    start: int
    end: int
    target: str


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, caption or row of a table on one line of its source, counted from 1.

    `quote` and `figure` number the block quote and the figure it stands in; `cites` is where the block quote says it
    is from; `is_attribution` says that it names a source (a caption, a footer or a <cite> of a block quote).
    """

    text: str
    line: int
    links: tuple[Link, ...] = ()
    quote: int | None = None
    figure: int | None = None
    cites: str | None = None
    is_attribution: bool = False


def html_blocks(source: str) -> list[Block]:
    """Return the blocks of a page or a part of one; a line is where the block's first words are found."""
    return _read(source, source)


def _read(source: str, searched: str) -> list[Block]:
    """Read HTML whose lines its elements state, or are found in a text that is searched for the words of blocks.

    Raises SourceError if its elements are nested too deep.
    """
    _check_depth(source)
    clean = nh3.clean(
        source,
        tags=set(_INLINE | _BLOCKS | _CELLS),
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        link_rel=None,
    )
    reader = _Reader(searched)
    reader.feed(clean)
    reader.close()
    reader.end_block()
    return reader.blocks


def markdown_blocks(source: str) -> list[Block]:
    """Return the blocks of a text in Markdown (CommonMark with tables), without its front matter."""
    text = _FRONT_MATTER.sub(lambda found: "\n" * found.group().count("\n"), source.replace("\r\n", "\n"))
    reader = MarkdownIt("commonmark").enable("table")
    tokens = reader.parse(text)
    for token in tokens:
        if token.map is not None and token.nesting >= 0:
            token.attrSet("data-line", str(token.map[0] + 1))
    return _read(reader.renderer.render(tokens, reader.options, {}), "")


def _check_depth(source: str) -> None:
    depth = 0
    for tag in _TAG.finditer(source):
        if tag[2].lower() not in _ENDING:
            depth = max(depth + (-1 if tag[1] else 1), 0)
        if depth > _MOST_DEPTH:
            raise SourceError(f"its elements are nested more than {_MOST_DEPTH:,} deep")


class _Reader(HTMLParser):
    """Collects blocks; counts open elements instead of building a tree, so nesting is cheap."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._source = source
        self._found = 0  # characters of the source up to the last block that was found there
        self._line = 1
        self._text = ""
        self._links: list[Link] = []
        self._open_link: tuple[int, str] | None = None
        self._quotes: list[tuple[int, str | None]] = []
        self._figures: list[int] = []
        self._count = 0
        self._attributions = 0
        self._in_sup = False
        self._in_code = 0
        self._sources: list[tuple[int, str | None]] = []  # where each open <q> begins, and what it cites

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _BLOCKS or (tag == "cite" and self._quotes):
            self.end_block()
        if (line := given.get("data-line") or "").isdecimal():
            self._line = int(line)
        self._attributions += tag in _ATTRIBUTIONS
        if tag == "blockquote":
            self._count += 1
            self._quotes.append((self._count, given.get("cite")))
        elif tag == "figure":
            self._count += 1
            self._figures.append(self._count)
        elif tag == "a":
            self._end_link()
            self._open_link = (len(self._text), given.get("href") or "")
        elif tag == "iframe":
            self._links.append(Link(len(self._text), len(self._text), given.get("src") or ""))
        elif tag == "br":
            self._text = self._text.rstrip(" ") + "\n"
        elif tag == "q":
            self._sources.append((len(self._text), given.get("cite")))
            self._text += "“"
        elif tag in _CELLS and self._text:
            self._text = self._text.rstrip() + "\n"
        self._in_code += tag == "code"
        self._in_sup = tag == "sup"

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS or (tag == "cite" and self._quotes):
            self.end_block()
        if tag in _ATTRIBUTIONS:
            self._attributions = max(self._attributions - 1, 0)
        if tag == "blockquote" and self._quotes:
            self._quotes.pop()
        elif tag == "figure" and self._figures:
            self._figures.pop()
        elif tag == "a":
            self._end_link()
        elif tag == "q":
            self._text = self._text.rstrip() + "”"
            self._end_q()
        if tag == "code":
            self._in_code = max(self._in_code - 1, 0)
        self._in_sup = False

    def handle_data(self, data: str) -> None:
        if self._in_sup and _FOOTNOTE.fullmatch(data):
            return
        if self._in_code:  # marks around a string of a program quote nobody
            data = _MARKS.sub(" ", data)
        text = re.sub(r"\s+", " ", _UNSEEN.sub("", data))
        if not self._text or self._text[-1].isspace():
            text = text.lstrip(" ")
        if not self._text.strip() and text:
            self._find(data)
        self._text += text

    def end_block(self) -> None:
        """Add the block that was read, if it has words or links."""
        self._end_link()
        if self._text.strip() or self._links:
            number, cites = self._quotes[-1] if self._quotes else (None, None)
            figure = self._figures[-1] if self._figures else None
            self.blocks.append(
                Block(
                    self._text.rstrip(), self._line, tuple(self._links), number, figure, cites, self._attributions > 0
                )
            )
        self._text, self._links = "", []

    def _end_link(self) -> None:
        if self._open_link is not None:
            start, target = self._open_link
            self._links.append(Link(start, len(self._text), target))
            self._open_link = None

    def _end_q(self) -> None:
        start, cites = self._sources.pop() if self._sources else (0, None)
        if cites is not None:
            self._links.append(Link(min(start, len(self._text)), len(self._text), cites))

    def _find(self, data: str) -> None:
        words = _WORDS.search(data)
        place = -1 if words is None else self._source.find(words.group(), self._found)
        if place >= 0:
            self._line += self._source.count("\n", self._found, place)
            self._found = place
