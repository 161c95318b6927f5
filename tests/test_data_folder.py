"""A data folder made by the commit before the files of the packages moved is opened, read and continued as it is.

`data_folders/74578c1.tar.xz` was made by that commit: a feed with an episode that has a recording, captions and notes,
one with captions alone, one whose notes were edited once, one with a recording alone, and one that was removed; the
published index; one line of feedback; and three answers.
"""

import hashlib
import json
import tarfile
from pathlib import Path

import pytest

from api.answer.contract_json import answer_json
from api.answer.conversation import Asking, ask
from api.answer.question import parse_question
from api.cli import main
from api.knowledge_base import open_base
from api.quotes.resolve import resolve
from api.settings import Settings
from index.building.build import build
from index.errors import IndexOutdated
from index.generations.manifests import current_number
from index.models.encoder_files import PACKAGED
from index.models.encoders import encoder_to_build_with
from ingest.library.records import earlier_transcripts, episode_ids, load_transcript, transcripts
from ingest.library.removal import removal_of

ARCHIVE = Path(__file__).parent / "data_folders" / "74578c1.tar.xz"
REMOVED = "the-moving-day-5-l3j2"
# Fields of an answer that came later.
ADDED = ("also_searched_for", "not_held", "estimates", "reason", "never_said", "kind")
# Fields of a citation whose values move a little, as times are aligned better, or mean something else now.
MOVED = ("score", "start", "end", "listen_url")
ENCODED_AGAIN = "the encoder runs compiled (ctranslate2-int8) now: all texts are encoded once more"
HEARD = "the-moving-day-4-vkd2"  # has a recording and nothing else


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, unpacked to another place than the one where it was made."""
    root = tmp_path_factory.mktemp("data-folder")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(root, filter="data")
    for path in (root / "home" / "library", root / "home" / "index", *(root / "home" / "index").iterdir()):
        if path.is_dir():
            path.chmod(0o700)  # the filter leaves the rights of folders to the system
    return root


def hashes(root: Path) -> dict[str, str]:
    """The SHA-256 of every transcript and of every file of the index, by its path."""
    paths = [
        path for path in root.rglob("*") if path.is_file() and ("index" in path.parts or "transcript" in path.name)
    ]
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def run_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Ingest the feed again, with a model whose weights are not there; return what is printed."""
    arguments = ["--home", str(folder / "home"), "ingest", str(folder / "feed.xml"), "--model", "models/tiny.pt"]
    assert main(arguments) == 0
    return capsys.readouterr().out


def test_transcripts_are_made_again_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of what is stored, with the same words: nothing is fetched and no word is heard again.

    What was heard is written to know how surely, the rest because layouts and captions are read better. The index has
    another form and is made again, once. The removed episode stays removed.
    """
    home = folder / "home"
    before, words = hashes(home), {transcript.episode.id: transcript for transcript in transcripts(home)}
    assert len([name for name in before if name.endswith("transcript.json")]) == 5
    printed = run_again(folder, capsys)
    assert "unchanged" not in printed
    assert printed.count(ENCODED_AGAIN) == 1
    after, heard = hashes(home), load_transcript(home, HEARD)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {*(f"library/episodes/{name}/transcript.json" for name in words), "index/current"}
    for made in transcripts(home):
        assert [turn.text for turn in made.turns] == [turn.text for turn in words[made.episode.id].turns]
        assert [turn.speaker for turn in made.turns] == [turn.speaker for turn in words[made.episode.id].turns]
    assert current_number(home) == 4
    assert heard is not None
    assert all(word.probability is not None for turn in heard.turns for word in turn.words)
    assert heard.heard_by == "Whisper tiny.pt"
    printed = run_again(folder, capsys)
    assert printed.count("unchanged: nothing to do") == 4
    assert ENCODED_AGAIN not in printed
    build(home, encoder_to_build_with(home, PACKAGED))
    assert hashes(home) == after
    assert removal_of(home, REMOVED) is not None


def test_an_index_of_an_earlier_form_is_named_with_what_to_do(folder: Path, tmp_path: Path) -> None:
    """Questions are not answered from it: one line says to run `playback index`, which publishes a new generation."""
    home = tmp_path / "home"
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    with pytest.raises(IndexOutdated, match=r"index/3 was published by an earlier version .*; run: playback index$"):
        open_base(Settings(home=home))


def test_the_files_are_read(folder: Path) -> None:
    """Transcripts of today and of before, and the line of feedback."""
    home = folder / "home"
    assert len(episode_ids(home)) == len(list(transcripts(home))) == 4
    (edited,) = (name for name in episode_ids(home) if earlier_transcripts(home, name))
    assert edited == "the-moving-day-3-oh4c"
    assert json.loads((home / "feedback.jsonl").read_text("utf-8"))["verdict"] == "useful"


def test_the_doctor_finds_nothing_for_a_person(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every file of the folder is one that this version knows and can read."""
    main(["--home", str(folder / "home"), "doctor", "--json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [finding["problem"] for finding in found if finding["outcome"] != "note"] == []


def test_questions_are_answered_as_before(folder: Path) -> None:
    """From the same episode first, with the same fields; every quote id that was given resolves to the same quote.

    How quotes are chosen has changed since: they may begin elsewhere, and confidence and verdict are others.
    """
    base = open_base(Settings(home=folder / "home"))
    for expected in json.loads((folder / "answers.json").read_text("utf-8")):
        answer = json.loads(json.dumps(answer_json(ask(base, Asking(parse_question(expected["question"]))))))
        assert answer.keys() - {"timings_ms", *ADDED} == expected.keys()
        found, given = (one["citations"] + one["related"] for one in (answer, expected))
        assert found[0]["episode"] == given[0]["episode"]
        same = {citation["id"]: citation for citation in found}
        for before in given:
            assert not resolve(folder / "home", before["id"]).changed
            if (citation := same.get(before["id"])) is not None:
                told = {name: citation[name] for name in before if name not in MOVED}
                assert told == {name: value for name, value in before.items() if name not in MOVED}
                for edge in ("start", "end"):
                    assert citation[edge] == pytest.approx(before[edge], abs=0.05)
