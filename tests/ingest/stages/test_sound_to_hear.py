"""How much sound a run will transcribe, as far as that can be told before it begins."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.item import Item, Link
from ingest.library.records import Record, episode_folder, load_record
from ingest.library.register import register_items
from ingest.stages.heard_words import sound_to_hear
from ingest.storage.files import write_json

RATE = 16_000


@pytest.fixture
def recorded(tmp_path: Path, record) -> Record:
    """An episode with a local recording of three seconds, whose length no source states."""
    path = record(tmp_path / "talk.wav", np.zeros(3 * RATE), codec="pcm_s16le")
    item = Item("talk", "a folder", show_title="Tea", title="Talk", enclosure=Link(str(path)))
    (episode,) = register_items(tmp_path, [item]).episodes
    return load_record(tmp_path, episode.id)


def test_a_recording_counts_with_its_stated_or_measured_length(recorded: Record, tmp_path: Path) -> None:
    """The stated length needs no look at the file."""
    pytest.importorskip("av")
    assert sound_to_hear(tmp_path, recorded, transcribe=False, again=False) == pytest.approx(3.0, abs=0.1)
    stated = replace(recorded, episode=replace(recorded.episode, duration=1800.0))
    assert sound_to_hear(tmp_path, stated, transcribe=False, again=False) == 1800.0


@pytest.mark.parametrize("url", ["https://example.org/talk.mp3", "/nowhere/talk.mp3"])
def test_the_length_of_what_cannot_be_opened_is_unknown(recorded: Record, tmp_path: Path, url: str) -> None:
    """No request is sent to find out."""
    unknown = replace(recorded, items=(replace(recorded.items[0], enclosure=Link(url)),))
    assert sound_to_hear(tmp_path, unknown, transcribe=False, again=False) is None


def test_what_needs_no_transcription_counts_for_nothing(recorded: Record, tmp_path: Path) -> None:
    """No recording; captions, unless told to transcribe; words that were heard, unless told to begin again."""
    stated = replace(recorded, episode=replace(recorded.episode, duration=1800.0))
    (item,) = stated.items
    silent = replace(stated, items=(replace(item, enclosure=None),))
    assert sound_to_hear(tmp_path, silent, transcribe=True, again=True) == 0.0
    captioned = replace(stated, items=(replace(item, transcripts=(Link("/a/talk.vtt"),)),))
    assert sound_to_hear(tmp_path, captioned, transcribe=False, again=False) == 0.0
    assert sound_to_hear(tmp_path, captioned, transcribe=True, again=False) == 1800.0
    write_json(episode_folder(tmp_path, stated.episode.id) / "heard.json", {"schema": 1})
    assert sound_to_hear(tmp_path, stated, transcribe=True, again=False) == 0.0
    assert sound_to_hear(tmp_path, stated, transcribe=True, again=True) == 1800.0
