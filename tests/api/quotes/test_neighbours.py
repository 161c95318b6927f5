"""One more sentence: whole, inside the turn, short enough to be quoted."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from api.episodes.transcripts import OpenedTranscript, place_words
from api.quotes.neighbours import in_parts, widen
from api.quotes.quote import FEWEST_QUOTE_WORDS, MOST_QUOTE_WORDS, Quote, quote_at
from api.quotes.verbatim_check import fault_of
from ingest.transcript import Episode, Show, Transcript, Turn, Word

EPISODE = Episode("harbour-1-aaaa", "h1", Show("harbour", "The Harbour Podcast"))
SENTENCES = st.sampled_from(
    [
        "Boats came.",
        "“We saw them!”",
        "[laughs]",
        "No.",
        "Did the mast hold, or not?",
        "Sails everywhere…",
        "24/7 it is.",
    ]
)
TURNS = st.lists(st.lists(SENTENCES, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=3)


def source_of(*texts: str) -> OpenedTranscript:
    turns = (Turn("Mina", text, words=tuple(Word(word) for word in text.split())) for text in texts)
    return place_words(Transcript(EPISODE, tuple(turns)))


def quote_of(source: OpenedTranscript, text: str) -> Quote:
    """The first quote of these words."""
    wanted = text.split()
    words = [place.word for place in source.places]
    first = next(start for start in range(len(words)) if words[start : start + len(wanted)] == wanted)
    return quote_at(source, first, len(wanted))


def text_of(quote: Quote | None) -> str | None:
    return None if quote is None else quote.text


def test_a_sentence_is_added_before_and_after() -> None:
    """Each way adds the whole neighbouring sentence, marks and quotation marks as they stand."""
    source = source_of("Before all. First one. Second [laughs] one. “Third!” Last.", "Another turn.")
    wider = widen(source, quote_of(source, "second one"))
    assert text_of(wider.before) == "First one. Second [laughs] one."
    assert text_of(wider.after) == "Second [laughs] one. “Third!”"


def test_it_stays_in_its_turn() -> None:
    """The first and the last sentence of a turn have no neighbour."""
    source = source_of("Somebody else.", "The only sentence.", "And another.")
    wider = widen(source, quote_of(source, "the only sentence"))
    assert (wider.before, wider.after) == (None, None)


def test_a_quote_inside_a_sentence_gets_the_whole_of_it() -> None:
    """What begins or ends inside a sentence is made whole first."""
    source = source_of("One here. Two is longer than that. Three.")
    wider = widen(source, quote_of(source, "is longer"))
    assert text_of(wider.before) == "Two is longer"
    assert text_of(wider.after) == "is longer than that."


def test_a_quote_of_80_words_is_not_widened_beyond() -> None:
    """79 and 1 words make a quote, 79 and 2 make none."""
    long = " ".join(["word"] * 78) + " end."
    source = source_of(f"Two words. {long} One.")
    wider = widen(source, quote_of(source, "word " * 78 + "end"))
    assert wider.before is None
    assert wider.after is not None
    assert wider.after.words == 80


def test_both_ways_of_counting_words_are_bounded() -> None:
    """Two words in one piece ("24/7"), a piece without a word ("-"): neither count may pass 80."""
    source = source_of(" ".join(["24/7"] * 40) + ". One.", "It - - - " + " ".join(["is"] * 76) + ". One.")
    assert widen(source, quote_at(source, 0, 80)).after is None
    assert widen(source, quote_at(source, 81, 77)).after is None


def test_a_long_sentence_is_widened_by_its_pieces() -> None:
    """A sentence of 122 words is two: up to the dash without blanks, and from there on."""
    text = " ".join(["word"] * 60) + " left—right " + " ".join(["more"] * 60) + "."
    source = source_of(text)
    wider = widen(source, quote_at(source, 60, 1))
    assert wider.before is not None
    assert wider.after is not None
    assert (wider.before.first_word, wider.before.words) == (0, 61)
    assert (wider.after.first_word, wider.after.words) == (60, 62)


def test_a_mark_alone_is_no_sentence() -> None:
    """Widening skips what nobody says."""
    source = source_of("First. [laughs] Second. [Music] Third.")
    wider = widen(source, quote_of(source, "second"))
    assert text_of(wider.before) == "First. [laughs] Second."
    assert text_of(wider.after) == "Second. [Music] Third."


@given(TURNS, st.data())
def test_every_widening_is_verbatim_and_reaches_the_whole_turn(texts: list[str], data: st.DataObject) -> None:
    """From any word, widening both ways again and again ends at the whole turn, each step verbatim and longer."""
    source = source_of(*texts)
    if not source.places:
        return
    quote = quote_at(source, data.draw(st.integers(0, len(source.places) - 1)), 1)
    while (wider := widen(source, quote)) and (longer := wider.before or wider.after):
        assert longer.turn == quote.turn
        assert longer.words > quote.words
        assert fault_of(longer, source.transcript) is None
        quote = longer
    assert quote.words == sum(place.turn == quote.turn for place in source.places)


@given(
    st.lists(SENTENCES, min_size=1, max_size=80).map(lambda said: " ".join(["Well.", *said])),
    st.integers(0, 20),
    st.integers(1, 300),
)
def test_the_parts_of_a_quote_are_its_words(text: str, first: int, words: int) -> None:
    """In order, none left out, each as long as whole sentences let it be; a quote that is short enough is its part."""
    source = source_of(text)
    first = min(first, source.count - 1)
    quote = quote_at(source, first, min(words, source.count - first))
    parts = in_parts(source, quote)
    assert_follow(parts, quote)
    # The longest sentence has six words, and three more may be left for the last part.
    assert all(part.words > MOST_QUOTE_WORDS - 10 for part in parts[:-1])
    if max(quote.words, len(quote.text.split())) <= MOST_QUOTE_WORDS:
        assert parts == [quote]


def assert_follow(parts: list[Quote], quote: Quote) -> None:
    """The parts are the words of the quote, in order, and each has as many as a quote may have."""
    assert parts[0].first_word == quote.first_word
    assert sum(part.words for part in parts) == quote.words
    for part, following in pairwise(parts):
        assert part.first_word + part.words == following.first_word
    assert all(max(part.words, len(part.text.split())) <= MOST_QUOTE_WORDS for part in parts)
    printed = [part.text.split() for part in parts]
    assert [word for words in printed for word in words] == quote.text.split(), "no word is cut in two"
    assert len(parts) == 1 or min(map(len, printed)) >= FEWEST_QUOTE_WORDS


@given(st.lists(st.integers(1, 130), min_size=1, max_size=6), st.sampled_from(["boat", "don't", "24/7"]))
def test_no_part_is_too_long_or_too_short(lengths: list[int], word: str) -> None:
    """Sentences of any length: one too long for a quote is cut between words, and no part has one or two."""
    source = source_of(" ".join(" ".join(["We", *[word] * (length - 1)]) + "." for length in lengths))
    quote = quote_at(source, 0, source.count)
    assert_follow(in_parts(source, quote), quote)


def test_a_short_end_stays_with_the_sentence_before_it() -> None:
    source = source_of(f"{' '.join(['boat'] * 39)} sank. {' '.join(['mast'] * 39)} broke. Deadlines slipped.")
    parts = in_parts(source, quote_at(source, 0, source.count))
    assert [part.words for part in parts] == [40, 42]


def test_no_word_is_cut_in_two() -> None:
    """A contraction counts as two words; cut within one, a quote would say the contrary."""
    source = source_of(f"We {'it’s ' * 8}{'boat ' * 62}can’t sail out today at all.")
    parts = [part.text for part in in_parts(source, quote_at(source, 0, source.count))]
    assert parts == [f"We {'it’s ' * 8}{('boat ' * 62).strip()}", "can’t sail out today at all."]
