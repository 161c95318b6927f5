"""Which of an episode's transcript links is used, and what a run says of captions it left out."""

import itertools
import json
from pathlib import Path

import pytest

from ingest.feed.parse import parse_feed
from ingest.item import Item, Link
from ingest.library.records import Record, episode_folder
from ingest.stages import captions
from ingest.stages.captions import captions_of
from ingest.transcript import Episode, Show

WORDS = {"en": "Good morning.", "en-gb": "Good morrow.", "es": "Buenos días.", "de": "Guten Morgen.", None: "No tag."}


def record(folder: Path, language: str | None, *links: tuple[str, str | None]) -> Record:
    """An episode with a caption file per (format, language), each saying its own words."""
    found = []
    for number, (kind, tag) in enumerate(links):
        path = folder / f"{number}.{kind}"
        text = f"{WORDS[tag]} ({kind})"
        segment = {"startTime": 1, "endTime": 2, "speaker": "Ann", "body": text}
        if kind == "json":
            path.write_text(json.dumps({"segments": [segment]}))
        else:
            path.write_text(
                f"{'WEBVTT' if kind == 'vtt' else '1'}\n\n00:00:01,000 --> 00:00:02,000\n{text}\n".replace(
                    "1\n\n", "1\n"
                )
            )
        found.append(Link(str(path), f"text/{kind}", tag))
    episode = Episode("show-1-aaaa", "1", Show("show", "The Show"))
    episode_folder(folder, episode.id).mkdir(parents=True, exist_ok=True)
    return Record(episode, (Item("1", "feed", transcripts=tuple(found), language=language),))


def used(folder: Path, language: str | None, *links: tuple[str, str | None]) -> str:
    return captions_of(folder, record(folder, language, *links), again=True).cues[0].text


@pytest.mark.parametrize(
    ("language", "links", "expected"),
    [
        ("en", [("vtt", "es"), ("vtt", "en")], "Good morning. (vtt)"),
        ("es", [("vtt", "en"), ("vtt", "es")], "Buenos días. (vtt)"),
        ("en", [("json", "es"), ("srt", "en")], "Good morning. (srt)"),
        ("en-gb", [("vtt", "de"), ("vtt", "en")], "Good morning. (vtt)"),
        ("en", [("vtt", "de"), ("vtt", "en-gb")], "Good morrow. (vtt)"),
        ("en_GB", [("vtt", "en"), ("vtt", "es")], "Good morning. (vtt)"),
        ("EN", [("vtt", "es"), ("vtt", "en")], "Good morning. (vtt)"),
        ("en", [("vtt", None), ("vtt", "en")], "Good morning. (vtt)"),
        ("en", [("json", None), ("vtt", "en")], "No tag. (json)"),
        ("en", [("vtt", "es"), ("vtt", None)], "No tag. (vtt)"),
        ("fr", [("vtt", "es"), ("json", "de")], "Guten Morgen. (json)"),
        ("en-us", [("vtt", "en-gb"), ("vtt", None)], "No tag. (vtt)"),
        (None, [("vtt", "es"), ("vtt", "en")], "Buenos días. (vtt)"),
        (None, [("srt", "en"), ("json", "es")], "Buenos días. (json)"),
    ],
)
def test_the_link_in_the_episodes_language_then_the_better_kind_is_used(
    tmp_path: Path, language: str | None, links: list[tuple[str, str | None]], expected: str
) -> None:
    """A region counts less than a language, no tag counts as the episode's, and without a language nothing changes."""
    assert used(tmp_path, language, *links) == expected


def test_the_choice_does_not_depend_on_the_order_of_the_links(tmp_path: Path) -> None:
    """Of four links in any order the same words win."""
    links = [("vtt", "es"), ("json", "de"), ("srt", "en"), ("vtt", None)]
    texts = {used(tmp_path, "en", *order) for order in itertools.permutations(links)}
    assert texts == {"No tag. (vtt)"}


def test_stored_captions_stay_when_the_language_becomes_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An existing library reads no link again because its feed now states a language, unless another link is better."""
    links = (("vtt", "en"), ("srt", "en"), ("srt", None))
    before = captions_of(tmp_path, record(tmp_path, None, *links), again=False)
    monkeypatch.setattr(captions, "read_caption_file", None)
    after = captions_of(tmp_path, record(tmp_path, "en", *links), again=False)
    assert (after.inputs, after.cues[0].text) == (before.inputs, before.cues[0].text)
    monkeypatch.undo()
    spanish = (("vtt", "es"), ("vtt", "en"))
    captions_of(tmp_path, record(tmp_path, None, *spanish), again=False)
    after = captions_of(tmp_path, record(tmp_path, "en", *spanish), again=False)
    assert after.cues[0].text == "Good morning. (vtt)"


def test_captions_without_a_readable_time_are_kept_by_their_first_words(tmp_path: Path) -> None:
    """The stored captions have them too, for the account of the episode."""
    one = record(tmp_path, "en", ("vtt", "en"))
    path = Path(one.items[0].transcripts[0].url)
    path.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nOne.\n\n00:00:05:2 --> 00:00:09:0\nWe pour the water.\n")
    found = captions_of(tmp_path, one, again=True)
    assert found.left_out == ("We pour the water.",)
    assert captions_of(tmp_path, one, again=False).left_out == found.left_out


def test_labels_that_name_nobody_are_kept(tmp_path: Path) -> None:
    """What closed a turn without a name is stored as printed."""
    one = record(tmp_path, "en", ("srt", "en"))
    texts = ("Ann Lee: Good morning.", "Jo Brown: Morning.", "Ann Lee: So we begin.", "danu brown: Is it on?")
    blocks = (f"{n}\n00:00:0{n},100 --> 00:00:0{n + 1},000\n{text}\n" for n, text in enumerate(texts))
    Path(one.items[0].transcripts[0].url).write_text("\n".join(blocks))
    assert captions_of(tmp_path, one, again=True).unread_labels == ("danu brown",)
    assert captions_of(tmp_path, one, again=False).unread_labels == ("danu brown",)


@pytest.mark.parametrize(
    ("channel", "item", "expected"),
    [
        ("<language>en</language>", "", "en"),
        ("<language>en-GB</language>", "", "en-gb"),
        ("<language> de_DE </language>", "", "de_de"),
        ("<language>en</language>", "<dc:language>es</dc:language>", "es"),
        ("", "<dc:language>es</dc:language>", "es"),
        ("<dc:language>fr</dc:language>", "", "fr"),
        ("<language>English (of all kinds)</language>", "", None),
        ("<language></language>", "", None),
        ("", "", None),
    ],
)
def test_an_item_knows_its_language(channel: str, item: str, expected: str | None) -> None:
    """The item's own language, then the feed's; what is no tag is unknown."""
    head = '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title>'
    one = f"<item><guid>1</guid>{item}<description>A show.</description></item>"
    feed = f"{head}{channel}{one}</channel></rss>"
    assert parse_feed(feed.encode(), "feed.xml").items[0].language == expected


@pytest.mark.parametrize(
    ("root", "entry", "expected"),
    [('xml:lang="de"', "", "de"), ('xml:lang="de"', 'xml:lang="en"', "en"), ("", "", None)],
)
def test_an_entry_of_atom_knows_its_language(root: str, entry: str, expected: str | None) -> None:
    """Atom states languages as xml:lang."""
    one = f"<entry {entry}><id>1</id><summary>A show.</summary></entry>"
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom" {root}><title>T</title>{one}</feed>'
    assert parse_feed(feed.encode(), "feed.xml").items[0].language == expected
