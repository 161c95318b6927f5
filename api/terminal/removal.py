"""`playback remove`: find out what a name means, and remove it from library and index."""

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.episodes.library import find_episode
from api.errors import EpisodeUnknown
from api.settings import Settings
from api.terminal.ingest_run import publish_index
from index.building.purging import drop_others
from index.generations.manifests import index_folder
from index.generations.published import holds_index
from index.store import drop_index
from ingest.library.records import feeds, records, transcript_ids
from ingest.library.removal import removals, remove_episode, remove_show


def remove(options: Namespace, settings: Settings) -> int:
    """Remove an episode or show from library and index, with --purge also from every generation on disk."""
    for line in run_removal(removal_target(options.name, settings.home), settings.home, options.reason, options.purge):
        print(line)
    if holds_index(settings.home):
        return publish_index(settings, rebuild=False, quiet=options.quiet, purge=options.purge)
    if options.purge and index_folder(settings.home).is_dir():  # a build that was killed leaves words there too
        drop_others(settings.home)
    return 0


@dataclass(frozen=True, slots=True)
class RemovalTarget:
    """What to remove: episodes, and their show if the name was a show's."""

    episodes: tuple[str, ...]
    show: str | None = None


def removal_target(name: str, home: Path) -> RemovalTarget:
    """Return what a name means: an episode's id, else a show's, else an episode's number; also finds removed episodes.

    Raises EpisodeUnknown if nothing matches, FilterError if a number is not unique, LibraryError if a file of the
    library cannot be read.
    """
    gone = removals(home)
    present = [record.episode for record in records(home)]
    shows = {removal.id: removal.show for removal in gone} | {episode.id: episode.show.id for episode in present}
    if name in shows:
        return RemovalTarget((name,))
    if name in {feed.show.id for feed in feeds(home)}:
        return RemovalTarget(tuple(sorted(identifier for identifier, show in shows.items() if show == name)), name)
    try:
        return RemovalTarget((find_episode(name, present).id,))
    except EpisodeUnknown:
        numbered = [removal.id for removal in gone if name == str(removal.number)]
        if len(numbered) != 1:
            raise EpisodeUnknown(
                f"no episode or show {name[:80]!r} in this library; playback status lists the episodes"
            ) from None
        return RemovalTarget((numbered[0],))


def run_removal(found: RemovalTarget, home: Path, reason: str, purge: bool) -> Iterator[str]:
    """Remove episodes and show from the library and yield a line for each, lazily: after its removal.

    If the library is empty then, removes the index too, including what an interrupted removal left of it. Raises
    SourceError if another process is working on one of the episodes.
    """
    if found.show is not None:
        remove_show(home, found.show, reason)
        yield f"{found.show}  its feed is not read again; playback ingest FEED --again brings it back"
    for identifier in found.episodes:
        removal = remove_episode(home, identifier, reason, purge)
        kept = "; nothing of it is kept" if removal.purged else f"; playback ingest {identifier} brings it back"
        yield f"{identifier}  {removal.sentence}{kept}"
    if not transcript_ids(home) and holds_index(home):
        drop_index(home)
        yield "the library is empty now, so the index was removed"
