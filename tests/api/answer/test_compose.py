"""Answers: only verified quotes, best first, none twice; statements made of them; refusals without any."""

import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.answer.asking import asks
from api.answer.compose import Answer, ask, find, statements_of
from api.answer.confidence import CONFIDENT
from api.answer.question import MOST_QUESTION_CHARACTERS, parse_question, replace_surrogates
from api.episodes.transcripts import open_transcript
from api.errors import QuestionError
from api.knowledge_base import KnowledgeBase, open_base
from api.quotes.citation import Citation, citation_of, listen_url
from api.quotes.quote import quote_at
from api.quotes.resolve import resolve
from api.quotes.verbatim_check import fault_of
from api.settings import Settings
from index.building.build import build
from index.chunk import PassageShape
from index.fitted import usual
from index.mined.episode import Span
from index.passage import Filters, FoundSentence
from index.search import trigrams
from index.sentences import sentences_of
from ingest.library.records import Record, episode_folder, load_transcript, save_record, save_transcript
from ingest.text.words import normalise
from ingest.transcript import Episode, Show, Transcript, Turn, Word

MakeBase = Callable[..., KnowledgeBase]
Rewrite = Callable[[Path, str, int, str], None]

TIMED, GUESSED = "harbour-1-aaaa", "harbour-2-bbbb"
LIGHTHOUSE = "Which council paid for the lighthouse database?"
PAID = "The harbour council paid for the lighthouse database from its winter budget."

WORDS = (
    "mast rope sail keel anchor deck galley tide quay ferry pilot chart storm 2019 GOV.UK O'Neil ship-to-shore".split()
)
ENDS = (". ", "? ", "! ", "… ", ", ", "; ", " — ", " ", "\n", ".” ", " [laughs] ", " (music) ", " “")
SPEAKERS = ("Ada Brewer", "Ada", "Bo Ash", "Cy", None)


# --- libraries of chance


def random_turn(chance: random.Random, start: float) -> Turn:
    """Words of chance between stops, quotation marks, marks and line breaks of chance; timed, half timed or not."""
    text = "".join(
        " ".join(chance.choices(WORDS, k=chance.choice((1, 2, 3, 6, 12, 45, 90)))) + chance.choice(ENDS)
        for _ in range(chance.randint(1, 8))
    ).strip()
    text = "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    timed = chance.random()
    words = tuple(
        Word(piece, start + place, start + place + 0.8) if timed < 0.5 and chance.random() < 0.9 else Word(piece)
        for place, piece in enumerate(text.split())
    )
    times = (start, start + len(words), "aligned", 0.4) if timed < 0.7 else (None, None, None, None)
    return Turn(chance.choice(SPEAKERS), text, *times, None, words)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory, encoder: object) -> Iterator[list[KnowledgeBase]]:
    """Four libraries of chance, with passages of different sizes; episodes repeat turns of each other."""
    opened = []
    for seed in range(4):
        chance = random.Random(seed)
        home = tmp_path_factory.mktemp(f"chance{seed}")
        turns: list[Turn] = []
        for number in range(6):
            turns = [random_turn(chance, 1_000.0 * place) for place in range(8)] + chance.sample(turns, len(turns) // 4)
            published = chance.choice((None, f"202{number}-05-01"))
            episode = Episode(f"e-{number}-aaaa", f"g{number}", Show("e", "E"), number, "Talk", published)
            save_record(home, Record(episode, ()))
            save_transcript(home, Transcript(episode, tuple(turns), {"Ada": "Ada Brewer"}), "made by a test")
        build(home, encoder, shape=(PassageShape(20, 0), PassageShape(40, 1), PassageShape(), PassageShape())[seed])  # type: ignore[arg-type]
        opened.append(open_base(Settings(home=home), encoder))  # type: ignore[arg-type]
    yield opened
    for base in opened:
        base.generation.close()


def span_of(citation: Citation) -> range:
    """The words of a citation, as its id says."""
    _, first, count, _ = citation.id.split(".")
    return range(int(first, 32), int(first, 32) + int(count, 32))


def assert_sound(citation: Citation, home: Path) -> None:
    """Verbatim, by its speaker, in its time, whole sentences of one turn, of a quote's length."""
    transcript = load_transcript(home, citation.episode.id)
    resolved = resolve(home, citation.id)
    assert transcript is not None
    assert fault_of(resolved.quote, transcript) is None
    assert not resolved.changed
    assert citation_of(resolved.quote, citation.score) == citation
    turn = transcript.turns[citation.turn]
    assert citation.quote in turn.text
    assert citation.speaker == turn.speaker
    if citation.start is not None and citation.end is not None:
        assert turn.start is not None
        assert turn.end is not None
        assert turn.start <= citation.start <= citation.end <= turn.end
    else:
        assert (citation.timing, citation.timing_error, citation.listen_url) == (None, None, None)
    assert 3 <= len(normalise(citation.quote)) <= 80
    assert 3 <= len(citation.quote.split()) <= 80
    sentences = [item for item in sentences_of(transcript) if item.turn == citation.turn]
    assert span_of(citation).start in {item.first_word for item in sentences}
    assert span_of(citation).stop in {item.first_word + item.words for item in sentences}


def sentences_in(base: KnowledgeBase, citation: Citation) -> list[FoundSentence]:
    """The sentences of a quote."""
    words = span_of(citation)
    return base.generation.sentences_at(citation.episode.id, Span(words.start, len(words)))


def assert_statements(answer: Answer) -> None:
    """At most four, each citation in exactly one, and no word that is not quoted."""
    cited = {citation.id: citation for citation in answer.citations}
    assert len(answer.statements) <= 4
    assert sorted(name for statement in answer.statements for name in statement.citations) == sorted(cited)
    for statement in answer.statements:
        quotes = sorted(
            (cited[name] for name in statement.citations), key=lambda one: (one.episode.id, span_of(one).start)
        )
        assert statement.text == "\n".join(quote.quote for quote in quotes)


@settings(max_examples=2 * settings.default.max_examples)
@given(
    number=st.integers(0, 3),
    question=st.lists(st.sampled_from([*WORDS, "why", "Ada", "zanzibar", "?"]), min_size=1, max_size=12).map(" ".join),
    k=st.integers(1, 12),
    speaker=st.sampled_from((None, None, "Ada Brewer", "Bo Ash", "Cy", "Nobody")),
)
def test_whatever_is_asked_only_sound_quotes_leave(
    bases: list[KnowledgeBase], number: int, question: str, k: int, speaker: str | None
) -> None:
    """Every promise of an answer, over libraries of chance, in any status."""
    base = bases[number]
    answer = ask(base, parse_question(question), k, Filters(speaker=speaker))
    quotes = answer.citations + answer.related
    assert len(answer.citations) <= min(k, 8)
    assert len(quotes) <= 8
    for citation in quotes:
        assert_sound(citation, base.home)
        assert speaker is None or {"Ada": "Ada Brewer"}.get(citation.speaker or "", citation.speaker) == speaker
    for one, other in combinations(quotes, 2):
        assert one.episode.id != other.episode.id or not set(span_of(one)) & set(span_of(other))
        mine, others = trigrams(one.quote), trigrams(other.quote)
        assert 2 * len(mine & others) <= min(len(mine), len(others))
    for citation in answer.citations:
        assert not all(asks(one.text) for one in sentences_in(base, citation))
    assert_statements(answer)
    assert 0 <= answer.confidence <= 1
    if answer.status == "unanswerable":
        assert (answer.citations, answer.statements, answer.as_of) == ((), (), None)
        assert answer.confidence < usual().touches
    else:
        assert answer.citations
        assert (answer.status == "answered") == (answer.confidence >= CONFIDENT)
        assert answer.as_of == (max(one.episode.published or "" for one in answer.citations) or None)


@given(number=st.integers(0, 3), question=st.sampled_from(WORDS), k=st.integers(1, 100))
def test_hits_carry_their_best_quote(bases: list[KnowledgeBase], number: int, question: str, k: int) -> None:
    """At most k hits by rank, scores falling; a quote of a hit is sound and stands in its text."""
    base = bases[number]
    found = find(base, parse_question(question), k)
    assert [hit.rank for hit, _ in found] == list(range(1, len(found) + 1))
    assert len(found) <= k
    assert [hit.score for hit, _ in found] == sorted((hit.score for hit, _ in found), reverse=True)
    for hit, identifier in found:
        if identifier is not None:
            quote = resolve(base.home, identifier).quote
            assert_sound(citation_of(quote), base.home)
            assert " ".join(quote.text.split()) in " ".join(hit.passage.text.split())
            assert quote.episode.id == hit.episode.id


# --- answers that a person can check


def test_the_best_quote_is_first(served_base: KnowledgeBase) -> None:
    """The sentence that says it comes first, with who, where, when, and how to hear it."""
    answer = ask(served_base, parse_question(LIGHTHOUSE))
    best = answer.citations[0]
    assert (best.quote, best.speaker, best.turn, best.start, best.end) == (PAID, "Tobias Renn", 3, 46.0, 51.9)
    assert best.episode.number == 1
    assert best.url == f"/quotes/{best.id}"
    assert answer.composer == "extractive"
    assert answer.statements[0].text.splitlines()[0] == PAID
    assert answer.as_of == max(one.episode.published for one in answer.citations if one.episode.published)


def test_the_hosts_question_is_not_the_answer(served_base: KnowledgeBase) -> None:
    """What the host asked has all the words of the question; what was answered is quoted first."""
    answer = ask(served_base, parse_question("Why did the office leave the old platform?"))
    assert (answer.citations or answer.related)[0].speaker == "Tobias Renn"


@pytest.mark.parametrize(
    "asked", ["What did the move cost the office then?", "Yeah. Can you tell us what the move cost the office."]
)
def test_a_question_is_no_citation(base_of: MakeBase, asked: str) -> None:
    """What somebody only asks about it touches on the question; where nobody says more, nothing answers it."""
    said, question = "The whole move cost ten thousand pounds in all.", parse_question("What did the move cost?")
    alone = ask(base_of({"b-1-aaaa": [("Bo", asked)]}), question)
    assert (alone.status, alone.citations, alone.confidence) == ("unanswerable", (), 0)
    assert alone.related
    answer = ask(base_of({"a-1-aaaa": [("Ada", said)], "b-1-aaaa": [("Bo", asked)]}), question)
    assert [one.quote for one in (*answer.citations, *answer.related)] == [said, asked.removeprefix("Yeah. ")]
    assert asked not in " ".join(one.quote for one in answer.citations)


@pytest.mark.parametrize(
    "said",
    [
        "So what did the move of the office cost? Ten thousand pounds.",
        "Because the whole move cost ten thousand pounds in all, right?",
        'Then the board asked us at lunch, "What did the move cost?"',
    ],
)
def test_what_only_ends_like_a_question_is_a_citation(base_of: MakeBase, said: str) -> None:
    """A short reply to one's own question, a statement with a tag, and what others are said to have asked."""
    answer = ask(base_of({"a-1-aaaa": [("Ada", said)]}), parse_question("What did the move cost?"))
    assert [one.quote for one in answer.citations] == [said]


def test_what_the_podcast_does_not_say_is_refused(served_base: KnowledgeBase) -> None:
    """Nothing is stated or cited; the nearest quotes are there to look at."""
    answer = ask(served_base, parse_question("What is quantum chromodynamics?"))
    assert (answer.status, answer.statements, answer.citations, answer.as_of) == ("unanswerable", (), (), None)
    assert answer.related


def test_a_hit_with_two_answers_gives_both(base_of: MakeBase) -> None:
    """Two people who answer in one passage are two citations; what one of them goes on to say belongs to the first."""
    said = "The tide turned at noon exactly. Boats sail with the tide only."
    waits = "The tide waits for nobody at all."
    base = base_of({"a-1-aaaa": [("Ada", said), ("Bo", waits)]})
    assert len(find(base, parse_question("tide"), 9)) == 1
    assert {citation.quote for citation in ask(base, parse_question("tide")).citations} == {said, waits}


def test_no_word_is_quoted_twice(base_of: MakeBase) -> None:
    """Two passages share a sentence, and the best quote of each holds it; only the better one is cited."""
    said = [
        "Nobody at all expected what happened on that morning.",
        "First the tide came over the northern wall unseen.",
        "Then a storm broke each window along our street.",
        "Later some ferry was thrown against its own pier.",
        "People still talk about those hours with much fear.",
    ]
    more = [f"It is quiet there now and the {word} have gone away." for word in "one two three four".split()]
    base = base_of({"a-1-aaaa": [("Ada", " ".join(said)), ("Bo", " ".join(more * 4))]}, shape=PassageShape(27, 1))
    hits = [hit.passage.text for hit, _ in find(base, parse_question("tide storm ferry"), 5)]
    assert sum(said[2] in text for text in hits) >= 1
    found = ask(base, parse_question("tide storm ferry"))
    text = " ".join(one.quote for one in found.citations or found.related)
    assert "storm" in text
    assert all(text.count(sentence) <= 1 for sentence in said)


def test_nothing_is_said_twice(base_of: MakeBase) -> None:
    """A trailer that repeats an episode's words gives no second citation."""
    said = "The tide turned at noon because the moon was near."
    base = base_of(
        {"a-1-aaaa": [("Ada", said)], "b-1-aaaa": [("Ada", said)], "c-1-aaaa": [("Bo", "Our boats left early.")]}
    )
    answer = ask(base, parse_question("Why did the tide turn?"))
    assert [one.quote for one in answer.citations or answer.related].count(said) == 1


def test_a_hit_of_interjections_gives_no_quote(base_of: MakeBase) -> None:
    """ "Yeah. Right." is found, and nothing of it is quoted."""
    base = base_of({"a-1-aaaa": [("Ada", "Tide. Yeah. Right."), ("Bo", "Tide, yes.")]})
    assert [identifier for _, identifier in find(base, parse_question("tide"), 5)] == [None]
    answer = ask(base, parse_question("tide"))
    assert (answer.status, answer.related) == ("unanswerable", ())
    assert answer.confidence < usual().touches


@pytest.mark.parametrize(("k", "most"), [(1, 1), (3, 3), (8, 8), (9, 8), (100, 8)])
def test_an_answer_has_at_most_eight_citations(base_of: MakeBase, k: int, most: int) -> None:
    """More than eight are never given, however many there are and however many are asked for."""
    base = base_of({f"a-{n}-aaaa": [("Ada", f"The tide of harbour{n} met ship{n} near pier{n}.")] for n in range(12)})
    answer = ask(base, parse_question("tide"), k)
    assert len(answer.citations or answer.related) == most


# --- questions


@pytest.mark.parametrize("question", ["", " \n\t ", "x" * (MOST_QUESTION_CHARACTERS + 1)])
def test_empty_and_over_long_questions_are_refused(question: str) -> None:
    """1 to 2,000 characters are read; the refusal does not repeat the question."""
    with pytest.raises(QuestionError) as caught:
        parse_question(question)
    assert "xxx" not in str(caught.value)


def test_halves_of_pairs_are_replaced(served_base: KnowledgeBase) -> None:
    """A half of a surrogate pair can be neither encoded nor printed; whole characters stay."""
    assert replace_surrogates("a\udcffb\ud800 🚢") == "a\ufffdb\ufffd 🚢"
    answer = ask(served_base, parse_question(f"\udcff {LIGHTHOUSE}"))
    assert answer.question == f"\ufffd {LIGHTHOUSE}"
    assert (answer.citations or answer.related)[0].quote == PAID


# --- the library changed since it was indexed


def quoted(home: Path, encoder: object, question: str = LIGHTHOUSE, **filters: str) -> list[Citation]:
    """What an answer from the old index quotes today."""
    answer = ask(open_base(Settings(home=home), encoder), parse_question(question), filters=Filters(**filters))  # type: ignore[arg-type]
    for citation in found if (found := answer.citations or answer.related) else ():
        assert_sound(citation, home)
    return list(found)


@pytest.mark.parametrize("text", ["Nobody paid for it.", "It.", f"Well, {PAID}"])
def test_words_that_were_edited_are_not_quoted(home: Path, encoder: object, rewrite: Rewrite, text: str) -> None:
    """The index still finds the old words; they, and what now stands in their place, are dropped."""
    rewrite(home, TIMED, 3, text)
    assert quoted(home, encoder)
    assert not [one for one in quoted(home, encoder) if one.episode.id == TIMED and one.turn == 3]


def test_words_before_an_edit_are_quoted_still(home: Path, encoder: object, rewrite: Rewrite) -> None:
    """An edit costs the quotes after it until the next index, not those before."""
    rewrite(home, TIMED, 3, "Nobody paid for it.")
    assert "supplier" in quoted(home, encoder, "Which supplier did the old platform lose?")[0].quote


def test_who_is_no_longer_said_to_have_spoken_is_not_quoted(home: Path, encoder: object) -> None:
    """A corrected label must not come out under a filter for the person who was named before."""
    transcript = load_transcript(home, TIMED)
    assert transcript is not None
    turns = tuple(
        replace(turn, speaker="Pia Pond") if turn.speaker == "Tobias Renn" else turn for turn in transcript.turns
    )
    save_transcript(home, replace(transcript, turns=turns), "corrected")
    assert quoted(home, encoder, speaker="Tobias Renn") == []
    assert not [one for one in quoted(home, encoder) if one.speaker == "Pia Pond"]


def test_an_episode_without_its_transcript_is_not_quoted(
    home: Path, encoder: object, caplog: pytest.LogCaptureFixture
) -> None:
    """Its passages are found until the next index; nothing of it is quoted, and the log says why."""
    (episode_folder(home, TIMED) / "transcript.json").unlink()
    with caplog.at_level(logging.INFO):
        found = quoted(home, encoder)
    assert found
    assert TIMED not in {one.episode.id for one in found}
    assert f"a quote was dropped: {TIMED} no longer has a transcript" in caplog.text


def test_with_all_quotes_gone_nothing_is_answered(home: Path, encoder: object) -> None:
    """Good evidence in the index is none if no quote of it can be shown."""
    before = ask(open_base(Settings(home=home), encoder), parse_question(LIGHTHOUSE))  # type: ignore[arg-type]
    for folder in (home / "library" / "episodes").iterdir():
        (folder / "transcript.json").unlink(missing_ok=True)
    answer = ask(open_base(Settings(home=home), encoder), parse_question(LIGHTHOUSE))  # type: ignore[arg-type]
    assert before.status != "unanswerable"
    assert (answer.status, answer.citations, answer.related, answer.statements) == ("unanswerable", (), (), ())
    assert answer.confidence < usual().touches
    assert all(
        identifier is None
        for _, identifier in find(open_base(Settings(home=home), encoder), parse_question("boats"), 5)
    )  # type: ignore[arg-type]


# --- statements and addresses


def test_statements_group_by_episode_and_speaker(served_home: Path) -> None:
    """Best first; a fifth group joins the fourth; inside one, quotes stand in the order they are spoken."""
    opened = open_transcript(served_home, TIMED)
    assert opened is not None
    first = citation_of(quote_at(opened, 12, 8))
    later = replace(first, id=f"{TIMED}.1a.8.0000000000", quote="Later words.", start=None)
    other = [replace(first, speaker=name, id=f"{TIMED}.0.3.{name}") for name in "abcd"]
    groups = statements_of([later, *other[:2], first, *other[2:]])
    assert [group.citations for group in groups] == [
        (later.id, first.id), (other[0].id,), (other[1].id,), (other[2].id, other[3].id)
    ]  # fmt: skip
    assert groups[0].text == f"{first.quote}\nLater words."
    assert statements_of(()) == ()


@pytest.mark.parametrize(
    ("audio", "start", "end", "expected"),
    [
        (None, 1.0, 2.0, None),
        ("/a.mp3", None, None, "/a.mp3"),
        ("/a.mp3", 192.4, 207.9, "/a.mp3#t=192.4,207.9"),
        ("/a.mp3", 12.36, None, "/a.mp3#t=12.36"),
        ("/a.mp3", 0.0, 0.126, "/a.mp3#t=0.0,0.13"),
    ],
)
def test_listening_begins_at_the_first_word(
    served_home: Path, audio: str | None, start: float | None, end: float | None, expected: str | None
) -> None:
    """The address is a media fragment in hundredths of a second, the whole recording without times."""
    opened = open_transcript(served_home, GUESSED)
    assert opened is not None
    quote = quote_at(opened, 0, 3)
    changed = replace(quote, episode=replace(quote.episode, audio_url=audio), start=start, end=end)
    assert listen_url(changed) == expected


def test_a_question_that_somebody_asked_is_answered_by_the_reply(base_of: MakeBase) -> None:
    """First what was said in reply, behind its lead-in; whatever shares more words, and never what the asker said."""
    asked = "Why did the harbour move its database to the lighthouse?"
    reply = "Because nobody up there ever switched anything off at night."
    base = base_of(
        {
            "a-1-aaaa": [
                ("Ada", f"{asked} I know you did not want to move the database to the lighthouse."),
                ("Bo", f"Well, that's a great question. {reply} And it is dry."),
            ],
            "b-1-aaaa": [("Cy", "The harbour did move its database, and the lighthouse did move too, which is odd.")],
        }
    )
    answer = ask(base, parse_question(asked))
    assert answer.citations[0].quote.startswith(reply)
    assert answer.citations[0].in_reply_to is None or answer.citations[0].in_reply_to.endswith("?")
    assert not any(citation.speaker == "Ada" for citation in answer.citations)
    hit, quote_id = find(base, parse_question(asked), 3)[0]
    assert hit.passage.text.startswith(asked)
    assert quote_id == answer.citations[0].id
