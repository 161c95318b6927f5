"""The description of a generation, stored with it: its segments, its files, and what it was made of."""

from dataclasses import dataclass, field

from index.segments.files import SegmentEntry

SCHEMA = 6


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of a generation, stored with it; counts are of what counts, without dropped episodes.

    `inputs` is a hash of everything it was made of, `made_by` one of the encoder and the rules it was made with.
    `segments` are the largest first. `files` maps relative names to SHA-256 checksums, `sizes` to bytes. `stamps` has
    the sizes and times of files of episodes that changed since their segment was written, though their content did not.
    `left_out` maps ids of unreadable episodes to the reason. `form` says what computed the vectors (see
    `index.models.encoder.Encoder`).
    """

    generation: int
    encoder: str
    weights: str
    dimension: int
    passages: int
    sentences: int
    episodes: int
    built: str
    inputs: str
    made_by: str
    segments: tuple[SegmentEntry, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    stamps: dict[str, tuple[int, ...]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    form: str = "sentence-transformers"
    schema: int = SCHEMA
