"""The small library and its encoder, as the tests of the API have them."""

from tests.api.conftest import encoder, served_home

__all__ = ["encoder", "served_home"]
