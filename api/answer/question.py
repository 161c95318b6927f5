"""A question, checked once where it comes in, and made ready to be searched."""

from dataclasses import dataclass

from api.errors import QuestionError
from api.knowledge_base import KnowledgeBase
from index.search import Query
from ingest.reference.glossary import expansions, spelled_out

MOST_QUESTION_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was checked: as it was asked, which answers repeat, and in one line, which is searched.

    Every door makes it once with `parse_question`; nothing behind a door checks a question again.
    """

    asked: str
    text: str


def replace_surrogates(text: str) -> str:
    """Return the text with "\ufffd" for each half of a surrogate pair, which no tokenizer, database or terminal takes.

    JSON allows them, and they stand for the bytes of an argument that is not UTF-8.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def parse_question(asked: str) -> Question:
    """Return the question; raises QuestionError if it is empty or has over 2,000 characters."""
    shown = replace_surrogates(asked)
    text = " ".join(shown.split())
    if not text:
        raise QuestionError("the question is empty; ask something")
    if len(asked) > MOST_QUESTION_CHARACTERS:
        raise QuestionError(
            f"the question has {len(asked):,} characters; at most {MOST_QUESTION_CHARACTERS:,} are read"
        )
    return Question(shown, text)


def query_of(base: KnowledgeBase, question: Question) -> Query:
    """Return what is searched for a question.

    A short form that the library never holds is spelled out by the glossary, since the encoder has no meaning for it.
    """
    text = spelled_out(question.text, lambda term: _is_held(base, term))
    terms = base.generation.terms(text)
    synonyms = [term for term in base.generation.terms(" ".join(expansions(text))) if term not in terms]
    return Query(text, base.encoder.encode_query(text), tuple(terms), tuple(synonyms))


def _is_held(base: KnowledgeBase, term: str) -> bool:
    return all(base.generation.frequency(stem) > 0 for stem in base.generation.terms(term))
