"""The files of compiled encoders, and what was decided about each model.

<home>/index/encoders/<weights>-ctranslate2-<version>/encoder.json   what it is and how well it agrees with
                                                                     sentence-transformers, SHA-256 of every other file
<home>/index/encoders/<weights>-ctranslate2-<version>/int8/ float32/ the transformer with weights in these numbers
<home>/index/encoders/<weights>-ctranslate2-<version>/tokenizer.json dense-<n>.npz
<home>/index/rerankers/<weights>-ctranslate2-<version>/              the same of rerankers, with head.npz
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from index.errors import EncoderError
from index.models.encoder import UNCOMPILED
from ingest.errors import LibraryError
from ingest.storage.files import read_json, sha256_of

# Increase it when what is written here changes, so that models are compiled anew.
VERSION = 1
DESCRIPTION = "encoder.json"
TOKENIZER = "tokenizer.json"
REPAIR = "run: playback doctor"
_LETTERS = 16  # of the weights' SHA-256 in a folder's name
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Description:
    """What a folder of `encoders` holds, or why the model runs in sentence-transformers (`form` says which).

    `modules` are what makes one vector of the pieces' vectors, in order: ("mean",) or ("cls",), then any of
    ("dense", file, activation) and ("normalize",). `longest` is the most pieces that are read, `agreement` the figures
    of the comparison with sentence-transformers, `probe` the vector of `PROBE`.
    """

    name: str
    weights: str
    form: str
    runtime: str
    reason: str | None = None
    dimension: int = 0
    longest: int = 0
    prompts: dict[str, str] = field(default_factory=dict)
    modules: tuple[tuple[str, ...], ...] = ()
    agreement: dict[str, float] = field(default_factory=dict)
    probe: tuple[float, ...] = ()
    files: dict[str, str] = field(default_factory=dict)

    @property
    def is_compiled(self) -> bool:
        """Say whether the folder holds a compiled encoder."""
        return self.form != UNCOMPILED


def encoders_folder(home: Path) -> Path:
    """Return the folder of the compiled encoders of a data folder."""
    return home / "index" / "encoders"


def folder_of(home: Path, weights: str) -> Path:
    """Return the folder of the compiled encoder of these weights."""
    return folder_in(encoders_folder(home), weights)


def rerankers_folder(home: Path) -> Path:
    """Return the folder of the compiled rerankers of a data folder; their `modules` are ("head", file)."""
    return home / "index" / "rerankers"


def folder_in(root: Path, weights: str) -> Path:
    """Return the folder of what was decided about the model of these weights."""
    return root / f"{weights[:_LETTERS]}-ctranslate2-{VERSION}"


def descriptions(root: Path) -> Iterator[Description]:
    """Yield what was decided about each model of a folder of models, without those whose description is damaged."""
    for folder in sorted(root.glob(f"*-ctranslate2-{VERSION}")):
        try:
            yield _read(folder)
        except EncoderError:
            continue


def description_of(home: Path, weights: str) -> Description | None:
    """Return what was decided about the model of these weights, None if nothing was.

    Raises EncoderError if that is damaged.
    """
    return description_in(folder_of(home, weights), weights)


def description_in(folder: Path, weights: str) -> Description | None:
    """Return what a folder says was decided about the model of these weights; see `description_of`."""
    if not (folder / DESCRIPTION).exists():
        return None
    found = _read(folder)
    if found.weights != weights:
        raise EncoderError(f"{folder / DESCRIPTION} is not about the weights that its folder names; {REPAIR}")
    return found


def _read(folder: Path) -> Description:
    path = folder / DESCRIPTION
    try:
        data = read_json(path)
        del data["schema"]
        steps = tuple(tuple(step) for step in data["modules"])
        return Description(**{**data, "modules": steps, "probe": tuple(data["probe"]), "files": dict(data["files"])})
    except (LibraryError, TypeError, KeyError, ValueError) as error:
        raise EncoderError(f"{path} is damaged; {REPAIR}") from error


def verified(home: Path, weights: str) -> Description | None:
    """Return what was decided about the model of these weights after checking that every file matches its checksum.

    Parses no file but the description. Raises EncoderError if a file is missing or has changed.
    """
    return verified_in(folder_of(home, weights), weights)


def verified_in(folder: Path, weights: str) -> Description | None:
    """Return what a folder says was decided about the model of these weights; see `verified`."""
    found = description_in(folder, weights)
    if found is not None:
        check(folder, found.files)
    return found


def check(folder: Path, files: dict[str, str]) -> None:
    """Raise EncoderError if a file of a folder is missing or does not match its checksum."""
    for name, checksum in files.items():
        try:
            actual = sha256_of(folder / name)
        except OSError as error:
            raise EncoderError(f"{folder / name} cannot be read: {error.strerror}; {REPAIR}") from error
        if actual != checksum:
            raise EncoderError(f"{folder / name} has changed since it was compiled; {REPAIR}")


def opened_from(what: str, folder: Path, make: Callable[[], _T]) -> _T:
    """Return what `make` opens of a compiled model's folder; raises EncoderError, which says why, if it fails."""
    try:
        return make()
    except ImportError as error:
        raise EncoderError(f"CTranslate2 is not usable here ({error}); run: pip install gds-playback") from error
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EncoderError(f"the compiled {what} in {folder} cannot be loaded: {reason}; {REPAIR}") from error


def tokenizer_in(folder: Path) -> Any:
    """Return a compiled model's tokenizer, without padding; raises ValueError if it cannot be read."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # the only class that tokenizers raises, such as for a newer version's file
        raise ValueError(f"{TOKENIZER}: {error}") from error
    tokenizer.no_padding()
    return tokenizer
