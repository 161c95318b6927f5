"""A question as it was asked, checked once, and made ready to be searched."""

from api.errors import QuestionError
from api.knowledge_base import KnowledgeBase
from index.search import Query
from ingest.reference.glossary import expansions, spelled_out

MOST_QUESTION_CHARACTERS = 2_000


def replace_surrogates(text: str) -> str:
    """Return the text with "\ufffd" for each half of a surrogate pair, which no tokenizer, database or terminal takes.

    JSON allows them, and they stand for the bytes of an argument that is not UTF-8.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def check_question(question: str) -> str:
    """Return the question in one line; raises QuestionError if it is empty or over 2,000 characters."""
    text = " ".join(replace_surrogates(question).split())
    if not text:
        raise QuestionError("the question is empty; ask something")
    if len(question) > MOST_QUESTION_CHARACTERS:
        raise QuestionError(
            f"the question has {len(question):,} characters; at most {MOST_QUESTION_CHARACTERS:,} are read"
        )
    return text


def query_of(base: KnowledgeBase, question: str) -> Query:
    """Return the question ready to be searched; raises QuestionError as `check_question` does.

    A short form that the library never holds is spelled out by the glossary, since the encoder has no meaning for it.
    """
    text = spelled_out(check_question(question), lambda term: _is_held(base, term))
    terms = base.generation.terms(text)
    synonyms = [term for term in base.generation.terms(" ".join(expansions(text))) if term not in terms]
    return Query(text, base.encoder.encode_query(text), tuple(terms), tuple(synonyms))


def _is_held(base: KnowledgeBase, term: str) -> bool:
    return all(base.generation.frequency(stem) > 0 for stem in base.generation.terms(term))
