"""Settings from environment variables, read once at the edge; all code below takes arguments."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.errors import SettingError
from index.encoder_files import PACKAGED

USUAL_RATE = 120
_ORIGIN = re.compile(r"https?://[^/\s?#@]+")
_ADDRESS = re.compile(r"https?://[^/\s?#@]+(?:/[^\s?#]*)?")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data is, which models are used and who may ask; each field names its variable."""

    home: Path = Path("data")  # PLAYBACK_HOME
    encoder: str = PACKAGED  # PLAYBACK_ENCODER: a sentence-transformers name or folder
    reranker: str | None = None  # PLAYBACK_RERANKER: a cross-encoder's name or folder; without it nothing is reranked
    models: Path | None = None  # PLAYBACK_MODELS: folder where Whisper weights are looked for
    notice: str | None = None  # PLAYBACK_NOTICE: a line shown on every page
    feedback: bool = True  # PLAYBACK_FEEDBACK: "off" takes no feedback on answers
    hosts: tuple[
        str, ...
    ] = ()  # PLAYBACK_HOSTS: host names the server accepts; empty: all (`playback serve` adds its own)
    public_url: str | None = None  # PLAYBACK_PUBLIC_URL: where readers reach the server; no slash at the end
    cors: tuple[str, ...] = ()  # PLAYBACK_CORS: origins whose scripts may read answers
    rate: int = USUAL_RATE  # PLAYBACK_RATE: requests per minute from one address, 0 for no limit
    token: str | None = field(
        default=None, repr=False
    )  # PLAYBACK_TOKEN: needed for requests that are not open to everybody
    llm_url: str | None = None  # PLAYBACK_LLM_URL: an OpenAI-compatible endpoint; without it no language model is used
    llm_model: str | None = None  # PLAYBACK_LLM_MODEL: the model to request there
    llm_key: str | None = field(default=None, repr=False)  # PLAYBACK_LLM_KEY


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the PLAYBACK_ variables; an empty one counts as unset. Raises SettingError for an invalid value.

    Lists are separated by commas or spaces.
    """
    source = os.environ if environment is None else environment
    given = {key: value for key, value in source.items() if key.startswith("PLAYBACK_") and value}
    models = given.get("PLAYBACK_MODELS")
    return Settings(
        home=Path(given.get("PLAYBACK_HOME", "data")),
        encoder=given.get("PLAYBACK_ENCODER", PACKAGED),
        reranker=given.get("PLAYBACK_RERANKER"),
        models=Path(models) if models else None,
        notice=given.get("PLAYBACK_NOTICE"),
        feedback=given.get("PLAYBACK_FEEDBACK") != "off",
        hosts=_list(given.get("PLAYBACK_HOSTS", "")),
        public_url=_address(given.get("PLAYBACK_PUBLIC_URL")),
        cors=_origins(given.get("PLAYBACK_CORS", "")),
        rate=_rate(given.get("PLAYBACK_RATE", str(USUAL_RATE))),
        token=given.get("PLAYBACK_TOKEN"),
        llm_url=given.get("PLAYBACK_LLM_URL"),
        llm_model=given.get("PLAYBACK_LLM_MODEL"),
        llm_key=given.get("PLAYBACK_LLM_KEY"),
    )


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _origins(text: str) -> tuple[str, ...]:
    found = _list(text)
    wrong = [origin for origin in found if origin != "*" and not _ORIGIN.fullmatch(origin)]
    if wrong:
        raise SettingError(f"PLAYBACK_CORS takes origins such as https://example.org, not {wrong[0]!r}")
    return found


def _address(text: str | None) -> str | None:
    if text is None:
        return None
    if not _ADDRESS.fullmatch(text):
        raise SettingError(f"PLAYBACK_PUBLIC_URL must be an address such as https://quotes.example.org, not {text!r}")
    return text.rstrip("/")


def _rate(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise SettingError(f"PLAYBACK_RATE must be a number of requests per minute (0: no limit), not {text!r}")
    return int(text)
