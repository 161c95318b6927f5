"""What a library promises while feeds change, looked up in its files and asked of its doors."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from api.episodes.transcripts import open_transcript
from api.errors import QuoteGone, QuoteUnknown
from api.quotes.quote import quote_at
from api.quotes.resolve import resolve
from ingest import pipeline
from ingest.errors import SourceError
from ingest.library.outcome import Outcome
from ingest.library.records import episodes_folder, load_transcript, records
from ingest.library.removal import removal_of, removed_folder
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import Source, register_source
from ingest.speech.heard import Heard, TranscriptionOptions
from ingest.stages import heard_words
from ingest.stages import recording as recordings
from ingest.storage.files import read_json
from ingest.text.words import normalise
from ingest.transcript import HeardWord
from tests.faults.publisher import Publisher

Words = tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """A quote that was given out: its id, its episode, and its words in normal form."""

    id: str
    episode: str
    words: Words


class Engine:
    """Stands in for Whisper: it hears the words that a recording is made of.

    `heard` are the episodes and bytes that it listened to, in order.
    """

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []

    def transcribe(
        self, path: Path, listening: TranscriptionOptions, progress: object = None, resume: object = None
    ) -> Heard:
        self.heard.append((path.parent.name, path.read_bytes()))
        words = tuple(
            HeardWord(word, n / 2, n / 2 + 0.4, 0.9) for n, word in enumerate(path.read_text("utf-8").split())
        )
        return Heard(words, "en", listening.engine, listening.model, len(words) / 2, listening.vocabulary)


def hear_with(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pipeline listen with this engine; recordings are fetched and kept as ever, but nothing decodes them."""
    monkeypatch.setattr(heard_words, "transcribe", engine.transcribe)
    monkeypatch.setattr(pipeline, "with_edges", lambda transcript, audio: transcript)
    monkeypatch.setattr(recordings, "probe", lambda path: SimpleNamespace(duration=60.0))
    monkeypatch.setattr(pipeline, "weights_available", lambda *_, **__: None)
    pipeline.forget_missing_weights()


def ingested(found: Source, home: Path, host: str, again: bool = False) -> list[Outcome]:
    """Take the episodes of a source through their stages."""
    settings = IngestSettings(again=again, allow=frozenset({host}))
    return [ingest_episode(episode, home, settings) for episode in found.episodes]


def visited(publisher: Publisher, home: Path, path: str = "/feed.xml") -> tuple[list[Outcome], str]:
    """Ingest the feed as `playback ingest` does; the outcomes, and all that is printed."""
    try:
        found = register_source(publisher.feed(path), home, frozenset({publisher.host}))
    except SourceError as error:
        return [], str(error)
    outcomes = ingested(found, home, publisher.host)
    return outcomes, "\n".join((*found.problems, *(f"{outcome.status}: {outcome.message}" for outcome in outcomes)))


def whose(home: Path) -> dict[str, set[str]]:
    """Return for each episode of the library which true episodes its items are about (see `publisher.Entry`)."""
    return {record.episode.id: {item.licence or "" for item in record.items} for record in records(home)}


def kept_words(home: Path) -> dict[str, set[tuple[str, ...]]]:
    """Return for each episode, removed ones too, the texts of the turns of each transcript that is kept of it."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for folder in (episodes_folder(home), removed_folder(home)):
        for path in folder.glob("*/transcript*.json"):
            texts = tuple(turn["text"] for turn in read_json(path)["turns"])
            found.setdefault(path.parent.name, set()).add(texts)
    return found


def words_now(home: Path, episode: str) -> tuple[str, ...] | None:
    """Return the texts of today's turns, None where there is no transcript."""
    transcript = load_transcript(home, episode)
    return None if transcript is None else tuple(turn.text for turn in transcript.turns)


def quotes_of(home: Path, episode: str) -> list[Given]:
    """Give out a quote for each turn that has words."""
    source = open_transcript(home, episode)
    found = []
    for turn, count in sorted(Counter(place.turn for place in source.places).items()) if source else ():
        assert source is not None
        first = next(at for at, place in enumerate(source.places) if place.turn == turn)
        quote = quote_at(source, first, count)
        found.append(Given(quote.id, episode, tuple(normalise(quote.text))))
    return found


def verdict(home: Path, given: Given, forgotten: bool = False) -> str:
    """Return what is said today of a quote that was given out, after checking that it is true.

    "same", "changed", "gone" (with the reason), or "removed"; "unknown" only where nothing of the words was kept
    (`forgotten`). Anything else that `resolve` raises is a defect.
    """
    try:
        found = resolve(home, given.id)
    except QuoteGone as error:
        if (removal := removal_of(home, given.episode)) is not None:
            assert removal.removed.reason in str(error)
            return "removed"
        assert "were in an earlier transcript of the episode and are not in today's" in str(error)
        assert not _says(home, given), f"{given.id}: its words are still said"
        return "gone"
    except QuoteUnknown:
        assert forgotten, f"{given.id}: was given out, and is not known any more"
        return "unknown"
    quote, transcript = found.quote, load_transcript(home, given.episode)
    assert transcript is not None
    turn = transcript.turns[quote.turn]
    assert quote.text in turn.text
    assert (quote.speaker, quote.episode.id) == (turn.speaker, given.episode)
    words = tuple(normalise(quote.text))
    if not found.changed:
        assert words == given.words, f"{given.id}: is said to be unchanged"
        return "same"
    assert not _says(home, given), f"{given.id}: its words are still said, and are marked as changed"
    assert 2 * sum((Counter(words) & Counter(given.words)).values()) >= len(given.words), f"{given.id}: {quote.text}"
    assert resolve(home, quote.id).changed is False
    return "changed"


def verdicts(home: Path, given: Iterable[Given]) -> Counter[str]:
    """Count what is said of quotes that were given out."""
    return Counter(verdict(home, quote) for quote in given)


def ids_of(home: Path) -> dict[str, str]:
    """Return the id of each true episode; two episodes in one, or one in two, fail."""
    found: dict[str, str] = {}
    for identifier, true in whose(home).items():
        assert len(true) == 1, f"{identifier} holds {true}"
        assert not true & found.keys(), f"{true} twice: {found} and {identifier}"
        found |= dict.fromkeys(true, identifier)
    return found


def given_out(home: Path) -> dict[str, list[Given]]:
    """Give out all quotes of each true episode."""
    return {who: quotes_of(home, identifier) for who, identifier in ids_of(home).items()}


def stamps(home: Path) -> dict[Path, int]:
    """When each file was written, except states, which say when an episode was last looked at."""
    files = (path for path in (home / "library").rglob("*") if path.is_file() and path.name != "state.json")
    return {path: path.stat().st_mtime_ns for path in files}


def _says(home: Path, given: Given) -> bool:
    wanted = f" {' '.join(given.words)} "
    return any(wanted in f" {' '.join(normalise(text))} " for text in words_now(home, given.episode) or ())
