"""Show notes that hold their text several times: where each copy begins; pure."""

from collections.abc import Sequence

from ingest.shownotes.lines import Line
from ingest.shownotes.page import is_marker, is_rule

_COPY_CHARACTERS = 60  # a shorter repetition, or one of fewer different lines, is speech
_COPY_LINES = 4
_COPY_TRIES = 300  # places compared with the beginning, which keeps the time for hostile input linear


def copies_of(head: Sequence[Line], body: Sequence[Line], marked: bool) -> list[tuple[Sequence[Line], Sequence[Line]]]:
    """Return the copies of the episode's text, in order, each as the lines before its transcript and the transcript."""
    for number in range(1, len(body)):
        if not is_marker(body[number]):
            continue
        same = 0
        while same < min(len(head), number) and head[-1 - same].text == body[number - 1 - same].text:
            same += 1
        start = number + 1
        while start < len(body) and (is_rule(body[start]) or is_marker(body[start])):
            start += 1
        begins_again = start < len(body) and body[start].text == body[0].text
        if (same and same == len(head)) or begins_again:
            return [(head, body[: number - same]), *copies_of(body[number - same : number], body[start:], True)]
    if marked:
        return [(head, body)]  # a second copy would have its own marker
    whole = [*head, *body]
    again = _repetition([line.text for line in whole])
    if again > len(head):
        return [(head, body[: again - len(head)]), (whole[again : again + len(head)], whole[again + len(head) :])]
    return [(head, body)]


def _repetition(texts: Sequence[str]) -> int:
    """Return where a text starts again, 0 if it does not; either copy may be cut off at its end."""
    tries = 0
    for start in range(2, len(texts)):
        if texts[start : start + 2] != texts[:2]:
            continue
        tries += 1
        if tries > _COPY_TRIES:
            return 0
        same = 0
        while start + same < len(texts) and same < start and texts[same] == texts[start + same]:
            same += 1
        again = set(texts[start : start + same])
        if len(again) < _COPY_LINES or sum(map(len, again)) < _COPY_CHARACTERS:
            continue
        ended = start + same == len(texts)
        cut_first = same == start - 1 and not ended and texts[start + same].startswith(texts[same])
        cut_second = start + same == len(texts) - 1 and texts[same].startswith(texts[start + same])
        if same == start or (ended and 2 * same >= start) or cut_first or cut_second:
            return start
    return 0
