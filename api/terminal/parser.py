"""A parser for the command line whose errors are one line that names what is nearest to a mistyped word."""

import argparse
import re
import sys
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from itertools import takewhile
from typing import NoReturn

_WRONG_USAGE = 2
_CHOICES = re.compile(r"invalid choice: (?P<asked>'.*'|\".*\") \(choose from (?P<known>[^()]*)\)")
_OPTION = re.compile(r"--?[^\W\d_].*", re.DOTALL)
_OPTION_IN_HELP = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
_OPTION_WITH_VALUE = re.compile(r"\[(--?[a-z][a-z-]*) [A-Z]")  # in a usage
# How much of a word must be like another that was meant: "serch" and "search", "--jsn" and "--json".
_LIKENESS = 0.6


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, with the nearest choice, and exits with 2; its subparsers do so too."""

    def error(self, message: str) -> NoReturn:
        """Print the line to standard error and exit."""
        self.exit(_WRONG_USAGE, f"{self.prog}: {_with_nearest(' '.join(message.split()))}; see {self.prog} --help\n")


def parsed(parser: Parser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the arguments; the parser must have its subparsers, by name, as the default of `commands`.

    An option that does not exist is named before argparse misses something else because of it.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    commands: dict[str, Parser] = parser.get_default("commands")
    at = _place_of_command(parser, given, commands)
    _refuse_unknown(parser, given[:at], ())
    for name in given[at : at + 1]:
        _refuse_unknown(commands[name], given[at + 1 :], _options_of(parser))
    options, unknown = parser.parse_known_args(given)
    if unknown:
        commands[options.command].error(f"unrecognized arguments: {' '.join(unknown)}")
    return options


def _place_of_command(parser: Parser, words: Sequence[str], commands: Collection[str]) -> int:
    """Return the place of the command among the words, or their number if none is a command.

    The value of an option, such as a data folder, may have the name of a command and is not taken for one.
    """
    taking = _OPTION_WITH_VALUE.findall(parser.format_usage())
    pairs = zip(("", *words), words, strict=False)
    return next(
        (
            place
            for place, (before, word) in enumerate(pairs)
            if word in commands and not (len(before) > len("--") and any(name.startswith(before) for name in taking))
        ),
        len(words),
    )


def _refuse_unknown(parser: Parser, words: Sequence[str], earlier: Collection[str]) -> None:
    """Exit if one of the words is an option that the parser does not have; `earlier` ones stand before the command."""
    known = _options_of(parser)
    for word in takewhile(lambda word: word != "--", words):
        name = word.partition("=")[0]
        # As in argparse, the beginning of an option will do, and a word with a blank is none.
        if not _OPTION.fullmatch(name) or " " in word or any(option.startswith(name) for option in known):
            continue
        place = f"; {name} stands before the command" if name in earlier else ""
        parser.error(f"unrecognized arguments: {word}{place or meant(name, [*known, *earlier])}")


def _options_of(parser: Parser) -> list[str]:
    return _OPTION_IN_HELP.findall(parser.format_help())


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
