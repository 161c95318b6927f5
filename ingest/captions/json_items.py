"""Find the captions in any JSON: the list of items with text and times, wherever it stands, and what each item says.

Known by their shape are Podcasting 2.0 and Podlove, and the output of Whisper, AssemblyAI, Deepgram, Rev AI, Amazon,
Google, Azure and YouTube.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ingest.captions.json_values import Time, folded, string, times_of
from ingest.captions.labels import is_number_label
from ingest.text.words import normalise

_TEXTS = ("body", "text", "punctuatedword", "transcript", "utterance", "sentence", "content", "display", "caption",
          "line", "word", "value", "utf8")  # fmt: skip
_PARTS = ("words", "elements", "items", "segs", "sentences")
_ALTERNATIVES = ("alternatives", "nbest")
_NAMES = ("speakername", "speakerdisplayname", "displayname")
_SPEAKERS = ("speaker", "speakerlabel", "speakerid", "speakertag", "voice", "name", "participant")
_TABLES = ("speakers", "participants", "people", "speakernames")
_ID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|(?=\D*\d)[\w-]{16,}", re.IGNORECASE)
_DEEPEST = 12
# Of lists with nearly as much text, one with speakers is best; then one of sentences, of words, of whole recordings.
_AS_MUCH = 0.9
_LEAST = 1 / 3  # of a list's items have words and a time; in a list of chapters few have both
_WORD_LENGTH = 12
_RECORDING_LENGTH = 1500


@dataclass(frozen=True, slots=True)
class Item:
    """One caption or word as the file states it; `parts` are the words or sentences in it."""

    text: str
    start: Time | None
    end: Time | None
    speaker: str | None
    id: str | None
    parts: tuple["Item", ...] = ()


class Found(NamedTuple):
    """The items of one list in file order, and the texts of those without a readable time."""

    items: list[Item]
    untimed: tuple[str, ...] = ()


def captions_in(data: Any) -> Found:
    """Return the captions in parsed JSON, from the list in it that has most text; no items if it has no captions."""
    names = _name_table(data)
    lists = ((raw, _items(raw, names)) for raw in _lists(data, 0))
    found = [read for raw, read in lists if read.items and _LEAST * len(raw) <= len(read.items)]
    most = max((_size(read.items) for read in found), default=0)
    usable = (read for read in found if _size(read.items) >= _AS_MUCH * most)
    return max(usable, key=lambda read: _rank(read.items), default=Found([]))


def joined(parts: Sequence[Item]) -> tuple[str, tuple[tuple[int, Time], ...]]:
    """Return the text of words, with punctuation at the word before it, and the start of each piece that has one.

    Words that bring their own spaces are joined as they are.
    """
    has_spaces = any(part.text[:1].isspace() or part.text[-1:].isspace() for part in parts)
    text: list[str] = []
    times: list[tuple[int, Time]] = []
    count, is_inside = 0, False  # pieces so far; whether the text so far ends inside one
    for part in parts:
        gap = "" if has_spaces or not is_inside or not any(map(str.isalnum, part.text)) else " "
        added = gap + part.text
        begins = count - (is_inside and not added[:1].isspace())
        if added.strip() and part.start is not None and (not times or times[-1][0] < begins):
            times.append((begins, part.start))
        count = begins + len(added.split())
        is_inside = not added[-1:].isspace() if added else is_inside
        text.append(added)
    return "".join(text), tuple(times)


def _lists(data: Any, depth: int) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Yield every list of objects in the data, outer ones first."""
    if depth > _DEEPEST:
        return
    # An object with numbers for keys is a list too: {"0": {…}, "1": {…}}.
    is_numbered = isinstance(data, dict) and bool(data) and all(str(key).isdecimal() for key in data)
    values = list(data.values()) if is_numbered else data if isinstance(data, list) else []
    if objects := [value for value in values if isinstance(value, dict)]:
        yield objects
    for value in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        if isinstance(value, dict | list):
            yield from _lists(value, depth + 1)


def _items(raw: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Found:
    names = {**_named_beside(raw), **names}
    items: list[Item] = []
    untimed: list[str] = []
    for value in raw:
        item = _item(value, names)
        if item.start is None and items and item.text and not any(map(str.isalnum, item.text)):
            items[-1] = _with_end(items[-1], item.text)  # punctuation without a time of its own
        elif item.start is not None and item.text.strip():
            items.append(item)
        elif item.start is None and normalise(item.text):
            untimed.append(item.text)
    return Found(items, tuple(untimed))


def _with_end(item: Item, text: str) -> Item:
    return Item(item.text + text, item.start, item.end, item.speaker, item.id, item.parts)


def _item(value: Mapping[str, Any], names: Mapping[str, str], depth: int = 0) -> Item:
    item = folded(value)
    for key in _ALTERNATIVES:
        others = item.get(key)
        if isinstance(others, list) and others and isinstance(others[0], dict):
            item = {**folded(others[0]), **item}
    inner = next((raw for key in _PARTS if isinstance(raw := item.get(key), list)), ()) if depth < 2 else ()
    parts = tuple(_item(part, names, depth + 1) for part in inner if isinstance(part, dict))
    start, end = times_of(item)
    if start is None:
        start = next((part.start for part in parts if part.start), None)
        end = end or next((part.end for part in reversed(parts) if part.end), None)
    text = next((found for key in _TEXTS if isinstance(found := item.get(key), str)), None)
    identifier = item.get("id")
    is_id = isinstance(identifier, str | int) and not isinstance(identifier, bool)
    speaker = _speaker(item, names)
    return Item(joined(parts)[0] if text is None else text, start, end, speaker, str(identifier) if is_id else None,
                parts)  # fmt: skip


def _speaker(item: Mapping[str, Any], names: Mapping[str, str]) -> str | None:
    """Return the speaker's name if the item or the table has one, else what distinguishes the voices."""
    found = [names.get(printed, printed) for printed in _printed_speakers(item)]
    named = (name for name in found if _is_name(name))
    worded = (name for name in found if not name.isdigit())  # "Unknown Speaker" beside "4"
    chosen = next(iter((*named, *worded, *found)), None)
    return f"Speaker {chosen}" if chosen in _numbers(item) else chosen


def _printed_speakers(item: Mapping[str, Any]) -> Iterator[str]:
    """Yield what an item states about its speaker: names, letters, numbers, ids."""
    for key in (*_NAMES, *_SPEAKERS):
        value = item.get(key)
        if isinstance(value, Mapping):
            nested = folded(value)
            inner = (nested.get(key) for key in ("name", *_NAMES, "label", "id"))
            value = next((inside for inside in inner if inside not in (None, "")), None)
        if isinstance(value, int) and not isinstance(value, bool):
            yield str(value)
        elif isinstance(value, str) and (name := string(value)):
            yield name


def _numbers(item: Mapping[str, Any]) -> set[str]:
    """Return the speakers that an item states as a number, which is no text."""
    return {str(value) for key in _SPEAKERS if isinstance(value := item.get(key), int) and not isinstance(value, bool)}


def _is_name(printed: str) -> bool:
    return not is_number_label(printed) and _ID.fullmatch(printed) is None


def _named_beside(raw: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the names of ids that stand beside one name in some captions and alone in others."""
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for value in raw:
        printed = list(_printed_speakers(folded(value)))
        names = [name for name in printed if _is_name(name)]
        for other in printed:
            if names and not _is_name(other):
                beside[other].add(names[0])
    return {other: name for other, found in beside.items() for name in found if len(found) == 1}


def _name_table(data: Any) -> dict[str, str]:
    """Return the names of speakers' ids from a table beside the captions."""
    if not isinstance(data, Mapping):
        return {}
    whole = folded(data)
    table: Any = next((whole[key] for key in _TABLES if isinstance(whole.get(key), list | dict)), [])
    pairs: list[tuple[Any, Any]] = list(table.items()) if isinstance(table, dict) else []
    for value in table if isinstance(table, list) else []:
        if isinstance(value, dict):
            entry = folded(value)
            keys = ("id", "speakerid", "key", "label", "speaker", "speakerlabel")
            pairs.append((next((entry[key] for key in keys if key in entry), None), value))
    names: dict[str, str] = {}
    for key, value in pairs:
        entry = folded(value) if isinstance(value, dict) else {"name": value}
        name = next((name for field in ("name", *_NAMES) if (name := string(entry.get(field)))), None)
        if name and isinstance(key, str | int):
            names[str(key)] = unicodedata.normalize("NFC", name)
    return names


def _size(items: Sequence[Item]) -> int:
    return sum(len("".join(item.text.split())) for item in items)


def _rank(items: Sequence[Item]) -> tuple[bool, int, int]:
    speakers = sum(item.speaker is not None for item in items)
    length = _size(items) / len(items)
    shape = 0 if length > _RECORDING_LENGTH else 1 if length < _WORD_LENGTH else 2
    return 2 * speakers >= len(items), shape, _size(items)
