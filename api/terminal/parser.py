"""A parser for the command line whose errors are one line that names what is nearest to a mistyped word."""

import argparse
import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import NoReturn

_WRONG_USAGE = 2
_CHOICES = re.compile(r"invalid choice: (?P<asked>'.*'|\".*\") \(choose from (?P<known>[^()]*)\)")
# How much of a word must be like another that was meant: "serch" and "search", "--jsn" and "--json".
_LIKENESS = 0.6


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, with the nearest choice, and exits with 2; its subparsers do so too."""

    def error(self, message: str) -> NoReturn:
        """Print the line to standard error and exit."""
        self.exit(_WRONG_USAGE, f"{self.prog}: {_with_nearest(' '.join(message.split()))}; see {self.prog} --help\n")


def parsed(parser: Parser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the arguments of a command; each subparser must have itself as the default of `parser`.

    argparse's own `parse_args` does not know which options the command would have had.
    """
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        command: Parser = options.parser
        known = re.findall(r"--[a-z][a-z-]*", command.format_help())
        command.error(f"unrecognized arguments: {' '.join(unknown)}{meant(unknown[0].partition('=')[0], known)}")
    return options


def meant(asked: str, known: Collection[str]) -> str:
    """Return what to add to an error about a word that is not known: "; did you mean: …", or nothing."""
    nearest = get_close_matches(asked, known, n=1, cutoff=_LIKENESS)
    return f"; did you mean: {nearest[0]}" if nearest else ""


def _with_nearest(message: str) -> str:
    """Replace the list of choices by the one that was meant, if one is near enough."""
    found = _CHOICES.search(message)
    if found is None:
        return message
    # Python 3.11 quotes the choices in this list, later versions do not.
    near = meant(found["asked"][1:-1], [name.strip(" '") for name in found["known"].split(",")])
    return f"{message[: found.start()]}invalid choice: {found['asked']}{near}" if near else message
