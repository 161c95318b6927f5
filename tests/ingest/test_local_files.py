import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import SourceError
from ingest.local_files import items_in
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from ingest.text.encoding import read_text

NOTES = "Ann: Hello, I have put the kettle on.\n\nBob: Good, I would like some tea.\n\nAnn: Here you are.\n"


def write(path: Path, data: bytes | str = NOTES) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_files_of_one_name_are_one_item(tmp_path):
    """Recording, notes and all captions of a name belong together; other names are other items."""
    for name, data in (("a.mp3", b"sound"), ("a.txt", NOTES), ("a.vtt", "v"), ("a.json", "j"), ("b.txt", NOTES + "b")):
        write(tmp_path / "Tea talk" / name, data)
    (first, second), problems = items_in(tmp_path / "Tea talk")
    assert problems == ()
    assert (first.title, first.show_title, first.notes) == ("a", "Tea talk", NOTES)
    assert Path(first.enclosure.url).name == "a.mp3"
    assert [Path(link.url).name for link in first.transcripts] == ["a.json", "a.vtt"]
    assert (second.title, second.enclosure, second.transcripts) == ("b", None, ())


def test_the_same_file_is_the_same_item_wherever_it_lies(tmp_path):
    """The guid of a file is the hash of its bytes: moving or renaming it makes no new episode."""
    (here,), _ = items_in(write(tmp_path / "one" / "a.mp3", b"sound"))
    (there,), _ = items_in(write(tmp_path / "two" / "b.mp3", b"sound"))
    assert here.guid == there.guid == f"file:{hashlib.sha256(b'sound').hexdigest()}"
    assert here.audio_sha256 == here.guid.removeprefix("file:")


def test_empty_recordings_are_told_apart(tmp_path):
    """All empty files have one hash; two of them are two failures to report and not one episode."""
    write(tmp_path / "a.mp3", b"")
    write(tmp_path / "b.mp3", b"")
    (first, second), _ = items_in(tmp_path)
    assert first.guid != second.guid
    assert (first.audio_sha256, second.audio_sha256) == (None, None)


def test_a_file_belongs_to_the_show_that_its_text_names(tmp_path):
    """A page that names a show of the catalogue in its head is of that show, whatever its folder is called."""
    (named,), _ = items_in(write(tmp_path / "x" / "a.txt", "34 min\n\nGDS Podcast #35: Pay\n\n" + NOTES))
    (other,), _ = items_in(write(tmp_path / "x" / "b.txt", NOTES + "word " * 600 + "GDS Podcast"))
    assert named.show_title == "Government Digital Service Podcast"
    assert other.show_title == "x"


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    """Every file that cannot be used is named in a line of its own; the rest of the folder is read."""
    write(tmp_path / "good.txt")
    write(tmp_path / "sub" / "good.vtt", "WEBVTT")
    for name, data in (
        ("empty.txt", b""),
        ("blank.html", b" \n\t"),
        ("binary.txt", bytes(range(1, 256)) * 4 + b"\0" * 40),
    ):
        write(tmp_path / name, data)
    items, problems = items_in(tmp_path)
    assert sorted(Path(item.origin).name for item in items) == ["good.txt", "good.vtt"]
    assert sorted(Path(problem.split(": ")[0]).name for problem in problems) == [
        "binary.txt",
        "blank.html",
        "empty.txt",
    ]
    assert not any("\n" in problem for problem in problems)


def test_a_recording_is_kept_when_its_notes_are_unusable(tmp_path):
    """The empty notes beside a recording are named, the recording is read."""
    write(tmp_path / "a.mp3", b"sound")
    write(tmp_path / "a.txt", b"")
    (item,), problems = items_in(tmp_path)
    assert (Path(item.origin).name, item.notes) == ("a.mp3", None)
    assert len(problems) == 1


def test_hidden_and_unknown_files_of_a_folder_are_left_alone(tmp_path):
    """What a system puts beside recordings ("._a.mp3") is none; pictures are no episodes."""
    for name in ("._a.mp3", ".hidden.txt", "cover.jpg"):
        write(tmp_path / name, b"x")
    with pytest.raises(SourceError, match="no recordings, show notes or captions"):
        items_in(tmp_path)


@pytest.mark.parametrize(
    ("name", "data", "complaint"),
    [
        ("missing.txt", None, "no such file"),
        ("empty.txt", b"", "empty"),
        ("notes.pdf", b"%PDF", "not supported"),
        ("notes", b"text", "not supported"),
        ("binary.txt", b"\x01\x02\x03" * 99 + b"\0", "binary"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(tmp_path, name, data, complaint):
    """One line says which file, what is wrong, and what would do."""
    path = tmp_path / name if data is None else write(tmp_path / name, data)
    with pytest.raises(SourceError, match=complaint) as raised:
        items_in(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_folder_of_unusable_files_is_refused(tmp_path):
    """If nothing is left, the folder is an error, and the file is named."""
    write(tmp_path / "empty.txt", b"")
    with pytest.raises(SourceError, match=r"empty\.txt: the file is empty"):
        items_in(tmp_path)


def test_a_name_that_is_no_utf8_is_refused_in_words_that_can_be_printed(tmp_path):
    """Such a name fits into no JSON and no page; the message spells it out in ASCII."""
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text(NOTES)
    except OSError:
        pytest.skip("this file system takes no such names")
    write(tmp_path / "good.txt")
    items, (problem,) = items_in(tmp_path)
    assert len(items) == 1
    assert "not UTF-8" in problem
    assert problem.isascii()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"]
)
def test_show_notes_are_read_in_the_encodings_of_old_and_new_editors(encoding):
    """UTF-8, UTF-16 with and without a mark, UTF-32 and Latin-1 give the same words."""
    text = "Zoë: The café costs £5 — no, £6."
    if encoding == "latin-1":
        text = text.replace("—", "-")
    assert read_text(text.encode(encoding), "notes.txt") == text


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_utf8_is_read_as_it_is(text):
    """No text that a publisher can write in UTF-8 is changed or refused; a mark at its start is no text."""
    assert read_text(text.encode(), "notes.txt") == text.removeprefix("\ufeff")


@given(st.binary())
def test_any_bytes_are_read_or_refused(data):
    """Hostile bytes give text or one clear error, and text that can be written again."""
    try:
        read_text(data, "notes.txt").encode()
    except SourceError as error:
        assert "notes.txt" in str(error)


def test_links_out_of_a_folder_are_not_followed(tmp_path):
    """What a stranger's archive links to is named and not read: files, folders, and files in linked folders."""
    private, shared = tmp_path / "private", tmp_path / "shared"
    write(private / "diary.txt", NOTES.replace("tea", "secret tea"))
    write(shared / "a.txt")
    (shared / "diary.txt").symlink_to(private / "diary.txt")
    (shared / "climbing.txt").symlink_to(Path("..") / "private" / "diary.txt")
    (shared / "all").symlink_to(private)
    (shared / "up").symlink_to(tmp_path)
    (shared / "of no interest.png").symlink_to("/etc/passwd")
    (item,), problems = items_in(shared)
    assert (item.title, "secret" in item.notes) == ("a", False)
    assert [Path(line.partition(": ")[0]).name for line in problems] == ["all", "climbing.txt", "diary.txt", "up"]
    assert all("is a link to a place outside the folder" in line for line in problems)


def test_links_within_a_folder_and_to_it_are_followed(tmp_path):
    """A folder's own links are its own business, and so is a link that a person names."""
    write(tmp_path / "talks" / "2021" / "a.txt")
    (tmp_path / "talks" / "newest.txt").symlink_to(Path("2021") / "a.txt")
    (tmp_path / "link").symlink_to("talks")
    (tmp_path / "one.txt").symlink_to(tmp_path / "talks" / "2021" / "a.txt")
    for path, count in ((tmp_path / "talks", 2), (tmp_path / "link", 2), (tmp_path / "one.txt", 1)):
        items, problems = items_in(path)
        assert (len(items), problems) == (count, ())


def test_a_folder_of_links_out_says_so(tmp_path):
    """Nothing else in it: one line that says what to do, no empty success."""
    write(tmp_path / "private.txt")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "a.txt").symlink_to(tmp_path / "private.txt")
    with pytest.raises(SourceError, match="is a link to a place outside the folder, so it was not read"):
        items_in(tmp_path / "shared")


@pytest.mark.parametrize("kind", ["link", "link to nothing yet", "pipe", "folder"])
def test_a_local_feed_names_plain_files_of_its_folder(tmp_path, kind):
    """A recording and captions beside a feed that are links elsewhere, pipes or folders are named and never opened."""
    private = write(tmp_path / "private.vtt", "WEBVTT\n\n00:01.000 --> 00:09.000\n<v Ann>The secret tea is green.\n")
    shared = tmp_path / "shared"
    shared.mkdir()
    for name in ("a.mp3", "a.vtt"):
        if kind == "link":
            (shared / name).symlink_to(private)
        elif kind == "link to nothing yet":
            (shared / name).symlink_to(tmp_path / f"later-{name}")
        elif kind == "pipe":
            os.mkfifo(shared / name)
        else:
            (shared / name).mkdir()
    notes = "&lt;h2&gt;Transcript&lt;/h2&gt;"
    notes += "".join(f"&lt;p&gt;{name}: I say so and go on for a while.&lt;/p&gt;" for name in ("Ann", "Bob", "Ann"))
    feed = write(
        shared / "feed.xml",
        "<rss version='2.0' xmlns:podcast='https://podcastindex.org/namespace/1.0'><channel><title>Tea</title><item>"
        f"<guid>1</guid><title>One</title><description>{notes}</description><enclosure url='a.mp3' type='audio/mpeg'/>"
        "<podcast:transcript url='a.vtt' type='text/vtt'/></item></channel></rss>",
    )
    source = register_source(str(feed), tmp_path / "home")
    assert len(source.problems) == 2
    assert all("outside the folder" in line or "not a regular file" in line for line in source.problems)
    (tmp_path / "later-a.vtt").write_bytes(private.read_bytes())
    (outcome,) = [ingest_episode(episode, tmp_path / "home", IngestSettings()) for episode in source.episodes]
    assert outcome.status == "ingested"
    kept = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert b"secret" not in kept
