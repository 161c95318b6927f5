"""Files are named without their folders wherever they stand in a text; addresses of the web stay readable."""

import pytest

from api.episodes.plain_names import names_of
from ingest.item import Item, Link
from ingest.library.records import Record
from ingest.transcript import Episode, Show

NAMES = names_of(
    Record(
        Episode("show-1-aaaa", "1", Show("show", "The Show")),
        (
            Item(
                "1",
                "/home/ann/my show/1 a.txt",
                enclosure=Link("/home/ann/my show/1 a.mp3"),
                transcripts=(Link("shows/one.vtt"), Link("https://pods.example/1.vtt")),
            ),
        ),
    )
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("/home/ann/my show/1 a.mp3", "1 a.mp3"),
        ("shows/one.vtt: cannot be read", "one.vtt: cannot be read"),
        ("x; /home/ann/my show/1 a.txt: cannot be read; y", "x; 1 a.txt: cannot be read; y"),
        ("no weights in /root/.cache/models/small.en; look", "no weights in small.en; look"),
        ("at [/root/a/b], '/root/c/d' and path=/root/e/f", "at [b], 'd' and path=f"),
        ("failed:/root/a/b", "failed:b"),
        ("https://ann:secret@pods.example/a/b?token=secret#x", "https://pods.example/a/b?…"),
        ("https://pods.example/~ann/b/c: was not found", "https://pods.example/~ann/b/c: was not found"),
        ("http://[::1]/a/b/c: was not found", "http://[::1]/a/b/c: was not found"),
        ("and/or/else, 1/2/3, a / b", "and/or/else, 1/2/3, a / b"),
        ("transcript link", "transcript link"),
    ],
)
def test_a_text_names_files_alone(text: str, plain: str) -> None:
    assert NAMES.plain(text) == plain
