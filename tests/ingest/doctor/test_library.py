"""The doctor of the library: what is derived is made again, what is not is named, and nothing else is touched."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import wave
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.doctor import library as doctor
from ingest.doctor.library import Finding, examine_library
from ingest.library.records import Record, episode_folder, episode_ids, load_record, load_transcript, save_record
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from ingest.speech import heard as heard_words
from ingest.speech.heard import Heard
from ingest.stages import captions as caption_links
from ingest.storage.files import hash_of, lock, read_json, sha256_of, write_json

SPOKEN = [
    ("Ann Smith", "Hello and welcome to the tea show, my name is Ann Smith."),
    ("Bob Jones", "Thank you, I am Bob Jones and I have put the kettle on."),
    ("Ann Smith", "How long does it take until the water is hot enough?"),
    ("Bob Jones", "About four minutes, if nobody has filled it to the brim."),
]


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two episodes with official text, captions and a recording; tests that break it work on a copy."""
    folder = tmp_path_factory.mktemp("source")
    items = []
    for number in (1, 2):
        notes = "".join(f"<p><strong>{name}:</strong> {text} Take {number}.</p>" for name, text in SPOKEN)
        with wave.open(str(folder / f"{number}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(random.Random(number).randbytes(8000))
        cues = [f"00:00:{5 * n:02}.000 --> 00:00:{5 * n + 5:02}.000\n{text}" for n, (_, text) in enumerate(SPOKEN)]
        (folder / f"{number}.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n")
        items.append(
            f"<item><title>Episode {number}: Kettles</title><guid>g-{number}</guid>"
            f"<description><![CDATA[{notes}]]></description>"
            f'<enclosure url="{number}.wav" type="audio/wav" length="1"/>'
            f'<podcast:transcript url="{number}.vtt" type="text/vtt"/></item>'
        )
    head = '<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>Tea show</title>'
    (folder / "feed.xml").write_text(f"{head}<link>https://tea.example/</link>{''.join(items)}</channel></rss>")
    home = tmp_path_factory.mktemp("ingested")
    for episode in register_source(str(folder / "feed.xml"), home).episodes:
        outcome = ingest_episode(episode, home, IngestSettings())
        assert outcome.status == "ingested", outcome.message
    return home


@pytest.fixture
def home(ingested: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ingested, tmp_path / "home"))


@pytest.fixture
def folder(home: Path) -> Path:
    """The folder of the first episode."""
    return episode_folder(home, episode_ids(home)[0])


def examined(home: Path) -> list[Finding]:
    return list(examine_library(home))


def outcomes(home: Path) -> list[tuple[str, str]]:
    return [(Path(finding.path).name, finding.outcome) for finding in examined(home)]


def contents(home: Path) -> dict[str, bytes]:
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_a_healthy_library_is_left_as_it_is(home: Path) -> None:
    """Nothing is found, nothing is written, and the network is not asked."""
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    assert examined(home) == []
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before


def test_an_empty_home_is_no_fault(tmp_path: Path) -> None:
    """Where nothing was ingested there is nothing to examine, and no folder is made."""
    assert [finding.outcome for finding in examined(tmp_path / "none")] == ["note"]
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other"])
@pytest.mark.parametrize("name", ["official.json", "transcript.json"])
def test_what_is_derived_is_made_again(name: str, damage: str, home: Path, folder: Path) -> None:
    """Official text and transcript come back byte by byte, whatever happened to their file; then all is well."""
    path = folder / name
    whole = path.read_bytes()
    place = whole.index(b"kettle")
    path.write_bytes(
        {
            "cut": whole[: len(whole) // 2],
            "flipped": whole[:place] + b"m" + whole[place + 1 :],
            "empty": b"",
            "other": b"[1, 2]",
        }[damage]
    )
    assert outcomes(home) == [(name, "repaired")]
    assert path.read_bytes() == whole
    assert examined(home) == []


@pytest.mark.parametrize("name", ["official.json", "transcript.json"])
def test_a_repair_that_was_cut_short_is_made_by_the_next(
    name: str, home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it was killed or the disk refused once: what is missing of an ingested episode is made again."""
    before = contents(home)
    (folder / name).unlink()
    with monkeypatch.context() as broken:
        broken.setattr("ingest.pipeline.assemble", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
        broken.setattr(
            "ingest.stages.official_text.parse_notes",
            lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")),
        )
        assert outcomes(home) == [(name, "person")]
    assert outcomes(home) == [(name, "repaired")]
    path = (folder / name).relative_to(home).as_posix()
    assert contents(home)[path] == before[path]
    assert examined(home) == []


def test_both_derived_files_come_back_together(home: Path, folder: Path) -> None:
    """A transcript is made again though the official text it is made from must be made again first."""
    before = contents(home)
    (folder / "official.json").write_bytes(b"")
    (folder / "transcript.json").unlink()
    assert sorted(outcomes(home)) == [("official.json", "repaired"), ("transcript.json", "repaired")]
    after = contents(home)
    for name in ("official.json", "transcript.json", "captions.json", "episode.json"):
        path = (folder / name).relative_to(home).as_posix()
        assert after[path] == before[path]


@pytest.mark.parametrize("name", ["episode.json", "captions.json"])
def test_what_cannot_be_made_again_is_named(name: str, home: Path, folder: Path) -> None:
    """A source that is damaged needs a person: its path is named, its bytes stay as they are, the transcript too."""
    path = folder / name
    path.write_bytes(path.read_bytes()[:-9])
    before = contents(home)
    found = examined(home)
    assert [(finding.path, finding.outcome) for finding in found] == [(path.relative_to(home).as_posix(), "person")]
    assert "restore it from a backup" in found[0].problem
    assert contents(home) == before


def test_a_transcript_that_nothing_can_make_again_is_named_every_time(home: Path, folder: Path) -> None:
    """Its notes are gone from the feed: its damaged bytes stay for a person, and no later examination is content."""
    record = load_record(home, folder.name)
    bare = tuple(replace(item, notes=None, transcripts=(), enclosure=None) for item in record.items)
    save_record(home, Record(record.episode, bare))
    for name in ("captions.json", "official.json"):
        (folder / name).unlink()
    (folder / "audio.wav").unlink()
    (folder / "recording.json").unlink()
    path = folder / "transcript.json"
    path.write_bytes(path.read_bytes()[:-9])
    before = path.read_bytes()
    for _ in range(2):
        found = {finding.path.rsplit("/", 1)[-1]: finding.outcome for finding in examined(home)}
        assert found["transcript.json"] == "person"
    assert path.read_bytes() == before


def test_nothing_is_made_again_from_less(home: Path, folder: Path) -> None:
    """While the captions are damaged, a damaged transcript is not replaced by one without their times."""
    for name in ("captions.json", "transcript.json"):
        (folder / name).write_bytes(b"{")
    before = contents(home)
    assert outcomes(home) == [("captions.json", "person"), ("transcript.json", "person")]
    assert contents(home) == before


def test_every_flipped_bit_of_a_library_file_is_found(home: Path, folder: Path) -> None:
    """In 120 places drawn from all JSON files, one changed bit is noticed wherever it could change a word."""
    chance = random.Random(6)
    paths = sorted(path for path in (home / "library").rglob("*.json"))
    found = 0
    for _ in range(120):
        path = chance.choice(paths)
        whole = path.read_bytes()
        place = chance.randrange(len(b'{"sha256":"'), len(whole))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :])
        found += path.relative_to(home).as_posix() in {finding.path for finding in examined(home)}
        path.write_bytes(whole)
    assert found == 120


def test_files_of_another_episode_are_found(home: Path) -> None:
    """Whole files in the wrong folder do not pass: a transcript is made again, facts of an episode are named."""
    first, second = (episode_folder(home, identifier) for identifier in episode_ids(home))
    whole = (first / "transcript.json").read_bytes()
    shutil.copyfile(second / "transcript.json", first / "transcript.json")
    assert outcomes(home) == [("transcript.json", "repaired")]
    assert (first / "transcript.json").read_bytes() == whole
    shutil.copyfile(second / "episode.json", first / "episode.json")
    found = examined(home)
    assert [finding.outcome for finding in found] == ["person"]
    assert f"belongs to episode {second.name}" in found[0].problem


def test_an_earlier_transcript_is_known_by_its_name(home: Path, folder: Path) -> None:
    """Quotes that were given out rest on it; one whose words are not those of its name is named, not removed."""
    data = read_json(folder / "transcript.json")
    data["turns"] = data["turns"][:2]
    name = f"transcript-{hash_of([turn['text'] for turn in data['turns']])[:16]}.json"
    write_json(folder / name, data)
    assert examined(home) == []
    (folder / name).rename(folder / "transcript-0123456789abcdef.json")
    assert outcomes(home) == [("transcript-0123456789abcdef.json", "person")]


def test_another_recording_is_found(home: Path, folder: Path) -> None:
    """A recording with one bit changed is not the one that was registered."""
    path = folder / "audio.wav"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert outcomes(home) == [("audio.wav", "person")]


@pytest.mark.parametrize("name", ["recording.json", "heard.partial.json"])
def test_damaged_notes_are_removed(name: str, home: Path, folder: Path) -> None:
    """What the next ingest notes again by itself does not stay damaged."""
    (folder / name).write_bytes(b"{")
    assert outcomes(home) == [(name, "repaired")]
    assert not (folder / name).exists()
    assert examined(home) == []


def test_what_an_ended_transcription_left_is_removed(home: Path, folder: Path) -> None:
    """The file to resume from goes when the words are there whole; one of another model is still of use."""
    said = heard_words.to_json(Heard((), "en", "faster-whisper", "small.en", 1.0, ()))
    sound = sha256_of(folder / "audio.wav")
    write_json(folder / "heard.partial.json", {**said, "audio": sound, "samples": 8})
    assert examined(home) == []
    key = {"audio_sha256": sound, "engine": "faster-whisper", "model": "tiny.en"}
    write_json(folder / "heard.json", {**said, "key": key})
    assert examined(home) == []
    write_json(folder / "heard.json", {**said, "key": {**key, "model": "small.en"}})
    assert outcomes(home) == [("heard.partial.json", "repaired")]
    assert examined(home) == []


def test_lost_states_are_written_again(home: Path, folder: Path) -> None:
    """What an episode's state said is told from its files: with a transcript it is ingested."""
    (folder / "state.json").write_bytes(b"\x00" * 40)
    assert outcomes(home) == [("state.json", "repaired")]
    assert read_json(folder / "state.json")["status"] == "ingested"
    assert examined(home) == []


@pytest.mark.parametrize(("status", "outcome"), [("waiting", "note"), ("failed", "note"), ("quarantined", "person")])
def test_episodes_that_are_not_done_are_named(status: str, outcome: str, home: Path, folder: Path) -> None:
    """One that waits or failed is tried again by the next run; one in quarantine is not, so a person must look."""
    write_json(folder / "state.json", {"schema": 1, "status": status, "message": "the server was away"})
    assert [(finding.problem, finding.outcome) for finding in examined(home)] == [
        (f"{status}: the server was away", outcome)
    ]


def test_temporary_files_are_removed_and_downloads_kept(home: Path, folder: Path) -> None:
    """What a killed run left goes; a download that the next run can go on with stays."""
    left = [folder / ".x81.part", home / "library" / "feeds" / ".y.part", folder / ".audio.ogg.part"]
    left.append(folder / ".audio.m4a.part.json")  # its part became the recording, and then the run was killed
    for path in left:
        path.write_bytes(b"half")
    kept = [folder / ".audio.mp3.part", folder / ".audio.mp3.part.json"]
    for path in kept:
        path.write_bytes(b"half")
    assert sorted(outcomes(home)) == sorted((path.name, "repaired") for path in left)
    assert [path.exists() for path in left + kept] == [False] * 4 + [True] * 2


def test_ghosts_are_removed_and_strangers_named(home: Path) -> None:
    """An empty folder of an episode goes; a folder without episode.json, or a stray file, is for a person."""
    folder = home / "library" / "episodes"
    (folder / "ghost").mkdir()
    (folder / "half").mkdir()
    (folder / "half" / "heard.json").write_text("{}")
    (folder / "notes.txt").write_text("mine")
    (folder / episode_ids(home)[0] / "mine.txt").write_text("mine")
    found = {finding.path: finding.outcome for finding in examined(home)}
    assert found == {
        "library/episodes/ghost": "repaired",
        "library/episodes/half": "person",
        "library/episodes/notes.txt": "person",
        f"library/episodes/{episode_ids(home)[0]}/mine.txt": "note",
    }
    assert not (folder / "ghost").exists()
    assert (folder / "half" / "heard.json").exists()


def test_no_advice_removes_an_episode_of_the_library(home: Path, folder: Path) -> None:
    """A folder among the removed ones whose episode is in the library is to be deleted; the episode is not."""
    left = home / "library" / "removed" / folder.name
    left.mkdir(parents=True)
    (left / "heard.json").write_text("{}")
    (finding,) = examined(home)
    assert (finding.path, finding.outcome) == (f"library/removed/{folder.name}", "person")
    assert "playback remove" not in finding.problem


def test_a_damaged_show_is_named(home: Path) -> None:
    """The address of a feed stands nowhere else, so its file needs a person."""
    path = next((home / "library" / "feeds").iterdir())
    path.write_bytes(path.read_bytes().replace(b"Tea", b"Pea"))
    assert outcomes(home) == [(path.name, "person")]


def test_feedback_with_a_line_cut_off_is_noted(home: Path) -> None:
    """A killed server may leave half a line; the others are good, and nothing is rewritten."""
    (home / "feedback.jsonl").write_text('{"helpful": true}\n{"help')
    assert [(finding.problem, finding.outcome) for finding in examined(home)] == [
        ("line 2 cannot be read; a write was cut off there", "note")
    ]


def test_an_episode_at_work_is_left_alone(home: Path, folder: Path) -> None:
    """While another process holds an episode, none of its files is judged, let alone replaced."""
    (folder / "transcript.json").write_bytes(b"")
    with lock(folder):
        assert [finding.outcome for finding in examined(home)] == ["note"]
        assert (folder / "transcript.json").read_bytes() == b""
    assert outcomes(home) == [("transcript.json", "repaired")]


def test_a_killed_process_keeps_no_lease(home: Path, folder: Path) -> None:
    """kill -9 of a process that held an episode and the list of episodes frees both at once."""
    holding = (
        "import sys, time; from pathlib import Path; from ingest.storage.files import lock\n"
        "with lock(Path(sys.argv[1])), lock(Path(sys.argv[2])): print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", holding, str(folder), str(folder.parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."}) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with lock(folder, wait=False) as held:
            assert not held
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in (folder, folder.parent):
            with lock(path, wait=False) as held:
                assert held
    assert examined(home) == []


def test_a_repair_that_fails_is_for_a_person(home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that refuses the repair is said in one line with what to do, and the look goes on."""
    (folder / ".x.part").write_bytes(b"")

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    found = examined(home)
    assert [finding.outcome for finding in found] == ["person"]
    assert "the file system is read-only; make it writable" in found[0].problem


def test_little_room_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that has no room for the next run's small files is said before that run fails."""
    monkeypatch.setattr(doctor, "free_space", lambda folder: 1_000_000)
    assert [(finding.path, finding.outcome) for finding in examined(home)] == [("library", "person")]


def test_the_network_is_not_asked(home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making again works from what is on disk."""

    def asked(*arguments: object, **settings: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(caption_links, "open_client", asked)
    (folder / "transcript.json").write_bytes(b"")
    assert outcomes(home) == [("transcript.json", "repaired")]
    transcript = load_transcript(home, folder.name)
    assert transcript is not None
    assert {turn.timing for turn in transcript.turns} == {"aligned"}
    json.loads((folder / "transcript.json").read_bytes())


def test_a_library_that_others_may_look_into_is_closed(home: Path) -> None:
    """One of an earlier version, or a copy of one: said once, and its owner's alone from then on."""
    (home / "library").chmod(0o755)
    assert [(found.path, found.outcome) for found in examine_library(home)] == [("library", "repaired")]
    assert (home / "library").stat().st_mode & 0o777 == 0o700
    assert list(examine_library(home)) == []
