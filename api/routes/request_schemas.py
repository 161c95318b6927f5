"""Schemas of requests, which validate them and fill /docs."""

from itertools import zip_longest
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from api.answer.compose import DEFAULT_HITS, MOST_HITS
from api.answer.conversation import MOST_HISTORY, HistoryEntry
from api.answer.filters import Asked
from api.answer.gather import MOST_GATHERED
from api.answer.question import MOST_QUESTION_CHARACTERS, replace_surrogates
from api.quotes.citation import MOST_CITATIONS, USUAL_CITATIONS
from api.quotes.quote import MOST_ID_LETTERS

_MOST_FILTER_CHARACTERS = 200


def _without_surrogates(value: Any) -> Any:
    """Replace lone surrogates in a string; validation refuses other types later."""
    return replace_surrogates(value) if isinstance(value, str) else value


def _number_as_text(value: Any) -> Any:
    """Accept a number where a string is expected, because people write {"episode": 35}."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _without_surrogates(value)


def _at_most(value: int) -> int:
    """Reduce the number to 8, the most citations of an answer; asking for more is not an error."""
    return min(value, MOST_CITATIONS)


CitationCount = Annotated[int, Field(ge=1), AfterValidator(_at_most)]
Text = Annotated[str, BeforeValidator(_without_surrogates)]
HistoryText = Annotated[Text, Field(max_length=MOST_QUESTION_CHARACTERS)]
CitedText = Annotated[Text, Field(max_length=MOST_CITATIONS * (MOST_ID_LETTERS + 1))]
FilterText = Annotated[str, BeforeValidator(_number_as_text), Field(max_length=_MOST_FILTER_CHARACTERS)]


class FilterFields(BaseModel):
    """Filters of an answer or a search; all given filters must match."""

    show: FilterText | None = Field(None, description="id of a show")
    episode: FilterText | None = Field(None, description="id of an episode, or its number if that is unique")
    speaker: FilterText | None = Field(None, description="full name of a speaker, or an unambiguous part of it")
    since: FilterText | None = Field(None, description="first date, such as 2021-10-28")
    until: FilterText | None = Field(None, description="last date, such as 2021-10-28")

    def asked(self) -> Asked:
        """Return the filters as the core's `Asked`."""
        return Asked(self.show, self.episode, self.speaker, self.since, self.until)


class Earlier(BaseModel):
    """An earlier question of this conversation and the quotes that answered it."""

    question: HistoryText
    citations: list[FilterText] = Field(default=[], description="quote ids, best first")

    def past(self) -> HistoryEntry:
        """Return it as the core's `HistoryEntry`."""
        return HistoryEntry(self.question, tuple(self.citations))


class AnswerRequest(FilterFields):
    """A question to the podcast."""

    question: Text = Field(description="1 to 2,000 characters")
    k: CitationCount = Field(USUAL_CITATIONS, description="at most this many citations; more than 8 count as 8")
    history: list[Earlier] | None = Field(
        None, max_length=MOST_HISTORY, description="earlier questions, oldest first; at most 10"
    )

    def past(self) -> tuple[HistoryEntry, ...]:
        """Return the history as the core's `HistoryEntry` values."""
        return tuple(earlier.past() for earlier in self.history or ())


class SearchRequest(FilterFields):
    """A search for passages."""

    q: Text = Field(description="1 to 2,000 characters")
    k: int = Field(DEFAULT_HITS, ge=1, le=MOST_HITS, description="how many hits")
    page: int = Field(1, ge=1, le=MOST_GATHERED, description="1 for the best k hits, 2 for the next, and so on")


class ExportRequest(FilterFields):
    """A search for everything that is about a question."""

    q: Text = Field(description="1 to 2,000 characters")


class VerifyRequest(BaseModel):
    """A text to verify as a quote."""

    text: Text = Field(description="3 to 400 words, at most 2,000 characters")
    speaker: FilterText | None = Field(None, description="the supposed speaker: full name or some words of it")


class PageRequest(FilterFields):
    """The query of the home page; without `q` it shows only the form."""

    q: Text | None = None
    after: list[HistoryText] = Field([], max_length=MOST_HISTORY, description="earlier questions, oldest first")
    cited: list[CitedText] = Field([], max_length=MOST_HISTORY, description="ids of the quotes that answered each")
    k: FilterText = Field("", description="at most this many citations, as typed")

    def past(self) -> tuple[HistoryEntry, ...]:
        """Return the history as the core's `HistoryEntry` values, without blank questions."""
        pairs = zip_longest(self.after, self.cited[: len(self.after)], fillvalue="")
        return tuple(HistoryEntry(question, tuple(ids.split())) for question, ids in pairs if question.strip())

    def address(self) -> str:
        """Return the URL of this page, such as "/?q=Why%3F&show=gds", leaving out empty and default values."""
        given = {"q": self.q, **self.model_dump(exclude_defaults=True)}
        return "/?" + urlencode({name: value for name, value in given.items() if value}, doseq=True)
