"""Remove what no longer counts from the disk: from segments, and with every generation but the live one."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from index.building.merging import Kept, merge
from index.building.overview import live_overview, write_overview
from index.building.segments import entry_of, kept_segments
from index.errors import IndexBroken
from index.generations.manifests import index_folder, live_manifest
from index.manifest import Manifest
from index.segments.files import EPISODES, read_episodes
from index.store import check_segment, link_segment, next_folder, publish, remove_others
from ingest.library.removal import removals
from ingest.storage.files import lock


def drop_others(home: Path) -> Manifest | None:
    """Remove every generation except the live one, and what was dropped from its segments, so that nothing of it stays.

    Segments that hold dropped episodes are written again without them, in a generation of their own, whose manifest is
    returned; nothing is encoded. Takes the lock of the index folder. Raises IndexBroken if a segment is damaged,
    OSError from the disk.
    """
    published = None
    with lock(index_folder(home)):
        live = live_manifest(home)
        if live is not None and any(entry.dropped for entry in live.segments):
            published = _publish_without_dropped(home, live)
        remove_others(home)
    return published


def drop_purged(home: Path) -> bool:
    """Do what `drop_others` does, if a generation holds an episode that was purged; return whether one did.

    That is so where publishing failed after the purge, and where another machine purged what this one has indexed.
    """
    purged = {removal.id for removal in removals(home) if removal.purged}
    if not any(purged & held for held in _held_by_segments(home) if purged):
        return False
    drop_others(home)
    return True


def _held_by_segments(home: Path) -> Iterator[set[str]]:
    for path in index_folder(home).glob(f"[0-9]*/*/{EPISODES}"):
        with suppress(IndexBroken, OSError):  # the doctor's business
            yield {episode.id for episode in read_episodes(path.parent)}


def _publish_without_dropped(home: Path, live: Manifest) -> Manifest:
    kept = kept_segments(home, live)
    if len(kept) != len(live.segments):
        raise IndexBroken(f"{index_folder(home) / str(live.generation)} is damaged; run: playback doctor")
    number, working = next_folder(home)
    new: list[Kept] = []
    for one in kept:
        if not one.entry.dropped:
            link_segment(one.folder, working, one.files)
            new.append(one)
        elif one.living():
            check_segment(one.folder, one.files, whole=True)
            folder = working / f"{number}-{len(new) + 1}"
            held = merge(folder, [one], live.dimension)
            new.append(Kept(folder, entry_of(folder.name, held), held))
    files = {name: found for one in new for name, found in one.files.items()}
    manifest = replace(
        live,
        generation=number,
        segments=tuple(one.entry for one in new),
        files={name: checksum for name, (checksum, _) in files.items()},
        sizes={name: size for name, (_, size) in files.items()},
    )
    write_overview(working, manifest, live_overview(home, manifest.weights))
    return publish(home, working, manifest)
