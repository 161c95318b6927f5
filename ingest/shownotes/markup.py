"""Turn published show notes (HTML, Markdown or plain text) into lines of text with what their markup says."""

import html
import re
from collections.abc import Iterator, Sequence

from ingest.item import Link
from ingest.shownotes.glued import blocks_apart, with_labels_apart
from ingest.shownotes.html_blocks import Chunk, read_blocks
from ingest.shownotes.label_times import in_brackets
from ingest.shownotes.lines import Line, cut
from ingest.shownotes.markdown import has_link, is_markdown, without_markdown, without_tables

_BLANKS = re.compile(r"\s+")
# HTML that was escaped twice, as some feeds do with all of a text.
_ESCAPED = re.compile(r"&lt;/(?:p|div|li|h[1-6]|strong|b|span|a)&gt;|&lt;br ?/?&gt;", re.IGNORECASE)
_TAG = re.compile(r"</?(?:p|div|li|h[1-6]|br|strong|b|span|a)\b[^<>]*>", re.IGNORECASE)
_FEWEST_ESCAPED = 3
# Shortcodes of WordPress that nothing replaced: "[expand title=…]", "[/expand]".
_SHORTCODE = re.compile(r"\[/[a-z][\w-]{2,30}\]|\[[a-z][\w-]{2,30}(?: [\w-]{1,30}=[^\[\]]{1,120})\]")
_MOST_SHORTCODES = 4


def read_lines(notes: str) -> tuple[list[Line], list[Link]]:
    """Return the non-blank lines of show notes in order, and their http(s) links, each target once.

    HTML, Markdown and plain text may be mixed. Entities are decoded, unknown tags stay as text, the content of script
    and style is dropped. A table with a heading for speakers and words gives a line for each name and each text.
    Takes linear time for any input; never raises.
    """
    if _TAG.search(notes) is None and len(_ESCAPED.findall(notes)) >= _FEWEST_ESCAPED:
        notes = html.unescape(notes)
    blocks, targets = read_blocks(notes)
    lines = [line for block in blocks for chunks in blocks_apart(block) for line in _lines(chunks)]
    lines = [_without_shortcodes(line) if "[" in line.text else line for line in lines]
    is_html = "</" in notes
    if any(is_markdown(line) or (not is_html and has_link(line)) for line in lines):
        lines = [without_markdown(line, targets) for line in without_tables(lines)]
    return with_labels_apart([line for line in lines if line.text]), [Link(url) for url in dict.fromkeys(targets)]


def _lines(chunks: Sequence[Chunk]) -> Iterator[Line]:
    """Yield the line made of the chunks of one block, unless it is blank."""
    parts: list[str] = []
    length = 0
    start = end = -1
    over = False  # the first bold run has ended
    level = 0
    linked = True
    time: float | None = None
    for chunk in chunks:
        text = _BLANKS.sub(" ", chunk.text)
        if text.startswith(" ") and (not parts or parts[-1].endswith(" ")):
            text = text[1:]
        if not text:
            continue
        if text.strip():
            text = in_brackets(text, parts[-1]) if chunk.time is not None and parts else text
            if time is None and not over and (start >= 0 or not parts):
                time = chunk.time  # at the beginning of the line, or after its label
            if chunk.bold and not over:
                start = length if start < 0 else start
                end = length + len(text)
            over = over or (start >= 0 and not chunk.bold)
            level = level or chunk.level
            linked = linked and (chunk.link or not any(map(str.isalnum, text)))
        parts.append(text)
        length += len(text)
    line = "".join(parts).rstrip()
    if line:
        linked = linked and any(map(str.isalnum, line))
        yield Line(line, max(start, 0), max(min(end, len(line)), 0), level, linked, time)


def _without_shortcodes(line: Line) -> Line:
    """Return a line without shortcodes at its start and end."""
    for _ in range(_MOST_SHORTCODES):
        first = _SHORTCODE.match(line.text)
        ends = (found for found in _SHORTCODE.finditer(line.text[-200:]) if found.end() == len(found.string))
        last = next(ends, None)
        if first is None and last is None:
            break
        end = len(line.text) - (len(last[0]) if last else 0)
        line = cut(line, min(first.end(), end) if first else 0, end)
    return line
