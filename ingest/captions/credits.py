"""Leave out captions that say who wrote them: "Transcribed by …", "Subtitles by the Amara.org community"."""

import re
from collections.abc import Sequence

from ingest.captions.cues import Block
from ingest.captions.labels import is_number_label
from ingest.captions.tags import Voice, parts_of

_AT_START, _AT_END = 2, 3  # captions among which credits stand
_CREDITS = re.compile(
    r"\W*(?:(?:this|the|full|closed|english|auto(?:matically)?|machine|and)\W+){0,3}"
    r"(?:transcri(?:bed|ption|pt|pts)|subtitle[sd]?|subtitling|caption(?:s|ed|ing)?|untertitel(?:ung)?|sous-titr(?:es|age)"
    r"|subt[íi]tulos|legendas|sottotitoli|ondertitel(?:s|ing))"
    r"(?:\W+(?:is|are|was|were|provided|made|created|generated|produced|edited|translated|and|service|services))*"
    r"\W+(?:by|from|via|courtesy of|with|von|par|por|door|a cura di|creados por|erstellt von|im auftrag)\b.{0,80}"
    r"|.{0,40}\bamara\.org\b.{0,20}",
    re.IGNORECASE,
)


def without_credits(blocks: Sequence[Block]) -> tuple[list[Block], tuple[str, ...]]:
    """Return the blocks without credits of captioners among the first and last, and the texts of these.

    Credits in a voice are somebody's words and stay.
    """
    kept: list[Block] = []
    left_out: list[str] = []
    for place, block in enumerate(blocks):
        is_at_edge = place < _AT_START or place >= len(blocks) - _AT_END
        if is_at_edge and (text := _credits_in(block)):
            left_out.append(text)
        else:
            kept.append(block)
    return (kept, tuple(left_out)) if kept else (list(blocks), ())


def _credits_in(block: Block) -> str | None:
    parts = [block.text] if block.is_plain else list(parts_of(block.text))
    text = " ".join("".join(part for part in parts if isinstance(part, str)).split())
    is_named = block.speaker is not None and not is_number_label(block.speaker)
    has_voice = is_named or any(isinstance(part, Voice) for part in parts)
    return text if not has_voice and _CREDITS.fullmatch(text) else None
