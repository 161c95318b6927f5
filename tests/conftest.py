"""What holds for every test: which examples a property is shown, one thread for each model, what is made once."""

import gc
import importlib
import os
import pkgutil
from collections.abc import Generator, Iterator
from contextlib import suppress
from types import CodeType
from typing import Any

import jinja2
import pytest
from hypothesis import HealthCheck, settings
from jinja2.bccache import Bucket, BytecodeCache

# `make test` shows a property a few examples and `make test-long` as many as Hypothesis would by itself, the same every
# time, so that a change is judged by what it changes. `--hypothesis-profile=new` looks for new ones. No example is
# timed: on a busy machine that would fail what is right.
settings.register_profile("new", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("all", settings.get_profile("new"), derandomize=True, database=None)
settings.register_profile("part", settings.get_profile("all"), max_examples=20)
settings.load_profile("part")

# Before torch and CTranslate2 are imported: their tiny models here wait longer for other threads than they compute.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while modules and tests are made, nor among them later: they stay to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Import all of Playback before any property is shown examples.

    Hypothesis takes some examples from the constants of the modules that are loaded. These would else depend on the
    tests that the same process happened to run before.
    """
    if not any(item.get_closest_marker("hypothesis") for item in session.items):
        return
    for package in map(importlib.import_module, ("ingest", "index", "api")):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            with suppress(ImportError):  # of what is not installed; its tests skip
                importlib.import_module(module.name)


class Compiled(BytecodeCache):
    """The templates that were compiled in this run; each app of a test would compile them again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session", autouse=True)
def _templates_are_compiled_once() -> Iterator[None]:
    """Let apps share compiled templates; what a template knows and shows stays each app's own."""
    compiled = Compiled()
    make = jinja2.Environment.__init__

    def make_with_cache(self: jinja2.Environment, *arguments: Any, **options: Any) -> None:
        make(self, *arguments, **options)
        self.bytecode_cache = self.bytecode_cache or compiled

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "__init__", make_with_cache)
        yield


@pytest.fixture(scope="session", autouse=True)
def _nobody_waits_for_the_disk() -> Iterator[None]:
    """No test cuts the power, so what is written need not be on the disk at once; a wrong descriptor is still refused.

    That it is asked for, and in which order, is shown where a test puts its own function in this place.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: os.fstat(descriptor) and None)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """A PostgreSQL that runs as long as the tests of this process."""
    from tests.postgres import running_server

    with running_server() as started:
        yield started


@pytest.fixture
def empty(server: Any) -> Iterator[str]:
    """The address of a database without tables."""
    from tests.postgres import fresh_database

    with fresh_database(server) as url:
        yield url
