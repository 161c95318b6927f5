"""Check every file of the index and repair it; all of it is derived, so all of it can be rebuilt."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from index.building.build import mend, up_to_date
from index.errors import EncoderError, IndexBroken, IndexOutdated
from index.generations.manifests import current_number_or_zero, index_folder, numbers
from index.manifest import Manifest
from index.models.encoder import UNCOMPILED
from index.models.encoders import compiled_problem, encoder_to_build_with, weights_and_form
from index.models.unused_encoders import remove_unused_encoders
from index.store import remove_left_over, verified, verified_live
from ingest.doctor.library import Finding
from ingest.errors import LibraryError
from ingest.library.records import transcript_ids
from ingest.storage.disk_space import disk_problem
from ingest.storage.files import lock

_PRIVATE = 0o700


def examine_index(home: Path, encoder: str) -> Iterator[Finding]:
    """Yield what is wrong with the index and repair it, if necessary by building a generation; lazily.

    `encoder` is used if no readable generation names its own. Building takes minutes for a large library whose vectors
    were lost.
    """
    root = index_folder(home)
    if root.is_dir():
        yield from _check_mode(root)
        with lock(root, wait=False) as held:
            if not held:
                yield Finding("index", "another process is building a generation, so the index was not checked", "note")
                return
            yield from _remove_remains(home)
    try:
        live = verified_live(home)
    except IndexBroken as error:
        yield from _rebuild(home, encoder, str(error))
    else:
        yield from _check_live(home, encoder if live is None else live.encoder, live)
    if root.is_dir():
        with lock(root, wait=False) as held:
            if held:
                yield from _remove_damaged(home)
                yield from _remove_unused(home, encoder)


def _check_mode(root: Path) -> Iterator[Finding]:
    """Make the index private, because it holds whole transcripts (`index.store`)."""
    mode = root.stat().st_mode & 0o777
    if not os.access(root, os.W_OK):
        yield Finding("index", "this user cannot write to it, so nothing can be published", "person")
    elif mode != _PRIVATE:
        try:
            root.chmod(_PRIVATE)
        except OSError as error:
            yield Finding("index", f"others may read it (mode {mode:o}): {disk_problem(error) or error}", "person")
        else:
            yield Finding("index", f"others could read it (mode {mode:o}); changed to {_PRIVATE:o}", "repaired")


def _remove_remains(home: Path) -> Iterator[Finding]:
    try:
        for path in remove_left_over(home):
            yield Finding(path.relative_to(home).as_posix(), "left by an interrupted build; removed", "repaired")
    except OSError as error:
        yield Finding(
            "index", f"remains of interrupted builds cannot be removed: {disk_problem(error) or error}", "person"
        )


def _remove_damaged(home: Path) -> Iterator[Finding]:
    """Remove damaged earlier generations, which nobody reads and which displace undamaged ones."""
    live = current_number_or_zero(home)
    for number in numbers(home):
        if not live or number == live:
            continue
        try:
            verified(home, number)
        except IndexOutdated:
            continue  # not damaged; later publications remove it
        except IndexBroken as error:
            shutil.rmtree(index_folder(home) / str(number), ignore_errors=True)
            problem = f"a damaged earlier generation was removed: {_without_advice(str(error))}"
            yield Finding(f"index/{number}", problem, "repaired")


def _remove_unused(home: Path, encoder: str) -> Iterator[Finding]:
    """Remove compiled encoders that neither a generation nor the setting names."""
    try:
        weights, _ = weights_and_form(home, encoder)
    except EncoderError:
        return  # which one the setting means is not known
    for folder in remove_unused_encoders(home, weights):
        yield Finding(folder.relative_to(home).as_posix(), "an encoder that nothing uses any more; removed", "repaired")


def _check_live(home: Path, encoder: str, live: Manifest | None) -> Iterator[Finding]:
    """Check that the live generation exists, matches the installed encoder and is up to date with the library."""
    if live is None and not transcript_ids(home):
        yield Finding("index", "nothing is published, and there are no transcripts to publish", "note")
        return
    try:
        weights, form = weights_and_form(home, encoder)
    except EncoderError as error:
        yield Finding("encoder", str(error), "person")
        return
    if live is not None and (live.weights, live.form) == (weights, form) and form != UNCOMPILED:
        yield from _check_compiled(home, encoder, weights)
    if live is None:
        yield from _rebuild(home, encoder, "nothing was published")
    elif live.weights != weights:
        yield from _rebuild(home, encoder, f"it was made with other weights of {encoder}")
    elif live.form != form:
        yield from _rebuild(home, encoder, f"its vectors are from {live.form}, and {encoder} runs otherwise now")
    elif not up_to_date(home, encoder, weights, form):
        yield from _rebuild(home, encoder, "the library has changed since it was built")
    elif live.left_out:
        yield from _left_out(live)


def _check_compiled(home: Path, encoder: str, weights: str) -> Iterator[Finding]:
    """Check every file of the compiled encoder, and compile it anew if one is missing or damaged."""
    problem = compiled_problem(home, weights)
    if problem is None:
        return
    try:
        encoder_to_build_with(home, encoder)
    except EncoderError as error:
        yield Finding("encoder", f"{_without_advice(problem)}; it could not be compiled anew: {error}", "person")
    else:
        yield Finding("encoder", f"{_without_advice(problem)}; it was compiled anew", "repaired")


def _rebuild(home: Path, encoder: str, why: str) -> Iterator[Finding]:
    if not transcript_ids(home):
        yield Finding("index", f"{why}, and there are no transcripts to build it from", "person")
        return
    try:
        manifest = mend(home, encoder_to_build_with(home, encoder))
    except (LibraryError, EncoderError) as error:
        yield Finding("index", f"{_without_advice(why)}; it could not be rebuilt: {error}", "person")
    except OSError as error:
        yield Finding(
            "index", f"{_without_advice(why)}; it could not be rebuilt: {disk_problem(error) or error}", "person"
        )
    else:
        yield Finding("index", f"{_without_advice(why)}; generation {manifest.generation} was published", "repaired")
        yield from _left_out(manifest)


def _left_out(manifest: Manifest) -> Iterator[Finding]:
    for identifier, reason in manifest.left_out.items():
        yield Finding("index", f"{identifier} was left out: {reason}", "person")


def _without_advice(problem: str) -> str:
    """Return a problem without its "run: …" advice, because doctor is already doing that."""
    return problem.rpartition("; run: ")[0] or problem
