"""An open generation of the index, which is a list of segments: what is asked of all of them together."""

import json
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from index.asked_questions import AskedQuestions
from index.bm25 import Keywords, Part
from index.manifest import Manifest
from index.mined.episode import Span
from index.mined.overview import Overview
from index.mined.rows import MinedRows
from index.passage import NO_FILTERS, Filters, FoundQuestion, FoundSentence, Passage
from index.remembered import ReadOnce, Remembered
from index.segments.asked_at_once import askers_in, episodes_in, letters_in, of_each
from index.segments.best_rows import best
from index.segments.files import FILES, SegmentEntry, TermField, VectorField
from index.segments.passage_rows import PassageRows, Rows
from index.segments.segment import Segment, Stretch
from index.segments.spread import Moments, Spread, moments_of, spread_of
from index.spelling import Vocabulary, vocabulary_of
from index.time_limits import unlimited
from index.vectors import Vectors
from ingest.transcript import Episode, episode_from_json

MOST_STARTERS = 5
# Passages whose vectors are read at a time: 6 MB of 384 components.
_BLOCK = 4096
# Of so many words and episodes is remembered what was read of them.
_REMEMBERED = 4096

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scored:
    """Passage ids with scores, best first, and the score's mean and standard deviation over the whole generation."""

    ids: tuple[str, ...]
    scores: tuple[float, ...]
    mean: float
    deviation: float


class Source(Protocol):
    """Where a generation is read from: files (`index.generations.files`) or a database (`index.postgres`)."""

    def segment(self, entry: SegmentEntry) -> Segment:
        """Open a segment; raises IndexBroken."""

    def vectors(self, name: VectorField | Literal["questions"], rows: Sequence[int]) -> Vectors:
        """Open the vectors of a field, given how many each segment of the manifest has, in its order."""

    def postings(self, entry: SegmentEntry, name: TermField) -> Part:
        """Open the postings of a segment; raises IndexBroken if they were made with other word stems."""

    def overview(self) -> Overview:
        """Read what the whole library says; raises IndexBroken."""


class Generation:
    """An open generation; complete from the start, read by many threads, never written."""

    def __init__(self, manifest: Manifest, source: Source) -> None:
        """Open what was verified (see `index.store.open_generation`)."""
        self.manifest = manifest
        self._source = source
        self._segments: list[Segment] = []
        for entry in manifest.segments:
            self._segments.append(source.segment(entry))
        self._rows = PassageRows(self._segments)
        # The segment of each episode that counts, newest episode first.
        found = [(*row, segment) for segment in self._segments for row in segment.episodes()]
        found.sort(key=lambda row: row[0])
        found.sort(key=lambda row: row[1] or "", reverse=True)
        self._segment_of = {identifier: segment for identifier, _, _, segment in found}
        numbers = {segment.entry.name: number for number, segment in enumerate(self._segments)}
        places = {identifier: numbers[segment.entry.name] for identifier, segment in self._segment_of.items()}
        self.mined = MinedRows(self._segments, places, manifest.dimension)
        counts = [entry.passages for entry in manifest.segments]
        self._fields = {name: source.vectors(name, counts) for name in FILES}
        self._questions = AskedQuestions(self._segments, partial(source.vectors, "questions"))
        # Partials of functions, because methods would keep the files open until a full garbage collection.
        self._episodes = Remembered(partial(episodes_in, self._segment_of), _REMEMBERED)
        self._askers = Remembered(partial(askers_in, self._segment_of), _REMEMBERED)
        self._letters = Remembered(partial(letters_in, tuple(self._segments)), _REMEMBERED)
        self._spreads = {name: self._spread(name) for name in FILES}
        fields: tuple[tuple[TermField, NDArray[np.bool_]], ...] = (
            ("passage", self._rows.alive),
            ("episode", self._rows.episodes_alive),
        )
        self._keywords = {
            name: Keywords(
                [source.postings(entry, name) for entry in manifest.segments], len(rows), np.flatnonzero(~rows)
            )
            for name, rows in fields
        }

    @property
    def basis(self) -> Floats | None:
        """The basis of the codes of word pieces (see index.models.basis); None if the generation has no segment."""
        return self._segments[0].basis if self._segments else None

    def close(self) -> None:
        """Close the files."""
        for segment in self._segments:
            segment.close()

    def __del__(self) -> None:
        """Close the files with the last reader.

        A connection would stay open until a full garbage collection, because its cached statements refer back to it.
        """
        if hasattr(self, "_segments"):  # missing if opening failed
            self.close()

    def nearest(self, name: VectorField, query: Floats, k: int, filters: Filters = NO_FILTERS) -> Scored:
        """Return the k passages with the highest inner product with the query, among those the filters allow."""
        allowed = self._rows.allowed(filters)
        rows, scores = self._fields[name].nearest(query, k, self._rows.living() if allowed is None else allowed)
        order = np.lexsort((self._rows.places[rows], -scores))
        return self._scored(rows[order], scores[order], self._spreads[name].of(query))

    def nearest_of(self, name: VectorField, query: Floats, ids: Sequence[str]) -> Floats:
        """Return the inner product of the query with each of the given passages, in their order."""
        return self._fields[name].scores_of(query, self._rows.rows_of(ids))

    def terms(self, text: str) -> list[str]:
        """Return the distinct stems of a question, as input for `matching`."""
        return self._keywords["passage"].terms(text)

    def look_up(self, text: str) -> None:
        """Read where the words of a text stand, all at once: what is asked of them next is known then."""
        for keywords in self._keywords.values():
            keywords.look_up(keywords.terms(text))

    def frequency(self, term: str) -> int:
        """Return how many passages hold a stem."""
        return self._keywords["passage"].frequency(term)

    def rarity(self, term: str) -> float:
        """Return the inverse document frequency of a stem as in BM25; highest if no passage holds it."""
        frequency, count = self.frequency(term), self.manifest.passages
        return float(np.log(1 + (count - frequency + 0.5) / (frequency + 0.5)))

    def having(self, terms: Sequence[str], filters: Filters = NO_FILTERS) -> list[str]:
        """Return the ids of the passages that hold every one of these stems, among those the filters allow."""
        rows, allowed = self._keywords["passage"].rows(terms), self._rows.allowed(filters)
        rows = rows if allowed is None else np.intersect1d(rows, allowed)
        ids = self._rows.ids
        return [ids[row] for row in rows.tolist()]

    @ReadOnce
    def overview(self) -> Overview:
        """What the whole library says about people, terms and topics; read at the first use."""
        return self._source.overview()

    @ReadOnce
    def vocabulary(self) -> Vocabulary:
        """The words of the passages and of the speakers' names; read once, at the first misspelt word."""
        words = [pair for segment in self._segments for pair in segment.words()]
        return vocabulary_of([*words, *((name.lower(), 1) for name in self.speakers())])

    def matching(
        self,
        name: TermField,
        terms: Sequence[str],
        k: int,
        filters: Filters = NO_FILTERS,
        synonyms: Sequence[str] = (),
    ) -> tuple[Scored, Floats]:
        """Return the k passages that match the terms best, among those the filters allow, and every passage's score.

        In the field "episode" each passage has the score of its episode.
        """
        scores = self._keywords[name].scores(terms, synonyms)
        if name == "episode":
            scores = scores[self._rows.episodes]
        rows = best(scores, k, self._rows.allowed(filters), self._rows.places)
        return self._scored(rows, scores[rows], self._keywords["passage"].spread(scores)), scores

    def matching_of(self, scores: Floats, ids: Sequence[str]) -> Floats:
        """Select the given passages' scores from the scores of all passages."""
        chosen: Floats = scores[self._rows.rows_of(ids)]
        return chosen

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """Return the passages with these ids, in their order."""
        rows = self._rows.rows_of(ids)
        found: dict[str, Passage] = {}
        for number, segment in enumerate(self._segments):
            first, end = self._rows.firsts[number : number + 2]
            mine = rows[(rows >= first) & (rows < end)] - first
            if len(mine):
                found |= {passage.id: passage for passage in segment.passages(mine.tolist())}
        return [found[identifier] for identifier in ids]

    def passage_vectors(self) -> Iterator[tuple[list[tuple[str, str]], Floats]]:
        """Yield all passages that count as (id, episode id), with their vectors, a few thousand at a time, lazily.

        They come by episode id, then in the order of the episode, however the library is cut into segments.
        """
        rows, ids, names = self._rows.by_episode(), self._rows.ids, self._rows.episode_ids
        for first in range(0, len(rows), _BLOCK):
            block = rows[first : first + _BLOCK]
            found = [(ids[row], names[self._rows.episodes[row]]) for row in block.tolist()]
            yield found, self._fields["passage"].vectors_of(block)

    def first_passages(self, filters: Filters, each: int, most: int) -> list[Passage]:
        """Return the first `each` passages of every episode among those the filters allow, at most `most` in all."""
        rows = self._rows.allowed(filters)
        if rows is None:
            rows = np.flatnonzero(self._rows.alive)
        numbers = self._rows.episodes[rows]
        _, begins, counts = np.unique(numbers, return_index=True, return_counts=True)
        within = np.arange(len(rows)) - np.repeat(begins, counts)
        return self.passages([self._rows.ids[row] for row in rows[within < each][:most].tolist()])

    def episode_ids(self) -> list[str]:
        """Return the id of every episode of the generation, sorted."""
        return sorted(self._segment_of)

    def episodes(self) -> list[Episode]:
        """Return every episode of the generation, newest first."""
        texts = {identifier: text for segment in self._segments for identifier, _, text in segment.episodes()}
        return [episode_from_json(json.loads(texts[identifier])) for identifier in self._segment_of]

    def episode(self, identifier: str) -> Episode:
        """Return an episode; raises KeyError if it is not in the generation."""
        return self.episodes_of([identifier])[identifier]

    def episodes_of(self, identifiers: Iterable[str]) -> dict[str, Episode]:
        """Return episodes by id, read at once; raises KeyError if one is not in the generation."""
        return self._episodes.of(identifiers)

    def sentences(self, passage: Passage) -> list[FoundSentence]:
        """Return the sentences of a passage in order, with their vectors."""
        return self.sentences_of([passage])[0]

    def sentences_of(self, passages: Iterable[Passage]) -> list[list[FoundSentence]]:
        """Return the sentences of each passage in order, read at once."""
        return self.stretches([(passage.episode_id, *passage.sentences) for passage in passages])

    def stretch(self, episode_id: str, first: int, last: int) -> list[FoundSentence]:
        """Return the sentences [first, last) of an episode in order, without those that it does not have."""
        return self.stretches([(episode_id, first, last)])[0]

    def stretches(self, wanted: Sequence[Stretch]) -> list[list[FoundSentence]]:
        """Return what `stretch` does for each of several, read at once."""
        return of_each(self._segment_of, wanted, Segment.stretches)

    def sentences_from(self, wanted: Sequence[tuple[str, int]]) -> list[int | None]:
        """Return the number of the first sentence of an episode that begins at a word or later, for each; else None."""
        return of_each(self._segment_of, wanted, Segment.sentences_from)

    def sentences_at(self, episode_id: str, span: Span) -> list[FoundSentence]:
        """Return the sentences that begin within a span, in order; [] if the generation has no such episode."""
        return self.sentences_at_each([(episode_id, span)])[0]

    def sentences_at_each(self, wanted: Sequence[tuple[str, Span]]) -> list[list[FoundSentence]]:
        """Return what `sentences_at` does for each of several, read at once."""
        known = [one for one in wanted if one[0] in self._segment_of]
        found = dict(zip(known, of_each(self._segment_of, known, Segment.sentences_at), strict=True))
        return [found.get(one, []) for one in wanted]

    def text_at(self, episode_id: str, span: Span) -> str:
        """Return the text of the sentences that begin within a span, "" if the generation has no such episode."""
        return "".join(f"{one.before}{one.text}" for one in self.sentences_at(episode_id, span))

    def repeated(self, episode_id: str) -> frozenset[int]:
        """Return the numbers of the sentences of an episode that are in no passage because episodes repeat them."""
        return self._segment_of[episode_id].repeated(episode_id)

    def passages_with(self, wanted: Sequence[tuple[str, int]]) -> list[str]:
        """Return for each sentence of an episode, by its number, the id of a passage that has it; read at once."""
        return of_each(self._segment_of, wanted, Segment.passages_with)

    def asked(self, query: Floats, k: int, filters: Filters = NO_FILTERS) -> list[FoundQuestion]:
        """Return the k questions of episodes nearest to a question, the nearest first, whose replies filters allow.

        None where only some passages are searched: a reply may go on in others.
        """
        return self._questions.nearest(query, k, filters)

    def unsearched(self, episode_id: str) -> list[tuple[int, str]]:
        """Return the sentences of an episode that are in no passage, in order, as (turn, text); empty if it is unknown.

        These are adverts and announcements that episodes repeat (see index.building.repeated).
        """
        segment = self._segment_of.get(episode_id)
        return [] if segment is None else segment.unsearched(episode_id)

    @unlimited()
    def spoken(self) -> list[tuple[str, int, int, str | None, str]]:
        """Return every sentence as (episode id, turn, first word, speaker, text): newest episode first, then in order.

        The speaker is a full name, not a label.
        """
        order = {identifier: place for place, identifier in enumerate(self._segment_of)}
        found = [row for segment in self._segments for row in segment.spoken()]
        return sorted(found, key=lambda row: order[row[0]])

    def speakers(self) -> list[str]:
        """Return the full names of all speakers, sorted."""
        return [*self._speakers]

    @ReadOnce
    def _speakers(self) -> list[str]:
        return sorted({name for segment in self._segments for name in segment.speakers()})

    def speakers_named(self, name: str) -> list[str]:
        """Return the speakers with this name or alias in any case, else every speaker whose name has these words."""
        wanted = " ".join(name.casefold().split())
        everyone, aliases = self.speakers(), self._aliases
        exact = {speaker for speaker in everyone if speaker.casefold() == wanted}
        exact |= {full for label, full in aliases if label.casefold() == wanted} & set(everyone)
        return sorted(exact) or [speaker for speaker in everyone if f" {wanted} " in f" {speaker.casefold()} "]

    @ReadOnce
    def _aliases(self) -> list[tuple[str, str]]:
        return [pair for segment in self._segments for pair in segment.aliases()]

    def askers(self, episode_id: str) -> frozenset[str]:
        """Return the names of the people who ask the questions in an episode (see index.building.tables)."""
        return self.askers_of([episode_id])[episode_id]

    def askers_of(self, identifiers: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return what `askers` does for each of several episodes, read at once."""
        return self._askers.of(identifiers)

    def starters(self, without: Set[str] = frozenset()) -> tuple[str, ...]:
        """Return suggested questions, as hosts asked them, none of the episodes `without`; of large segments first.

        See index.building.starter_questions.
        """
        found = [pair for segment in self._segments for pair in segment.starters()]
        return tuple(dict.fromkeys(question for question, episode in found if episode not in without))[:MOST_STARTERS]

    def letters(self, word: str) -> tuple[int, int]:
        """Return how often a word occurs inside sentences with a capital and with a small first letter."""
        return self.letters_of([word])[word]

    def letters_of(self, words: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Return what `letters` does for each of several words, read at once."""
        lower = {word: word.lower() for word in words}
        found = self._letters.of(lower.values())
        return {word: found[lower[word]] for word in lower}

    def _scored(self, rows: Rows, scores: Floats, spread: tuple[float, float]) -> Scored:
        return Scored(tuple(self._rows.ids[row] for row in rows), tuple(float(score) for score in scores), *spread)

    def _spread(self, name: VectorField) -> Spread:
        """Return the spread of the vectors that count: the sums of each segment without those of dropped passages."""
        dimension = self.manifest.dimension
        total = Moments(0, np.zeros(dimension), np.zeros((dimension, dimension)))
        for number, segment in enumerate(self._segments):
            first, end = self._rows.firsts[number : number + 2]
            rows = np.arange(first, end)
            alive = self._rows.alive[rows]
            stored = segment.moments(name, dimension)
            if stored is None:
                total += moments_of(self._fields[name].vectors_of(rows[alive]))
            else:
                total += stored
                if not alive.all():
                    total -= moments_of(self._fields[name].vectors_of(rows[~alive]))
        return spread_of(total)
