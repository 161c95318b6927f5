"""The arguments of each tool, checked here: an unknown one is refused, and what is wrong is said in one line."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from api.answer.filters import Asked
from api.answer.question import MOST_QUESTION_CHARACTERS, replace_surrogates
from api.errors import FilterError
from api.mcp.budget import LEAST_TOKENS, MOST_TOKENS, USUAL_TOKENS
from api.quotes.citation import MOST_CITATIONS, USUAL_CITATIONS
from api.quotes.claimed_quote import MOST_CHARACTERS
from ingest.text.urls import printable

_MOST_PROBLEMS = 5
_MOST_SHOWN_CHARACTERS = 40
_MOST_FILTER_CHARACTERS = 200
_FORMS = Literal["blog", "html", "text", "json-ld"]
_KINDS = Literal["", "problem", "cause", "decision", "remedy", "result", "advice"]
_STATES = Literal["", "accepted", "proposed", "rejected", "withdrawn"]


def _number_as_text(value: Any) -> Any:
    """Accept a number where a text is expected, because models write {"episode": 35}."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Short = Annotated[str, BeforeValidator(_number_as_text), Field(max_length=_MOST_FILTER_CHARACTERS)]
Question = Annotated[str, Field(max_length=MOST_QUESTION_CHARACTERS)]


class Arguments(BaseModel):
    """What a tool takes. Optional texts are "" unless given: a type with null would be harder to read for models."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_tokens: int = Field(USUAL_TOKENS, ge=LEAST_TOKENS, le=MOST_TOKENS, description="bound of the whole result")

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of the arguments, those that are needed first, the bound last."""
        return sorted(cls.model_fields, key=lambda name: (name == "max_tokens", not cls.is_needed(name)))

    @classmethod
    def is_needed(cls, name: str) -> bool:
        """Say whether an argument must be given."""
        return cls.model_fields[name].is_required()

    @classmethod
    def of(cls, tool: str, given: Mapping[str, Any]) -> Self:
        """Return the arguments of a call, null as not given; raises FilterError in one line."""
        texts = {name: replace_surrogates(value) if isinstance(value, str) else value for name, value in given.items()}
        try:
            return cls.model_validate({name: value for name, value in texts.items() if value is not None})
        except ValidationError as error:
            problems = [_problem(found["loc"], found["type"], found["msg"]) for found in error.errors()]
            more = [f"{len(problems) - _MOST_PROBLEMS} more"] if len(problems) > _MOST_PROBLEMS else []
            takes = ", ".join(f"{name} (needed)" if cls.is_needed(name) else name for name in cls.names())
            raise FilterError(f"{'; '.join(problems[:_MOST_PROBLEMS] + more)}. {tool} takes {takes}") from error


def _problem(place: tuple[int | str, ...], kind: str, message: str) -> str:
    name = printable(replace_surrogates(".".join(map(str, place))))[:_MOST_SHOWN_CHARACTERS]
    if kind == "extra_forbidden":
        return f"there is no argument {name!r}"
    return f"{name} is needed" if kind == "missing" else f"{name}: {message}"


class Paged(Arguments):
    """Arguments of a list that goes on."""

    cursor: Short = Field("", description="next_cursor of the call before, with the same other arguments")

    def choice(self) -> dict[str, Any]:
        """Return what chooses the list, whose items a cursor counts."""
        return self.model_dump(mode="json", exclude={"cursor", "max_tokens", "limit"})


class Filtered(BaseModel):
    """Filters of an answer or a search."""

    speaker: Short = Field("", description="only what this person says: full name or unambiguous part")
    episode: Short = Field("", description="id of an episode, or its number")
    show: Short = Field("", description="id of a show")
    since: Short = Field("", description="first date of publication, as 2021-10-28")
    until: Short = Field("", description="last date")

    def asked(self) -> Asked:
        """Return the filters as the core's `Asked`."""
        return Asked(*(value or None for value in (self.show, self.episode, self.speaker, self.since, self.until)))


class AnswerAsked(Filtered, Arguments):
    """Arguments of `answer`."""

    question: Question = Field(description="a whole question in plain words, which needs no earlier one")
    k: int = Field(USUAL_CITATIONS, ge=1, le=MOST_CITATIONS, description="at most this many quotes")


class SearchAsked(Filtered, Paged):
    """Arguments of `search`."""

    query: Question = Field(description='words or a question; words in "quotation marks" must stand as they are')
    limit: int = Field(5, ge=1, le=50)


class VerifyAsked(Arguments):
    """Arguments of `verify_quote`."""

    text: Annotated[str, Field(max_length=MOST_CHARACTERS)] = Field(description="the supposed words, 3 to 400")
    speaker: Short = Field("", description="who is supposed to have said them: name or part")


class QuoteAsked(Arguments):
    """Arguments of `get_quote`."""

    id: Short = Field(description="id of a quote, as other tools return it")


class CiteAsked(QuoteAsked):
    """Arguments of `cite`."""

    form: _FORMS = Field("blog", description="blog is Markdown")


class EpisodesAsked(Paged):
    """Arguments of `list_episodes`."""

    text: Short = Field("", description="words of the title, the people or the description, or how they begin")
    show: Short = Field("", description="id of a show")
    since: Short = Field("", description="first date of publication, as 2021-10-28")
    until: Short = Field("", description="last date")
    limit: int = Field(20, ge=1, le=100)


class TranscriptAsked(Paged):
    """Arguments of `get_transcript`."""

    episode: Short = Field(description="id of an episode, or its number")
    turn: int = Field(0, ge=0, le=1_000_000, description="the turn to begin with; citations name theirs")


class LessonsAsked(Paged):
    """Arguments of `list_lessons`."""

    theme: Short = Field("", description="a tag, term or topic")
    kind: _KINDS = ""
    person: Short = Field("", description="who tells it: full name or words of it")
    episode: Short = Field("", description="id of an episode, or its number")
    show: Short = Field("", description="id of a show")
    year: Short = Field("", description="year of publication")
    state: _STATES = Field("", description="accepted (by people), proposed, rejected or withdrawn; else the first two")
    limit: int = Field(10, ge=1, le=100)


class WhoSaidAsked(Paged):
    """Arguments of `who_said`."""

    text: Question = Field(description="words that somebody said, or a subject that people speak of")
    limit: int = Field(8, ge=1, le=50)


class PersonAsked(Arguments):
    """Arguments of `about_person`."""

    person: Short = Field(description="id or full name of a person; a part of the name is answered with the names")


class TermAsked(Arguments):
    """Arguments of `define_term`."""

    term: Short = Field(description="a name or abbreviation that the podcast uses, in any spelling of it")
