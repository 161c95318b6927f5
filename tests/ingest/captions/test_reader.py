"""Captions as they are found in the wild become cues, turns and heard words."""

import html
import json
from pathlib import Path

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from ingest.captions.reader import read_caption_file
from ingest.captions.turns import Cue, heard_words, named, read_captions, turns_of
from ingest.errors import SourceError
from tests.growth import LINEAR, growth

SHARED = Path(__file__).parents[3].parent / "shared" / "corpora" / "alignment"

VOICES = """WEBVTT - a title
Kind: captions

NOTE
nobody says this
00:00.500

STYLE
::cue { color: red }

REGION
id:fred

intro
00:01.100 --> 00:03.100 align:start position:0%
<v.loud Ann Lee>Good morning &amp; <i>welcome</i>.</v>

00:03.100 --> 00:05.100
<v Ann Lee>This is
the <c.yellow>show</c>.

00:00:06.000 --> 00:00:09.000
<v Bob>[laughs] Thanks.</v>
"""

SRT = """1
00:00:00,000 --> 00:00:02,760
Sarah: In today's episode,
you'll learn

2
00:00:02,760 --> 00:00:06,090
whether to have it.

3
00:00:06,090 --> 00:00:08,090
Tom: Note: it is <i>one</i> thing
"""

# {blank} keeps editors from stripping what the format's users write there.
ROLLING = """WEBVTT

00:00:00.000 --> 00:00:02.000 align:start
{blank}
hello<00:00:00.500><c> big</c><00:00:01.000><c> world</c>

00:00:02.000 --> 00:00:02.010 align:start
hello big world
{blank}

00:00:02.010 --> 00:00:04.000 align:start
hello big world
this<00:00:02.600><c> is</c><00:00:03.100><c> good</c>

00:00:04.000 --> 00:00:04.010 align:start
this is good
{blank}

00:00:04.010 --> 00:00:06.000 align:start
this is good
news<00:00:05.100><c> today</c>
""".replace("{blank}", " ")


def said(data: str | bytes, name: str = "x") -> list[tuple[str | None, str]]:
    cues = read_captions(data.encode() if isinstance(data, str) else data, name)
    return [(turn.speaker, turn.text) for turn in turns_of(cues)]


def vtt(*cues: tuple[float, float, str]) -> bytes:
    blocks = (f"{_clock(start)} --> {_clock(end)}\n{text}" for start, end, text in cues)
    return "\n\n".join(["WEBVTT", *blocks]).encode()


def _clock(seconds: float) -> str:
    return f"{int(seconds // 3600):02}:{int(seconds // 60 % 60):02}:{seconds % 60:06.3f}"


def test_voices_become_speakers_and_tags_entities_and_notes_vanish() -> None:
    """WebVTT: voices name the speakers, markup and blocks that are not cues leave no text."""
    expected = [("Ann Lee", "Good morning & welcome. This is the show."), ("Bob", "[laughs] Thanks.")]
    assert said(VOICES) == expected


def test_times_come_from_the_cues_and_marks_have_none() -> None:
    """A turn spans its cues; a word has its share of its cue, a mark has no time and takes none."""
    turn = turns_of(read_captions(VOICES.encode(), "x"))[1]
    assert (turn.start, turn.end, turn.timing, turn.timing_error) == (6.0, 9.0, "published", 0.5)
    assert [(word.text, word.start, word.end) for word in turn.words] == [
        ("[laughs]", None, None),
        ("Thanks.", 6.0, 9.0),
    ]


def test_words_share_their_cue_by_their_length() -> None:
    """Ten characters take five times as long as two."""
    (turn,) = turns_of(read_captions(vtt((10, 22, "It extendable")), "x"))
    assert [(word.start, word.end) for word in turn.words] == [(10.0, 12.0), (12.0, 22.0)]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_srt_in_any_encoding_with_labels_that_hold_until_the_next(ending: str, encoding: str) -> None:
    """SRT: a label names the speaker of this cue and those after it, "Note:" is no name, in every Unicode encoding."""
    expected = [
        ("Sarah", "In today's episode, you'll learn whether to have it."),
        ("Tom", "Note: it is one thing"),
    ]
    assert said(SRT.replace("\n", ending).encode(encoding)) == expected


def test_latin_1_and_windows_quotes_are_read() -> None:
    """What is not UTF-8 is read as Windows-1252."""
    assert said("1\n00:00:01,000 --> 00:00:02,000\ncafé’s\n".encode("cp1252")) == [(None, "café’s")]


@pytest.mark.parametrize(
    ("line", "start", "end"),
    [
        ("00:00:01.000 --> 00:00:02.500", 1.0, 2.5),
        ("0:01,000-->0:02,5", 1.0, 2.5),
        ("  00:01 --> 00:02   align:left", 1.0, 2.0),
        ("100:00:01.000 --> 100:00:02.000", 360001.0, 360002.0),
        ("75:30.000 --> 75:31.000", 4530.0, 4531.0),
        ("-00:00:01.000 --> 00:00:02.000", 0.0, 2.0),
        ("00:00:05.000 --> 00:00:02.000", 5.0, 5.0),
        ("00:00:05.000 --> 00:00:05.000", 5.0, 5.0),
    ],
)
@pytest.mark.parametrize("head", ["WEBVTT\n\n", "WEBVTT\n", "\ufeffWEBVTT\n\n1\n", "", "1\n", "\n\n1\n"])
def test_times_are_read_as_they_are_written(head: str, line: str, start: float, end: float) -> None:
    """Hours may be missing, point or comma, settings after; negative is 0, an end before its start is the start."""
    (cue,) = read_captions(f"{head}{line}\nHello".encode(), "x")
    assert (cue.start, cue.end, cue.text) == (start, end, "Hello")


def test_a_cue_without_a_readable_time_is_left_out_and_its_neighbours_stay() -> None:
    """One broken time costs one cue, and the reader says which words."""
    data = SRT.replace("00:00:02,760 --> 00:00:06,090", "00:00:0x --> 00:00:06,090")
    found = read_caption_file(data.encode(), "x")
    assert [cue.text for cue in found.cues] == ["In today's episode,\nyou'll learn", "Note: it is one thing"]
    assert found.left_out == ("whether to have it.",)


def test_srt_keeps_text_after_a_blank_line_and_without_counters() -> None:
    """SRT from careless tools loses no text."""
    second, third = "00:00:02,000 --> 00:00:03,000\n1984\n", "7\n00:00:03,000 --> 00:00:04,000\nthree"
    data = f"00:00:01,100 --> 00:00:02,000\none\n\nmore --> text\n{second}\n{third}"
    assert said(data) == [(None, "one more --> text 1984 three")]


def test_rolling_captions_are_unrolled_and_inline_times_used() -> None:
    """Captions that repeat their last line say everything once, with the times of the words."""
    (turn,) = turns_of(read_captions(ROLLING.encode(), "x"))
    assert turn.text == "hello big world this is good news today"
    starts = [word.start for word in turn.words]
    assert starts == [0.0, 0.5, 1.0, 2.01, 2.6, 3.1, 4.01, 5.1]
    assert turn.timing_error == 0.2


def test_rolling_captions_whose_blanks_were_stripped_are_read() -> None:
    """A blank first line that became an empty one does not hide the cue's text."""
    assert said(ROLLING.replace("\n \n", "\n\n")) == [(None, "hello big world this is good news today")]


def test_people_who_repeat_themselves_are_not_unrolled() -> None:
    """ "Yes." four times stays four times."""
    cues = ((1.1, 2, "Yes."), (2, 3, "Yes."), (3, 4, "Yes."), (4, 5, "Yes. Right."))
    assert said(vtt(*cues)) == [(None, "Yes. Yes. Yes. Yes. Right.")]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([">> ANN: Hi.", "there.", ">> BOB: Ho."], [("ANN", "Hi. there."), ("BOB", "Ho.")]),
        (["- Ann: Hi.\n- Bob: Ho."], [("Ann", "Hi."), ("Bob", "Ho.")]),
        ([">> Hi.", ">> Ho.", "there."], [(None, "Hi."), (None, "Ho. there.")]),
        (["- Hi.\n- Ho."], [(None, "Hi."), (None, "Ho.")]),
        (["Ann Lee:\nHi.", "Dr. Bob van Dyk:", "Ho."], [("Ann Lee", "Hi."), ("Dr. Bob van Dyk", "Ho.")]),
        (["Ann: Hi.", "[Music]", "Who is this?", "Ann: Me."], [("Ann", "Hi."), (None, "Who is this?"), ("Ann", "Me.")]),
        (["Ann: Hi.", "[laughs]", "Ho.", "Bob: So."], [("Ann", "Hi. [laughs] Ho."), ("Bob", "So.")]),
        (["Ann: Hi.", "Bob:", "Ann: Ho."], [("Ann", "Hi."), ("Ann", "Ho.")]),
        (
            ["We did it.", "Python: a thing.", "It is 12:30 now."],
            [(None, "We did it. Python: a thing. It is 12:30 now.")],
        ),
        (["He said: go.", "<i>I</i> went."], [(None, "He said: go. I went.")]),
        (["[Music]", "Hi.", "[Applause]"], [(None, "Hi. [Applause]")]),
        ([">> Ann: a < b & c > d, R&D; 3 &lt; 4"], [("Ann", "a < b & c > d, R&D; 3 < 4")]),
    ],
)
def test_labels_signs_and_marks(lines: list[str], expected: list[tuple[str | None, str]]) -> None:
    """Labels and ">>" open turns, a lone colon does not, marks stay in their turn or begin a clip."""
    cues = ((index + 0.1, index + 1.1, line) for index, line in enumerate(lines))
    assert said(vtt(*cues)) == expected


def test_two_voices_in_one_cue_share_its_time_and_say_how_far_off_that_may_be() -> None:
    """Where a voice begins inside a cue is a guess, and its error says so."""
    ann, bob = turns_of(read_captions(vtt((10.5, 20.5, "<v Ann>12345</v>\n<v Bob>67890")), "x"))
    assert (ann.speaker, ann.start, ann.end) == ("Ann", 10.5, 15.5)
    assert (bob.speaker, bob.start, bob.end, bob.timing_error) == ("Bob", 15.5, 20.5, 2.5)


def test_podcasting_json_joins_segments_by_speaker() -> None:
    """Podcasting 2.0 JSON: words of one speaker are one turn, an end that is missing is where the next begins."""
    words = [("Vader", 0.5, 0.75, "I"), ("Vader", 1, None, "am\n"), ("Luke", 2.75, 3.0, "No")]
    segments = [{"speaker": who, "startTime": start, "endTime": end, "body": body} for who, start, end, body in words]
    turns = turns_of(read_captions(json.dumps({"version": "1.0.0", "segments": segments}).encode(), "x"))
    expected = [("Vader", "I am", 0.5, 2.75), ("Luke", "No", 2.75, 3.0)]
    assert [(turn.speaker, turn.text, turn.start, turn.end) for turn in turns] == expected


def test_captions_without_names_are_cut_at_pauses() -> None:
    """Nobody's words become turns where there is a pause, speaker unknown."""
    cues = ((0.1, 2, "one"), (2, 4, "two"), (6, 8, "three"))
    assert said(vtt(*cues)) == [(None, "one two"), (None, "three")]


def test_out_of_order_and_overlapping_captions_come_in_order_of_time() -> None:
    """Captions without labels are sorted by their starts; heard words never run backwards."""
    cues = read_captions(vtt((5.5, 7, "three"), (0.5, 4, "one"), (3, 6, "two")), "x")
    assert [turn.text for turn in turns_of(cues)] == ["one two three"]
    assert [(word.text, word.start, word.end) for word in heard_words(cues)] == [
        ("one", 0.5, 4.0),
        ("two", 3.0, 6.0),
        ("three", 5.5, 7.0),
    ]


@pytest.mark.parametrize(
    ("speakers", "expected"),
    [
        (["Ann", "Bob", None], True),
        (["Ann", None], False),
        (["Speaker 1", "SPEAKER_00"], False),
        ([None], False),
    ],
)
def test_named_wants_names_on_most_cues(speakers: list[str | None], expected: bool) -> None:
    """Captions are official text only if most cues name a person."""
    assert named([Cue(0, 1, "words", speaker) for speaker in speakers]) is expected


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 100, b"WEBVTT\n\n", b"just text", b"{}", b'{"segments": 3}', b"[" * 100_000, b"{", b"\xff\xfe",
     b'{"segments": [{"startTime": NaN, "body": "a"}, {"startTime": 1e999, "body": "b"}, 7, {"startTime": true}]}',
     b"WEBVTT\n\n99999999:00:00.000 --> 99999999:00:01.000\nlate", b"1\n00:00:01,000 --> 00:00:02,000\n\n"],
)  # fmt: skip
def test_what_holds_no_captions_is_refused_by_name(data: bytes) -> None:
    """Rubbish is one clear line that names the file."""
    with pytest.raises(SourceError, match=r"^feed/ep\.vtt: "):
        read_captions(data, "feed/ep.vtt")


def test_a_file_beyond_any_captions_is_refused() -> None:
    """50 MB are not read at all."""
    with pytest.raises(SourceError, match="52 MB"):
        read_captions(bytes(52_000_000), "x")


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<v ",
        "<v A>a ",
        "<00:00:01.000>a ",
        "&",
        "a: ",
        ">> A: b\n",
        "- A: b\n",
        "[",
        "[laughs] ",
        "[A] b\n",
        "(a b): c\n",
        "- A. - B? ",
        "a >> b ",
        "<u>a</u> ",
        "<v ->a ",
        ".) ",
        ",\n",
        "a\n",
        "00:00:01,0 -->\n",
    ],
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    """Anything over and over is read in proportion to its size."""
    head = "WEBVTT\n\n00:00:01.000 --> 00:59:02.000\nwords\n"
    assert growth(lambda size: read_captions((head + unit * (size // len(unit))).encode(), "x"), 4_000) < LINEAR


@given(
    st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"WEBVTT\n\n00:01.0 --> 00:02.0\n{text}".encode())
)
def test_any_bytes_give_cues_or_a_source_error(data: bytes) -> None:
    """Nothing else is ever raised, and turns hold exactly the words of their cues."""
    try:
        cues = read_captions(data, "x")
    except SourceError:
        return
    for turn in turns_of(cues):
        assert [word.text for word in turn.words] == turn.text.split()
    heard_words(cues)


@pytest.mark.parametrize("path", sorted(SHARED.glob("*.asr.vtt")), ids=lambda path: path.name)
def test_real_captions_hold_the_words_that_another_reader_finds(path: Path) -> None:
    """Every word of published captions, in order, as webvtt-py reads them."""
    expected = [html.unescape(word) for cue in webvtt.read(path) for word in cue.text.split()]
    cues = read_captions(path.read_bytes(), path.name)
    assert [word.text for turn in turns_of(cues) for word in turn.words] == expected
    assert not named(cues)
