"""What is mined from one episode."""

from collections.abc import Callable
from typing import Any

from index.exchanges import exchanges_of
from index.mined.episode import Mined, Span
from index.mining.lessons.model import SIGNS, SentenceVectors
from index.mining.mine import mine
from index.sentences import sentences_of
from ingest.text.words import normalise
from ingest.transcript import Transcript
from tests.index.mining.subjects import interview

ADVERT = (
    "SleepBadger is a platform that forty harbours use for pillows. The biggest problem was that we ran into outages "
    "every week, and SleepBadger solved it for us. So my advice is to buy SleepBadger early, because you should never "
    "sleep without it."
)
LESSON = (
    "The biggest problem was that nobody owned the old queue, and we ran into outages every week. "
    "It took us three months to notice that the retries were the bottleneck."
)
DIVIDED = (
    "The root cause was a clock that drifted, and it is difficult to see that when you look at graphs.",
    "It turned out that our time server did not answer for two days, which meant that no writes were kept.",
)
ADVICE = (
    "My advice is to start small and to delete the old service early. You should never migrate everything on one day, "
    "because you will not know which change broke it."
)
ASKED = (("How do keepers clean a brass lamp?", "lamp"), ("Which railway has the oldest steam engine?", "engine"))


def test_adverts_are_not_mined(encoder: Any, transcript_of: Callable[..., Transcript]) -> None:
    """Neither terms nor lessons nor chapters are of repeated sentences, and all else is as it is without them."""
    turns = [
        *interview(*ASKED),
        ("Ada Pole", "What was the hardest part of the move?"),
        ("Bo Reed", f"{LESSON} We like it. {ADVERT}"),
        ("Ada Pole", "Thank you very much for all of this."),
        ("Bo Reed", f" {ADVERT} ".join(DIVIDED)),
    ]
    transcript = transcript_of("a-1-aaaa", ("Ada Pole", ADVERT), *turns)

    def mined(repeated: str) -> Mined:
        sentences = sentences_of(transcript)
        texts = [transcript.turns[one.turn].text[one.start : one.end] for one in sentences]
        numbers = [number for number, text in enumerate(texts) if text in repeated]
        exchanges = [one for one in exchanges_of(transcript, sentences) if not {*one} & {*numbers}]
        asking = frozenset({"Ada Pole"})
        return mine(transcript, sentences, exchanges, asking, SentenceVectors(encoder.encode(texts), SIGNS), numbers)

    def said(span: Span) -> str:
        words = [word for turn in transcript.turns for word in normalise(turn.text)]
        return " ".join(words[span.first_word : span.first_word + span.words])

    every, found = mined(""), mined(ADVERT)
    assert any(one.term == "SleepBadger" for one in every.terms)
    assert any("sleepbadger" in said(one.span) for one in every.lessons)
    assert not any(one.term == "SleepBadger" for one in found.terms)
    assert [said(one.span) for one in found.lessons] == [" ".join(normalise(LESSON))]
    assert [said(one.question) for one in found.lessons if one.question] == ["what was the hardest part of the move"]
    assert [one.turn for one in found.chapters][:2] == [1, 3]
    assert [one.words for one in found.voices] == [one.words for one in every.voices]


def test_an_introduction_tells_no_lesson(encoder: Any, transcript_of: Callable[..., Transcript]) -> None:
    """What somebody says right after who they are is about them, whatever signs it has; what they say later counts."""
    career = f"I'm Bo Reed, and I'm an engineer at the harbour office. {LESSON}"
    for said, expected in ((career, 0), (f"{career} {' '.join(['We like the harbour.'] * 20)} {ADVICE}", 1)):
        turns = [*interview(*ASKED), ("Ada Pole", "Would you introduce yourself?"), ("Bo Reed", said)]
        transcript = transcript_of("a-1-aaaa", *turns[-2:], *turns[:-2])
        sentences = sentences_of(transcript)
        texts = [transcript.turns[one.turn].text[one.start : one.end] for one in sentences]
        exchanges = exchanges_of(transcript, sentences)
        vectors = SentenceVectors(encoder.encode(texts), SIGNS)
        found = mine(transcript, sentences, exchanges, frozenset({"Ada Pole"}), vectors)
        assert any(voice.introduced is not None for voice in found.voices)
        assert len(found.lessons) == expected
