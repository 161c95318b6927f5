"""What `clip` does: write a quote as a short recording with captions, or as a picture."""

from argparse import Namespace
from pathlib import Path

from api.clips.card import card_png, card_svg
from api.clips.clip import clip_of
from api.errors import FilterError
from api.quotes.context import surroundings_of
from api.settings import Settings
from api.terminal.output import write_bytes
from api.terminal.quotes import identifier_of
from ingest.audio.encode import ClipFormat, encode

_FORMATS = ("opus", "m4a", "svg", "png")


def clip(options: Namespace, settings: Settings) -> int:
    """Write the file, for sound also its captions beside it, and print their names."""
    ending = "" if options.output is None else options.output.suffix.lower().removeprefix(".")
    kind = options.format or ("opus" if options.output is None else ending)
    if kind not in _FORMATS:
        raise FilterError(f"{options.output} does not end in {', '.join(_FORMATS)}; give --format")
    quote = identifier_of(options.quote)
    output = options.output or Path(f"{quote}.{kind}")
    if kind in ("svg", "png"):
        citation = surroundings_of(settings.home, quote).citation
        picture = card_svg(citation, settings.public_url).encode() if kind == "svg" else None
        _write(output, card_png(citation, settings.public_url) if picture is None else picture)
        return 0
    sound: ClipFormat = "m4a" if kind == "m4a" else "opus"
    found = clip_of(settings.home, quote, settings.public_url)
    _write(output, encode(found.samples, sound, found.tags))
    _write(output.with_suffix(".vtt"), found.captions.encode())
    return 0


def _write(path: Path, data: bytes) -> None:
    write_bytes(data, path)
    print(path)
