"""Three episodes of a library, registered and not ingested."""

import pytest

from ingest.item import Item
from ingest.library.register import register_items


@pytest.fixture
def episodes(tmp_path):
    items = [Item(title, "f", show_title="Tea", title=title) for title in ("One", "Two", "Three")]
    return register_items(tmp_path, items).episodes
