"""Check host names, against DNS rebinding; pure.

Another site can point its own host name at this machine's address; its pages could then read answers as if they were
this server's. The Host header shows the name that the browser used.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

LOOPBACK = ("localhost", "127.0.0.1", "::1")
ANY = "*"
_HOST = re.compile(r"(?:\[(?P<literal>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::[0-9]{1,5})?")


def is_served(host: str, names: Iterable[str]) -> bool:
    """Say whether a Host header, with or without a port, matches one of the names.

    "*" matches every name and "*.example.org" every name below example.org. An unspecified address ("0.0.0.0", "::")
    matches every numeric address, because DNS rebinding needs a name.
    """
    found = _HOST.fullmatch(host.lower())
    if found is None:
        return False
    name = (found["literal"] or found["name"]).rstrip(".")
    return any(_matches(name, known.lower()) for known in names)


def is_for_any(name: str) -> bool:
    """Say whether a name stands for every name or every numeric address."""
    address = address_of(name)
    return name == ANY or (address is not None and address.is_unspecified)


def _matches(name: str, known: str) -> bool:
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
    """Return a numeric address, with IPv4 addresses in IPv6 notation converted to IPv4; None for any other text."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
