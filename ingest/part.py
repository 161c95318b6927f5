"""A file on its way: what was received of it, kept so that the next try or run can go on from there."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Part:
    """A download on its way: what is there of it, and beside it which file of the server it is a part of."""

    url: str
    path: Path
    limit: int
    progress: Callable[[int, int | None], None] | None

    @property
    def note(self) -> Path:
        """The file that tells which file of which server this is a part of."""
        return self.path.with_name(f"{self.path.name}.json")

    def resumable(self) -> tuple[int, str | None]:
        """Return how many bytes are there and the validator of their file; 0 and None if they are of no use."""
        try:
            note = json.loads(self.note.read_text(encoding="utf-8"))
            there = self.path.stat().st_size
            same = note["url"] == _hash(self.url) and isinstance(note["validator"], str)
        except (OSError, ValueError, KeyError, TypeError):
            return 0, None
        return (there, note["validator"]) if same and there else (0, None)

    def remember(self, validator: str | None) -> None:
        """Note the validator of the file that is received from now on; without one a next try begins anew."""
        if validator is None:
            self.note.unlink(missing_ok=True)
            return
        self.note.write_text(json.dumps({"url": _hash(self.url), "validator": validator}), encoding="utf-8")


def _hash(url: str) -> str:
    # An address may hold a password.
    return hashlib.sha256(url.encode()).hexdigest()
