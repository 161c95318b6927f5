"""Read captions into cues: WebVTT, SRT and JSON, including malformed files.

Steps: bytes → text (`decode_text`) → blocks with times (`text_blocks`, `json_blocks`) → credits left out (`credits`) →
highlighted lines said once (`highlight`) → cues of one voice (`tags`) → pieces of words joined (`word_pieces`) →
repeats of rolling captions left out (`rolling`) → labels in the text as speakers (`labelled`).
`ingest.captions.turns` makes turns from cues.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.captions.credits import without_credits
from ingest.captions.cues import Block, Cue, part_of
from ingest.captions.highlight import said_once
from ingest.captions.json_blocks import json_blocks
from ingest.captions.labelled import labelled, unread_labels
from ingest.captions.rolling import unrolled
from ingest.captions.tags import spoken_cues
from ingest.captions.text_blocks import text_blocks
from ingest.captions.word_pieces import continuing, joined
from ingest.errors import SourceError
from ingest.text.encoding import decode_text

MAX_BYTES = 32 * 2**20  # a hundred hours of captions take about 10 MB

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")


@dataclass(frozen=True, slots=True)
class CaptionFile:
    """The cues of a caption file in file order.

    `left_out` has the first words of captions without a readable time and the credits of captioners, `unread_labels`
    the labels that name nobody.
    """

    cues: tuple[Cue, ...]
    left_out: tuple[str, ...] = ()
    unread_labels: tuple[str, ...] = ()


def read_captions(data: bytes, name: str) -> tuple[Cue, ...]:
    """Return the cues of a caption file, see `read_caption_file`."""
    return read_caption_file(data, name).cues


def read_caption_file(data: bytes, name: str, duration: float | None = None) -> CaptionFile:
    """Read a caption file, times in seconds.

    The content decides the format; `name` (file name or URL) appears in messages and decides in doubt. Repeated lines
    of rolling captions are left out, labels in the text become speakers. `duration` of the recording in seconds helps
    to tell milliseconds from seconds in JSON. Raises SourceError if there are no captions.
    """
    if len(data) > MAX_BYTES:
        raise SourceError(
            f"{name}: {len(data) / 1e6:.0f} MB are too many for captions; the limit is {MAX_BYTES // 2**20} MiB"
        )
    text = _CONTROL.sub("", decode_text(data)).lstrip("\ufeff").strip()
    if text[:1] in ("{", "["):
        blocks, left_out = json_blocks(text, name, duration)
    else:
        blocks, left_out = text_blocks(text, name)
    if all(part_of(block) for block in blocks):  # our own exports have no repeats and no labels
        cues = tuple(cue for own in spoken_cues(blocks, is_own=True) for cue in own)
    else:
        blocks, credited = without_credits(blocks)
        left_out += credited
        cues = _cues(said_once(blocks))
    if not cues:
        raise SourceError(f"{name}: no captions found; expected WebVTT, SRT or Podcasting 2.0 JSON with text and times")
    return CaptionFile(cues, left_out, () if any(map(part_of, cues)) else unread_labels(cues))


def _cues(blocks: Sequence[Block]) -> tuple[Cue, ...]:
    """Return the spoken cues, without tags, labels and repeats."""
    cues = unrolled(joined(spoken_cues(blocks), continuing(blocks)))
    if any(cue.speaker for cue in cues):
        return tuple(map(_without_own_label, cues))
    return tuple(cue for cue in labelled(cues) if cue.text)


def _without_own_label(cue: Cue) -> Cue:
    """Return a cue without its speaker's name and a colon before the words, which say the voice once more."""
    name, colon, text = cue.text.partition(":")
    if not (colon and cue.speaker and text[:1].isspace() and text.strip() and not cue.times):
        return cue
    return replace(cue, text=text.strip()) if name.strip().casefold() == cue.speaker.casefold() else cue
