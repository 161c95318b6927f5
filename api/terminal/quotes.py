"""Quotes for a terminal: whether something was said, and one quote in the form that a text needs."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from api.answer.contract_json import quote_json, verification_json
from api.answer.question import replace_surrogates
from api.errors import QuestionError
from api.quotes.citation import Citation
from api.quotes.citation_formats import as_html, as_json_ld, as_markdown, as_text
from api.quotes.claimed_quote import MOST_CHARACTERS, Difference, Verification, check_text, verify_in
from api.quotes.compared import Part, marked
from api.quotes.context import Surroundings, surroundings_of
from api.quotes.said_words import words_of
from api.settings import Settings
from api.terminal.output import print_json
from api.terminal.text import line_of, sourceline_of
from index.store import open_generation
from ingest.errors import SourceError
from ingest.text.encoding import read_text

FORMS = {"blog": as_markdown, "html": as_html, "text": as_text, "json-ld": as_json_ld}
# A letter takes at most four bytes.
_MOST_BYTES = 4 * MOST_CHARACTERS
_ENDINGS = (".txt", ".md", ".html")
_HEADINGS = {
    "exact": "Said word for word:",
    "near": "Nearly said. Words that were not said stand in [-…-], what was said instead in {+…+}:",
    "not_found": "Nobody said this.",
}


def verify(options: Namespace, settings: Settings) -> int:
    """Print whether a text was said word for word, nearly, or not; return 0 whatever comes out."""

    text = replace_surrogates(text_of(options.text))
    check_text(text)
    with closing(open_generation(settings.home)) as generation:
        found = verify_in(settings.home, words_of(generation), text, options.speaker)
    if options.json:
        print_json(verification_json(found))
    else:
        print(verification_text(text, options.speaker, found, settings.public_url or ""))
    return 0


def quote(options: Namespace, settings: Settings) -> int:
    """Print a quote in a form for citing, or as JSON with the words around it."""
    found = surroundings_of(settings.home, identifier_of(options.id))
    if options.json:
        print_json(quote_json(found))
    else:
        print(quote_text(found, options.form, settings.public_url or ""))
        if options.form != "text" and not settings.public_url:
            print(
                "playback: the link leads nowhere from another site; set PLAYBACK_PUBLIC_URL to the address of your "
                "server, such as https://quotes.example.org",
                file=sys.stderr,
            )
    return 0


def text_of(text_or_file: str) -> str:
    """Return the text of a file, if there is one of that name, else the text; raises QuestionError or SourceError.

    A file with more than one quote in it is for `playback check-links`.
    """
    try:
        path = Path(text_or_file)
        if not path.is_file() and _names_a_file(text_or_file):
            raise SourceError(f"{text_or_file}: there is no such file; give a text, or a file with it")
        if not path.is_file():
            return text_or_file
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except ValueError:  # no path can hold a null character
        return text_or_file
    except OSError as error:
        if "/" not in text_or_file or " " in text_or_file:  # a long text is no name of a file
            return text_or_file
        raise SourceError(f"{text_or_file}: cannot be read: {error.strerror}") from error
    text = read_text(data, text_or_file).strip()
    if len(data) > _MOST_BYTES or len(text) > MOST_CHARACTERS:
        raise QuestionError(
            f"{text_or_file} has more than {MOST_CHARACTERS:,} characters; for a draft with quotes run: "
            f"playback check-links {text_or_file}"
        )
    return text


def _names_a_file(text: str) -> bool:
    """Say whether a text is meant as the name of a file: nobody says one word with a slash or an ending."""
    return not any(map(str.isspace, text)) and ("/" in text or text.lower().endswith(_ENDINGS))


def identifier_of(quote: str) -> str:
    """Return a quote's id, given as such or as the address of its page or embed."""
    path = urlsplit(quote).path if "://" in quote else quote
    return path.rstrip("/").rpartition("/")[2]


def verification_text(asked: str, speaker: str | None, found: Verification, base: str) -> str:
    """Return whether a text was said, by whom and where, with the differences or the nearest quotes."""
    return "\n".join(_verification_lines(asked, speaker, found, base))


def quote_text(found: Surroundings, form: str, base: str) -> str:
    """Return today's quote in a form for citing; as text it says also what the quote said when its id was made."""
    text = FORMS[form](found.citation, base)
    cited = found.resolved.cited
    if form != "text" or cited is None:
        return text
    who = f"{cited.speaker}: " if cited.speaker else ""
    changes = marked_text(marked(found.citation.quote, cited.text))
    return f"{text}\nWhen it was cited it said: {line_of(f'{who}“{cited.text}”')}\nWhat changed: {changes}"


def marked_text(parts: Sequence[Part]) -> str:
    """Return two texts in one line: [-only in the text-] and {+only in the transcript+}."""
    shown = {"same": "{}", "asked": "[-{}-]", "said": "{{+{}+}}"}
    return " ".join(shown[part.kind].format(line_of(part.text)) for part in parts)


def quote_lines(citation: Citation, base: str, lead: str = "  ") -> Iterator[str]:
    """Yield a quote, its source and its address, a line each."""
    yield f"{lead}“{line_of(citation.quote)}”"
    yield f"{lead}{sourceline_of(citation)}"
    yield f"{lead}{base}{citation.url}"


def _verification_lines(asked: str, speaker: str | None, found: Verification, base: str) -> Iterator[str]:
    wrong = [one for one in found.differences[-1:] if one.asked == speaker]
    differences = found.differences[:-1] if wrong else found.differences
    by_other = found.result == "near" and not differences
    yield "Said word for word, by somebody else:" if by_other else _HEADINGS[found.result]
    if differences and len(found.citations) == 1:
        yield f"  {marked_text(marked(found.citations[0].quote, asked))}"
    else:
        yield from (f"  {_difference(one)}" for one in differences)
    for one in wrong:
        yield line_of(f"  Not {one.asked} said it, but {one.said or 'somebody who is not named'}.")
    for citation in found.citations:
        yield from quote_lines(citation, base)
    if found.nearest:
        yield "The nearest quotes:"
    for citation in found.nearest:
        yield from quote_lines(citation, base)


def _difference(one: Difference) -> str:
    asked, said = one.asked and f"[-{line_of(one.asked)}-]", one.said and f"{{+{line_of(one.said)}+}}"
    return " ".join(part for part in (asked, said) if part)
