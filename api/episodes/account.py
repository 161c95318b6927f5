"""Account for one episode from what the library stores of it; pure."""

from collections import Counter
from collections.abc import Iterator

from api.episodes.about import (
    About,
    CaptionsKept,
    Choice,
    Fact,
    HeardKept,
    ItemKind,
    LastOutcome,
    LinkState,
    NotesCopy,
    Part,
    RecordingKept,
    SourceItem,
    Sources,
    TimesFrom,
    TranscriptLink,
)
from api.episodes.doubts import doubts_of
from api.episodes.plain_names import Names, names_of
from api.episodes.stored import Stored
from ingest.captions.turns import named, turns_of
from ingest.item import Item
from ingest.reference.catalogue import known_episode, known_show
from ingest.shownotes.parse import OfficialText
from ingest.speech.heard import Heard
from ingest.speech.hearing import not_understood
from ingest.stages.assemble import TextChoice, TextSource, chosen_text
from ingest.stages.captions import Captions, failure_of, kind_of, link_of, transcript_links
from ingest.stages.official_text import used_copy
from ingest.transcript import Timing, Transcript

CATALOGUE, RECORDING = "the catalogue", "the recording"


def about_of(stored: Stored) -> About:
    """Return the account of an episode from what the library stores of it.

    Files are named without their folders, because the account is public.
    """
    names = names_of(stored.record)
    official = stored.official or OfficialText()
    cues = stored.captions.cues if stored.captions else ()
    unheard = None if stored.heard is None else not_understood(stored.heard.words, stored.heard.model)
    heard = None if unheard else stored.heard
    chosen = chosen_text(official, cues, heard)
    unused = [text for text in (chosen.doubt, unheard and f"heard words not used: {unheard}") if text]
    choice = _choice(stored, chosen, official, heard)
    state = stored.state
    return About(
        episode=stored.record.episode,
        outcome=None if state is None else LastOutcome(state.status, names.plain(state.message), state.at),
        facts=tuple(_facts(stored, names)),
        sources=_sources(stored, names, choice, heard),
        choice=choice,
        doubts=tuple(doubts_of(stored, choice, names, unused)),
    )


def _facts(stored: Stored, names: Names) -> Iterator[Fact]:
    episode = stored.record.episode
    items = stored.record.items[::-1]
    known = known_episode(known_show(episode.show.id), episode.number)
    for name in ("title", "number", "published", "duration"):
        said = [(getattr(item, name), names.plain(item.origin)) for item in items]
        said += [(getattr(known, name), CATALOGUE)] if known else []
        said += [(stored.measured, RECORDING)] if name == "duration" else []
        sources = {value: source for value, source in reversed(said) if value is not None}
        used = getattr(episode, name)
        yield Fact(name, used, sources.pop(used, None), used=True)
        for value, source in reversed(sources.items()):
            yield Fact(name, value, source, used=False)


def _sources(stored: Stored, names: Names, choice: Choice, heard: Heard | None) -> Sources:
    has_aligned = choice.current and any(part.timing == "aligned" for part in choice.times)
    gave_times: Part = "times" if has_aligned else "nothing"
    gave_words: Part = "words" if choice.current and choice.turns else "nothing"
    used = None if stored.official is None else used_copy(stored.official, stored.copies)
    notes = (
        NotesCopy(
            names.plain(copy.origin),
            copy.words,
            copy.lossy,
            copy.truncated,
            copy.marked,
            gave_words if place == used and choice.text == "notes" else "nothing",
        )
        for place, copy in enumerate(stored.copies)
    )
    captions = heard_kept = None
    if stored.captions is not None and stored.captions.cues:
        cues = stored.captions.cues
        gave = gave_words if choice.text.startswith("captions") else "nothing" if heard else gave_times
        captions = CaptionsKept(len(cues), sum(len(cue.text.split()) for cue in cues), named(cues), gave)
    if stored.heard is not None:
        gave = "nothing" if heard is None else gave_words if choice.text == "heard words" else gave_times
        heard_kept = HeardKept(stored.heard.by, stored.heard.language, len(stored.heard.words), gave)
    items = tuple(_item(item, names) for item in stored.record.items)
    return Sources(items, tuple(notes), tuple(_links(stored, names)), captions, _recording(stored, names), heard_kept)


def _item(item: Item, names: Names) -> SourceItem:
    kind: ItemKind = "file" if item.guid.startswith("file:") else "feed item"
    return SourceItem(
        names.plain(item.origin), kind, bool(item.notes), item.enclosure is not None, len(item.transcripts)
    )


def _recording(stored: Stored, names: Names) -> RecordingKept | None:
    enclosures = [item.enclosure.url for item in stored.record.items if item.enclosure is not None]
    if not enclosures and not stored.has_recording:
        return None
    address = names.plain(enclosures[-1]) if enclosures else None
    return RecordingKept(address, stored.has_recording, stored.measured)


def _links(stored: Stored, names: Names) -> Iterator[TranscriptLink]:
    links = transcript_links(stored.record)
    captions = stored.captions
    used = None if captions is None else link_of(links, captions)
    place = len(links) if used is None else links.index(used)
    for number, link in enumerate(links):
        reason = None if captions is None else failure_of(link, captions.problems)
        state: LinkState = "used" if number == place else "failed" if reason else "not needed"
        if state == "not needed" and number < place:
            state = "nothing kept"
        yield TranscriptLink(names.plain(link.url), kind_of(link), link.language, state, reason and names.plain(reason))


def _choice(stored: Stored, chosen: TextChoice, official: OfficialText, heard: Heard | None) -> Choice:
    turns = stored.transcript.turns if stored.transcript else ()
    is_current = _is_current(stored.transcript, chosen.source, official, stored.captions)
    source = chosen.source if is_current else None
    times = Counter(turn.timing for turn in turns)
    return Choice(
        chosen.source,
        chosen.reason,
        len(turns),
        sum(len(turn.words) for turn in turns),
        tuple(TimesFrom(timing, count, _giver(timing, source, heard)) for timing, count in times.items()),
        is_current,
    )


def _giver(timing: Timing | None, source: TextSource | None, heard: Heard | None) -> str | None:
    """Return what gave turns their times, as people say it, None without times; `source` None is an earlier text."""
    if timing is None:
        return None
    if timing == "estimated":
        return "the length of the text"
    if source is None:
        return "a source of an earlier run"
    if timing == "published":
        return "the captions" if source.startswith("captions") else "the times printed in the notes"
    if heard is None:
        return "the captions"
    return heard.by if timing == "heard" else f"the words that {heard.by} heard"


def _is_current(
    transcript: Transcript | None, source: TextSource, official: OfficialText, captions: Captions | None
) -> bool:
    """Return whether a transcript has the words of the source that is chosen now."""
    if transcript is None:
        return True
    texts = [turn.text for turn in transcript.turns]
    match source:
        case "notes":
            return texts == [turn.text for turn in official.turns]
        case "heard words":
            timings = {turn.timing for turn in transcript.turns}
            return "heard" in timings and timings <= {"heard", None}
        case "none":
            return False
    return captions is not None and texts == [turn.text for turn in turns_of(captions.cues)]
