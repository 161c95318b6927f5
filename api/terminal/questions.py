"""`playback ask` and `playback search`: an answer made of quotes, or all passages that are about a question."""

from argparse import Namespace

from api.answer import conversation
from api.answer.compose import DEFAULT_HITS, MOST_HITS
from api.answer.contract_json import answer_json, page_json
from api.answer.filters import Asked, parse_filters
from api.answer.gather import MOST_GATHERED, gather
from api.answer.question import parse_question
from api.errors import FilterError
from api.knowledge_base import open_base
from api.quotes.citation import USUAL_CITATIONS
from api.settings import Settings
from api.terminal.output import print_json, write_text
from api.terminal.text import answer_text, page_text


def ask(options: Namespace, settings: Settings) -> int:
    """Answer a question; return 0 whatever the answer's status."""
    question = parse_question(options.question)
    base = open_base(settings)
    filters = parse_filters(_asked(options), base.generation)
    asking = conversation.Asking(question, k=options.k or USUAL_CITATIONS, filters=filters)
    found = conversation.ask(base, asking)
    if settings.llm_url or settings.llm_model:
        from api.llm.rewrite import model_of, rewrite_if_model

        found = rewrite_if_model(found, model_of(settings))
    print_json(answer_json(found)) if options.json else print(answer_text(found, settings.public_url or ""))
    return 0


def search(options: Namespace, settings: Settings) -> int:
    """Find passages, a page of them or, with --format, everything that is about the question."""
    question = parse_question(options.question)
    count = options.k or DEFAULT_HITS
    if count > MOST_HITS:
        raise FilterError(f"--k must be a number from 1 to {MOST_HITS}, not {count}")
    if options.page > MOST_GATHERED:
        raise FilterError(f"--page must be a number from 1 to {MOST_GATHERED}, not {options.page}")
    if options.output is not None and options.format is None:
        raise FilterError("--output needs --format csv, md or json")
    if options.format is not None and (options.json or options.page > 1):
        raise FilterError("--format gives everything that is about the question: leave out --json and --page")
    base = open_base(settings)
    filters = parse_filters(_asked(options), base.generation)
    gathered = gather(base, question, filters, least=options.page * count + 1)
    if options.format is not None:
        from api.answer.gathered_formats import render

        write_text(render(base, gathered, options.format, settings.public_url or ""), options.output)
    elif options.json:
        print_json(page_json(base, gathered, options.page, count))
    else:
        print(page_text(base, gathered, options.page, count))
    return 0


def _asked(options: Namespace) -> Asked:
    return Asked(options.show, options.episode, options.speaker, options.since, options.until)
