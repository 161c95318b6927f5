"""`playback status`: every episode's state and reason, what was removed, and the live generation."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.errors import EncoderError, IndexBroken
from index.fitted import unmeasured
from index.generations.published import published_manifest
from index.models.compiled import load_compiled
from index.models.encoder import UNCOMPILED
from index.models.encoders import compiled_problem, why_not_compiled
from index.models.rerankers import what_reranks
from ingest.errors import LibraryError, StoreError
from ingest.library.outcome import State, load_state
from ingest.library.records import Withdrawal, edited_on, episode_ids, feeds, load_record
from ingest.library.removal import removals

NEW = State("new", "not ingested yet")


def status_of(home: Path, reranker: str | None = None) -> dict[str, Any]:
    """Return the state of every episode, counts by state, what was removed, and the live generation (None if none).

    `at` is the time of an episode's last outcome. `edited` and `unlisted` are ISO dates, or None: when its words last
    changed, and since when its feed does not list it.
    """
    shows = feeds(home)
    unlisted = {identifier: date for feed in shows for identifier, date in feed.unlisted.items()}
    episodes = [_episode(home, identifier, unlisted.get(identifier)) for identifier in episode_ids(home)]
    removed = [_removed(entry.id, entry.removed, entry.purged) for entry in removals(home)]
    removed += [_removed(feed.show.id, feed.removed, False) for feed in shows if feed.removed is not None]
    generation, problem = _generation(home)
    return {
        "home": str(home),
        "episodes": episodes,
        "counts": dict(Counter(episode["status"] for episode in episodes)),
        "removed": removed,
        "generation": generation,
        "encoder": None if generation is None else _encoder(home, generation),
        "reranker": None if reranker is None else {"name": reranker, "runs": what_reranks(home, reranker)},
        "index_problem": problem,
    }


def status_text(report: dict[str, Any]) -> str:
    """Return the report as text for a terminal."""
    return "\n".join(_lines(report))


def _lines(report: dict[str, Any]) -> Iterator[str]:
    for episode in report["episodes"]:
        remarks = [episode["message"]]
        remarks += [f"edited since {episode['edited']}"] if episode["edited"] else []
        remarks += [f"not in its feed since {episode['unlisted']}"] if episode["unlisted"] else []
        yield f"{episode['id']}  {episode['status']}: {'; '.join(remarks)}"
    for removed in report["removed"]:
        kept = "; nothing of it was kept" if removed["purged"] else ""
        yield f"{removed['id']}  removed on {removed['date']}: {removed['reason']}{kept}"
    counts = ", ".join(f"{count} {name}" for name, count in report["counts"].items()) or "none"
    yield f"{len(report['episodes'])} episodes: {counts}"
    generation = report["generation"]
    if generation is None:
        command = "index" if report["counts"].get("ingested") else "ingest SOURCE"  # as after `playback store copy`
        yield report["index_problem"] or f"no index yet; run: playback {command}"
        return
    yield (
        f"generation {generation['generation']}: {generation['passages']} passages of "
        f"{generation['episodes']} episodes, encoder {generation['encoder']}, built {generation['built']}"
    )
    encoder = report["encoder"]
    yield f"questions are encoded {encoder['runs']}" + (f": {encoder['reason']}" if encoder["reason"] else "")
    if encoder["unmeasured"]:
        yield encoder["unmeasured"]
    if report["reranker"]:
        yield f"the first hits are ordered anew by {report['reranker']['name']}, {report['reranker']['runs']}"
    for identifier, reason in generation.get("left_out", {}).items():
        yield f"{identifier}  not in this generation: {reason}"


def _removed(identifier: str, withdrawal: Withdrawal, purged: bool) -> dict[str, Any]:
    return {"id": identifier, **asdict(withdrawal), "purged": purged}


def _generation(home: Path) -> tuple[dict[str, Any] | None, str | None]:
    """Return (manifest without its files, None), or (None, what is wrong); (None, None) if nothing was published."""
    try:
        found = published_manifest(home)
    except (IndexBroken, StoreError) as error:
        return None, str(error)
    manifest = None if found is None else asdict(found)
    if manifest is not None:
        del manifest["files"]
    return manifest, None


def _encoder(home: Path, generation: dict[str, Any]) -> dict[str, Any]:
    """Return the name of the encoder in use, what it runs in, why not compiled, and if nobody measured it."""
    form, weights = generation["form"], generation["weights"]
    if form == UNCOMPILED:
        unknown = "it was not compiled yet; playback index does that"
        reason = why_not_compiled(home, weights) or unknown
        return _runs(generation, f"by {form}, not compiled", reason)
    problem = compiled_problem(home, weights)
    try:
        load_compiled(home, weights)
        runs = f"by the compiled {form}"  # also if only the weights for short texts are damaged
    except EncoderError:
        runs = f"by {UNCOMPILED}, not by the compiled {form}"
    return _runs(generation, runs, problem)


def _runs(generation: dict[str, Any], runs: str, reason: str | None) -> dict[str, Any]:
    name, weights = generation["encoder"], generation["weights"]
    return {"name": name, "runs": runs, "reason": reason, "unmeasured": unmeasured(weights)}


def _episode(home: Path, identifier: str, unlisted: str | None) -> dict[str, Any]:
    """Return an episode's entry; one whose files cannot be read is reported as "broken", and the others still show."""
    try:
        title = load_record(home, identifier).episode.title
        state = load_state(home, identifier) or NEW
    except LibraryError as error:
        title, state = None, State("broken", str(error))
    return {
        "id": identifier,
        "title": title,
        "status": state.status,
        "message": state.message,
        "at": state.at,
        "attempts": state.attempts,
        "edited": edited_on(home, identifier),
        "unlisted": unlisted,
    }
