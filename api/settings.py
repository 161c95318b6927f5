"""Settings from environment variables and playback.toml, read once at the edge; all code below takes arguments."""

import logging
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from api.errors import SettingError
from index.models.encoder_files import PACKAGED

USUAL_RATE = 120
FILE = Path("playback.toml")  # in the working directory, as the default data folder is
_FILE_VARIABLE = "PLAYBACK_CONFIG"
_MOST_FILE_BYTES = 100_000
_MOST_NUMBER = 1_000_000_000
_MOST_SHOWN_CHARACTERS = 60
_ORIGIN = re.compile(r"https?://(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?")
_ON, _OFF = ("on", "yes", "true", "1"), ("off", "no", "false", "0")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data is, which models are used and who may ask; each field names its variable."""

    home: Path = Path("data")  # PLAYBACK_HOME
    encoder: str = PACKAGED  # PLAYBACK_ENCODER: a sentence-transformers name or folder
    reranker: str | None = None  # PLAYBACK_RERANKER: a cross-encoder's name or folder; without it nothing is reranked
    models: Path | None = None  # PLAYBACK_MODELS: folder where Whisper weights are looked for
    store: str | None = field(
        default=None, repr=False
    )  # PLAYBACK_STORE: a PostgreSQL database that keeps the library and the index; its address may hold a password
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
    metrics: bool = False  # PLAYBACK_METRICS: "on" counts requests and answers at /metrics
    log: str = "WARNING"  # PLAYBACK_LOG: the level of the log
    llm_url: str | None = None  # PLAYBACK_LLM_URL: an OpenAI-compatible endpoint; without it no language model is used
    llm_model: str | None = None  # PLAYBACK_LLM_MODEL: the model to request there
    llm_key: str | None = field(default=None, repr=False)  # PLAYBACK_LLM_KEY


@dataclass(frozen=True, slots=True)
class Given:
    """The text of a setting, and where it is set: in the environment or a file, with its name there for messages."""

    text: str
    source: Literal["environment", "file"]
    where: str


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; an empty one counts as unset. Raises SettingError for an invalid value.

    Lists are separated by commas or spaces.
    """
    given = given_settings(environment)
    return Settings(**{name: _READ.get(name, _text)(one.text, one.where) for name, one in given.items()})


def given_settings(environment: Mapping[str, str] | None = None) -> dict[str, Given]:
    """Return the settings that are set, by name; the environment wins over the file.

    The file is the one that PLAYBACK_CONFIG names, which must exist, or else playback.toml in the working directory.
    Raises SettingError for a file that cannot be read and for names and types that are none of a setting.
    """
    variables = os.environ if environment is None else environment
    named = variables.get(_FILE_VARIABLE)
    given = _of_file(Path(named)) if named else _of_file(FILE) if FILE.is_file() else {}
    for name in _NAMES:
        if text := variables.get(variable_of(name)):
            given[name] = Given(text, "environment", variable_of(name))
    return given


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"PLAYBACK_{name.upper()}"


def _of_file(path: Path) -> dict[str, Given]:
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_FILE_BYTES + 1)
        if len(text) > _MOST_FILE_BYTES:
            raise SettingError(f"{path} is longer than {_MOST_FILE_BYTES:,} bytes; it may hold nothing but settings")
        data = tomllib.loads(text.decode())
    except OSError as error:
        raise SettingError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # not TOML, or not UTF-8
        raise SettingError(f"{path} is not TOML: {error}") from error
    for name in data:
        if name not in _NAMES:
            near = get_close_matches(name, _NAMES, n=1)
            raise SettingError(f"{path} has no setting {name!r}; " + (f"did you mean: {near[0]}" if near else _KNOWN))
    texts = {name: _as_text(value, f"{name} in {path}") for name, value in data.items()}
    return {name: Given(text, "file", f"{name} in {path}") for name, text in texts.items() if text}


def _as_text(value: Any, where: str) -> str:
    """Return a value of TOML as a variable of the environment would hold it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int) and abs(value) <= _MOST_NUMBER:
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return " ".join(value)
    raise SettingError(f"{where} must be a text, a whole number up to {_MOST_NUMBER:,}, true, false or a list of texts")


def _text(text: str, where: str) -> str:
    return text


def _store(text: str, where: str) -> str:
    if not text.startswith(("postgresql://", "postgres://")):
        raise SettingError(f"{where} must be an address such as postgresql://user:password@host:5432/database")
    return text


def _path(text: str, where: str) -> Path:
    return Path(text)


def _on_or_off(text: str, where: str) -> bool:
    word = text.strip().casefold()
    if word not in (*_ON, *_OFF):
        raise SettingError(f"{where} must be on or off, not {_shown(text)}")
    return word in _ON


def _list(text: str, where: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _origins(text: str, where: str) -> tuple[str, ...]:
    found = _list(text, where)
    wrong = [origin for origin in found if origin != "*" and not _is_origin(origin)]
    if wrong:
        raise SettingError(f"{where} takes origins such as https://example.org, not {_shown(wrong[0])}")
    return found


def _origin(text: str, where: str) -> str:
    # Pages link to /episodes and the like, so they would lead elsewhere below a path.
    if not _is_origin(text.rstrip("/")):
        raise SettingError(
            f"{where} must be an address without a path, such as https://quotes.example.org, not {_shown(text)}"
        )
    return text.rstrip("/")


def _is_origin(text: str) -> bool:
    """Say whether a text is a scheme, a host and perhaps a port, all of which can exist."""
    try:
        urlsplit(text).port  # noqa: B018 - raises for a port above 65535, as urlsplit does for an address in brackets
    except ValueError:
        return False
    return _ORIGIN.fullmatch(text) is not None


def _rate(text: str, where: str) -> int:
    # int() refuses thousands of digits.
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(_MOST_NUMBER)):
        raise SettingError(f"{where} must be a number of requests per minute (0: no limit), not {_shown(text)}")
    return int(text)


def _level(text: str, where: str) -> str:
    level = text.upper()
    if level not in logging.getLevelNamesMapping():
        raise SettingError(f"{where} must be debug, info, warning or error, not {_shown(text)}")
    return level


def _shown(text: str) -> str:
    return repr(text if len(text) <= _MOST_SHOWN_CHARACTERS else f"{text[:_MOST_SHOWN_CHARACTERS]}…")


_NAMES = tuple(one.name for one in fields(Settings))
_KNOWN = f"it can have {', '.join(_NAMES)}"
_READ: dict[str, Callable[[str, str], Any]] = {
    "home": _path,
    "store": _store,
    "models": _path,
    "feedback": _on_or_off,
    "hosts": _list,
    "public_url": _origin,
    "cors": _origins,
    "rate": _rate,
    "metrics": _on_or_off,
    "log": _level,
}
