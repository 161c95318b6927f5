"""Cut transcripts into sentences and passages; what the heard episodes of a show repeat is in no passage."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.building.repeated import repeated_sentences, stretches_without
from index.chunk import PassageShape, fitting, passages_from
from index.exchanges import exchanges_of
from index.passage import Exchange, Passage, Sentence
from index.segments.files import HeldEpisode
from index.sentences import sentences_of
from ingest.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Chunked:
    """An episode cut into sentences and passages, with the row of its first sentence and first passage.

    `repeated` are the numbers of the sentences that are in no passage, and in no exchange.
    """

    transcript: Transcript
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]
    exchanges: tuple[Exchange, ...] = ()
    repeated: tuple[int, ...] = ()
    first_sentence: int = 0
    first_passage: int = 0


def chunk_all(
    transcripts: Sequence[Transcript],
    others: Sequence[tuple[Transcript, HeldEpisode]],
    pieces: Callable[[str], int],
    shape: PassageShape,
) -> Iterator[Chunked]:
    """Yield every transcript cut into sentences and passages.

    `others` are heard episodes of the same shows as they are in the index. One of them is yielded too if other
    sentences of it are repeated now.
    """
    everything = [*transcripts, *(transcript for transcript, _ in others)]
    before = [None] * len(transcripts) + [held.repeated for _, held in others]
    cut = [fitting(transcript, sentences_of(transcript), pieces) for transcript in everything]
    found = repeated_sentences(everything, cut)
    for transcript, sentences, left_out, earlier in zip(everything, cut, found, before, strict=True):
        repeated = tuple(sorted(left_out))
        if repeated == earlier:
            continue
        passages = tuple(
            replace(passage, sentences=(first + passage.sentences[0], first + passage.sentences[1]))
            for first, last in stretches_without(left_out, len(sentences))
            for passage in passages_from(transcript, sentences[first:last], pieces, shape)
        )
        exchanges = tuple(one for one in exchanges_of(transcript, sentences) if left_out.isdisjoint(one))
        yield Chunked(transcript, sentences, passages, exchanges, repeated)


def batches(chunked: Iterable[Chunked], most: int) -> Iterator[list[Chunked]]:
    """Yield episodes in groups of at most `most` passages, with the rows they have in their group; at least one group.

    An episode is never divided, however many passages it has.
    """
    group: list[Chunked] = []
    sentences = passages = 0
    for episode in chunked:
        if group and passages + len(episode.passages) > most:
            yield group
            group, sentences, passages = [], 0, 0
        group.append(replace(episode, first_sentence=sentences, first_passage=passages))
        sentences += len(episode.sentences)
        passages += len(episode.passages)
    yield group
