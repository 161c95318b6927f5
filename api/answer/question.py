"""Check a question once, where it comes in, and prepare it for search."""

from dataclasses import dataclass

from api.errors import QuestionError
from api.knowledge_base import KnowledgeBase
from index.search import Query
from ingest.reference.glossary import expansions, spelled_out

MOST_QUESTION_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Question:
    """A checked question: `asked` as typed, which answers repeat, and `text` on one line, which is searched.

    The CLI and each HTTP route make it once with `parse_question`; no code after that checks it again.
    """

    asked: str
    text: str


def replace_surrogates(text: str) -> str:
    """Replace each lone surrogate with "\ufffd", because tokenizers, databases and terminals reject it.

    JSON allows lone surrogates, and Python uses them for argument bytes that are not UTF-8.
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
            f"the question has {len(asked):,} characters; it can have at most {MOST_QUESTION_CHARACTERS:,}"
        )
    return Question(shown, text)


def query_of(base: KnowledgeBase, question: Question) -> Query:
    """Return the search query for a question.

    An abbreviation that the library never uses is spelled out from the glossary, because the encoder does not know it.
    """

    text = spelled_out(question.text, lambda term: _is_held(base, term))
    terms = base.generation.terms(text)
    synonyms = [term for term in base.generation.terms(" ".join(expansions(text))) if term not in terms]
    return Query(text, base.encoder.encode_query(text), tuple(terms), tuple(synonyms))


def _is_held(base: KnowledgeBase, term: str) -> bool:
    return all(base.generation.frequency(stem) > 0 for stem in base.generation.terms(term))
