"""Every endpoint of the server, whichever file it is in."""

from importlib import import_module
from pkgutil import iter_modules

from fastapi.routing import APIRoute

from api import routes


def endpoints() -> list[APIRoute]:
    """Those of every file under api/routes, so that a new one is judged too."""
    modules = [import_module(f"api.routes.{found.name}") for found in iter_modules(routes.__path__)]
    return [
        route
        for module in modules
        if hasattr(module, "router")
        for route in module.router.routes
        if isinstance(route, APIRoute)
    ]
