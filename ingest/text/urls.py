"""Recognise web addresses, and make addresses and untrusted text safe for messages: one line, no secrets."""

import re

_MOST_CHARACTERS = 300
# Name and password end with an "@" in front of the path, the query and the fragment, which may hold one too.
_CREDENTIALS = re.compile(r"(?<=://)[^/?#]*@")
# A host followed by something that is not a port, or by a port with an "@" further on: a password with characters that
# end a host. Nothing tells where such a password ends.
_BROKEN = re.compile(r"://[^/?#\[\]]*:(?:(?!\d*(?:[/?#]|$))|.*@)", re.DOTALL)


def shown_address(url: str) -> str:
    """Return an address for messages, without name, password and query (which may hold tokens).

    Anything that is not an address, such as a file's path, keeps all its printable characters.
    """
    if "://" not in url:
        return printable(url)
    bare = without_credentials(url)
    if _BROKEN.search(bare):
        return printable(f"{bare.partition('://')[0]}://…")
    path, query, _ = bare.partition("#")[0].partition("?")
    return printable(f"{path}{query and '?…'}")


def printable(text: str) -> str:
    """Return at most 300 characters of an untrusted text, without line ends and terminal control characters."""
    return "".join(letter for letter in text[:_MOST_CHARACTERS] if letter.isprintable())


def is_remote(address: str) -> bool:
    """Return whether an address is an http or https URL."""
    return address.lower().startswith(("http://", "https://"))


def without_credentials(address: str) -> str:
    """Return an address without its name and password, if it has them.

    Where a password seems to hold a "?" or "#", everything before the last "@" in front of the path counts as such.
    """
    bare = _CREDENTIALS.sub("", address)
    return re.sub(r"(?<=://)[^/]*@", "", bare) if _BROKEN.search(bare) else bare
