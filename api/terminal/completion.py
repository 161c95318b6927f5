"""`playback completion`: scripts for shells, made by shtab from the parser."""

import argparse
from pathlib import Path
from typing import Any

import shtab


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script that completes the parser's commands, options and choices, and files where it takes a path."""
    _complete_files(parser)
    return shtab.complete(parser, shell)


def _complete_files(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:  # argparse has no public list of them; shtab reads the same one
        if isinstance(action.choices, dict):
            for command in action.choices.values():
                _complete_files(command)
        elif action.type is Path or action.dest == "sources":
            completing: Any = action  # shtab reads an attribute that argparse does not know
            completing.complete = shtab.FILE
