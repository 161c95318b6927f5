"""Extend a passage by whole sentences around it: an answer often stands beside the words it is found by; pure."""

from collections.abc import Sequence, Set
from dataclasses import replace

from index.chunk import MOST_PASSAGE_WORDS, passage_id
from index.passage import FoundSentence, Passage

# A hit takes its further sentences from among so many before and after its passage.
READ_AROUND = 6


def extended(
    passage: Passage, around: Sequence[FoundSentence], offset: int, closed: Set[int] = frozenset(), back: bool = True
) -> tuple[Passage, list[FoundSentence]]:
    """Return a passage with neighbouring sentences to at most 180 words, one after, one before, and so on.

    `around` are the episode's sentences from number `offset` on. No sentence in `closed` is added, and none behind it;
    without `back`, none before the passage. Also returns the sentences it has then.
    """
    first, last = passage.sentences[0] - offset, passage.sentences[1] - offset
    room = MOST_PASSAGE_WORDS - sum(map(_words, around[first:last]))
    is_open = {"after": True, "before": back}
    while any(is_open.values()):
        for side, number in (("after", last), ("before", first - 1)):
            is_open[side] &= 0 <= number < len(around) and number + offset not in closed
            is_open[side] = is_open[side] and _words(around[number]) <= room
            if is_open[side]:
                room -= _words(around[number])
                first, last = min(first, number), max(last, number + 1)
    return stretch_of(passage, around[first:last], first + offset), [*around[first:last]]


def stretch_of(passage: Passage, sentences: Sequence[FoundSentence], first: int) -> Passage:
    """Return the passage of these sentences, the first of which has number `first`, in the episode of another one."""
    text = "".join(
        one.before + one.text if before is not None and before.sentence.turn == one.sentence.turn else f"\n{one.text}"
        for before, one in zip((None, *sentences), sentences, strict=False)
    ).removeprefix("\n")
    return replace(
        passage,
        id=passage_id(passage.episode_id, [one.sentence for one in sentences], text),
        text=text,
        sentences=(first, first + len(sentences)),
        speakers=tuple(dict.fromkeys(one.label for one in sentences if one.label)),
        start=sentences[0].start,
        end=sentences[-1].end,
        timing=sentences[0].timing,
    )


def _words(found: FoundSentence) -> int:
    """Count a sentence's words as printed or as normalised, whichever are more."""
    return max(found.sentence.words, len(found.text.split()))
