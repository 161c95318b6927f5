"""From the library to a published generation: nothing known is encoded again, nothing is lost."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.building import build as building
from index.building.build import build, up_to_date
from index.building.encoding import HEADER_WEIGHT
from index.chunk import USUAL_SHAPE, PassageShape
from index.errors import IndexBroken
from index.generation import Generation
from index.generations.manifests import current_number, index_folder, manifest_of
from index.mined.overview import OVERVIEW
from index.passage import Filters
from index.store import open_generation
from ingest.item import Item
from ingest.library.records import Record, episode_folder, save_record
from ingest.storage.files import sha256_of
from ingest.transcript import Show, Transcript

Talk = Callable[..., Transcript]
Save = Callable[..., None]


def talk(*words: str) -> str:
    return " ".join(f"The {word} of the harbour was mended by the {word} people in winter." for word in words)


@pytest.fixture
def home(tmp_path: Path, transcript_of: Talk, save: Save) -> Path:
    save(
        tmp_path,
        transcript_of(
            "a-1-aaaa", ("Ada", talk("mast", "rope")), ("Bo", talk("sail")), number=1, published="2021-01-01"
        ),
        transcript_of("a-2-bbbb", ("Ada", talk("anchor", "keel")), number=2, published="2022-06-30"),
    )
    return tmp_path


def all_ids(generation: Generation) -> list[str]:
    return list(generation.nearest("passage", np.ones(48, np.float32), 10_000).ids)


_CONTENT = (
    "SELECT id, json, show_id, published, sentences FROM episodes",
    'SELECT id, text, header, first, last, speakers, start, "end", timing, vector, turns FROM passages',
    "SELECT id, name FROM speakers JOIN passages USING (row)",
    'SELECT episodes.id, row - first_sentence, turn, start, "end", first_word, words, label, speaker, before, text, '
    "began, ended, timing, vector, pieces FROM episodes JOIN sentences "
    "ON row >= first_sentence AND row < first_sentence + sentences JOIN vectors ON vectors.rowid = row",
    "SELECT episode_id, question, reply, vector FROM exchanges JOIN texts USING (key)",
    "SELECT * FROM aliases",
    "SELECT * FROM letters",
    "SELECT * FROM texts",
)


def content(home: Path) -> list[set[object]]:
    """Everything that the live generation holds, wherever it stands."""
    found: list[set[object]] = [set() for _ in _CONTENT]
    for entry in manifest_of(home, current_number(home) or 0).segments:
        folder = index_folder(home) / str(current_number(home)) / entry.name
        database = sqlite3.connect(f"file:{folder / 'passages.sqlite'}?immutable=1", uri=True)
        for rows, query in zip(found, _CONTENT, strict=True):
            rows |= set(database.execute(query).fetchall())
        database.close()
    return found


def test_everything_in_the_library_is_in_the_generation(home: Path, encoder: Any) -> None:
    """Each episode, sentence and passage is there, as the encoder made it of its text and a little of its header."""
    manifest = build(home, encoder)
    generation = open_generation(home)
    assert (manifest.episodes, manifest.sentences, manifest.passages) == (2, 5, 2)
    assert [episode.id for episode in generation.episodes()] == ["a-2-bbbb", "a-1-aaaa"]
    for passage in generation.passages(all_ids(generation)):
        expected = encoder.encode_query(passage.text) + HEADER_WEIGHT * encoder.encode_query(passage.header)
        expected /= np.linalg.norm(expected)
        assert generation.nearest_of("passage", expected, [passage.id])[0] == pytest.approx(1, abs=1e-3)
        said = generation.sentences(passage)
        assert " ".join(item.text for item in said) == passage.text.replace("\n", " ")
        for item in said:
            np.testing.assert_allclose(item.vector, encoder.encode_query(item.text), atol=1e-3)


def test_the_turns_field_is_the_word_weighted_mean_of_cosines(
    tmp_path: Path, transcript_of: Talk, save: Save, encoder: Any
) -> None:
    """A passage's second score is the mean of its turns' cosines with the question, by words taken of each turn."""
    turns = (("Ada", f"Mast. {talk('rope', 'sail')}"), ("Bo", "The sail, mostly."))
    save(tmp_path, transcript_of("a-1-aaaa", *turns))
    build(tmp_path, encoder)
    generation = open_generation(tmp_path)
    query = encoder.encode_query("who mended the sail")
    expected = 0.0
    for sentences in (["Mast.", talk("rope"), talk("sail")], ["The sail, mostly."]):
        # A turn's vector is the sum of its sentences', each weighted by the square root of its words.
        vector = sum(np.sqrt(len(text.split())) * encoder.encode_query(text) for text in sentences)
        words = len(" ".join(sentences).split())
        expected += words / 30 * float(vector @ query) / float(np.linalg.norm(vector))
    assert generation.nearest_of("turns", query, all_ids(generation)) == pytest.approx([expected], abs=5e-4)


def test_marks_and_headers_are_encoded_as_promised(
    tmp_path: Path, transcript_of: Talk, save: Save, encoder: Any
) -> None:
    """The header is encoded and matched beside a passage; marks stay in the text, neither encoded nor matched."""
    save(tmp_path, transcript_of("a-1-aaaa", ("Ada", "We [laughs] sail.\n[music] Slowly."), title="On [laughs] boats"))
    build(tmp_path, encoder)
    assert {"We sail. Slowly.", "On boats. Ada."} <= set(encoder.encoded)
    assert not any("laughs" in text or "music" in text for text in encoder.encoded)
    generation = open_generation(tmp_path)
    (passage,) = generation.passages(all_ids(generation))
    assert passage.text == "We [laughs] sail.\n[music] Slowly."
    assert generation.matching("passage", generation.terms("laughs"), 5)[0].ids == ()
    assert generation.matching("passage", generation.terms("boats"), 5)[0].ids == (passage.id,)
    assert generation.matching("passage", generation.terms("slowly"), 5)[0].ids == (passage.id,)


def test_the_same_text_is_encoded_once(tmp_path: Path, transcript_of: Talk, save: Save, encoder: Any) -> None:
    """A jingle in every episode is read once, both of its sentences together."""
    save(tmp_path, *(transcript_of(f"a-{n}-aaaa", ("Ada", "Welcome to the show. And goodbye.")) for n in range(5)))
    build(tmp_path, encoder)
    assert sorted(encoder.encoded) == ["Boats. Ada.", "Welcome to the show. And goodbye."]


def test_only_what_changed_is_encoded_again(
    home: Path, transcript_of: Talk, save: Save, encoder: Any, new_encoder: type[Any]
) -> None:
    """A new episode costs its own texts; an edited one its windows from the edit on; nothing else is touched."""
    build(home, encoder)
    encoder.encoded.clear()
    save(home, transcript_of("a-3-cccc", ("Cy", talk("deck"))))
    build(home, encoder)
    assert sorted(encoder.encoded) == ["Boats. Cy.", talk("deck")]
    encoder.encoded.clear()
    edited = transcript_of("a-2-bbbb", ("Ada", talk("anchor", "galley")), number=2, published="2022-06-30")
    save(home, edited)
    build(home, encoder)
    assert encoder.encoded == [talk("anchor", "galley")]
    encoder.encoded.clear()
    build(home, encoder, rebuild=True)
    # Three windows and three headers.
    assert len(encoder.encoded) == 6


def test_adding_step_by_step_gives_what_building_at_once_gives(
    home: Path, tmp_path_factory: pytest.TempPathFactory, transcript_of: Talk, save: Save, new_encoder: type[Any]
) -> None:
    """Reused vectors are the same to the last bit, so the order of ingestion leaves no trace."""
    build(home, new_encoder())
    save(home, transcript_of("a-0-cccc", ("Cy", talk("deck", "mast"))))
    build(home, new_encoder())
    stepwise = content(home)
    build(home, new_encoder(), rebuild=True)
    assert content(home) == stepwise


def test_another_encoder_encodes_everything_again(home: Path, encoder: Any, new_encoder: type[Any]) -> None:
    """Vectors of other weights are of no use, whatever the encoder's name."""
    build(home, encoder)
    other = new_encoder()
    other.weights = "1" * 64
    assert build(home, other).weights == "1" * 64
    assert len(other.encoded) == len(encoder.encoded)


def test_nothing_new_publishes_nothing(home: Path, encoder: Any) -> None:
    """A second build returns the live manifest and touches no file."""
    first = build(home, encoder)
    stamp = (index_folder(home) / "current").stat().st_mtime_ns
    encoder.encoded.clear()
    again = build(home, encoder)
    assert (again.generation, again.inputs) == (first.generation, first.inputs)
    assert encoder.encoded == []
    assert (index_folder(home) / "current").stat().st_mtime_ns == stamp


def test_up_to_date_says_whether_building_would_change_anything(
    home: Path, encoder: Any, transcript_of: Talk, save: Save
) -> None:
    """So it is after a build, and where a source says the same in other notes.

    It is not after a new text, other facts, another encoder or shape, or a broken manifest.
    """

    def current(weights: str = encoder.weights, shape: PassageShape = USUAL_SHAPE) -> bool:
        return up_to_date(home, encoder.name, weights, encoder.form, shape)

    assert not current()
    build(home, encoder)
    assert current()
    assert not current(weights="1" * 64)
    assert not current(shape=PassageShape(90, 2))
    save(home, transcript_of("a-3-cccc", ("Cy", talk("deck"))))
    assert not current()
    build(home, encoder)
    renamed = transcript_of("a-3-cccc", title="Decks").episode
    save_record(home, Record(renamed, ()))
    assert not current()
    number = build(home, encoder).generation
    assert current()
    save_record(home, Record(renamed, (Item("g", "feed", notes="Edited around the transcript."),)))
    assert current()
    (index_folder(home) / str(number) / "manifest.json").write_bytes(b'{"schema":')
    assert not current()
    (index_folder(home) / "current").write_bytes(b"")
    assert not current()


def test_the_vectors_of_the_schema_before_are_kept(home: Path, encoder: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Schema 5 had no rows of what is mined and no overview: it is built anew, once, and nothing is encoded."""
    build(home, encoder)
    before = content(home)
    folder = index_folder(home) / "1"
    (folder / OVERVIEW).unlink()
    for database in folder.glob("*/passages.sqlite"):
        with closing(sqlite3.connect(database)) as opened:
            opened.executescript("DROP TABLE lessons; DROP TABLE mined;")
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    names = [name for name in manifest["files"] if name != OVERVIEW]
    files = {name: sha256_of(folder / name) for name in names}
    sizes = {name: (folder / name).stat().st_size for name in names}
    path.write_text(json.dumps({**manifest, "schema": 5, "files": files, "sizes": sizes}))
    (index_folder(home) / "current").write_text("1")
    encoder.encoded.clear()
    build(home, encoder)
    assert encoder.encoded == []
    assert "it is built anew, once, with the vectors that it holds" in caplog.text
    assert content(home) == before


@pytest.mark.parametrize("damage", [None, b'{"people": [["x"]]}'])
def test_a_damaged_overview_is_made_again(
    home: Path, encoder: Any, caplog: pytest.LogCaptureFixture, damage: bytes | None
) -> None:
    """Missing or changed, it is no reason to cut or encode anything; a plain build mends it."""
    build(home, encoder)
    path = index_folder(home) / "1" / OVERVIEW
    sound = path.read_bytes()
    path.unlink() if damage is None else path.write_bytes(damage)
    with pytest.raises(IndexBroken):
        open_generation(home)
    assert not up_to_date(home, encoder.name, encoder.weights, encoder.form)
    encoder.encoded.clear()
    assert build(home, encoder).generation == 2
    assert encoder.encoded == []
    assert (index_folder(home) / "2" / OVERVIEW).read_bytes() == sound
    assert OVERVIEW in caplog.text


def test_a_broken_generation_is_replaced(home: Path, encoder: Any) -> None:
    """Damage is healed by building again: from the library, which is the truth."""
    build(home, encoder)
    before = content(home)
    for damage in ("1/1/vectors.faiss", "2/manifest.json", "current"):
        (index_folder(home) / damage).write_bytes(b"damage")
        build(home, encoder)
        assert content(home) == before
        open_generation(home).close()
    assert current_number(home) == 4


def test_a_removed_episode_is_gone(home: Path, encoder: Any) -> None:
    """What is no longer in the library is in no later generation."""
    build(home, encoder)
    shutil.rmtree(episode_folder(home, "a-1-aaaa"))
    build(home, encoder)
    generation = open_generation(home)
    assert [episode.id for episode in generation.episodes()] == ["a-2-bbbb"]
    assert generation.matching("passage", ["mast"], 5)[0].ids == ()


def test_an_interrupted_build_leaves_the_live_generation(home: Path, encoder: Any, new_encoder: type[Any]) -> None:
    """Killed while encoding, the generation before answers on; the next build clears up and succeeds."""

    class Killed(new_encoder):  # type: ignore[misc]
        def encode(self, texts: Any, progress: Any = None) -> Any:
            raise KeyboardInterrupt

    build(home, encoder)
    with pytest.raises(KeyboardInterrupt):
        build(home, Killed(), rebuild=True)
    assert current_number(home) == 1
    open_generation(home).close()
    assert len(list(index_folder(home).glob(".building-*"))) == 1
    assert build(home, encoder, rebuild=True).generation == 2
    assert sorted(path.name for path in index_folder(home).iterdir()) == ["1", "2", "current"]


@pytest.mark.parametrize(
    ("turns", "counts"),
    [
        (None, (0, 0, 0)),
        ((), (1, 0, 0)),
        ((("Ada", "[laughs]"),), (1, 0, 0)),
        (((None, "Hello."),), (1, 1, 1)),
    ],
)
def test_small_libraries(
    turns: Any, counts: tuple[int, int, int], tmp_path: Path, transcript_of: Talk, save: Save, encoder: Any
) -> None:
    """An empty library, an episode without words and one of one word are indexes that can be asked anything."""
    if turns is not None:
        save(tmp_path, transcript_of("a-1-aaaa", *turns))
    manifest = build(tmp_path, encoder)
    assert (manifest.episodes, manifest.sentences, manifest.passages) == counts
    generation = open_generation(tmp_path)
    query = encoder.encode_query("hello")
    for filters in (Filters(), Filters(speaker="Ada"), Filters(since="2020-01-01")):
        expected = counts[2] if filters == Filters() else 0
        assert len(generation.nearest("passage", query, 5, filters).ids) == expected
        assert len(generation.matching("passage", ["hello"], 5, filters)[0].ids) == expected
    assert generation.passages([]) == []
    assert len(generation.episodes()) == counts[0]
    assert generation.speakers() == []


def test_an_episode_without_a_transcript_waits(home: Path, encoder: Any, transcript_of: Talk) -> None:
    """One that was not transcribed yet is in the library and not in the index."""
    save_record(home, Record(transcript_of("a-9-zzzz").episode, ()))
    assert build(home, encoder).episodes == 2


def test_progress_is_reported_to_the_end(home: Path, encoder: Any) -> None:
    """Who builds hears how many texts are encoded and how many there are."""
    said: list[tuple[int, int]] = []
    build(home, encoder, progress=lambda done, whole: said.append((done, whole)))
    assert sorted(said) == said
    assert said[-1] == (2, 2)


def test_the_version_of_the_build_counts(home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that makes other passages of the same transcripts builds anew."""
    build(home, encoder)
    monkeypatch.setattr(building, "BUILD_VERSION", building.BUILD_VERSION + 1)
    assert build(home, encoder).generation == 2


def test_labels_are_filtered_by_the_person_they_stand_for(
    tmp_path: Path, transcript_of: Talk, save: Save, encoder: Any
) -> None:
    """A person's labels in an episode are one speaker to a filter; the same label elsewhere may be somebody else."""
    save(
        tmp_path,
        transcript_of(
            "a-1-aaaa",
            ("Ada Brewer (GDS)", talk("mast")),
            ("Sam", talk("rope")),
            aliases={"Ada Brewer (GDS)": "Ada Brewer", "Sam": "Samuel Orr"},
        ),
        transcript_of("a-2-bbbb", ("Ada Brewer", talk("sail"))),
        transcript_of("a-3-cccc", ("Sam", talk("keel")), aliases={"Sam": "Samantha Poe"}),
    )
    build(tmp_path, encoder, shape=PassageShape(13, 0))
    generation = open_generation(tmp_path)
    query = encoder.encode_query("mended")

    def found(name: str) -> list[str]:
        ids = generation.nearest("passage", query, 9, Filters(speaker=name)).ids
        return sorted(identifier.split(".")[0] for identifier in ids)

    assert generation.speakers() == ["Ada Brewer", "Samantha Poe", "Samuel Orr"]
    assert generation.speakers_named("ada brewer") == generation.speakers_named("Ada Brewer (GDS)") == ["Ada Brewer"]
    assert generation.speakers_named("Brewer") == ["Ada Brewer"]
    assert generation.speakers_named("sam") == ["Samantha Poe", "Samuel Orr"]
    assert generation.speakers_named("Orr") == ["Samuel Orr"]
    assert found("Ada Brewer") == ["a-1-aaaa", "a-2-bbbb"]
    assert found("Samuel Orr") == ["a-1-aaaa"]
    assert found("Samantha Poe") == ["a-3-cccc"]
    (first,) = [
        passage for passage in generation.passages(all_ids(generation)) if passage.speakers == ("Ada Brewer (GDS)",)
    ]
    assert [item.speaker for item in generation.sentences(first)] == ["Ada Brewer"]


def test_shows_do_not_mix(tmp_path: Path, transcript_of: Talk, save: Save, encoder: Any) -> None:
    """Two shows with the same GUIDs, titles and words stay apart."""
    one, other = (transcript_of(f"{show}-1-aaaa", ("Ada", talk("mast"))) for show in ("a", "b"))
    save(tmp_path, one, replace(other, episode=replace(other.episode, show=Show("b", "The Harbour Podcast"))))
    build(tmp_path, encoder)
    generation = open_generation(tmp_path)
    ids = generation.nearest("passage", encoder.encode_query("mast"), 9, Filters(show="b")).ids
    assert [identifier.split(".")[0] for identifier in ids] == ["b-1-aaaa"]


def test_each_passage_is_matched_by_the_words_of_its_episode(
    tmp_path: Path, transcript_of: Talk, save: Save, encoder: Any
) -> None:
    """Title, speakers and every word said count for each passage of an episode and for no other's."""
    one = transcript_of("a-1-aaaa", ("Ada", "A mast."), ("Ada", "A sail."), title="Shipyards")
    other = transcript_of("b-1-aaaa", ("Bo", "A keel."), title="Docks")
    save(tmp_path, one, other)
    build(tmp_path, encoder, shape=PassageShape(2, 0))
    generation = open_generation(tmp_path)
    for words, episodes in (("shipyards", {"a"}), ("mast", {"a"}), ("ada", {"a"}), ("keel", {"b"}), ("a", {"a", "b"})):
        found, scores = generation.matching("episode", generation.terms(words), 10)
        assert {identifier[0] for identifier in found.ids} == episodes
        assert len(found.ids) == 2 * ("a" in episodes) + ("b" in episodes)
        assert found.mean == pytest.approx(scores.mean()) and found.deviation == pytest.approx(scores.std())
    generation.close()
