"""Progress in a terminal: how long the episode and the run will still transcribe, as far as that is known."""

import io

import pytest

from api.terminal.progress import Bars
from api.terminal.time_left import Hearing, advanced, in_words, time_left


class Terminal(io.StringIO):
    """A terminal that keeps what was drawn."""

    def isatty(self) -> bool:
        return True

    @property
    def shown(self) -> str:
        """The last line drawn."""
        return self.getvalue().replace("\n", "\r").rstrip("\r").rsplit("\r", 1)[-1]


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Make standard error a terminal; in the test itself, as pytest replaces it between a fixture and its test."""
    found = Terminal()
    monkeypatch.setattr("sys.stderr", found)
    return found


def test_the_time_left_of_the_episode_and_of_the_run_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times as fast as the sound: 5 of 10 minutes take 30 s, an hour after that takes six minutes."""
    terminal, clock = opened(monkeypatch), Clock()
    with Bars(False, clock) as bars:
        bars.expect({"a": 600.0, "b": 3600.0})
        show = bars.stage("a")
        show("transcribe", 0.0, 600.0)
        assert terminal.shown.endswith("0 of 600 s")
        clock.now = 30.0
        show("transcribe", 300.0, 600.0)
        assert "300 of 600 s, about 30 s left, about 6 min left in all" in terminal.shown
        clock.now = 60.0
        show("transcribe", 600.0, 600.0)
        bars.ended("a")
        show = bars.stage("b")
        show("transcribe", 0.0, 3600.0)
        clock.now = 90.0
        show("transcribe", 300.0, 3600.0)
        assert terminal.shown.endswith("300 of 3600 s, about 6 min left")


def test_an_episode_of_unknown_length_makes_it_the_least(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody knows is not guessed; what turns out to need nothing no longer counts."""
    terminal, clock = opened(monkeypatch), Clock()
    with Bars(False, clock) as bars:
        bars.expect({"a": 600.0, "b": None, "c": 600.0})
        bars.stage("a")("transcribe", 0.0, 600.0)
        clock.now = 60.0
        bars.stage("a")("transcribe", 300.0, 600.0)
        assert "about 1 min left, at least 3 min left in all" in terminal.shown
        bars.ended("b")
        bars.stage("a")("transcribe", 300.0, 600.0)
        assert "about 1 min left, about 3 min left in all" in terminal.shown


def test_several_workers_share_one_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two episodes at once: each has its own time left, and the run has that of both speeds together."""
    terminal, clock = opened(monkeypatch), Clock()
    with Bars(False, clock) as bars:
        bars.expect({"a": 600.0, "b": 1200.0, "c": 1200.0})
        bars.together("a", 0.0, 600.0)
        bars.together("b", 0.0, 1200.0)
        clock.now = 60.0
        bars.together("a", 300.0, 600.0)
        bars.together("b", 300.0, 1200.0)
        assert "600 of 3000 s, a about 1 min left, b about 3 min left, about 4 min left in all" in terminal.shown


@pytest.mark.parametrize("quiet", [True, False])
def test_nothing_is_drawn_without_a_terminal_or_if_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], quiet: bool
) -> None:
    """A log gets the lines of finished episodes and nothing else."""
    output = Terminal() if quiet else io.StringIO()
    monkeypatch.setattr("sys.stderr", output)
    with Bars(quiet) as bars:
        bars.stage("a")("transcribe", 10.0, 600.0)
        bars.together("a", 20.0, 600.0)
        bars.line("a  ingested")
    assert output.getvalue() == ""
    assert capsys.readouterr().out == "a  ingested\n"


def test_the_speed_is_that_of_this_run() -> None:
    """What an earlier run had heard took this one no time."""
    hearing = advanced(advanced(None, 100.0, 500.0, 600.0), 110.0, 550.0, 600.0)
    assert time_left([hearing]) == pytest.approx(10.0)


@pytest.mark.parametrize(
    "hearings",
    [[], [Hearing(0.0, 0.0, 4.0, 300.0, 600.0)], [Hearing(0.0, 50.0, 60.0, 50.0, 600.0)]],
    ids=["not begun", "too short a time", "nothing heard yet"],
)
def test_nothing_is_said_before_the_speed_is_known(hearings: list[Hearing]) -> None:
    """No report, a few seconds of measuring, or a minute in which no sound was finished."""
    assert time_left(hearings, 1000.0) is None


def test_a_run_takes_at_least_as_long_as_its_slowest_episode() -> None:
    """Where only one of two workers still has something to do, the speed of both would promise too much."""
    quick, slow = Hearing(0.0, 0.0, 10.0, 900.0, 900.0), Hearing(0.0, 0.0, 10.0, 100.0, 300.0)
    assert time_left([quick, slow]) == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, "about 5 s left"),
        (23.0, "about 25 s left"),
        (57.0, "about 1 min left"),
        (250.0, "about 4 min left"),
        (3590.0, "about 1 h left"),
        (7900.0, "about 2 h 10 min left"),
        (90_000.0, "about 25 h left"),
    ],
)
def test_times_are_as_exact_as_they_are_known(seconds: float, expected: str) -> None:
    """Seconds in steps of five, minutes, and from an hour on in steps of ten minutes."""
    assert in_words(seconds) == expected
    assert in_words(seconds, is_least=True) == expected.replace("about", "at least")


def test_without_a_terminal_a_line_a_minute_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """So a log shows that encoding goes on, for how long still, and is not flooded."""
    clock = Clock()
    with Bars(False, clock) as bars:
        for second in range(0, 181, 5):
            clock.now = float(second)
            bars.encoding(10 * second, 3600)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "playback: encode: 600 of 3,600 texts, about 5 min left",
        "playback: encode: 1,200 of 3,600 texts, about 4 min left",
        "playback: encode: 1,800 of 3,600 texts, about 3 min left",
    ]


def test_a_quiet_run_says_nothing_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    """And neither does a stage that takes less than a minute."""
    clock = Clock()
    for quiet, seconds in ((True, 300.0), (False, 50.0)):
        with Bars(quiet, clock) as bars:
            bars.encoding(0, 10)
            clock.now += seconds
            bars.encoding(9, 10)
    assert capsys.readouterr().err == ""


def test_a_remark_is_for_who_watches(capsys: pytest.CaptureFixture[str]) -> None:
    """It is no outcome, so it goes to standard error, and --quiet leaves it out."""
    for is_quiet in (False, True):
        with Bars(is_quiet) as bars:
            bars.remark("starting Ray on this machine")
    assert capsys.readouterr() == ("", "playback: starting Ray on this machine\n")
