"""Ways in which a publisher's feed changes; each gives the site as it is after one, for one true episode of it.

`token` is a number that no change was given before, for names that were never used.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.faults.publisher import Entry, Site, Turns, captions_of, sound, sound_of, talk

Change = Callable[[Site, str, int], Site]


# --- words


def word_added(site: Site, who: str, token: int) -> Site:
    """A word is put into the second turn."""
    turns = site.entry(who).turns
    name, text = turns[1]
    words = text.split()
    return site.changed(who, turns=(turns[0], (name, " ".join([*words[:3], f"very{token}", *words[3:]])), *turns[2:]))


def word_removed(site: Site, who: str, token: int) -> Site:
    """The third word of the longest turn goes."""
    turns = list(site.entry(who).turns)
    place = max(range(len(turns)), key=lambda at: len(turns[at][1].split()))
    name, text = turns[place]
    words = text.split()
    turns[place] = (name, " ".join([*words[:2], *words[3:]]))
    return site.changed(who, turns=tuple(turns))


def paragraph_moved(site: Site, who: str, token: int) -> Site:
    """The last turn comes first."""
    turns = site.entry(who).turns
    return site.changed(who, turns=(*turns[-1:], *turns[:-1]))


def paragraph_removed(site: Site, who: str, token: int) -> Site:
    """The last turn goes."""
    return site.changed(who, turns=site.entry(who).turns[:-1])


def speaker_renamed(site: Site, who: str, token: int) -> Site:
    """The guest has another surname."""
    turns = site.entry(who).turns
    return site.changed(
        who, turns=tuple((f"Bo {_NAMES[token % 4]}" if n[:2] == "Bo" else n, text) for n, text in turns)
    )


_NAMES = ("Short", "Tall", "Small", "Large")


def words_replaced(site: Site, who: str, token: int) -> Site:
    """Nothing that was said is said any more."""
    return site.changed(who, turns=_other(token))


def words_emptied(site: Site, who: str, token: int) -> Site:
    """The notes say "Coming soon." and nothing else."""
    return site.changed(who, turns=())


def words_back(site: Site, who: str, token: int) -> Site:
    """The notes say what they said when the episode was published."""
    return site.changed(who, turns=talk(who))


# --- facts


def title_edited(site: Site, who: str, token: int) -> Site:
    """Another title."""
    return site.changed(who, title=f"The {who}, take {token}")


def number_changed(site: Site, who: str, token: int) -> Site:
    """Another number."""
    return site.changed(who, number=100 + token)


def number_missing(site: Site, who: str, token: int) -> Site:
    """No number, neither in its field nor in the title."""
    return site.changed(who, number=None, title=f"The {who}")


def date_changed(site: Site, who: str, token: int) -> Site:
    """Another day of publication."""
    return site.changed(who, day=8 + token % 20)


def duration_changed(site: Site, who: str, token: int) -> Site:
    """Another stated duration."""
    return site.changed(who, seconds=61 + token)


# --- guids


def guid_changed(site: Site, who: str, token: int) -> Site:
    """A guid that was never seen."""
    return site.changed(who, guid=f"h-{token}")


def guid_missing(site: Site, who: str, token: int) -> Site:
    """No guid."""
    return site.changed(who, guid=None)


def guids_missing(site: Site, who: str, token: int) -> Site:
    """No item has a guid."""
    return replace(site, entries=tuple(replace(entry, guid=None) for entry in site.entries))


def guids_swapped(site: Site, who: str, token: int) -> Site:
    """The episode and the one listed before it have each other's guids."""
    place = [entry.who for entry in site.entries].index(who)
    other = site.entries[place - 1]
    return site.changed(other.who, guid=site.entry(who).guid).changed(who, guid=other.guid)


def guid_doubled(site: Site, who: str, token: int) -> Site:
    """A new episode, copied from the item of another, has its guid."""
    return _published(site, replace(_new(token), guid=site.entry(who).guid))


# --- recordings


def recording_moved(site: Site, who: str, token: int) -> Site:
    """The same bytes at another address."""
    before = site.entry(who).recording
    assert before is not None
    path = f"/{who}-{token}.mp3"
    return site.holding({path: site.files[before], before: None}).changed(who, recording=path)


def recording_signed(site: Site, who: str, token: int) -> Site:
    """The same bytes at the same address, which has another query, as hosts give one to each reader."""
    before = site.entry(who).recording
    assert before is not None
    path = f"{before.partition('?')[0]}?token={token}"
    return site.holding({path: site.files[before]}).changed(who, recording=path)


def recording_published_again(site: Site, who: str, token: int) -> Site:
    """Other bytes at another address, of another length."""
    path = f"/{who}-{token}.mp3"
    data = sound(f"This is take {token} of it.") + b" " + sound_of(site.entry(who).turns or talk(who))
    return site.holding({path: data}).changed(who, recording=path, seconds=200 + token)


def recording_replaced(site: Site, who: str, token: int) -> Site:
    """Other bytes at the same address, of another stated length."""
    path = site.entry(who).recording
    assert path is not None
    data = sound(f"This is take {token} of it.") + b" " + sound_of(site.entry(who).turns or talk(who))
    return site.holding({path: data}).changed(who, seconds=300 + token)


def recording_missing(site: Site, who: str, token: int) -> Site:
    """No recording."""
    return site.changed(who, recording=None)


def recording_dead(site: Site, who: str, token: int) -> Site:
    """A new address at which nothing is."""
    return site.changed(who, recording=f"/{who}-{token}.mp3")


def recording_shared(site: Site, who: str, token: int) -> Site:
    """A second item has the episode's recording: the publisher lists one episode twice."""
    entry = site.entry(who)
    return _published(site, replace(entry, guid=f"h-{token}", title=f"{entry.title} (again)"))


def recording_copied(site: Site, who: str, token: int) -> Site:
    """A new episode whose recording has the bytes of another's, at an address of its own."""
    entry, path = _new(token), site.entry(who).recording
    assert path is not None
    assert entry.recording is not None
    return _published(site, entry).holding({entry.recording: site.files[path]})


# --- captions


def captions_added(site: Site, who: str, token: int) -> Site:
    """Captions at a new address."""
    path = f"/{who}-{token}.vtt"
    return site.holding({path: captions_of(site.entry(who).turns or talk(who))}).changed(who, captions=path)


def captions_removed(site: Site, who: str, token: int) -> Site:
    """No captions."""
    return site.changed(who, captions=None)


def captions_edited(site: Site, who: str, token: int) -> Site:
    """Captions with other words, at the same address."""
    path = site.entry(who).captions
    assert path is not None
    return site.holding({path: captions_of(_other(token))})


def captions_dead(site: Site, who: str, token: int) -> Site:
    """The address of the captions is another, and nothing is there."""
    return site.changed(who, captions=f"/{who}-{token}-gone.vtt")


# --- what is listed


def published(site: Site, who: str, token: int) -> Site:
    """A new episode."""
    return _published(site, _new(token))


def withdrawn(site: Site, who: str, token: int) -> Site:
    """The episode is listed no more."""
    return replace(site, entries=tuple(entry for entry in site.entries if entry.who != who))


def order_reversed(site: Site, who: str, token: int) -> Site:
    """Oldest first instead of newest first, or back."""
    return replace(site, entries=site.entries[::-1])


def item_doubled(site: Site, who: str, token: int) -> Site:
    """The item stands twice in the feed, the second time with another title."""
    entry = site.entry(who)
    return replace(site, entries=(*site.entries, replace(entry, title=f"{entry.title} (mended {token})")))


def split_in_two(site: Site, who: str, token: int) -> Site:
    """A first part keeps guid and recording and loses half of the words, which are in a second part with its own."""
    entry = site.entry(who)
    half = len(entry.turns) // 2
    path = f"/part{token}.mp3"
    second = replace(
        entry, who=f"part{token}", guid=f"p-{token}", title=f"{entry.title} (part 2)", recording=path, captions=None
    )
    second = replace(second, turns=entry.turns[half:])
    first = site.changed(who, title=f"{entry.title} (part 1)", turns=entry.turns[:half])
    return _published(first, second).holding({path: sound_of(second.turns)})


def trailer_published(site: Site, who: str, token: int) -> Site:
    """A trailer of another day, with a number of its own or none, has the very title of an episode."""
    entry = replace(_new(token), title=site.entry(who).title, number=None)
    return _published(site, entry)


# --- the feed


def moved_for_good(site: Site, who: str, token: int) -> Site:
    """The feed's address answers 301."""
    path = f"/feed-{token}.xml"
    return replace(site, feeds=(path,), moved={**site.moved, **dict.fromkeys(site.feeds, path)}, says_moved=None)


def says_it_moved(site: Site, who: str, token: int) -> Site:
    """The feed names a new address, at which it is too."""
    path = f"/feed-{token}.xml"
    return replace(site, feeds=(*site.feeds, path), says_moved=path)


def feed_emptied(site: Site, who: str, token: int) -> Site:
    """The feed lists nothing."""
    return replace(site, entries=())


def feed_broken(site: Site, who: str, token: int) -> Site:
    """The XML of an item is broken."""
    return replace(site, broken=[entry.who for entry in site.entries].index(who))


def show_renamed(site: Site, who: str, token: int) -> Site:
    """The show has another title."""
    return replace(site, title=f"Harbour {token}")


def _new(token: int) -> Entry:
    who = f"thing{token}"
    recording = f"/{who}.mp3"
    return Entry(who, f"n-{token}", f"The {who}", _other(token), 1_000 + token, 8 + token % 20, 60, recording)


def _published(site: Site, entry: Entry) -> Site:
    site = replace(site, entries=(entry, *site.entries))
    if entry.recording is None or entry.recording in site.files:
        return site
    return site.holding({entry.recording: sound_of(entry.turns)})


def _other(token: int) -> Turns:
    """Words of which no two in a row are those of another talk."""
    return tuple(
        (name, f"{start} {token} seagulls {verb} number {place} above boat {token} {rest}.")
        for place, (name, start, verb, rest) in enumerate(
            (
                ("Ann Lee", "Yesterday", "counted", "quietly"),
                ("Bo Long", "Perhaps", "chased", "downwind"),
                ("Ann Lee", "Later", "fed", "upstream"),
            )
        )
    )
