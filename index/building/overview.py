"""Make the overview of a generation that is about to be published."""

import logging
from pathlib import Path

from index.errors import IndexBroken
from index.generations.files import open_files
from index.generations.manifests import index_folder, live_manifest
from index.manifest import Manifest
from index.mined import overview
from index.mined.overview import OVERVIEW, Overview
from index.mining.beginnings import beginnings_of
from index.mining.people import people_of
from index.mining.term_list import terms_of
from index.mining.topics import topics_of
from index.store import check_file

logger = logging.getLogger(__name__)


def live_overview(home: Path, weights: str) -> Overview:
    """Return the overview of the live generation, an empty one if none is undamaged or it is of other weights."""
    try:
        live = live_manifest(home)
        if live is None or live.weights != weights:
            return Overview()
        check_overview(home, live)
        return overview.read(index_folder(home) / str(live.generation) / OVERVIEW)
    except IndexBroken as error:
        logger.info("topics are found anew: %s", error)
        return Overview()


def check_overview(home: Path, live: Manifest) -> None:
    """Raise IndexBroken unless the overview of a generation has its checksum."""
    check_file(index_folder(home) / str(live.generation) / OVERVIEW, live.files[OVERVIEW])


def write_overview(working: Path, manifest: Manifest, before: Overview) -> None:
    """Write the overview of a generation that lies in a folder.

    Topics, and the ids of people and terms, stay as they are in that of the generation `before`.
    """
    generation = open_files(working, manifest)
    try:
        people = people_of(generation, before.people)
        terms = terms_of(generation, before.terms)
        topics, asides = topics_of(generation, people, terms, (*before.topics, *before.asides))
        found = Overview(people, terms, topics, beginnings_of(generation, people, terms, topics), asides)
    finally:
        generation.close()
    overview.write(working / OVERVIEW, found)
