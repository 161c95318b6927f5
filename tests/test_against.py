"""The comparison with an older commit computes what it says, on figures whose answers are known."""

import math
import sys

import pytest

from api.cli import main
from benchmarks.commits import commit_of, cost_of, working_tree
from benchmarks.invented_episodes import feed_of
from benchmarks.side_by_side import Compared, in_turns, ratio
from ingest.library.records import load_transcript, transcript_ids


def test_a_ratio_is_newer_by_older_with_an_interval_around_it():
    """Of figures that all halve the interval is the ratio itself; of others it holds the ratio."""
    older = tuple(float(number) for number in range(1, 41))
    halved = tuple(value / 2 for value in older)
    for share in (None, 0.5, 0.95):
        assert ratio(Compared("work", "s", older, halved, share)) == pytest.approx((0.5, 0.5, 0.5))
    value, low, high = ratio(Compared("work", "s", older, tuple(reversed(older))))
    assert value == pytest.approx(1)
    assert 0.5 < low < 0.9 < 1.1 < high < 2


def test_quantiles_are_compared_as_quantiles():
    """One slow answer in forty moves the mean and neither the median nor the 95th percentile."""
    older, newer = (1.0,) * 40, (1.0,) * 39 + (100.0,)
    assert ratio(Compared("work", "s", older, newer, 0.5))[0] == 1
    assert ratio(Compared("work", "s", older, newer, 0.95))[0] == 1
    assert ratio(Compared("work", "s", older, newer))[0] == pytest.approx(139 / 40)


def test_two_repetitions_have_no_interval():
    """Resampling one or two pairs says nothing."""
    value, low, high = ratio(Compared("work", "s", (2.0, 2.0), (1.0, 1.0)))
    assert value == 0.5
    assert math.isnan(low)
    assert math.isnan(high)


def test_works_take_turns_and_both_go_first():
    """Each number goes to each work once, and results stand by work."""
    calls = []
    works = [
        lambda number: calls.append(("a", number)) or number,
        lambda number: calls.append(("b", number)) or -number,
    ]
    assert in_turns(works, 3) == [[0, 1, 2], [0, -1, -2]]
    assert calls == [("a", 0), ("b", 0), ("b", 1), ("a", 1), ("a", 2), ("b", 2)]


def test_the_cpu_of_grandchildren_counts(tmp_path):
    """Work in a process that a process starts is the command's own."""
    burn = "import time\nwhile time.process_time() < 0.4: pass"
    start = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}], check=True)"
    tree = working_tree(tmp_path, {})
    assert cost_of(tree, [sys.executable, "-c", start]).cpu >= 0.4
    with pytest.raises(SystemExit, match="out of paper"):
        cost_of(tree, [sys.executable, "-c", "raise SystemExit('out of paper')"])


def test_no_setting_of_ours_reaches_the_commits(tmp_path, monkeypatch):
    """A data folder or an encoder that this shell names is not what is measured."""
    monkeypatch.setenv("PLAYBACK_ENCODER", "other")
    assert "PLAYBACK_ENCODER" not in working_tree(tmp_path, {}).variables()
    assert working_tree(tmp_path, {"CT2_FORCE_CPU_ISA": "AVX2"}).variables()["CT2_FORCE_CPU_ISA"] == "AVX2"


def test_an_unknown_commit_is_one_line(tmp_path):
    """Nothing is unpacked or installed."""
    with pytest.raises(SystemExit, match="no such commit"):
        commit_of("no-such-commit", tmp_path, {})
    assert not list(tmp_path.iterdir())


def test_invented_episodes_are_ingested_and_differ(tmp_path):
    """Each has its own words, so that none is encoded already, and a longer feed begins as a shorter one."""
    feed, home = tmp_path / "feed.xml", tmp_path / "home"
    feed.write_text(feed_of(2), "utf-8")
    assert main(["--home", str(home), "ingest", str(feed), "--no-audio", "--no-index", "--quiet"]) == 0
    first, second = (
        [turn.text for turn in load_transcript(home, identifier).turns] for identifier in transcript_ids(home)
    )
    assert len(first) == len(second) == 12
    assert not set(first) & set(second)
    assert feed_of(3).startswith(feed_of(2).removesuffix("</channel></rss>\n"))
