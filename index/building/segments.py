"""The segments of a generation: those that the next one takes over, and new ones of changed episodes."""

import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import keywords, vectors
from index.building.cutting import Chunked
from index.building.encoding import Vectors
from index.building.inputs import Source
from index.building.merging import Kept
from index.building.starter_questions import starters
from index.building.tables import write_tables
from index.chunk import header_of
from index.errors import IndexBroken
from index.generations.files import open_files
from index.generations.manifests import VECTOR_SCHEMAS, current_number_or_zero, index_folder, manifest_of
from index.manifest import Manifest
from index.models.encoder import Encoder
from index.segments.files import (
    BASIS,
    DATABASE,
    FILES,
    KEYWORDS,
    QUESTIONS,
    HeldEpisode,
    SegmentEntry,
    read_basis,
    read_episodes,
    write_basis,
    write_episodes,
)
from index.store import check_segment, files_of_segment

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]


def kept_segments(home: Path, live: Manifest, whole: bool = False) -> list[Kept]:
    """Return the undamaged segments of a generation with what they hold; warns of others.

    Looks at the sizes of the files, and reads only the lists of episodes; `whole` reads all files.
    """
    found = []
    for entry in live.segments:
        folder = index_folder(home) / str(live.generation) / entry.name
        try:
            files = files_of_segment(live, entry.name)
            check_segment(folder, files, whole)
            found.append(Kept(folder, entry, read_episodes(folder), files))
        except IndexBroken as error:
            logger.warning("%s", error)
    return found


def undamaged(one: Kept) -> bool:
    """Say whether every file of a segment has its checksum; warns if not."""
    try:
        check_segment(one.folder, one.files, whole=True)
    except IndexBroken as error:
        logger.warning("%s", error)
        return False
    return True


def known_sources(kept: Iterable[Kept], stamps: Mapping[str, tuple[int, ...]]) -> dict[str, Source]:
    """Return the episodes that count in these segments, as they were when they were read; newer `stamps` first."""
    return {
        held.id: Source(held.transcript, held.facts, stamps.get(held.id, held.stamp))
        for one in kept
        for held in one.living()
    }


def without(kept: Iterable[Kept], identifiers: Iterable[str]) -> list[Kept]:
    """Return segments in which these episodes no longer count either."""
    gone = frozenset(identifiers)
    found = []
    for one in kept:
        dropped = {*one.entry.dropped, *(held.id for held in one.held if held.id in gone)}
        found.append(replace(one, entry=replace(one.entry, dropped=tuple(sorted(dropped)))))
    return found


def write_segment(
    folder: Path,
    chunked: Sequence[Chunked],
    sources: Mapping[str, Source],
    encoder: Encoder,
    made: Vectors,
) -> tuple[HeldEpisode, ...]:
    """Write a new segment of cut episodes into a new folder, and return what it holds."""
    folder.mkdir()
    write_tables(folder / DATABASE, chunked, made)
    for name, matrix in made.fields.items():
        vectors.write(folder / FILES[name], matrix)
    vectors.write(folder / QUESTIONS, made.asked)
    write_basis(folder, made.basis)
    # People also search for titles and speakers, so those are indexed too; hits show only the text.
    passages = [passage for episode in chunked for passage in episode.passages]
    keywords.write(folder / KEYWORDS["passage"], [f"{passage.header} {passage.text}" for passage in passages])
    keywords.write(folder / KEYWORDS["episode"], [_card(episode) for episode in chunked])
    held = tuple(_held(episode, sources[episode.transcript.episode.id]) for episode in chunked)
    write_episodes(folder, held)
    _write_starters(folder, chunked, held, encoder)
    return held


def basis_for(home: Path, encoder: Encoder) -> Floats:
    """Return the basis of the live generation's word pieces if this encoder made them, else the encoder's own.

    Also of one that this version only takes vectors from: the encoder's own may differ in the last bits, because it
    depends on how numpy was built and on its threads.
    """
    try:
        live = manifest_of(home, current_number_or_zero(home), schemas=VECTOR_SCHEMAS)
    except IndexBroken:
        return encoder.basis()
    same = (live.weights, live.form) == (encoder.weights, encoder.form)
    return basis_among(kept_segments(home, live) if same else [], encoder)


def basis_among(kept: Iterable[Kept], encoder: Encoder) -> Floats:
    """Return the basis of these segments' word pieces, which all share it; without segments the encoder's own.

    Raises IndexBroken if the file is damaged: segments that are linked would stay so.
    """
    for one in kept:
        name = f"{one.folder.name}/{BASIS}"
        if name in one.files:
            check_segment(one.folder, {name: one.files[name]}, whole=True)
            return read_basis(one.folder)
    return encoder.basis()


def entry_of(name: str, held: Sequence[HeldEpisode]) -> SegmentEntry:
    """Return how a manifest names a new segment."""
    return SegmentEntry(name, len(held), sum(one.passages for one in held))


def _held(episode: Chunked, source: Source) -> HeldEpisode:
    transcript = episode.transcript
    return HeldEpisode(
        transcript.episode.id,
        source.transcript,
        source.facts,
        source.stamp,
        len(episode.passages),
        len(episode.sentences),
        None if transcript.heard_by is None else transcript.episode.show.id,
        episode.repeated,
    )


def _card(episode: Chunked) -> str:
    """Return all searchable text of an episode: its title, its speakers and every word said in a passage."""
    turns = episode.transcript.turns
    people = dict.fromkeys(turn.speaker for turn in turns if turn.speaker)
    searched = sorted({number for passage in episode.passages for number in range(*passage.sentences)})
    texts = [turn.text for turn in turns]
    if len(searched) < len(episode.sentences):
        kept = [episode.sentences[number] for number in searched]
        texts = [turns[item.turn].text[item.start : item.end] for item in kept]
    return "\n".join((header_of(episode.transcript, tuple(people)), *texts))


def _write_starters(folder: Path, chunked: Sequence[Chunked], held: Sequence[HeldEpisode], encoder: Encoder) -> None:
    """Choose suggested questions by searching the new segment alone, and write them into it."""
    entry = entry_of(folder.name, held)
    manifest = Manifest(
        generation=0,
        encoder=encoder.name,
        weights=encoder.weights,
        dimension=encoder.dimension,
        passages=entry.passages,
        sentences=sum(one.sentences for one in held),
        episodes=entry.episodes,
        built="",
        inputs="",
        made_by="",
        segments=(entry,),
    )
    generation = open_files(folder.parent, manifest)
    try:
        found = starters(generation, encoder, [episode.transcript for episode in chunked])
    finally:
        generation.close()
    rows = [(place, one.question, one.episode_id) for place, one in enumerate(found)]
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.executemany("INSERT INTO starters VALUES (?, ?, ?)", rows)
        database.commit()
