"""The line that ends the ingestion of an episode: short, with counts instead of lists; pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.alignment.divergence import in_brief
from ingest.shownotes.parse import OfficialText
from ingest.speech.heard import Heard
from ingest.stages.captions import Captions
from ingest.transcript import Episode, Transcript


def size(transcript: Transcript, heard: Heard | None) -> str:
    """Return the turns and words of a transcript, and where its times come from."""
    words = sum(len(turn.words) for turn in transcript.turns)
    timings: list[str] = sorted({turn.timing for turn in transcript.turns if turn.timing}) or ["none"]
    is_heard = heard is not None and not {"aligned", "heard"}.isdisjoint(timings)
    model = f" ({heard.by})" if heard is not None and is_heard else ""
    turns = len(transcript.turns)
    counts = f"{turns:,} turn{'' if turns == 1 else 's'}, {words:,} word{'' if words == 1 else 's'}"
    return f"{counts}, times {'/'.join(timings)}{model}"


def differences(transcript: Transcript, heard: Heard | None) -> str | None:
    """Return where text and recording differ most, None if they agree or were not compared."""
    if transcript.divergence is None:
        return None
    duration = transcript.episode.duration if heard is None else heard.duration
    return in_brief(transcript.turns, transcript.divergence, duration)


def in_short(problems: Sequence[str]) -> list[str]:
    """Return problems with those of one kind ("label without text: 'Ann'") counted if there are several."""
    kinds = Counter(problem.partition(": ")[0] for problem in problems)
    told = {kind: f"{kind} ({count} times)" for kind, count in kinds.items() if count > 1}
    return list(dict.fromkeys(told.get(problem.partition(": ")[0], problem) for problem in problems))


def left_aside(episode: Episode, text: OfficialText | Captions) -> Iterator[str]:
    """Yield how much of the text used was not understood or left out, and the command that lists it."""
    if isinstance(text, Captions):
        told = [_counted(len(text.left_out), "caption left out", "captions left out")]
    else:
        told = [_counted(len(text.left_out), "line left out", "lines left out")]
    told.insert(0, _counted(len(set(text.unread_labels)), "label not recognised", "labels not recognised"))
    if any(told):
        yield from (part for part in told if part)
        yield f"see `playback show {episode.id}`"


def _counted(count: int, one: str, many: str) -> str | None:
    return f"{count:,} {one if count == 1 else many}" if count else None


def joined(*remarks: str | None) -> str:
    """Return the remarks that there are as one line."""
    return "; ".join(remark for remark in remarks if remark)
