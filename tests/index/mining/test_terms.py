"""Names and abbreviations are found by how they are written, with what says what they are."""

from collections.abc import Callable

import pytest

from index.mined.episode import Span, TermUse
from index.mining.terms import find_terms
from index.sentences import MOST_SENTENCE_WORDS, sentences_of
from ingest.text.words import normalise
from ingest.transcript import Transcript
from tests.growth import LINEAR, growth

MakeTranscript = Callable[..., Transcript]


def terms(transcript: Transcript) -> dict[str, TermUse]:
    return {one.term: one for one in find_terms(transcript, sentences_of(transcript))}


def words_of(transcript: Transcript, span: Span) -> str:
    words = [word for turn in transcript.turns for word in normalise(turn.text)]
    return " ".join(words[span.first_word : span.first_word + span.words])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("We moved it all to Tideline and to Net Loft last year.", ["Tideline", "Net Loft"]),
        ("Tideline was slow. We left Tideline and Tideline wept.", ["Tideline"]),
        ("Boats are wet. We like boats here.", []),
        ("HSE, TideHub, H2O and BOAT.UK Pay, and k8s, work.", ["HSE", "TideHub", "H2O", "BOAT.UK Pay", "k8s"]),
        ("We have three HSEs and an HSE's desk here.", ["HSE"]),
        ("On Monday in March the French and the British sailed to Spain.", []),
        ("I asked Ada and Bo Reed, and Mr Quill, I did.", ["Quill"]),
        ("That is NOT how it is, and not why, not at all.", []),
        ("We went to the Bank of Herring with them.", ["Bank of Herring"]),
        ("She became Senior Harbour Engineer in the end.", []),
        ("Then he said \"Never again\" and left.It was over.", []),
        ("WE SHOUT ALL OF THIS AND HSE TOO.", []),
        ("The 2nd of the 90s was 10x better with v2.", []),
        ("We asked ND and RD, and the TH, on the 3RD.", ["ND", "RD", "TH"]),
        ("[Theme Music] And so we left. [Theme Music] So it was.", []),
    ],
)  # fmt: skip
def test_what_is_a_term(transcript_of: MakeTranscript, text: str, names: list[str]) -> None:
    """In the order of their first use; not people who speak, calendars, peoples, ordinary words or loud ones."""
    transcript = transcript_of("a-1-aaaa", ("Bo Reed", "Well, let us all begin now."), ("Ada Moor", text))
    assert [*terms(transcript)] == names


def test_who_is_spoken_of_as_he_or_she_is_no_term(transcript_of: MakeTranscript) -> None:
    """A person who does not speak is known by the pronoun."""
    said = "We met Quillon in town. He told us everything. We went home. Then Tideline sank, and we left Tideline."
    assert [*terms(transcript_of("a-1-aaaa", ("Ada Moor", said)))] == ["Tideline"]


@pytest.mark.parametrize(
    "said",
    [
        "So I told Quillon and we left. In the end Quillon and I went home.",
        "We talked to Quillon about it. My colleague Quillon found it.",
        "Quillon said it is late. Thank you, Quillon.",
    ],
)
def test_who_is_spoken_of_as_people_are_is_no_term(transcript_of: MakeTranscript, said: str) -> None:
    """By forms that are usual for people, more than once; a company may say something too."""
    text = f"{said} Then Tideline said so, and we left Tideline. We met TideHub, and I asked TideHub."
    assert [*terms(transcript_of("a-1-aaaa", ("Ada Moor", text)))] == ["Tideline", "TideHub"]


def test_how_a_thing_is_called_is_no_definition(transcript_of: MakeTranscript) -> None:
    """What it is stands in another sentence, so this one says nothing alone."""
    said = "We call it Tideline, because it is for maps. We use Tideline."
    transcript = transcript_of("a-1-aaaa", ("Ada Moor", said))
    assert terms(transcript)["Tideline"].definition is None


def test_a_term_has_its_definition(transcript_of: MakeTranscript) -> None:
    """The best of its sentences, whoever says it; a question and a judgement are none."""
    transcript = transcript_of(
        "a-1-aaaa",
        ("Bo Reed", "So what is Tideline?"),
        ("Ada Moor", "I love Tideline. Tideline is great. Tideline is a platform that forty harbours use for maps."),
    )
    found = terms(transcript)["Tideline"]
    assert found.uses == 4
    assert found.definition is not None
    assert words_of(transcript, found.definition) == "tideline is a platform that forty harbours use for maps"
    assert words_of(transcript, found.first) == "so what is tideline"
    assert found.last == found.definition


def test_an_abbreviation_is_defined_under_its_long_form(transcript_of: MakeTranscript) -> None:
    """What it stands for is a name of it too."""
    transcript = transcript_of(
        "a-1-aaaa",
        ("Ada Moor", "We do harbour safety engineering, or HSE. An HSE is never bored, and our HSE is calm."),
    )
    found = terms(transcript)["HSE"]
    assert found.expansion == "harbour safety engineering"
    assert found.expanded == found.first


def test_neighbours_are_counted(transcript_of: MakeTranscript) -> None:
    """In the same sentence, the one before or the next one."""
    transcript = transcript_of(
        "a-1-aaaa",
        ("Ada Moor", "We use TideHub and NetLog. Then NetLog broke down. Then it rained. We like SeaBox too."),
    )
    found = terms(transcript)
    assert found["TideHub"].near == (("NetLog", 1),)
    assert found["SeaBox"].near == ()


def test_what_cannot_be_quoted_has_no_term(transcript_of: MakeTranscript) -> None:
    """One piece without a space is one sentence, however many words it has."""
    long = "/".join(["TideHub", *["and"] * MOST_SENTENCE_WORDS])
    assert terms(transcript_of("a-1-aaaa", ("Ada Moor", f"TideHub sank. {long}. It uses NetLog now."))).keys() == {
        "NetLog"
    }


@pytest.mark.parametrize("between", ["/", ", "])
def test_many_names_cost_what_their_number_does(transcript_of: MakeTranscript, between: str) -> None:
    """In one piece, or in sentences that are lists."""

    def work(size: int) -> object:
        transcript = transcript_of("a-1-aaaa", ("Ada Moor", between.join(f"Hub{number}Log" for number in range(size))))
        return find_terms(transcript, sentences_of(transcript))

    assert growth(work, 300) < LINEAR


def test_hostile_text_costs_what_its_length_does(transcript_of: MakeTranscript) -> None:
    """Capitals, dots and hyphens in endless rows are read once."""

    def work(size: int) -> object:
        transcript = transcript_of("a-1-aaaa", ("Ada Moor", "we Aa.Bb-Cc AAA's of the Bb. " * size))
        return find_terms(transcript, sentences_of(transcript))

    assert growth(work, 20) < LINEAR
