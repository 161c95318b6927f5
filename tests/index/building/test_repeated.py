"""What several heard episodes of a show say in nearly the same words: adverts and announcements, not conversation."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build
from index.building.repeated import LONGEST, RUN, repeated_sentences, stretches_without
from index.sentences import sentences_of
from index.store import open_generation
from ingest.captions.reader import read_captions
from ingest.captions.turns import heard_words
from ingest.speech.turns import turns_heard
from ingest.transcript import Episode, Show, Transcript, Turn, Word

ADVERT = (
    "This episode is brought to you by Bramble Hill Mattresses. Do you wake up tired every morning? Our springs are "
    "made from recycled bicycle chains, and every pillow comes with a free lavender sachet. Order before Sunday and "
    "get thirty percent off with the promo code sleepy badger."
)
MISHEARD = ADVERT.replace("Bramble", "Rainbow").replace("lavender sachet", "lavender sashay").replace("tired", "tire")
CORPUS = Path(__file__).parents[3].parent / "shared" / "corpora" / "alignment"


def talk(seed: int, words: int = 200) -> str:
    """Sentences of ten made-up words, other ones for each seed."""
    chance = random.Random(seed)
    made = ["".join(chance.choices("abcdefghijklm", k=5)) for _ in range(words)]
    return " ".join(f"{' '.join(made[n : n + 10])}." for n in range(0, words, 10))


def episode(number: int, text: str, show: str = "tea", heard_by: str | None = "Whisper tiny.en") -> Transcript:
    turn = Turn(None, text, words=tuple(map(Word, text.split())))
    return Transcript(Episode(f"{show}-{number}", f"{show}{number}", Show(show, show)), (turn,), heard_by=heard_by)


def repeated(*transcripts: Transcript) -> list[str]:
    """The repeated sentences of each transcript as one text."""
    cut = [sentences_of(transcript) for transcript in transcripts]
    return [
        " ".join(transcript.turns[0].text[cut[n][k].start : cut[n][k].end] for k in sorted(found))
        for n, (transcript, found) in enumerate(zip(transcripts, repeated_sentences(transcripts, cut), strict=True))
    ]


def test_an_advert_in_three_episodes_is_found_wherever_it_stands():
    """Before, within or after the talk, and although each hearing has other mistakes; no word beside it."""
    found = repeated(
        episode(1, f"{talk(1)} {ADVERT} {talk(2)}"),
        episode(2, f"{MISHEARD} {talk(3)}"),
        episode(3, f"{talk(4)} {ADVERT.replace('promo', 'program')}"),
        episode(4, talk(5)),
    )
    assert found == [ADVERT, MISHEARD, ADVERT.replace("promo", "program"), ""]


def test_a_sentence_of_which_half_is_an_advert_stays():
    """It may hold something that was said nowhere else."""
    ends = [" ".join(talk(20 + n).replace(".", "").split()[:14]) for n in range(3)]
    found = repeated(*(episode(n, f"{talk(n)} {ADVERT[:-1]} {end}.") for n, end in enumerate(ends)))
    assert found == [ADVERT[: ADVERT.index(" Order")]] * 3


def test_the_order_of_episodes_makes_no_difference():
    """The same sentences, whichever episode comes first."""
    episodes = [episode(n, f"{talk(n)} {text} {talk(n + 50)}") for n, text in enumerate((ADVERT, MISHEARD, ADVERT))]
    assert repeated(*episodes) == repeated(*episodes[::-1])[::-1]


def test_what_is_no_advert():
    """Two episodes, other shows, written text, a short phrase, and a whole episode that is published again."""
    both = [episode(n, f"{talk(n)} {ADVERT}") for n in (1, 2)]
    assert repeated(*both) == ["", ""]
    assert repeated(*both, episode(3, ADVERT, show="coffee")) == ["", "", ""]
    assert repeated(*both, episode(3, ADVERT, heard_by=None)) == ["", "", ""]
    phrase = " ".join(ADVERT.split()[: RUN - 4])
    assert repeated(*(episode(n, f"{talk(n)} {phrase}. {talk(n + 9)}") for n in range(4))) == [""] * 4
    assert repeated(*(episode(n, talk(0, LONGEST + 10)) for n in range(3))) == [""] * 3
    assert repeated() == []
    assert repeated(*(episode(n, "") for n in range(3))) == [""] * 3


def test_phrases_that_others_use_here_and_there_are_no_run():
    """Thirty common words in a row, each five of them said in other episodes: conversation, not an announcement."""
    phrases = [talk(100 + n, 10) for n in range(4)]
    chain = episode(0, f"{talk(1)} {' '.join(phrases)} {talk(2)}")
    others = [episode(n + 1, f"{talk(10 + n)} {phrases[n // 3]} {talk(30 + n)}") for n in range(12)]
    assert repeated(chain, *others) == [""] * 13


def test_what_is_left_out_divides_the_rest():
    """The ranges between, none empty."""
    assert list(stretches_without({0, 3, 4, 9}, 10)) == [(1, 3), (5, 9)]
    assert list(stretches_without((), 3)) == [(0, 3)]
    assert list(stretches_without((), 0)) == []
    assert list(stretches_without({0}, 1)) == []


def test_it_is_searched_nowhere_and_all_else_is(
    tmp_path: Path, encoder: Any, save: Callable[..., None], turn_of: Callable[..., Turn]
) -> None:
    """No passage, keyword or term of an episode has a word of it, every other sentence is in a passage.

    With a third episode the others change too; the sentences, and so the numbers of quotes, stay.
    """
    texts = [f"{talk(n)} {ADVERT} {talk(n + 50)}" for n in (1, 2, 3)]
    episodes = [replace(episode(n, ""), turns=(turn_of(None, text),)) for n, text in enumerate(texts)]
    save(tmp_path, *episodes[:2])
    build(tmp_path, encoder)
    before = open_generation(tmp_path)
    assert before.matching("passage", before.terms("mattresses"), 9)[0].ids
    assert [before.unsearched(found) for found in before.episode_ids()] == [[], []]
    assert {use.term for _, use in before.mined.term_uses()} == {"Bramble Hill Mattresses"}
    save(tmp_path, episodes[2])
    build(tmp_path, encoder)
    after = open_generation(tmp_path)
    for field in ("passage", "episode"):
        assert not after.matching(field, after.terms("mattresses lavender"), 9)[0].ids
    assert not after.mined.term_uses()
    for found in after.episode_ids():
        assert " ".join(text for _, text in after.unsearched(found)) == ADVERT
    said = {row[:3]: row[4] for row in before.spoken()}
    assert said.items() <= {row[:3]: row[4] for row in after.spoken()}.items()
    ids = after.nearest("passage", encoder.encode_query("harbour"), 1_000).ids
    searched = {sentence.text for passage in after.passages(ids) for sentence in after.sentences(passage)}
    left_out = {row[4] for row in after.spoken()} - searched
    assert left_out == {text for _, text in after.unsearched(after.episode_ids()[0])}


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.exists(), reason="needs ../shared")
def test_six_real_episodes():
    """What Whisper wrote for Talk Python: of 71,000 words, only its intro, its adverts and its good-bye."""
    transcripts = []
    for name in ("110", "118", "143", "185", "206", "207"):
        cues = read_captions((CORPUS / f"{name}.asr.vtt").read_bytes(), "asr.vtt")
        show = Show("talk", "Talk")
        transcripts.append(Transcript(Episode(name, name, show), turns_heard(heard_words(cues)), heard_by="Whisper"))
    cut = [sentences_of(transcript) for transcript in transcripts]
    found = repeated_sentences(transcripts, cut)
    counts: dict[str, int] = {}
    for transcript, sentences, numbers in zip(transcripts, cut, found, strict=True):
        texts = [transcript.turns[s.turn].text[s.start : s.end] for n, s in enumerate(sentences) if n in numbers]
        whole = " ".join(texts)
        assert "a weekly podcast on Python" in whole
        assert "Open your favorite podcatcher" in whole
        counts[transcript.episode.id] = len(texts)
    assert max(counts.values()) < 45
