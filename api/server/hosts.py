"""Which names a server answers to; pure.

A page of another site can give its own name the address of this machine (DNS rebinding) and would then read answers as
if it were a page of this server. The Host header tells: it carries the name that the browser asked for.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

LOOPBACK = ("localhost", "127.0.0.1", "::1")
ANY = "*"
_HOST = re.compile(r"(?:\[(?P<literal>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::[0-9]{1,5})?")


def is_served(host: str, names: Iterable[str]) -> bool:
    """Say whether a Host header, with or without a port, holds one of the names.

    "*" stands for every name and "*.example.org" for every name below example.org; an address that stands for all of a
    machine ("0.0.0.0", "::") lets in every numeric address, which no other site can give itself.
    """
    found = _HOST.fullmatch(host.lower())
    if found is None:
        return False
    name = (found["literal"] or found["name"]).rstrip(".")
    return any(_fits(name, known.lower()) for known in names)


def _fits(name: str, known: str) -> bool:
    if known in (ANY, name):
        return True
    if known.startswith("*."):
        return name.endswith(known[1:])
    address = address_of(known)
    if address is None:
        return False
    asked = address_of(name)
    return asked is not None and (address.is_unspecified or asked == address)


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """Return a numeric address, an IPv4 one that is written as IPv6 as what it is; None for any other text."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
