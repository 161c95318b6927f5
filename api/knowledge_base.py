"""Open the live generation together with the encoder it was made with."""

from dataclasses import dataclass, field
from pathlib import Path

from api.settings import Settings
from index.errors import EncoderError
from index.fitted import Fitted, fitted_for, usual
from index.generation import Generation
from index.models.encoder import Encoder
from index.models.encoder_files import PACKAGED
from index.models.encoders import compile_to_ask_with, encoder_to_ask_with
from index.models.reranker import Reranker
from index.models.rerankers import reranker_to_ask_with
from index.store import open_generation
from ingest.library.records import episode_ids


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """Everything needed to answer questions: the data folder, its open generation, and that generation's encoder
    with the numbers fitted for it; and the reranker, None without one.
    """

    home: Path
    generation: Generation
    encoder: Encoder
    fitted: Fitted = field(default_factory=usual)
    reranker: Reranker | None = None


def removed_since(home: Path, generation: Generation) -> frozenset[str]:
    """Return the ids of a generation's episodes that have been removed from the library.

    The generation holds their words until the next one is published, but nothing of them may be shown.
    """
    return frozenset(generation.episode_ids()).difference(episode_ids(home))


def open_base(settings: Settings, encoder: Encoder | None = None, reranker: Reranker | None = None) -> KnowledgeBase:
    """Open the live generation and load its encoder, or reuse `encoder` if its weights and form match.

    Compiles the encoder first, in half a minute, if the index is in a database and that was not tried in this data
    folder. Loads the reranker of the settings unless one is given. Raises IndexMissing or IndexBroken for the
    generation, EncoderError if its encoder or the reranker is missing, or another encoder is configured.
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
        if encoder is None or (encoder.weights, encoder.form) != (manifest.weights, manifest.form):
            if settings.store is not None:
                # Whoever built the index compiled the encoder, but in a data folder that may be another machine's.
                compile_to_ask_with(settings.home, manifest.encoder, manifest.weights, manifest.form)
            encoder = encoder_to_ask_with(settings.home, manifest.encoder, manifest.weights, manifest.form)
        if encoder.weights != manifest.weights:
            raise EncoderError(
                f"the weights of {manifest.encoder!r} are not those the index was made with; run: playback index"
            )
        if settings.reranker is not None and reranker is None:
            reranker = reranker_to_ask_with(settings.home, settings.reranker)
    except EncoderError:
        generation.close()
        raise
    return KnowledgeBase(settings.home, generation, encoder, fitted_for(encoder.weights), reranker)
