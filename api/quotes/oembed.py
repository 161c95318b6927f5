"""A quote as a small card for an iframe on another site, and its oEmbed description; pure."""

from html import escape
from typing import Any

from api.quotes.citation import Citation
from api.quotes.citation_formats import title_of
from api.quotes.quote import Quote

WIDTH = 600  # pixels, the width of a blog column
_LEAST_WIDTH = 200
# Pixels in the card's style sheet, rounded up: a letter, a line of the quote, everything else (source, recording).
_LETTER_WIDTH, _LINE_HEIGHT, _REST_HEIGHT = 11, 31, 250
_PADDING = 42
# As many letters as the card says of words that have changed.
_CHANGED = 80 * " "


def as_iframe(
    citation: Citation, base: str, width: int, most_height: int | None = None, cited: Quote | None = None
) -> str:
    """Return the iframe of the card, `width` pixels wide and at most `most_height` high; longer cards scroll.

    With `cited`, words that have changed since they were cited, the card keeps showing those, beside today's.
    """
    height = card_height(citation, width, cited)
    identifier = citation.id if cited is None else cited.id
    return (
        f'<iframe src="{escape(f"{base}/embed/{identifier}")}" width="{width}" '
        f'height="{height if most_height is None else min(height, most_height)}" '
        f'title="{escape(f"Quote: {title_of(citation)}")}" loading="lazy"></iframe>'
    )


def card_height(citation: Citation, width: int, cited: Quote | None = None) -> int:
    """Return the height in pixels that the card needs at this width, if need be for today's words and those cited."""
    letters = max(1, (max(width, _LEAST_WIDTH) - _PADDING) // _LETTER_WIDTH)
    shown = citation.quote if cited is None else f"{cited.text}\n{_CHANGED}{citation.quote}"
    lines = sum(1 + len(paragraph) // letters for paragraph in shown.split("\n"))
    return _REST_HEIGHT + lines * _LINE_HEIGHT


def oembed(
    citation: Citation, base: str, most_width: int | None, most_height: int | None, cited: Quote | None = None
) -> dict[str, Any]:
    """Return the card as oEmbed 1.0 rich content, within the maximum width and height in pixels.

    Sites ask again after a while, so with `cited` the card stays that of the words that were embedded.
    """
    width = WIDTH if most_width is None else min(WIDTH, most_width)
    height = card_height(citation, width, cited)
    return {
        "version": "1.0",
        "type": "rich",
        "title": title_of(citation),
        **({"author_name": citation.speaker} if citation.speaker else {}),
        "provider_name": "Playback",
        "provider_url": f"{base}/",
        "html": as_iframe(citation, base, width, most_height, cited),
        "width": width,
        "height": height if most_height is None else min(height, most_height),
    }
