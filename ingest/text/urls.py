"""Web addresses told from paths, and addresses and foreign words as messages show them: one line, without secrets."""

import re

_MOST_CHARACTERS = 300
# A host with what is no port behind it, or a port with an "@" further on: a password that was typed with signs in it
# that end a host. Where it ends is anybody's guess.
_BROKEN = re.compile(r"://[^/?#\[\]]*:(?:(?!\d*(?:[/?#]|$))|.*@)", re.DOTALL)


def shown_address(url: str) -> str:
    """Return an address for messages: without name and password, and without the query, where tokens stand.

    What is no address, such as the path of a file, keeps all its signs.
    """
    if "://" not in url:
        return printable(url)
    bare = re.sub(r"(?<=://)[^/]*@", "", url)
    if _BROKEN.search(bare):
        return printable(f"{bare.partition('://')[0]}://…")
    path, query, _ = bare.partition("#")[0].partition("?")
    return printable(f"{path}{query and '?…'}")


def printable(text: str) -> str:
    """Return at most 300 characters of a foreign text, without those that end a line or steer a terminal."""
    return "".join(letter for letter in text[:_MOST_CHARACTERS] if letter.isprintable())


def is_remote(address: str) -> bool:
    """Say whether an address is an http or https URL."""
    return address.lower().startswith(("http://", "https://"))


def without_credentials(address: str) -> str:
    """Return an address without the name and password that it may hold."""
    return re.sub(r"(?<=://)[^/]*@", "", address)
