"""Assemble one transcript from official text, captions and heard words (Laws 2 and 3 of the design); pure."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

from ingest.alignment.agreement import share_said
from ingest.alignment.align import align
from ingest.alignment.contradicted import with_heard_times
from ingest.audio.load import blocks
from ingest.captions.letters import with_names
from ingest.captions.turns import Cue, heard_words, named, turns_of
from ingest.errors import AudioError, ModelMissing
from ingest.shownotes.parse import OfficialText
from ingest.speakers.aliases import names_of_labels
from ingest.speakers.roles import find_roles
from ingest.speech.heard import Heard
from ingest.speech.turns import turns_heard
from ingest.timing.edges import has_movable_edges, refine_edges
from ingest.timing.estimate import estimate
from ingest.timing.offsets import moved_to_recording
from ingest.timing.pauses import envelope, pauses
from ingest.timing.printed_times import place_at_printed_times, without_impossible_times
from ingest.timing.unwritten_edges import widen_to_pauses
from ingest.transcript import Divergence, Episode, HeardWord, OfficialTurn, Transcript, Turn

logger = logging.getLogger(__name__)

# The precision of heard times in seconds: captions time whole cues, Whisper single words.
_CUE_PRECISION = 0.5
_WORD_PRECISION = 0.1
# Notes with a smaller share of the captions' words are only a part of what was said.
_PART = 0.6

# Two texts are the same speech if this share of one's words is in the other (`share_said`). It was 0.64 to 0.98 for a
# recording and its own text, and 0.21 to 0.31 for two episodes of one show
# (`docs/adr/0020-notes-are-a-transcript-only-if-they-are-one.md`).
LEAST_AGREEMENT = 0.45

# Where an episode's words come from; "notes" also stands for a transcript that is linked as text.
TextSource = Literal["captions with names", "notes", "captions without names", "heard words", "none"]


class TextChoice(NamedTuple):
    """Where an episode's words come from, and why, as a clause for people.

    `doubt` is a line for the outcome if the notes hold a text that is not what is said, None otherwise.
    """

    source: TextSource
    reason: str
    doubt: str | None = None


def chosen_text(official: OfficialText, cues: Sequence[Cue], heard: Heard | None) -> TextChoice:
    """Choose whose words are the transcript, by Law 3 of the design; pure, linear in the lengths.

    Captions with names are official text unless the notes have more words. Notes come before captions without names,
    and heard words are the transcript where there is nothing else. Notes that are not what the captions say are not
    used, and neither are notes without a marker if they lack most of what is said (`_doubt`).
    """
    cues = _cues_with_names(official, cues)
    names = bool(cues) and named(cues)
    if official.turns and (not names or _fuller(official, cues)) and (doubt := _doubt(official, cues, heard)):
        source: TextSource = "heard words"
        if cues:
            source = "captions with names" if names else "captions without names"
        return TextChoice(source, "the notes' text is not what is said", doubt)
    if names:
        if _fuller(official, cues):
            return TextChoice("notes", "their text has more words than the captions")
        doubt = _doubt(official, cues, heard) if official.marked else None
        return TextChoice("captions with names", _why_not_notes(official), doubt)
    if official.turns:
        return TextChoice("notes", "the captions do not name who speaks" if cues else "there are no captions")
    if cues:
        return TextChoice("captions without names", "the notes have no transcript")
    if heard:
        return TextChoice("heard words", "there are neither captions nor a transcript in the notes")
    return TextChoice("none", "there is no transcript in the notes, and there are no captions and no heard words")


def _doubt(official: OfficialText, cues: Sequence[Cue], heard: Heard | None) -> str | None:
    """Return why the notes' text is not what is said, None if it is or if nothing tells what is said.

    Notes with a marker are only doubted beside captions, and may be a part of these or more than these. Without a
    marker they must hold what is said: captions and heard words are never replaced by less.
    """
    if not cues and (heard is None or official.marked):
        return None
    text = " ".join(turn.text for turn in official.turns)
    said = " ".join([cue.text for cue in cues] or [word.text for word in (heard.words if heard else ())])
    share = share_said(text, said)
    if share_said(said, text) >= LEAST_AGREEMENT or (official.marked and share >= LEAST_AGREEMENT):
        return None
    source = "captions" if cues else "heard words"
    if share >= LEAST_AGREEMENT:
        return f"its notes' transcript holds only a part of the {source}; the {source} were used"
    return (
        f"its notes' transcript contradicts the {source}: {share:.0%} of its words match them; the {source} were used"
    )


def _why_not_notes(official: OfficialText) -> str:
    if not official.turns:
        return "the notes have no transcript"
    if not _complete(official):
        return "the notes' text is incomplete"
    return "the notes' text has no more words"


def assemble(
    episode: Episode, official: OfficialText, cues: Sequence[Cue], heard: Heard | None, terms: Sequence[str] = ()
) -> Transcript:
    """Give the official words the times of the heard ones, by Laws 2 and 3 of the design; pure.

    `chosen_text` decides whose words they are. Captions without names give the notes their times. Times printed in the
    notes are used if nothing was heard, except impossible ones (`printed_times.without_impossible_times`). Where heard
    words are the transcript, names and terms are spelt as in `terms` where the sound agrees.
    """
    official = replace(official, turns=without_impossible_times(official.turns, episode.duration).turns)
    turns: tuple[Turn, ...] = ()
    divergence: Divergence | None = None
    heard_by: str | None = None
    aliases = official.aliases
    cues = _cues_with_names(official, cues)
    match chosen_text(official, cues, heard).source:
        case "captions with names":
            turns, aliases = _in_full(_captioned(episode, cues, heard))
        case "notes":
            turns, divergence = _timed(episode, official, cues, heard)
        case "captions without names":
            turns = _captioned(episode, cues, heard)
        case "heard words" if heard:
            turns, heard_by = turns_heard(heard.words, heard.duration, terms), heard.by
    return Transcript(episode, turns, dict(aliases), divergence, find_roles(turns, aliases), heard_by=heard_by)


def _captioned(episode: Episode, cues: Sequence[Cue], heard: Heard | None) -> tuple[Turn, ...]:
    """Return the turns of captions with their times, or with heard ones if those show that they are of another edit."""
    turns = turns_of(cues)
    return with_heard_times(turns, heard.words, episode.duration, _WORD_PRECISION) if heard else turns


def _in_full(turns: Sequence[Turn]) -> tuple[tuple[Turn, ...], dict[str, str]]:
    """Return turns of captions with full names for first names, and the aliases of their other labels."""
    printed = list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker))
    full, aliases = names_of_labels(printed, "\n".join(turn.text for turn in turns))
    return tuple(replace(turn, speaker=full.get(turn.speaker or "", turn.speaker)) for turn in turns), aliases


def _timed(
    episode: Episode, official: OfficialText, cues: Sequence[Cue], heard: Heard | None
) -> tuple[tuple[Turn, ...], Divergence | None]:
    words: tuple[HeardWord, ...] = heard.words if heard else heard_words(cues)
    if words:
        precision = _WORD_PRECISION if heard else _CUE_PRECISION
        turns, divergence = align(official.turns, words, episode.duration, precision)
        if any(turn.timing for turn in turns):
            return turns, divergence
        return _unheard(episode, official), divergence
    return _unheard(episode, official), None


def _unheard(episode: Episode, official: OfficialText) -> tuple[Turn, ...]:
    has_times = any(turn.start is not None for turn in official.turns)
    return (place_at_printed_times if has_times else estimate)(official.turns, episode.duration, _complete(official))


def _fuller(official: OfficialText, cues: Sequence[Cue]) -> bool:
    return _complete(official) and _words(official.turns) > sum(len(cue.text.split()) for cue in cues)


def _cues_with_names(official: OfficialText, cues: Sequence[Cue]) -> Sequence[Cue]:
    """Return the cues with the official text's names for letters, if that text is only a part of what was said."""
    is_part = not _complete(official) or _words(official.turns) < _PART * sum(len(cue.text.split()) for cue in cues)
    return with_names(cues, official.turns) if official.turns and is_part and not named(cues) else cues


def _complete(official: OfficialText) -> bool:
    return not (official.lossy or official.truncated)


def _words(turns: tuple[OfficialTurn, ...]) -> int:
    return sum(len(turn.text.split()) for turn in turns)


def with_edges(transcript: Transcript, audio: Path | None) -> Transcript:
    """Return the transcript with its edges moved to the recording's pauses; decodes the recording once.

    These are the edges of turns, of sentences, and of heard words that the text lacks. Captions that are clearly of
    another edit are first moved to where the recording has their pauses. Without a recording, or if it cannot be
    decoded (which is logged), times do not change.
    """
    if audio is None or not has_movable_edges(transcript.turns):
        return transcript
    try:
        found = pauses(envelope(blocks(audio)))
    except (AudioError, ModelMissing) as error:
        logger.warning("%s: its times could not be refined: %s", transcript.episode.id, error)
        return transcript
    divergence = transcript.divergence
    if divergence is not None:
        divergence = replace(divergence, unwritten=widen_to_pauses(divergence.unwritten, found))
    turns = refine_edges(moved_to_recording(transcript.turns, found), found)
    return replace(transcript, turns=turns, divergence=divergence)
