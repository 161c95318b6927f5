"""The sample show, as the tests of feeds have it."""

from tests.api.feeds.conftest import sample_home

__all__ = ["sample_home"]
