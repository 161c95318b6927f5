"""Which route is open to everybody; a new one fails here until somebody has decided."""

from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from tests.api.endpoints import endpoints

# What may change something on the server or cost it work, and is open all the same: questions, a check, feedback.
OPEN = {("POST", "/api/answers"), ("POST", "/api/quotes/verify"), ("POST", "/feedback")}
SAFE = {"GET", "HEAD", "OPTIONS"}


def test_only_these_routes_take_more_than_a_look() -> None:
    """Every other route only reads; one that changes something must be named here, or need a token."""
    found = {(method, route.path) for route in endpoints() for method in route.methods - SAFE}
    assert found == OPEN


def test_the_app_has_no_route_that_no_file_names(served_home, encoder) -> None:
    """Nothing is mounted past the files under api/routes but the description of the interface."""
    app = create_app(Settings(home=served_home), encoder)
    named = {route.path for route in endpoints()} | {"/openapi.json"}
    assert {getattr(route, "path", "?") for route in app.routes} - named <= {"?"}


def test_methods_that_no_route_takes_are_refused(served_home, encoder) -> None:
    """PUT, DELETE, PATCH, TRACE and CONNECT end in 404 or 405 everywhere."""
    with TestClient(create_app(Settings(home=served_home), encoder)) as client:
        for path in {route.path for route in endpoints()}:
            for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT"):
                assert client.request(method, path.replace("{", "").replace("}", "")).status_code in (404, 405)
