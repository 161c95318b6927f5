"""Train the weights that make interview-MiniLM-L6-v2 of the packaged encoder, on questions and the words that answer.

    python -m benchmarks.train_encoder HOME index/models/adapter.safetensors

HOME holds the 60 interviews; no index is needed. The questions are those of `readers_questions.jsonl` and
`training_questions.jsonl`: 7,169 answerable ones that language models wrote who had seen neither the code nor its
answers. Two encoders are trained. Each reads one half of the interviews and the questions about them, so that the
questions about the other half measure what it learned (`benchmarks/halves.py`); the encoder is their mean.

An encoder reads windows of sentences as it does for an index, and learns to tell three things from all others of a
batch: the window that answers, by its mean, the sentences that answer, by theirs, and the window by how well each word
is matched (Khattab and Zaharia, ColBERT, 2020). What is learned are matrices of rank 16 beside those of each linear
layer (Hu et al., LoRA, 2021). A batch is short stretches of several interviews, so that it holds windows about the same
matter and about others. Takes half an hour on two cores with bfloat16.
"""

import argparse
import math
import os
import random
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from torch.nn import functional

from api.evaluation.questions import Question
from benchmarks.halves import READERS, TRAINING, halves
from benchmarks.placed_questions import placed_questions
from index.building.encoding import windows_of
from index.chunk import fitting
from index.models.adapter import HALVES
from index.models.encoder_files import PACKAGED, folder_named
from index.models.uncompiled import SentenceEncoder, load_encoder
from index.sentences import sentences_of
from ingest.library.records import load_transcript, records

# An encoder computes with W + SCALE B A.
SCALE = float(HALVES)
RANK, RATE, WARMING, LEAST_RATE = 16, 3e-4, 15, 0.03
EPOCHS, WINDOWS, STRETCH, QUESTIONS = 2, 64, 10, 64
TEMPERATURE, WORDS_TEMPERATURE = 0.05, 0.025
LEAST_PIECES = 4  # of a sentence that is compared
_NEVER = -1e4


@dataclass(frozen=True)
class Window:
    """A window's word pieces, the number of the sentence that each is of (-1 for none), and the number of sentences."""

    pieces: list[int]
    sentences: list[int]
    count: int
    interview: str


@dataclass(frozen=True)
class Pair:
    """A question's word pieces, the window that answers it with the numbers of the sentences that do, and others near.

    `near` may answer it too, so that they are compared with nothing: windows that hold other words of the answer, and
    those beside one that does.
    """

    pieces: list[int]
    window: int
    sentences: list[int]
    near: frozenset[int]


class Adapted(nn.Module):
    """A linear layer with learned weights added."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = layer.requires_grad_(False)
        self.a = nn.Parameter(torch.randn(RANK, layer.in_features) / math.sqrt(layer.in_features))
        self.b = nn.Parameter(torch.zeros(layer.out_features, RANK))

    def forward(self, given: Tensor) -> Tensor:
        """Return what the layer makes of its input with W + 2 B A in the place of W."""
        return functional.linear(given, self.layer.weight + SCALE * (self.b @ self.a), self.layer.bias)


def main() -> None:
    """Parse the command line, train both encoders and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    both = [trained(*examples(options.home, unread)) for unread in halves()]
    save_file(joined(both), options.output)


def joined(both: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Return the matrices of two encoders as one, whose product is the mean of theirs (see index.models.adapter)."""
    return {name: torch.cat([one[name] for one in both], dim=0 if name.endswith(".A") else 1) for name in both[0]}


def examples(home: Path, left_out: frozenset[str]) -> tuple[list[Window], list[Pair]]:
    """Return the windows of a library and the questions about them, without some interviews."""
    encoder = load_encoder()
    windows: list[Window] = []
    places: dict[tuple[str, int], list[tuple[int, int, int, int]]] = defaultdict(list)  # of sentences, by turn
    for record in records(home):
        transcript = load_transcript(home, record.episode.id)
        guid = record.episode.guid
        if transcript is None or guid in left_out:
            continue
        sentences = fitting(transcript, sentences_of(transcript), encoder.pieces)
        following = iter(sentences)
        for window in windows_of(transcript, sentences, encoder.pieces):
            read = encoder.model.tokenizer.backend_tokenizer.encode(window.text)
            of = [-1] * len(read.ids)
            for number, (start, end) in enumerate(window.parts):
                for piece, (first, last) in enumerate(read.offsets):
                    if first < last and start <= first < end:
                        of[piece] = number
                sentence = next(following)
                places[guid, sentence.turn].append((sentence.start, sentence.end, len(windows), number))
            windows.append(Window(read.ids, of, len(window.parts), guid))
    given = [question for path in (READERS, TRAINING) for question in placed_questions(home, path)]
    kept = [one for one in given if one.answerable and not any(gold.episode in left_out for gold in one.gold)]
    texts = _turns(home)
    return windows, [_pair(encoder, question, places, texts) for question in kept]


def _turns(home: Path) -> Mapping[tuple[str, int], str]:
    return {
        (record.episode.guid, number): turn.text
        for record in records(home)
        if (transcript := load_transcript(home, record.episode.id)) is not None
        for number, turn in enumerate(transcript.turns)
    }


def _pair(
    encoder: SentenceEncoder,
    question: Question,
    places: Mapping[tuple[str, int], Sequence[tuple[int, int, int, int]]],
    texts: Mapping[tuple[str, int], str],
) -> Pair:
    """Return a question with the window that holds most sentences of its first answer."""
    answers: list[dict[int, list[int]]] = []
    for gold in question.gold:
        held: dict[int, list[int]] = defaultdict(list)
        begin = texts[gold.episode, gold.turn].index(gold.quote)
        for start, end, window, number in places[gold.episode, gold.turn]:
            if start < begin + len(gold.quote) and begin < end:
                held[window].append(number)
        answers.append(held)
    best = max(answers[0], key=lambda window: len(answers[0][window]))
    near = {window + beside for held in answers for window in held for beside in (-1, 0, 1)} - {best}
    ids = encoder.model.tokenizer.backend_tokenizer.encode(question.question).ids
    return Pair(ids, best, answers[0][best], frozenset(near))


def trained(windows: Sequence[Window], pairs: Sequence[Pair]) -> dict[str, Tensor]:
    """Return the learned matrices by name, in half precision."""
    torch.set_num_threads(os.cpu_count() or 1)  # loading an encoder for an index had set one
    torch.manual_seed(0)
    folder, how = str(folder_named(PACKAGED)), {"attn_implementation": "eager"}  # faster here than the usual one
    model = SentenceTransformer(folder, device="cpu", model_kwargs=how)
    reader = model[0].auto_model.eval()  # without dropout, which has no use in so short a training
    layers = _adapt(reader)
    learned = [matrix for layer in layers.values() for matrix in (layer.a, layer.b)]
    optimizer = torch.optim.AdamW(learned, lr=RATE, weight_decay=0.01)
    chance = random.Random(0)  # noqa: S311  # the order of what is read
    asked = defaultdict(list)
    for pair in pairs:
        asked[pair.window].append(pair)
    batches = [batch for _ in range(EPOCHS) for batch in _batches(windows, chance)]
    begun = time.monotonic()
    for step, batch in enumerate(batches):
        optimizer.param_groups[0]["lr"] = RATE * min(
            1.0, (step + 1) / WARMING, max(LEAST_RATE, 1 - step / len(batches))
        )
        chosen = [pair for window in batch for pair in asked[window]]
        chosen = chance.sample(chosen, QUESTIONS) if len(chosen) > QUESTIONS else chosen
        if not chosen:
            continue
        loss = _loss(reader, windows, batch, chosen)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        if step % 20 == 0:
            print(f"step {step} of {len(batches)}, {time.monotonic() - begun:.0f} s, loss {loss:.3f}", flush=True)
    halved = {f"{name}.weight": (layer.a.detach().half(), layer.b.detach().half()) for name, layer in layers.items()}
    return {
        f"{name}.{which}": matrix for name, pair in halved.items() for which, matrix in zip("AB", pair, strict=True)
    }


def _adapt(reader: nn.Module) -> dict[str, Adapted]:
    """Put learned weights beside those of every linear layer of the transformer, and return these by name."""
    reader.requires_grad_(False)
    found = {}
    for name, layer in list(reader.named_modules()):
        if isinstance(layer, nn.Linear) and name.startswith("encoder."):
            parent, _, own = name.rpartition(".")
            found[name] = Adapted(layer)
            setattr(reader.get_submodule(parent), own, found[name])
    return found


def _read(reader: nn.Module, texts: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
    """Return the vectors of the word pieces of texts, and which of them are of a text."""
    longest = max(map(len, texts))
    ids = torch.tensor([text + [0] * (longest - len(text)) for text in texts])
    held = torch.tensor([[1] * len(text) + [0] * (longest - len(text)) for text in texts])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = reader(input_ids=ids, attention_mask=held).last_hidden_state
    return found.float(), held


def _mean(vectors: Tensor, held: Tensor) -> Tensor:
    return functional.normalize((vectors * held[..., None]).sum(1) / held.sum(1, keepdim=True), dim=-1)


def _batches(windows: Sequence[Window], chance: random.Random) -> list[list[int]]:
    """Return all windows in batches of stretches of interviews, cut and dealt by chance."""
    of = defaultdict(list)
    for number, window in enumerate(windows):
        of[window.interview].append(number)
    stretches = []
    for mine in of.values():
        cuts = [0, *range(chance.randrange(1, STRETCH + 1), len(mine), STRETCH), len(mine)]
        stretches += [mine[start:end] for start, end in pairwise(cuts) if start < end]
    chance.shuffle(stretches)
    batches: list[list[int]] = [[]]
    for stretch in stretches:
        if len(batches[-1]) + len(stretch) > WINDOWS:
            batches.append([])
        batches[-1] += stretch
    return batches


def _loss(reader: nn.Module, windows: Sequence[Window], batch: Sequence[int], pairs: Sequence[Pair]) -> Tensor:
    """Return how badly the answers are told from the rest of the batch."""
    places = {window: place for place, window in enumerate(batch)}
    words, word_held = _read(reader, [pair.pieces for pair in pairs])
    texts, held = _read(reader, [windows[window].pieces for window in batch])
    asked = _mean(words, word_held)
    right = torch.tensor([places[pair.window] for pair in pairs])
    near = torch.tensor([[window in pair.near for window in batch] for pair in pairs])
    cosines = (asked @ _mean(texts, held).T).masked_fill(near, _NEVER)
    by_window = functional.cross_entropy(cosines / TEMPERATURE, right)

    of = torch.full(texts.shape[:2], -1)
    for place, window in enumerate(batch):
        of[place, : len(windows[window].sentences)] = torch.tensor(windows[window].sentences)
    most = max(windows[window].count for window in batch)  # a sentence of marks alone has no piece
    inside = functional.one_hot(of + 1, most + 1)[..., 1:].float()
    sums, counts = torch.einsum("wps,wpd->wsd", inside, texts), inside.sum(1)
    sentences = functional.normalize(sums / counts.clamp(min=1)[..., None], dim=-1)
    left_out = (counts < LEAST_PIECES)[None] | near[:, :, None]
    answers = []
    for row, pair in enumerate(pairs):
        place = places[pair.window]
        answers.append(sums[place, pair.sentences].sum(0))
        left_out[row, place, pair.sentences] = True
    answering = (asked * functional.normalize(torch.stack(answers), dim=-1)).sum(-1)
    others = torch.einsum("nd,wsd->nws", asked, sentences).masked_fill(left_out, _NEVER).flatten(1)
    by_sentence = functional.cross_entropy(
        torch.cat([answering[:, None], others], 1) / TEMPERATURE, torch.zeros(len(pairs), dtype=torch.long)
    )

    ends = word_held.sum(1) - 1
    own = word_held.clone()
    own[:, 0] = 0  # the special pieces at both ends mean nothing
    own[torch.arange(len(pairs)), ends] = 0
    each = torch.einsum(
        "npd,wqd->nwpq", functional.normalize(words, dim=-1), functional.normalize(texts, dim=-1)
    ).masked_fill((of < 0)[None, :, None], -1)
    matches = (each.amax(-1) * own[:, None]).sum(-1) / own.sum(1, keepdim=True)
    by_words = functional.cross_entropy((matches / WORDS_TEMPERATURE).masked_fill(near, _NEVER), right)
    return by_window + by_sentence + by_words


if __name__ == "__main__":
    main()
