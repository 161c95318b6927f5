"""An archive of the small library: whole, closed, honest, and written only where it changed."""

import contextlib
import errno
import gzip
import hashlib
import json
import re
import shutil
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.archive import archive as archiving
from api.archive.archive import Archived, archive
from api.settings import Settings
from index.building.build import build
from ingest.errors import SourceError
from ingest.library.removal import remove_episode
from ingest.storage.files import lock
from tests.api.archive.links import broken, pages_of, read
from tests.api.conftest import NOTICE, RECORDING, HashedStems

TIMED, GUESSED = "harbour-1-aaaa", "harbour-2-bbbb"
PUBLIC = "https://quotes.example.org/harbour"


@pytest.fixture(scope="module")
def held(told_home: Path, encoder: HashedStems, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the library that nobody writes to."""
    path = tmp_path_factory.mktemp("archives") / "archive"
    archive(Settings(home=told_home, notice=NOTICE, public_url=PUBLIC), path, encoder=encoder)
    read.cache_clear()
    return path


@pytest.fixture(scope="module")
def begun(told_home: Path, encoder: HashedStems, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `again` writes of the library as it is at first; nobody writes to it."""
    path = tmp_path_factory.mktemp("begun") / "archive"
    again(told_home, path, encoder)
    return path


@pytest.fixture
def written(begun: Path, folder: Path) -> Path:
    """The folder beside the library, with that archive in it."""
    return Path(shutil.copytree(begun, folder))


def manifest_of(folder: Path) -> dict[str, dict[str, object]]:
    return dict(json.loads((folder / "manifest.json").read_text("utf-8"))["files"])


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def again(home: Path, folder: Path, encoder: HashedStems, with_recordings: bool = False) -> Archived:
    read.cache_clear()
    return archive(Settings(home=home, public_url=PUBLIC), folder, with_recordings, encoder)


def test_every_link_leads_somewhere(held: Path) -> None:
    """Each link of each page is one to a file of the archive and to a place in it, or leaves by a reader's will."""
    assert len(pages_of(held)) > 20
    assert list(broken(held)) == []


def test_it_holds_every_kind_of_page_and_of_file(held: Path) -> None:
    """Pages stand where the server has them, transcripts and data beside."""
    for name in (
        "index.html search/index.html start/index.html topics/index.html lessons/index.html lessons/report/index.html "
        f"people/index.html people/mina-calder/index.html terms/index.html episodes/{TIMED}/index.html "
        f"episodes/{TIMED}/about/index.html api/episodes/{TIMED}/transcript.json api/episodes/{TIMED}/transcript.vtt "
        f"api/episodes/{TIMED}/transcript.md api/episodes.json api/people.json api/people/mina-calder.json "
        "pagefind/pagefind.js.js manifest.json"
    ).split():
        assert (held / name).is_file(), name
    quotes = {path.parent.name for path in held.glob("quotes/*/index.html")}
    assert quotes
    assert quotes == {path.parent.name for path in held.glob("embed/*/index.html")}
    assert json.loads((held / f"api/episodes/{TIMED}/transcript.json").read_bytes())["episode"]["id"] == TIMED


def test_what_a_search_reads_is_whole(held: Path) -> None:
    """Every file of the search's index was written to its end, and holds what pagefind's script expects."""
    packed = list((held / "pagefind").rglob("*.pf_*.js"))
    for path in packed:
        held_over = re.fullmatch(r'archived\("[^"]+","([^"]+)"\);\n', path.read_text())
        assert held_over
        assert gzip.decompress(b64decode(held_over[1])).startswith(b"pagefind_dcd")
    pages = sum(1 for path in packed if ".pf_fragment" in path.name)
    assert pages == sum(1 for name in files_of(held) if archiving._SEARCHED.fullmatch(name))


def test_a_quote_is_held_because_a_page_cites_it(held: Path) -> None:
    """The longer versions that a quote's own page offers on a server are not made, or there would be no end to them."""
    cited = {
        (page.parent / address.partition("#")[0]).resolve()
        for page in pages_of(held)
        if page.parent.parent.name not in ("quotes", "embed")
        for tag, _, address in read(page).links
        if tag == "a" and "quotes/" in address
    }
    assert cited == {path.resolve() for path in held.glob("quotes/*/index.html")}


def test_nothing_in_it_needs_a_server(held: Path) -> None:
    """Every page has a strict policy, no form that a server would answer, no module and no link to an operation."""
    for page in pages_of(held):
        found = read(page)
        name = page.relative_to(held).as_posix()
        (policy,) = (given["content"] for tag, given in found.tags if given.get("http-equiv"))
        assert policy.startswith("default-src 'none'; script-src 'self' file:"), name
        assert ("blob:" in policy) == (name == "search/index.html")
        assert "http" not in policy
        forms = [given for tag, given in found.tags if tag == "form"]
        assert all("hidden" in form and "action" not in form for form in forms), name
        assert all(
            given.get("type") == "application/ld+json" or "defer" in given
            for tag, given in found.tags
            if tag == "script"
        )
        links = {address for tag, _, address in found.links if tag == "a"}
        assert not [one for one in links if re.search(r"docs|review|feedback|openapi|oembed", one)], name


def test_what_an_archive_lacks_leaves_no_gap(held: Path) -> None:
    """Where a link goes with its text, so does the item or heading that holds nothing else."""
    for page in pages_of(held):
        empty = re.findall(r"<(?:li|dd|h[1-6])\b(?![^>]*\bid=)[^>]*>\s*</", page.read_text("utf-8"))
        assert not empty, (page.relative_to(held), empty)
    assert "Download" not in next(held.glob("quotes/*/index.html")).read_text("utf-8")


def test_scripts_are_classic(held: Path) -> None:
    """Browsers load no modules from a disk, so nothing is imported or exported."""
    scripts = list(held.glob("assets/**/*.js"))
    assert {path.name.rpartition("-")[0] for path in scripts} >= {"app", "archive", "episode", "quote"}
    for path in scripts:
        assert not re.search(r"^(?:import|export) ", path.read_text("utf-8"), re.MULTILINE), path


def test_addresses_to_copy_are_public(held: Path) -> None:
    """Citations name PLAYBACK_PUBLIC_URL; no page leads there."""
    page = next(held.glob("quotes/*/index.html"))
    assert f"{PUBLIC}/quotes/{page.parent.name}" in page.read_text("utf-8")
    assert not [one for tag, _, one in read(page).links if tag == "a" and one.startswith(PUBLIC)]


def test_people_are_linked_by_name_and_have_one_page(held: Path) -> None:
    """A page that names a speaker leads to the page under that person's id."""
    page = held / f"episodes/{TIMED}/index.html"
    assert "../../people/tobias-renn/index.html" in {address for _, _, address in read(page).links}


def test_a_second_run_writes_nothing(
    told_home: Path, held: Path, encoder: HashedStems, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All files keep their bytes and times, and nothing is written to where the program runs."""
    monkeypatch.chdir(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in held.rglob("*")}
    made = archive(Settings(home=told_home, notice=NOTICE, public_url=PUBLIC), held, encoder=encoder)
    assert (made.written, made.deleted) == (0, 0)
    assert {path: path.stat().st_mtime_ns for path in held.rglob("*")} == before
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_lists_every_file(held: Path) -> None:
    """SHA-256 and size of each, and the generation."""
    manifest = json.loads((held / "manifest.json").read_text("utf-8"))
    assert (manifest["schema"], manifest["generation"], manifest["address"]) == (1, 1, PUBLIC)
    files = files_of(held)
    del files["manifest.json"]
    expected = {name: {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)} for name, body in files.items()}
    assert manifest["files"] == dict(sorted(expected.items()))


def test_a_removed_episode_leaves_a_page_that_says_so(home: Path, folder: Path, encoder: HashedStems) -> None:
    """Its words, data and sound are deleted; its page and those of its quotes say when and why it went."""
    again(home, folder, encoder, with_recordings=True)
    quotes = [path.parent.name for path in folder.glob(f"quotes/{TIMED}.*/index.html")]
    assert quotes
    assert (folder / f"recordings/{TIMED}.mp3").read_bytes() == RECORDING
    remove_episode(home, TIMED, "a guest asked for it", purge=True)
    build(home, encoder)
    made = again(home, folder, encoder, with_recordings=True)
    assert made.deleted > 0
    for name in (f"episodes/{TIMED}", *(f"quotes/{one}" for one in quotes), *(f"embed/{one}" for one in quotes)):
        assert "a guest asked for it" in (folder / name / "index.html").read_text("utf-8")
    assert not list(folder.glob(f"api/episodes/{TIMED}/*")) + list(folder.glob("recordings/*"))
    left = [name for name, body in files_of(folder).items() if b"mooring record" in body or b"supplier" in body]
    assert left == []
    assert list(broken(folder)) == []
    assert again(home, folder, encoder, with_recordings=True).written == 0


def test_only_what_changed_is_written(
    home: Path, written: Path, encoder: HashedStems, rewrite: Callable[..., None]
) -> None:
    """A corrected word of one episode leaves the pages of the others as they were."""
    before = files_of(written)
    rewrite(home, GUESSED, 0, "Tell us about the great switch itself, Oluchi.")
    made = again(home, written, encoder)
    after = files_of(written)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert f"episodes/{GUESSED}/index.html" in changed
    assert made.written < len(after) / 2
    assert not [name for name in changed if TIMED in name]


def test_recordings_come_along_if_wanted(home: Path, written: Path, encoder: HashedStems) -> None:
    """Without them a page says so, or leads to the publisher's; with them it plays the copy."""
    page = written / f"episodes/{TIMED}/index.html"
    assert "This archive holds no recording." in page.read_text("utf-8")
    other = (written / f"episodes/{GUESSED}/index.html").read_text("utf-8")
    assert 'href="https://cdn.example.org/2.mp3' in other
    assert "<audio" not in other
    again(home, written, encoder, with_recordings=True)
    (player,) = (given["src"] for tag, given in read(page).tags if tag == "audio")
    assert (page.parent / player).resolve().read_bytes() == RECORDING
    assert again(home, written, encoder, with_recordings=True).written == 0
    again(home, written, encoder)
    assert not (written / "recordings").exists()


def test_what_else_stands_in_the_folder_stays(home: Path, written: Path, encoder: HashedStems) -> None:
    """A web host's own files are not listed and not deleted; a damaged page is mended."""
    (written / "CNAME").write_text("quotes.example.org")
    (written / "index.html").write_text("damaged")
    assert again(home, written, encoder).written == 1
    assert (written / "CNAME").exists()
    assert "CNAME" not in manifest_of(written)


def test_a_run_that_stopped_leaves_nothing_behind(
    home: Path, folder: Path, encoder: HashedStems, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run knows what the stopped one wrote, and deletes what has gone meanwhile."""

    def stopping(files: int) -> None:
        if (folder / f"api/episodes/{TIMED}/transcript.md").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive(Settings(home=home, public_url=PUBLIC), folder, encoder=encoder, progress=stopping)
    remove_episode(home, TIMED, "", purge=True)
    build(home, encoder)
    again(home, folder, encoder)
    assert not list(folder.glob(f"api/episodes/{TIMED}/*"))
    files = set(files_of(folder))
    assert files == {*manifest_of(folder), "manifest.json"}


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), SourceError("no page")])
def test_what_goes_wrong_arrives_as_it_is(home: Path, folder: Path, encoder: HashedStems, failure: Exception) -> None:
    """A full disk is one line of the program, so nothing wraps its error; the next run completes the archive."""

    def failing(files: int) -> None:
        raise failure

    with pytest.raises(type(failure)) as raised:
        archive(Settings(home=home, public_url=PUBLIC), folder, encoder=encoder, progress=failing)
    assert raised.value is failure
    again(home, folder, encoder)
    assert set(files_of(folder)) == {*manifest_of(folder), "manifest.json"}


def test_a_run_reads_the_manifest_that_the_one_before_it_left(
    home: Path, written: Path, encoder: HashedStems, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that ends while the next one begins leaves no file that nobody knows."""
    added = written / "terms" / "late" / "index.html"

    @contextlib.contextmanager
    def after_another(path: Path, wait: bool = True) -> Iterator[bool]:
        """The lock is free once another run has ended, which added a page."""
        added.parent.mkdir(parents=True)
        added.write_text("late")
        manifest = json.loads((path / "manifest.json").read_text("utf-8"))
        manifest["files"]["terms/late/index.html"] = {"bytes": 4}
        (path / "manifest.json").write_text(json.dumps(manifest))
        with lock(path, wait) as is_held:
            yield is_held

    monkeypatch.setattr(archiving, "lock", after_another)
    again(home, written, encoder)
    assert not added.exists()
    assert set(files_of(written)) == {*manifest_of(written), "manifest.json"}


def test_a_folder_with_something_else_is_refused(home: Path, folder: Path, encoder: HashedStems) -> None:
    """One line says what to do, and nothing is written or deleted."""
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    (folder.parent / "file").touch()
    for file in (folder.parent / "file", folder.parent / "file" / "below"):
        with pytest.raises(SourceError, match="cannot be made"):
            archive(Settings(home=home), file, encoder=encoder)
    with pytest.raises(SourceError, match="holds other files and no archive"):
        again(home, folder, encoder)
    assert list(files_of(folder)) == ["thesis.txt"]
    for path in (home, home / "library", home.parent):
        with pytest.raises(SourceError, match="name a folder elsewhere"):
            again(home, path, encoder)


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "[]",
        '{"schema": 9, "files": {}}',
        '{"schema": 1, "files": {"../../etc/passwd": {}}}',
        '{"schema": 1, "files": 3}',
    ],
)
def test_a_manifest_that_was_changed_deletes_nothing(
    home: Path, folder: Path, encoder: HashedStems, manifest: str
) -> None:
    """Names in it may lead nowhere else."""
    folder.mkdir()
    (folder / "manifest.json").write_text(manifest)
    with pytest.raises(SourceError, match="name another folder"):
        again(home, folder, encoder)
    assert list(files_of(folder)) == ["manifest.json"], "nothing makes it look like an archive"


def test_pagefind_is_asked_for_in_one_line(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra nothing is begun."""
    monkeypatch.setattr("api.archive.search_index.find_spec", lambda name: None)
    with pytest.raises(SourceError, match=re.escape("pip install 'gds-playback[archive]'")):
        archive(Settings(home=home), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_settings_of_the_server_do_not_leak(home: Path) -> None:
    """The app of an archive has no token, asks no language model and takes no feedback."""
    given = Settings(home=home, token="secret", llm_url="https://model.example.org", hosts=("a",), cors=("*",))
    found = archiving._as_archived(given)
    assert found == replace(Settings(home=home), feedback=False, rate=0, public_url=archiving.USUAL_URL)
