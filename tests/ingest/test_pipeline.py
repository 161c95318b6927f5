import json
import multiprocessing
import subprocess
import sys
import wave
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ingest import pipeline, sources
from ingest.errors import ModelMissing, SourceError
from ingest.fetch.client import Fetched
from ingest.library.records import (
    earlier_transcripts,
    episode_folder,
    episode_ids,
    load_record,
    load_transcript,
    recording,
)
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.shownotes.parse import OfficialText
from ingest.sources import register_source
from ingest.speech.heard import Heard, TranscriptionOptions
from ingest.stages import captions as caption_links
from ingest.stages import heard_words, official_text
from ingest.storage.files import read_json
from ingest.transcript import HeardWord
from tests.ingest.conftest import SPOKEN

NO_AUDIO = IngestSettings(audio=False)
NOTES = "".join(f"<p><strong>{name}:</strong> {text}</p>" for name, text in SPOKEN)
# As heard: nobody named, a few words wrong.
HEARD = [text.replace("kettle", "cattle").replace("brim", "bream") for _, text in SPOKEN]
NEEDS_WEIGHTS = "no weights for 'small.en'"


def vtt(lines, names=True) -> str:
    """Five seconds a line, with `<v Name>` or without."""
    cues = [
        f"00:00:{5 * n:02}.000 --> 00:00:{5 * n + 5:02}.000\n" + (f"<v {name}>{text}" if names else text)
        for n, (name, text) in enumerate(lines)
    ]
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


def sound(path: Path, seconds: float = 1.0) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(int(seconds * 8000) * 2))
    return path


def feed(folder: Path, *items: str, title: str = "Tea show") -> str:
    head = '<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel>'
    body = "".join(f"<item>{item}</item>" for item in items)
    path = folder / "feed.xml"
    path.write_text(f"{head}<title>{title}</title><link>https://tea.example/</link>{body}</channel></rss>")
    return str(path)


def item(number: int = 1, notes: str = "", inside: str = "") -> str:
    shown = f"<description><![CDATA[{notes}]]></description>" if notes else ""
    return f"<title>Episode {number}: Kettles</title><guid>g-{number}</guid>{shown}{inside}"


def captions(folder: Path, lines=SPOKEN, names=True, name="1.vtt") -> str:
    (folder / name).write_text(vtt(lines, names))
    return f'<podcast:transcript url="{name}" type="text/vtt"/>'


def enclosure(folder: Path, name: str = "1.wav") -> str:
    sound(folder / name)
    return f'<enclosure url="{name}" type="audio/wav" length="1"/>'


def run(source: str, home: Path, settings: IngestSettings = NO_AUDIO):
    pipeline.forget_missing_weights()
    return [ingest_episode(episode, home, settings) for episode in register_source(source, home).episodes]


def stamps(home: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def weights(monkeypatch):
    """An engine that hears HEARD at five seconds a line; `there` says whether its weights are on this machine."""

    class Engine:
        there = True
        text = HEARD
        calls = 0

    def available(listening, download=False):
        if not Engine.there:
            raise ModelMissing(NEEDS_WEIGHTS)

    def transcribe(path, listening, progress=None, resume=None):
        Engine.calls += 1
        words = [
            HeardWord(word, 5.0 * line + 0.3 * place, 5.0 * line + 0.3 * place + 0.2, 0.9)
            for line, text in enumerate(Engine.text)
            for place, word in enumerate(text.split())
        ]
        return Heard(tuple(words), "en", listening.engine, listening.model, 20.0, listening.vocabulary)

    monkeypatch.setattr(pipeline, "weights_available", available)
    monkeypatch.setattr(heard_words, "transcribe", transcribe)
    pipeline.forget_missing_weights()
    yield Engine
    pipeline.forget_missing_weights()


def test_captions_with_names_alone_are_the_official_text(tmp_path, home):
    """Named captions: their words, their speakers, their times."""
    (outcome,) = run(feed(tmp_path, item(inside=captions(tmp_path))), home)
    assert outcome.status == "ingested"
    turns = load_transcript(home, outcome.episode.id).turns
    assert [(turn.speaker, turn.text) for turn in turns] == SPOKEN
    assert [(turn.start, turn.end, turn.timing) for turn in turns] == [
        (5.0 * n, 5.0 * n + 5, "published") for n in range(4)
    ]


def test_unnamed_captions_time_the_notes(tmp_path, home):
    """Words and names are the notes', to the letter; only the times come from the captions."""
    (outcome,) = run(
        feed(tmp_path, item(notes=NOTES, inside=captions(tmp_path, [("", t) for t in HEARD], False))), home
    )
    transcript = load_transcript(home, outcome.episode.id)
    assert [(turn.speaker, turn.text) for turn in transcript.turns] == SPOKEN
    assert {turn.timing for turn in transcript.turns} == {"aligned"}
    assert [turn.start for turn in transcript.turns] == pytest.approx([0, 5, 10, 15], abs=1)
    assert transcript.divergence is not None


def test_unnamed_captions_alone_are_the_transcript(tmp_path, home):
    """Nobody is named, the times are the captions' own."""
    (outcome,) = run(feed(tmp_path, item(inside=captions(tmp_path, names=False))), home)
    turns = load_transcript(home, outcome.episode.id).turns
    assert {(turn.speaker, turn.timing) for turn in turns} == {(None, "published")}
    assert " ".join(turn.text for turn in turns) == " ".join(text for _, text in SPOKEN)


def test_notes_alone_get_estimated_times(tmp_path, home):
    """Without anything heard, times are guesses and say so."""
    (outcome,) = run(feed(tmp_path, item(notes=NOTES)), home)
    turns = load_transcript(home, outcome.episode.id).turns
    assert [(turn.speaker, turn.text) for turn in turns] == SPOKEN
    assert {turn.timing for turn in turns} == {"estimated"}
    assert all(turn.timing_error >= 15 for turn in turns)


def test_named_captions_give_way_to_fuller_notes(tmp_path, home):
    """Notes that hold more words are the official text and the captions time them; notes with fewer are not."""
    (fuller,) = run(feed(tmp_path, item(notes=NOTES, inside=captions(tmp_path, SPOKEN[:3]))), home / "fuller")
    turns = load_transcript(home / "fuller", fuller.episode.id).turns
    assert [turn.text for turn in turns] == [text for _, text in SPOKEN]
    assert turns[0].timing == "aligned"
    shorter = "".join(f"<p><strong>{name}:</strong> {text}</p>" for name, text in SPOKEN[:3])
    (outcome,) = run(feed(tmp_path, item(notes=shorter, inside=captions(tmp_path))), home / "shorter")
    turns = load_transcript(home / "shorter", outcome.episode.id).turns
    assert [turn.text for turn in turns] == [text for _, text in SPOKEN]
    assert {turn.timing for turn in turns} == {"published"}


def test_a_transcript_link_of_text_is_a_copy_of_the_official_text(tmp_path, home):
    """podcast:transcript may be HTML: its speakers count like those of the notes."""
    (tmp_path / "1.html").write_text(NOTES)
    inside = '<podcast:transcript url="1.html" type="text/html"/>'
    (outcome,) = run(feed(tmp_path, item(notes="Tea and kettles.", inside=inside)), home)
    turns = load_transcript(home, outcome.episode.id).turns
    assert [(turn.speaker, turn.text) for turn in turns] == SPOKEN


def test_the_first_usable_transcript_link_counts(tmp_path, home):
    """JSON comes before VTT; where it is broken the VTT is read and the broken one named."""
    (tmp_path / "1.json").write_text('{"segments": [{"startTime": 0, "endTime": 9')
    links = captions(tmp_path) + '<podcast:transcript url="1.json" type="application/json"/>'
    (outcome,) = run(feed(tmp_path, item(inside=links)), home)
    assert outcome.status == "ingested"
    assert "1.json" in outcome.message
    assert load_transcript(home, outcome.episode.id).turns[0].timing == "published"


def test_a_second_run_does_nothing(tmp_path, home):
    """Nothing is fetched, made or written again: every episode is "unchanged" and no file of the library moves."""
    (tmp_path / "tea").mkdir()
    (tmp_path / "tea" / "talk.txt").write_text("\n\n".join(f"{name}: {text}" for name, text in SPOKEN))
    sources = [
        feed(tmp_path, item(1, NOTES), item(2, inside=captions(tmp_path)), item(3, NOTES)),
        str(tmp_path / "tea"),
    ]
    first = [outcome for source in sources for outcome in run(source, home)]
    assert {outcome.status for outcome in first} == {"ingested"}
    before = stamps(home)
    second = [outcome for source in sources for outcome in run(source, home)]
    assert {outcome.status for outcome in second} == {"unchanged"}
    assert [outcome.episode.id for outcome in second] == [outcome.episode.id for outcome in first]
    assert stamps(home) == before


def test_again_does_every_stage_again(tmp_path, home):
    """`--again` makes and writes what a second run would leave alone; the same words are kept once."""
    source = feed(tmp_path, item(notes=NOTES, inside=captions(tmp_path, names=False)))
    (first,) = run(source, home)
    before = stamps(episode_folder(home, first.episode.id))
    (second,) = run(source, home, IngestSettings(audio=False, again=True))
    after = stamps(episode_folder(home, first.episode.id))
    assert second.status == "ingested"
    assert {path.name for path in after if after[path] > before[path]} >= {
        "captions.json",
        "official.json",
        "transcript.json",
    }
    assert earlier_transcripts(home, first.episode.id) == []


def test_edited_notes_keep_the_earlier_transcript(tmp_path, home):
    """The publisher mends a word: the episode keeps its id, the words that were quoted stay in the library."""
    (first,) = run(feed(tmp_path, item(notes=NOTES)), home)
    (second,) = run(feed(tmp_path, item(notes=NOTES.replace("four minutes", "five minutes"))), home)
    assert (second.status, second.episode.id) == ("ingested", first.episode.id)
    assert "five minutes" in load_transcript(home, second.episode.id).turns[3].text
    (earlier,) = earlier_transcripts(home, second.episode.id)
    assert "four minutes" in earlier.turns[3].text
    assert len(list(episode_folder(home, first.episode.id).glob("transcript-*.json"))) == 1


def test_a_local_captions_file_that_changed_is_read_again(tmp_path, home):
    """Captions beside the feed are keyed by their content."""
    source = feed(tmp_path, item(inside=captions(tmp_path)))
    run(source, home)
    captions(tmp_path, [("Ann Smith", "Something else entirely, I should think.")])
    (outcome,) = run(source, home)
    assert outcome.status == "ingested"
    assert load_transcript(home, outcome.episode.id).turns[0].text.startswith("Something else")


def test_audio_only_waits_for_weights_and_is_done_when_they_come(tmp_path, home, weights):
    """Missing weights: the episode waits and says why; the next run that finds them does it, the one after nothing."""
    source = feed(tmp_path, item(inside=enclosure(tmp_path)))
    weights.there = False
    (waiting,) = run(source, home, IngestSettings())
    assert (waiting.status, waiting.ok) == ("waiting", False)
    assert NEEDS_WEIGHTS in waiting.message
    assert load_transcript(home, waiting.episode.id) is None
    weights.there = True
    (done,) = run(source, home, IngestSettings())
    assert (done.status, done.episode.id) == ("ingested", waiting.episode.id)
    turns = load_transcript(home, done.episode.id).turns
    assert {(turn.speaker, turn.timing) for turn in turns} == {(None, "heard")}
    assert " ".join(turn.text for turn in turns) == " ".join(HEARD)
    assert run(source, home, IngestSettings())[0].status == "unchanged"
    assert weights.calls == 1


def test_only_heard_words_say_who_heard_them_and_how_surely(tmp_path, home, weights):
    """A transcript of heard words names the model and keeps each probability; official words, though timed, do not."""
    named = TranscriptionOptions(model="models/tiny.en")
    (heard,) = run(feed(tmp_path, item(inside=enclosure(tmp_path))), home, IngestSettings(listening=named))
    transcript = load_transcript(home, heard.episode.id)
    assert transcript.heard_by == "Whisper tiny.en"
    assert {word.probability for turn in transcript.turns for word in turn.words} == {0.9}
    source = feed(tmp_path, item(notes=NOTES, inside=enclosure(tmp_path)))
    (written,) = run(source, home, IngestSettings(listening=named))
    transcript = load_transcript(home, written.episode.id)
    assert {turn.timing for turn in transcript.turns} == {"aligned"}
    assert transcript.heard_by is None
    assert {word.probability for turn in transcript.turns for word in turn.words} == {None}


@pytest.mark.parametrize("version", ["HEARD_VERSION", "ALIGNED_VERSION"])
@pytest.mark.parametrize("notes", ["", NOTES])
def test_a_new_version_hears_nothing_again(tmp_path, home, weights, monkeypatch, notes, version):
    """It makes its own transcripts again from the words that were heard, and leaves all others as they are."""
    status = "ingested" if (version == "ALIGNED_VERSION") == bool(notes) else "unchanged"
    source = feed(tmp_path, item(notes=notes, inside=enclosure(tmp_path)))
    run(source, home, IngestSettings())
    monkeypatch.setattr(pipeline, version, getattr(pipeline, version) + 1)
    assert [outcome.status for outcome in run(source, home, IngestSettings())] == [status]
    assert weights.calls == 1


def test_notes_without_a_transcript_spell_the_names_that_were_heard(tmp_path, home, weights):
    """Their names are shown instead of what was heard; other notes make the transcript again, of the same words."""
    weights.text = ["so we had tea with Cat Stephens today"]
    source = feed(tmp_path, item(inside=enclosure(tmp_path)))
    (outcome,) = run(source, home, IngestSettings())
    assert load_transcript(home, outcome.episode.id).turns[0].text == "So we had tea with Cat Stephens today"
    source = feed(tmp_path, item(notes="An hour with Kat Stevens.", inside=enclosure(tmp_path)))
    (outcome,) = run(source, home, IngestSettings())
    assert outcome.status == "ingested"
    turn, gap = load_transcript(home, outcome.episode.id).turns
    assert turn.text == "So we had tea with Kat Stevens today"
    assert [word.heard for word in turn.words] == ["so", *[None] * 4, "Cat", "Stephens", None]
    assert gap.text == "[no words heard]", "the recording goes on for 17 s"
    assert run(source, home, IngestSettings())[0].status == "unchanged"
    assert weights.calls == 1


def test_an_episode_with_text_is_ingested_without_weights(tmp_path, home, weights):
    """Official text needs no Whisper: ingested, with a remark, and timed by the run that finds weights."""
    source = feed(tmp_path, item(notes=NOTES, inside=enclosure(tmp_path)))
    weights.there = False
    (outcome,) = run(source, home, IngestSettings())
    assert (outcome.status, outcome.ok) == ("ingested", True)
    assert "not transcribed: no weights" in outcome.message
    assert run(source, home, IngestSettings())[0].ok
    weights.there = True
    (outcome,) = run(source, home, IngestSettings())
    assert outcome.status == "ingested"
    turns = load_transcript(home, outcome.episode.id).turns
    assert [(turn.speaker, turn.text) for turn in turns] == SPOKEN
    assert {turn.timing for turn in turns} == {"aligned"}


def test_captions_spare_the_transcription(tmp_path, home, weights):
    """Whisper runs only where captions give no times, or when it is asked for."""
    source = feed(tmp_path, item(notes=NOTES, inside=captions(tmp_path, names=False) + enclosure(tmp_path)))
    run(source, home, IngestSettings())
    assert weights.calls == 0
    (outcome,) = run(source, home, IngestSettings(transcribe=True))
    assert (weights.calls, outcome.status) == (1, "ingested")
    assert run(source, home, IngestSettings())[0].status == "unchanged", "what was heard is not given up again"


def test_a_transcription_is_kept_for_its_audio_engine_and_model(tmp_path, home, weights):
    """New notes do not transcribe again; another model, or `--again`, does."""
    source = feed(tmp_path, item(inside=enclosure(tmp_path)))
    run(source, home, IngestSettings())
    feed(tmp_path, item(notes=NOTES, inside=enclosure(tmp_path)))
    run(source, home, IngestSettings())
    assert weights.calls == 1
    run(source, home, IngestSettings(listening=TranscriptionOptions(model="tiny")))
    assert weights.calls == 2
    weights.text = [text.upper() for text in HEARD]
    (outcome,) = run(source, home, IngestSettings(again=True, listening=TranscriptionOptions(model="tiny")))
    assert weights.calls == 3
    assert outcome.status == "ingested"
    assert read_json(episode_folder(home, outcome.episode.id) / "heard.json")["words"][0][0] == "HELLO"


def test_a_transcription_that_fails_again_takes_nothing_away(tmp_path, home, weights, monkeypatch):
    """What was heard stays until the new transcription is done."""
    source = feed(tmp_path, item(inside=enclosure(tmp_path)))
    run(source, home, IngestSettings())

    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(heard_words, "transcribe", killed)
    with pytest.raises(KeyboardInterrupt):
        run(source, home, IngestSettings(again=True))
    assert run(source, home, IngestSettings())[0].status == "unchanged"


def test_the_recording_comes_into_the_library(tmp_path, home, weights):
    """A local recording is copied whole, its duration measured, and the episode gets an address to listen at."""
    (outcome,) = run(feed(tmp_path, item(inside=enclosure(tmp_path))), home, IngestSettings())
    episode = load_record(home, outcome.episode.id).episode
    assert recording(home, episode.id).read_bytes() == (tmp_path / "1.wav").read_bytes()
    assert episode.duration == pytest.approx(1.0, abs=0.01)
    assert episode.audio_url == f"/api/episodes/{episode.id}/audio"


def test_a_recording_that_contradicts_its_stated_duration_is_what_is_placed(tmp_path, home, weights):
    """The outcome says both, no word lies behind the recording's end, and nothing is made again later.

    Without the recording, and when the feed is corrected elsewhere, the measured duration stays.
    """
    weights.there = False
    sound(tmp_path / "1.wav", 20.0)
    hour = '<enclosure url="1.wav" type="audio/wav"/><itunes:duration>1:00:00</itunes:duration>'
    (outcome,) = run(feed(tmp_path, item(notes=NOTES, inside=hour)), home, IngestSettings())
    assert "said to last 1:00:00, but its recording lasts 0:20" in outcome.message
    turns = load_transcript(home, outcome.episode.id).turns
    assert max(turn.end for turn in turns) <= 20.0
    for settings in (IngestSettings(), NO_AUDIO):
        (again,) = run(feed(tmp_path, item(notes=NOTES, inside=hour)), home, settings)
        assert again.status == "unchanged"
    run(feed(tmp_path, item(notes=NOTES, inside=f"{hour}<link>https://tea.example/1</link>")), home)
    assert load_transcript(home, outcome.episode.id).turns == turns
    assert load_record(home, outcome.episode.id).episode.duration == pytest.approx(20.0, abs=0.01)


def test_silence_is_no_failure(tmp_path, home, weights):
    """A recording in which nobody speaks is skipped, and says so."""
    weights.text = []
    (outcome,) = run(feed(tmp_path, item(inside=enclosure(tmp_path))), home, IngestSettings())
    assert (outcome.status, outcome.ok) == ("skipped", True)
    assert "nobody speaks" in outcome.message


def test_no_audio_skips_what_has_only_audio(tmp_path, home, weights):
    """`--no-audio` looks at no recording; an episode without text is "skipped: audio only"."""
    source = feed(tmp_path, item(1, inside=enclosure(tmp_path)), item(2, NOTES, enclosure(tmp_path, "2.wav")))
    lone, text = run(source, home)
    assert (lone.status, lone.message, lone.ok) == ("skipped", "audio only", True)
    assert text.status == "ingested"
    assert recording(home, text.episode.id) is None


def test_broken_captions_are_named_even_without_audio(tmp_path, home):
    """A file that should have given the text and did not is a failure, not "audio only"."""
    (tmp_path / "1.vtt").write_text("no captions at all")
    inside = '<podcast:transcript url="1.vtt" type="text/vtt"/>' + enclosure(tmp_path)
    (outcome,) = run(feed(tmp_path, item(inside=inside)), home)
    assert (outcome.status, outcome.ok) == ("failed", False)
    assert "1.vtt" in outcome.message


def test_an_item_without_anything_usable_is_skipped_by_name(tmp_path, home):
    """Notes without a transcript are no text to quote."""
    (outcome,) = run(feed(tmp_path, item(notes="<p>Tea and kettles, as every week.</p>")), home)
    assert (outcome.status, outcome.ok) == ("skipped", True)
    assert "no transcript in its notes, no captions and no recording" in outcome.message


def test_another_process_at_the_episode_makes_it_busy(tmp_path, home):
    """One lease per episode: who comes second says so and goes on with others."""
    source = feed(tmp_path, item(1, NOTES), item(2, NOTES))
    first, second = register_source(source, home).episodes
    program = "import sys\nfrom pathlib import Path\nfrom ingest.storage.files import lock\n"
    program += "with lock(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    command = [sys.executable, "-c", program, str(episode_folder(home, first.id))]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        assert [ingest_episode(episode, home, NO_AUDIO).status for episode in (first, second)] == ["busy", "ingested"]
        other.kill()
    assert ingest_episode(first, home, NO_AUDIO).status == "ingested"


def test_an_episode_can_be_ingested_by_another_process(tmp_path, home):
    """Function, arguments and outcome are picklable: a worker does what this process would do."""
    (episode,) = register_source(feed(tmp_path, item(notes=NOTES)), home).episodes
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        outcome = pool.submit(ingest_episode, episode, home, NO_AUDIO).result()
    assert (outcome.episode, outcome.status) == (episode, "ingested")
    assert ingest_episode(episode, home, NO_AUDIO).status == "unchanged"


def test_a_damaged_file_of_a_stage_is_made_again(tmp_path, home):
    """What can be derived is derived again; nobody has to clean up by hand."""
    source = feed(tmp_path, item(notes=NOTES, inside=captions(tmp_path, names=False)))
    (first,) = run(source, home)
    whole = load_transcript(home, first.episode.id)
    for name in ("captions.json", "official.json", "transcript.json", "state.json"):
        (episode_folder(home, first.episode.id) / name).write_text('{"schema": 1, "inp')
    (second,) = run(source, home)
    assert second.status == "ingested"
    assert load_transcript(home, first.episode.id) == whole


@pytest.mark.parametrize("name", ["captions.json", "official.json", "transcript.json"])
def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path, home, name):
    """A newer schema is not ours to overwrite: the episode fails with one line that names file and schema."""
    source = feed(tmp_path, item(notes=NOTES, inside=captions(tmp_path, names=False)))
    (first,) = run(source, home)
    path = episode_folder(home, first.episode.id) / name
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": 9}))
    (outcome,) = run(source, home)
    assert outcome.status == "failed"
    assert f"{path} has schema 9" in outcome.message
    assert json.loads(path.read_text())["schema"] == 9


def test_captions_that_a_server_no_longer_gives_are_kept(tmp_path, home, monkeypatch):
    """`--again` while the server is down takes the captions of the library, and names the server's failure."""
    link = '<podcast:transcript url="https://tea.example/1.vtt" type="text/vtt"/>'
    source = feed(tmp_path, item(inside=link))

    def answer(url, **_):
        return Fetched(data=vtt(SPOKEN).encode(), url=url)

    def refuse(url, **_):
        raise SourceError(f"{url}: the server answers 503")

    monkeypatch.setattr(caption_links, "fetch", answer)
    assert run(source, home)[0].status == "ingested"
    monkeypatch.setattr(caption_links, "fetch", refuse)
    assert run(source, home)[0].status == "unchanged"
    (again,) = run(source, home, IngestSettings(audio=False, again=True))
    assert again.status == "ingested"
    assert "answers 503" in again.message
    assert load_transcript(home, again.episode.id).turns[0].timing == "published"


def test_the_state_says_what_became_of_an_episode(tmp_path, home, monkeypatch):
    """A failure is forgotten as soon as a later run finds all well."""

    def state(outcome):
        return read_json(episode_folder(home, outcome.episode.id) / "state.json")["status"]

    source = feed(tmp_path, item(notes=NOTES))
    (outcome,) = run(source, home)
    assert state(outcome) == "ingested"
    with monkeypatch.context() as broken:
        broken.setattr(pipeline, "assemble", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        (outcome,) = run(source, home, IngestSettings(audio=False, again=True))
    assert (outcome.status, state(outcome)) == ("failed", "failed")
    (outcome,) = run(source, home)
    assert (outcome.status, state(outcome)) == ("unchanged", "ingested")


def test_a_recording_that_a_feed_brought_is_the_same_episode_as_its_file(tmp_path, home):
    """The folder of a local feed, ingested as a folder of recordings, adds no episode."""
    (tmp_path / "x").mkdir()
    source = feed(tmp_path / "x", item(1, NOTES, enclosure(tmp_path / "x", "1.wav")))
    register_source(source, home)
    register_source(str(tmp_path / "x" / "1.wav"), home)
    assert len(episode_ids(home)) == 1
    assert replace(load_record(home, episode_ids(home)[0]).episode).guid == "g-1"


def test_a_long_feed_address_is_recognised_in_any_case(home, monkeypatch):
    """ "HTTPS://" is an address too and no file name."""
    asked = []

    def fetched(url, **_):
        asked.append(url)
        raise SourceError(f"{url}: out of reach")

    monkeypatch.setattr(sources, "fetch", fetched)
    with pytest.raises(SourceError, match="out of reach"):
        register_source("HTTPS://tea.example/feed", home)
    assert asked == ["HTTPS://tea.example/feed"]


LOST = tuple(f"label without text: '{name}'" for name in ("Cy Poe", "Di Roe"))


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({}, ""),
        ({"unread_labels": ("A WITNESS", "Dr. X", "A WITNESS")}, "; 2 labels not recognised; see `playback show {id}`"),
        ({"left_out": ("Support us …",)}, "; 1 line left out; see `playback show {id}`"),
        (
            {"unread_labels": ("Dr. X",), "left_out": ("Support us …", "Bye …"), "problems": ("truncated: cut off",)},
            "; truncated: cut off; 1 label not recognised; 2 lines left out; see `playback show {id}`",
        ),
        ({"problems": (LOST[0], "truncated: cut off")}, f"; {LOST[0]}; truncated: cut off"),
        ({"problems": (*LOST, "truncated: cut off")}, "; label without text (2 times); truncated: cut off"),
    ],
)
def test_what_was_not_understood_is_counted_not_listed(tmp_path, home, monkeypatch, found, told):
    """The outcome stays one short line that points to the whole account; a plain episode's gets no longer."""
    read = official_text.parse_notes
    monkeypatch.setattr(official_text, "parse_notes", lambda *given, **_: replace(read(*given), **found))
    (outcome,) = run(feed(tmp_path, item(notes=NOTES)), home)
    words = sum(len(text.split()) for _, text in SPOKEN)
    plain = f"{len(SPOKEN)} turns, {words} words, times estimated"
    assert outcome.message == plain + told.format(id=outcome.episode.id)


def test_lines_of_a_text_that_lost_are_not_counted(tmp_path, home, monkeypatch):
    """Named captions win over a truncated text: what was left out of that text is not missing from the transcript."""
    read = official_text.parse_notes
    odd = {"truncated": True, "left_out": ("Support us …",), "unread_labels": ("Dr. X",)}
    monkeypatch.setattr(official_text, "parse_notes", lambda *given, **_: replace(read(*given), **odd))
    (outcome,) = run(feed(tmp_path, item(notes=NOTES, inside=captions(tmp_path))), home)
    assert outcome.message.endswith("times published")


def test_captions_without_a_readable_time_are_counted(tmp_path, home):
    """Their first words stand in the account, not in the outcome."""
    link = captions(tmp_path)
    broken = (tmp_path / "1.vtt").read_text().replace("00:00:05.000 -->", "00:00:0x.000 -->")
    (tmp_path / "1.vtt").write_text(broken)
    (outcome,) = run(feed(tmp_path, item(inside=link)), home)
    assert outcome.message.endswith(f"; 1 caption left out; see `playback show {outcome.episode.id}`")


def test_notes_without_a_usable_transcript_say_why(tmp_path, home, monkeypatch):
    """Problems of the notes are told too where nothing could be ingested."""
    problems = ("its notes look like a list with names, not a transcript",)
    monkeypatch.setattr(official_text, "parse_notes", lambda *_, **__: OfficialText(problems=problems))
    (outcome,) = run(feed(tmp_path, item(notes=NOTES)), home)
    assert outcome.status == "skipped"
    assert outcome.message.endswith(f"no captions and no recording; {problems[0]}")


CREDITS = "<p>Host: Ann Lee. She runs the Tea Board.</p><p>Guest: Jo Brown. He makes pots by the sea.</p>"
LOOKS_LIKE = "its notes look like a list with names, not a transcript"


def test_a_list_in_the_notes_is_told_with_and_without_captions(tmp_path: Path) -> None:
    """Whether captions were used or nothing was left, the outcome says that the notes were taken for a list."""
    first = feed(tmp_path, item(1, CREDITS, captions(tmp_path, names=False)), item(2, CREDITS))

    used, skipped = run(first, tmp_path / "home")

    assert (used.status, skipped.status) == ("ingested", "skipped")
    assert LOOKS_LIKE in used.message and LOOKS_LIKE in skipped.message
