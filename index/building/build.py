"""Build and publish a generation from the library; what did not change since the last one is taken over by links."""

import logging
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from index.building.ahead import encode_all
from index.building.cutting import Chunked, batches, chunk_all
from index.building.encoding import CountProgress, vectors_of
from index.building.inputs import Source, expected_bytes, inputs_of, is_current, look, readable
from index.building.merging import USUAL_MERGING, Kept, Merging, merge, to_merge
from index.building.overview import check_overview, live_overview, write_overview
from index.building.segments import (
    basis_among,
    basis_for,
    entry_of,
    kept_segments,
    known_sources,
    undamaged,
    without,
    write_segment,
)
from index.chunk import USUAL_SHAPE, PassageShape
from index.errors import IndexBroken, IndexOutdated
from index.generations.manifests import VECTOR_SCHEMAS, current_number_or_zero, index_folder, live_manifest, manifest_of
from index.manifest import SCHEMA, Manifest
from index.models.encoder import Encoder
from index.models.unused_encoders import remove_unused_encoders, take_up_encoder
from index.segments.files import HeldEpisode
from index.store import known_databases, link_segment, next_folder, publish
from ingest.errors import LibraryError
from ingest.storage.disk_space import GO_ON, require_space
from ingest.storage.files import hash_of, lock
from ingest.transcript import Transcript

logger = logging.getLogger(__name__)

# Increase it when a change of code gives other passages, vectors, codes of these or lessons for the same transcripts.
BUILD_VERSION = 13


# Which files of the live generation are taken over: none, those of the sizes they had, or those of the same content.
_Trust = Literal["nothing", "sizes", "checksums"]


@dataclass(frozen=True, slots=True)
class _Rules:
    """How a generation is made: with which encoder, passages of which shape, segments merged when."""

    encoder: Encoder
    shape: PassageShape = USUAL_SHAPE
    merging: Merging = USUAL_MERGING
    progress: CountProgress | None = None
    trust: _Trust = "sizes"

    def made_by(self) -> str:
        """Return a hash of all that gives other passages or vectors for the same transcripts."""
        return _made_by(self.encoder.name, self.encoder.weights, self.encoder.form, self.shape)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a new generation is made of: new episodes in groups, and segments of the live one.

    `together` are merged with the last group, those in `alone` are written again, each by itself, `linked` are taken
    over as they are.
    """

    groups: tuple[list[Chunked], ...]
    together: list[Kept]
    alone: list[Kept]
    linked: list[Kept]
    left_out: dict[str, str]


def build(
    home: Path,
    encoder: Encoder,
    rebuild: bool = False,
    shape: PassageShape = USUAL_SHAPE,
    progress: CountProgress | None = None,
    merging: Merging = USUAL_MERGING,
) -> Manifest:
    """Publish a generation of the whole library and return its manifest, or the live one's if nothing changed.

    Takes time and disk space in proportion to what changed, and now and then to the segments that are merged with it;
    only the overview of people, terms and topics is made of the whole library each time, from what was mined before.
    Encodes only texts that no earlier version of a changed episode had, with the same weights; `rebuild` encodes again
    all that was published. One process publishes at a time, others wait. Leaves out episodes whose files cannot be read
    and names them in the manifest. Raises LibraryError or OSError if the disk is full or fails; the live generation
    then stays live.
    """
    rules = _Rules(encoder, shape, merging, progress, "nothing" if rebuild else "sizes")
    return _alone(home, rules)


def mend(home: Path, encoder: Encoder) -> Manifest:
    """Publish a generation after reading every file of the live one: damaged segments are made again, others linked."""
    return _alone(home, _Rules(encoder, trust="checksums"))


def up_to_date(home: Path, name: str, weights: str, form: str, shape: PassageShape = USUAL_SHAPE) -> bool:
    """Say whether `build` with this encoder would change nothing; reads files, but loads no model."""
    made_by = _made_by(name, weights, form, shape)
    try:
        live = live_manifest(home)
    except IndexBroken:
        return False  # `build` says what is wrong with it
    if live is None or live.made_by != made_by:
        return False
    kept = kept_segments(home, live, whole=False)
    sources = look(home, known_sources(kept, live.stamps))
    return (
        len(kept) == len(live.segments)
        and _has_overview(home, live)
        and is_current(home, live, inputs_of(made_by, sources))
    )


def _alone(home: Path, rules: _Rules) -> Manifest:
    """Build while no other process publishes."""
    take_up_encoder(home, rules.encoder.weights)
    with lock(index_folder(home)):
        return _built(home, rules)


def _built(home: Path, rules: _Rules) -> Manifest:
    live = None if rules.trust == "nothing" else _live_manifest(home)
    kept: list[Kept] = []
    if live is not None and live.made_by == rules.made_by():
        kept = kept_segments(home, live, whole=rules.trust == "checksums")
    sources = look(home, known_sources(kept, {} if live is None else live.stamps))
    inputs = inputs_of(rules.made_by(), sources)
    is_whole = rules.trust == "sizes" and live is not None and len(kept) == len(live.segments)
    if is_whole and live is not None and _has_overview(home, live) and is_current(home, live, inputs):
        return live
    number, working = next_folder(home)
    try:
        plan = _planned(home, rules, kept, sources)
        _require_space(home, plan)
        manifest = _written(home, working, number, plan, rules, sources)
        write_overview(working, manifest, live_overview(home, manifest.weights))
        published = publish(home, working, replace(manifest, inputs=inputs))
    except (OSError, sqlite3.OperationalError, LibraryError) as error:
        # Free the space of a full disk now, not at the next build.
        shutil.rmtree(working, ignore_errors=True)
        if isinstance(error, sqlite3.OperationalError):
            raise LibraryError(f"{working}: {error}; make room on the disk, {GO_ON}") from error
        raise
    remove_unused_encoders(home, rules.encoder.weights)
    return published


def _planned(home: Path, rules: _Rules, kept: list[Kept], sources: Mapping[str, Source]) -> _Plan:
    """Cut the episodes that changed, and choose the segments to merge; reads those, and does without damaged ones."""
    known = known_sources(kept, {})
    changed = [
        identifier
        for identifier, source in sources.items()
        if identifier not in known
        or (source.transcript, source.facts) != (known[identifier].transcript, known[identifier].facts)
    ]
    transcripts, left_out = readable(home, changed)
    rest = without(kept, {*changed, *(known.keys() - sources.keys())})
    others = _heard_with(home, transcripts, kept, rest)
    chunked = [*chunk_all(transcripts, others, rules.encoder.pieces, rules.shape)]
    chunked.sort(key=lambda episode: episode.transcript.episode.id)
    rest = without(rest, (episode.transcript.episode.id for episode in chunked))
    groups = tuple(batches(chunked, rules.merging.most))
    fresh = sum(len(episode.passages) + 1 for episode in groups[-1])
    together, alone = to_merge(rest, fresh, rules.merging)
    damaged = {one.entry.name for one in (*together, *alone) if not undamaged(one)}
    if damaged:
        return _planned(home, rules, [one for one in kept if one.entry.name not in damaged], sources)
    rewritten = {one.entry.name for one in (*together, *alone)}
    return _Plan(groups, together, alone, [one for one in rest if one.entry.name not in rewritten], left_out)


def _heard_with(
    home: Path, transcripts: Sequence[Transcript], before: Sequence[Kept], rest: Sequence[Kept]
) -> list[tuple[Transcript, HeldEpisode]]:
    """Return the unchanged heard episodes of every show of which a heard episode changes, comes or goes.

    Other sentences of them may be repeated now. All of them are read; shows with written transcripts cost nothing.
    """
    stay = {held.id: held for one in rest for held in one.living()}
    shows = {item.episode.show.id for item in transcripts if item.heard_by is not None}
    shows |= {held.heard for one in before for held in one.living() if held.heard is not None and held.id not in stay}
    found, _ = readable(home, [held.id for held in stay.values() if held.heard in shows])
    return [(transcript, stay[transcript.episode.id]) for transcript in found]


def _require_space(home: Path, plan: _Plan) -> None:
    new = expected_bytes(home, [episode.transcript.episode.id for group in plan.groups for episode in group])
    merged = sum(path.stat().st_size for one in (*plan.together, *plan.alone) for path in one.folder.iterdir())
    require_space(index_folder(home), new + merged, "building the index")


def _written(
    home: Path, working: Path, number: int, plan: _Plan, rules: _Rules, sources: Mapping[str, Source]
) -> Manifest:
    """Write the new segments of a generation, link the others, and return its manifest."""
    new: list[Kept] = []
    taken = plan.linked + plan.together + plan.alone
    anew = rules.trust == "nothing"
    basis = basis_among(taken, rules.encoder) if taken or anew else basis_for(home, rules.encoder)

    def next_segment() -> Path:
        return working / (f"{number}-{len(new) + 1}" if new else str(number))

    def write(folder: Path, group: list[Chunked]) -> Kept:
        names = [episode.transcript.episode.id for episode in group]
        known = () if rules.trust == "nothing" else known_databases(home, rules.encoder, names)
        windows, by_key = encode_all(home, rules.encoder, basis, group, known, rules.progress)
        made = vectors_of(group, windows, rules.encoder, basis, by_key)
        held = write_segment(folder, group, sources, rules.encoder, made)
        return Kept(folder, entry_of(folder.name, held), held)

    def write_merged(parts: Sequence[Kept]) -> None:
        current = [replace(part, held=_with_stamps(part.held, sources)) for part in parts]
        if any(part.living() for part in current):
            folder = next_segment()
            held = merge(folder, current, rules.encoder.dimension)
            new.append(Kept(folder, entry_of(folder.name, held), held))

    *full, last = plan.groups
    for group in full:
        kept = write(next_segment(), group)
        new.append(kept)
    if plan.together:
        part = working / "part"
        write_merged([*plan.together, *([write(part, last)] if last else [])])
        shutil.rmtree(part, ignore_errors=True)
    elif last:
        new.append(write(next_segment(), last))
    for one in plan.alone:
        write_merged([one])
    for one in plan.linked:
        link_segment(one.folder, working, one.files)
    everything = sorted((*new, *plan.linked), key=Kept.size, reverse=True)
    living = [held for one in everything for held in one.living()]
    return Manifest(
        generation=number,
        encoder=rules.encoder.name,
        weights=rules.encoder.weights,
        dimension=rules.encoder.dimension,
        passages=sum(held.passages for held in living),
        sentences=sum(held.sentences for held in living),
        episodes=len(living),
        built=datetime.now(UTC).isoformat(timespec="seconds"),
        inputs="",
        made_by=rules.made_by(),
        segments=tuple(one.entry for one in everything),
        left_out=plan.left_out,
        stamps={held.id: sources[held.id].stamp for held in living if sources[held.id].stamp != held.stamp},
        files={name: checksum for one in plan.linked for name, (checksum, _) in one.files.items()},
        sizes={name: size for one in plan.linked for name, (_, size) in one.files.items()},
        form=rules.encoder.form,
    )


def _with_stamps(held: Sequence[HeldEpisode], sources: Mapping[str, Source]) -> tuple[HeldEpisode, ...]:
    """Return episodes with the sizes and times that their files have now."""
    return tuple(replace(one, stamp=sources[one.id].stamp) if one.id in sources else one for one in held)


def _live_manifest(home: Path) -> Manifest | None:
    try:
        return live_manifest(home)
    except IndexOutdated as error:
        what = str(error).rpartition("; run: ")[0]
        try:
            manifest_of(home, current_number_or_zero(home), schemas=VECTOR_SCHEMAS)
        except IndexBroken:
            logger.warning("%s; it is built anew, once, and every text is encoded again", what)
        else:
            logger.warning("%s; it is built anew, once, with the vectors that it holds", what)
    except IndexBroken as error:
        logger.warning("%s", error)
    return None


def _has_overview(home: Path, live: Manifest) -> bool:
    """Say whether the overview of a generation is undamaged; warns if not."""
    try:
        check_overview(home, live)
    except IndexBroken as error:
        logger.warning("%s", str(error).rpartition("; run: ")[0])
        return False
    return True


def _made_by(encoder: str, weights: str, form: str, shape: PassageShape) -> str:
    return hash_of([SCHEMA, BUILD_VERSION, [encoder, weights, form], list(shape)])
