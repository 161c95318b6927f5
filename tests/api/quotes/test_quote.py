"""Quotes and their ids: verbatim, found again by their own words, honest about what changed (Laws 1 and 9)."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.episodes.transcripts import OpenedTranscript, open_transcript, place_words
from api.errors import QuoteGone, QuoteUnknown
from api.quotes.quote import Quote, fingerprint, quote_at
from api.quotes.resolve import resolve
from api.quotes.verbatim_check import fault_of
from ingest.library.records import Record, earlier_paths, episode_folder, save_record, save_transcript
from ingest.text.words import normalise
from ingest.timing.printed_times import place_at_printed_times
from ingest.transcript import Episode, OfficialTurn, Show, Transcript, Turn, Word
from tests.growth import LINEAR, TIMES, cost, growth

SHOW = Show("gds", "The Harbour Podcast")
EPISODE = "gds-35-7k2m"
Talk = tuple[str | None, str]

TOKENS = st.sampled_from(
    "boat mast sail boat, “boat boat.” (mast) mast— —sail [laughs] boat[laughs]. [laughs]boat - – … 24/7 sign-in £5 "
    "O'Neil café naïve İstanbul ΣΑΣ _ a_b it’s \n".split(" ")
)
TEXTS = st.lists(TOKENS, min_size=1, max_size=25).map(
    lambda tokens: "\n".join(" ".join(line.split()) for line in " ".join(tokens).split("\n") if line.strip()) or "boat"
)


def turn_of(speaker: str | None, text: str, start: float | None = None) -> Turn:
    if start is None:
        return Turn(speaker, text, words=tuple(Word(word) for word in text.split()))
    words = tuple(Word(word, start + place, start + place + 0.8) for place, word in enumerate(text.split()))
    return Turn(speaker, text, start, words[-1].end, "aligned", 0.4, None, words)


def transcript_of(*turns: Talk, identifier: str = EPISODE) -> Transcript:
    """Turns of one word a second, ten seconds apart."""
    placed, clock = [], 10.0
    for speaker, text in turns:
        placed.append(turn_of(speaker, text, clock))
        clock += len(text.split()) + 10
    return Transcript(Episode(identifier, f"guid-{identifier}", SHOW, 35), tuple(placed))


def save(home: Path, *turns: Talk) -> OpenedTranscript:
    """Make these turns today's transcript of the episode and return it opened."""
    transcript = transcript_of(*turns)
    save_record(home, Record(transcript.episode, ()))
    save_transcript(home, transcript, "made by a test")
    found = open_transcript(home, EPISODE)
    assert found is not None
    return found


def quote_of(source: OpenedTranscript, text: str) -> Quote:
    """The first quote of these words."""
    wanted = normalise(text)
    words = [place.word for place in source.places]
    first = next(place for place in range(len(words)) if words[place : place + len(wanted)] == wanted)
    return quote_at(source, first, len(wanted))


ADA = (
    "Ada",
    "We moved the payments off the old platform. It took nineteen months and two rehearsals, "
    "and nobody noticed the switch.",
)
BO = ("Bo", "Who paid for it? The council did, from its winter budget.")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    save(tmp_path, ("Cy", "Welcome to the show."), ADA, BO)
    return tmp_path


def test_an_id_once_given_is_never_another(home: Path) -> None:
    """Position, count and 50 bits of the SHA-256 of the words, in base 32: this id is promised for ever."""
    source = save(home, ("Cy", "Welcome to the show."), ADA, BO)
    assert quote_of(source, "It took nineteen months").id == "gds-35-7k2m.c.4.uoillk87p9"
    assert fingerprint(["it", "took", "nineteen", "months"]) == "uoillk87p9"


@given(texts=st.lists(TEXTS, min_size=1, max_size=5), place=st.integers(0, 10**6), length=st.integers(1, 30))
def test_any_span_of_one_turn_comes_back(
    texts: list[str], place: int, length: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Words of one turn, their id, and the id resolved: the same verbatim text, with nothing wrong with it."""
    home = tmp_path_factory.mktemp("span")
    source = save(home, *((f"Speaker {number}", text) for number, text in enumerate(texts)))
    # The index counts words as `normalise` does; so must ids.
    assert [item.word for item in source.places] == [word for text in texts for word in normalise(text)]
    if not source.places:
        return
    first = place % len(source.places)
    turn = source.places[first].turn
    count = sum(item.turn == turn for item in source.places[first : first + length])
    quote = quote_at(source, first, count)
    assert quote.text in source.transcript.turns[turn].text
    assert quote.text == quote.text.strip()
    assert (quote.turn, quote.speaker) == (turn, f"Speaker {turn}")
    assert fault_of(quote, source.transcript) is None
    assert re.fullmatch(r"[A-Za-z0-9._~-]{1,60}", quote.id)
    resolved = resolve(home, quote.id)
    assert not resolved.changed
    assert resolved.quote.text == quote.text or normalise(resolved.quote.text) == normalise(quote.text)
    assert resolved.quote.id == quote.id


def test_words_are_counted_as_everywhere_for_every_letter_there_is() -> None:
    """A word's places are what `normalise` makes of the text, whatever lower case does to a letter."""
    letters = [chr(code) for code in range(0x110000) if chr(code).isalnum() and chr(code).lower() != chr(code)]
    text = " ".join(f"a{letter}b" for letter in letters)
    assert [place.word for place in place_words(transcript_of((None, text))).places] == normalise(text)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("She said “go home.” Then", "go home", "“go home.”"),
        ("She said go home, then", "go home", "go home,"),
        ("Fine… (go home)! Then", "go home", "(go home)!"),
        ("Then go home", "go home", "go home"),
        ("[laughs] Go home. [laughs]", "go home", "Go home."),
        ("Then[laughs] go home.[laughs] So", "go home", "go home."),
        ("a —go home— b", "go home", "—go home—"),
        ("a - go home - b", "go home", "go home"),
        ("old -\nGo home", "go home", "Go home"),
        ("off-go home-made", "go home", "go home"),
        ("Go [laughs] home?", "go home", "Go [laughs] home?"),
    ],
)
def test_punctuation_that_stands_at_the_words_belongs_to_them(text: str, words: str, expected: str) -> None:
    """Quotation marks and stops come with a quote, marks at its edges and parts of other words do not."""
    assert quote_of(place_words(transcript_of(("Ada", text))), words).text == expected


def test_a_quote_has_the_seconds_of_its_words() -> None:
    """The window is from the first word's start to the last word's end."""
    source = place_words(transcript_of(("Cy", "Welcome."), ADA))
    quote = quote_of(source, "took nineteen months")
    assert (quote.start, quote.end, quote.timing, quote.timing_error) == (30.0, 32.8, "aligned", 0.4)


@pytest.mark.parametrize(("first", "count"), [(0, 0), (0, -1), (-1, 1), (-3, 2), (3, 2), (999, 1), (0, 999)])
def test_words_of_no_single_turn_are_no_quote(first: int, count: int) -> None:
    """A quote never crosses turns, and never lies outside the episode."""
    source = place_words(transcript_of(("Cy", "Welcome to the show."), ("Ada", "Thank you.")))
    with pytest.raises(ValueError, match="are not words of one turn"):
        quote_at(source, first, count)


def test_ids_outlive_words_inserted_before(home: Path) -> None:
    """An introduction added at the front moves every word; the quote is found at its new place, unchanged."""
    before = open_transcript(home, EPISODE)
    assert before is not None
    quote = quote_of(before, "nobody noticed the switch")
    save(home, ("Cy", "A new introduction of seven words. Welcome to the show."), ADA, BO)
    found = resolve(home, quote.id)
    assert (found.quote.text, found.quote.first_word, found.changed) == (quote.text, quote.first_word + 6, False)
    assert resolve(home, found.quote.id) == found


def test_the_nearest_of_equal_words_is_meant(home: Path) -> None:
    """Where the same words are said often, the one nearest to the old place is the quote."""
    again = ("Cy", "Yes of course.")
    source = save(home, *[again, ("Ada", "One two three four five.")] * 5)
    quote = quote_at(source, 16, 3)
    save(home, ("Bo", "Hm."), *[again, ("Ada", "One two three four five.")] * 5)
    assert resolve(home, quote.id).quote.first_word == 17
    assert resolve(home, f"{EPISODE}.zzz.3.{quote.id[-10:]}".replace("z", "v")).quote.first_word == 33


def test_an_edited_quote_is_carried_and_marked(home: Path) -> None:
    """One word corrected: the successor is shown, says that it changed, and is verbatim of today."""
    before = open_transcript(home, EPISODE)
    assert before is not None
    quote = quote_of(before, ADA[1].split(". ")[1])
    today = save(
        home, ("Cy", "Welcome."), ("Ada", ADA[1].replace("nineteen", "twenty").replace("and nobody", "nobody")), BO
    )
    found = resolve(home, quote.id)
    assert found.changed
    assert found.quote.text == "It took twenty months and two rehearsals, nobody noticed the switch."
    assert fault_of(found.quote, today.transcript) is None
    # The new id is one of today's and is not marked.
    assert not resolve(home, found.quote.id).changed


def test_a_word_corrected_at_the_edge_stays_in(home: Path) -> None:
    """The first and last word of a quote may be those that were mended."""
    before = open_transcript(home, EPISODE)
    assert before is not None
    quote = quote_of(before, "nobody noticed the switch")
    save(
        home,
        ("Cy", "Welcome."),
        ("Ada", ADA[1].replace("nobody noticed the switch", "no-one noticed the switches")),
        BO,
    )
    assert resolve(home, quote.id).quote.text.endswith("noticed the switches.")


def test_a_word_corrected_after_an_insertion_stays_in(home: Path) -> None:
    """The mended first word of a quote may be matched with any word put before it; the quote does not grow to there."""
    said = "It took nineteen months and two rehearsals."
    before = save(home, ("Cy", "So why did you do that?"), ("Ada", f"{said} Fine, it is."), BO)
    quote = quote_of(before, said)
    put_in = "Let me say first what comes first here. " * 2
    save(home, ("Cy", "So why did you do that?"), ("Ada", put_in + said.replace("It", "Moving") + " Fine, it is."), BO)
    found = resolve(home, quote.id)
    assert (found.quote.text, found.changed) == ("Moving took nineteen months and two rehearsals.", True)


def test_a_quote_survives_several_editions(home: Path) -> None:
    """Each earlier transcript is kept, so an id of the first is still carried after the third."""
    before = open_transcript(home, EPISODE)
    assert before is not None
    quote = quote_of(before, "It took nineteen months and two rehearsals")
    for months in ("twenty", "twenty-one", "thirty"):
        save(home, ("Cy", "Welcome."), ("Ada", ADA[1].replace("nineteen", months)), BO)
    assert resolve(home, quote.id).quote.text == "It took thirty months and two rehearsals,"


def test_older_editions_are_left_closed(home: Path) -> None:
    """Only those down to the one that has the words are read: a damaged older one costs nothing."""
    save(home, ("Cy", "Welcome."), ("Ada", ADA[1].replace("nineteen", "twenty")), BO)
    (oldest,) = earlier_paths(home, EPISODE)
    before = open_transcript(home, EPISODE)
    assert before is not None
    quote = quote_of(before, "It took twenty months and two rehearsals")
    save(home, ("Cy", "Welcome."), ("Ada", ADA[1].replace("nineteen", "thirty")), BO)
    oldest.write_text("{")
    os.utime(oldest, (0, 0))
    assert resolve(home, quote.id).quote.text == "It took thirty months and two rehearsals,"


def test_a_turn_given_to_somebody_else_is_todays(home: Path) -> None:
    """Words whose speaker was corrected are the same quote, by today's speaker."""
    before = open_transcript(home, EPISODE)
    assert before is not None
    quote = quote_of(before, "nobody noticed the switch")
    save(home, ("Cy", "Welcome to the show."), ("Bo", ADA[1]), BO)
    found = resolve(home, quote.id)
    assert (found.quote.speaker, found.changed) == ("Bo", False)


@pytest.mark.parametrize(
    "turns",
    [
        (("Cy", "Welcome to the show."), BO),
        (("Cy", "Welcome to the show."), ("Ada", "We moved the payments off the old platform."), BO),
        ((None, "It and the. Two of it. Nobody took something else, it took the cake and months went by. The end."),),
        ((None, "[laughs]"),),
    ],
)
def test_deleted_words_are_gone(turns: tuple[Talk, ...], home: Path) -> None:
    """Words cut out of the transcript have no successor, however alike some small words elsewhere are."""
    before = open_transcript(home, EPISODE)
    assert before is not None
    quote = quote_of(before, ADA[1].split(". ")[1])
    save(home, *turns)
    with pytest.raises(QuoteGone, match="were in an earlier transcript of the episode and are not in today's"):
        resolve(home, quote.id)


HOSTILE = [
    "",
    "x",
    "a" * 60,
    "a" * 100_000,
    "gds-35-7k2m",
    "gds-35-7k2m.0.1",
    "gds-35-7k2m.0.0.0000000000",
    "gds-35-7k2m.0.1.0000000000",
    "gds-35-7k2m.vvvvvv.vvvv.vvvvvvvvvv",
    "gds-35-7k2m.0.vvvv.0000000000",
    "gds-35-7k2m.-1.4.0000000000",
    "gds-35-7k2m.0.4.000000000",
    "gds-35-7k2m.0.4.zzzzzzzzzz",
    "gds-35-7k2m.٣.4.0000000000",
    "gds-36-aaaa.0.4.0000000000",
    "../../etc/passwd.0.4.0000000000",
    "..%2f..%2f.0.4.0000000000",
    "/etc/passwd",
    "gds-35-7k2m/../gds-35-7k2m.0.4.0000000000",
    "gds-35-7k2m.0.4.0000000000\n",
    "GDS-35-7K2M.0.4.0000000000",
    "\0.0.4.0000000000",
    "\udcff",
]


@pytest.mark.parametrize("identifier", HOSTILE)
def test_ids_of_nothing_are_unknown(identifier: str, home: Path) -> None:
    """Random, foreign and path-like ids are refused in one short line."""
    with pytest.raises(QuoteUnknown) as caught:
        resolve(home, identifier)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


@given(
    identifier=st.text(max_size=80)
    | st.from_regex(r"\A[a-z0-9-]{0,50}\.[0-9a-v]{0,7}\.[0-9a-v]{0,5}\.[0-9a-v]{9,11}\Z")
)
def test_no_text_is_anything_but_a_quote_or_unknown(identifier: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever is asked for, the answer is that it is unknown; nothing else can happen."""
    with pytest.raises(QuoteUnknown):
        resolve(tmp_path_factory.getbasetemp(), identifier)


def test_an_id_may_not_be_longer_than_60(home: Path) -> None:
    """The longest episode id and the longest count in use stay within the promise."""
    source = place_words(transcript_of(("Ada", "boat " * 40_000), identifier="engineering-lessons-12-2021-10-28-7k2mx"))
    assert len(quote_at(source, 39_000, 900).id) <= 60


def test_faults_have_names() -> None:
    """Whatever could be wrong with a quote is called by its name; a good one has none."""
    source = place_words(transcript_of(("Cy", "Welcome to the show."), ADA, BO))
    quote = quote_of(source, "nobody noticed the switch")
    assert quote.start is not None and quote.end is not None

    def fault(**changes: object) -> str | None:
        return fault_of(replace(quote, **changes), source.transcript)  # type: ignore[arg-type]

    assert fault() is None
    assert fault(text="nobody noticed the rehearsals") == "fabricated"
    assert fault(text="") == "fabricated"
    assert fault(turn=99) == fault(turn=-1) == "fabricated"
    assert fault(text="Nobody noticed the switch") == "frankenquote"
    assert fault(text="noticed the switch. Who paid for it?") == "frankenquote"
    assert fault(turn=2, speaker="Bo") == "frankenquote"
    assert fault(speaker="Bo") == fault(speaker=None) == "misattributed"
    assert fault(start=5.0, end=9.0) == "mis-timed"
    assert fault(start=quote.start + 5, end=quote.end + 5) == "mis-timed"
    assert fault(start=quote.start + 1) == "mis-timed"
    assert fault(end=quote.end - 1) == "mis-timed"
    assert fault(start=quote.start - 8, end=quote.start - 4) == "mis-timed"
    assert fault(start=round(quote.start, 3), end=round(quote.end, 3)) is None


def test_a_quote_without_time_is_faultless_only_where_its_turn_has_none() -> None:
    """Untimed text is quoted without seconds; seconds that no turn has are a fault."""
    turn = turn_of("Ada", "We sail at noon.")
    source = place_words(replace(transcript_of(ADA), turns=(turn,)))
    quote = quote_at(source, 0, 4)
    assert (quote.start, quote.end, quote.timing, quote.timing_error) == (None, None, None, None)
    assert fault_of(quote, source.transcript) is None
    assert fault_of(replace(quote, start=3.0, end=4.0), source.transcript) == "mis-timed"
    # The label of the timing is compared by value: a transcript read again holds another copy of the word.
    again = replace(source.transcript, turns=(replace(turn, timing="".join(["ali", "gned"])),))  # type: ignore[arg-type]
    assert fault_of(replace(quote, timing="aligned"), again) is None


def test_an_opened_transcript_follows_its_files(home: Path) -> None:
    """A transcript is kept in memory until its file, or the episode's facts, are written anew."""
    first = open_transcript(home, EPISODE)
    assert open_transcript(home, EPISODE) is first is not None
    record = Record(replace(first.transcript.episode, title="Renamed"), ())
    save_record(home, record)
    renamed = open_transcript(home, EPISODE)
    assert renamed is not None
    assert renamed.transcript.episode.title == "Renamed"
    assert open_transcript(home, "gds-36-aaaa") is None
    (episode_folder(home, EPISODE) / "transcript.json").unlink()
    assert open_transcript(home, EPISODE) is None


def long_turns(words: int, change: Callable[[int], str]) -> list[Talk]:
    vocabulary = [f"word{number}" for number in range(400)] + ["the", "and", "of", "to"] * 100
    said = [
        change(number) or vocabulary[number * 7919 % 797 * (number % 11) % len(vocabulary)] for number in range(words)
    ]
    return [("Ada", " ".join(said[begin : begin + 150]) + ".") for begin in range(0, words, 150)]


def test_long_episodes_are_searched_and_aligned_in_proportion(tmp_path: Path) -> None:
    """In words that were edited everywhere, unknown ids and carried quotes cost in proportion to their number."""
    homes = {}
    for words in (750, TIMES * 750):
        home = tmp_path / str(words)
        before = save(home, *long_turns(words, lambda number: ""))
        homes[words] = home, quote_at(before, words // 2 + 10, 20).id
        save(home, *long_turns(words, lambda number: "corrected" if number % 13 == 0 else ""))

    def resolved(words: int) -> None:
        home, identifier = homes[words]
        assert resolve(home, identifier).changed
        with pytest.raises(QuoteUnknown):
            resolve(home, f"{identifier.rpartition('.')[0]}.0000000000")

    assert growth(resolved, 750) < LINEAR


def test_an_id_of_half_an_episode_costs_little(tmp_path: Path) -> None:
    """A stranger's id that claims thousands of words of one long turn costs what hashing them costs, not counting."""
    save(tmp_path, (None, "boat " * 11_999 + "boat"))

    def refused() -> None:
        with pytest.raises(QuoteUnknown):
            resolve(tmp_path, f"{EPISODE}.0.5ro.0000000000")

    half = b"boat " * 6_000
    assert cost(refused) < 4 * cost(lambda: [sha256(half).digest() for _ in range(6_000)])


def test_a_quote_from_the_midst_of_evenly_spread_words_admits_it() -> None:
    """Printed times tell when a turn begins: a quote that begins there is as sure, one from its midst is not."""
    text = "We moved first. " * 10 + "Then nobody noticed the switch. " + "And so it was. " * 10
    official = [OfficialTurn("Ada", text.strip(), 10.0), OfficialTurn("Cy", "Thank you for that.", 40.0)]
    turns = place_at_printed_times(official, None, complete=True)
    source = place_words(Transcript(Episode(EPISODE, "guid", SHOW, 35), turns))
    whole = quote_at(source, 0, len(normalise(text)))
    middle = quote_of(source, "Then nobody noticed the switch.")
    assert (whole.start, whole.timing, whole.timing_error) == (10.0, "published", pytest.approx(1.0))
    assert middle.start == pytest.approx(10 + 30 * 30 / 75)
    assert middle.timing_error == pytest.approx(1.0 + 0.3 * 14)  # its end, 14 s from the turn's
    assert fault_of(middle, source.transcript) is None
