"""Open what answers questions: the live generation, with the encoder it was made with."""

from dataclasses import dataclass
from pathlib import Path

from api.settings import Settings
from index.encode import Encoder, load_encoder
from index.encoder_files import PACKAGED
from index.errors import EncoderError
from index.generation import Generation
from index.store import open_generation
from ingest.library.records import has_episode


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """What answers questions: the data folder, its opened generation, and the encoder the generation was made with."""

    home: Path
    generation: Generation
    encoder: Encoder


def removed_since(home: Path, generation: Generation) -> frozenset[str]:
    """Return the ids of a generation's episodes that were taken out of the library since; costs a stat for each.

    The generation goes on holding their words until the next one is published, but nothing of them may be shown.
    """
    return frozenset(name for name in generation.episode_ids() if not has_episode(home, name))


def open_base(settings: Settings, encoder: Encoder | None = None) -> KnowledgeBase:
    """Open the live generation and load its encoder, or use `encoder` if it is the one.

    Raises IndexMissing or IndexBroken for the generation, EncoderError if the encoder is not the one it was made with.
    """
    generation = open_generation(settings.home)
    manifest = generation.manifest
    if settings.encoder not in (PACKAGED, manifest.encoder):
        generation.close()
        raise EncoderError(
            f"the index was made with encoder {manifest.encoder!r}, PLAYBACK_ENCODER is {settings.encoder!r}; "
            "run: playback index"
        )
    try:
        if encoder is None or encoder.weights != manifest.weights:
            encoder = load_encoder(manifest.encoder)
        if encoder.weights != manifest.weights:
            raise EncoderError(
                f"the weights of {manifest.encoder!r} are not those the index was made with; run: playback index"
            )
    except EncoderError:
        generation.close()
        raise
    return KnowledgeBase(settings.home, generation, encoder)
