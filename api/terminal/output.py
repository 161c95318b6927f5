"""What commands print or write: JSON, registers and files."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from api.settings import Settings
from ingest.errors import SourceError


def write_text(text: str, output: Path | None) -> None:
    """Write a text to a file as it stands, or print it, then with a line break at the end."""
    if output is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
    else:
        write_bytes(text.encode(), output)


def write_bytes(data: bytes, output: Path) -> None:
    """Write a file; raises SourceError if it cannot be written."""
    try:
        output.write_bytes(data)
    except OSError as error:
        raise SourceError(f"{output} cannot be written: {error.strerror}") from error


def print_list(name: str, lines: Sequence[Any], options: Namespace, text: Callable[[Any], str]) -> None:
    """Print what a register holds, as JSON under a name or as text."""
    print_json({name: [asdict(line) for line in lines]}) if options.json else print(text(lines))


def print_one(found: Any, options: Namespace, settings: Settings, text: Callable[[Any, str], str]) -> None:
    """Print one entry of a register, as JSON or as text with the public addresses of its quotes."""
    print_json(asdict(found)) if options.json else print(text(found, settings.public_url or ""))


def print_json(value: dict[str, Any]) -> None:
    """Print a value as JSON, with half surrogate pairs replaced."""
    from api.answer.question import replace_surrogates

    print(replace_surrogates(json.dumps(value, ensure_ascii=False, indent=2)))
