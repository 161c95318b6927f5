"""Find what a text says of quotes: links to them, and quoted words with what stands beside them; pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from urllib.parse import unquote, urlsplit

from api.links.blocks import Block, Link

_QUOTED = re.compile(
    r"“(?P<curly>[^“”]+)[”]|„(?P<low>[^„“”]+)[“”]|«(?P<angled>[^«»]+)»"
    r"|(?<!\w)\"(?=\S)(?P<straight>[^\"]+)(?<=\S)\"(?!\w)"
    r"|(?<!\w)‘(?=\w)(?P<single>(?:[^‘’]|(?<=\w)’(?=\w))+)’(?!\w)"
    r"|(?<!\w)'(?=\w)(?P<plain>(?:[^']|(?<=\w)'(?=\w))+)(?<=\S)'(?!\w)"
)
_BARE_ADDRESS = re.compile(r"https?://[^\s<>\"“”‘’()\[\]]+")
_QUOTE_PATH = re.compile(r"/(?:quotes|embed)/(?P<id>[^/]+)/?")
_EPISODE_PATH = re.compile(r"/episodes/[^/]+/?")
_DASH = re.compile(r"\s*(?:[—–―~]|--?\s)")
# Where an attribution at the end of a block quote begins.
_TAIL = re.compile(r"\n|\s[—–―]\s?|\s--?\s|\s\(")
_MOST_SOURCE = 8  # words
_SENTENCE_END = re.compile(r"[.!?…]['’\"”)]*\s")
_OPENING, _CLOSING = "“\"‘'«„", "”\"’'»“"


@dataclass(frozen=True, slots=True)
class Statement:
    """Quoted words, a link to a quote, or both, on a line of a source.

    `words` is "" for a link alone, `target` None for words alone. `before` and `after` are what stands right beside the
    words, where a speaker would be named; `around` is everything beside them; `is_near_episode` says that something
    there links to an episode.
    """

    line: int
    words: str
    target: str | None
    before: str = ""
    after: str = ""
    around: str = ""
    is_near_episode: bool = False


def quote_in(target: str) -> str | None:
    """Return what stands in a link where the id of a quote would, None for other links."""
    try:
        found = _QUOTE_PATH.search(unquote(urlsplit(target).path))
    except ValueError:
        return None
    return None if found is None else found["id"]


def statements_in(blocks: Sequence[Block], least: int) -> Iterator[Statement]:
    """Yield each statement once, in order: quoted words with the link that stands beside them, and all other links.

    Words in quotation marks count from `least` words on, block quotes always.
    """
    blocks = [_with_bare_links(block) for block in blocks]
    units = [list(unit) for _, unit in groupby(blocks, key=_unit_key())]
    for place, unit in enumerate(units):
        before = units[place - 1][-1] if place else None
        after = units[place + 1][0] if place + 1 < len(units) else None
        if unit[0].quote is not None and not _is_marked(unit, least):
            yield from _of_block_quote(unit, before, after, least)
        else:
            for block in unit:
                if not _is_claimed(block, before if block is unit[0] else None, after, least):
                    yield from _of_paragraph(block, least)


def _unit_key() -> "_Key":
    return _Key()


class _Key:
    """Numbers what belongs together: the blocks of one block quote; any other block stands alone."""

    def __init__(self) -> None:
        self._alone = 0

    def __call__(self, block: Block) -> tuple[bool, int]:
        if block.quote is not None:
            return True, block.quote
        self._alone += 1
        return False, self._alone


def _with_bare_links(block: Block) -> Block:
    """Add the addresses that stand as text, which many readers link."""
    covered = [(link.start, link.end) for link in block.links]
    found = [
        Link(address.start(), address.start() + len(target), target)
        for address in _BARE_ADDRESS.finditer(block.text)
        for target in [address.group().rstrip(".,;:!?'*_")]
        if not any(start <= address.start() < end for start, end in covered)
    ]
    return replace(block, links=tuple(sorted((*block.links, *found), key=lambda link: link.start)))


def _quote_links(block: Block | None) -> list[Link]:
    return [] if block is None else [link for link in block.links if quote_in(link.target) is not None]


def _spans(block: Block, least: int) -> list[re.Match[str]]:
    return [found for found in _QUOTED.finditer(block.text) if len(_inside(found).split()) >= least]


def _inside(found: re.Match[str]) -> str:
    return next(text for text in found.groups() if text is not None)


def _is_marked(unit: Sequence[Block], least: int) -> bool:
    """Say whether a block quote holds words in quotation marks and their source in running text."""
    text = unit[0].text.lstrip()
    if not text.startswith(tuple(_OPENING)):
        return False
    spans = _spans(unit[0], least)
    return bool(spans) and len(unit) == 1 and unit[0].text[spans[-1].end() :].strip(" .") != ""


# --- block quotes


def _of_block_quote(
    unit: Sequence[Block], before: Block | None, after: Block | None, least: int
) -> Iterator[Statement]:
    said, source = _said_and_source(unit)
    words = _without_marks_around("\n".join(block.text for block in said))
    following = after if _is_source_of(after, unit, least) else None
    leading = before if before is not None and before.text.rstrip().endswith(":") else None
    beside = [*source, *([following] if following else [])]
    links = [link for block in (*unit, following) for link in _quote_links(block)]
    cites = unit[0].cites
    if cites is not None and quote_in(cites) is not None:
        links.append(Link(0, 0, cites))
    if not links and leading is not None:
        links = _quote_links(leading)[-1:]
    near = " ".join(block.text for block in beside)
    lead = leading.text if leading is not None else ""
    everything = (*unit, following, leading, before)
    around = " ".join((near, lead, before.text if before is not None and before.quote is None else ""))
    linked = any(_EPISODE_PATH.search(link.target) for block in everything if block for link in block.links)
    if len(words.split()) >= 2:
        target = links[0].target if links else None
        yield Statement(unit[0].line, words, target, lead, near, around, linked)
        others = links[1:]
    else:
        others = links
    known = {quote_in(links[0].target)} if links and others is not links else set()
    yield from _alone([link for link in others if quote_in(link.target) not in known], unit[0])


def _said_and_source(unit: Sequence[Block]) -> tuple[list[Block], list[Block]]:
    """Part the blocks of a block quote into the words that it quotes and where they are from."""
    said: list[Block] = []
    source: list[Block] = []
    for block in unit:
        if block.is_attribution or (said and (_DASH.match(block.text) or _is_only_source(block))):
            source.append(block)
            continue
        cut = _tail_of(block)
        said.append(replace(block, text=block.text[:cut].rstrip()))
        if cut < len(block.text):
            source.append(replace(block, text=block.text[cut:].strip()))
    return said, source


def _is_only_source(block: Block) -> bool:
    """Say whether a block of a block quote is a link with few words around it."""
    return bool(_quote_links(block)) and len(block.text.split()) < 25


def _tail_of(block: Block) -> int:
    """Return where the source at the end of a quoted block begins, the end of the block if it has none."""
    text = block.text
    for line in re.finditer(r"\n", text):
        if _DASH.match(text[line.end() :]):
            return line.start()
    links = _quote_links(block)
    if not links or len(text) - links[-1].end > 40:
        return len(text)
    place = links[-1].start
    if place and _SENTENCE_END.search(f"{text[:place].rstrip()[-3:]} "):
        return place
    starts = [found.start() for found in _TAIL.finditer(text, 0, place)]
    if starts:
        return starts[-1]
    last = _last_sentence(text[:place])  # a source in the quote's own lines: "> It works.\n> Ada Moor, [x](y)"
    begins = place - len(last)
    is_source = begins > 0 and text[-1:] not in ".!?…" and len(text[begins:].split()) <= _MOST_SOURCE
    return begins if is_source else len(text)


def _is_source_of(block: Block | None, unit: Sequence[Block], least: int) -> bool:
    """Say whether the block after a block quote is its source: a caption, a line with a dash, or one with a link."""
    if block is None or block.quote is not None:
        return False
    if block.is_attribution and block.figure is not None and block.figure == unit[0].figure:
        return True
    if _DASH.match(block.text):
        return True
    return bool(_quote_links(block)) and not _spans(block, least) and not block.text.rstrip().endswith(":")


def _is_claimed(block: Block, before: Block | None, after: Block | None, least: int) -> bool:
    """Say whether a block's links belong to the block quote before it, or to that after it that it leads to."""
    if before is not None and before.quote is not None and _is_source_of(block, [before], least):
        return True
    leads = after is not None and after.quote is not None and block.text.rstrip().endswith(":")
    return leads and not _spans(block, least)


def _without_marks_around(text: str) -> str:
    bare = text.strip()
    if len(bare) > 1 and bare[0] in _OPENING and bare.rstrip(".,")[-1:] in _CLOSING:
        inner = bare[1:].rstrip(".,")[:-1]
        return inner if not any(mark in inner for mark in '“”"') else bare
    return bare


# --- running text


def _of_paragraph(block: Block, least: int) -> Iterator[Statement]:
    spans = _spans(block, least)
    links = _quote_links(block)
    taken: set[int] = set()
    linked = any(_EPISODE_PATH.search(link.target) for link in block.links)
    edges = [0, *(edge for span in spans for edge in span.span()), len(block.text)]
    around = " ".join(block.text[begin:end] for begin, end in list(pairwise(edges))[::2])
    for number, span in enumerate(spans):
        following = spans[number + 1].start() if number + 1 < len(spans) else len(block.text)
        preceding = spans[number - 1].end() if number else 0
        mine = _nearest(links, span, preceding, following)
        if mine is None and len(spans) == 1 and links:
            mine = links[0]
        if mine is not None:
            taken.add(mine.start)
        yield Statement(
            line=block.line,
            words=_inside(span).strip(),
            target=None if mine is None else mine.target,
            before=_last_sentence(block.text[preceding : span.start()]),
            after=_first_sentence(block.text[span.end() : following]),
            around=around,
            is_near_episode=linked,
        )
    yield from _alone([link for link in links if link.start not in taken], block)


def _nearest(links: Sequence[Link], span: re.Match[str], preceding: int, following: int) -> Link | None:
    """Return the link on the words, else the first one after them, else the last one before them."""
    on = [link for link in links if link.start < span.end() and span.start() < max(link.end, link.start + 1)]
    after = [link for link in links if span.end() <= link.start < following]
    before = [link for link in links if preceding <= link.start < span.start()]
    return next(iter((*on, *after, *reversed(before))), None)


def _alone(links: Sequence[Link], block: Block) -> Iterator[Statement]:
    seen: set[str] = set()
    for link in links:
        if link.target not in seen:
            seen.add(link.target)
            yield Statement(block.line, "", link.target)


def _first_sentence(text: str) -> str:
    found = _SENTENCE_END.search(text, 2)
    return text if found is None else text[: found.start() + 1]


def _last_sentence(text: str) -> str:
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    return text[ends[-1] :] if ends and text[ends[-1] :].strip() else text
