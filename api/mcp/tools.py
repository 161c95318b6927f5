"""The tools in their order, which stays: what each takes, what it returns, and what a model reads of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from api.mcp import arguments as asked
from api.mcp import results
from api.mcp.desk import Desk, Reply
from api.mcp.episodes import get_transcript, list_episodes
from api.mcp.finding import answer, search, who_said
from api.mcp.quotes import cite, get_quote, verify_quote
from api.mcp.registers import about_person, define_term, list_lessons


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: `work` gets the desk and the checked arguments, and returns a reply in the shape of `returns`."""

    name: str
    title: str
    description: str
    takes: type[asked.Arguments]
    returns: type[results.Told]
    work: Callable[[Desk, Any], Reply]


TOOLS: Sequence[Tool] = (
    Tool(
        "answer",
        "Answer with quotes",
        "Answer a question from the podcast with verbatim quotes: who said it, in which episode, at which second. "
        "Says so if the podcast does not answer. Begin here. Quote its words unchanged and give each quote's url.",
        asked.AnswerAsked,
        results.AnswerTold,
        answer,
    ),
    Tool(
        "search",
        "Search passages",
        "Find passages about a query, best first, and count all that are about it. For exploring and for gathering "
        "everything; to quote a passage, take its quote_id to get_quote.",
        asked.SearchAsked,
        results.SearchTold,
        search,
    ),
    Tool(
        "verify_quote",
        "Verify a quote",
        "Say whether words were said exactly, nearly (with each difference) or not at all, by whom and when. Use it "
        "for every quote of a draft before it is published.",
        asked.VerifyAsked,
        results.VerifyTold,
        verify_quote,
    ),
    Tool(
        "get_quote",
        "Read a quote",
        "Return a quote by its id, with the words before and after it, its speaker, times and address.",
        asked.QuoteAsked,
        results.QuoteTold,
        get_quote,
    ),
    Tool(
        "cite",
        "Cite a quote",
        "Return a quote ready to paste, with its source and link: as Markdown for a blog, HTML, text or JSON-LD.",
        asked.CiteAsked,
        results.CiteTold,
        cite,
    ),
    Tool(
        "list_episodes",
        "List episodes",
        "List episodes, newest first, by words, show or date. Other tools take their ids.",
        asked.EpisodesAsked,
        results.EpisodesTold,
        list_episodes,
    ),
    Tool(
        "get_transcript",
        "Read a transcript",
        "Return an episode's transcript turn by turn, from any turn; long, so prefer answer and search.",
        asked.TranscriptAsked,
        results.TranscriptTold,
        get_transcript,
    ),
    Tool(
        "list_lessons",
        "List lessons",
        "List what people say went wrong, was decided, helped or had an effect, and what they advise, each with its "
        "quote; by theme, kind, person or episode.",
        asked.LessonsAsked,
        results.LessonsTold,
        list_lessons,
    ),
    Tool(
        "who_said",
        "Find who said it",
        "Name the people who said some words or, if nobody did, who speak of that subject, each with their best quote.",
        asked.WhoSaidAsked,
        results.WhoSaidTold,
        who_said,
    ),
    Tool(
        "about_person",
        "Read about a person",
        "Return what the podcast says of somebody who speaks: introduction and roles with quotes, lessons, episodes.",
        asked.PersonAsked,
        results.PersonTold,
        about_person,
    ),
    Tool(
        "define_term",
        "Define a term",
        "Return what a name or abbreviation is and is short for, in the words of the podcast, and where it is said.",
        asked.TermAsked,
        results.TermTold,
        define_term,
    ),
)
