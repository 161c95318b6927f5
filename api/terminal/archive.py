"""`playback archive`: write the pages to a folder, and say what was done."""

import sys
from argparse import Namespace

from tqdm import tqdm

from api.archive.archive import USUAL_URL, archive
from api.formatting import counted
from api.settings import Settings

_MEGABYTE = 1_000_000


def run_archive(options: Namespace, settings: Settings) -> int:
    """Bring an archive up to date, drawing a bar where standard error is a terminal; print how much changed."""
    if settings.public_url is None and not options.quiet:
        print(
            f"playback: citations and feeds of the archive will name {USUAL_URL}; "
            "set PLAYBACK_PUBLIC_URL to where it will stand",
            file=sys.stderr,
        )
    with tqdm(unit=" files", disable=True if options.quiet else None) as bar:

        def show(files: int) -> None:
            bar.update(files - bar.n)

        made = archive(settings, options.folder, options.recordings, progress=show)
    print(
        f"{options.folder}: generation {made.generation}, {counted(made.files, 'file')}, "
        f"{made.bytes / _MEGABYTE:.1f} MB; {made.written} written, {made.deleted} deleted"
    )
    return 0
