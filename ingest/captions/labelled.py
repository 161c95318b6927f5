"""Turn labels and signs in the text of captions into speakers and turns."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.captions.cues import Cue, SpeakerRun, cut, is_clip, tidy
from ingest.captions.labels import CueLabel, Habit, dashes_open, habit_of, inner_labels, label_of, parts_of, sign_of
from ingest.text.words import normalise

_SENTENCE_ENDS = (".", "?", "!", "…", '."', '?"', '!"', ".”", "?”", "!”", "。", "？", "！", "]", ")", "-", "–", "—")


# Behind these words a colon is speech ("A word of advice: …") more often than a part, which is known by its shape.
_ARTICLES = frozenset("a an the my our your his her their one some".split())
_GLUED = re.compile(r"(?<=[.?!…\"”’)\]])(?=>>)")  # "Shall we?>> We shall."
_CLOCK = re.compile(
    r"\s*(?:\[[\d:.,]{4,12}\]|\([\d:.,]{4,12}\)|\d{1,3}(?::\d{2}){1,2}(?:[.,]\d{1,3})?)(?=\s)[\s|–—-]*(?=\S)"
)
_FEW_ENDS = 0.1  # the share of lines that end with a sentence in a text with signs is greater


def labelled(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Yield the cues with the labels in their text turned into speakers; each speaks until the next label or clip.

    A cue that opens like a label, but names nobody whom the file names, closes the turn before: the speaker of its
    words is unknown, and they stay whole.
    """
    cues = [_spaced(cue) for cue in _without_clock(cues)]
    dashes = dashes_open([label_of(part) for cue in cues for part in _parts(cue, dashes=False)])
    spoken = [[line for line in _lines(cue, dashes) if normalise(line)] for cue in cues if not is_clip(cue.text)]
    habit = habit_of(list(_beginnings([lines for lines in spoken if lines])))
    inner = inner_labels(habit)
    speaker: str | None = None
    opens = False  # carried over to the next text if a label is alone on its line
    ended = True  # whether the text so far ends with its sentence
    for cue in cues:
        if is_clip(cue.text):
            speaker, opens, ended = None, False, True
            yield replace(cue, opens=habit.closes)
            continue
        if cue.opens:
            speaker, opens = None, True
        parts = list(_parts(cue, dashes, inner))
        is_dialogue = sum(label is not None and label.sign == "-" for label in map(label_of, parts)) > 1
        runs: list[tuple[SpeakerRun, list[str]]] = []
        count = 0
        for place, part in enumerate(parts):
            label = _label(part, habit, ended or not place)
            text, skipped = part, 0
            if label is not None and _opens_words(label, is_dialogue, dashes and ended):
                opens = opens or label.sign == ">>" or label.name is None or label.name != speaker
                speaker, text, skipped = label.name, label.text, label.pieces
            elif habit.closes and ended and not place and _may_be_label(part):
                opens, speaker = True, None
            if text.strip() and (skipped or opens or not runs):
                runs.append((SpeakerRun(speaker, "", count + skipped, opens), [text]))
                opens = False
            elif text.strip():
                runs[-1][1].append(text)
            count += len(part.split())
            ended = text.rstrip().endswith(_SENTENCE_ENDS) or (ended and not normalise(text))
        yield from cut(cue, [replace(run, text=tidy("".join(texts))) for run, texts in runs])


def unread_labels(cues: Sequence[Cue]) -> tuple[str, ...]:
    """Return the labels, as printed, that closed a turn without naming anybody, given the cues of `labelled`."""
    if not any(cue.speaker for cue in cues):
        return ()
    opened = (label_of(cue.text) for cue in cues if cue.opens and cue.speaker is None and _may_be_label(cue.text))
    return tuple(label.name for label in opened if label and label.name)


def _without_clock(cues: Sequence[Cue]) -> Sequence[Cue]:
    """Return the cues without the time printed before their words, if most cues have one ("[00:01] Ann: Hello")."""
    printed = sum(_CLOCK.match(cue.text) is not None for cue in cues)
    if printed < 2 or 2 * printed <= len(cues) or any(cue.times for cue in cues):
        return cues
    return [replace(cue, text=_CLOCK.sub("", cue.text, count=1)) for cue in cues]


def _spaced(cue: Cue) -> Cue:
    """Return a cue with a space before arrows that touch a sentence; not if it has times, which count the pieces."""
    return cue if cue.times else replace(cue, text=_GLUED.sub(" ", cue.text))


def _parts(cue: Cue, dashes: bool, inner: re.Pattern[str] | None = None) -> Iterator[str]:
    """Yield the parts of a cue's text, each with the space or line break behind it."""
    for line in cue.text.split("\n"):
        yield from parts_of(f"{line}\n", dashes, inner)


def _beginnings(spoken: Sequence[Sequence[str]]) -> Iterator[list[CueLabel | None]]:
    """Yield the labels of each cue's lines; behind an open sentence a word in lower case is none ("… of it / all: …").

    In a text without signs every sentence would be open, so there it may be one.
    """
    lines = [line for lines in spoken for line in lines]
    has_signs = sum(line.rstrip().endswith(_SENTENCE_ENDS) for line in lines) > _FEW_ENDS * len(lines)
    ended = True
    for cue in spoken:
        labels = []
        for line in cue:
            label = label_of(line)
            may_begin = ended or not has_signs or label is None or bool(label.sign)
            is_clear = label is not None and label.kind in ("name", "part") and not (label.name or "")[:1].islower()
            labels.append(label if may_begin or is_clear else None)
            ended = line.rstrip().endswith(_SENTENCE_ENDS)
        yield labels


def _lines(cue: Cue, dashes: bool) -> Iterator[str]:
    """Yield the parts of a cue's text, a label alone on its line together with the words below it."""
    alone = ""
    for part in _parts(cue, dashes):
        label = None if alone else label_of(part)
        if label is not None and label.name and not label.text:
            alone = part.strip()
            continue
        yield f"{alone} {part}" if alone else part
        alone = ""
    if alone:
        yield alone


def _label(part: str, habit: Habit, may_begin: bool) -> CueLabel | None:
    """Return a part's label if its name is a speaker's, else its sign; `may_begin` says that no sentence is open."""
    label = label_of(part)
    if label is None or label.name is None:
        return label
    is_name = label.name in habit.names and (may_begin or bool(label.sign) or label.name not in habit.once)
    return label if is_name else sign_of(part)


def _may_be_label(part: str) -> bool:
    label = label_of(part)
    is_shaped = label is not None and label.name is not None and label.kind != "odd"
    return is_shaped and part.split()[0].casefold() not in _ARTICLES


def _opens_words(label: CueLabel, is_dialogue: bool, may_open: bool) -> bool:
    """Return whether a label opens a speaker's words.

    A dash does in a cue with several, or where dashes may open turns and no sentence goes on behind it.
    """
    if label.name is not None or label.sign == ">>":
        return True
    return is_dialogue or (may_open and not label.text[:1].islower())
