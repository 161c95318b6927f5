"""`playback check-links`: check what pages and drafts say about quotes, and print it."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing

from api.formatting import counted
from api.links.check import FAULTS, Finding
from api.links.reports import report_json, report_sarif
from api.links.run import Report, check_sources, library_of
from api.quotes.compared import marked
from api.settings import Settings
from api.terminal.output import print_json
from api.terminal.quotes import marked_text, quote_lines
from api.terminal.text import line_of
from index.store import open_generation
from ingest.fetch.client import open_client
from ingest.fetch.polite import Guest


def check_links(options: Namespace, settings: Settings) -> int:
    """Check what pages and drafts say about quotes; return 1 if anything does not hold or cannot be read."""
    report = report_of(options, settings)
    if options.json or options.sarif:
        print_json(report_sarif(report) if options.sarif else report_json(report))
    else:
        print(report_text(report, settings.public_url or ""))
    return 1 if report.has_faults else 0


def report_of(options: Namespace, settings: Settings) -> Report:
    """Return what is found in the sources of the options; raises as `open_generation` does."""
    client = open_client(frozenset(options.allow_host))
    with closing(open_generation(settings.home)) as generation, client:
        library = library_of(settings.home, generation, settings.public_url)
        return check_sources(library, options.sources, Guest(client), options.least)


def report_text(report: Report, base: str) -> str:
    """Return what does not hold, with today's words or the nearest ones, then how many statements there are."""
    return "\n".join(_lines(report, base))


def _lines(report: Report, base: str) -> Iterator[str]:
    for finding in report.findings:
        if finding.status != "holds":
            yield from _finding_lines(finding, base)
    for one in report.unread:
        yield line_of(f"{one.source}: not read: {one.reason}")
    counts = report.counts
    if not report.findings:
        yield f"No quotes found in {counted(report.documents, 'document')}."
        return
    shown = ", ".join(f"{counts[status]} {status}" for status in ("holds", "moved", *FAULTS) if status in counts)
    yield f"{counted(len(report.findings), 'quote')} in {counted(report.documents, 'document')}: {shown}"


def _finding_lines(finding: Finding, base: str) -> Iterator[str]:
    yield line_of(f"{finding.source}:{finding.line}: {finding.status}: {finding.reason}")
    if finding.quoted is not None:
        yield f"  text:   “{line_of(finding.quoted)}”"
    if finding.link is not None:
        yield f"  link:   {line_of(finding.link)}"
    if finding.cited is not None:
        yield f"  then:   “{line_of(finding.cited)}”"
    if finding.today is not None:
        yield "  today:"
        yield from quote_lines(finding.today, base, "    ")
    for number, citation in enumerate(finding.nearest):
        yield "  nearest:" if number == 0 else "  also near:"
        yield from quote_lines(citation, base, "    ")
        if number == 0 and finding.quoted is not None:
            yield f"    {marked_text(marked(citation.quote, finding.quoted))}"
