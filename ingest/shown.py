"""Addresses and foreign words as messages and logs show them: in one line, bounded, without secrets."""

import re

_MOST_CHARACTERS = 300


def shown_address(url: str) -> str:
    """Return an address for messages: without name and password, and without the query, where tokens stand.

    What is no address, such as the path of a file, keeps all its signs.
    """
    if "://" not in url:
        return printable(url)
    bare = re.sub(r"(?<=://)[^/]*@", "", url).partition("#")[0]
    path, query, _ = bare.partition("?")
    return printable(f"{path}{query and '?…'}")


def printable(text: str) -> str:
    """Return at most 300 characters of a foreign text, without those that end a line or steer a terminal."""
    return "".join(letter for letter in text[:_MOST_CHARACTERS] if letter.isprintable())
