"""The address of this server as a reader knows it, for links that leave it."""

from fastapi import Request


def base_of(request: Request) -> str:
    """Return scheme and host of the request without a slash at the end; behind a proxy, those that it passes on.

    Starlette takes a Host header that is no host for none, so nothing but a host can come from there.
    """
    return str(request.base_url).rstrip("/")
