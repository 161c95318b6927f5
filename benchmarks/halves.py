"""Two halves of the interviews: an encoder learned from each apart, so that it can be measured on the other.

interview-MiniLM-L6-v2 is the mean of two, each of which has read nothing of the other's interviews
(`benchmarks/train_encoder.py`). Here a library is indexed with each, and every question is asked where its interview
was not read.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.answer.compose import ask, find
from api.answer.contract_json import answer_json, hits_json
from api.answer.question import parse_question
from api.evaluation.evaluate import evaluate
from api.evaluation.questions import Question
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from index.building.build import build
from index.fitted import fitted_for
from index.models.adapter import HALVES, add_adapter
from index.models.encoder_files import PACKAGED, TRAINED, folder_named, weights_named
from index.models.encoders import encoder_to_build_with
from ingest.library.records import load_transcript
from ingest.transcript import to_json

READERS = Path(__file__).with_name("readers_questions.jsonl")
TRAINING = Path(__file__).with_name("training_questions.jsonl")
HALVES_FILE = Path(__file__).with_name("halves.json")
# Returns where a question is asked.
Bases = Callable[[Question], KnowledgeBase]


def halves() -> tuple[frozenset[str], frozenset[str]]:
    """Return the guids of the two halves of the interviews. The two copies of one interview are in the first."""
    first, second = json.loads(HALVES_FILE.read_text("utf-8"))
    return frozenset(first), frozenset(second)


@contextmanager
def bases_for(home: Path) -> Iterator[Bases]:
    """Yield a function that says where to ask a question, given a data folder.

    That is the data folder itself, unless it is indexed with interview-MiniLM-L6-v2. Then the library is indexed in
    temporary folders with each of its halves, which takes minutes, and a question is asked where the encoder has read
    nothing of its interview.
    """
    parts = halves()
    with ExitStack() as opened:
        whole = open_base(Settings(home=home))
        opened.callback(whole.generation.close)
        if whole.encoder.name != TRAINED:
            yield lambda question: whole
            return
        folder = Path(opened.enter_context(TemporaryDirectory(prefix="playback-")))
        bases = []
        for half in range(HALVES):
            bases.append(_indexed(home, half, folder / str(half)))
            opened.callback(bases[-1].generation.close)
        yield lambda question: bases[half_of(question, parts)]


def _indexed(home: Path, half: int, folder: Path) -> KnowledgeBase:
    """Index a library in a folder with the encoder that has read nothing of this half of the interviews."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder_named(PACKAGED)), device="cpu")
    add_adapter(model[0].auto_model, half=half)
    model.save(str(folder / "model"))
    (folder / "library").symlink_to((home / "library").resolve(), target_is_directory=True)
    build(folder, encoder_to_build_with(folder, str(folder / "model")))
    # With the numbers of the whole encoder, which are fitted with these two.
    return replace(open_base(Settings(home=folder)), fitted=fitted_for(weights_named(TRAINED)))


def report_by(bases: Bases, questions: Sequence[Question]) -> dict[str, Any]:
    """Return the report of `playback evaluate` on questions, each asked of its base."""
    asked = {question.question: bases(question) for question in questions}
    return evaluate(
        questions,
        ask=lambda question: answer_json(ask(asked[question], parse_question(question))),
        find=lambda query, k: hits_json(query, find(asked[query], parse_question(query), k)),
        transcript=transcripts_of(bases(questions[0]).home),  # all bases hold the same ones
    )


def transcripts_of(home: Path) -> Callable[[str], dict[str, Any] | None]:
    """Return a function that reads the transcript of an episode, by its id, as `evaluate` takes it."""

    def transcript(identifier: str) -> dict[str, Any] | None:
        found = load_transcript(home, identifier)
        return None if found is None else to_json(found)

    return transcript


def half_of(question: Question, parts: Sequence[frozenset[str]]) -> int:
    """Return the number of the half that a question is about.

    Its first gold quote says so. One that nothing answers names an interview in its id, such as "ta-ship-it-10-5"; else
    it is dealt by a hash of its id, as is one about an interview that is in neither half.
    """

    def is_about(guids: frozenset[str]) -> bool:
        if question.gold:
            return question.gold[0].episode in guids
        return any(f"-{guid}-" in f"-{question.id}" for guid in guids)

    dealt = hashlib.sha256(question.id.encode()).digest()[0] % HALVES
    return next((number for number, guids in enumerate(parts) if is_about(guids)), dealt)
