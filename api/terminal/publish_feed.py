"""What `publish-feed` does: write a show's feed with additions."""

import sys
from argparse import Namespace
from contextlib import closing, nullcontext

from api.errors import SettingError
from api.feeds.published import published_feed
from api.settings import Settings
from api.terminal.output import write_bytes
from index.errors import IndexMissing
from index.store import open_generation


def publish_feed(options: Namespace, settings: Settings) -> int:
    """Write the feed to a file or to standard output, and what a person should know about it to standard error."""
    if settings.public_url is None:
        raise SettingError(
            "the feed links to transcripts on this service: set PLAYBACK_PUBLIC_URL to its address, "
            "such as https://quotes.example.org"
        )
    try:
        opened = closing(open_generation(settings.home))
    except IndexMissing:
        opened = None
    with opened or nullcontext() as generation:
        found = published_feed(settings.home, generation, options.show, settings.public_url)
    for note in found.notes:
        print(f"playback: {note}", file=sys.stderr)
    if options.output is None:
        sys.stdout.buffer.write(found.data)
    else:
        write_bytes(found.data, options.output)
    return 0
