"""What the environment sets, read once at the edge; everything below takes arguments."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.encode import PACKAGED


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data is and which models read it; each field names its variable."""

    home: Path = Path("data")  # PLAYBACK_HOME
    encoder: str = PACKAGED  # PLAYBACK_ENCODER: a sentence-transformers name or folder
    models: Path | None = None  # PLAYBACK_MODELS: folder where Whisper weights are looked for
    notice: str | None = None  # PLAYBACK_NOTICE: a line shown on every page
    feedback: bool = True  # PLAYBACK_FEEDBACK: "off" takes no feedback on answers
    llm_url: str | None = None  # PLAYBACK_LLM_URL: an OpenAI-compatible endpoint; without it no language model is used
    llm_model: str | None = None  # PLAYBACK_LLM_MODEL: the model it is asked for
    llm_key: str | None = field(default=None, repr=False)  # PLAYBACK_LLM_KEY


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the PLAYBACK_ variables; one that is empty counts as unset."""
    source = os.environ if environment is None else environment
    given = {key: value for key, value in source.items() if key.startswith("PLAYBACK_") and value}
    models = given.get("PLAYBACK_MODELS")
    return Settings(
        home=Path(given.get("PLAYBACK_HOME", "data")),
        encoder=given.get("PLAYBACK_ENCODER", PACKAGED),
        models=Path(models) if models else None,
        notice=given.get("PLAYBACK_NOTICE"),
        feedback=given.get("PLAYBACK_FEEDBACK") != "off",
        llm_url=given.get("PLAYBACK_LLM_URL"),
        llm_model=given.get("PLAYBACK_LLM_MODEL"),
        llm_key=given.get("PLAYBACK_LLM_KEY"),
    )
