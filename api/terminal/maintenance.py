"""The commands that maintain a data folder: doctor, backup and restore."""

import json
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from api.settings import Settings
from index.maintenance.backup import Copied, end_restore
from index.maintenance.backup import backup as write_backup
from index.maintenance.backup import restore as read_backup
from index.maintenance.doctor import examine_index
from ingest.audio.decoder_process import sandbox_limits
from ingest.doctor.library import Finding, examine_library
from ingest.errors import AudioError, ModelMissing
from ingest.speech.engines import weights_available
from ingest.speech.heard import TranscriptionOptions
from ingest.speech.weights import PACKAGED, packaged_folder
from ingest.storage.documents import is_folder
from ingest.versions import require_pyav


def doctor(options: Namespace, settings: Settings) -> int:
    """Check library, index and models, repair derived files, print the findings; return 1 if a person must act."""
    findings = []
    for finding in examine(settings):
        findings.append(finding)
        if not options.json:
            print(f"{finding.outcome}: {finding.path}: {finding.problem}")
    counts = Counter(finding.outcome for finding in findings)
    well = counts["person"] == 0
    if options.json:
        report = {"home": str(settings.home), "well": well, "findings": [asdict(finding) for finding in findings]}
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        print(
            f"{counts['repaired']} repaired, {counts['person']} for a person, {counts['note']} for information: "
            + ("all is well" if well else "the lines above say what a person must do")
        )
    return 0 if well else 1


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield the findings of library, index, decoder and models, in this order; lazily.

    A finding is repaired just before it is yielded.
    """
    if settings.home.exists() and not settings.home.is_dir():
        yield Finding(str(settings.home), "is not a folder; name one with --home or PLAYBACK_HOME", "person")
        return
    if end_restore(settings.home):
        yield Finding(".restored", "an interrupted restore was completed", "repaired")
    yield from examine_library(settings.home)
    if is_folder(settings.home / "library"):
        yield from examine_index(settings.home, settings.encoder)
    try:
        require_pyav()
        limits = "; ".join(f"{name}: {limit}" for name, limit in sandbox_limits().items())
        yield Finding("decoder", f"recordings are decoded in a sandboxed process: {limits}", "note")
    except (AudioError, ModelMissing) as error:
        yield Finding("decoder", f"{error}; no recording can be read", "note")
    try:
        weights_available(TranscriptionOptions(models=settings.models))
    except ModelMissing as error:
        try:
            packaged = packaged_folder()
        except ModelMissing as damaged:
            yield Finding("Whisper", str(damaged), "person")
            return
        if packaged is None:
            yield Finding("Whisper", f"{error}; episodes with official text or captions do not need it", "note")
        else:
            yield Finding("Whisper", f"{error}; until then the packaged {PACKAGED} is used", "note")


def backup(options: Namespace, settings: Settings) -> int:
    """Write the data folder to one file; return 1 if something in it is damaged (it is backed up anyway)."""
    done = write_backup(settings.home, options.file)
    print(f"{options.file}: {_summary(done)}; written and verified")
    return _problems(done.problems)


def restore(options: Namespace, settings: Settings) -> int:
    """Restore a backup into an empty data folder."""
    done = read_backup(options.file, settings.home)
    print(f"{settings.home}: {_summary(done)}; verified and restored")
    return _problems(done.problems)


def _summary(done: Copied) -> str:
    noun = "episode" if done.episodes == 1 else "episodes"
    generation = "no generation" if done.generation is None else f"generation {done.generation}"
    return f"{done.episodes} {noun}, {done.files} files, {generation}"


def _problems(problems: Sequence[str]) -> int:
    for problem in problems:
        print(f"playback: {problem}", file=sys.stderr)
    return 1 if problems else 0
