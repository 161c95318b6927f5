"""What workers of a cluster run in tests: `ingest_episode`, slow enough to be killed in, and deadly for a poison."""

import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

from ingest.library.outcome import Outcome
from ingest.pipeline import ingest_episode
from ingest.transcript import Episode

POISON = "Episode 13"  # the title of the episode that kills whoever reads it, where the data folder has a file `poison`


def ingest_slowly(episode: Episode, home: Path, settings: Any, progress: Any = None) -> Outcome:
    """Ingest an episode in about a second, or as long as the file `seconds` of the data folder says, at a moment of it
    that nobody knows. The folder `begun` there holds a file for each episode that was begun.
    """
    (home / "begun").mkdir(parents=True, exist_ok=True)
    (home / "begun" / episode.id).touch()
    told = home / "seconds"
    seconds = float(told.read_text()) if told.exists() else 1.0
    if episode.title == POISON and (home / "poison").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    before = random.random()
    time.sleep(seconds * before)
    outcome = ingest_episode(episode, home, settings, progress)
    time.sleep(seconds * (1 - before))
    return outcome


if __name__ == "__main__":
    import slow_ingest  # by its name, under which the workers find it too

    from api.cli import main
    from api.terminal import ingest_run

    ingest_run.ingest_episode = slow_ingest.ingest_slowly  # type: ignore[assignment]
    sys.exit(main())
